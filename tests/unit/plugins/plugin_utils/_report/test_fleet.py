# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of several runs and controllers become one fleet."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import fleet, history
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Document, Run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import Found
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.recorder import Recorder
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.versions import versions

from tests.unit import a_fleet
from tests.unit.a_fleet import audit, host_info

NOW = "2026-11-28T14:00:00Z"
OFF = {"unreachable": True, "msg": "no answer", "cause": "off"}
Told = tuple[str, dict[str, t.Any]]
LOOKED: list[Told] = [("host_info", host_info(1)), ("cuda_audit_info", {**audit(), "toolkits": ["12.8"]})]


def one(day: int, told: list[Told], playbook: str = "audit", name: str = "laptop-1", check: bool = False) -> Document:
    time = f"2026-11-{day:02}T12:00:00Z"
    keeper = Recorder(Run(f"run-{day}", playbook, time, "0.2.0", check))
    keeper.begin(name, ["laptops"])
    for module, result in told:
        tell = keeper.failed if result.get("failed") or result.get("unreachable") else keeper.result
        tell(name, module, f"step of {module}", result)
    return keeper.documents(time, [name], True)[0]


def source(*documents: Document, folder: str = "report") -> Found:
    lines = [history.line(each) for each in sorted(documents, key=lambda each: str(each["time"]))]
    return Found(folder, list(documents), lines, [])


def only(*documents: Document) -> fleet.Laptop:
    (laptop,) = fleet.merge([source(*documents)], NOW).laptops
    return laptop


def test_an_empty_fleet() -> None:
    merged = fleet.merge([source()], NOW)
    assert merged.sentence() == "0 conforming, 0 not conforming, 0 unknown, 0 out of reach"
    assert (merged.causes(), merged.over_time) == ([], ())


def test_who_is_out_of_reach_keeps_what_was_known() -> None:
    laptop = only(one(20, LOOKED), one(21, [("host_info", OFF)], "provision"))
    assert (laptop.state, laptop.cause, versions(laptop.document)["wsl"]) == ("unreachable", "off", "2.6.3.0")
    assert (versions(laptop.document)["toolkit"], laptop.changed) == ("12.8", ("in order → off",))


def test_a_run_that_looks_elsewhere_leaves_the_state() -> None:
    engines = {"changed": False, "engines": ["docker"], "version": "1.19", "docker_desktop": "", "notes": []}
    laptop = only(one(20, LOOKED), one(21, [("container_toolkit", engines)], "containers"))
    assert (laptop.state, laptop.audited[:10], laptop.document["containers"]["engines"]) == (
        "conforming", "2026-11-20", ["docker"],
    )  # fmt: skip
    assert laptop.document["rows"]["G9"] == "pass"


@pytest.mark.parametrize(("check", "state"), [(False, "unknown"), (True, "conforming")])
def test_what_was_changed_since_the_audit_is_not_known(check: bool, state: str) -> None:
    removed = [("cuda_toolkit", {"changed": True, "version": "12.8"})]
    laptop = only(one(20, LOOKED), one(21, removed, "remove", check=check))
    assert laptop.state == state
    assert check or laptop.document["reason"] == "it was changed since the last audit: run the audit"
    assert laptop.document["windows"]["product"] == "Windows 11 Pro"


def test_a_newer_audit_takes_the_place_of_older_findings() -> None:
    broken: list[Told] = [LOOKED[0], ("cuda_audit_info", audit(*a_fleet.BROKEN))]
    laptop = only(one(20, broken), one(21, LOOKED, "repair"))
    assert (laptop.state, laptop.document["rows"]["G9"]) == ("conforming", "pass")
    assert laptop.changed == ("not in order → in order", "gone: dpkg_states", "gone: driver_packages")


def test_a_distribution_that_is_gone_has_no_findings_any_more() -> None:
    broken: list[Told] = [LOOKED[0], ("cuda_audit_info", audit(*a_fleet.BROKEN))]
    person = {"user": "ada", "results": {"audit": {**audit(), "toolkits": ["12.8"]}}}
    laptop = only(one(20, broken), one(21, [LOOKED[0], ("cuda_bundle", {"windows_users": [person]})], "provision"))
    assert {found["about"] for found in laptop.document["findings"]} == {"Windows", "ada"}
    assert (laptop.state, laptop.document["rows"]["G9"]) == ("conforming", "pass")


def test_what_needs_a_person_comes_first() -> None:
    failed = ("wsl", {"failed": True, "msg": "no"})
    documents = [one(20, LOOKED, name="a"), one(20, [("host_info", OFF)], name="b"), one(20, [failed], name="c")]
    merged = fleet.merge([source(*documents)], NOW)
    assert [laptop.name for laptop in merged.laptops] == ["c", "b", "a"]
    assert merged.causes() == [("failed: step of wsl", 1), ("off", 1)]


def test_slices_of_one_run_are_the_same_as_the_run() -> None:
    whole = a_fleet.documents(60)
    parts = [source(*whole[start::3], folder=f"slice-{start}") for start in range(3)]
    together, apart = fleet.merge([source(*whole)], NOW), fleet.merge(parts, NOW)
    assert together.laptops == apart.laptops
    assert together.over_time == apart.over_time


def test_a_folder_that_was_copied_counts_once() -> None:
    both = source(one(20, LOOKED), one(21, [("host_info", OFF)], "provision"))
    merged = fleet.merge([both, both], NOW)
    assert [laptop.changed for laptop in merged.laptops] == [("in order → off",)]
    assert len(merged.over_time) == 2


def test_two_laptops_with_one_name_are_shown_apart() -> None:
    other = [("host_info", host_info(2))]
    merged = fleet.merge([source(one(20, LOOKED), folder="a"), source(one(21, other), folder="b")], NOW)
    assert [laptop.name for laptop in merged.laptops] == ["laptop-1 (WS-0002)", "laptop-1 (WS-0001)"]
    assert merged.problems == (
        "2 laptops have the name laptop-1 (WS-0001, WS-0002): they are shown apart; name them apart",
    )
    assert all(laptop.document["laptop"] == "laptop-1" for laptop in merged.laptops)


def of_machine(number: int, computer: str, machine: int | None = None) -> list[Told]:
    """What a run tells about a computer, in order but for its number of findings."""
    told = host_info(number)
    told["windows"]["computer_name"] = computer
    told["windows"]["machine_id"] = f"4c4c4544-0051-3010-8051-{machine:012x}" if machine else ""
    return [("host_info", told), *LOOKED[1:]]


def test_two_machines_with_one_name_in_all_places_are_shown_apart() -> None:
    """Two inventories, one name there, and the same name in Windows."""
    first, second = source(one(20, of_machine(1, "WS-0001", 1)), folder="a"), one(21, of_machine(2, "ws-0001", 2))
    merged = fleet.merge([first, source(second, one(22, of_machine(2, "WS-0001", 2), "provision"), folder="b")], NOW)
    assert sorted(laptop.name for laptop in merged.laptops) == [
        "laptop-1 (WS-0001 machine 000000000001)",
        "laptop-1 (WS-0001 machine 000000000002)",
    ]
    assert merged.problems == (
        "2 laptops have the name laptop-1 (WS-0001 machine 000000000001, WS-0001 machine 000000000002): they are shown"
        " apart; name them apart",
    )
    assert [laptop.changed for laptop in merged.laptops] == [(), ()]
    assert merged.over_time[-1][1]["conforming"] + merged.over_time[-1][1]["unknown"] == 2


def test_another_machine_of_the_same_name_is_not_the_one_before() -> None:
    later: list[Told] = [of_machine(2, "WS-0001", 2)[0]]
    merged = fleet.merge([source(one(20, of_machine(1, "WS-0001", 1)), one(21, later, "provision"))], NOW)
    (laptop,) = merged.laptops
    assert merged.problems == (
        "laptop-1 is another machine since 2026-11-21T12:00:00Z than before: what was found on that one is left out",
    )
    assert laptop.document["toolkits"] is None and "another machine" in laptop.changed


def test_a_machine_that_was_set_up_anew_is_one_laptop_in_two_slices() -> None:
    """The UUID stays, the name of the computer does not: nothing of before is told, and history goes on."""
    before = source(one(20, of_machine(1, "WS-0001", 1)), folder="slice-1")
    after = source(one(21, [of_machine(1, "WS-0009", 1)[0]]), folder="slice-2")
    merged = fleet.merge([before, after], NOW)
    (laptop,) = merged.laptops
    assert (laptop.name, laptop.document["computer"], laptop.document["toolkits"]) == ("laptop-1", "WS-0009", None)
    assert "computer WS-0001 → WS-0009" in laptop.changed
    assert merged.problems == (
        "laptop-1 is the computer WS-0009 since 2026-11-21T12:00:00Z, and was WS-0001 before: what was found on that"
        " one is left out",
    )


def test_a_machine_set_up_anew_under_its_name_is_the_same() -> None:
    documents = [one(20, of_machine(1, "WS-0001", 1)), one(21, [of_machine(1, "WS-0001", 1)[0]], "provision")]
    merged = fleet.merge([source(*documents)], NOW)
    assert merged.problems == () and merged.laptops[0].document["toolkits"] is not None


def test_copied_machines_are_told_apart_by_their_computers() -> None:
    """Virtual machines that were copied have one UUID: it tells nothing then."""
    a = [one(20, of_machine(1, "WS-0001", 7)), one(20, of_machine(3, "WS-0003", 7), name="laptop-3")]
    b = [one(21, of_machine(2, "WS-0002", 7))]
    merged = fleet.merge([source(*a, folder="a"), source(*b, folder="b")], NOW)
    assert sorted(laptop.name for laptop in merged.laptops) == [
        "laptop-1 (WS-0001)", "laptop-1 (WS-0002)", "laptop-3",
    ]  # fmt: skip
    assert len(merged.problems) == 1


def test_one_computer_under_two_names_is_said() -> None:
    twice = [one(20, of_machine(1, "WS-0001", 1), name=name) for name in ("10.20.1.17", "ws-0001")]
    merged = fleet.merge([source(*twice, one(20, of_machine(2, "WS-0002", 2)))], NOW)
    assert len(merged.laptops) == 3
    assert merged.problems == (
        "one computer has several names in the inventories and is counted for each: 10.20.1.17 and ws-0001; leave one",
    )


def test_an_older_document_names_no_machine_and_is_of_the_same_laptop() -> None:
    older, newer = one(20, of_machine(1, "WS-0001")), one(21, of_machine(1, "WS-0001", 1), "provision")
    merged = fleet.merge([source(older, folder="a"), source(newer, folder="b")], NOW)
    assert ([laptop.name for laptop in merged.laptops], merged.problems) == (["laptop-1"], ())


ANOTHER: list[Told] = [("host_info", host_info(2))]
"""Told by the computer that has the name now."""
SAYS = (
    "laptop-1 is the computer WS-0002 since 2026-11-21T12:00:00Z, and was WS-0001 before: what was found on that one"
    " is left out"
)


def test_a_laptop_that_was_replaced_is_one_laptop_and_nothing_of_the_former_one_is_told() -> None:
    merged = fleet.merge([source(one(20, LOOKED), one(21, ANOTHER, "provision"))], NOW)
    (laptop,) = merged.laptops
    assert merged.problems == (SAYS,)
    assert (laptop.state, laptop.document["toolkits"], laptop.document["computer"]) == ("unknown", None, "WS-0002")
    assert "computer WS-0001 → WS-0002" in laptop.changed


def test_a_laptop_that_is_off_is_the_computer_that_was_there_last() -> None:
    away: list[Told] = [("host_info", OFF)]
    documents = [one(19, away, "repair"), one(20, LOOKED), one(21, ANOTHER, "provision"), one(22, away, "containers")]
    merged = fleet.merge([source(*documents)], NOW)
    (laptop,) = merged.laptops
    assert (laptop.state, laptop.document["computer"], merged.problems) == ("unreachable", "WS-0002", (SAYS,))


def test_who_is_unreachable_for_one_controller_is_the_same_laptop() -> None:
    away = source(one(21, [("host_info", OFF)]), folder="b")
    merged = fleet.merge([source(one(20, LOOKED), folder="a"), away], NOW)
    assert [(laptop.name, laptop.state) for laptop in merged.laptops] == [("laptop-1", "unreachable")]


def test_a_clock_that_is_ahead_is_told() -> None:
    merged = fleet.merge([source(one(30, LOOKED))], NOW)
    assert "2760 minutes ahead of this controller's clock" in merged.problems[0]


def test_problems_name_their_folder_where_there_are_several() -> None:
    damaged = Found("b", [], [], ["x.json left out"])
    assert fleet.merge([source(), damaged], NOW).problems == ("b: x.json left out",)
    assert fleet.merge([damaged], NOW).problems == ("x.json left out",)


def test_versions_are_counted() -> None:
    merged = fleet.merge([source(one(20, LOOKED, name="a"), one(20, [("host_info", OFF)], name="b"))], NOW)
    assert merged.versions("product") == [("Windows 11 Pro 24H2", 1), ("unknown", 1)]
