# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import contextlib
import fnmatch

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as bundle_plan
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over_line, hand_over_plan
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import tasks as u
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import schtasks as s

BUNDLE, HAND_OVER = bundle_plan.Place("Debian"), hand_over_line.Place("Debian")


def test_each_writes_to_files_of_its_own_and_everything_is_found_by_name() -> None:
    assert BUNDLE.empty_results("S-1-5-7") == {
        f"{BUNDLE.folder}\\S-1-5-7-{name}.txt": b"" for name in ("out", "err", "done")
    }
    assert f'"{BUNDLE.folder}\\S-1-5-7-*.txt" /inheritance:r' in BUNDLE.opened("S-1-5-7")
    assert '"*S-1-5-7:(R,W)"' in BUNDLE.opened("S-1-5-7")
    names = [BUNDLE.payload, BUNDLE.identity, BUNDLE.payload_of("S-1-5-7"), BUNDLE.description("S-1-5-7")]
    for name in [*names, *BUNDLE.empty_results("S-1-5-7")]:
        assert any(fnmatch.fnmatch(name, f"{BUNDLE.folder}\\{pattern}") for pattern in BUNDLE.FILES), name
    assert BUNDLE.removal()[-1] == f'rd "{BUNDLE.folder}"'


def test_two_kinds_of_work_in_one_distribution_do_not_meet() -> None:
    assert (BUNDLE.folder, HAND_OVER.folder) == (
        "C:\\Program Files\\wslfleet\\bundle-Debian",
        "C:\\Program Files\\wslfleet\\handover-Debian",
    )
    assert (BUNDLE.task("S-1"), HAND_OVER.task("S-1")) == ("wslfleet\\bundle-Debian-S-1", "wslfleet\\Debian-S-1")
    assert BUNDLE.description("S-1") == f"{BUNDLE.folder}\\S-1.xml"


@pytest.mark.parametrize(
    ("result", "on_battery", "reason"),
    [
        (0x80070569, True, u.NO_RIGHT),
        (0x8007052E, True, u.NO_TOKEN),
        (s.REFUSED, True, u.NOT_LOGGED_ON),
        (s.REFUSED, False, u.ON_BATTERY),
        (s.QUEUED, False, u.ON_BATTERY),
        (s.RUNNING, True, None),
        (1, True, None),
    ],
)
def test_why_not(result: int, on_battery: bool, reason: str | None) -> None:
    assert u.why_not(result, on_battery) == reason
    assert reason is None or (bundle_plan.REASONS[reason] and hand_over_plan.REASONS[reason])


@pytest.mark.parametrize(
    ("result", "waited", "why"),
    [
        (s.NEVER_RUN, 59, None),
        (s.NEVER_RUN, 60, "has not started; run again"),
        (s.RUNNING, 1000, None),
        (0, 5, None),
        (0, 6, "was ended without a result (last result 0x0); run again"),
        (None, 6, "was ended without a result (it is gone); run again"),
    ],
)
def test_why_nothing(result: int | None, waited: float, why: str | None) -> None:
    assert u.why_nothing(result, waited, start=u.START_SECONDS, patience=5) == why


@pytest.mark.parametrize(
    ("error", "times"), [(None, 1), (StepFailed("x"), 1), (KeyboardInterrupt(), 1), (HostUnreachable("gone"), 0)]
)
def test_what_is_left_is_taken_away_unless_the_host_is_out_of_reach(error: BaseException | None, times: int) -> None:
    done: list[str] = []
    with contextlib.suppress(StepFailed, KeyboardInterrupt, HostUnreachable), u.cleaned(lambda: done.append("x")):
        if error:
            raise error
    assert len(done) == times


@pytest.mark.parametrize(("logged_on", "kind"), [(True, "InteractiveToken"), (False, "S4U")])
def test_a_task_works_in_the_session_where_there_is_one(logged_on: bool, kind: str) -> None:
    made = u.task(HAND_OVER, "S-1-5-21-1", logged_on, "ver", 59.6)
    assert (made.name, made.logon_type, made.seconds, made.on_battery) == (HAND_OVER.task("S-1-5-21-1"), kind, 60, True)


def test_a_task_starts_when_its_files_are_its_users_own() -> None:
    line = u.start_line(BUNDLE, "S-1-5-21-1", "ver")
    order = ["ver&&", "icacls.exe", "/create", "/run"]
    assert [line.lower().index(text) for text in order] == sorted(line.lower().index(text) for text in order)


def test_whether_a_task_has_ended_is_asked_before_what_it_left() -> None:
    assert list(u.look_lines(BUNDLE, "S-1")) == ["task_S-1", "links_S-1", "sizes_S-1"]
