# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every playbook ends well on laptops in every state: what there is to do there, or one line that says why not."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from lab.laptops.laptop import Laptop
from lab.laptops.profiles import DISTRIBUTION, IMAGE, register
from lab.linux import images
from tests.integration.laboratory import QUICK, ROOT, Lab, StartLab

pytestmark = pytest.mark.lab

FRESH, WAITING, READY, EMPTY, THEIRS = "fresh-1", "fresh-2", "ready-1", "two-developers-1", "two-developers-2"
"""No WSL; awaiting a restart, once the test of that has run; a distribution of the account's own; WSL and no
distribution; the same, and each of two developers has one."""
ELSEWHERE = {"silent-1": "no WinRM", "misnamed-1": "unknown name", "refused-1": "access refused"}
"""Hosts of the inventory that cannot be managed -> the word for them in the table."""
NONE, OWNERS = "fleetadmin has no distribution Debian-12 here", "Debian-12 belongs to anna, ben"
SAID = {
    "repair": {FRESH: NONE, WAITING: NONE, EMPTY: NONE, THEIRS: OWNERS, READY: "nothing was wrong"},
    "containers": {FRESH: NONE, WAITING: NONE, EMPTY: NONE, THEIRS: OWNERS},
    "remove": {FRESH: NONE, WAITING: NONE, EMPTY: NONE, THEIRS: OWNERS},
    "update": dict.fromkeys((FRESH, WAITING, EMPTY, THEIRS), "nothing to update: there is no such distribution"),
    "audit": {FRESH: NONE, WAITING: "wait for a restart", EMPTY: NONE, THEIRS: OWNERS, READY: "is not in the PATH"},
    "doctor": dict.fromkeys((FRESH, WAITING, READY, EMPTY, THEIRS), "can be managed: yes"),
}
"""Playbook -> laptop -> what it says of it; in the order in which they are run."""
CHECKED = {FRESH: " - ", WAITING: " 2.6.3.0 ", READY: "(would be installed)"}
"""What the table of a provisioning in check mode says beside ``would be provisioned``."""


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    profiles = [word for name in ("fresh", "ready", "two_developers") for word in ("--profile", name)]
    wanted = (*profiles, "--laptops", "2", "--without-compiler", "--without-archive")
    lab = start_lab(*wanted)
    lab.command("down")
    laptop = Laptop(lab.laptop(THEIRS), images.default_cache())
    for number in (1, 2):
        laptop.tasks.log_on(laptop.state.users[number])
        register(laptop, DISTRIBUTION, IMAGE, laptop.state.users[number])
    assert lab.command("up", *wanted).returncode == 0
    return lab


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


@pytest.mark.parametrize("strategy", ["linear", "free"])
def test_a_laptop_that_waits_for_a_restart_is_no_failure(
    lab: Lab, others: Path, strategy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_STRATEGY", strategy)
    variables = {**QUICK, "windows_host_reboot": "never"}
    run = lab.playbook("provision", "-i", str(others), "--limit", f"{WAITING},silent-1", variables=variables)
    assert (run.code, run.recap[WAITING]["failed"], run.recap["silent-1"]["unreachable"]) == (4, 0, 1), run.output
    assert len(run.lines("driver packages")) == 1, run.output
    table = run.output[run.output.index("TASK [Show the state of every laptop]") :]
    (line,) = [line for line in table.splitlines() if f'"{WAITING} ' in line]
    assert " awaiting restart " in line, run.output


@pytest.mark.parametrize("playbook", SAID)
def test_what_a_playbook_says_of_a_laptop_in_each_state(lab: Lab, others: Path, playbook: str, tmp_path: Path) -> None:
    """None fails but those that cannot be reached, and only what is in order to be changed changes."""
    quick = {"wslfleet_probe_idle": 0, "wslfleet_probe_directory": str(tmp_path)} if playbook == "doctor" else None
    hosts = ",".join([*SAID[playbook], "silent-1"])
    run = lab.playbook(playbook, "-i", str(others), "--limit", hosts, variables=quick)
    assert run.code == 4, run.output
    for laptop, words in SAID[playbook].items():
        own = [part for part in run.output.split("\nok: [") if part.startswith(f"{laptop}] =>")]
        # The audit has one table for all, which names the laptops of a row.
        rows = [line for line in run.lines(words) if laptop in line] if playbook == "audit" else []
        told = rows or [part for part in own if words in part]
        assert told, f"{laptop}: {words}\n{run.output}"
        assert run.recap[laptop]["failed"] == 0 == run.recap[laptop]["changed"] * (laptop != READY), run.output
    assert run.recap["silent-1"]["unreachable"] == 1
    assert "127.0.0.1: nothing listens on the WinRM port" in run.output


@pytest.mark.parametrize(
    ("playbook", "settings"),
    [
        ("provision", {}),
        ("rollout", {"wslfleet_rollout_folder": "/nowhere", "wslfleet_rollout_batches": ["100%"],
                     "wslfleet_rollout_put_off": []}),
    ],
)  # fmt: skip
def test_check_mode_claims_nothing_and_the_table_tells_why(
    lab: Lab, others: Path, playbook: str, settings: dict[str, t.Any]
) -> None:
    limit = ",".join([*ELSEWHERE, *CHECKED])
    run = lab.playbook(playbook, "--check", "-i", str(others), "--limit", limit, variables={**QUICK, **settings})
    assert run.code == 4, run.output
    table = run.output[run.output.index("TASK [Show the state of every laptop]") :]
    lines = {name: line for line in table.splitlines() for name in (*ELSEWHERE, *CHECKED) if f'"{name} ' in line}
    for name, word in ELSEWHERE.items():
        assert f" {word} " in lines[name], table
    for name, words in CHECKED.items():
        assert " would be provisioned " in lines[name] and words in lines[name], table
    assert " provisioned " not in table.replace("would be provisioned", ""), table
    order = list(lines)
    assert max(order.index(name) for name in ELSEWHERE) < min(order.index(FRESH), order.index(READY)), table


def test_the_playbook_of_the_readme_ends_well(lab: Lab, tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = next(part for part in readme.split("```yaml\n")[1:] if part.startswith("- hosts:")).partition("```")[0]
    file = tmp_path / "site.yml"
    file.write_text(block, encoding="utf-8")
    run = lab.playbook(file, "--limit", FRESH, variables={**QUICK, "windows_host_reboot": "never"})
    assert run.code == 0, run.output
    assert run.lines("awaits a restart"), run.output


def test_a_drive_that_is_not_there_is_named_before_anything_changes(lab: Lab) -> None:
    before = len(lab.journal(FRESH))
    place = {"windows_host_distribution_location": "E:\\wsl", "windows_host_wsl_msi": "e:\\wsl.msi"}
    run = lab.playbook("provision", "--limit", FRESH, variables={**QUICK, **place})
    assert (run.code, run.recap[FRESH]["changed"]) == (2, 0), run.output
    told = "windows_host_distribution_location E:\\\\wsl, windows_host_wsl_msi e:\\\\wsl.msi; this host has C:"
    assert run.lines(f"{FRESH} was not changed: there is no drive E: for {told}"), run.output
    assert len(lab.journal(FRESH)) - before == 1
