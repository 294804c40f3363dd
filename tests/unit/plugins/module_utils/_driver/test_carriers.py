# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import carriers
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages

from tests.unit.plugins.module_utils.index_data import BOOKWORM, TRIXIE, contents
from tests.unit.plugins.module_utils.scripted_run import system_at


def package(name: str, code: str = "ii", architecture: str = "amd64", **fields: str) -> dpkg.Package:
    return dpkg.Package(name, architecture, "1", code, fields)


def lists(root: Path, **files: str) -> None:
    folder = root / "var/lib/dpkg/info"
    folder.mkdir(parents=True)
    for name, paths in files.items():
        for path in paths.split():
            (root / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            (root / path.lstrip("/")).touch()
        (folder / f"{name.replace('_', ':')}.list").write_text("/.\n" + paths.replace(" ", "\n") + "\n")
    (folder / "vendor.md5sums").write_text("/usr/lib/libcuda.so.1")


CASES = [
    pytest.param("/opt/vendor/libcuda.so.1", "brings /opt/vendor/libcuda.so.1, which only a driver does", id="library"),
    pytest.param("/usr/x /usr/lib/libnvidia-ml.so", "brings /usr/lib/libnvidia-ml.so", id="among others"),
    pytest.param("/usr/src/gdrdrv-2.5/x /usr/src/gdrdrv-2.5/dkms.conf", "brings /usr/src/gdrdrv", id="module"),
    pytest.param("/usr/lib/x86_64-linux-gnu/stubs/libcuda.so", "", id="stub"),
    pytest.param("/lib/modules/6.1/kernel/fs/ext4/ext4.ko", "", id="a kernel"),
    pytest.param("/usr/share/doc/vendor", "", id="nothing of a driver"),
]


@pytest.mark.parametrize(("paths", "why"), CASES)
def test_by_dpkgs_lists(paths: str, why: str, tmp_path: Path) -> None:
    lists(tmp_path, vendor=paths)
    found = carriers.drivers(system_at(tmp_path), [package("vendor"), package("other")])
    assert list(found) == ([("vendor", "amd64")] if why else [])
    assert not why or found["vendor", "amd64"].startswith(why)


def test_a_link_to_wsl_and_what_is_gone(tmp_path: Path) -> None:
    """ldconfig takes the link away where WSL has no such file."""
    lists(tmp_path, vendor="/usr/lib/libcuda.so.1")
    assert len(carriers.drivers(system_at(tmp_path), [package("vendor")])) == 1
    (tmp_path / "usr/lib/libcuda.so.1").unlink()
    assert carriers.drivers(system_at(tmp_path), [package("vendor")]) == {}
    (tmp_path / "usr/lib/libcuda.so.1").symlink_to("/usr/lib/wsl/lib/libcuda.so.1")
    assert carriers.drivers(system_at(tmp_path), [package("vendor")]) == {}


def test_architectures_are_told_apart(tmp_path: Path) -> None:
    lists(tmp_path, vendor_i386="/usr/lib/i386-linux-gnu/libcuda.so.1", vendor_amd64="/usr/share/doc/vendor")
    found = carriers.drivers(system_at(tmp_path), [package("vendor"), package("vendor", architecture="i386")])
    assert list(found) == [("vendor", "i386")]


def test_name_source_and_what_it_provides_without_any_file(tmp_path: Path) -> None:
    lists(tmp_path)
    packages = [
        package("libcuda1", "rc"),
        package("nvidia-dkms-570", "pn"),
        package("joerg-gpu", Source="nvidia-graphics-drivers-570"),
        package("stand-in", "iU", Provides="x, libcuda1 (= 9)"),
        package("libnvidia-container1", Provides="libnvidia-container"),
    ]
    assert [name for name, _architecture in carriers.drivers(system_at(tmp_path), packages)] == [
        "libcuda1", "joerg-gpu", "stand-in"
    ]  # fmt: skip


@pytest.mark.parametrize("index", [BOOKWORM, TRIXIE])
def test_the_quick_look_misses_nothing(index: str) -> None:
    carried = [path for path, _package in contents(index) if driver_packages.is_carried(path)]
    assert carried
    assert [path for path in carried if not any(mark in path for mark in driver_packages.FILE_MARKS)] == []
