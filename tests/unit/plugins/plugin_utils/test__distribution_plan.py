# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _distribution_plan as p
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distributions import Distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed

NONE = p.DistributionState(wsl_version=(2, 6, 3, 0), found=None, running=False, profile="C:\\Users\\Jörg")
DEBIAN = Distribution("Debian", "{guid}", 2, True, 0, "C:\\x", "installed")
THERE = replace(NONE, found=DEBIAN)
OLD = replace(NONE, wsl_version=(2, 3, 0))

CASES: list[tuple[str, p.DistributionState, dict[str, t.Any], list[p.Step]]] = [
    ("online", NONE, {}, [p.InstallOnline("Debian", "Debian", None, 2)]),
    ("online by id", NONE, {"distribution_id": "Ubuntu-24.04"}, [p.InstallOnline("Ubuntu-24.04", "Debian", None, 2)]),
    (
        "online, default",
        NONE,
        {"default": True},
        [p.InstallOnline("Debian", "Debian", None, 2), p.MakeDefault("Debian")],
    ),
    (
        "import",
        NONE,
        {"source": "/srv/x.tar"},
        [p.Import("Debian", "/srv/x.tar", None, "C:\\Users\\Jörg\\AppData\\Local\\wsl\\Debian", 2)],
    ),
    (
        "import, place",
        NONE,
        {"source": "/x", "location": "C:\\wsl\\d"},
        [p.Import("Debian", "/x", None, "C:\\wsl\\d", 2)],
    ),
    ("old wsl can install by its own name", OLD, {}, [p.InstallOnline("Debian", "Debian", None, 2)]),
    ("there", THERE, {}, []),
    ("there, source is not looked at", THERE, {"source": "/srv/other.tar"}, []),
    ("there, is default", THERE, {"default": True}, []),
    (
        "there, not default",
        replace(THERE, found=replace(DEBIAN, default=False)),
        {"default": True},
        [p.MakeDefault("Debian")],
    ),
    ("there, default not asked for", replace(THERE, found=replace(DEBIAN, default=False)), {}, []),
    ("WSL 1", replace(THERE, found=replace(DEBIAN, version=1)), {}, [p.Convert("Debian", 2)]),
    ("absent already", NONE, {"state": "absent"}, []),
    ("absent with force", THERE, {"state": "absent", "force": True}, [p.Unregister("Debian")]),
    (
        "absent, half installed",
        replace(THERE, found=replace(DEBIAN, state="installing")),
        {"state": "absent", "force": True},
        [p.Unregister("Debian")],
    ),
    ("there although WSL waits for a restart", replace(THERE, missing_features=("X",)), {}, []),
]


@pytest.mark.parametrize(("state", "goal", "steps"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_steps(state: p.DistributionState, goal: dict[str, t.Any], steps: list[p.Step]) -> None:
    assert p.plan(state, p.DistributionGoal("Debian", **goal)) == steps


@pytest.mark.parametrize(
    ("state", "goal", "message"),
    [
        (THERE, {"state": "absent"}, "everything in it would be lost; set force=true"),
        (replace(THERE, found=replace(DEBIAN, state="installing")), {}, "is installing"),
        (replace(NONE, wsl_version=None), {}, "WSL is not installed"),
        (replace(NONE, missing_features=("VirtualMachinePlatform",)), {}, "not in effect; restart the host"),
        (OLD, {"distribution_id": "Ubuntu"}, "update WSL to 2.4.4"),
    ],
)
def test_refusals(state: p.DistributionState, goal: dict[str, t.Any], message: str) -> None:
    with pytest.raises(StepFailed, match=message) as failure:
        p.plan(state, p.DistributionGoal("Debian", **goal))
    assert "\n" not in str(failure.value)


def test_check_mode_plans_as_if_wsl_were_there() -> None:
    state = replace(NONE, wsl_version=None, missing_features=("VirtualMachinePlatform",))
    assert p.plan(state, p.DistributionGoal("Debian"), assume_wsl=True) == [
        p.InstallOnline("Debian", "Debian", None, 2)
    ]
