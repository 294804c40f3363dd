# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia.catalogue import OLD_KEY
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import armour
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import legacy_keys as y
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import openpgp as o
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as c

from tests.unit.plugins.module_utils.index_data import DATA
from tests.unit.plugins.module_utils.scripted_run import system_at

OLD = (DATA / "7fa2af80.pub").read_bytes()
OTHER = b"\x98\x15\x04" + b"k" * 20
"""A packet that is a key as far as its fingerprint goes."""
(OTHER_KEY,) = [key.fingerprint for key in o.read_keys(OTHER)]
WSL = "https://developer.download.nvidia.com/compute/cuda/repos/wsl-ubuntu/x86_64/"
UBUNTU = "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/"
ML = "https://developer.download.nvidia.com/compute/machine-learning/repos/ubuntu1804/x86_64"
OWN = "/etc/apt/sources.list.d/wslfleet-cuda.sources"
LISTS = "/etc/apt/sources.list.d/"
NOW = "20260131T120000"


def make(root: Path, files: dict[str, bytes | str]) -> None:
    for path, content in files.items():
        file = root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())


def clean(root: Path) -> y.Plan:
    """Observe, plan, apply; then a second plan must be empty."""
    plan = y.plan(y.observe(system_at(root), [OLD_KEY]), WSL, OWN, NOW)
    c.apply(system_at(root), plan.changes)
    assert y.plan(y.observe(system_at(root), [OLD_KEY]), WSL, OWN, NOW) == y.Plan((), (), ())
    return plan


def tree(root: Path) -> dict[str, bytes]:
    return {str(path)[len(str(root)) :]: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def backup(path: str) -> str:
    return f"{path}.wslfleet-{NOW}.bak"


# Keys in every place where apt looks, or is told to look

PLACES = [
    "/etc/apt/trusted.gpg",
    "/etc/apt/trusted.gpg.d/cuda.asc",
    "/etc/apt/trusted.gpg.d/nvidia-cuda.gpg",
    "/etc/apt/keyrings/nvidia",
    "/usr/share/keyrings/cuda-archive-keyring.gpg",
    "/usr/share/keyrings/nvidia-wsl.gpg",
]


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("armored", [True, False])
def test_file_of_the_old_key_goes(path: str, armored: bool, tmp_path: Path) -> None:
    data = OLD if armored else armour.dearmor(OLD)
    make(tmp_path, {path: data})
    plan = clean(tmp_path)
    assert plan.keys == ((path, (OLD_KEY,)),)
    assert tree(tmp_path) == {backup(path): data}


@pytest.mark.parametrize("path", PLACES)
def test_other_keys_stay(path: str, tmp_path: Path) -> None:
    data = armour.dearmor(OLD) + OTHER
    make(tmp_path, {path: data})
    clean(tmp_path)
    # apt 2 does not read packets in a file that is called .asc.
    assert tree(tmp_path) == {path: armour.armor(OTHER) if path.endswith(".asc") else OTHER, backup(path): data}


def test_armor_that_is_called_gpg_is_written_as_packets(tmp_path: Path) -> None:
    make(tmp_path, {"/etc/apt/trusted.gpg.d/n.gpg": OLD + armour.armor(OTHER)})
    clean(tmp_path)
    assert tree(tmp_path)["/etc/apt/trusted.gpg.d/n.gpg"] == OTHER


# Keys inside the Signed-By field of a source


def embedded(uri: str, key: bytes, enabled: str = "") -> str:
    lines = "".join(f" {line or '.'}\n" for line in key.decode().rstrip("\n").split("\n"))
    return f"Types: deb\nURIs: {uri}\nSigned-By:\n{lines}Suites: /\n{enabled}"


def test_a_source_that_holds_the_old_key_itself_goes(tmp_path: Path) -> None:
    make(tmp_path, {LISTS + "mirror.sources": embedded("http://mirror.example/cuda/", OLD)})
    plan = clean(tmp_path)
    assert plan.keys == ((LISTS + "mirror.sources", (OLD_KEY,)),)
    assert [item.reason for item in plan.stale] == ["the key embedded in it is an old one"]
    assert list(tree(tmp_path)) == [backup(LISTS + "mirror.sources")]


def test_another_key_beside_the_old_one_stays_in_the_source(tmp_path: Path) -> None:
    path = LISTS + "mirror.sources"
    first = "# mine\nTypes: deb\nURIs: http://other.example/\nSuites: stable\nComponents: main\n"
    make(
        tmp_path,
        {path: first + "\n" + embedded("http://mirror.example/cuda/", armour.armor(armour.dearmor(OLD) + OTHER))},
    )
    plan = clean(tmp_path)
    assert (plan.keys, plan.stale) == (((path, (OLD_KEY,)),), ())
    assert tree(tmp_path)[path].decode() == first + "\n" + embedded("http://mirror.example/cuda/", armour.armor(OTHER))


def test_one_stanza_of_two_goes(tmp_path: Path) -> None:
    path = LISTS + "two.sources"
    keep = embedded("http://other.example/", armour.armor(OTHER))
    make(tmp_path, {path: keep + "\n" + embedded("http://mirror.example/cuda/", OLD)})
    clean(tmp_path)
    text = tree(tmp_path)[path].decode()
    assert text.startswith(keep) and "Enabled: no" in text[len(keep) :]


def test_a_disabled_source_keeps_its_key(tmp_path: Path) -> None:
    make(tmp_path, {LISTS + "mirror.sources": embedded(WSL, OLD, "Enabled: no\n")})
    before = tree(tmp_path)
    assert clean(tmp_path) == y.Plan((), (), ())
    assert tree(tmp_path) == before


def test_an_embedded_key_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    make(tmp_path, {LISTS + "m.sources": embedded(WSL, OLD.replace(b"mQINBF", b"mQINBG"))})
    state = y.observe(system_at(tmp_path), [OLD_KEY])
    assert state.unread == {LISTS + "m.sources": "armored block has a wrong checksum"}


def test_the_backup_is_told_under_its_real_name(tmp_path: Path) -> None:
    make(tmp_path, {"/etc/apt/trusted.gpg": OLD, backup("/etc/apt/trusted.gpg"): b"of the same second"})
    plan = y.plan(y.observe(system_at(tmp_path), [OLD_KEY]), WSL, OWN, NOW)
    assert c.apply(system_at(tmp_path), plan.changes) == [backup("/etc/apt/trusted.gpg") + ".2"]
    assert (tmp_path / (backup("/etc/apt/trusted.gpg") + ".2").lstrip("/")).read_bytes() == OLD


def test_a_key_file_that_only_a_source_names(tmp_path: Path) -> None:
    make(tmp_path, {"/opt/nvidia/key.asc": OLD, LISTS + "a.list": f"deb [signed-by=/opt/nvidia/key.asc] {UBUNTU} /\n"})
    plan = clean(tmp_path)
    assert [change.path for change in plan.changes] == [LISTS + "a.list", "/opt/nvidia/key.asc"]
    assert [item.reason for item in plan.stale] == [
        "its keyring /opt/nvidia/key.asc is missing or contained only an old key"
    ]


UNTOUCHED: list[tuple[str, dict[str, bytes | str]]] = [
    ("nothing at all", {}),
    ("another key", {"/etc/apt/trusted.gpg.d/a.gpg": OTHER}),
    ("a backup", {"/etc/apt/trusted.gpg.d/a.gpg.bak": OLD, "/etc/apt/trusted.gpg~": OLD}),
    ("text", {"/usr/share/keyrings/README": "hello"}),
    ("a key of a version to come", {"/usr/share/keyrings/v6.gpg": b"\xc6\x15\x06" + b"k" * 20}),
    ("the same, armored", {"/usr/share/keyrings/v6.asc": armour.armor(b"\xc6\x15\x06" + b"k" * 20)}),
    ("armor without end", {"/usr/share/keyrings/x.asc": armour.BEGIN + b"\n\nhello\n"}),
    ("empty", {"/etc/apt/trusted.gpg": b""}),
    ("Debian's sources", {"/etc/apt/sources.list": "deb http://deb.debian.org/debian bookworm main\n"}),
    (
        "a keyring of others is missing",
        {LISTS + "x.list": "deb [signed-by=/gone.gpg] https://x.example/ stable main\n"},
    ),
    ("ours", {OWN: f"Types: deb\nURIs: {WSL}\nSuites: /\nSigned-By: /gone.gpg\n"}),
]


@pytest.mark.parametrize("files", [pytest.param(row[1], id=row[0]) for row in UNTOUCHED])
def test_untouched(files: dict[str, bytes | str], tmp_path: Path) -> None:
    make(tmp_path, files)
    before = tree(tmp_path)
    assert clean(tmp_path) == y.Plan((), (), ())
    assert tree(tmp_path) == before
    assert y.observe(system_at(tmp_path), [OLD_KEY]).unread == {}


V6 = b"\xc6\x15\x06" + b"k" * 20
VERSION = "key of version 6; only version 4 keys are understood"
UNREAD = [
    pytest.param(armour.dearmor(OLD) + V6, VERSION, id="binary, a key of a version to come beside it"),
    pytest.param(OLD + armour.armor(V6), VERSION, id="armored, a key of a version to come beside it"),
    pytest.param(OLD[: len(OLD) // 2 * 2 - 300], "armored block has no end", id="armored, cut off"),
    pytest.param(OLD.replace(b"mQINBF", b"mQINBG"), "armored block has a wrong checksum", id="armored, damaged"),
]


@pytest.mark.parametrize("data, why", UNREAD)
def test_a_file_that_may_hold_the_key_but_cannot_be_read_is_named(data: bytes, why: str, tmp_path: Path) -> None:
    """The issuer of a signature names the key even when the file cannot be taken apart."""
    make(tmp_path, {"/etc/apt/trusted.gpg": data})
    state = y.observe(system_at(tmp_path), [OLD_KEY])
    assert state.unread == {"/etc/apt/trusted.gpg": why}
    assert state.removals == {}


def test_a_folder_or_a_dangling_link_is_no_key_file(tmp_path: Path) -> None:
    make(tmp_path, {"/etc/apt/trusted.gpg.d/folder/x.gpg": OLD})
    (tmp_path / "etc/apt/trusted.gpg.d/b.gpg").symlink_to("nowhere")
    assert clean(tmp_path) == y.Plan((), (), ())


# Sources


def test_after_years_of_tutorials(tmp_path: Path) -> None:
    """Four generations of instructions at once; one clean run."""
    ring = "/usr/share/keyrings/cuda-archive-keyring.gpg"
    make(
        tmp_path,
        {
            "/etc/apt/trusted.gpg": armour.dearmor(OLD) + OTHER,
            "/etc/apt/sources.list": f"deb http://deb.debian.org/debian bookworm main\ndeb {WSL} /\n",
            LISTS + "cuda.list": f"deb http{WSL[5:-1]} /\n",
            LISTS + "nvidia-ml.list": f"deb {ML} /\n",
            LISTS + "cuda-wsl-ubuntu-x86_64.list": f"deb [signed-by={ring}] {WSL} /\n",
            LISTS + "cuda-ubuntu2204.list": f"deb [signed-by={ring}] {UBUNTU} /\n",
            ring: OTHER,
        },
    )
    plan = clean(tmp_path)
    assert sorted(change.path for change in plan.changes) == [
        "/etc/apt/sources.list",
        LISTS + "cuda-wsl-ubuntu-x86_64.list",
        LISTS + "cuda.list",
        LISTS + "nvidia-ml.list",
        "/etc/apt/trusted.gpg",
    ]
    left = {path for path in tree(tmp_path) if not path.endswith(".bak")}
    assert left == {"/etc/apt/sources.list", "/etc/apt/trusted.gpg", LISTS + "cuda-ubuntu2204.list", ring}
    assert (tmp_path / "etc/apt/sources.list").read_text() == (
        f"deb http://deb.debian.org/debian bookworm main\n# wslfleet {NOW}: deb {WSL} /\n"
    )


def test_sources_go_before_keys(tmp_path: Path) -> None:
    """An interruption must not leave a source without its key."""
    make(
        tmp_path,
        {"/etc/apt/keyrings/n.gpg": OLD, LISTS + "a.list": f"deb [signed-by=/etc/apt/keyrings/n.gpg] {WSL} /\n"},
    )
    assert [change.path for change in clean(tmp_path).changes] == [LISTS + "a.list", "/etc/apt/keyrings/n.gpg"]


def test_the_diff_shows_fingerprints(tmp_path: Path) -> None:
    make(tmp_path, {"/etc/apt/trusted.gpg": armour.dearmor(OLD) + OTHER, "/etc/apt/trusted.gpg.d/a.asc": OLD})
    plan = y.plan(y.observe(system_at(tmp_path), [OLD_KEY]), WSL, OWN, NOW)
    shown = {item["before_header"]: item for item in c.diff(plan.changes)}
    assert shown["/etc/apt/trusted.gpg"]["before"] == f"key {OLD_KEY}\nkey {OTHER_KEY}\n"
    assert shown["/etc/apt/trusted.gpg"]["after"] == f"key {OTHER_KEY}\n"
    assert shown["/etc/apt/trusted.gpg.d/a.asc"]["after"] == "(no key left)\n"
    assert shown["/etc/apt/trusted.gpg.d/a.asc"]["after_header"] == backup("/etc/apt/trusted.gpg.d/a.asc")


def test_a_source_that_is_not_utf8(tmp_path: Path) -> None:
    make(tmp_path, {"/etc/apt/sources.list": b"# J\xf6rg\n" + f"deb {WSL} /\n".encode()})
    clean(tmp_path)
    assert (tmp_path / "etc/apt/sources.list").read_bytes().startswith(b"# J\xf6rg\n# wslfleet ")
