# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""NVIDIA's old key and two others, as files and as gpg exports them; packets by hand."""

from __future__ import annotations

import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.unit.plugins.module_utils.index_data import DATA

OLD = "AE09FE4BBD223A84B2CCFCE3F60F4B3D7FA2AF80"
OLD_FILE = (DATA / "7fa2af80.pub").read_bytes()
OTHERS_FILE = (DATA / "two_keys.asc").read_bytes()


def packet(tag: int, body: bytes) -> bytes:
    """A packet with a new header and the shortest length."""
    length = len(body)
    if length < 192:
        return bytes([0xC0 | tag, length]) + body
    if length < 8384:
        return bytes([0xC0 | tag, ((length - 192) >> 8) + 192, (length - 192) & 0xFF]) + body
    return bytes([0xC0 | tag, 255]) + struct.pack(">I", length) + body


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


def keys_of_gpg(home: Path) -> Keys:
    """Those that gpg knows in HOME, an empty folder, after it has read the files above."""
    home.chmod(0o700)
    made = Keys(home, {})
    for file in (OTHERS_FILE, OLD_FILE):
        made.gpg("--import", stdin=file)
    listing = made.gpg("--list-keys", "--with-colons").decode().splitlines()
    primary = [listing[number + 1].split(":")[9] for number, line in enumerate(listing) if line.startswith("pub:")]
    assert len(primary) == 3
    return Keys(home, {item: made.gpg("--export", item) for item in primary})
