# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import Verdict, as_result
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import windows
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import Distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.network import Network
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.nvidia import Gpu
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.pending_reboot import PendingReboot
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.power import Power
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.security import Security
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.state import HostState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.windows import Windows
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.wsl import Wsl
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight.needs import Needs
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight.rows import preflight
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight.windows import supported_build

GOOD = HostState(
    windows=Windows("Windows 11 Pro", "Professional", "23H2", 22631, 3155, "AMD64", "en-US", "LAPTOP"),
    elevated=True,
    wsl=Wsl(None, None, {}, {}),
    pending=PendingReboot((), 41, ()),
    gpus=[Gpu("NVIDIA RTX A2000", "551.61", "32.0.15.5161")],
    cuda_library=True,
    users=[],
    nvidia_hardware=True,
    hypervisor=True,
    manufacturer="LENOVO",
    free_bytes=200 * 1024**3,
    power=Power(True, False, 80, 0, 0),
    network=Network(wireless_only=False),
)
ADA = Gpu("Ada", "551.61", "", "WDDM", 8188, "8.9", "PCI\\VEN_10DE&DEV_28B8")
INSTALLED = Wsl("2.6.3.0", None, {"vmcompute": True, "hns": True}, {}, starts=True)
UBUNTU = Distribution("Ubuntu-24.04", "{8d0f}", 2, True, 1000, "C:\\wsl\\ubuntu", "installed")
OWN = User("S-1-5-21-1-2-3-1001", "admin", "C:\\Users\\admin", True, True)


def levels(state: HostState, minimum: str = "495", toolkit: str | None = None) -> dict[str, str]:
    verdicts = preflight(state, Needs(minimum, toolkit))
    return {verdict.id: verdict.level for verdict in verdicts if verdict.level in ("warn", "stop")}


def verdict(identifier: str, toolkit: str | None = None, **changes: t.Any) -> Verdict:
    found = preflight(replace(GOOD, **changes), Needs(toolkit=toolkit))
    return next(entry for entry in found if entry.id == identifier)


PATHS = {
    "location": "E:\\wsl",
    "source": "e:\\x.tar",
    "msi": "C:\\wsl.msi",
    "image": "https://x/y.tar",
    "share": "\\\\s\\x\\y",
}
CD = frozenset("CD")


@pytest.mark.parametrize(
    ("paths", "changes", "level", "seen"),
    [
        ({}, {}, "ok", "no option names a path on this host"),
        (
            {"share": PATHS["share"], "image": PATHS["image"], "file": "/srv/x.tar"},
            {"drives": CD},
            "ok",
            "no option names",
        ),
        ({"msi": PATHS["msi"]}, {"drives": CD}, "ok", "every drive that an option names exists: C:"),
        (PATHS, {"drives": frozenset("CE")}, "ok", "exists: C:, E:"),
        (PATHS, {"drives": None}, "info", "the drives of this host could not be read"),
        (
            PATHS,
            {"drives": CD},
            "stop",
            "there is no drive E: for location E:\\wsl, source e:\\x.tar; this host has C:, D:",
        ),
        ({"location": "E:\\wsl"}, {"drives": CD, "wsl": INSTALLED}, "stop", "no drive E: for location"),
        (
            {"location": "E:\\wsl"},
            {"drives": CD, "wsl": INSTALLED, "users": [OWN], "distributions": {OWN.sid: [UBUNTU]}},
            "info",
            "no drive E: for location",
        ),
    ],
)
def test_drives(paths: dict[str, str], changes: dict[str, t.Any], level: str, seen: str) -> None:
    found = preflight(replace(GOOD, **changes), Needs(paths=paths))
    row = next(entry for entry in found if entry.id == "drives")
    assert (row.level, seen in row.seen) == (level, True), row


CASES: list[tuple[str, dict[str, t.Any], dict[str, str]]] = [
    ("good", {}, {}),
    ("old build", {"windows": replace(GOOD.windows, build=19042)}, {"windows_build": "stop"}),
    ("arm", {"windows": replace(GOOD.windows, architecture="ARM64")}, {"architecture": "stop"}),
    ("not elevated", {"elevated": False}, {"elevation": "stop"}),
    ("not elevated, from inside", {"elevated": False, "here": True}, {}),
    ("policy", {"wsl": Wsl(None, None, {}, {"AllowWSL": 0})}, {"wsl_policy": "stop"}),
    ("policy allows", {"wsl": Wsl(None, None, {}, {"AllowWSL": 1})}, {}),
    ("no gpu", {"gpus": []}, {"nvidia_gpu": "warn", "nvidia_driver": "warn"}),
    (
        "driver below some tools",
        {"gpus": [replace(ADA, driver_version="500.00")]},
        {"legacy_ipc": "warn", "debuggers": "warn", "profilers": "warn"},
    ),
    ("old driver", {"gpus": [Gpu("x", "472.39", "")]}, {"nvidia_driver": "stop"}),
    ("no libcuda", {"cuda_library": False}, {"wsl_libcuda": "warn"}),
    ("pending", {"pending": PendingReboot(("updates",), 41, ())}, {"pending_reboot": "warn"}),
    (
        "files of wsl",
        {"pending": PendingReboot(("files",), 41, ("C:\\Program Files\\WSL\\system.vhd",))},
        {"wsl_files": "warn", "pending_reboot": "warn"},
    ),
    ("no device", {"gpus": [], "nvidia_hardware": False}, {"nvidia_gpu": "warn", "nvidia_driver": "warn"}),
    ("hypervisor", {"hypervisor": False}, {"virtualization": "stop"}),
    ("not yet in effect", {"hypervisor": None}, {}),
    ("little space", {"free_bytes": 5 * 1024**3}, {"free_space": "stop"}),
    (
        "little space, all there",
        {"free_bytes": 5 * 1024**3, "users": [OWN], "distributions": {OWN.sid: [UBUNTU]}},
        {"free_space": "warn"},
    ),
    ("store", {"wsl": Wsl(None, None, {}, {}, store=True)}, {"wsl_kind": "warn"}),
    ("inbox", {"wsl": Wsl(None, None, {"LxssManager": True}, {})}, {"wsl_kind": "warn"}),
    (
        "inbox, before the package",
        {"wsl": Wsl(None, None, {"LxssManager": True}, {}), "windows": replace(GOOD.windows, build=19044, ubr=1288)},
        {"wsl_kind": "warn"},
    ),
    ("msi with its store package", {"wsl": replace(INSTALLED, store=True)}, {}),
    ("damaged key", {"damaged_registrations": ["HKCU\\x\\{…} without BasePath"]}, {"wsl_registrations": "warn"}),
    ("no start", {"wsl": replace(INSTALLED, starts=False)}, {"app_control": "stop"}),
    ("no answer", {"wsl": replace(INSTALLED, starts=None)}, {"app_control": "warn"}),
    ("blocked before", {"security": Security(blocked_wsl=("x at y",))}, {"app_control": "warn"}),
    ("blocked once", {"wsl": INSTALLED, "security": Security(blocked_wsl=("x at y",))}, {}),
    ("system", {"security": Security(system_account=True)}, {"account": "stop"}),
    ("protection", {"security": Security(administrator_protection=True)}, {"administrator_protection": "stop"}),
    ("pin demanded", {"security": Security(bitlocker_pin=1)}, {"bitlocker_pin": "warn"}),
    ("pin allowed", {"security": Security(bitlocker_pin=2)}, {}),
    ("pin forbidden", {"security": Security(bitlocker_pin=0)}, {}),
    ("autorun", {"security": Security(autorun=("HKLM: x",), autorun_prints=True)}, {"autorun": "warn"}),
    ("silent autorun", {"security": Security(autorun=("HKLM: x",))}, {}),
    ("wireless", {"network": Network(wireless_only=True)}, {"wireless": "warn"}),
    ("script", {"network": Network(automatic="http://x/p.pac", wireless_only=False)}, {"proxy": "warn"}),
    ("proxy", {"network": Network(proxy="x:8080", wireless_only=False)}, {}),
    ("roots", {"security": Security(organisation_roots=2)}, {}),
    ("sleeps on battery", {"power": Power(True, True, 80, 0, 900)}, {"sleep": "warn", "battery": "warn"}),
    ("would sleep on battery", {"power": Power(True, False, 80, 0, 900)}, {}),
    ("may sleep on battery", {"power": Power(True, None, None, 0, 900)}, {}),
    ("no battery to sleep on", {"power": Power(False, False, None, 0, 900)}, {}),
    ("sleeps on mains", {"power": Power(True, False, 80, 600, 0)}, {"sleep": "warn"}),
    ("sleeps late", {"power": Power(True, False, 80, 1800, 3600)}, {}),
    ("on battery", {"power": Power(True, True, 20, 0, 0)}, {"battery": "warn"}),
    ("battery unknown", {"power": Power(True, None, None, 0, 0)}, {}),
    ("nothing about power", {"power": Power()}, {}),
    ("tcc", {"gpus": [replace(ADA, driver_model="TCC")]}, {"driver_model": "stop"}),
    ("tcc by registry", {"gpus": [replace(ADA, driver_model=None, tcc_by_registry=True)]}, {"driver_model": "warn"}),
    ("registry is wrong", {"gpus": [replace(ADA, tcc_by_registry=True)]}, {}),
    ("one of two", {"gpus": [ADA, replace(ADA, driver_model="TCC")]}, {"driver_model": "warn"}),
    (
        "oldest driver of two",
        {"gpus": [ADA, replace(ADA, driver_version="472.39")]},
        {"nvidia_driver": "stop"},
    ),
    (
        "everything at once",
        {"elevated": False, "gpus": [], "windows": replace(GOOD.windows, build=17763)},
        {"windows_build": "stop", "elevation": "stop", "nvidia_gpu": "warn", "nvidia_driver": "warn"},
    ),
]


@pytest.mark.parametrize(("changes", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_verdicts(changes: dict[str, t.Any], expected: dict[str, str]) -> None:
    assert levels(replace(GOOD, **changes)) == expected


@pytest.mark.parametrize(
    ("capability", "device", "toolkit", "level"),
    [
        ("5.2", "", None, "stop"),
        ("6.1", "", None, "ok"),
        ("6.1", "", "12.8", "ok"),
        ("6.1", "", "13.0", "stop"),
        ("7.5", "", "13.0", "ok"),
        ("12.0", "", "12.6", "warn"),
        ("12.0", "", "12.8", "ok"),
        ("12.0", "", "13.0", "ok"),
        (None, "PCI\\VEN_10DE&DEV_13B6", None, "warn"),
        (None, "PCI\\VEN_10DE&DEV_1C8C", "13.0", "warn"),
        (None, "PCI\\VEN_10DE&DEV_1C8C", "12.8", "ok"),
        (None, "PCI\\VEN_10DE&DEV_2C58", "12.4", "warn"),
        (None, "PCI\\VEN_10DE&DEV_28B8", "13.0", "ok"),
        (None, "PCI\\VEN_10DE&DEV_0001", "13.0", "info"),
        ("N/A", "", "13.0", "info"),
    ],
)
def test_compute_capability(capability: str | None, device: str, toolkit: str | None, level: str) -> None:
    gpu = replace(ADA, compute_capability=capability, device_id=device)
    assert verdict("compute_capability", toolkit, gpus=[gpu]).level == level


def test_the_best_gpu_decides() -> None:
    old = replace(ADA, name="Old", compute_capability="6.1")
    assert verdict("compute_capability", "13.0", gpus=[old, ADA]).level == "ok"


@pytest.mark.parametrize(
    ("maker", "expected"), [("LENOVO", "Security > Virtualization"), ("HP", "VTx"), ("Dell Inc.", "F2"), ("", "AMD-V")]
)
def test_the_makers_menu(maker: str, expected: str) -> None:
    assert expected in verdict("virtualization", hypervisor=False, manufacturer=maker).remedy


def test_as_result() -> None:
    assert set(as_result(preflight(GOOD))[0]) == {"id", "row", "level", "seen", "remedy"}


@pytest.mark.parametrize(("minimum", "stops"), [("495", False), ("527.41", False), ("551.61", False), ("580", True)])
def test_minimum_driver(minimum: str, stops: bool) -> None:
    assert ("nvidia_driver" in levels(GOOD, minimum)) is stops


@pytest.mark.parametrize(
    ("build", "ubr", "supported"),
    [
        (19043, 1262, False),
        (19043, 1263, True),
        (19044, 0, True),
        (20348, 1, True),
        (22000, 1, True),
        (18363, 9, False),
    ],
)
def test_supported_build(build: int, ubr: int, supported: bool) -> None:
    assert supported_build(build, ubr) is supported


def test_every_verdict_that_is_not_ok_says_what_to_do() -> None:
    for _name, changes, _expected in CASES:
        for entry in preflight(replace(GOOD, **changes)):
            assert entry.seen
            assert bool(entry.remedy) is (entry.level != "ok"), entry


def test_windows_11_calls_itself_10() -> None:
    assert windows._product("Windows 10 Enterprise", 26100) == "Windows 11 Enterprise"
    assert windows._product("Windows 10 Pro", 19045) == "Windows 10 Pro"


@pytest.mark.parametrize(("ubr", "level"), [(1288, "info"), (2310, "info"), (2311, "ok")])
def test_windows_10_that_cannot_fetch_the_package(ubr: int, level: str) -> None:
    found = verdict("wsl_kind", wsl=Wsl(None, None, {}, {}), windows=replace(GOOD.windows, build=19044, ubr=ubr))
    assert found.level == level
    assert ("windows_host_wsl_msi" in found.remedy) is (level == "info")


OLD = replace(UBUNTU, name="Old", version=1, default=False, default_uid=0)
ANNA = "S-1-5-21-1-2-3-1002"


@pytest.mark.parametrize(
    ("registered", "level", "words"),
    [
        ({OWN.sid: [UBUNTU]}, "ok", "Ubuntu-24.04 of admin (WSL 2, default)"),
        ({OWN.sid: [UBUNTU], ANNA: [replace(UBUNTU, default=False)]}, "ok", f"Ubuntu-24.04 of {ANNA} (WSL 2)"),
        ({OWN.sid: [replace(UBUNTU, state="installing")]}, "ok", "(WSL 2, default, installing)"),
        ({OWN.sid: [UBUNTU, OLD]}, "warn", "Old of admin (WSL 1, opens as root)"),
        ({OWN.sid: [UBUNTU] * 14}, "ok", " and 4 more"),
        ({OWN.sid: []}, "info", "no distribution is registered"),
        ({}, "info", "no distribution is registered"),
    ],
)
def test_g8_distributions(registered: dict[str, list[Distribution]], level: str, words: str) -> None:
    found = verdict("distributions", users=[OWN], distributions=registered)
    assert (found.row, found.level) == ("G8", level) and words in found.seen


@pytest.mark.parametrize(
    ("wsl", "level", "words"),
    [
        (replace(INSTALLED, kernel="6.6.87.2-1"), "ok", "WSL 2.6.3.0 brings kernel 6.6.87.2-1"),
        (replace(INSTALLED, kernel="4.19.121"), "ok", "4.19.121"),
        (replace(INSTALLED, kernel="4.19.104-microsoft"), "warn", "below 4.19.121"),
        (INSTALLED, "info", "did not show its kernel"),
        (replace(INSTALLED, kernel="6.6"), "info", "did not show its kernel"),
        (Wsl(None, None, {"LxssManager": True}, {}), "info", "is not known"),
        (Wsl(None, None, {}, {}, store=True), "info", "is not known"),
        (Wsl(None, None, {}, {}), "info", "WSL is not installed"),
    ],
)
def test_g23_kernel(wsl: Wsl, level: str, words: str) -> None:
    found = verdict("wsl_kernel", wsl=wsl)
    assert (found.row, found.level) == ("G23", level) and words in found.seen


def test_wsl_of_the_store_needs_a_named_package() -> None:
    assert "windows_host_wsl_msi" in verdict("wsl_kind", wsl=Wsl(None, None, {}, {}, store=True)).remedy
    assert "the role installs" in verdict("wsl_kind", wsl=Wsl(None, None, {"LxssManager": True}, {})).remedy
