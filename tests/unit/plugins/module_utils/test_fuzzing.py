# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rubbish into every parser: none may crash, and what harms must still be found when it stands between rubbish."""

from __future__ import annotations

import base64
import typing as t
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg, plan
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue, driver_packages
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import armour, legacy_keys, openpgp
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries, judgement
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import registry
from hypothesis import given
from hypothesis import strategies as st

WORDS = [
    "Package", "Status", "Source", "Version", "install", "ok", "installed", "Inst", "Conf", "Remv", "libc6", "deb",
    "Types", "URIs", "Enabled", "HKEY_LOCAL_MACHINE\\X", "REG_DWORD", "REG_BINARY", "REG_SZ", "0x1", "0xzz", "abc",
    "https://x/", "    ", ":", ": ", "=", "[", "]", "(", ")", "|", ",", "#", " ", "\t", "\r", "\n", "\n\n", "\0",
    "\x0c", "\x85", "\u2028", "ü", "\udcff", "1",
]  # fmt: skip
RUBBISH = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=3)), max_size=12).map("".join)
NAMES = st.sampled_from(["libcuda1", "nvidia-driver-570", "libnvidia-compute-570-server", "cuda-drivers", "nvidia-smi"])


# dpkg


@given(RUBBISH, NAMES, st.sampled_from(["installed", "unpacked", "half-installed", "config-files"]), RUBBISH,
       st.sampled_from(["\n", "\r\n"]))  # fmt: skip
def test_status_hides_no_driver(before: str, name: str, state: str, after: str, end: str) -> None:
    stanza = f"Package: {name}\nStatus: install ok {state}\nArchitecture: amd64\nVersion: 1\n"
    text = f"{before}\n\n{stanza}\n{after}".replace("\n", end)
    found = {package.name for package in dpkg.parse_status(text) if package.code[1] != "n"}
    assert name in found
    assert driver_packages.why_driver(name)


@given(st.lists(st.sampled_from([*dpkg._WANT, *dpkg._STATE, "ok", "reinstreq", "", "?", "Installed"]), max_size=4))
def test_only_what_dpkg_calls_installed_counts_as_installed(words: list[str]) -> None:
    package = dpkg.Package("x", "", "", dpkg.code_of(" ".join(words)))
    right = len(" ".join(words).split()) >= 3 and " ".join(words).split()[2] in (
        "installed",
        "triggers-pending",
        "triggers-awaited",
    )
    assert package.installed is (right and " ".join(words).split()[1] != "reinstreq")


# apt


@given(RUBBISH, NAMES, st.sampled_from(["", ":i386", " ", " (", " [1] (2 A:b [amd64])", "\t(1)"]), RUBBISH, RUBBISH)
def test_simulation_hides_no_driver(before: str, name: str, decoration: str, tail: str, after: str) -> None:
    rest = tail.split("\n")[0].split("\r")[0]
    line = f"Inst {name}{decoration}{' ' + rest if rest else ''}"
    assert not plan.judge(plan.parse_simulation(f"{before}\n{line}\n{after}"), []).allowed


# Source lists

URI = st.builds(
    "{}://{}{}{}/compute/cuda/repos/wsl-ubuntu/x86_64{}".format,
    st.sampled_from(["http", "https", "HTTPS"]),
    st.sampled_from(["", "user:secret@"]),
    st.sampled_from(["developer.download.nvidia.com", "Developer.Download.NVIDIA.com", "developer.download.nvidia.cn"]),
    st.sampled_from(["", ":443", "/"]),
    st.sampled_from(["", "/", "//"]),
)
OPTIONS = st.sampled_from(["", "[arch=amd64] ", "[ arch=amd64 lang=none ]  "])


def stale(path: str, text: str) -> set[str]:
    return {item.entry.uri for item in judgement.judge(entries.parse(path, text), "", "", ())}


@given(RUBBISH, OPTIONS, URI, RUBBISH, st.sampled_from([" ", "\t", "  "]))
def test_list_hides_no_unsigned_nvidia_source(before: str, options: str, uri: str, after: str, blank: str) -> None:
    assert uri in stale("/etc/apt/sources.list", f"{before}\ndeb{blank}{options}{uri}{blank}/\n{after}")


@given(RUBBISH, URI, RUBBISH, st.booleans())
def test_deb822_hides_no_unsigned_nvidia_source(before: str, uri: str, after: str, enabled: bool) -> None:
    stanza = f"Types: deb\nURIs: {uri}\nSuites: /\n" + ("Enabled: yes\n" if enabled else "")
    assert uri in stale("/etc/apt/sources.list.d/x.sources", f"{before}\n\n{stanza}\n{after}")


# Keys

OLD_ARMORED = (Path(__file__).resolve().parents[2] / "data/7fa2af80.pub").read_bytes()
OLD = base64.b64decode(OLD_ARMORED.split(b"\n\n", 1)[1].split(b"\n=")[0])
BYTES = st.one_of(st.binary(max_size=40), st.sampled_from([OLD[:7], OLD[:300], b"KBXf", armour.BEGIN, b"\x99\x01"]))


BODY = st.binary(min_size=6, max_size=60).filter(lambda body: b"PGP" not in body and b"KBX" not in body)
"""Without the marks of the other forms, which a binary file with them in it would be taken for, and told of."""


def other_key(body: bytes) -> bytes:
    """A version 4 key with BODY behind its version."""
    return bytes([0xC6, len(body) + 1, 4]) + body


def verdict(data: bytes) -> str:
    """What becomes of a key file: ``found``, ``told`` (somebody has to look), or ``clean``."""
    try:
        removal = openpgp.remove_keys(data, [catalogue.OLD_KEY])
    except armour.OpenPgpError:
        return "told" if legacy_keys._may_hold(data, [catalogue.OLD_KEY]) else "clean"
    return "clean" if removal is None else "found"


@given(st.binary(max_size=200))
def test_any_bytes_are_keys_or_refused(data: bytes) -> None:
    assert verdict(data) == "clean"


@given(BYTES, BYTES)
def test_rubbish_around_a_key_hides_it_from_nobody(before: bytes, after: bytes) -> None:
    assert verdict(before + OLD + after) != "clean"
    assert verdict(before + b"\n" + OLD_ARMORED + b"\n" + after) != "clean"


@given(
    st.lists(BODY, max_size=4),
    st.integers(0, 4),
    st.sampled_from(["binary", "armor", "blocks"]),
)
def test_the_old_key_is_found_among_others(bodies: list[bytes], place: int, form: str) -> None:
    keys = [other_key(body) for body in bodies]
    keys.insert(place, OLD)
    data = {
        "binary": lambda: b"".join(keys),
        "armor": lambda: armour.armor(b"".join(keys)),
        "blocks": lambda: b"".join(armour.armor(key) for key in keys),
    }[form]()
    removal = openpgp.remove_keys(data, [catalogue.OLD_KEY])
    assert removal is not None and len(removal.kept) == len(bodies)
    if removal.data is not None:
        assert [key.data for key in openpgp.read_keys(removal.data)] == [key for key in keys if key != OLD]


# The registry


REG_TYPES = st.sampled_from(["REG_DWORD", "REG_QWORD", "REG_BINARY", "REG_NONE", "REG_MULTI_SZ", "REG_SZ", "REG_X"])
ROW = st.builds("    {}    {}    {}".format, st.text(max_size=3), REG_TYPES, st.one_of(RUBBISH, st.text(max_size=5)))


@given(st.one_of(st.binary(max_size=200), st.lists(ROW).map("\r\n".join).map(lambda s: s.encode("utf-8", "replace"))))
def test_any_output_of_reg_exe_can_be_read(output: bytes) -> None:
    for line in (b"", b"HKEY_USERS\r\n"):
        tree = registry.parse(line + output, registry.Scope("HKU", recursive=True))
        for key in tree.all_keys():
            for name in tree.values(key):
                tree.number(key, name)
                tree.text(key, name)


KINDS: dict[str, tuple[str, t.Any]] = {
    "REG_DWORD": ("0x2a", 42),
    "REG_SZ": ("a b", "a b"),
    "REG_BINARY": ("00ff", b"\x00\xff"),
}


@given(RUBBISH, st.sampled_from(sorted(KINDS)), RUBBISH)
def test_a_value_between_rubbish_is_read(before: str, kind: str, after: str) -> None:
    text, data = KINDS[kind]
    output = (
        f"{before}\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Key\r\n    Name    {kind}    {text}\r\n\r\nHKEY_USERS\\Y\r\n{after}"
    )
    tree = registry.parse(output.encode("utf-8", "replace"), registry.Scope("HKLM\\SOFTWARE\\Key"))
    assert tree.get("HKLM\\SOFTWARE\\Key", "name") == data
