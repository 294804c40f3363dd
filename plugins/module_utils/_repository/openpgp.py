# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""OpenPGP public keys in the files that apt reads: split, fingerprint, take one out.

Done here since ``gpg --delete-keys`` fails on armored files, reports failure after success on others, and is absent
from minimal systems. RFC 4880 sections 4.2 (packets), 6.2 (armor), 12.2 (fingerprints); keybox: GnuPG
``kbx/keybox-blob.c``.
"""

from __future__ import annotations

import hashlib
import re
import struct
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import armour
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository.armour import OpenPgpError

SIGNATURE = 2
PUBLIC_KEY = 6
RING_TRUST = 12
_OF_A_KEY = {SIGNATURE, PUBLIC_KEY, 13, 14, 17}
"""The tags of public keys: signature, public key, user id, public subkey, user attribute. In anything else that a file
holds, apt's verifier may see one more key: sqv takes a secret key (5) for its public half."""
_KEYBOX_MAGIC = b"KBXf"
_KEYBOX_OPENPGP = 2
_BLOCK = re.compile(re.escape(armour.BEGIN) + rb".*?" + re.escape(armour.END) + rb"[ \t]*\r?\n?", re.DOTALL)


@dataclass(frozen=True)
class Packet:
    """One packet: its tag, the bytes as they stand in the file, and the body without the header."""

    tag: int
    raw: bytes
    body: bytes


@dataclass(frozen=True)
class Key:
    """A primary key with everything that belongs to it. ``data`` holds no ring trust packets, as ``gpg --export``."""

    fingerprint: str
    data: bytes


@dataclass(frozen=True)
class Removal:
    """What is left of a key file. ``data`` is None when no key is left, so that the file can go."""

    data: bytes | None
    removed: t.Tuple[str, ...]
    kept: t.Tuple[str, ...]


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


def split_keys(data: bytes) -> t.List[Key]:
    """The keys of binary DATA, in order. Raises OpenPgpError when it holds anything but public keys."""
    keys: t.List[Key] = []
    for packet in split_packets(data):
        if packet.tag == RING_TRUST:
            continue
        if packet.tag not in _OF_A_KEY:
            raise OpenPgpError(f"holds a packet of tag {packet.tag}, which is no part of a public key")
        if packet.tag == PUBLIC_KEY:
            keys.append(Key(fingerprint(packet.body), packet.raw))
        elif keys:
            keys[-1] = Key(keys[-1].fingerprint, keys[-1].data + packet.raw)
        else:
            raise OpenPgpError(f"starts with a packet of tag {packet.tag}, not with a public key")
    return keys


_SHA1 = 2
_BINDING_TYPES = (0x10, 0x11, 0x12, 0x13)


def bound_by_sha1(data: bytes) -> bool:
    """Whether every signature that binds a user id in the key DATA (binary, one key) is made over SHA-1.

    RFC 4880 sections 5.2.1 (types), 9.4 (hash algorithms). Signatures by other keys cannot be told apart without their
    issuers and count too; a key without any is not bound at all, which is another fault.
    """
    hashes = []
    for packet in split_packets(data):
        body = packet.body
        if packet.tag == SIGNATURE and len(body) > 3 and body[0] == 4 and body[1] in _BINDING_TYPES:
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
    """The keys of a file in any of the three forms. Empty data holds no key."""
    kind = form(data)
    if kind == "armor":
        blocks = _BLOCK.findall(data)
        if len(blocks) != data.count(armour.BEGIN):
            raise OpenPgpError("armored block has no end")
        return [key for block in blocks for key in split_keys(armour.dearmor(block))]
    if kind == "keybox":
        return [key for blob in _keybox_keys(data) for key in split_keys(blob)]
    return split_keys(data)


def remove_keys(data: bytes, fingerprints: t.Collection[str]) -> Removal | None:
    """DATA without the keys of FINGERPRINTS; None when it holds none of them.

    The form stays, except that a keybox becomes binary: apt 3 cannot read a keybox. Text around armored blocks and
    blocks that lose nothing stay byte for byte.
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
        raise OpenPgpError(f"{text!r} is not a fingerprint of 40 hex digits")
    return bare


def _keybox_keys(data: bytes) -> t.Iterator[bytes]:
    """The key blocks of a keybox; X.509 and empty blobs are passed over."""
    position = 0
    while position < len(data):
        if position + 16 > len(data):
            raise OpenPgpError(f"keybox blob at byte {position} is cut off")
        length, kind = struct.unpack_from(">IB", data, position)
        if length < 5 or position + length > len(data):
            raise OpenPgpError(f"keybox blob at byte {position} has a wrong length")
        if kind == _KEYBOX_OPENPGP:
            offset, size = struct.unpack_from(">II", data, position + 8)
            if offset + size > length:
                raise OpenPgpError(f"keybox blob at byte {position} points outside itself")
            yield data[position + offset : position + offset + size]
        position += length
