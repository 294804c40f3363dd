# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import armour
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.index_data import DATA

OLD = "AE09FE4BBD223A84B2CCFCE3F60F4B3D7FA2AF80"

OLD_FILE = (DATA / "7fa2af80.pub").read_bytes()

OTHERS_FILE = (DATA / "two_keys.asc").read_bytes()


@dataclass(frozen=True)
class Keys:
    """What gpg makes of the old key and two others: fingerprint -> export, and a way to ask for more."""

    home: Path
    exports: dict[str, bytes]

    @property
    def others(self) -> list[str]:
        return [item for item in self.exports if item != OLD]

    def gpg(self, *arguments: str, stdin: bytes = b"") -> bytes:
        command = ["gpg", "--homedir", str(self.home), "--batch", "--quiet", "--no-autostart", *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout

    def armored(self, *fingerprints: str) -> bytes:
        return self.gpg("--armor", "--export", *fingerprints)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    if shutil.which("gpg") is None:
        pytest.skip("needs gpg")
    home = tmp_path_factory.mktemp("gnupg")
    home.chmod(0o700)
    made = Keys(home, {})
    for file in (OTHERS_FILE, OLD_FILE):
        made.gpg("--import", stdin=file)
    listing = made.gpg("--list-keys", "--with-colons").decode().splitlines()
    primary = [listing[number + 1].split(":")[9] for number, line in enumerate(listing) if line.startswith("pub:")]
    assert len(primary) == 3
    return Keys(home, {item: made.gpg("--export", item) for item in primary})


@pytest.mark.parametrize("tool", ["gpg", "python"])
def test_armor_is_read_by_gpg_and_back(tool: str, keys: Keys) -> None:
    binary = keys.exports[OLD]
    armored = armour.armor(binary)
    assert (keys.gpg("--dearmor", stdin=armored) if tool == "gpg" else armour.dearmor(armored)) == binary


@given(st.binary(max_size=2000))
def test_armor_round_trip(data: bytes) -> None:
    armored = armour.armor(data)
    assert armour.dearmor(armored) == data
    assert max(len(line) for line in armored.splitlines()) <= 64
