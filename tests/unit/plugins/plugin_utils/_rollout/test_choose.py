# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which laptops come first, and where what is left is written."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout import choose

GROUPS = {"all": ["a", "b", "c"], "laptops": ["a", "b"], "canary": ["b"], "empty": []}


def canaries(values: dict[str, t.Any], groups: dict[str, list[str]] = GROUPS) -> tuple[set[str], list[str]]:
    return choose.canaries(values, groups, lambda pattern: ["c"] if pattern == "c*" else [])


def test_group_canary_comes_first_where_there_is_one() -> None:
    assert canaries({}) == ({"b"}, [])
    assert canaries({}, {"all": ["a"]}) == (set(), [])


def test_another_group_host_or_pattern_can_be_named() -> None:
    named = "wslfleet_rollout_canary"
    assert canaries({named: "laptops"}) == ({"a", "b"}, [])
    assert canaries({named: "c*"}) == ({"c"}, [])
    assert canaries({named: "empty"}) == (set(), [])
    (told,) = canaries({named: "nobody"})[1]
    assert told == f"{named} 'nobody' matches no host of the inventory: name a group, a host or a pattern"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"wslfleet_hosts": "notebooks"}, "notebooks"),
        ({}, None),
        ({"hostvars": {"a": {"wslfleet_hosts": "told"}, "b": {}}}, "told"),
    ],
)
def test_what_the_laptops_are_called(variables: dict[str, t.Any], expected: str | None) -> None:
    found = {"groups": GROUPS, "hostvars": {"a": {}, "b": {}}, "ansible_play_hosts_all": ["b"], **variables}
    assert choose.pattern_of_laptops(found) == expected


def test_who_only_lists_hosts_knows_no_variables_of_them() -> None:
    assert choose.pattern_of_laptops({"groups": GROUPS}) is None


def test_without_the_usual_group_any_host_may_tell() -> None:
    hosts = {"hostvars": {"a": {}, "b": {"wslfleet_hosts": "x"}}, "ansible_play_hosts_all": ["a", "b"]}
    assert choose.pattern_of_laptops({"groups": {"all": ["a", "b"]}, **hosts}) == "x"


@pytest.mark.parametrize(
    ("folder", "report", "names", "expected", "words"),
    [
        ("/srv/left", "", True, "/srv/left", ""),
        ("/srv/left", "/srv/report", False, "/srv/left", ""),
        (None, "/srv/report", True, "/srv/report/rollout", ""),
        (None, "/srv/report", "no", "", "name wslfleet_rollout_folder: its files name laptops"),
        (None, None, True, "", "with wslfleet_report or wslfleet_rollout_folder"),
    ],
)
def test_where_the_files_go(folder: str | None, report: str | None, names: t.Any, expected: str, words: str) -> None:
    values = {"wslfleet_rollout_folder": folder, "wslfleet_report": report, "wslfleet_report_names": names}
    found, wrong = choose.folder(values)
    assert (found, bool(wrong)) == (expected, bool(words)) and words in "".join(wrong)
