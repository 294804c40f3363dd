# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run: one table by outcome and reason, what to do next, how long it took."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import outcome
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import closing, line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.closing import Verdict

FLEET = [
    *(Verdict(f"ok-{number}", "ok", "nothing to change") for number in range(300)),
    Verdict("x-1", "failed", "Install the toolkit", "no space left: free 10 GiB"),
    Verdict("x-2", "failed", "Install the toolkit", "no space left: free 10 GiB"),
    Verdict("x-3", "failed", "Read the host", "bad answer"),
    Verdict("y-1", "off", "", "10.0.0.1: no answer"),
    Verdict("y-2", "off", "", "10.0.0.2: no answer"),
    Verdict("w-1", "waiting", "awaiting restart", "windows_host_reboot is never"),
]


def shown(width: int, limit: str = "", verdicts: list[Verdict] = FLEET) -> list[str]:
    lines = [one.text for one in closing.lines(verdicts, 252, width, limit)]
    assert lines[0] == ""  # Set apart from what was said before.
    return lines[1:]


def test_grouped_by_outcome_and_reason_the_worst_first() -> None:
    assert shown(110) == [
        "outcome  laptops  reason                                              which",
        "failed         2  Install the toolkit: no space left: free 10 GiB     x-1, x-2",
        "failed         1  Read the host: bad answer                           x-3",
        "off            2  10.0.0.1: no answer; the others say something else  y-1, y-2",
        "waiting        1  awaiting restart: windows_host_reboot is never      w-1",
        "ok           300  nothing to change                                   ok-0, ok-1, ok-2, ok-3, ok-4, ok-5,",
        "                                                                      ok-6, ok-7 and 292 more",
        "next:",
        "  failed: fix the errors above, then run again",
        "  off: run again when they are switched on",
        "  waiting: wait until that has happened, then run again; it continues where it stopped",
        "  only these: --limit x-1,x-2,x-3,y-1,y-2,w-1",
        "306 laptops in 4:12",
    ]


def test_a_narrow_terminal() -> None:
    lines = shown(40)
    assert lines[:4] == ["failed: 2", "  Install the toolkit: no space left:", "  free 10 GiB", "  x-1, x-2"]


def test_no_line_of_the_table_is_wider_than_the_terminal() -> None:
    for width in range(30, 150):
        lines = shown(width)
        assert all(line.columns(text) < width for text in lines[: lines.index("next:")])


def test_a_file_for_limit_where_there_is_one_or_many_laptops() -> None:
    assert "  only these: --limit @/srv/r/not_conforming.limit" in shown(120, "/srv/r/not_conforming.limit")
    many = [Verdict(f"x-{number}", "off") for number in range(41)]
    assert shown(120, verdicts=many)[-2] == "  only these: set wslfleet_report, which leaves a file for --limit"


def test_nothing_is_to_be_done() -> None:
    assert shown(80, verdicts=[Verdict("a", "ok", "nothing to change")]) == [
        "outcome  laptops  reason             which", "ok             1  nothing to change  a", "1 laptop in 4:12",
    ]  # fmt: skip
    assert closing.lines([], 252, 80) == [line.Line("no laptop took part in this run", line.CHANGED)]


def test_every_outcome_but_the_good_ones_has_an_advice() -> None:
    assert set(outcome.OUTCOMES) - set(closing.NEXT) == {outcome.OK, outcome.DONE}
