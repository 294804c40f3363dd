# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import json
import re
import stat
from pathlib import Path
from unittest.mock import Mock

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import host_probe
from ansible_collections.wslfleet.cuda.plugins.action.host_probe import ActionModule
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe import ask
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.questions import questions

from tests.unit.plugins.action.windows_action import Script, run_action

COUNT = len(questions(idle=0))
TOGETHER = sum(len(group) > 1 for group in ask._groups(questions(idle=0)))
# The same answer to everything: no batch comes back whole, so that each of its questions is asked by itself too.
EVERY: Script = [(re.compile(""), Completed(0, b"x\r\n", b""))] * (COUNT + TOGETHER)


def test_the_file_is_written(tmp_path: Path) -> None:
    result = run_action(ActionModule, {"dest": str(tmp_path / "probe.json"), "idle": 0}, EVERY, check_mode=True)
    content = json.loads((tmp_path / "probe.json").read_text(encoding="utf-8"))
    assert (content["host"], content["rows"], result["changed"]) == ("laptop-7", result["rows"], False)
    assert len(result["table"]) == COUNT
    assert "silence" in result["differing"]
    assert "standard input does not arrive whole (stdin_text: exit 0: nothing)" in result["hindrances"]


def test_only_its_owner_reads_the_file_also_one_that_was_there(tmp_path: Path) -> None:
    file = tmp_path / "probe.json"
    file.touch(0o644)
    run_action(ActionModule, {"dest": str(file), "idle": 0}, EVERY)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_told_before_two_minutes_of_questions(tmp_path: Path) -> None:
    result = run_action(ActionModule, {"dest": str(tmp_path / "missing" / "probe.json"), "idle": 0}, [])
    assert (result["failed"], "on the controller: there is no such folder" in result["msg"]) == (True, True)
    result = run_action(ActionModule, {"dest": str(tmp_path), "idle": 0}, [])
    assert (result["failed"], "it is a folder; nothing was asked" in result["msg"]) == (True, True)


def test_what_cannot_be_written_is_not_printed_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(host_probe, "_write_private", Mock(side_effect=full))
    result = run_action(ActionModule, {"dest": str(tmp_path / "probe.json"), "idle": 0}, EVERY)
    assert (result["failed"], "No space left on device" in result["msg"]) == (True, True)
    assert "rows" not in result and "table" not in result


def test_a_host_that_is_off_is_unreachable() -> None:
    result = run_action(ActionModule, {"idle": 0}, [(re.compile(""), HostUnreachable("laptop-7: off"))])
    assert (result["unreachable"], result["msg"]) == (True, "laptop-7: off")


def test_a_bad_distribution_asks_the_host_nothing() -> None:
    result = run_action(ActionModule, {"distribution": "De bian"}, [])
    assert (result["failed"], "cannot be the name" in result["msg"]) == (True, True)
