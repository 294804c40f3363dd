# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import armour, openpgp
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import local_installer as local
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure

from tests.unit.plugins.module_utils.scripted_run import system_at

PLACE = "/mnt/c/cuda-repo-wsl-ubuntu-12-8-local_12.8.1-1_amd64.deb"
INSTALLER = local.parse(PLACE, "0" * 64)
KEY = b"\x98\x15\x04" + b"k" * 20
OTHER = b"\x98\x15\x04" + b"m" * 20
(FINGERPRINT,) = [key.fingerprint for key in openpgp.read_keys(KEY)]


@pytest.mark.parametrize(
    ("place", "package", "version", "distribution"),
    [
        (PLACE, "cuda-repo-wsl-ubuntu-12-8-local", "12.8.1-1", "wsl-ubuntu"),
        (
            "https://developer.download.nvidia.com/compute/cuda/12.8.1/local_installers/"
            "cuda-repo-ubuntu2404-12-8-local_12.8.1-570.124.06-1_amd64.deb",
            "cuda-repo-ubuntu2404-12-8-local",
            "12.8.1-570.124.06-1",
            "ubuntu2404",
        ),
    ],
)
def test_parse(place: str, package: str, version: str, distribution: str) -> None:
    found = local.parse(place, "0" * 64)
    assert (found.package, found.version, found.distribution) == (package, version, distribution)


def status(tmp_path: Path, version: str, state: str) -> None:
    file = tmp_path / "var/lib/dpkg/status"
    file.parent.mkdir(parents=True)
    file.write_text(f"Package: {INSTALLER.package}\nStatus: install ok {state}\nVersion: {version}\n")


@pytest.mark.parametrize(
    ("version", "state", "there"),
    [("12.8.1-1", "installed", True), ("12.8.0-1", "installed", False), ("12.8.1-1", "unpacked", False)],
)
def test_installed(tmp_path: Path, version: str, state: str, there: bool) -> None:
    status(tmp_path, version, state)
    assert local.installed(system_at(tmp_path), INSTALLER) is there


def test_keyring(tmp_path: Path) -> None:
    folder = tmp_path / INSTALLER.folder.lstrip("/")
    folder.mkdir(parents=True)
    with pytest.raises(Failure, match="contains no key, not a keyring"):
        local.keyring(system_at(tmp_path), INSTALLER, "")
    (folder / "cuda-12345678-keyring.gpg").write_bytes(KEY + OTHER)
    (folder / "12345678.pub").write_bytes(armour.armor(KEY))
    assert local.keyring(system_at(tmp_path), INSTALLER, "") == KEY + OTHER
    assert local.keyring(system_at(tmp_path), INSTALLER, FINGERPRINT) == KEY
    with pytest.raises(Failure, match=f"contains {FINGERPRINT}, .*, not 1111"):
        local.keyring(system_at(tmp_path), INSTALLER, "1" * 40)
    (folder / "cuda-12345678-keyring.gpg").write_bytes(b"no key")
    with pytest.raises(Failure, match=r"12345678-keyring\.gpg: not an OpenPGP key"):
        local.keyring(system_at(tmp_path), INSTALLER, "")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ("Package: cuda-repo-wsl-ubuntu-12-8-local\nVersion: 12.8.1-1\n", ""),
        (
            "Package: cuda-repo-wsl-ubuntu-12-8-local\nVersion: 12.8.0-1\n",
            "contains package cuda-repo-wsl-ubuntu-12-8-local 12.8.0",
        ),
        ("", "contains package none"),
    ],
)
def test_fields(fields: str, problem: str) -> None:
    found = local.fields_problem(INSTALLER, fields)
    assert problem in found and bool(found) == bool(problem)
