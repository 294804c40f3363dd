# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.goal import DistributionGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.plan import DistributionState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import Distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over_plan as h
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.developer import WSL_1, Developer
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import schtasks as s

DEBIAN = Distribution("Debian", "{guid}", 2, True, 0, "C:\\x", "installed")
HOST = DistributionState((2, 6, 3, 0), None, False, "C:\\Users\\admin")
GOAL = DistributionGoal("Debian", source="/srv/x.wsl", windows_user=["anna"])
ANNA = Developer("S-1-5-21-1", "anna", "C:\\Users\\anna", loaded=True, logged_on=True)
BEN = Developer("S-1-5-21-2", "ben", "C:\\Users\\ben", loaded=False, logged_on=False)


def waits(developer: Developer) -> Developer:
    return replace(developer, logged_on=False, logon_task=s.NEVER_RUN)


HAS, ALSO = replace(ANNA, found=DEBIAN), replace(BEN, disk=True)
PLANS: list[tuple[str, list[Developer], bool, tuple[bool, list[str], list[str], list[str], bool]]] = [
    ("everyone has it", [HAS, ALSO], False, (False, [], [], [], False)),
    ("and something is left", [HAS, ALSO], True, (False, [], [], [], True)),
    ("and a task is left", [replace(HAS, task=0), ALSO], False, (False, [], [], [], True)),
    ("both miss it", [ANNA, BEN], False, (True, ["anna", "ben"], [], [], False)),
    ("one waits", [HAS, waits(BEN)], True, (False, [], [], ["ben"], False)),
    ("one waits, one misses it", [ANNA, waits(BEN)], True, (True, ["anna", "ben"], [], [], False)),
    ("one has just logged on", [HAS, replace(BEN, logon_task=s.RUNNING)], True, (False, [], ["ben"], [], False)),
]


@pytest.mark.parametrize(("developers", "left", "wanted"), [row[1:] for row in PLANS], ids=[row[0] for row in PLANS])
def test_plan(developers: list[Developer], left: bool, wanted: tuple[t.Any, ...]) -> None:
    found = h.plan(HOST, developers, GOAL, left)
    names = [[one.name for one in group] for group in (found.hand_over, found.collect, found.waiting)]
    assert (found.bring_image, *names, found.clean) == wanted
    assert bool(found) is bool(found.texts())


@pytest.mark.parametrize(
    ("state", "goal", "message"),
    [
        (replace(HOST, wsl_version=None), {}, "WSL is not installed"),
        (
            replace(HOST, wsl_version=None, wsl1=True),
            {},
            "cannot be handed over: there is only the WSL of Windows",
        ),
        (replace(HOST, missing_features=("X",)), {}, "X is not in effect; restart"),
        (replace(HOST, wsl_version=(2, 5, 7)), {"default_user": "dev"}, "needs WSL 2.5.8"),
        (HOST, {"source": None, "from_distribution": "build"}, "has no distribution build"),
        (replace(HOST, found=DEBIAN, running=True), {"source": None, "from_distribution": "b"}, "b is running"),
    ],
)
def test_refusals(state: DistributionState, goal: dict[str, t.Any], message: str) -> None:
    with pytest.raises(StepFailed, match=message) as failure:
        h.plan(state, [ANNA], replace(GOAL, **goal), False)
    assert "\n" not in str(failure.value)
    assert h.plan(state, [ANNA], replace(GOAL, **goal), False, assume=True).bring_image
    assert not h.plan(state, [HAS], replace(GOAL, **goal), False)


@pytest.mark.parametrize(
    ("goal", "message"),
    [
        ({"state": "absent"}, "state=present only"),
        ({"version": 1}, "WSL 2 only"),
        ({"source": None}, "needs an image"),
        ({"from_distribution": "b"}, "needs an image"),
        ({"location": "C:\\x", "windows_user": ["a", "b"]}, "one windows_user only"),
    ],
)
def test_goals_that_no_host_can_reach(goal: dict[str, t.Any], message: str) -> None:
    with pytest.raises(StepFailed, match=message):
        h.check(replace(GOAL, **goal))
    h.check(GOAL)


def test_an_image_that_has_changed_goes_to_those_who_wait() -> None:
    found = h.plan(HOST, [HAS, waits(BEN)], GOAL, left=True, outdated=True)
    assert (found.bring_image, [one.name for one in found.hand_over], found.waiting) == (True, ["ben"], ())
    assert not h.plan(HOST, [HAS, ALSO], GOAL, left=False, outdated=True)


@pytest.mark.parametrize(
    ("waiting", "status"),
    [
        (["", ""], "handed over"),
        (["not_logged_on", ""], "awaiting logon of anna"),
        (["no_profile", WSL_1], "awaiting logon of anna, ben"),
    ],
)
def test_status(waiting: list[str], status: str) -> None:
    rows = [{"user": user, "waiting": why, "reason": f"({why})"} for user, why in zip(("anna", "ben"), waiting)]
    assert h.status(rows) == status
    assert h.reason(rows) == "; ".join(f"{row['user']}: ({row['waiting']})" for row in rows if row["waiting"])


@pytest.mark.parametrize(
    ("code", "denied"),
    [
        ("Wsl/E_ACCESSDENIED", True),
        ("Wsl/Service/CreateInstance/E_ACCESSDENIED", True),
        ("Wsl/Service/0x80070005", True),
        ("0x8007023f", True),
        ("Wsl/Service/RegisterDistro/WSL_E_IMPORT_FAILED", False),
        ("", False),
    ],
)
def test_wsl_that_needs_a_session(code: str, denied: bool) -> None:
    assert h.needs_session(code) is denied
    assert h.REASONS[h.DENIED]
