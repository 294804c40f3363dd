# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries as s
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import judgement

WSL = "https://developer.download.nvidia.com/compute/cuda/repos/wsl-ubuntu/x86_64/"
UBUNTU = "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/"
ML = "https://developer.download.nvidia.com/compute/machine-learning/repos/ubuntu1804/x86_64"
RING = "/usr/share/keyrings/cuda-archive-keyring.gpg"
OWN = "/etc/apt/sources.list.d/wslfleet-cuda.sources"
LISTS = "/etc/apt/sources.list.d/"


def one(line: str, path: str = LISTS + "cuda.list") -> s.Entry:
    (entry,) = s.parse(path, line)
    return entry


# Reading

LINES = [
    pytest.param(f"deb {WSL} /", (WSL, "/", {}), id="plain"),
    pytest.param(f"deb [signed-by={RING}] {WSL} /", (WSL, "/", {"signed-by": RING}), id="signed-by"),
    pytest.param(
        f"deb [ arch=amd64 Signed-By={RING} ] {WSL} /",
        (WSL, "/", {"arch": "amd64", "signed-by": RING}),
        id="blanks in brackets, capitals",
    ),
    pytest.param(f"deb [trusted=yes]\t{WSL}\t/", (WSL, "/", {"trusted": "yes"}), id="tabs"),
    pytest.param(f"  deb {WSL} / # by hand", (WSL, "/", {}), id="indented, comment behind"),
    pytest.param(
        "deb-src http://deb.debian.org/debian bookworm main contrib",
        ("http://deb.debian.org/debian", "bookworm", {}),
        id="components",
    ),
    pytest.param(
        f"deb [arch+=i386 signed-by=/a.gpg,/b.gpg] {WSL} /",
        (WSL, "/", {"arch": "i386", "signed-by": "/a.gpg /b.gpg"}),
        id="several values are separated by commas",
    ),
]


@pytest.mark.parametrize("line, expected", LINES)
def test_one_line(line: str, expected: tuple[t.Any, ...]) -> None:
    entry = one(line)
    assert (entry.uri, entry.suite, dict(entry.options)) == expected
    assert entry.enabled
    assert entry.form == "list"


@pytest.mark.parametrize(
    "line", ["", "   ", f"# deb {WSL} /", f"#deb {WSL} /", f"debx {WSL} /", f"deb {WSL}", "nonsense"]
)
def test_not_an_entry(line: str) -> None:
    assert s.parse(LISTS + "cuda.list", line) == []


def test_place_is_the_line_number() -> None:
    text = f"# one\n\ndeb {WSL} /\ndeb {UBUNTU} /\n"
    assert [(entry.place, entry.uri) for entry in s.parse("/etc/apt/sources.list", text)] == [(2, WSL), (3, UBUNTU)]


STANZA = f"""\
# NVIDIA
Types: deb deb-src
URIs: {WSL}
 {UBUNTU}
Suites: /
signed-by: {RING}
X-Note: mine
"""


def test_deb822() -> None:
    entries = s.parse(LISTS + "cuda.sources", STANZA)
    assert [(entry.uri, entry.place, entry.form) for entry in entries] == [(WSL, 0, "deb822"), (UBUNTU, 0, "deb822")]
    assert entries[0].options == (("signed-by", RING),)


@pytest.mark.parametrize("value", ["no", "No", "false", "0", "off", "without", "disable"])
def test_deb822_disabled(value: str) -> None:
    assert not any(entry.enabled for entry in s.parse(LISTS + "a.sources", f"{STANZA}Enabled: {value}\n"))


@pytest.mark.parametrize("value", ["yes", "true", "1", "on", "with", "enable"])
def test_deb822_enabled(value: str) -> None:
    assert all(entry.enabled for entry in s.parse(LISTS + "a.sources", f"{STANZA}Enabled: {value}\n"))


def test_the_extension_decides_about_the_form() -> None:
    assert s.parse(LISTS + "a.list", STANZA) == []
    assert s.parse(LISTS + "a.sources", f"deb {WSL} /\n") == []


# Addresses

SAME = [
    (WSL, WSL.rstrip("/")),
    (WSL, WSL.replace("https", "http")),
    (WSL, WSL.replace("developer.download", "Developer.Download")),
    (WSL, WSL.replace("https://", "https://user:secret@")),
    (WSL, WSL.replace("/repos/", "//repos/")),
    ("file:/var/cuda-repo-x", "copy:/var/cuda-repo-x"),
    ("file:/var/cuda-repo-x/", "file:///var/cuda-repo-x"),
]


@pytest.mark.parametrize("left, right", SAME)
def test_same_address(left: str, right: str) -> None:
    assert s.normal_address(left, "/") == s.normal_address(right, "/")


@pytest.mark.parametrize(
    "left, right",
    [
        ((WSL, "/"), (UBUNTU, "/")),
        ((WSL, "/"), (WSL, "stable")),
        (("http://a/b", "/"), ("http://a/B", "/")),
        (("file:/b", "/"), ("http://b", "/")),
        (("http://a:8080/b", "/"), ("http://a/b", "/")),
    ],
)
def test_different_address(left: tuple[str, str], right: tuple[str, str]) -> None:
    assert s.normal_address(*left) != s.normal_address(*right)


@pytest.mark.parametrize(
    "uri, kind",
    [
        (WSL, "cuda"),
        (WSL.rstrip("/"), "cuda"),
        (WSL.replace("https", "http"), "cuda"),
        (WSL.replace("nvidia.com", "nvidia.cn"), "cuda"),
        ("https://developer.download.nvidia.com/compute/cuda/repos/$(ARCH)/", "cuda"),
        (ML, "machine-learning"),
        (ML.replace("ubuntu1804/x86_64", ""), "machine-learning"),
        ("file:/var/cuda-repo-wsl-ubuntu-12-8-local", "local-installer"),
        ("file:///var/cuda-repo-wsl-ubuntu-12-8-local/", "local-installer"),
        ("copy:/var/cuda-repo-ubuntu2404-13-0-local", "local-installer"),
        ("https://nvidia.github.io/libnvidia-container/stable/deb/amd64", ""),
        ("https://mirror.corp.example/compute/cuda/repos/wsl-ubuntu/x86_64/", ""),
        ("http://deb.debian.org/debian", ""),
        ("file:/srv/repository", ""),
        ("http://[broken/", ""),
    ],
)
def test_kind(uri: str, kind: str) -> None:
    assert s.kind_of(uri) == kind


# Judging

KEYRING_LINE = f"deb [signed-by={RING}] {WSL} /"


# Edits


def edits(path: str, text: str) -> dict[str, str | None]:
    return judgement.plan_edits({path: text}, judgement.judge(s.parse(path, text), WSL, OWN, []), "20260131T120000")


def test_a_file_of_its_own_is_renamed() -> None:
    path = LISTS + "cuda.list"
    assert edits(path, f"# NVIDIA\n{KEYRING_LINE}\n") == {path: None}


@pytest.mark.parametrize("path", ["/etc/apt/sources.list", LISTS + "mixed.list"])
def test_other_lines_stay(path: str) -> None:
    text = f"deb http://deb.debian.org/debian bookworm main\n{KEYRING_LINE}\n# end"
    after = f"deb http://deb.debian.org/debian bookworm main\n# wslfleet 20260131T120000: {KEYRING_LINE}\n# end"
    assert edits(path, text) == {path: after}
    assert edits(path, after) == {}


def test_the_main_list_is_never_renamed() -> None:
    path = "/etc/apt/sources.list"
    assert edits(path, KEYRING_LINE + "\n") == {path: f"# wslfleet 20260131T120000: {KEYRING_LINE}\n"}


DEBIAN = "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: bookworm\nComponents: main\n"
CUDA = f"Types: deb\nURIs: {WSL}\nSuites: /\nSigned-By: {RING}\n"
TEXTS = [
    pytest.param(f"{DEBIAN}\n{CUDA}", id="last"),
    pytest.param(f"{CUDA}\n{DEBIAN}", id="first"),
    pytest.param(f"# a comment\n\n\n{CUDA}\n \n# b\n{DEBIAN}", id="comments and several empty lines"),
    pytest.param(f"{DEBIAN}\n# wsl\nEnabled: yes\n{CUDA}", id="said to be enabled"),
    pytest.param(f"\n\n{CUDA}\n\n{DEBIAN}\n\n", id="empty lines around"),
]


@pytest.mark.parametrize("text", TEXTS)
def test_stanza_is_switched_off(text: str) -> None:
    path = LISTS + "mixed.sources"
    after = edits(path, text)[path]
    assert after is not None
    found = {entry.uri: entry.enabled for entry in s.parse(path, after)}
    assert found == {WSL: False, "http://deb.debian.org/debian": True}
    assert edits(path, after) == {}
    kept = [line for line in after.splitlines() if "wslfleet" not in line and not line.startswith("Enabled")]
    assert kept == [line for line in text.splitlines() if not line.startswith("Enabled")]


# Writing


def test_render() -> None:
    text = s.render(WSL, RING)
    (entry,) = s.parse(OWN, text)
    assert text.startswith(s.MARK)
    assert (entry.uri, entry.suite, entry.signed_by) == (WSL, "/", RING)


# Properties
