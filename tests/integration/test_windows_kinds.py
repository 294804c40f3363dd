# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Laptops of every kind over WinRM, in German: from their first run to one that changes nothing."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from lab.linux import images
from lab.windows import lab_msi
from tests.integration.laboratory import Lab, Run, StartLab

pytestmark = pytest.mark.lab

VERSION, NEWER = "2.6.3.0", "2.7.10.0"
ONLINE = ("server-2022-1", "store-blocked-1", "inbox-1")
FROM_CONTROLLER = ("windows-10-1", "air-gapped-1", "server-2025-1")
UPDATED = "ready-1"
ALL = (*ONLINE, *FROM_CONTROLLER, UPDATED)

TAGS = "preflight,wsl,whole"
PLAY = [
    {"name": name, "hosts": hosts, "gather_facts": False, "roles": [{"role": "wslfleet.cuda.windows_host", **more}]}
    for name, hosts, more in (
        ("To WSL", "laptops:!air-gapped-1", {}),
        ("To a distribution from the controller", "air-gapped-1", {"tags": ["whole"]}),
    )
]


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    profiles = ["windows_10", "server_2022", "server_2025", "air_gapped", "store_blocked", "inbox", "ready"]
    return start_lab(
        *(word for profile in profiles for word in ("--profile", profile)), "--language", "de-DE", "--without-archive"
    )


@pytest.fixture(scope="module")
def run(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> t.Callable[..., Run]:
    """Runs the play, on all laptops or on some."""
    directory = tmp_path_factory.mktemp("play")
    playbook = directory / "windows.yml"
    playbook.write_text(yaml.safe_dump(PLAY), encoding="utf-8")
    package = directory / f"wsl.{VERSION}.x64.msi"
    package.write_bytes(lab_msi.build(VERSION))
    variables = {
        "windows_host_wsl_msi": f"{{{{ '{package}' if inventory_hostname in {list(FROM_CONTROLLER)} else '' }}}}",
        "windows_host_wsl_state": f"{{{{ 'latest' if inventory_hostname == '{UPDATED}' else 'present' }}}}",
        "windows_host_distribution_source": str(images.tarball("debian-12-minimal", images.default_cache())),
    }
    return lambda *arguments: lab.playbook(Path(playbook), "--tags", TAGS, *arguments, variables=variables)


def _fault(lab: Lab, laptop: str, fault: str, *settings: str) -> None:
    done = lab.command("fault", laptop, fault, *settings)
    assert done.returncode == 0, done.stderr


def test_the_first_run(lab: Lab, run: t.Callable[..., Run]) -> None:
    _fault(lab, UPDATED, "update_kills_itself", "count=1", "seconds=2")
    result = run()
    recap = result.recap
    assert {name for name, numbers in recap.items() if numbers["changed"]} == set(ALL), result.output
    assert not any(numbers["failed"] or numbers["unreachable"] for numbers in recap.values()), result.output


def test_the_last_run_changes_nothing(lab: Lab, run: t.Callable[..., Run]) -> None:
    before = {name: len(lab.journal(name)) for name in ALL}
    result = run()
    assert result.code == 0, result.output
    assert {name: numbers["changed"] for name, numbers in result.recap.items()} == dict.fromkeys(ALL, 0), result.output
    commands = {name: len(lab.journal(name)) - before[name] for name in ALL}
    # One to look at the host, one for WSL, one for a distribution; an update asks Microsoft and looks again, in between
    # two for the lock that keeps other runs away.
    assert commands == {**dict.fromkeys(ALL, 2), "air-gapped-1": 3, UPDATED: 6}
    texts = {name: (lab.laptop(name) / "registry.json").read_text(encoding="utf-8") for name in ALL}
    assert [name for name, text in texts.items() if VERSION not in text and name != UPDATED] == []
    assert NEWER in texts[UPDATED]
