# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import struct

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import armour
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import openpgp as o
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import packets as repository_packets
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.gpg_keys import OLD, OLD_FILE, Keys, packet

# The real old key


def test_the_old_key_by_its_fingerprint() -> None:
    (key,) = o.read_keys(OLD_FILE)
    assert key.fingerprint == OLD


def test_a_file_of_the_old_key_alone_can_go() -> None:
    assert o.remove_keys(OLD_FILE, [OLD]) == o.Removal(None, (OLD,), ())


def test_a_file_without_the_key_is_left_alone() -> None:
    assert o.remove_keys(OLD_FILE, ["EB693B3035CD5710E231E123A4B469963BF863CC"]) is None


def test_dearmored_file_is_the_same_key() -> None:
    binary = armour.dearmor(OLD_FILE)
    assert o.form(binary) == "binary"
    assert [key.fingerprint for key in o.read_keys(binary)] == [OLD]


# Several keys in one file: what stays is what gpg exports


def test_the_keys_of_gpg_are_seen_in_order(keys: Keys) -> None:
    everything = keys.gpg("--export")
    assert {key.fingerprint: key.data for key in o.read_keys(everything)} == keys.exports


@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "middle", "last"])
def test_out_of_a_binary_file(place: int, keys: Keys) -> None:
    order = keys.others
    order.insert(place, OLD)
    removal = o.remove_keys(b"".join(keys.exports[item] for item in order), [OLD])
    assert removal == o.Removal(keys.gpg("--export", *keys.others), (OLD,), tuple(keys.others))


def test_out_of_one_armored_block(keys: Keys) -> None:
    removal = o.remove_keys(keys.armored(), [OLD])
    assert removal is not None and removal.data is not None
    assert o.form(removal.data) == "armor"
    assert armour.dearmor(removal.data) == keys.gpg("--export", *keys.others)
    assert keys.gpg("--dearmor", stdin=removal.data) == keys.gpg("--export", *keys.others)


@pytest.mark.parametrize("old_first", [True, False])
def test_out_of_two_armored_blocks(old_first: bool, keys: Keys) -> None:
    """The block that loses nothing, and the text around, stay byte for byte."""
    kept = b"our own keys\n" + keys.armored(*keys.others) + b"end\n"
    removal = o.remove_keys(OLD_FILE + kept if old_first else kept + OLD_FILE, [OLD])
    assert removal is not None
    assert removal.data == kept


def test_out_of_a_keybox(keys: Keys) -> None:
    """Written back as binary, since apt 3 cannot read a keybox."""
    data = (keys.home / "pubring.kbx").read_bytes()
    assert o.form(data) == "keybox"
    removal = o.remove_keys(data, [OLD])
    assert removal is not None and removal.data is not None
    assert sorted(removal.kept) == sorted(keys.others)
    assert removal.data == keys.gpg("--export", *removal.kept)


def test_ring_trust_packets_are_dropped(keys: Keys) -> None:
    trust = packet(12, b"\0\0gpg\0\0\0\0")
    other = keys.others[0]
    removal = o.remove_keys(keys.exports[OLD] + trust + keys.exports[other] + trust, [OLD])
    assert removal is not None
    assert removal.data == keys.exports[other]


def test_all_keys_at_once(keys: Keys) -> None:
    assert o.remove_keys(keys.gpg("--export"), list(keys.exports)) == o.Removal(None, tuple(keys.exports), ())


def test_a_second_run_finds_nothing(keys: Keys) -> None:
    removal = o.remove_keys(keys.armored(), [OLD])
    assert removal is not None and removal.data is not None
    assert o.remove_keys(removal.data, [OLD]) is None


# Armor as found in the wild

ARMORED = armour.armor(armour.dearmor(OLD_FILE))
VARIANTS = [
    pytest.param(OLD_FILE, id="with a Version header"),
    pytest.param(ARMORED, id="without headers"),
    pytest.param(ARMORED.replace(b"\n", b"\r\n"), id="CRLF"),
    pytest.param(ARMORED.replace(b"BLOCK-----\n\n", b"BLOCK-----\n"), id="without the empty line"),
    pytest.param(b"\n".join(part for part in ARMORED.split(b"\n") if part[:1] != b"="), id="without checksum"),
    pytest.param(ARMORED.rstrip(b"\n"), id="without a final line break"),
    pytest.param(b"# NVIDIA\n" + ARMORED + b"\n\n", id="text around"),
    pytest.param(ARMORED.replace(b"\n", b" \n"), id="blanks at line ends"),
]


@pytest.mark.parametrize("data", VARIANTS)
def test_armor_variants(data: bytes) -> None:
    assert [key.fingerprint for key in o.read_keys(data)] == [OLD]
    assert o.remove_keys(data, [OLD]) == o.Removal(None, (OLD,), ())


BROKEN_ARMOR = [
    pytest.param(ARMORED.replace(b"mQINBF", b"mQINBG"), "checksum", id="changed data"),
    pytest.param(ARMORED.replace(b"mQINBF", b"mQIN!F"), "not base64", id="not base64"),
    pytest.param(ARMORED.replace(b"\n\n", b"\n\nA", 1), "not base64|checksum", id="wrong padding"),
    pytest.param(
        ARMORED.replace(b"BLOCK-----\n\n", b"BLOCK----- \tx\n\n"), "first line", id="text behind the first line"
    ),
    pytest.param(ARMORED.replace(b"\n-----END", b"-----END"), "last line", id="text before the last line"),
    pytest.param(ARMORED[: len(ARMORED) // 2], "no end", id="cut off"),
]


@pytest.mark.parametrize("data, message", BROKEN_ARMOR)
def test_broken_armor_is_an_error(data: bytes, message: str) -> None:
    with pytest.raises(armour.OpenPgpError, match=message):
        o.read_keys(data)


# Packets

V4 = b"\x04" + b"k" * 20
HEADERS = [
    pytest.param(b"\xc6\x15" + V4, id="new, one octet"),
    pytest.param(b"\xc6\xff\0\0\0\x15" + V4, id="new, five octets"),
    pytest.param(b"\x98\x15" + V4, id="old, one octet"),
    pytest.param(b"\x99\0\x15" + V4, id="old, two octets"),
    pytest.param(b"\x9a\0\0\0\x15" + V4, id="old, four octets"),
]


@pytest.mark.parametrize("data", HEADERS)
def test_every_header_gives_the_same_packet(data: bytes) -> None:
    assert repository_packets.split_packets(data) == [
        repository_packets.Packet(repository_packets.PUBLIC_KEY, data, V4)
    ]
    assert len({key.fingerprint for key in o.split_keys(data)}) == 1


REFUSED = [
    pytest.param(packet(6, b"\x05" + b"k" * 20), "version 5", id="version 5"),
    pytest.param(packet(6, b"\x06" + b"k" * 20), "version 6", id="version 6"),
    pytest.param(packet(6, b"\x03" + b"k" * 20), "version 3", id="version 3"),
    pytest.param(packet(6, b""), "version none", id="empty key"),
    pytest.param(packet(6, b"\x04" + b"k" * 70000), "too long", id="longer than a fingerprint can say"),
    pytest.param(b"\xc6\xe1" + b"k" * 8, "partial length", id="partial length"),
    pytest.param(b"\x9b" + b"k" * 8, "indeterminate length", id="indeterminate length"),
    pytest.param(b"\xc6\x15" + V4[:-1], "cut off", id="body cut off"),
    pytest.param(b"\xc6", "header at byte 0 is cut off", id="header cut off"),
    pytest.param(b"\xc6\xff\0", "header at byte 0 is cut off", id="long header cut off"),
    pytest.param(b"\x9a\0", "header at byte 0 is cut off", id="old header cut off"),
    pytest.param(b"hello", "byte 0 does not start", id="text"),
    pytest.param(packet(13, b"uid"), "tag 13", id="a uid without a key"),
    pytest.param(packet(6, V4) + b"\0", "byte 23 does not start", id="rubbish at the end"),
]


@pytest.mark.parametrize("data, message", REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(armour.OpenPgpError, match=message):
        o.read_keys(data)


KEYBOX_HEADER = struct.pack(">IBBH4s", 32, 1, 1, 2, b"KBXf") + b"\0" * 20


@pytest.mark.parametrize(
    "blob, message",
    [
        (b"\0\0\0", "cut off"),
        (struct.pack(">IB", 4, 2) + b"\0" * 11, "wrong length"),
        (struct.pack(">IB", 99, 2) + b"\0" * 11, "wrong length"),
        (struct.pack(">IBBHII", 16, 2, 1, 0, 12, 40), "points outside"),
    ],
)
def test_broken_keybox(blob: bytes, message: str) -> None:
    with pytest.raises(armour.OpenPgpError, match=message):
        o.read_keys(KEYBOX_HEADER + blob)


@pytest.mark.parametrize("data", [b"", KEYBOX_HEADER], ids=["empty file", "empty keybox"])
def test_no_keys(data: bytes) -> None:
    assert o.read_keys(data) == []
    assert o.remove_keys(data, [OLD]) is None


@pytest.mark.parametrize(
    "text",
    [
        OLD,
        OLD.lower(),
        "0x" + OLD,
        "AE09 FE4B BD22 3A84 B2CC  FCE3 F60F 4B3D 7FA2 AF80",
        "AE:09:FE:4B:BD:22:3A:84:B2:CC:FC:E3:F6:0F:4B:3D:7F:A2:AF:80",
    ],
)
def test_spellings_of_a_fingerprint(text: str) -> None:
    assert o.normal_fingerprint(text) == OLD


@pytest.mark.parametrize("text", ["7fa2af80", "F60F4B3D7FA2AF80", "", "0x", "cudatools", OLD + "0", OLD[:-1] + "G"])
def test_no_fingerprint(text: str) -> None:
    """A key id is not enough: anyone can make a key with the same one."""
    with pytest.raises(armour.OpenPgpError, match="is not a fingerprint"):
        o.remove_keys(OLD_FILE, [text])


# Properties


MIXED = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [armour.BEGIN, armour.END, b"\n", b"\n\n", b"=AAAA", packet(6, V4), packet(13, b"uid"), KEYBOX_HEADER]
        ),
        st.binary(max_size=40).map(base64.b64encode),
    ),
    max_size=12,
).map(b"".join)


@given(MIXED)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        removal = o.remove_keys(data, [OLD])
    except armour.OpenPgpError:
        return
    assert removal is None


@given(st.integers(0, len(OLD_FILE) - 1), st.integers(0, 255))
def test_a_changed_byte_never_raises_anything_else(place: int, value: int) -> None:
    data = OLD_FILE[:place] + bytes([value]) + OLD_FILE[place + 1 :]
    try:
        o.read_keys(data)
    except armour.OpenPgpError:
        return
