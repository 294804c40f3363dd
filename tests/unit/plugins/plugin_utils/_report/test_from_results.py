# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From results to what a document holds."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.from_results import (
    GOOD_TO_KNOW,
    LINUX,
    WINDOWS,
    State,
    failed_step,
    take,
)

from tests.unit import a_fleet
from tests.unit.a_fleet import audit, host_info, verdict

PLUGINS = Path(__file__).resolve().parents[5] / "plugins"
FOLDERS = [PLUGINS / "module_utils" / "_audit", PLUGINS / "plugin_utils" / "_preflight"]


def seen_of(*results: tuple[str, dict[str, t.Any]]) -> State:
    seen = State()
    for module, result in results:
        take(seen, module, f"step of {module}", result)
    return seen


def test_the_host_tells_windows_wsl_gpus_and_findings() -> None:
    seen = seen_of(("host_info", host_info(3)))
    assert (seen.computer, seen.wsl and seen.wsl["kind"], seen.looked_at_windows, seen.looked_at_linux) == (
        "WS-0003", "msi", True, False,
    )  # fmt: skip
    assert seen.findings[WINDOWS, "windows_build"]["row"] == "G5"
    assert seen.people == {"user3", "fleet-admin"}


@pytest.mark.parametrize(
    ("level", "row", "expected"),
    [("ok", "G9", "pass"), ("info", "G9", "unknown"), ("warn", "G9", "warn"), ("stop", "G9", "fail"),
     ("info", "G21", "not_applicable"), ("new word", "G9", "unknown")],
)  # fmt: skip
def test_levels_of_verdicts_become_levels_of_findings(level: str, row: str, expected: str) -> None:
    seen = seen_of(("cuda_audit_info", audit(verdict("driver_packages", row, "x", level))))
    assert seen.findings[LINUX, "driver_packages"]["level"] == expected


def test_a_second_look_takes_the_place_of_the_first_one() -> None:
    worse, better = audit(*a_fleet.BROKEN), {**audit(), "rows": [verdict("loader", "G9", "fine")]}
    seen = seen_of(("host_info", host_info(1)), ("cuda_audit_info", worse), ("cuda_audit_info", better))
    assert [name for about, name in seen.findings if about == LINUX] == ["loader"]
    assert (WINDOWS, "nvidia_gpu") in seen.findings


def test_profiles_that_cannot_be_read_are_told() -> None:
    info = host_info(1, users=[{"name": "ada", "distributions_known": False}])
    seen = seen_of(("host_info", info))
    assert seen.findings[WINDOWS, "profiles"]["seen"].startswith("the distributions of ada are unknown")


def test_changes_are_told_with_their_steps() -> None:
    seen = seen_of(("wsl", {"changed": True, "steps": ["install WSL 2.6.3"], "version": "2.6.3.0"}))
    assert seen.changes == [{"step": "step of wsl", "what": ["install WSL 2.6.3"]}]
    assert seen.wsl and seen.wsl["version"] == "2.6.3.0"


def test_changes_are_bounded() -> None:
    seen = seen_of(*[("wsl", {"changed": True, "steps": ["x"] * 500})] * 500)
    assert (len(seen.changes), len(seen.changes[0]["what"])) == (100, 100)


def test_a_loop_tells_each_of_its_items() -> None:
    items = [{"skipped": True}, {"changed": True, "version": "12.8", "packages": [], "nvcc": ""}, "no result"]
    seen = seen_of(("cuda_toolkit", {"changed": True, "results": items}))
    assert (len(seen.changes), seen.toolkits[LINUX]["version"]) == (1, "12.8")


def test_the_toolkit_that_is_asked_for_is_told_not_the_further_ones() -> None:
    seen = seen_of(("cuda_toolkit", {"version": "12.8", "release": "12.8.1"}), ("cuda_toolkit", {"version": "12.4"}))
    assert (seen.toolkits[LINUX]["version"], seen.toolkits[LINUX]["release"]) == ("12.8", "12.8.1")


def test_the_audit_tells_all_toolkits() -> None:
    seen = seen_of(("cuda_audit_info", {**audit(), "toolkits": ["12.4", "12.8"]}))
    assert seen.toolkits[LINUX]["version"] == "12.4, 12.8"


def test_a_restart_is_waited_for_until_it_has_come() -> None:
    waiting = ("reboot", {"awaiting_reboot": True, "msg": "windows_host_reboot is never"})
    assert list(seen_of(waiting).waits.values()) == [
        {"what": "restart", "who": "", "reason": "windows_host_reboot is never"}
    ]
    assert seen_of(waiting, ("reboot", {"awaiting_reboot": False})).waits == {}


def test_the_fact_of_the_role_tells_a_restart_too() -> None:
    facts = {"windows_host_result": {"status": "awaiting restart", "reason": "two are needed"}}
    assert seen_of(("set_fact", {"ansible_facts": facts})).waits["restart", ""]["reason"] == "two are needed"


def test_check_mode_ends_where_something_would_change() -> None:
    assert seen_of(
        ("set_fact", {"ansible_facts": {"windows_host_result": {"status": "would be provisioned"}}})
    ).would_change
    assert seen_of(("set_fact", {"ansible_facts": {"cuda_toolkit_result": {"installed": False}}})).would_change
    assert not seen_of(("set_fact", {"ansible_facts": {"cuda_toolkit_result": {"installed": True}}})).would_change


def test_users_who_are_waited_for() -> None:
    people = [
        {"user": "ben", "waiting": "not_logged_on", "reason": "nobody is logged on"},
        {"user": "ada", "waiting": ""},
        {"user": "eve", "waiting": "on_battery", "reason": "runs on battery"},
    ]
    waits = seen_of(("wsl_distribution", {"hand_over": people})).waits
    assert [one["what"] for one in waits.values()] == ["logon of ben", "mains power"]
    later = seen_of(("wsl_distribution", {"hand_over": people}), ("wsl_distribution", {"hand_over": [{"user": "ben"}]}))
    assert [one["who"] for one in later.waits.values()] == ["eve"]


def test_a_bundle_tells_each_developer_by_the_shape_of_results() -> None:
    results = {
        "a": audit(*a_fleet.BROKEN),
        "b": {"verdict": "ran_on_gpu", "compiler": "12.8"},
        "c": {"packages": [], "nvcc": "/x", "version": "12.8", "release": ""},
        "d": {"engines": ["docker"], "docker_desktop": "", "version": "1.19", "notes": []},
        "e": {"something": "else"},
        "f": None,
    }
    seen = seen_of(
        ("cuda_bundle", {"windows_users": [{"user": "ada", "waiting": "", "failed": False, "results": results}]})
    )
    assert seen.findings["ada", "driver_packages"]["level"] == "fail"
    assert (seen.toolkits["ada"]["version"], seen.toolkits["ada"]["verdict"]) == ("12.8", "ran_on_gpu")
    assert seen.containers and seen.containers["engines"] == ["docker"]


def test_an_order_that_failed_tells_what_was_found_before_and_where() -> None:
    steps = [{"name": "Audit", "module": "cuda_audit_info"}, {"name": "Insist", "module": "x", "failed": True}]
    person = {"user": "", "waiting": "", "failed": True, "msg": "not clean", "results": {"a": audit()}, "steps": steps}
    result = {"failed": True, "changed": True, "steps": ["Audit"], "windows_users": [person]}
    waiting = ("reboot", {"awaiting_reboot": True, "msg": "never"})
    seen = seen_of(waiting, ("cuda_bundle", result))
    assert seen.findings[LINUX, "loader"]["level"] == "pass"
    assert (LINUX, "distribution") not in seen.findings  # The failure of the laptop says it.
    assert seen.changes == [{"step": "step of cuda_bundle", "what": ["Audit"]}]
    assert ("restart", "") in seen.waits
    assert failed_step("Install", result) == "Insist"
    assert failed_step("Install WSL", {"failed": True}) == "Install WSL"


@pytest.mark.parametrize("name", sorted(GOOD_TO_KNOW))
def test_what_is_good_to_know_is_something_that_is_told(name: str) -> None:
    seen = seen_of(("cuda_audit_info", audit(verdict(name, "G16", "none", "info"))))
    assert seen.findings[LINUX, name]["level"] == "not_applicable"
    sources = [path.read_text(encoding="utf-8") for folder in FOLDERS for path in folder.glob("*.py")]
    assert [text for text in sources if f'"{name}"' in text]


def test_a_developer_whose_work_failed_is_a_finding() -> None:
    seen = seen_of(("cuda_bundle", {"windows_users": [{"user": "ada", "failed": True, "msg": "dpkg is locked"}]}))
    assert seen.findings["ada", "distribution"]["seen"] == "dpkg is locked"


def test_what_failed_or_has_another_shape_tells_nothing() -> None:
    seen = seen_of(("host_info", {"unreachable": True, "msg": "off"}), ("host_info", {"failed": True, "windows": {}}))
    assert (seen.windows, seen.step) == (None, "step of host_info")
    assert seen_of(("host_info", {"windows": None})).windows is None


def test_why_a_laptop_is_put_off_and_whether_it_was_worked_on() -> None:
    put_off = ("set_fact", {"ansible_facts": {"__wslfleet_put_off": "it runs on battery"}})
    assert seen_of(put_off, ("set_fact", {"ansible_facts": {"x": 1}})).put_off == "it runs on battery"
    assert seen_of(("cuda_bundle", {"windows_users": []})).worked and not seen_of(("host_info", host_info(1))).worked


@pytest.mark.parametrize(("version", "without"), [("12.8", set()), ("", {LINUX})])
def test_a_toolkit_without_its_compiler_that_this_run_installed_is_there(version: str, without: set[str]) -> None:
    """As with cuda_components: [cudart], which a rollout took for a failure."""
    installed = {"changed": True, "version": version, "release": "", "packages": ["cuda-cudart-12-8"], "nvcc": ""}
    results = {"installed": installed, "audit": {**audit(), "toolkits": []}}
    seen = seen_of(("cuda_bundle", {"windows_users": [{"user": "", "results": results}]}))
    assert (seen.without_toolkit, seen.toolkits[LINUX]["version"]) == (without, version)
