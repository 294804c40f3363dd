# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's keys, checked with gpg and gpgv."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lab.linux.images import default_cache
from lab.repository import keys
from lab.repository.keys import Keys


@pytest.fixture(scope="module")
def lab_keys() -> Keys:
    return keys.lab_keys(default_cache())


def _gpg(home: Path, *arguments: str) -> str:
    command = ["gpg", "--homedir", str(home), "--batch", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_old_key_is_the_real_one(lab_keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "old.gpg").write_bytes(lab_keys.old_binary)
    listing = _gpg(tmp_path, "--with-colons", "--show-keys", str(tmp_path / "old.gpg"))
    assert f"fpr:::::::::{keys.OLD_FINGERPRINT}:" in listing


def test_old_and_new_key_have_the_same_user_id(lab_keys: Keys, tmp_path: Path) -> None:
    names = []
    for name, content in (("old", lab_keys.old_binary), ("new", lab_keys.new.binary)):
        (tmp_path / name).write_bytes(content)
        listing = _gpg(tmp_path, "--with-colons", "--show-keys", str(tmp_path / name))
        names.append([line.split(":")[9] for line in listing.splitlines() if line.startswith("uid:")])
    assert names[0] == names[1] == ["cudatools <cudatools@nvidia.com>"]
    assert lab_keys.new.fingerprint != keys.OLD_FINGERPRINT


@pytest.mark.parametrize(
    ("name", "digest"), [("new", "digest algo 10"), ("sha1", "digest algo 2"), ("other", "digest algo 10")]
)
def test_the_binding_signature_has_the_digest(lab_keys: Keys, tmp_path: Path, name: str, digest: str) -> None:
    (tmp_path / "key").write_bytes(getattr(lab_keys, name).binary)
    packets = _gpg(tmp_path, "--list-packets", str(tmp_path / "key"))
    assert digest in packets


def test_signatures_verify_with_their_own_key_only(lab_keys: Keys, tmp_path: Path) -> None:
    data = b"Origin: NVIDIA\n"
    (tmp_path / "InRelease").write_bytes(keys.clear_signature(lab_keys.new, data))
    (tmp_path / "Release").write_bytes(data)
    (tmp_path / "Release.gpg").write_bytes(keys.detached_signature(lab_keys.new, data))
    codes = []
    for key in (lab_keys.new, lab_keys.other):
        ring = tmp_path / f"{key.name}.gpg"
        ring.write_bytes(key.binary)
        for files in (["InRelease"], ["Release.gpg", "Release"]):
            checked = subprocess.run(["gpgv", "--keyring", str(ring), *files], cwd=tmp_path, capture_output=True)
            codes.append(checked.returncode)
    assert codes[:2] == [0, 0]
    assert 0 not in codes[2:]


def test_dearmor_refuses_what_is_not_armored() -> None:
    with pytest.raises(ValueError, match="no ASCII-armored block"):
        keys.dearmor(b"\x99\x01\x02")
