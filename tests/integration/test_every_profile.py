# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Laptops of every profile over WinRM and over SSH: the audit finds the same, in Windows and in every distribution."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from lab.laptops import profiles
from tests.integration.laboratory import Lab, StartLab

pytestmark = pytest.mark.lab

USERS = "{{ ['anna', 'ben'] if inventory_hostname is search('handed|two.dev') else [] }}"
"""The distributions of others are looked into by one task of each, which leaves its result in a file."""
OF_THE_RUN = ("run", "time")


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    wanted = [word for profile in profiles.PROFILES for word in ("--profile", profile)]
    return start_lab("--ssh", *wanted, "--without-compiler", "--without-archive")


def _documents(lab: Lab, folder: Path) -> dict[str, t.Any]:
    """Laptop -> what the audit over the road of LAB has found."""
    run = lab.playbook("audit", variables={"wslfleet_report": str(folder), "windows_host_windows_users": USERS})
    assert run.code == 0, run.output
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("documents/*.audit.json")]
    return {one["laptop"]: _lasting(one) for one in found}


def _lasting(value: t.Any) -> t.Any:
    """VALUE without what two runs never have in common."""
    if isinstance(value, dict):
        return {name: _lasting(entry) for name, entry in value.items() if name not in OF_THE_RUN}
    return [_lasting(entry) for entry in value] if isinstance(value, list) else value


def test_the_audit_finds_the_same_over_both_roads(lab: Lab, tmp_path: Path) -> None:
    over_winrm = _documents(lab, tmp_path / "winrm")
    assert len(over_winrm) == len(profiles.PROFILES)
    over_ssh = _documents(lab.over_ssh, tmp_path / "ssh")
    for name, found in over_winrm.items():
        assert over_ssh[name] == found, name
    known = {name: over_ssh[name]["status"] for name in ("fresh-1", "ready-1", "handed-over-1", "broken-driver-1")}
    assert known == {
        "fresh-1": "not provisioned",
        "ready-1": "not provisioned",
        "handed-over-1": "not in order",
        "broken-driver-1": "not in order",
    }
    assert {one["owner"] for one in over_ssh["handed-over-1"]["distributions"]} == {"fleetadmin", "anna"}
