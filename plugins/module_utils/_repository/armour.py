# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The ASCII armour of OpenPGP data."""

from __future__ import annotations

import base64
import binascii
import struct

BEGIN = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"


END = b"-----END PGP PUBLIC KEY BLOCK-----"


class OpenPgpError(ValueError):
    """The bytes are not keys that this file understands. The message says what was found, not in which file."""


def dearmor(block: bytes) -> bytes:
    """The bytes of one armored BLOCK. Raises OpenPgpError for bad base64, a wrong checksum, or other text on the lines
    of its marks."""
    lines = [line.strip() for line in block.replace(b"\r", b"").split(b"\n")]
    if BEGIN not in lines or END not in lines:
        raise OpenPgpError("armored block has other text on its first line or last line")
    lines = lines[lines.index(BEGIN) + 1 : lines.index(END)]
    # Armor headers ("Version: …") end at the first empty line; some programs write neither.
    if b"" in lines and all(b":" in line for line in lines[: lines.index(b"")]):
        lines = lines[lines.index(b"") + 1 :]
    body = b"".join(line for line in lines if not line.startswith(b"="))
    checksums = [line[1:] for line in lines if line.startswith(b"=")]
    try:
        data = base64.b64decode(body, validate=True)
        expected = base64.b64decode(checksums[0], validate=True) if checksums else None
    except binascii.Error as error:
        raise OpenPgpError(f"armored block is not base64: {error}") from error
    if expected is not None and expected != _crc24(data):
        raise OpenPgpError("armored block has a wrong checksum")
    return data


def armor(data: bytes) -> bytes:
    """DATA as one armored block, lines of 64 characters, with checksum and final line break."""
    body = base64.b64encode(data)
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return b"\n".join([BEGIN, b"", *lines, b"=" + base64.b64encode(_crc24(data)), END, b""])


def _crc24(data: bytes) -> bytes:
    """RFC 4880 section 6.1."""
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _bit in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return struct.pack(">I", crc & 0xFFFFFF)[1:]
