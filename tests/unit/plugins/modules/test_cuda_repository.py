# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A source is tried before it is written, written once, and taken out; a local installer is checked before it runs."""

from __future__ import annotations

import hashlib
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import query
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import openpgp
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.modules.box import Box

KEY = (Path(__file__).parents[2] / "data" / "7fa2af80.pub").read_text()
URL = "http://mirror.example.com/cuda/"
MIRROR = {"source": "mirror", "url": URL, "key": KEY, "key_fingerprint": catalogue.OLD_KEY}
SOURCE = "/etc/apt/sources.list.d/cuda-mirror.sources"
LISTS = "/var/lib/apt/lists/"
OK = Completed(0, "", "")
INDEX = ("apt-helper cat-file", Completed(0, "Package: cuda-toolkit-12-8\n", ""))
PACKAGE = "cuda-repo-wsl-ubuntu-12-8-local"
NAME = f"{PACKAGE}_12.8.1-1_amd64.deb"
FIELDS = ("dpkg-deb -f", Completed(0, f"Package: {PACKAGE}\nVersion: 12.8.1-1\n", ""))


READABLE = ("apt-get indextargets", OK)
"""Whether apt could read its sources with the new one among them."""


def trial(arguments: t.Sequence[str]) -> Completed:
    """apt fetches the index into the folder of the trial."""
    words = [word for word in arguments if word.startswith("Dir::State::Lists=")]
    Path(words[0].partition("=")[2], "x_Packages").write_text("")
    return OK


def tries(answer: t.Any = trial) -> t.Any:
    return "apt-get update .*try.sources", answer


def refreshes(box: Box, url: str = URL) -> t.Any:
    """apt fetches the index of the source for good."""
    box.write(f"{LISTS}lock")

    def update(_arguments: t.Sequence[str]) -> Completed:
        box.write(f"{LISTS}{query.list_prefix(url)}Packages")
        return OK

    return "apt-get .*update", update


def test_it_comes_stays_and_goes(box: Box) -> None:
    wanted: t.Any = {**MIRROR, "packages": ["cuda-toolkit-12-8"]}
    planned = box.run("cuda_repository", tries(), INDEX, **wanted, check=True)
    assert planned["changed"] and not box.path("/etc").exists()
    assert not box.run("cuda_repository", tries(), INDEX, **wanted, state="verified")["changed"]
    done = box.run("cuda_repository", tries(), INDEX, READABLE, refreshes(box), **wanted)
    assert done["changed"] and done["path"] == SOURCE and done["diff"] == planned["diff"]
    again = box.run("cuda_repository", **wanted)
    assert not again["changed"] and again["current"]
    assert box.run("cuda_repository", **wanted, state="absent", check=True)["changed"] and box.path(SOURCE).exists()
    assert box.run("cuda_repository", **wanted, state="absent")["changed"] and not box.path(SOURCE).exists()
    assert not box.run("cuda_repository", **wanted, state="absent")["changed"]


@pytest.mark.parametrize(
    ("answers", "packages", "words"),
    [
        ((tries(), INDEX), ["cuda-toolkit-99-9"], "does not contain cuda-toolkit-99-9"),
        ((tries(Completed(100, "", "E: 404  Not Found\n")),), [], "HTTP 404"),
    ],
)
def test_a_trial_that_fails_leaves_nothing(box: Box, answers: t.Any, packages: list[str], words: str) -> None:
    result = box.run("cuda_repository", *answers, **MIRROR, packages=packages)
    assert result["failed"] and words in result["msg"] and not box.path("/etc").exists()


def test_an_index_that_does_not_come(box: Box) -> None:
    box.write(f"{LISTS}lock")
    result = box.run("cuda_repository", tries(), INDEX, READABLE, ("apt-get .*update", OK), **MIRROR)
    assert result["failed"] and result["msg"].startswith("apt-get update: ")


def test_somebody_elses_list_that_apt_cannot_read_is_named_before_anything_changes(box: Box) -> None:
    def unreadable(arguments: t.Sequence[str]) -> Completed:
        """apt sees every file, the new one too, in a folder of its own."""
        folder = next(word.partition("=")[2] for word in arguments if "SourceParts" in word)
        assert len(list(Path(folder).glob("cuda-mirror.sources"))) == 1
        said = f"E: Type '<html>' is not known on line 1 in source list {folder}/editor.list\n"
        return Completed(100, "", f"{said}E: The list of sources could not be read.\n")

    result = box.run("cuda_repository", tries(), INDEX, ("apt-get indextargets", unreadable), **MIRROR)
    assert result["failed"] and result["msg"].startswith("apt cannot read its sources, nothing was changed: Type"), (
        result
    )
    assert "repair /etc/apt/sources.list.d/editor.list, or rename it" in result["msg"] and not box.path(SOURCE).exists()


def test_a_source_with_drivers_needs_the_guard(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard

    box.write("/etc/os-release", 'ID=ubuntu\nVERSION_ID="24.04"\n')
    wanted = {**MIRROR, "source": "ubuntu"}
    result = box.run("cuda_repository", tries(), INDEX, **wanted)
    assert result["failed"] and "run cuda_guard first" in result["msg"]
    box.write(guard.PIN)
    assert box.run("cuda_repository", tries(), INDEX, READABLE, refreshes(box), **wanted)["changed"]


@pytest.fixture
def installer(box: Box) -> dict[str, t.Any]:
    """The options for a local installer that is in the distribution, and what it brings when it is installed."""
    file = box.write(f"/mnt/c/{NAME}", "deb")
    box.write(f"/var/{PACKAGE}/cuda-keyring.gpg").write_bytes(openpgp.read_keys(KEY.encode())[0].data)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    box.path("/var/cache").mkdir(parents=True)
    box.patch("_apt.command", "install", lambda *words, **_options: box.becomes(f"{PACKAGE} 12.8.1-1"))
    return {"source": "local_installer", "installer": f"/mnt/c/{NAME}", "installer_sha256": digest}


def test_a_local_installer_comes_and_goes(box: Box, installer: dict[str, t.Any]) -> None:
    assert not box.run("cuda_repository", FIELDS, **installer, state="verified")["changed"]
    planned = box.run("cuda_repository", FIELDS, **installer, check=True)
    assert planned["changed"] and planned["diff"][-1]["after"] == f"{PACKAGE}\n"
    url = f"file:/var/{PACKAGE}/"
    done = box.run("cuda_repository", FIELDS, tries(), INDEX, READABLE, refreshes(box, url), **installer)
    assert done["changed"] and done["url"] == url and done["diff"][-1]["after"] == f"{PACKAGE}\n"
    assert not box.run("cuda_repository", **installer)["changed"]
    box.patch("_apt.command", "purge", lambda *words, **_options: box.becomes())
    judged: t.Any = ("-s -o Debug::NoLocking=1 ", Completed(0, f"Purg {PACKAGE} [12.8.1-1]\n", ""))
    gone = box.run("cuda_repository", judged, **installer, state="absent")
    assert gone["changed"] and gone["diff"][-1]["before"] == f"{PACKAGE} (0 MiB in /var)\n"
    assert not box.run("cuda_repository", **installer, state="absent")["changed"]


def test_a_local_installer_is_fetched_from_an_address(box: Box, installer: dict[str, t.Any]) -> None:
    def download(arguments: t.Sequence[str]) -> Completed:
        Path(arguments[-1]).write_text("deb")
        return OK

    wanted = {**installer, "installer": f"https://mirror.example.com/{NAME}"}
    url = f"file:/var/{PACKAGE}/"
    answers: t.Any = (("download-file", download), FIELDS, tries(), INDEX, READABLE, refreshes(box, url))
    assert box.run("cuda_repository", *answers, **wanted)["changed"]
    assert list(box.path("/var/cache").iterdir()) == []


@pytest.mark.parametrize(
    ("changed", "answers", "words"),
    [
        ({"installer": f"/nowhere/{NAME}"}, (), "no such file in the distribution"),
        ({"installer_sha256": "0" * 64}, (), "has SHA-256"),
        (
            {},
            (("dpkg-deb -f", Completed(0, "Package: other\nVersion: 1\n", "")),),
            "contains package other 1, not",
        ),
        ({"installer": "/mnt/c/x.deb"}, (), "does not end in NVIDIA's name"),
        ({"key_fingerprint": "1" * 40}, (FIELDS,), "not 1111"),
    ],
)
def test_an_installer_that_is_refused(
    box: Box, installer: dict[str, t.Any], changed: dict[str, str], answers: t.Any, words: str
) -> None:
    result = box.run("cuda_repository", *answers, **{**installer, **changed})
    assert result["failed"] and words in result["msg"]


def test_no_space(box: Box, installer: dict[str, t.Any]) -> None:
    box.patch("_system.space", "RESERVE", 2**62)
    result = box.run("cuda_repository", **installer)
    assert result["failed"] and "not enough space on /var" in result["msg"]


@pytest.mark.parametrize(
    ("command", "words"),
    [(["false"], "ended with code 1; log in the distribution: "), (["true"], "12.8.1-1 was not installed; see ")],
)
def test_an_installation_that_fails(box: Box, installer: dict[str, t.Any], command: list[str], words: str) -> None:
    box.patch("_apt.command", "install", lambda *_words, **_options: command)
    result = box.run("cuda_repository", FIELDS, **installer)
    assert result["failed"] and words in result["msg"]


@pytest.mark.parametrize("brings", [True, False])
def test_it_waits_for_what_runs_already(box: Box, installer: dict[str, t.Any], brings: bool) -> None:
    """What runs ends a moment later; the installer is looked at only where that did not bring its package."""
    transactions = box.module("cuda_repository").steps.apt_transaction
    command = box.becomes(f"{PACKAGE} 12.8.1-1") if brings else ["true"]
    transactions.start(box.system, "other", [["sleep", "0.5"], command])
    answers: t.Any = (tries(), INDEX, READABLE, refreshes(box, f"file:/var/{PACKAGE}/"))
    assert box.run("cuda_repository", *(() if brings else (FIELDS,)), *answers, **installer)["changed"]


def test_it_does_not_wait_for_ever(box: Box, installer: dict[str, t.Any]) -> None:
    box.patch("_repository.installer_steps", "INSTALL_SECONDS", 0)
    box.patch("_apt.command", "install", lambda *_words, **_options: ["sleep", "1"])
    result = box.run("cuda_repository", FIELDS, **installer)
    assert result["failed"] and "still runs after 0 s; run again later" in result["msg"]
