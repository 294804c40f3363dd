# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps in front of a command, through a real shell of this machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.before import Before, Step, before
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed

CONTENTS = [b"", b"x", b"\0\xff\r\n\x1a", os.urandom(65536), os.urandom(300_001)]


def run(steps: Before, command: str, payload: bytes = b"", spoilt: bytes | None = None) -> Completed:
    stdin = (steps.stdin if spoilt is None else spoilt) + payload
    done = subprocess.run(["/bin/sh", "-c", steps.followed_by(command)], input=stdin, capture_output=True, check=False)
    return Completed(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("in_base64", [False, True])
def test_files_and_commands_before_a_command(tmp_path: Path, in_base64: bool) -> None:
    folder = tmp_path / "it's new"
    files = [Step("", str(folder / str(number)), content) for number, content in enumerate(CONTENTS)]
    made = Step(f'echo noise; echo noise >&2; ( umask 77 && mkdir "{folder}" )')
    steps = before([made, *files, Step(f'chmod 0751 "{folder}/1"')], in_base64)
    completed = run(steps, "cat; echo 'it''s' >&2; umask; exit 7", b"payload\0")
    assert completed == Completed(7, b"payload\x000022\n", b"its\n")
    assert steps.failed(completed) is None
    assert [(folder / str(number)).read_bytes() for number in range(len(CONTENTS))] == CONTENTS
    assert [path.stat().st_mode & 0o777 for path in (folder, folder / "0", folder / "1")] == [0o700, 0o644, 0o751]


def test_a_step_that_fails_is_named_and_nothing_follows(tmp_path: Path) -> None:
    steps = before([Step("true"), Step("exit 3"), Step("", str(tmp_path / "x"), b"x")])
    completed = run(steps, f"touch {tmp_path}/begun", b"payload")
    assert steps.failed(completed) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    steps = before([Step("", str(tmp_path / "no" / "x"), b"x")])
    assert steps.failed(run(steps, f"touch {tmp_path}/begun")) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("spoilt", [b"one\r\ntwo\r\n", b"one", b"", b"One\ntwo\n"])
def test_bytes_that_are_lost_changed_or_more(tmp_path: Path, spoilt: bytes) -> None:
    steps = before([Step("", str(tmp_path / "x"), b"one\ntwo\n")])
    assert steps.failed(run(steps, f"touch {tmp_path}/begun", b"payload", spoilt)) == 0
    assert not (tmp_path / "begun").exists()


def test_what_a_command_says_is_no_failed_step(tmp_path: Path) -> None:
    steps = before([Step("true")])
    assert steps.failed(Completed(1, b"", b"wslfleet-step-0123456789abcdef-0\n")) is None
    assert steps.failed(Completed(0, b"", f"wslfleet-step-{steps.token}-0\n".encode())) is None
    assert steps.failed(Completed(1, b"", f"noise\nwslfleet-step-{steps.token}-12\n".encode())) == 12


def test_a_dd_that_knows_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "dd"
    program.write_text("#!/bin/sh\necho invalid input flag >&2\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    steps = before([Step("", str(tmp_path / "x"), b"x")])
    assert steps.failed(run(steps, f"touch {tmp_path}/begun")) == 0
    assert not (tmp_path / "begun").exists()
