# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import source
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import indexes, sha1
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

OURS = "http://nvidia/x86_64/"
PATH = "/etc/apt/sources.list.d/cuda-wsl-ubuntu.sources"
REFUSED = f"E: Failed to fetch {OURS}InRelease  sqv: SHA1 is not considered secure\nE: Some index files failed.\n"
OTHER = "E: Failed to fetch http://deb.debian.org/debian/dists/trixie/InRelease  Could not resolve\n"


@pytest.fixture
def root(tmp_path: Path) -> str:
    lists = tmp_path / "var/lib/apt/lists"
    lists.mkdir(parents=True)
    (lists / "x_Packages").write_text("")
    os.utime(lists, (1000.0, 1000.0))
    folder = tmp_path / "etc/apt/sources.list.d"
    folder.mkdir(parents=True)
    (folder / PATH.rsplit("/", 1)[1]).write_text(entries.render(OURS, "/k.gpg", note=sha1.NOTE))
    (folder / "cuda-other.sources").write_text(entries.render("http://other/", "/k.gpg"))
    return str(tmp_path)


def test_fresh_indexes_cost_nothing(root: str) -> None:
    assert indexes.bring_up_to_date(system_at(root, ScriptedRun()), 1000.0 + indexes.STALE) == ""


def test_only_marked_sources_are_excepted(root: str) -> None:
    assert indexes.excepted_sources(system_at(root)) == {PATH: OURS}
    # The source of the container packages is ours too.
    made = source.resolve({"url": "http://mirror/x/", "key": "/k", "sha1": "this_source"})
    files.write_file(root + made.path, entries.render(made.url, made.keyring, note=sha1.NOTE))
    assert indexes.excepted_sources(system_at(root)) == {PATH: OURS, made.path: "http://mirror/x/"}


@pytest.mark.parametrize(
    ("output", "exception", "told"),
    [
        ("", None, ""),
        (REFUSED, 0, ""),
        (REFUSED, 100, "apt-get update: Failed to fetch http://nvidia"),
        (OTHER, None, "apt-get update: Failed to fetch http://deb.debian.org"),
        (REFUSED + OTHER, 0, "apt-get update: Failed to fetch http://nvidia"),
    ],
)
def test_stale_indexes(root: str, output: str, exception: int | None, told: str) -> None:
    expected = [("^apt-get update", Completed(100 if output else 0, "", output))]
    if exception is not None:
        expected.append((f"^env APT_SEQUOIA_CRYPTO_POLICY=.*SourceList={PATH}", Completed(exception, "", "")))
    run = ScriptedRun(*expected)
    found = indexes.bring_up_to_date(system_at(root, run), 1001.0 + indexes.STALE)
    assert found.startswith(told) and bool(found) == bool(told) and "\n" not in found
    run.done()
