# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _wsl_plan as p
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed

ALL = {"vmcompute": True, "hns": True, "vfpext": True, "LxssManager": False, "WSLService": True}
NONE = dict.fromkeys(ALL, False)
FRESH = p.WslState(build=22631, version=None, services=NONE, elevated=True, allowed=True)
READY = replace(FRESH, version="2.6.3.0", services=ALL, running=())
FEATURE = p.EnableFeature("VirtualMachinePlatform", False)
MSI = "https://files.example.com/wsl.2.7.10.0.x64.msi"
INSTALL_MSI = p.InstallMsi(MSI, None, "C:\\ProgramData\\wslfleet\\2.7.10.0\\wsl.msi")

CASES: list[tuple[str, p.WslState, dict[str, t.Any], list[p.Step]]] = [
    ("fresh", FRESH, {}, [FEATURE, p.InstallOnline()]),
    ("fresh, msi", FRESH, {"msi": MSI}, [FEATURE, INSTALL_MSI]),
    ("fresh, msi given but online wanted", FRESH, {"msi": MSI, "method": "online"}, [FEATURE, p.InstallOnline()]),
    ("fresh, latest", FRESH, {"state": "latest"}, [FEATURE, p.InstallOnline()]),
    (
        "feature waits for a restart",
        replace(FRESH, enabled_features=("VirtualMachinePlatform",)),
        {},
        [p.InstallOnline()],
    ),
    ("feature there, no package", replace(FRESH, services=ALL), {}, [p.InstallOnline()]),
    ("package there, feature off", replace(READY, services=NONE), {}, [FEATURE]),
    ("vfpext missing on 22621", replace(READY, services={**ALL, "vfpext": False}), {}, [FEATURE]),
    ("vfpext not needed on 22000", replace(READY, build=22000, services={**ALL, "vfpext": False}), {}, []),
    (
        "Windows 10",
        replace(FRESH, build=19045),
        {},
        [
            p.EnableFeature("Microsoft-Windows-Subsystem-Linux", True),
            p.EnableFeature("VirtualMachinePlatform", True),
            p.InstallOnline(),
        ],
    ),
    ("ready", READY, {}, []),
    ("ready, nobody looked who runs", replace(READY, running=None), {}, []),
    ("ready, msi", READY, {"msi": MSI}, []),
    ("ready, latest", READY, {"state": "latest"}, [p.UpdateOnline()]),
    ("ready, latest by msi", READY, {"state": "latest", "msi": MSI}, [INSTALL_MSI]),
    ("newer than the msi", replace(READY, version="2.8.0.0"), {"state": "latest", "msi": MSI}, []),
    ("same as the msi", replace(READY, version="2.7.10.0"), {"state": "latest", "msi": MSI}, []),
    ("too old", replace(READY, version="1.2.5.0"), {}, [p.UpdateOnline()]),
    (
        "running, allowed",
        replace(READY, running=("wsl.exe",)),
        {"state": "latest", "allow_running": True},
        [p.UpdateOnline()],
    ),
    ("ready without rights", replace(READY, elevated=False), {}, []),
]


@pytest.mark.parametrize(("state", "goal", "steps"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_steps(state: p.WslState, goal: dict[str, t.Any], steps: list[p.Step]) -> None:
    assert list(p.plan(state, p.WslGoal(**goal)).steps) == steps


def test_an_update_is_put_off_while_someone_works() -> None:
    plan = p.plan(replace(READY, running=("vmmemWSL", "wslhost.exe")), p.WslGoal(state="latest"))
    assert plan.steps == ()
    assert "vmmemWSL, wslhost.exe runs" in plan.deferred


@pytest.mark.parametrize(
    ("state", "goal", "message"),
    [
        (replace(FRESH, allowed=False), {}, "policy"),
        (replace(FRESH, elevated=False), {}, "administrator rights"),
        (replace(FRESH, build=17763), {}, "too old"),
        (FRESH, {"method": "msi"}, "needs msi"),
        (replace(READY, version="1.2.5.0", running=("wsl.exe",)), {}, "was not upgraded"),
        (READY, {"state": "latest", "msi": "/srv/package.msi"}, "tells no version"),
    ],
)
def test_refusals(state: p.WslState, goal: dict[str, t.Any], message: str) -> None:
    with pytest.raises(StepFailed, match=message) as failure:
        p.plan(state, p.WslGoal(**goal))
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("source", "version"),
    [
        ("https://x/wsl.2.6.3.0.x64.msi", "2.6.3.0"),
        ("C:\\Downloads\\wsl.2.4.4.x64.msi", "2.4.4"),
        ("/srv/2.6.3.0/wsl.msi", None),
        ("/srv/Package.msi", None),
    ],
)
def test_msi_version(source: str, version: str | None) -> None:
    assert p.msi_version(source) == version
