# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""OpenPGP public keys in the files that apt reads: split them, compute fingerprints, remove one.

gpg is not used: ``gpg --delete-keys`` fails for armored files, reports failure after success for others, and minimal
systems do not have it. RFC 4880 sections 4.2 (packets), 6.2 (armor), 12.2 (fingerprints); keybox: GnuPG
``kbx/keybox-blob.c``.
"""

from __future__ import annotations

import re
import struct
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import armour
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import packets as repository_packets

_KEYBOX_MAGIC = b"KBXf"
_KEYBOX_OPENPGP = 2
_BLOCK = re.compile(re.escape(armour.BEGIN) + rb".*?" + re.escape(armour.END) + rb"[ \t]*\r?\n?", re.DOTALL)


@dataclass(frozen=True)
class Key:
    """A primary key with everything that belongs to it. ``data`` holds no ring trust packets, as ``gpg --export``."""

    fingerprint: str
    data: bytes


@dataclass(frozen=True)
class Removal:
    """What is left of a key file. ``data`` is None if no key is left, so that the file can be removed."""

    data: bytes | None
    removed: t.Tuple[str, ...]
    kept: t.Tuple[str, ...]


def split_keys(data: bytes) -> t.List[Key]:
    """The keys of binary DATA, in order. Raises OpenPgpError if it contains anything but public keys."""
    keys: t.List[Key] = []
    for packet in repository_packets.split_packets(data):
        if packet.tag == repository_packets.RING_TRUST:
            continue
        if packet.tag not in repository_packets.OF_A_KEY:
            raise armour.OpenPgpError(f"contains a packet of tag {packet.tag}, which is not part of a public key")
        if packet.tag == repository_packets.PUBLIC_KEY:
            keys.append(Key(repository_packets.fingerprint(packet.body), packet.raw))
        elif keys:
            keys[-1] = Key(keys[-1].fingerprint, keys[-1].data + packet.raw)
        else:
            raise armour.OpenPgpError(f"starts with a packet of tag {packet.tag}, not with a public key")
    return keys


_SHA1 = 2
_BINDING_TYPES = (0x10, 0x11, 0x12, 0x13)


def bound_by_sha1(data: bytes) -> bool:
    """Whether all signatures that bind a user id in the key DATA (binary, one key) use SHA-1.

    RFC 4880 sections 5.2.1 (types), 9.4 (hash algorithms). Signatures by other keys count too, because only their
    issuers would show the difference. A key without signatures is not bound at all, which is another fault.
    """
    hashes = []
    for packet in repository_packets.split_packets(data):
        body = packet.body
        if packet.tag == repository_packets.SIGNATURE and len(body) > 3 and body[0] == 4 and body[1] in _BINDING_TYPES:
            hashes.append(body[3])
    return bool(hashes) and all(item == _SHA1 for item in hashes)


def form(data: bytes) -> str:
    """``armor``, ``keybox`` or ``binary``."""
    if armour.BEGIN in data:
        return "armor"
    if data[8:12] == _KEYBOX_MAGIC:
        return "keybox"
    return "binary"


def read_keys(data: bytes) -> t.List[Key]:
    """The keys of a file in any of the three forms. Empty data contains no key."""
    kind = form(data)
    if kind == "armor":
        blocks = _BLOCK.findall(data)
        if len(blocks) != data.count(armour.BEGIN):
            raise armour.OpenPgpError("armored block has no end")
        return [key for block in blocks for key in split_keys(armour.dearmor(block))]
    if kind == "keybox":
        return [key for blob in _keybox_keys(data) for key in split_keys(blob)]
    return split_keys(data)


def remove_keys(data: bytes, fingerprints: t.Collection[str]) -> Removal | None:
    """DATA without the keys of FINGERPRINTS; None if it contains none of them.

    The form stays, except that a keybox becomes binary: apt 3 cannot read a keybox. Text around armored blocks, and
    blocks without these keys, stay byte for byte.
    """
    wanted = {normal_fingerprint(item) for item in fingerprints}
    keys = read_keys(data)
    removed = tuple(key.fingerprint for key in keys if key.fingerprint in wanted)
    if not removed:
        return None
    left = [key for key in keys if key.fingerprint not in wanted]
    kept = tuple(key.fingerprint for key in left)
    if not left:
        return Removal(None, removed, kept)
    if form(data) == "armor":
        return Removal(_BLOCK.sub(lambda match: _thin_block(match.group(0), wanted), data), removed, kept)
    return Removal(b"".join(key.data for key in left), removed, kept)


def _thin_block(block: bytes, wanted: t.Collection[str]) -> bytes:
    keys = split_keys(armour.dearmor(block))
    left = [key.data for key in keys if key.fingerprint not in wanted]
    if len(left) == len(keys):
        return block
    return armour.armor(b"".join(left)) if left else b""


def normal_fingerprint(text: str) -> str:
    """40 upper-case hex digits without blanks. Raises OpenPgpError for anything else (key ids are not enough)."""
    bare = re.sub(r"[\s:]", "", text).upper()
    if bare.startswith("0X"):
        bare = bare[2:]
    if not re.match(r"^[0-9A-F]{40}$", bare):
        raise armour.OpenPgpError(f"{text!r} is not a fingerprint of 40 hex digits")
    return bare


def _keybox_keys(data: bytes) -> t.Iterator[bytes]:
    """The key blocks of a keybox; X.509 and empty blobs are ignored."""
    position = 0
    while position < len(data):
        if position + 16 > len(data):
            raise armour.OpenPgpError(f"keybox blob at byte {position} is cut off")
        length, kind = struct.unpack_from(">IB", data, position)
        if length < 5 or position + length > len(data):
            raise armour.OpenPgpError(f"keybox blob at byte {position} has a wrong length")
        if kind == _KEYBOX_OPENPGP:
            offset, size = struct.unpack_from(">II", data, position + 8)
            if offset + size > length:
                raise armour.OpenPgpError(f"keybox blob at byte {position} points outside itself")
            yield data[position + offset : position + offset + size]
        position += length
