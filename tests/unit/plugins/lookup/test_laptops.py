# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts the playbooks are for; a group that is not there is told."""

from __future__ import annotations

import contextlib
import re
import types
import typing as t
from pathlib import Path

import pytest
from ansible import context
from ansible.errors import AnsibleError
from ansible_collections.wslfleet.cuda.plugins.lookup import laptops
from ansible_collections.wslfleet.cuda.plugins.lookup.laptops import (
    LookupModule,
    hosts_of,
    kept_before,
    of_others,
    pattern_of,
)

GROUPS = {"all": ["a", "b", "c"], "ungrouped": [], "gpu_laptops": ["a", "b"], "laptops": ["c"], "empty": []}


def somebody(_pattern: str) -> list[str]:
    return ["a"]


def nobody(_pattern: str) -> list[str]:
    return []


@pytest.mark.parametrize("pattern", ["gpu_laptops", "a", "gpu_laptops:!b", "gpu*", "all"])
def test_a_pattern(pattern: str) -> None:
    assert pattern_of({"wslfleet_hosts": pattern, "groups": GROUPS}, somebody) == pattern
    with pytest.raises(AnsibleError, match="no hosts matched: none of the hosts of this run is in '"):
        pattern_of({"wslfleet_hosts": pattern, "groups": GROUPS}, nobody)


def test_the_inventory_is_asked_later() -> None:
    assert pattern_of({"groups": GROUPS}, lambda _pattern: ["a", "b"]) == "all"


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        (
            {"groups": {"all": [], "ungrouped": []}},
            "the inventory has no hosts: name one with -i .*group 'laptops', or give -c local",
        ),
        ({"groups": {}, "wslfleet_hosts": "x"}, "the inventory has no hosts: name one with -i .*group 'x'"),
        ({"wslfleet_hosts": "gpu_laptop"}, r"no host or group 'gpu_laptop'.*groups here: empty, gpu_laptops, laptops"),
        ({"wslfleet_hosts": "empty"}, "group 'empty' of the inventory has no hosts"),
    ],
)
def test_nobody_is_told(variables: dict[str, object], text: str) -> None:
    with pytest.raises(AnsibleError, match=text):
        pattern_of({"groups": GROUPS, **variables}, somebody)


def here(wanted: object, play: t.Sequence[str], groups: t.Mapping[str, t.Sequence[str]] | None = None) -> list[str]:
    variables = {"groups": GROUPS if groups is None else groups, "ansible_play_hosts_all": play}
    return hosts_of(wanted, variables, lambda pattern: {"gpu*": ["a", "b"], "b": ["b"]}.get(pattern, []))


@pytest.mark.parametrize(
    ("wanted", "play", "hosts"),
    [
        (None, ["a", "c"], ["c"]),
        ("gpu_laptops", ["c", "b", "a"], ["b", "a"]),
        ("gpu*", ["a", "c"], ["a"]),
        ("b", ["a", "b"], ["b"]),
    ],
)
def test_the_hosts_of_a_play(wanted: object, play: list[str], hosts: list[str]) -> None:
    assert here(wanted, play) == hosts


@pytest.mark.parametrize(
    ("wanted", "play", "groups", "text"),
    [
        (None, ["a"], None, "no hosts matched: none of the hosts of this run is in 'laptops'"),
        ("gpu_x", ["a"], None, "no host or group 'gpu_x'"),
        ("nobody*", ["a"], None, "no hosts matched: none of the hosts of this run is in 'nobody"),
        (
            None,
            ["a"],
            {"all": ["a"]},
            "no host or group 'laptops' in the inventory: name the group of the laptops with",
        ),
        (None, ["a"], {"all": ["a"], "laptops": []}, "group 'laptops' of the inventory has no hosts"),
    ],
)
def test_no_hosts_matched_is_an_error(
    wanted: object, play: list[str], groups: dict[str, list[str]] | None, text: str
) -> None:
    with pytest.raises(AnsibleError, match=text):
        here(wanted, play, groups)


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with -c local on the command line."""
    monkeypatch.setattr(context, "CLIARGS", {"connection": "local"})


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize(
    ("groups", "name"),
    [({}, "localhost"), ({"all": [], "ungrouped": []}, "localhost"), ({"all": ["me"], "ungrouped": ["me"]}, "me")],
    ids=["no inventory", "empty inventory", "one host"],
)
def test_the_laptop_that_ansible_runs_on_needs_no_group(groups: dict[str, list[str]], name: str) -> None:
    assert pattern_of({"groups": groups}, somebody) == name
    assert here(None, [name], groups) == [name]


@pytest.mark.usefixtures("local")
def test_ansible_runs_on_one_laptop() -> None:
    groups = {"all": ["a", "b"]}
    with pytest.raises(AnsibleError, match=r"-c local is for one laptop.*the inventory has 2 hosts"):
        pattern_of({"groups": groups}, somebody)


@pytest.mark.usefixtures("local")
def test_a_group_and_a_variable_count_with_local_too() -> None:
    assert pattern_of({"groups": GROUPS}, somebody) == "all"
    assert here(None, ["a", "c"]) == ["c"]
    assert pattern_of({"groups": {"all": ["a"]}, "wslfleet_hosts": "a"}, somebody) == "a"


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize(
    ("variables", "refused"),
    [
        ({"a": {}, "b": {}}, "a, b (2 hosts)"),
        ({name: {} for name in "abcd"}, "a, b, c … (4 hosts)"),
        ({"a": {}, "b": {"ansible_connection": "local"}}, "a, b (2 hosts)"),
        ({"a": {}, "b": {"ansible_connection": "winrm"}}, ""),
        ({"a": {}}, ""),
    ],
    ids=["two", "many", "by the inventory too", "one has another connection", "one"],
)
def test_several_hosts_are_not_one_laptop(variables: dict[str, dict[str, str]], refused: str) -> None:
    found = {"groups": {"laptops": list(variables)}, "ansible_play_hosts_all": list(variables), "hostvars": variables}
    if not refused:
        assert hosts_of(None, found, somebody) == list(variables)
        return
    with pytest.raises(AnsibleError, match=re.escape(refused)):
        hosts_of(None, found, somebody)


def test_without_local_an_inventory_is_needed() -> None:
    with pytest.raises(AnsibleError, match="the inventory has no hosts"):
        pattern_of({"groups": {}}, somebody)


OTHERS = {"server": {}, "a": {"wslfleet_hosts": "gpu_laptops"}, "b": {"wslfleet_hosts": "b"}}


@pytest.mark.parametrize(
    ("groups", "play", "hostvars", "wanted"),
    [
        ({"gpu_laptops": ["a"]}, ["server", "a", "b"], OTHERS, "gpu_laptops"),
        ({"gpu_laptops": ["a"]}, ["server", "b"], OTHERS, "b"),
        ({"gpu_laptops": ["a"]}, ["server"], OTHERS, ""),
        ({"gpu_laptops": ["a"], "laptops": []}, ["server", "b", "a"], OTHERS, ""),
    ],
)
def test_a_host_that_names_no_group_is_judged_by_those_that_do(
    groups: dict[str, list[str]], play: list[str], hostvars: dict[str, dict[str, str]], wanted: str
) -> None:
    """Variables of the group of the laptops: what is outside does not see them."""
    variables = {"groups": groups, "ansible_play_hosts_all": play, "hostvars": hostvars}
    assert of_others(variables) == wanted
    again = {**variables, "hostvars": {} if wanted else hostvars}
    assert of_others(again) == wanted, "all were looked at more than once"


class Templated(dict[str, t.Any]):
    """Variables as core hands them to a lookup: reading a list out of them templates each of its names."""

    def __getitem__(self, name: str) -> t.Any:
        assert name not in ("groups", "ansible_play_hosts_all"), "for every host all names would be templated"
        return super().__getitem__(name)

    def get(self, name: str, default: t.Any = None) -> t.Any:
        """As of a dictionary."""
        with contextlib.suppress(KeyError):
            return self[name]
        return default


@pytest.mark.parametrize(("asked", "answer"), [(["a"], ["a"]), (["c", "server"], ["c"]), ([], ["a", "c"])])
def test_a_play_asks_for_one_host_and_pays_for_one(asked: list[str], answer: list[str]) -> None:
    variables = {
        "inventory_hostname": "a",
        "groups": {**GROUPS, "laptops": ["a", "c"]},
        "ansible_play_hosts_all": ["a", "server", "c"],
    }
    templar = types.SimpleNamespace(template=lambda value: value, available_variables=variables)
    lookup = LookupModule(loader=None, templar=templar)
    assert lookup.run(asked, variables=Templated(variables)) == answer


@pytest.mark.parametrize(
    ("everybody", "pattern"),
    [
        (["a", "b"], "all"),
        (["a"], "all"),
        (["a", "b", "server"], "gpu_laptops"),
        (["a", "server"], "gpu_laptops"),
        (["server"], "all"),
        (["a", "b", "c"], "all"),
        (["a", "new"], "all"),
        (["c", "server"], "laptops"),
        (["a", "c", "server"], "all"),
    ],
    ids=str,
)
def test_a_later_play_is_for_those_that_an_earlier_one_kept(
    monkeypatch: pytest.MonkeyPatch, everybody: list[str], pattern: str
) -> None:
    monkeypatch.setattr(laptops, "_judged", {"a": True, "b": True, "c": True, "server": False})
    groups = {"all": ["a", "b", "c", "server", "new"], "gpu_laptops": ["a", "b"], "laptops": ["c"], "empty": []}
    assert kept_before(groups, everybody) == pattern
    assert pattern_of({"groups": groups}, lambda _pattern: everybody) == pattern


def test_what_a_play_keeps_is_known_to_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laptops, "_judged", {})
    variables = {"inventory_hostname": "a", "groups": GROUPS, "ansible_play_hosts_all": ["a", "b", "c"]}
    templar = types.SimpleNamespace(template=lambda value: value, available_variables=variables)
    lookup = LookupModule(loader=None, templar=templar)
    for host in "abc":
        assert lookup.run([host], variables=Templated(variables)) == [host] * (host == "c")
    assert pattern_of({"groups": GROUPS}, lambda _pattern: ["a", "b", "c"]) == "laptops"


def test_no_playbook_asks_for_all_laptops_in_the_name_of_each() -> None:
    root = Path(__file__).resolve().parents[4]
    for path in root.glob("playbooks/**/*.yml"):
        assert "in query('wslfleet.cuda.laptops')" not in path.read_text(encoding="utf-8"), path
