# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from collections.abc import Sequence
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import fetch as repository_fetch
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import goal as repository_goal
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import openpgp, sha1, trial
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

KEY = (Path(__file__).parents[3] / "data" / "7fa2af80.pub").read_text()
FINGERPRINT = catalogue.OLD_KEY
BINARY = openpgp.read_keys(KEY.encode())[0].data
URL = "http://mirror/x/"


def wanted(**options: t.Any) -> repository_goal.Goal:
    return repository_goal.resolve("mirror", {"url": URL, "key_fingerprint": FINGERPRINT, **options}, "")


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("E: The repository 'x' does not have a Release file.\nErr:1 404  Not Found", "HTTP 404"),
        ("W: GPG error: x: NO_PUBKEY A4B469963BF863CC\nE: The repository is not signed.", "but by A4B469963BF863CC"),
        ("Missing key EB693B3035CD5710E231E123A4B469963BF863CC, which is needed", "but by EB693B30"),
        ("No binding signature at time 2026\nSHA1 is not considered secure since 2026-02-01", "bound by SHA-1"),
        ("Sub-process /usr/bin/sqv returned\nSigning key on AB is not bound: No binding signature", "is not signed by"),
        (
            "W: Failed to fetch http://x/InRelease  Could not connect",
            "Failed to fetch http://x/InRelease Could not connect",
        ),
        ("Err:1 http://x/ InRelease\n  401  Unauthorized [IP: 127.0.0.1 80]", "HTTP 401: the server wants a user name"),
        ("", "apt found no package index there"),
    ],
)
def test_explain(output: str, words: str) -> None:
    text = trial.explain(output, wanted(key=KEY))
    assert words in text and "\n" not in text


@pytest.mark.parametrize("step", ["download-file", "apt-get update"])
def test_what_keeps_apt_from_the_server_is_named(tmp_path: Path, step: str) -> None:
    failed = Completed(100, "", "E: Failed to fetch http://d  Could not resolve 'd'")
    run = ScriptedRun((step, failed), ("apt-config dump", Completed(0, 'Acquire::http::Proxy "http://p:1";', "")))
    with pytest.raises(Failure, match=r": DNS does not find d; check the address"):
        if step == "download-file":
            repository_fetch.download(system_at(run=run), "http://d", str(tmp_path / "file"))
        else:
            trial.try_index(system_at(run=run), wanted(), b"", str(tmp_path))
    run.done()


def test_missing_packages() -> None:
    assert trial.missing("Package: a\nVersion: 1\n\nPackage: b-1\n", ["a", "b", "b-1"]) == ["b"]


SHA1 = Completed(100, "", "No binding signature at time 2026\nE: SHA1 is not considered secure since 2026-02-01")


def index(folder: Path) -> t.Callable[[Sequence[str]], Completed]:
    def answer(_arguments: Sequence[str]) -> Completed:
        (folder / "lists/x_Packages").write_text("")
        return Completed(0, "", "")

    return answer


def test_sha1_is_accepted_for_one_run_only_when_asked_for(tmp_path: Path) -> None:
    run = ScriptedRun(("^apt-get update", SHA1))
    with pytest.raises(Failure, match="or allow it with sha1: this_source"):
        trial.try_index(system_at(run=run), wanted(key=KEY), BINARY, str(tmp_path))
    run = ScriptedRun(
        ("^apt-get update", SHA1),
        (f"^env APT_SEQUOIA_CRYPTO_POLICY={tmp_path}/sha1-accepted.config apt-get update", index(tmp_path)),
        ("cat-file .*/x_Packages", Completed(0, "Package: a\n", "")),
    )
    assert (
        trial.try_index(system_at(run=run), wanted(key=KEY, sha1="this_source"), BINARY, str(tmp_path))
        == "Package: a\n"
    )
    run.done()
    assert 'sha1.second_preimage_resistance = "always"' in (tmp_path / "sha1-accepted.config").read_text()


def test_another_failure_is_no_reason_to_accept_sha1(tmp_path: Path) -> None:
    run = ScriptedRun(("^apt-get update", Completed(100, "", "E: 404")))
    with pytest.raises(Failure, match="HTTP 404"):
        trial.try_index(system_at(run=run), wanted(key=KEY, sha1="this_source"), BINARY, str(tmp_path))
    run.done()


def test_refresh_excepts_our_source_alone(tmp_path: Path) -> None:
    lists = tmp_path / "var/lib/apt/lists"
    lists.mkdir(parents=True)

    def fetch(_arguments: Sequence[str]) -> Completed:
        (lists / "mirror_x_Packages").write_text("")
        return Completed(0, "", "")

    source = wanted(key=KEY, sha1="this_source")
    only = f"Dir::Etc::SourceList={source.path} -o Dir::Etc::SourceParts=-$"
    run = ScriptedRun(("^apt-get update", SHA1), (f"^env APT_SEQUOIA_CRYPTO_POLICY=.* apt-get update .*{only}", fetch))
    trial.refresh(system_at(tmp_path, run), source)
    run.done()


def test_refresh_fetches_every_index_where_there_are_none(tmp_path: Path) -> None:
    """Images for containers come without the folder."""

    def fetch(_arguments: Sequence[str]) -> Completed:
        lists = tmp_path / "var/lib/apt/lists"
        lists.mkdir(parents=True)
        (lists / "mirror_x_Packages").write_text("")
        return Completed(0, "", "")

    run = ScriptedRun(("^apt-get update$", fetch))
    trial.refresh(system_at(tmp_path, run), wanted(key=KEY))
    run.done()


def test_credentials_hold_for_the_trial_only(tmp_path: Path) -> None:
    seen: list[str] = []

    def look(arguments: Sequence[str]) -> Completed:
        option = next(word for word in arguments if word.startswith("Dir::Etc::NetrcParts="))
        (file,) = Path(option.split("=", 1)[1]).iterdir()
        seen.append(f"{file.stat().st_mode & 0o777:o} {file.read_text().splitlines()[1]}")
        (tmp_path / "lists/x_Packages").write_text("")
        return Completed(0, "", "")

    source = wanted(key=KEY, username="me", password="s3cret")
    run = ScriptedRun(("update", look), ("cat-file", Completed(0, "", "")))
    trial.try_index(system_at(run=run), source, BINARY, str(tmp_path))
    assert seen == ["600 machine http://mirror/x login me password s3cret"]
    assert not sha1.is_refusal("")
