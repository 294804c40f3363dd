# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import checked_copy as c
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed

from tests.unit.host_answers import BATCH, HostAnswers
from tests.unit.scripted_runner import ScriptedRunner

SOURCE, COPY = "D:\\images\\x.tar", "C:\\Files\\images\\x.tar"
OK = Completed(0, b"", b"")


def host(size: int, free: int) -> HostAnswers:
    """A German host with SOURCE of SIZE bytes and FREE bytes on C:."""
    (line,) = q.free_space().values()
    listed = f" Verzeichnis von D:\\images\r\n\r\n01.02.2026  10:00 {size:>17} x.tar\r\n"
    return HostAnswers({f"dir /-c /a-d {SOURCE}": listed.encode(), line: f"Bytes frei: {free:,} (1 GB)\r\n".encode()})


def test_room_is_looked_for_first() -> None:
    script = [(f"dir /b /a-d {SOURCE}", OK), (BATCH, host(3 << 30, 2 << 30))]
    with ScriptedRunner(script) as runner, pytest.raises(StepFailed, match=r"has 3\.0 GiB and C: has 2\.0 GiB free"):
        c.bring(runner, SOURCE, "0" * 64, COPY, 60)


@pytest.mark.parametrize("answers", [host(1, 2), HostAnswers()])
def test_without_a_digest_any_content_will_do(answers: HostAnswers) -> None:
    script = [(f"dir /b /a-d {SOURCE}", OK), (BATCH, answers), (f"copy /y /b {SOURCE} {COPY}", OK)]
    with ScriptedRunner(script) as runner:
        c.bring(runner, SOURCE, None, COPY, 60)


def test_the_copy_is_what_is_checked() -> None:
    found = Completed(0, b"x\r\n" + b"1" * 64 + b"\r\n", b"")
    script = [(f"dir /b /a-d {SOURCE}", OK), (BATCH, host(1, 2)), (re.compile("^copy "), OK)]
    script += [(re.compile(re.escape(f"-hashfile {COPY} ")), found), (f"del /f /q {COPY}", OK)]
    with ScriptedRunner(script) as runner, pytest.raises(StepFailed, match=r"D:.*expected was.*it was left alone"):
        c.bring(runner, SOURCE, "0" * 64, COPY, 60)
