# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import wsl_config as w

from tests.unit.host_answers import BATCH, HostAnswers, fresh, with_features, with_wsl
from tests.unit.plugins.plugin_utils._windows.test_protected_folder import answer
from tests.unit.scripted_runner import Answer, Expected, ScriptedRunner

READY = with_wsl(with_features(fresh()))
FILE = "C:\\Users\\J\xf6rg\\.wslconfig"
LINK, THERE, TYPE = (cmd_line("dir", ["/b", "/al", f"{FILE}*"]), cmd_line("dir", ["/b", "/a", FILE]), f"type {FILE}")
SEEN = w.State(FILE, None, w.Host(), "C:\\Program Files\\WSL\\wsl.exe")
OK = Completed(0, b"", b"")


def holds(text: bytes) -> HostAnswers:
    """A host whose account has a .wslconfig with TEXT."""
    return HostAnswers({THERE: b".wslconfig\r\n", TYPE: text})


@pytest.mark.parametrize(
    ("file", "text"), [(HostAnswers(), None), (holds(b"[wsl2]\r\n"), "[wsl2]\r\n"), (holds(b"\xe9"), "\udce9")]
)
def test_observe_takes_two_commands(file: HostAnswers, text: str | None) -> None:
    with ScriptedRunner([(BATCH, READY), (BATCH, file)]) as runner:
        seen = w.observe(runner, None)
    assert (seen.path, seen.text) == (FILE, text)
    assert (seen.host.wsl, seen.host.build) == ((2, 6, 3, 0), 22631)


@pytest.mark.parametrize(
    ("file", "message"), [(HostAnswers({LINK: b""}), "is a link"), (HostAnswers({THERE: b""}), "cannot be read")]
)
def test_observe_refuses(file: HostAnswers, message: str) -> None:
    with ScriptedRunner([(BATCH, READY), (BATCH, file)]) as runner, pytest.raises(StepFailed, match=message):
        w.observe(runner, None)


@pytest.mark.parametrize(("copied", "after", "good"), [(0, b"a\xe9", True), (1, b"a\xe9", False), (0, b"b", False)])
def test_write_is_read_again(copied: int, after: bytes, good: bool) -> None:
    script: list[tuple[Expected, Answer]] = [
        (BATCH, answer()),
        (re.compile("tar.exe -xf -"), OK),
        (re.compile(r"^\(\(dir /b /al .*\)\|\|\(copy /y /b .*config\\wslconfig"), Completed(copied, b"", b"")),
        (re.compile(r"&del /f /q /a .*&rd "), OK),
    ]
    script.append((BATCH, holds(after if copied == 0 else b"old")))
    with ScriptedRunner(script) as runner:
        if good:
            w.write(runner, SEEN, "a\udce9")
        else:
            with pytest.raises(StepFailed, match="could not be written"):
                w.write(runner, SEEN, "a\udce9")
        assert b"a\xe9" in runner.calls[1][1]


def test_shut_down() -> None:
    with ScriptedRunner([(re.compile("--shutdown$"), OK)]) as runner:
        w.shut_down(runner, SEEN)


def test_without_rights_the_draft_lies_in_the_own_profile() -> None:
    """As from inside the laptop, where only an administrator could make the protected folder."""
    draft = "AppData\\\\Local\\\\Temp\\\\wslfleet-wslconfig"
    script: list[tuple[Expected, Answer]] = [
        (re.compile("tar.exe -xf - -C "), OK),
        (re.compile(rf"\|\|\(copy /y /b .*{draft}"), OK),
        (re.compile(rf"^del /f /q /a .*{draft}"), OK),
        (BATCH, holds(b"a")),
    ]
    with ScriptedRunner(script) as runner:
        w.write(runner, replace(SEEN, elevated=False), "a")
