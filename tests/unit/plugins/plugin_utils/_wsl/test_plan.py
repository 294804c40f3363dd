# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
import typing as t
from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.files import Source
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.step import Step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import goal as wsl_goal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import plan as p
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import state as wsl_state
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import step as wsl_step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.package import Package

ALL = {"vmcompute": True, "hns": True, "vfpext": True, "LxssManager": False, "WSLService": True}
NONE = dict.fromkeys(ALL, False)
FRESH = wsl_state.WslState(build=22631, ubr=3672, version=None, services=NONE, elevated=True, allowed=True)
READY = replace(FRESH, version="2.6.3.0", services=ALL, running=())
FEATURE = wsl_step.EnableFeature("VirtualMachinePlatform", False)
MSI = "https://files.example.com/wsl.2.7.10.0.x64.msi"
PACKAGE = Package(Source(MSI), "2.7.10.0")
INSTALL_MSI = wsl_step.InstallMsi(PACKAGE)
RELEASED = Package(Source("https://github.com/microsoft/WSL/releases/download/2.6.3/wsl.2.6.3.0.x64.msi"), "2.6.3.0")
OLD = replace(FRESH, build=19044, ubr=1288)
DAMAGED = replace(READY, damaged_files=("C:\\Program Files\\WSL\\system.vhd",))
CODE = "{8A3F5B1C-0D4E-5F6A-9B7C-1D2E3F4A5B6C}"
REMOVABLE = replace(READY, product_code=CODE)
VMP = "VirtualMachinePlatform"
OLD_SERVICES = {**ALL, "vfpext": False, "LxssManager": True}
ARM = "https://github.com/microsoft/WSL/releases/download/2.6.3/wsl.2.6.3.0.arm64.msi"
SUBSYSTEM = wsl_step.EnableFeature("Microsoft-Windows-Subsystem-Linux", True)
ONLINE = wsl_step.InstallOnline(fall_back=True)

CASES: list[tuple[str, wsl_state.WslState, dict[str, t.Any], list[Step]]] = [
    ("fresh", FRESH, {}, [FEATURE, ONLINE]),
    ("fresh, msi", FRESH, {"msi": MSI}, [FEATURE, INSTALL_MSI]),
    (
        "fresh, msi but online wanted",
        FRESH,
        {"msi": MSI, "method": "online"},
        [FEATURE, wsl_step.InstallOnline()],
    ),
    ("fresh, latest", FRESH, {"state": "latest"}, [FEATURE, ONLINE]),
    (
        "feature waits for a restart",
        replace(FRESH, enabled_features=("VirtualMachinePlatform",)),
        {},
        [ONLINE],
    ),
    ("feature there, no package", replace(FRESH, services=ALL), {}, [ONLINE]),
    ("package there, feature off", replace(READY, services=NONE), {}, [FEATURE]),
    ("vfpext missing on 22621", replace(READY, services={**ALL, "vfpext": False}), {}, [FEATURE]),
    ("vfpext not needed on 22000", replace(READY, build=22000, services={**ALL, "vfpext": False}), {}, []),
    (
        "Windows 10",
        replace(FRESH, build=19045),
        {},
        [
            wsl_step.EnableFeature("Microsoft-Windows-Subsystem-Linux", True),
            wsl_step.EnableFeature("VirtualMachinePlatform", True),
            ONLINE,
        ],
    ),
    ("ready", READY, {}, []),
    ("ready, nobody looked who runs", replace(READY, running=None), {}, []),
    ("ready, msi", READY, {"msi": MSI}, []),
    ("ready, latest", READY, {"state": "latest"}, [wsl_step.UpdateOnline()]),
    ("ready, latest by msi", READY, {"state": "latest", "msi": MSI}, [INSTALL_MSI]),
    ("newer than the msi", replace(READY, version="2.8.0.0"), {"state": "latest", "msi": MSI}, []),
    ("same as the msi", replace(READY, version="2.7.10.0"), {"state": "latest", "msi": MSI}, []),
    ("too old", replace(READY, version="1.2.5.0"), {}, [wsl_step.UpdateOnline()]),
    (
        "running, allowed",
        replace(READY, running=("wsl.exe",)),
        {"state": "latest", "allow_running": True},
        [wsl_step.StopWsl(), wsl_step.UpdateOnline()],
    ),
    ("ready without rights", replace(READY, elevated=False), {}, []),
    ("nobody knows the product code, nothing to do", READY, {}, []),
    ("from GitHub", FRESH, {"method": "web_download"}, [FEATURE, wsl_step.InstallOnline(web_download=True)]),
    (
        "from GitHub, latest",
        READY,
        {"state": "latest", "method": "web_download"},
        [wsl_step.UpdateOnline(web_download=True)],
    ),
    ("a version, fresh", FRESH, {"version": "2.6.3"}, [FEATURE, wsl_step.InstallMsi(RELEASED)]),
    ("a version, there", READY, {"version": "2.6.3"}, []),
    ("a version, there, given with four numbers", READY, {"version": "2.6.3.0"}, []),
    ("a version, too old", replace(READY, version="2.5.10.0"), {"version": "2.6.3"}, [wsl_step.InstallMsi(RELEASED)]),
    (
        "a version, newer is there, downgrade allowed",
        replace(READY, version="2.7.10.0"),
        {"version": "2.6.3", "allow_downgrade": True},
        [wsl_step.InstallMsi(RELEASED)],
    ),
    (
        "a version from an msi without a version in its name",
        READY,
        {"version": "2.7.10", "msi": "/srv/wsl.msi"},
        [wsl_step.InstallMsi(Package(Source("/srv/wsl.msi"), "2.7.10.0"))],
    ),
    (
        "an ARM laptop gets its own package",
        replace(FRESH, services=ALL, architecture="ARM64"),
        {"version": "2.6.3", "msi_sha256": "ab", "msi_proxy": "http://p"},
        [
            wsl_step.InstallMsi(
                Package(replace(RELEASED.source, where=ARM, sha256="ab", proxy="http://p"), "2.6.3.0"),
            )
        ],
    ),
    (
        "Windows 10 of 2021, msi",
        replace(OLD, services=OLD_SERVICES),
        {"msi": MSI},
        [wsl_step.InstallMsi(PACKAGE, True)],
    ),
    (
        "Windows 10 of 2021, msi, with the Store's part",
        replace(OLD, services=OLD_SERVICES),
        {"msi": MSI, "skip_msix": False},
        [INSTALL_MSI],
    ),
    ("Windows 10 with its own WSL", replace(OLD, ubr=2364, services=OLD_SERVICES), {}, [replace(ONLINE, inbox=True)]),
    ("only the WSL of Windows, 10", OLD, {"method": "inbox"}, [SUBSYSTEM, wsl_step.EnableFeature(VMP, True)]),
    ("only the WSL of Windows, 11", FRESH, {"method": "inbox"}, [replace(SUBSYSTEM, all_parents=False), FEATURE]),
    ("only the WSL of Windows, there", replace(OLD, services=OLD_SERVICES), {"method": "inbox"}, []),
    ("damaged", DAMAGED, {}, [wsl_step.RepairMsi(RELEASED)]),
    (
        "damaged, msi of the same version",
        replace(DAMAGED, version="2.7.10.0"),
        {"msi": MSI},
        [wsl_step.RepairMsi(PACKAGE)],
    ),
    ("damaged, to be upgraded anyway", DAMAGED, {"msi": MSI, "state": "latest"}, [INSTALL_MSI]),
    (
        "damaged, running, allowed",
        replace(DAMAGED, running=("wsl.exe",)),
        {"allow_running": True},
        [wsl_step.StopWsl(), wsl_step.RepairMsi(RELEASED)],
    ),
    ("absent, not there", FRESH, {"state": "absent"}, []),
    ("absent, not there, no rights", replace(FRESH, elevated=False), {"state": "absent"}, []),
    ("absent", REMOVABLE, {"state": "absent"}, [wsl_step.RemoveMsi(CODE)]),
    (
        "absent, distributions, force",
        replace(REMOVABLE, distributions=("Debian of anna",)),
        {"state": "absent", "force": True},
        [wsl_step.RemoveMsi(CODE)],
    ),
    (
        "absent, running, allowed",
        replace(REMOVABLE, running=("wsl.exe",)),
        {"state": "absent", "allow_running": True},
        [wsl_step.StopWsl(), wsl_step.RemoveMsi(CODE)],
    ),
]


@pytest.mark.parametrize(("state", "goal", "steps"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_steps(state: wsl_state.WslState, goal: dict[str, t.Any], steps: list[Step]) -> None:
    assert list(p.plan(state, wsl_goal.WslGoal(**goal)).steps) == steps


def test_an_update_is_put_off_while_someone_works() -> None:
    plan = p.plan(replace(READY, running=("vmmemWSL", "wslhost.exe")), wsl_goal.WslGoal(state="latest"))
    assert plan.steps == ()
    assert "vmmemWSL, wslhost.exe runs" in plan.deferred


@pytest.mark.parametrize(
    ("state", "goal", "reason"),
    [
        (READY, {"version": "2.7.10"}, "WSL 2.6.3.0 was not changed: wsl.exe runs"),
        (DAMAGED, {}, "was not repaired, although C:.*system.vhd is missing or lost soon: wsl.exe runs"),
        (REMOVABLE, {"state": "absent"}, "WSL 2.6.3.0 was not removed: wsl.exe runs"),
        (replace(REMOVABLE, version="1.2.5.0"), {"state": "absent"}, "was not removed: wsl.exe runs"),
    ],
)
def test_put_off_while_someone_works(state: wsl_state.WslState, goal: dict[str, t.Any], reason: str) -> None:
    plan = p.plan(replace(state, running=("wsl.exe",)), wsl_goal.WslGoal(**goal))
    assert plan.steps == ()
    assert re.search(reason, plan.deferred)


@pytest.mark.parametrize(
    ("state", "goal", "message"),
    [
        (replace(READY, version="2.7.10.0"), {"version": "2.6.3"}, "set allow_downgrade"),
        (replace(REMOVABLE, distributions=("Debian of anna",)), {"state": "absent"}, "Debian of anna; remove them"),
        (READY, {"state": "absent"}, "no product code"),
        (replace(REMOVABLE, elevated=False), {"state": "absent"}, "administrator rights"),
        (replace(FRESH, allowed=False), {}, "policy"),
        (replace(FRESH, elevated=False), {}, "administrator rights"),
        (replace(FRESH, build=17763), {}, "too old"),
        (FRESH, {"method": "msi"}, "needs msi"),
        (OLD, {}, "19044.1288 cannot fetch the package of WSL, which came with KB5020030: name the package"),
        (replace(OLD, services=OLD_SERVICES), {"method": "web_download"}, "KB5020030"),
        (replace(OLD, build=19045, ubr=2310), {"method": "online"}, "KB5020030"),
        (replace(READY, version="1.2.5.0", running=("wsl.exe",)), {}, "was not changed"),
        (READY, {"state": "latest", "msi": "/srv/package.msi"}, "contains no version"),
    ],
)
def test_refusals(state: wsl_state.WslState, goal: dict[str, t.Any], message: str) -> None:
    with pytest.raises(StepFailed, match=message) as failure:
        p.plan(state, wsl_goal.WslGoal(**goal))
    assert "\n" not in str(failure.value)


BY_HAND = "run it yourself in a terminal of Windows that was opened as administrator, then run the playbook again"


@pytest.mark.parametrize(
    ("state", "goal", "command"),
    [
        (READY, {"state": "latest"}, "wsl.exe --update"),
        (READY, {"state": "latest", "allow_running": True}, "wsl.exe --update"),
        (READY, {"state": "latest", "method": "web_download"}, "wsl.exe --update --web-download"),
        (READY, {"msi": "https://x/wsl.9.9.9.0.x64.msi", "version": "9.9.9"}, "msiexec.exe /i https://x/wsl.9.9.9.0"),
    ],
)
@pytest.mark.parametrize("elevated", [False, True])
def test_from_inside_the_package_is_left_alone(
    state: wsl_state.WslState, goal: dict[str, t.Any], command: str, elevated: bool
) -> None:
    """WSL would end, and Ansible with it, also where nobody else's runs."""
    found = p.plan(replace(state, here=True, elevated=elevated), wsl_goal.WslGoal(**goal))
    assert found.steps == () and f"from inside WSL, which that would end: {BY_HAND}: {command}" in found.deferred


def test_from_inside_a_feature_needs_an_administrator() -> None:
    missing = replace(READY, here=True, elevated=False, services={**READY.services, "vmcompute": False})
    with pytest.raises(StepFailed) as caught:
        p.plan(missing, wsl_goal.WslGoal())
    assert str(caught.value).endswith(
        f"{BY_HAND}: dism.exe /Online /NoRestart /Enable-Feature /FeatureName:VirtualMachinePlatform"
    )
    (step,) = p.plan(replace(missing, elevated=True), wsl_goal.WslGoal()).steps
    assert isinstance(step, wsl_step.EnableFeature)


def test_every_step_has_its_command() -> None:
    package = Package(Source("x\\wsl.msi"), "2.6.3.0")
    steps = [
        wsl_step.EnableFeature("A", True),
        wsl_step.InstallOnline(),
        wsl_step.InstallMsi(package),
        wsl_step.UpdateOnline(),
        wsl_step.StopWsl(),
        wsl_step.RepairMsi(package),
        wsl_step.RemoveMsi("{1}"),
    ]
    assert {type(step) for step in steps} == {
        one
        for one in vars(wsl_step).values()
        if isinstance(one, type) and issubclass(one, Step) and hasattr(one, "TEXT")
    }
    assert [step.by_hand for step in steps] == [
        "dism.exe /Online /NoRestart /Enable-Feature /FeatureName:A /All",
        "wsl.exe --install --no-distribution",
        "msiexec.exe /i x\\wsl.msi",
        "wsl.exe --update",
        "sc.exe stop WSLService",
        "msiexec.exe /fvamus x\\wsl.msi",
        "msiexec.exe /x {1}",
    ]
