# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.files import Source
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import package as p


@pytest.mark.parametrize(
    ("source", "version"),
    [
        ("https://x/wsl.2.6.3.0.x64.msi", "2.6.3.0"),
        ("C:\\Downloads\\wsl.2.4.4.x64.msi", "2.4.4"),
        ("\\\\files\\wsl\\WSL_2.6.3.msi", "2.6.3"),
        ("/srv/2.6.3.0/wsl.msi", None),
        ("/srv/Package.msi", None),
    ],
)
def test_msi_version(source: str, version: str | None) -> None:
    assert p.msi_version(source) == version


def test_versions_of_three_and_four_numbers_are_the_same() -> None:
    assert p.version_key("2.6.3") == p.version_key("2.6.3.0") == (2, 6, 3, 0)
    assert p.checked_version("2.6.3") == "2.6.3.0"
    assert p.version_key("2.10.0") > p.version_key("2.9.4.1")


@pytest.mark.parametrize(
    ("build", "ubr", "directly"),
    [
        (19044, 4528, False),
        (19044, 4529, True),
        (19045, 4473, False),
        (19045, 4474, True),
        (19043, 9999, False),
        (20348, 2581, False),
        (20348, 2582, True),
        (22000, 9999, False),
        (22621, 3671, False),
        (22621, 3672, True),
        (22631, 3672, True),
        (25398, 1009, True),
        (26100, 1, True),
        (27000, 0, True),
    ],
)
def test_which_windows_starts_the_package_itself(build: int, ubr: int, directly: bool) -> None:
    assert p.runs_directly(build, ubr) is directly


@pytest.mark.parametrize(
    ("version", "system", "modules", "missing"),
    [
        ("2.6.3.0", True, True, ()),
        ("2.6.3.0", False, False, (p.SYSTEM_DISK, p.MODULES_DISK)),
        ("2.6.3.0", True, False, (p.MODULES_DISK,)),
        ("2.0.9.0", True, False, ()),
        ("2.0.9.0", False, False, (p.SYSTEM_DISK,)),
    ],
)
def test_missing_files(version: str, system: bool, modules: bool, missing: tuple[str, ...]) -> None:
    assert p.missing_files(version, system, modules) == missing


def test_only_administrators_write_where_packages_are_kept() -> None:
    assert p.Package(Source("x"), "2.6.3.0").path == "C:\\Program Files\\wslfleet\\2.6.3.0\\wsl.msi"
    assert p.Package(Source("x"), None).path.endswith("\\wsl.msi")
