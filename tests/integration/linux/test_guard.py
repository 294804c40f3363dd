# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guard and the plan against real apt 2.6 and 3.0, with NVIDIA's packages and Debian's own drivers."""

from __future__ import annotations

import re

import pytest

from tests.integration.linux.linux_distribution import Distribution, Web

pytestmark = pytest.mark.lab

TELLS = "kept out of WSL: the driver comes from Windows. Install cuda-toolkit-12-8 instead."


def add_driver_source(box: Distribution, web: Web) -> None:
    """Both NVIDIA sources, with drivers in the second."""
    line = f"deb [trusted=yes] {web.repository('ubuntu2404')} /"
    box.write("/etc/apt/sources.list.d/cuda-ubuntu2404.list", line + "\n")
    box.run("apt-get update")


def test_apt_refuses_drivers_and_tells_why(distribution: Distribution, web: Web) -> None:
    assert distribution.module("cuda_guard")["changed"]
    add_driver_source(distribution, web)
    for package in ("cuda", "cuda-drivers", "nvidia-driver-570", "libnvidia-compute-570", "cuda-runtime-12-8"):
        output = distribution.run(f"apt-get install -y {package}; echo code=$?", check=False)
        assert "code=100" in output and TELLS in output, output
    allowed = distribution.run("apt-get install -s cuda-nvcc-12-8")
    assert "Inst cuda-nvcc-12-8" in allowed
    assert "nvidia-driver" not in allowed


def test_hook_stops_what_the_pin_cannot_and_no_removal(distribution: Distribution, web: Web) -> None:
    add_driver_source(distribution, web)
    distribution.run("cd /root && apt-get download libnvidia-compute-570 cuda-keyring")
    assert distribution.module("cuda_guard")["changed"]
    for package in (
        "libnvidia-compute-570=$(apt-cache madison libnvidia-compute-570 | cut -d'|' -f2 | tr -d ' ')",
        "/root/libnv*.deb",
    ):
        output = distribution.run(f"apt-get install -y --no-install-recommends {package}; echo code=$?", check=False)
        assert "code=100" in output and "wslfleet.cuda: refused: libnvidia-compute-570" in output, output
    assert "libnvidia-compute" not in distribution.run("dpkg -l | cat")
    # Under a name that no rule knows the file still tells what it was built from.
    distribution.run(
        "mkdir '/root/my debs' && dpkg-deb -R /root/libnv*.deb /root/tree && "
        "sed -i -e 's/^Package: .*/Package: my-gpu/' -e '/^\\(Depends\\|Provides\\|Conflicts\\):/d' "
        "/root/tree/DEBIAN/control && "
        "dpkg-deb -b /root/tree '/root/my debs/my-gpu.deb'"
    )
    output = distribution.run("apt-get install -y '/root/my debs/my-gpu.deb'; echo code=$?", check=False)
    refusal = "wslfleet.cuda: refused: my-gpu (built from nvidia-graphics-drivers-570) - WSL gets"
    assert "code=100" in output and refusal in output, output
    distribution.run("apt-get install -y /root/cuda-keyring*.deb && apt-get purge -y cuda-keyring")
    # A driver that slipped in by dpkg itself can be removed while the guard is on.
    distribution.run("dpkg -i --force-depends /root/libnv*.deb && apt-get purge -y libnvidia-compute-570")


FOREIGN = {
    "vendor-gpu": ("", "/opt/vendor/lib64/libcuda.so.1", "files"),
    "vendor-monitor": ("", "/usr/lib/vendor/libnvidia-ml.so.1", "files"),
    "vendor-rdma": ("", "/usr/src/gdrdrv-2.5/dkms.conf", "files"),
    "stand-in": ("Provides: libcuda1 (= 570), libcuda.so.1", "/usr/share/stand-in", "provides"),
    "nvidia-linux-grid-570": ("", "/usr/share/grid", "name"),
    "gdrdrv-dkms": ("", "/usr/share/gdrdrv", "name"),
}
HARMLESS = {
    "vendor-dev": ("", "/usr/local/cuda-12.8/targets/x86_64-linux/lib/stubs/libcuda.so", ""),
    "wsl-driver-link": ("", "/usr/share/wsl-driver-link", ""),
}
BUILD = """
mkdir -p /srv/mirror && cd /srv/mirror
while read -r name file fields; do
  mkdir -p /root/tree/$name/DEBIAN /root/tree/$name${file%/*}
  echo x >/root/tree/$name$file
  printf '%s\\n' "Package: $name" Version:\\ 1 Architecture:\\ all 'Maintainer: x <x@invalid.example>' \\
    ${fields:+"$fields"} 'Description: x' >/root/tree/$name/DEBIAN/control
done
mkdir -p /root/tree/wsl-driver-link/usr/lib/x86_64-linux-gnu
ln -s /usr/lib/wsl/lib/libcuda.so.1 /root/tree/wsl-driver-link/usr/lib/x86_64-linux-gnu/libcuda.so.1
for tree in /root/tree/*; do dpkg-deb -b $tree . >/dev/null; done
for file in *.deb; do
  dpkg-deb -f $file && printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' \\
    $file $(stat -c %s $file) $(sha256sum <$file | cut -d' ' -f1)
done >Packages
echo 'deb [trusted=yes] file:/srv/mirror /' >/etc/apt/sources.list.d/mirror.list
apt-get update
"""


def test_drivers_under_foreign_names(distribution: Distribution) -> None:
    """What a package provides and brings: plan, hook, audit and repair, from a source and as a file."""
    box = distribution
    lines = "".join(f"{name} {file} {fields}\n" for name, (fields, file, _by) in {**FOREIGN, **HARMLESS}.items())
    box.run(BUILD, data=lines.encode())
    before = box.run("dpkg -l | cat")
    assert box.module("cuda_guard")["changed"]
    for asked in (list(FOREIGN), [f"/srv/mirror/{name}_1_all.deb" for name in FOREIGN]):
        plan = box.module("cuda_plan_info", packages=[*asked, *HARMLESS])
        assert {item["package"]: item["by"] for item in plan["findings"]} == {
            name: by for name, (_fields, _file, by) in FOREIGN.items()
        }
        # What no pin holds back: the hook tells all of them at once, by their files.
        named = [name for name in asked if name.rpartition("/")[2].startswith(("vendor", "stand"))]
        output = box.run(f"apt-get install -y {' '.join([*named, *HARMLESS])}; echo code=$?", check=False)
        assert "code=100" in output and "wslfleet.cuda: refused: " in output, output
        told = [name for name in [*FOREIGN, *HARMLESS] if re.search(rf" {name} \((brings|provides) ", output)]
        assert told == ["vendor-gpu", "vendor-monitor", "vendor-rdma", "stand-in"], output
    assert box.run("dpkg -l | cat") == before
    box.run(f"apt-get install -y {' '.join(HARMLESS)}")
    kept = box.run("dpkg -l | cat")
    box.run(f"dpkg -i {' '.join(f'/srv/mirror/{name}_1_all.deb' for name in FOREIGN)}")
    rows = {row["id"]: row for row in box.module("cuda_audit_info")["rows"]}
    assert rows["driver_packages"]["level"] == "stop"
    told = rows["driver_packages"]["seen"]
    assert [name for name in FOREIGN if f"{name} ii" not in told] == [] and "vendor-dev" not in told, told
    assert "vendor-gpu ii (brings /opt/vendor/lib64/libcuda.so.1, which only a driver does)" in told
    result = box.module("cuda_repair")
    assert not result.get("failed"), result
    assert sorted(result["purged"]) == sorted(FOREIGN) and result["dependents"] == [], result
    assert box.run("dpkg -l | cat") == kept
    assert not box.module("cuda_repair")["changed"]


def test_apt_lives_on_when_the_scripts_are_gone(distribution: Distribution) -> None:
    distribution.module("cuda_guard")
    distribution.run("rm -r /usr/local/lib/wslfleet && apt-get install -y --reinstall --no-install-recommends procps")
    assert distribution.module("cuda_guard")["changed"]
    assert not distribution.module("cuda_guard")["changed"]
    gone = distribution.module("cuda_guard", state="absent")
    assert gone["changed"]
    assert not distribution.module("cuda_guard", state="absent")["changed"]
    distribution.run("apt-get check")


def test_check_mode_writes_nothing(distribution: Distribution) -> None:
    result = distribution.module("cuda_guard", check_mode=True)
    assert result["changed"]
    assert "00-wslfleet" not in distribution.run("ls /etc/apt/preferences.d /etc/apt/apt.conf.d")


def test_a_preferences_file_that_wins_is_found(distribution: Distribution, web: Web) -> None:
    add_driver_source(distribution, web)
    distribution.write("/etc/apt/preferences", "Package: nvidia-driver-570\nPin: release *\nPin-Priority: 1001\n")
    result = distribution.module("cuda_guard")
    assert result["failed"]
    assert "apt would still install nvidia-driver-570" in result["msg"]
    rows = {row["id"]: row for row in distribution.module("cuda_audit_info")["rows"]}
    assert rows["pin_effect"]["level"] == "stop"


@pytest.mark.archive
def test_plan_names_the_driver_behind_a_package(distribution: Distribution, web: Web) -> None:
    add_driver_source(distribution, web)
    for guard in (False, True):
        if guard:
            distribution.module("cuda_guard")
        plan = distribution.module("cuda_plan_info", packages=["cuda"])
        assert not plan["allowed"]
        assert any("nvidia-driver-570" in reason for reason in plan["reasons"]), plan
    plan = distribution.module("cuda_plan_info", packages=["cuda-nvcc-12-8"])
    assert plan["allowed"] and plan["reasons"] == [] and plan["download_bytes"] > 0, plan
    plan = distribution.module("cuda_plan_info", packages=["no-such-package"])
    assert plan["reasons"] == ["apt refuses: Unable to locate package no-such-package"]
