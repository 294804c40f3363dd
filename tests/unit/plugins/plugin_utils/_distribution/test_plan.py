# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import goal as distribution_goal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import plan as p
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import step as distribution_step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import Distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.step import Step

NONE = p.DistributionState(wsl_version=(2, 6, 3, 0), found=None, running=False, profile="C:\\Users\\Jörg")
DEBIAN = Distribution("Debian", "{guid}", 2, True, 0, "C:\\x", "installed")
THERE = replace(NONE, found=DEBIAN)
OLD = replace(NONE, wsl_version=(2, 3, 0))

ONE = replace(THERE, found=replace(DEBIAN, version=1), wsl1=True)
LIST = "https://wsl.example.com/DistributionInfo.json"
TAR: dict[str, t.Any] = {"state": "exported", "path": "C:\\x.tar"}
GONE = distribution_step.Unregister("Debian")

CASES: list[tuple[str, p.DistributionState, dict[str, t.Any], list[Step]]] = [
    ("online", NONE, {}, [distribution_step.InstallOnline("Debian", "Debian", None, 2)]),
    (
        "online by id",
        NONE,
        {"distribution_id": "Ubuntu-24.04"},
        [distribution_step.InstallOnline("Ubuntu-24.04", "Debian", None, 2)],
    ),
    (
        "online, default",
        NONE,
        {"default": True},
        [distribution_step.InstallOnline("Debian", "Debian", None, 2), distribution_step.MakeDefault("Debian")],
    ),
    (
        "import",
        NONE,
        {"source": "/srv/x.tar"},
        [distribution_step.Import("Debian", "/srv/x.tar", None, "C:\\Users\\Jörg\\AppData\\Local\\wsl\\Debian", 2)],
    ),
    (
        "import, place",
        NONE,
        {"source": "/x", "location": "C:\\wsl\\d"},
        [distribution_step.Import("Debian", "/x", None, "C:\\wsl\\d", 2)],
    ),
    ("old wsl can install by its own name", OLD, {}, [distribution_step.InstallOnline("Debian", "Debian", None, 2)]),
    ("there", THERE, {}, []),
    ("there, source is not looked at", THERE, {"source": "/srv/other.tar"}, []),
    ("there, is default", THERE, {"default": True}, []),
    (
        "there, not default",
        replace(THERE, found=replace(DEBIAN, default=False)),
        {"default": True},
        [distribution_step.MakeDefault("Debian")],
    ),
    ("there, default not asked for", replace(THERE, found=replace(DEBIAN, default=False)), {}, []),
    ("WSL 1", ONE, {}, [distribution_step.Convert("Debian", 2)]),
    ("WSL 1, running", replace(ONE, running=True), {"stop_running": True}, [distribution_step.Convert("Debian", 2)]),
    (
        "an import was interrupted",
        replace(THERE, found=replace(DEBIAN, state="installing")),
        {"source": "/x", "location": "C:\\wsl\\d"},
        [distribution_step.RemoveUnfinished("Debian"), distribution_step.Import("Debian", "/x", None, "C:\\wsl\\d", 2)],
    ),
    (
        "own list, default user",
        NONE,
        {"manifest": LIST, "default_user": "dev"},
        [
            distribution_step.SetManifest(LIST),
            distribution_step.InstallOnline("Debian", "Debian", None, 2),
            distribution_step.SetDefaultUser("Debian", "dev", stop=True),
        ],
    ),
    ("own list is set", replace(THERE, manifest=LIST), {"manifest": LIST}, []),
    ("there, own list is not set", THERE, {"manifest": LIST}, [distribution_step.SetManifest(LIST)]),
    ("starts as root", THERE, {"default_user": "dev"}, [distribution_step.SetDefaultUser("Debian", "dev", stop=True)]),
    (
        "starts as root and runs",
        replace(THERE, running=True),
        {"default_user": "dev"},
        [distribution_step.SetDefaultUser("Debian", "dev", stop=False)],
    ),
    (
        "starts as another user",
        replace(THERE, found=replace(DEBIAN, default_uid=1000)),
        {"default_user": "dev"},
        [],
    ),
    ("export", THERE, TAR, [distribution_step.Export("Debian", "C:\\x.tar", "tar")]),
    (
        "export, old",
        replace(THERE, wsl_version=(2, 4, 4)),
        TAR,
        [distribution_step.Export("Debian", "C:\\x.tar", "tar")],
    ),
    ("exported", replace(THERE, exported=True, running=True), TAR, []),
    ("exported and gone since", replace(NONE, exported=True), TAR, []),
    ("absent, running", replace(THERE, running=True), {"state": "absent", "force": True, "stop_running": True}, [GONE]),
    ("absent already", NONE, {"state": "absent"}, []),
    ("absent with force", THERE, {"state": "absent", "force": True}, [distribution_step.Unregister("Debian")]),
    (
        "absent, half installed",
        replace(THERE, found=replace(DEBIAN, state="installing")),
        {"state": "absent", "force": True},
        [distribution_step.Unregister("Debian")],
    ),
    ("there although WSL waits for a restart", replace(THERE, missing_features=("X",)), {}, []),
]


@pytest.mark.parametrize(("state", "goal", "steps"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_steps(state: p.DistributionState, goal: dict[str, t.Any], steps: list[Step]) -> None:
    assert p.plan(state, distribution_goal.DistributionGoal("Debian", **goal)) == steps


@pytest.mark.parametrize(
    ("state", "goal", "message"),
    [
        (THERE, {"state": "absent"}, "everything in it would be lost; set force=true"),
        (replace(THERE, found=replace(DEBIAN, state="converting")), {}, "is converting"),
        (replace(THERE, found=replace(DEBIAN, state="exporting")), TAR, "is exporting"),
        (replace(ONE, wsl1=False), {}, "Microsoft-Windows-Subsystem-Linux"),
        (replace(ONE, running=True), {}, "not converted: it is running"),
        (replace(THERE, running=True), TAR, "not exported: it is running"),
        (replace(THERE, running=True), {"state": "absent", "force": True}, "not deleted: it is running"),
        (NONE, TAR, "this account has none of that name"),
        (replace(THERE, wsl_version=(2, 4, 4)), {**TAR, "format": "tar.gz"}, "cannot write tar.gz"),
        (NONE, {"source": "C:\\x.vhd"}, "use a .vhdx"),
        (replace(NONE, wsl_version=None), {}, "WSL is not installed"),
        (replace(THERE, wsl_version=None), {"state": "absent", "force": True}, "be deleted: WSL is not installed"),
        (replace(NONE, wsl_version=None, wsl1=True), {}, "be made: there is only the WSL of Windows itself"),
        (replace(THERE, wsl_version=None, wsl1=True), {"version": 1}, "be changed: there is only the WSL of Windows"),
        (replace(THERE, wsl_version=None, wsl1=True), TAR, "be exported: there is only the WSL of Windows itself"),
        (replace(NONE, missing_features=("VirtualMachinePlatform",)), {}, "not in effect; restart the host"),
        (OLD, {"distribution_id": "Ubuntu"}, "update WSL to 2.4.4"),
    ],
)
def test_refusals(state: p.DistributionState, goal: dict[str, t.Any], message: str) -> None:
    with pytest.raises(StepFailed, match=message) as failure:
        p.plan(state, distribution_goal.DistributionGoal("Debian", **goal))
    assert "\n" not in str(failure.value)


def test_check_mode_plans_as_if_wsl_were_there() -> None:
    state = replace(NONE, wsl_version=None, missing_features=("VirtualMachinePlatform",))
    assert p.plan(state, distribution_goal.DistributionGoal("Debian"), assume_wsl=True) == [
        distribution_step.InstallOnline("Debian", "Debian", None, 2)
    ]
