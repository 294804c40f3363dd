# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's own commands take groups by state from a folder of sources; no laptop is asked."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import yaml

from tests.integration.laboratory import PLAYBOOKS
from tests.unit import a_fleet

OFF = {
    "ansible_connection": "winrm",
    "ansible_host": "127.0.0.1",
    "ansible_port": 1,
    "ansible_user": "x",
    "ansible_password": "x",
}


def _ansible(folder: Path, *arguments: str, program: str = "ansible") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, "-i", "inventory", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_limit_takes_a_group_by_state(tmp_path: Path) -> None:
    a_fleet.run(tmp_path / "report", 40)
    documents = [json.loads(path.read_text()) for path in (tmp_path / "report/documents").glob("*.json")]
    broken = {one["laptop"] for one in documents if one["rows"]["G9"] == "fail"}
    (tmp_path / "inventory").mkdir()
    hosts = {one["laptop"]: OFF for one in documents}
    (tmp_path / "inventory/10-laptops.yml").write_text(yaml.safe_dump({"laptops": {"hosts": hosts}}))
    source = {"plugin": "wslfleet.cuda.fleet", "src": ["../report"]}
    (tmp_path / "inventory/30-states.fleet.yml").write_text(yaml.safe_dump(source))
    made = _ansible(tmp_path, "laptops", "--limit", "broken_driver", "--list-hosts")
    assert (made.returncode, made.stderr) == (0, "")
    assert {line.strip() for line in made.stdout.splitlines()[1:]} == broken != set()
    nobody = _ansible(tmp_path, "awaiting_logon", "--list-hosts")
    assert "Could not match supplied host pattern" not in nobody.stdout + nobody.stderr

    # Another run leaves the groups of the inventory in its documents, and not what former documents made.
    (one, *_) = sorted(broken)
    words = [str(PLAYBOOKS / "audit.yml"), "--limit", one, "-e", f"wslfleet_report={tmp_path}/next"]
    done = _ansible(tmp_path, *words, program="ansible-playbook")
    (document,) = [json.loads(path.read_text()) for path in (tmp_path / "next/documents").glob("*.json")]
    assert (document["laptop"], document["groups"]) == (one, ["laptops"]), done.stdout
