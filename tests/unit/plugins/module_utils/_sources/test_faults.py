# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources that apt cannot read: found by us as by the real apt, NVIDIA's switched off, others' named."""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import observe
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import source as c
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import legacy_keys as legacy
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries as s
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import faults as f
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import judgement

from tests.unit.plugins.module_utils.apt_world import AptWorld
from tests.unit.plugins.module_utils.scripted_run import system_at

PARTS = "/etc/apt/sources.list.d"
PAGE = "<!DOCTYPE html>\n<html>\n<p>deb https://example.com/x /</p>\n</html>\n"
CONTAINERS = "https://nvidia.github.io/libnvidia-container/stable/deb/amd64"
CUDA = "https://developer.download.nvidia.com/compute/cuda/repos/wsl-ubuntu/x86_64/"

REPORTS: dict[str, dict[str, str]] = {
    "Stable-Diffusion-WSL2-Docker#7 page saved as list": {"nvidia-container-toolkit.list": PAGE},
    "libnvidia-container#360 page saved as list": {"libnvidia-container.list": "<!doctype html>\n"},
    "nvidia-docker#800 line without suite": {"nvidia-docker.list": f"deb {CONTAINERS}\n"},
    "nvidia-docker#1627 two lists of other keyrings": {
        "libnvidia-container.list": f"deb [signed-by=/usr/share/keyrings/a.gpg] {CONTAINERS} /\n",
        "nvidia-container-toolkit.list": f"deb [signed-by=/usr/share/keyrings/b.gpg] {CONTAINERS} /\n",
    },
    "page saved as sources": {"cuda-wsl.sources": PAGE},
    "CUDA twice with other keyrings": {
        "cuda-a.list": f"deb [signed-by=/usr/share/keyrings/a.gpg] {CUDA} /\n",
        "cuda-b.list": f"deb [signed-by=/usr/share/keyrings/b.gpg] {CUDA} /\n",
    },
}
CONTAINER_WANTED = c.resolve({})


def put(world: AptWorld, files: t.Mapping[str, str]) -> None:
    for name, text in files.items():
        (world.root / f"etc/apt/sources.list.d/{name}").write_text(text)


def apply(world: AptWorld, changes: t.Iterable[t.Any]) -> None:
    for change in changes:
        path = Path(f"{world.root}{change.path}")
        path.unlink() if change.after is None else path.write_bytes(change.after)


@pytest.mark.parametrize("role", ["cuda", "containers"])
@pytest.mark.parametrize("report", REPORTS)
def test_what_is_nvidias_is_switched_off_by_either_role(report: str, role: str, apt_world: AptWorld) -> None:
    put(apt_world, REPORTS[report])
    root = str(apt_world.root)
    with pytest.raises(query.AptError, match=r"apt cannot answer: .*The list of sources could not be read"):
        query.names(system_at(run=apt_world.run))
    state = legacy.observe(system_at(root), [])
    if role == "cuda":
        apply(apt_world, legacy.plan(state, "", "", "now").changes)
        again = legacy.plan(legacy.observe(system_at(root), []), "", "", "now").changes
    else:
        apply(apt_world, c.plan_legacy(state, CONTAINER_WANTED, "now"))
        again = c.plan_legacy(legacy.observe(system_at(root), []), CONTAINER_WANTED, "now")
    assert "default-jre" in query.names(system_at(run=apt_world.run))
    assert again == (), "a second run changes nothing"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # librealsense#13310
        ("deb https://librealsense.example/Debian/apt-repo main\n", r"Malformed entry 1 in list file \S+/other.list"),
        (PAGE, r"Type '<!DOCTYPE' is not known on line 1 in source list \S+/other.list"),
    ],
    ids=["librealsense#13310 line without suite", "page of somebody else"],
)
def test_what_is_somebody_elses_stays_and_is_named(text: str, words: str, apt_world: AptWorld) -> None:
    put(apt_world, {"other.list": text})
    state = legacy.observe(system_at(apt_world.root), [])
    assert legacy.plan(state, "", "", "now").changes == ()
    assert c.plan_legacy(state, CONTAINER_WANTED, "now") == ()
    for ask in (
        lambda: observe.open_candidates(system_at(run=apt_world.run)),
        lambda: query.records(system_at(run=apt_world.run), ["cuda-toolkit-12-8"]),
    ):
        with pytest.raises(query.AptError, match=words + r".*; repair \S+/other.list, or rename it to"):
            ask()
    judged = query.plan_install(system_at(run=apt_world.run), ["cuda-toolkit-12-8"])
    assert "other.list" in judged.why and "or rename it to" in judged.why


def test_two_sources_of_somebody_else_that_contradict_each_other_are_both_named() -> None:
    texts = {
        f"{PARTS}/a.list": "# x\ndeb [signed-by=/a] https://example.com/x /\n",
        f"{PARTS}/b.sources": "Types: deb\nURIs: https://example.com/x/\nSuites: /\nSigned-By: /b\n",
    }
    words = "Conflicting values set for option Signed-By regarding source https://example.com/x/ /: /a != /b"
    advice = f.advice(words, texts)
    assert advice == (
        f"{PARTS}/a.list (line 2) and {PARTS}/b.sources (stanza 1) name one source with another Signed-By: "
        "keep one of them"
    )
    assert f.advice("Unable to locate package x", texts) == ""


LINES = [
    ("deb https://e.example/x /", True),
    ("deb\thttps://e.example/x\t./", True),
    ("deb [ arch=amd64 signed-by=/x ] https://e.example/x bookworm main", True),
    ("deb [arch+=i386] https://e.example/x bookworm main # comment", True),
    ("# Unsupported distribution!", True),
    ("", True),
    ("deb https://e.example/x", False),
    ("deb https://e.example/x main", False),
    ("deb https://e.example/x / main", False),
    ("deb [signed-by=/x https://e.example/x main foo", False),
    ("deb [signed-by] https://e.example/x /", False),
    ("deb e.example/x /", False),
    ("deb", False),
    ("Unsupported distribution!", False),
]


@pytest.mark.parametrize(("line", "fine"), LINES)
def test_a_line_is_read_as_apt_reads_it(line: str, fine: bool, apt_world: AptWorld) -> None:
    put(apt_world, {"cuda.list": line + "\n"})
    assert (f.unreadable(f"{PARTS}/cuda.list", line + "\n") == []) == fine
    assert (apt_world.run(command.cache("pkgnames")).code == 0) == fine


STANZAS = [
    ("Types: deb\nURIs: https://e.example/x\nSuites: /\n", True),
    ("Enabled: no\nTypes: deb\n", True),
    ("# nothing\n", True),
    ("Types: deb\nURIs: https://e.example/x\n", False),
    ("URIs: https://e.example/x\nSuites: /\n", False),
    ("Types: deb\nURIs: https://e.example/x\nSuites: foo\n", False),
    ("Types: rpm\nURIs: https://e.example/x\nSuites: /\n", False),
    ("<html>\n", False),
]


@pytest.mark.parametrize(("text", "fine"), STANZAS)
def test_a_stanza_is_read_as_apt_reads_it(text: str, fine: bool, apt_world: AptWorld) -> None:
    put(apt_world, {"cuda.sources": text})
    assert (f.unreadable(f"{PARTS}/cuda.sources", text) == []) == fine
    assert (apt_world.run(command.cache("pkgnames")).code == 0) == fine


def test_of_two_that_contradict_each_other_ours_stays_else_the_one_whose_keyring_is_there() -> None:
    line = "deb [signed-by={}] " + CONTAINERS + " /\n"
    texts = {f"{PARTS}/a.list": line.format("/gone"), f"{PARTS}/b.list": line.format("/there")}
    assert [item.entry.path for item in f.nvidias(texts, (), ["/gone"])] == [f"{PARTS}/a.list"]
    texts[f"{PARTS}/z.sources"] = s.render(CONTAINERS + "/", "/mine")
    assert [item.entry.path for item in f.nvidias(texts)] == [f"{PARTS}/a.list", f"{PARTS}/b.list"]


def test_the_lines_of_others_in_a_shared_file_stay() -> None:
    path = "/etc/apt/sources.list"
    text = f"deb https://deb.example/debian bookworm main\ndeb {CONTAINERS}\n"
    edits = judgement.plan_edits({path: text}, f.nvidias({path: text}), "now")
    assert edits == {path: f"deb https://deb.example/debian bookworm main\n# wslfleet now: deb {CONTAINERS}\n"}


def test_every_program_of_apt_is_started_by_the_builders() -> None:
    root = Path(query.__file__).parents[2]
    done = subprocess.run(
        ["grep", "-rnE", r"""["'](apt-get|apt-cache|apt-mark)["'],""", "--include=*.py", "module_utils", "modules"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert [line for line in done.stdout.splitlines() if "/_apt/command.py:" not in line] == []
