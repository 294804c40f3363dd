# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import reads as windows_reads

from tests.unit.host_answers import BATCH, HostAnswers
from tests.unit.scripted_runner import ScriptedRunner


def groups(count: int) -> list[dict[str, str]]:
    """Each with a line of a thousand characters and a short one."""
    return [{f"long_{n}": f"type C:\\{n}\\{'x' * 1000}", f"short_{n}": f"type C:\\{n}"} for n in range(count)]


def test_groups_that_fit_travel_together_and_no_group_is_torn() -> None:
    answers = HostAnswers({f"type C:\\{n}": str(n).encode() for n in range(20)})
    for count, commands in ((1, 1), (7, 1), (8, 2), (20, 3)):
        with ScriptedRunner([(BATCH, answers)] * commands) as runner:
            reads = windows_reads.read_groups(runner, groups(count))
        assert [reads.output(f"short_{n}") for n in range(count)] == [str(n).encode() for n in range(count)]
        assert not any(reads.succeeded(f"long_{n}") for n in range(count))
        for line, _stdin in runner.calls:
            assert all((f"C:\\{n}\\x" in line) == (f"type C:\\{n}&" in line) for n in range(count))


def test_nothing_to_read_costs_nothing() -> None:
    with ScriptedRunner([]) as runner:
        assert windows_reads.read_groups(runner, []).parts == {}
