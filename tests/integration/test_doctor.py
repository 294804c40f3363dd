# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``doctor.yml`` over WinRM: every row answered; its file replayed as a laptop gives the same answers."""

from __future__ import annotations

import json
import stat
import typing as t
from pathlib import Path

import pytest

from tests.integration.laboratory import Lab, StartLab

pytestmark = pytest.mark.lab

VOLATILE = {"boot_event", "computer_names", "wsl_start", "wsl_stdin"}
"""Rows that another laptop cannot answer alike: its own boot and name; the files of the distribution, in no probe."""


def _probe(lab: Lab, directory: Path, **variables: t.Any) -> dict[str, dict[str, t.Any]]:
    directory.mkdir()
    settings = {"wslfleet_probe_directory": str(directory), "wslfleet_probe_idle": 0, **variables}
    run = lab.playbook("doctor", variables=settings)
    assert run.code == 0, run.output
    assert run.lines("can be managed: yes"), run.output
    (file,) = directory.glob("*.probe.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return {row["id"]: row for row in json.loads(file.read_text(encoding="utf-8"))["rows"]}


@pytest.mark.parametrize("language", ["en-US", "de-DE"])
def test_every_row_is_answered_and_the_replay_answers_alike(start_lab: StartLab, tmp_path: Path, language: str) -> None:
    original = start_lab("--profile", "ready", "--language", language, "--without-compiler", "--without-archive")
    rows = _probe(original, tmp_path / "first", wslfleet_probe_distribution="Debian-12")
    print(f"{language}: {len(rows)} rows")
    assert len(rows) > 60
    assert {row["verdict"] for row in rows.values()} <= {"holds", "noted", "missing"}, rows
    # Nothing that the probe asks differs for another toolkit; its driver is the preflight's business.
    too_new = {"cuda_version": "13.0", "wslfleet_probe_directory": str(tmp_path), "wslfleet_probe_idle": 0}
    run = original.playbook("doctor", variables=too_new)
    assert (run.code, run.lines("can be managed: no, because driver 572.61")) != (0, []), run.output
    file = next((tmp_path / "first").iterdir())
    replay = start_lab("--probe", str(file), "--without-compiler")
    again = _probe(replay, tmp_path / "second")
    same = {key for key in rows if key not in VOLATILE}
    assert {key: (again[key]["verdict"], again[key]["answer"]) for key in same} == {
        key: (rows[key]["verdict"], rows[key]["answer"]) for key in same
    }


def test_a_file_that_is_no_probe_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "broken.probe.json"
    file.write_text("{}", encoding="utf-8")
    done = Lab(tmp_path / "lab").command("up", "--probe", str(file), "--without-compiler")
    assert done.returncode == 1
    assert str(file) in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
