# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public reports on the loader, with the real ldconfig: what is WSL's driver stays, what is not goes."""

from __future__ import annotations

import typing as t

import pytest

from lab.linux import driver
from lab.machine.state import Gpu
from tests.integration.linux.linux_distribution import Distribution

pytestmark = pytest.mark.lab
WSL = "/usr/lib/wsl/lib"
FORBIDDEN = "printf '[automount]\\nldconfig = \"false\"\\n' >/etc/wsl.conf; rm -f /etc/ld.so.conf.d/ld.wsl.conf"
OWN_FOLDER = f"{FORBIDDEN}; mkdir /usr/lib/wsl/lib2; echo /usr/lib/wsl/lib2 >/etc/ld.so.conf.d/mine.conf"
STUBS = "/usr/local/cuda/lib64/stubs"
NAMED = (
    f"mkdir -p {STUBS}; cd {STUBS}; sed 's/./x/1;s/x/\\x7f/1' {WSL}/libcuda.so.1.1 >libcuda.so.1; echo >>libcuda.so.1; "
)


class Report(t.NamedTuple):
    """What people did, what the audit says of the loader, and what the repair does."""

    bring: str
    level: str
    seen: str = ""
    steps: tuple[str, ...] = ()


REPORTS = [
    pytest.param(
        Report(f"{OWN_FOLDER}; ln -s {WSL}/libcuda.so.1.1 {WSL}/libnvidia-ml.so.1 /usr/lib/wsl/lib2/", "ok", "lib2"),
        id="WSL#5548 a folder of links",
    ),
    pytest.param(
        Report(f"{OWN_FOLDER}; cp {WSL}/lib* /usr/lib/wsl/lib2/", "warn", "a copy of WSL's file"), id="WSL#5548 a copy"
    ),
    pytest.param(
        Report(f"ln -s {WSL}/libcuda.so /usr/lib/x86_64-linux-gnu/libcuda.so", "ok", WSL), id="WSL#8587 one link"
    ),
    pytest.param(
        Report(
            f"{NAMED} echo {STUBS} >/etc/ld.so.conf.d/00-cuda.conf",
            "stop",
            f"libcuda.so.1 => {STUBS}/libcuda.so.1, whose folder is named in /etc/ld.so.conf.d/00-cuda.conf:1",
            (f"take {STUBS} out of /etc/ld.so.conf.d/00-cuda.conf:1", "run ldconfig"),
        ),
        id="nvidia-docker#508 warp#219 the toolkit's stubs",
    ),
]


@pytest.mark.parametrize("report", REPORTS)
def test_report(distribution: Distribution, report: Report) -> None:
    box = distribution
    folder = box.scratch / "driver"
    driver.write_driver_files(folder, [Gpu()])
    for name in ("libcuda.so", "libcuda.so.1", "libcuda.so.1.1", "libnvidia-ml.so.1"):
        box.write(f"{WSL}/{name}", (folder / name).read_bytes())
    box.write("/etc/ld.so.conf.d/ld.wsl.conf", f"{WSL}\n")
    box.run(f"{report.bring}\nldconfig 2>&1")
    rows = {row["id"]: row for row in box.module("cuda_audit_info")["rows"]}
    assert rows["loader"]["level"] == report.level, rows["loader"]
    assert report.seen in rows["loader"]["seen"], rows["loader"]
    repaired = box.module("cuda_repair")
    assert repaired["steps"] == list(report.steps), repaired
    assert repaired["changed"] == bool(report.steps)
    if report.steps:
        assert box.run(f"cat {repaired['backup']}/etc/ld.so.conf.d/00-cuda.conf").strip() == STUBS
        assert f"=> {WSL}/libcuda.so.1" in box.run("ldconfig -p | grep libcuda.so.1")
        assert not box.module("cuda_repair")["changed"]
    rows = {row["id"]: row for row in box.module("cuda_audit_info")["rows"]}
    assert rows["loader"]["level"] == ("ok" if report.level == "stop" else report.level), rows["loader"]
    assert "stop" not in {rows[name]["level"] for name in ("loader", "ld_wsl_conf", "stray_files")}, rows
