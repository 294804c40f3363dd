# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""OpenPGP packets: split, and the fingerprint of a key."""

from __future__ import annotations

import hashlib
import struct
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._repository.armour import OpenPgpError

SIGNATURE = 2


PUBLIC_KEY = 6


RING_TRUST = 12


OF_A_KEY = {SIGNATURE, PUBLIC_KEY, 13, 14, 17}
"""The tags of public keys: signature, public key, user id, public subkey, user attribute. In any other packet apt's
verifier may find another key: sqv uses the public half of a secret key (5)."""


@dataclass(frozen=True)
class Packet:
    """One packet: its tag, its bytes as in the file, and the body without the header."""

    tag: int
    raw: bytes
    body: bytes


def split_packets(data: bytes) -> t.List[Packet]:
    """The packets of binary DATA. Raises OpenPgpError for truncated data and partial lengths."""
    packets: t.List[Packet] = []
    position = 0
    while position < len(data):
        tag, start, length = _header(data, position)
        end = start + length
        if end > len(data):
            raise OpenPgpError(f"packet at byte {position} is cut off")
        packets.append(Packet(tag, data[position:end], data[start:end]))
        position = end
    return packets


def _header(data: bytes, position: int) -> t.Tuple[int, int, int]:
    """(tag, offset of the body, length of the body) of the packet at POSITION."""
    first = data[position]
    if not first & 0x80:
        raise OpenPgpError(f"byte {position} does not start an OpenPGP packet")
    try:
        if first & 0x40:
            return _new_header(data, position, first & 0x3F)
        return _old_header(data, position, (first >> 2) & 0x0F, first & 0x03)
    except (IndexError, struct.error) as error:
        raise OpenPgpError(f"packet header at byte {position} is cut off") from error


def _new_header(data: bytes, position: int, tag: int) -> t.Tuple[int, int, int]:
    length = data[position + 1]
    if length < 192:
        return tag, position + 2, length
    if length < 224:
        return tag, position + 3, ((length - 192) << 8) + data[position + 2] + 192
    if length == 255:
        return tag, position + 6, struct.unpack_from(">I", data, position + 2)[0]
    raise OpenPgpError(f"packet at byte {position} has a partial length, which keys do not have")


def _old_header(data: bytes, position: int, tag: int, kind: int) -> t.Tuple[int, int, int]:
    if kind == 3:
        raise OpenPgpError(f"packet at byte {position} has an indeterminate length, which keys do not have")
    size = (1, 2, 4)[kind]
    length = struct.unpack_from((">B", ">H", ">I")[kind], data, position + 1)[0]
    return tag, position + 1 + size, length


def fingerprint(body: bytes) -> str:
    """The v4 fingerprint (40 upper-case hex digits) of the BODY of a public key packet."""
    if not body or body[0] != 4:
        version = body[0] if body else "none"
        raise OpenPgpError(f"key of version {version}; only version 4 keys are understood")
    if len(body) > 0xFFFF:
        raise OpenPgpError(f"key of {len(body)} bytes, which is too long for a version 4 key")
    return hashlib.sha1(b"\x99" + struct.pack(">H", len(body)) + body).hexdigest().upper()
