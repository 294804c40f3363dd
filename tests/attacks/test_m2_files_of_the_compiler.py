# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""M2: nvcc, run as root, writes files with guessable names where a developer has put links of these names."""

from __future__ import annotations

import re
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import smoke_test

from tests.conftest import ROOT
from tests.unit.plugins.module_utils.scripted_run import system_at

GUESSABLE = r"""["' =]/(var/)?tmp/|mktemp\(|\btempfile\.(NamedTemporaryFile\((?!dir=)|gettempdir)"""


@pytest.mark.parametrize("fails", [False, True])
def test_nvcc_has_a_folder_of_its_own_for_what_it_writes(
    fails: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes $TMPDIR/tmpxft_<pid>_…; the attacker's links are in /tmp, and in TMPDIR of root's environment."""
    theirs = tmp_path / "tmp"
    theirs.mkdir(mode=0o777)
    shadow = tmp_path / "shadow"
    shadow.write_text("secret")
    (theirs / "tmpxft_1").symlink_to(shadow)
    monkeypatch.setenv("TMPDIR", str(theirs))
    seen: list[tuple[str, int, list[str]]] = []

    def run(arguments: t.Sequence[str]) -> Completed:
        if "-O1" in arguments:
            folder = Path(next(word for word in arguments if word.startswith("TMPDIR=")).partition("=")[2])
            seen.append((str(folder), stat.S_IMODE(folder.stat().st_mode), [path.name for path in folder.iterdir()]))
            (folder / "tmpxft_1").write_text("compiled")
            return Completed(int(fails), "", "nvcc fatal: no\n" if fails else "")
        return Completed(0, "error=0\n", "")

    if fails:
        with pytest.raises(Failure):
            smoke_test.compile_and_run(system_at(tmp_path, run), "/nvcc", False)
    else:
        smoke_test.compile_and_run(system_at(tmp_path, run), "/nvcc", False)
    ((folder, mode, names),) = seen
    assert folder.startswith(f"{tmp_path}{smoke_test.FOLDER}/") and mode == 0o700 and names == []
    assert shadow.read_text() == "secret"
    assert not Path(folder).exists()


def test_a_scratch_folder_of_root_is_not_where_others_write(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files.os, "geteuid", lambda: 0)
    monkeypatch.setattr(files, "SCRATCH", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir()
    with files.scratch() as folder:
        assert folder.startswith(f"{tmp_path}/cache/") and stat.S_IMODE(Path(folder).stat().st_mode) == 0o700


def test_no_name_in_tmp_can_be_guessed() -> None:
    paths = sorted((ROOT / "plugins").glob("module*/**/*.py"))
    assert ROOT / "plugins/module_utils/_toolkit/smoke_test.py" in paths
    for path in paths:
        assert not re.search(GUESSABLE, path.read_text()), path
