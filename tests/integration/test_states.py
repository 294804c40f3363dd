# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every playbook ends well on laptops in every state: what there is to do there, or one line that says why not."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from tests.integration.laboratory import QUICK, ROOT, Lab, StartLab

pytestmark = pytest.mark.lab

FRESH, READY = "fresh-1", "ready-1"
ELSEWHERE = {"silent-1": "no WinRM", "misnamed-1": "unknown name", "refused-1": "access refused"}
"""Hosts of the inventory that cannot be managed -> the word for them in the table."""
NOTHING = {"remove": "nothing to remove", "containers": "nothing to do", "repair": "nothing to repair"}


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    return start_lab("--profile", "fresh", "--profile", "ready", "--without-compiler", "--without-archive")


@pytest.fixture(scope="module")
def others(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An inventory of laptops that cannot be managed."""
    inventory = yaml.safe_load((lab.state / "inventory.yml").read_text(encoding="utf-8"))
    ready: dict[str, t.Any] = inventory["all"]["children"]["laptops"]["hosts"][READY]
    hosts = {
        "silent-1": {**ready, "ansible_host": "127.0.0.1", "ansible_port": 1},
        "misnamed-1": {**ready, "ansible_host": "no-such-laptop.invalid"},
        "refused-1": {**ready, "ansible_password": "Not-th1s-0ne"},
    }
    file = tmp_path_factory.mktemp("others") / "others.yml"
    file.write_text(yaml.safe_dump({"laptops": {"hosts": hosts}}), encoding="utf-8")
    return file


def test_check_mode_claims_nothing_and_the_table_tells_why(lab: Lab, others: Path) -> None:
    run = lab.playbook("provision", "--check", "-i", str(others), variables={**QUICK, "wslfleet_hosts": "laptops"})
    assert run.code == 4, run.output
    table = run.output[run.output.index("TASK [Show what every laptop has now]") :]
    lines = {name: line for line in table.splitlines() for name in (*ELSEWHERE, FRESH, READY) if f'"{name} ' in line}
    for name, word in ELSEWHERE.items():
        assert f" {word} " in lines[name], table
    assert " would be provisioned " in lines[READY] and "(would be installed)" in lines[READY], table
    assert " provisioned " not in table.replace("would be provisioned", ""), table
    order = list(lines)
    assert max(order.index(name) for name in ELSEWHERE) < min(order.index(FRESH), order.index(READY)), table


@pytest.mark.parametrize("strategy", ["linear", "free"])
def test_a_laptop_that_waits_for_a_restart_is_no_failure(
    lab: Lab, strategy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_STRATEGY", strategy)
    run = lab.playbook("provision", variables={**QUICK, "windows_host_reboot": "never"})
    assert run.code == 0, run.output
    assert len(run.lines("driver packages")) == 1, run.output
    table = run.output[run.output.index("TASK [Show what every laptop has now]") :]
    (fresh,) = [line for line in table.splitlines() if f'"{FRESH} ' in line]
    assert " awaiting restart " in fresh, run.output


@pytest.mark.parametrize("playbook", NOTHING)
def test_where_there_is_no_distribution_there_is_nothing_to_do(lab: Lab, playbook: str) -> None:
    run = lab.playbook(playbook, "--limit", FRESH)
    assert run.code == 0, run.output
    assert len(run.lines(f"{NOTHING[playbook]}: ")) == 1, run.output


def test_the_playbook_of_the_readme_ends_well(lab: Lab, tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = next(part for part in readme.split("```yaml\n")[1:] if part.startswith("- hosts:")).partition("```")[0]
    file = tmp_path / "site.yml"
    file.write_text(block, encoding="utf-8")
    run = lab.playbook(file, "--limit", FRESH, variables={**QUICK, "windows_host_reboot": "never"})
    assert run.code == 0, run.output
    assert run.lines("awaits a restart"), run.output
