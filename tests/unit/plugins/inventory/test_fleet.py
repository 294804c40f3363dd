# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups by state, as Ansible itself makes them from an inventory and a folder of documents."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleParserError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible_collections.wslfleet.cuda.plugins.inventory.fleet import DOCUMENTATION, InventoryModule
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import store

from tests.unit import a_fleet

NAME = "wslfleet.cuda.fleet"
constants.config.initialize_plugin_configuration_definitions(
    "inventory", NAME, yaml.safe_load(DOCUMENTATION)["options"]
)


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the plugin says."""
    said: list[str] = []
    monkeypatch.setattr("ansible.utils.display.Display.warning", lambda _self, text, **_more: said.append(str(text)))
    return said


def inventory(folder: Path, laptops: t.Iterable[str], **more: t.Any) -> InventoryManager:
    """LAPTOPS and one host more, and a file of the plugin."""
    hosts = {name: {"ansible_host": f"{name}.example.com"} for name in [*laptops, "stranger"]}
    (folder / "inventory.yml").write_text(yaml.safe_dump({"laptops": {"hosts": hosts, **more}}))
    return InventoryManager(DataLoader(), [str(folder / "inventory.yml")])


def parse(made: InventoryManager, folder: Path, **options: t.Any) -> InventoryManager:
    config = folder / "states.fleet.yml"
    config.write_text(yaml.safe_dump({"plugin": "wslfleet.cuda.fleet", "src": ["report"], **options}))
    plugin = InventoryModule()
    plugin._redirected_names = [NAME]
    plugin._load_name = NAME
    assert plugin.verify_file(str(config))
    plugin.parse(made._inventory, DataLoader(), str(config))
    made._inventory.reconcile_inventory()
    return made


def names(made: InventoryManager, pattern: str) -> set[str]:
    return {str(host.name) for host in made.get_hosts(pattern)}


def laptops_of(report: Path) -> list[dict[str, t.Any]]:
    return [json.loads(path.read_text()) for path in sorted((report / "documents").glob("*.json"))]


def test_each_laptop_is_in_the_groups_that_its_documents_tell(tmp_path: Path, warnings: list[str]) -> None:
    a_fleet.run(tmp_path / "report", 40)
    documents = laptops_of(tmp_path / "report")
    made = parse(inventory(tmp_path, [one["laptop"] for one in documents]), tmp_path)
    assert warnings == []
    for state in ("conforming", "not_conforming", "unreachable"):
        assert names(made, state) == {one["laptop"] for one in documents if one["state"] == state} != set()
    broken = {one["laptop"] for one in documents if one["rows"]["G9"] == "fail"}
    assert broken and broken <= names(made, "broken_driver") <= names(made, "not_conforming:unreachable")
    seen = {gpu["driver_version"] for one in documents for gpu in one["gpus"] or ()}
    assert {f"driver_{version.replace('.', '_')}" for version in seen} <= set(made.groups)
    assert "stranger" not in names(made, "conforming:not_conforming:unknown:unreachable")


def test_a_document_brings_no_host_and_no_variable(tmp_path: Path, warnings: list[str]) -> None:
    """Who can write a document could have credentials sent to a computer of his own."""
    a_fleet.run(tmp_path / "report", 2)
    path = sorted((tmp_path / "report" / "documents").glob("*.json"))[0]
    one = json.loads(path.read_text())
    (path.parent / "evil.json").write_text(json.dumps({**one, "laptop": "evil.example.net"}))
    (path.parent / "all.json").write_text(json.dumps({**one, "laptop": "laptops"}))
    (path.parent / "pattern.json").write_text(json.dumps({**one, "laptop": "all,*"}))
    made = inventory(tmp_path, [one["laptop"]])
    before = {name: dict(host.vars) for name, host in made.hosts.items()}
    parse(made, tmp_path)
    assert {name: dict(host.vars) for name, host in made.hosts.items()} == before
    assert [group for group in made.groups.values() if group.vars] == []
    twice, said = warnings
    assert "one computer has several names" in twice
    assert "4 laptops of the documents are not in the inventory and left out" in said and "evil.example.net" in said


def test_what_is_damaged_is_left_out_and_said(tmp_path: Path, warnings: list[str]) -> None:
    a_fleet.run(tmp_path / "report", 1)
    (good,) = laptops_of(tmp_path / "report")
    folder = tmp_path / "report" / "documents"
    (folder / "cut.json").write_text(json.dumps(good)[:300])
    (folder / "newer.json").write_text(json.dumps({**good, "schema": 99}))
    made = parse(inventory(tmp_path, [good["laptop"]]), tmp_path, prefix="cuda_")
    assert names(made, f"cuda_{good['state']}") == {good["laptop"]}
    assert [text.split(": ", 1)[1].split(" left out")[0] for text in warnings] == ["cut.json", "newer.json"]


def test_what_cannot_be_is_one_line_and_no_group_is_made(tmp_path: Path) -> None:
    a_fleet.run(tmp_path / "report", 1)
    (tmp_path / "hidden").mkdir()
    store.key_of(str(tmp_path / "hidden"))
    for options, message in (
        ({"src": ["none"]}, "cannot be read: no such file"),
        ({"src": ["hidden"]}, "without the names of laptops"),
        ({"prefix": "a b"}, "no beginning of a group's name"),
        ({"unknown_word": 1, "plugin": "other"}, "other"),
        ({}, "the inventory already has groups conforming: set prefix"),
    ):
        made = inventory(tmp_path, [], children={"conforming": {"hosts": {"mine": {}}}})
        with pytest.raises(AnsibleParserError, match=message):
            parse(made, tmp_path, **options)
        assert "unreachable" not in made.groups


def test_other_files_are_not_its_own(tmp_path: Path) -> None:
    for name in ("inventory.yml", "fleet.json"):
        (tmp_path / name).write_text("{}")
        assert not InventoryModule().verify_file(str(tmp_path / name))


def test_a_name_that_two_laptops_have_is_in_no_group(tmp_path: Path, warnings: list[str]) -> None:
    a_fleet.run(tmp_path / "report", 1)
    (one,) = laptops_of(tmp_path / "report")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "one.json").write_text(json.dumps({**one, "computer": "WS-OTHER", "machine": ""}))
    made = parse(inventory(tmp_path, [one["laptop"]]), tmp_path, src=["report", "other"])
    assert names(made, "conforming:not_conforming:unknown:unreachable") == set()
    assert f"2 laptops have the name {one['laptop']}" in warnings[0] and "2 laptops of the documents" in warnings[1]
