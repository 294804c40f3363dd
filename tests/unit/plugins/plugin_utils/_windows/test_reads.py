# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
from pathlib import Path

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


def test_only_what_dir_names_counts_as_found() -> None:
    lines = {name: f"dir /b C:\\{name}" for name in ("some", "none", "missing")}
    answers = HostAnswers({lines["some"]: b"x\r\n", lines["none"]: b""})
    with ScriptedRunner([(BATCH, answers)]) as runner:
        reads = windows_reads.read(runner, lines)
    assert [reads.listed(name) for name in lines] == [True, False, False]
    assert not reads.listed("never asked")


def test_no_link_is_taken_from_an_exit_code_alone() -> None:
    """Whether ``dir /b /al`` fails where nothing is a link has no judge."""
    tree = Path(windows_reads.__file__).parents[1]
    careless = [
        f"{file.name}: {line.strip()}"
        for file in sorted(tree.rglob("*.py"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.search('succeeded\\(f?"links', line)
    ]
    assert careless == []
