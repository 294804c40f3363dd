# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries as s
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import judgement
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.apt_world import AptWorld

WSL = "https://developer.download.nvidia.com/compute/cuda/repos/wsl-ubuntu/x86_64/"

UBUNTU = "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/"

ML = "https://developer.download.nvidia.com/compute/machine-learning/repos/ubuntu1804/x86_64"

RING = "/usr/share/keyrings/cuda-archive-keyring.gpg"

OWN = "/etc/apt/sources.list.d/wslfleet-cuda.sources"

LISTS = "/etc/apt/sources.list.d/"


def one(line: str, path: str = LISTS + "cuda.list") -> s.Entry:
    (entry,) = s.parse(path, line)
    return entry


def test_deb822_embedded_key() -> None:
    text = f"Types: deb\nURIs: {WSL}\nSuites: /\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQIN\n"
    (entry,) = s.parse(LISTS + "a.sources", text)
    assert entry.signed_by.startswith("\n-----BEGIN PGP")
    assert judgement.judge([entry], "", OWN, ["/gone.gpg"]) == []


KEYRING_LINE = f"deb [signed-by={RING}] {WSL} /"

ENTRIES: list[tuple[str, str, str, str | None]] = [
    # id, path, text, reason or None
    ("that of cuda-keyring", LISTS + "cuda-wsl-ubuntu-x86_64.list", KEYRING_LINE, "duplicate of the source"),
    ("http, no slash", LISTS + "x.list", f"deb http{WSL[5:-1]} /", "duplicate of the source"),
    ("ours", OWN, s.render(WSL, RING), None),
    ("no signed-by", LISTS + "cuda.list", f"deb {UBUNTU} /", "no signed-by"),
    ("trusted", LISTS + "cuda.list", f"deb [trusted=yes] {UBUNTU} /", None),
    ("another repository, signed", LISTS + "cuda-ubuntu2204.list", f"deb [signed-by={RING}] {UBUNTU} /", None),
    ("keyring gone", LISTS + "a.list", f"deb [signed-by=/gone.gpg] {UBUNTU} /", "keyring /gone.gpg is missing"),
    ("one of two keyrings gone", LISTS + "a.list", f"deb [signed-by=/gone.gpg,{RING}] {UBUNTU} /", None),
    ("a fingerprint", LISTS + "a.list", f"deb [signed-by=EB693B3035CD5710E231E123A4B469963BF863CC] {UBUNTU} /", None),
    ("machine learning", LISTS + "nvidia-ml.list", f"deb [signed-by={RING}] {ML} /", "machine-learning"),
    ("switched off", LISTS + "a.list", f"# deb {WSL} /", None),
    ("switched off, deb822", LISTS + "a.sources", f"Types: deb\nURIs: {WSL}\nSuites: /\nEnabled: no\n", None),
    ("somebody else's", LISTS + "d.list", "deb http://deb.debian.org/debian bookworm main", None),
    (
        "container toolkit",
        LISTS + "nct.list",
        "deb https://nvidia.github.io/libnvidia-container/stable/deb/amd64 /",
        None,
    ),
    ("local installer", LISTS + "l.list", f"deb [signed-by={RING}] file:/var/cuda-repo-wsl-ubuntu-12-4-local /", None),
    ("not a URL", LISTS + "b.list", "deb http://[broken/ /", None),
    (
        "installation medium",
        "/etc/apt/sources.list",
        "deb cdrom:[Debian GNU/Linux 12.0.0 _Bookworm_]/ bookworm main",
        None,
    ),
]


@pytest.mark.parametrize("path, text, reason", [pytest.param(*row[1:], id=row[0]) for row in ENTRIES])
def test_judge(path: str, text: str, reason: str | None) -> None:
    stale = judgement.judge(s.parse(path, text), WSL, OWN, ["/gone.gpg"])
    assert len(stale) == (0 if reason is None else 1)
    assert reason is None or reason in stale[0].reason


def test_a_mirror_is_watched_too() -> None:
    mirror = "https://mirror.corp.example/nvidia/"
    assert [item.reason for item in judgement.judge([one(f"deb {mirror} /")], mirror, OWN, [])] == [
        "duplicate of the source that wslfleet.cuda writes"
    ]


TWINS = [
    pytest.param(f"deb [signed-by={RING}] {WSL} /", "repeats", id="the same twice: only a warning of apt"),
    pytest.param(f"deb [signed-by=/other.gpg] {WSL} /", "conflicts with", id="another keyring"),
    pytest.param(f"deb [signed-by={RING} trusted=yes] {WSL} /", "conflicts with", id="trusted"),
    pytest.param(f"deb [signed-by=/other.gpg] {WSL.rstrip('/')} /", "conflicts with", id="without slash"),
]


@pytest.mark.parametrize("second, verb", TWINS)
def test_of_two_that_clash_the_first_stays(second: str, verb: str) -> None:
    first = one(f"deb [signed-by={RING}] {WSL} /", "/a.list")
    stale = judgement.judge([first, one(second, "/b.list")], "", OWN, [])
    assert [(item.entry.path, item.reason) for item in stale] == [("/b.list", f"{verb} /a.list")]


def test_a_list_clashes_with_deb822() -> None:
    entries = [one(KEYRING_LINE, "/a.list"), *s.parse("/b.sources", f"URIs: {WSL}\nSuites: /\nSigned-By: {RING}\n")]
    assert [item.reason for item in judgement.judge(entries, "", OWN, [])] == ["conflicts with /a.list"]


def test_ours_stays_whatever_comes_first() -> None:
    entries = [one(KEYRING_LINE, "/a.list"), *s.parse(OWN, s.render(WSL, RING))]
    assert [item.entry.path for item in judgement.judge(entries, WSL, OWN, [])] == ["/a.list"]


def test_apt_takes_what_we_write_and_what_we_switch_off(apt_world: AptWorld) -> None:
    """The conflict that kills apt is gone once the plan is applied."""
    folder = apt_world.root / "etc/apt/sources.list.d"
    uri = f"file:{apt_world.root}/repository"
    (apt_world.root / "etc/apt/sources.list").write_text(f"deb [signed-by=/a.gpg] {uri}/ /\n")
    (folder / "wslfleet-cuda.sources").write_text(s.render(uri, RING))
    before = apt_world.run(["apt-get", "-s", "install"])
    assert (before.code, "Conflicting values set for option Signed-By" in before.stderr) == (100, True)

    texts = {str(path): path.read_text() for path in (apt_world.root / "etc/apt").rglob("*") if path.is_file()}
    entries = [entry for path, text in texts.items() for entry in s.parse(path, text)]
    stale = judgement.judge(entries, uri, str(folder / "wslfleet-cuda.sources"), [])
    for path, after in judgement.plan_edits(texts, stale, "now").items():
        assert after is not None
        Path(path).write_text(after)
    assert apt_world.run(["apt-get", "-s", "install"]).code == 0


PIECES = st.sampled_from(
    [
        "deb ", "deb-src ", "[", "]", "signed-by=", "http://", "https://[", "file:", WSL, RING, " / ", "Types: deb\n",
        "URIs: ", "Suites: /\n", "Enabled: no\n", "\n", "\n\n", " ", "#", ":", "x",
    ]
)  # fmt: skip

TEXT = st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=20).map("".join)


@given(TEXT, st.sampled_from(["/a.list", "/etc/apt/sources.list", "/a.sources"]))
def test_any_text_can_be_read_judged_and_switched_off(text: str, path: str) -> None:
    stale = judgement.judge(s.parse(path, text), WSL, OWN, [RING])
    for after in judgement.plan_edits({path: text}, stale, "now").values():
        assert after is None or judgement.judge(s.parse(path, after), WSL, OWN, [RING]) == []
