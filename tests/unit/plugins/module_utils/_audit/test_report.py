# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import observe, report
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

KERNEL = "Linux version 6.6.87.2-microsoft-standard-WSL2 (root@x) (gcc) #1 SMP\n"


def seen(root: Path, status: str = "", policy: str = "", files: dict[str, str] | None = None) -> observe.State:
    for name, text in {"var/lib/dpkg/status": status, "proc/version": KERNEL, **(files or {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    run = ScriptedRun(
        ("apt-cache pkgnames", Completed(0, "bash\nnvidia-driver-570\nlibcudart12\n", "")),
        ("apt-cache policy nvidia-driver-570$", Completed(0, policy, "")),
    )
    found = observe.observe(system_at(root, run), [catalogue.OLD_KEY])
    run.done()
    return found


def levels(found: observe.State) -> dict[str, str]:
    return {row.id: row.level for row in report.rows(found) if row.level not in ("ok", "info")}


GUARD = {file.path.lstrip("/"): file.text for file in guard.files("x")}
BLOCKED = "nvidia-driver-570:\n  Installed: (none)\n  Candidate: (none)\n"
OPEN = "nvidia-driver-570:\n  Installed: (none)\n  Candidate: 570.1\n"


def test_guarded_system_is_clean(tmp_path: Path) -> None:
    found = seen(tmp_path, policy=BLOCKED, files=GUARD)
    assert levels(found) == {}
    assert all(row.level != "stop" for row in report.rows(found))


def test_pin_without_effect_is_a_failure_and_a_missing_guard_a_warning(tmp_path: Path) -> None:
    assert levels(seen(tmp_path, policy=OPEN)) == {"guard": "warn", "pin_effect": "warn"}
    assert levels(seen(tmp_path, policy=OPEN, files=GUARD)) == {"pin_effect": "stop"}


@pytest.mark.parametrize(
    ("name", "files", "status", "level"),
    [
        ("driver_packages", {}, "Package: libcuda1\nStatus: install ok installed\n", "stop"),
        ("driver_packages", {}, "Package: nvidia-dkms-570\nStatus: deinstall ok config-files\n", "stop"),
        ("dpkg_states", {}, "Package: bash\nStatus: install ok unpacked\n", "stop"),
        ("dpkg_states", {"var/lib/dpkg/updates/0001": "Package: bash\nStatus: install ok installed\n"}, "", "stop"),
        ("stray_files", {"usr/bin/nvidia-smi": ""}, "", "stop"),
        ("dkms", {"var/lib/dkms/nvidia/570/x": ""}, "", "warn"),
        ("library_path", {"etc/environment": "LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu\n"}, "", "warn"),
        ("library_path", {"etc/profile.d/a.sh": "export LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs\n"}, "", "warn"),
        ("dkms", {"usr/src/nvidia-570.1/dkms.conf": ""}, "", "warn"),
        ("run_file", {"var/lib/nvidia/log": "1.0-550.54.14\nNVIDIA\n"}, "", "stop"),
        ("library_path", {"home/ann/.bashrc": "export LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu\n"}, "", "warn"),
        ("nvidia_smi", {"usr/lib/wsl/lib/nvidia-smi": "", "usr/local/bin/nvidia-smi": ""}, "", "warn"),
        ("nvidia_smi", {"usr/lib/wsl/lib/nvidia-smi": ""}, "", "warn"),
        ("ld_wsl_conf", {"usr/lib/wsl/lib/libdxcore.so": ""}, "", "warn"),
        ("loader", {"usr/lib/wsl/lib/libcuda.so.1": ""}, "", "stop"),
        ("metapackages", {}, "Package: cuda-12-8\nStatus: install ok installed\n", "warn"),
        ("kernel", {"proc/version": "Linux version 4.19.104-microsoft\n"}, "", "stop"),
        ("kernel", {"proc/version": "Linux version 5.4.72-microsoft\n"}, "", "warn"),
    ],
)
def test_each_damage_has_its_row(tmp_path: Path, name: str, files: dict[str, str], status: str, level: str) -> None:
    found = seen(tmp_path, status, BLOCKED, {**GUARD, **files})
    assert levels(found)[name] == level
    row = next(row for row in report.rows(found) if row.id == name)
    assert row.remedy and "\n" not in row.seen


def test_a_driver_under_another_name_is_told_with_the_reason(tmp_path: Path) -> None:
    status = "\n\n".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64{more}"
        for name, more in (("libcuda1", ""), ("vendor-gpu", ""), ("stand-in", "\nProvides: libcuda.so.1"))
    )
    files = {"var/lib/dpkg/info/vendor-gpu.list": "/.\n/opt/vendor/libcuda.so.1\n", "opt/vendor/libcuda.so.1": ""}
    rows = {row.id: row for row in report.rows(seen(tmp_path, status + "\n", BLOCKED, {**GUARD, **files}))}
    assert rows["driver_packages"].level == "stop"
    assert rows["driver_packages"].seen == (
        "libcuda1 ii, vendor-gpu ii (brings /opt/vendor/libcuda.so.1, which only a driver does), "
        "stand-in ii (provides libcuda.so.1, which only a driver does)"
    )


def test_loader_and_its_configuration(tmp_path: Path) -> None:
    found = seen(tmp_path, "", BLOCKED, {**GUARD, "usr/lib/wsl/lib/libcuda.so.1": ""})
    found = replace(found, picks={"libcuda.so.1": "/usr/lib/wsl/lib/libcuda.so.1"}, ld_wsl_conf=True)
    assert levels(found) == {}


def test_a_folder_that_wsl_may_not_list_needs_a_person(tmp_path: Path) -> None:
    files = {"usr/lib/wsl/lib/libcuda.so.1": "", "etc/wsl.conf": "[automount]\nldconfig=false\n"}
    rows = {row.id: row for row in report.rows(seen(tmp_path, "", BLOCKED, {**GUARD, **files}))}
    assert rows["loader"].level == "stop" and rows["ld_wsl_conf"].level == "warn"
    assert rows["loader"].remedy == rows["ld_wsl_conf"].remedy
    assert "take ldconfig=false out" in rows["loader"].remedy


def test_kernel_modules_are_told_once_and_long_lists_are_cut(tmp_path: Path) -> None:
    strays = {f"usr/lib/x86_64-linux-gnu/libcuda.so.{number}": "" for number in range(30)}
    files = {**GUARD, **strays, "usr/src/nvidia-570.1/dkms.conf": ""}
    rows = {row.id: row for row in report.rows(seen(tmp_path, "", BLOCKED, files))}
    assert rows["stray_files"].seen.endswith("and 10 more") and "/usr/src" not in rows["stray_files"].seen
    assert rows["dkms"].seen == "/usr/src/nvidia-570.1"


def test_every_row_that_is_not_ok_says_what_to_do_and_every_id_is_told_once(tmp_path: Path) -> None:
    rows = report.rows(seen(tmp_path))
    assert [row for row in rows if not row.remedy and row.level != "ok"] == []
    assert len({row.id for row in rows}) == len(rows)


def test_g19_root_finds_nvidia_smi_by_the_link(tmp_path: Path) -> None:
    (tmp_path / "usr/local/bin").mkdir(parents=True)
    (tmp_path / "usr/local/bin/nvidia-smi").symlink_to("/usr/lib/wsl/lib/nvidia-smi")
    rows = {row.id: row for row in report.rows(seen(tmp_path, files={"usr/lib/wsl/lib/nvidia-smi": ""}))}
    assert (rows["nvidia_smi"].row, rows["nvidia_smi"].level) == ("G19", "ok")
    assert rows["nvidia_smi"].seen == "/usr/lib/wsl/lib/nvidia-smi; root finds it by /usr/local/bin"


def test_g19_without_a_driver_on_windows(tmp_path: Path) -> None:
    row = next(row for row in report.rows(seen(tmp_path)) if row.id == "nvidia_smi")
    assert (row.row, row.level, row.seen) == ("G19", "info", "there is no /usr/lib/wsl/lib/nvidia-smi")


KEY = Path(__file__).parents[4] / "unit" / "data" / "7fa2af80.pub"
RETIRED = "deb https://developer.download.nvidia.com/compute/machine-learning/repos/ubuntu1804/x86_64 /\n"
UNSIGNED = "deb https://developer.download.nvidia.com/compute/cuda/repos/wsl-ubuntu/x86_64/ /\n"


@pytest.mark.parametrize(
    ("files", "name", "level", "words"),
    [
        ({}, "old_keys", "ok", "not found"),
        ({"etc/apt/trusted.gpg.d/cuda.asc": KEY.read_text()}, "old_keys", "stop", "/etc/apt/trusted.gpg.d/cuda.asc"),
        ({"usr/share/keyrings/x.asc": KEY.read_text()}, "old_keys", "stop", "/usr/share/keyrings/x.asc"),
        (
            {"etc/apt/keyrings/x.asc": KEY.read_text().replace("=", "!")},
            "old_keys",
            "warn",
            "cannot be read and may contain the old key: /etc/apt/keyrings/x.asc",
        ),
        ({}, "stale_sources", "ok", "none"),
        ({"etc/apt/sources.list.d/ml.list": RETIRED}, "stale_sources", "warn", "/etc/apt/sources.list.d/ml.list"),
        ({"etc/apt/sources.list.d/cuda.list": UNSIGNED}, "stale_sources", "warn", "cuda.list (no signed-by)"),
        ({"etc/apt/sources.list.d/cuda.list": f"# {UNSIGNED}"}, "stale_sources", "ok", "none"),
    ],
)
def test_g10_old_keys_and_sources(tmp_path: Path, files: dict[str, str], name: str, level: str, words: str) -> None:
    row = next(row for row in report.rows(seen(tmp_path, files=files)) if row.id == name)
    assert (row.row, row.level) == ("G10", level) and words in row.seen


@pytest.mark.parametrize(
    ("package", "level", "words"),
    [
        ("cuda", "warn", "cuda"),
        ("cuda-12-8", "warn", "cuda-12-8"),
        ("cuda-runtime-12-8", "warn", "cuda-runtime-12-8"),
        ("cuda-toolkit-12-8", "ok", "none of cuda, cuda-X-Y, cuda-runtime-X-Y"),
        ("cuda-nvcc-12-8", "ok", "none of cuda"),
    ],
)
def test_g13_metapackages(tmp_path: Path, package: str, level: str, words: str) -> None:
    status = f"Package: {package}\nStatus: install ok installed\n"
    row = next(row for row in report.rows(seen(tmp_path, status)) if row.id == "metapackages")
    assert (row.row, row.level) == ("G13", level) and words in row.seen


@pytest.mark.parametrize(
    ("version", "level", "words"),
    [
        (KERNEL, "ok", "6.6.87"),
        ("Linux version 5.10.16.3-microsoft-standard-WSL2\n", "ok", "5.10.16"),
        ("Linux version 5.10.15-microsoft\n", "warn", "below the recommended 5.10.16"),
        ("Linux version 4.19.121-microsoft\n", "warn", "below the recommended"),
        ("Linux version 4.19.120-microsoft\n", "stop", "below 4.19.121"),
        ("", "warn", "contains no version"),
    ],
)
def test_g7_kernel(tmp_path: Path, version: str, level: str, words: str) -> None:
    row = next(row for row in report.rows(seen(tmp_path, files={"proc/version": version})) if row.id == "kernel")
    assert (row.row, row.level) == ("G7", level) and words in row.seen
