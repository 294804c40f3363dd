# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible-core's own connection tests (test/integration/targets/connection of its source) against the plugin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

import pytest
from connected_laptop import Laptop
from laboratory import COLLECTIONS

from scripts.gates.paths import cache, locked

pytestmark = pytest.mark.lab

TARGET = "test/integration/targets/connection"


@pytest.fixture(scope="module")
def target() -> Path:
    """The folder of core's tests, from the source of the installed version, which PyPI has; kept between runs."""
    name, kept = f"ansible_core-{version('ansible-core')}", cache() / "ansible-core"
    with locked("ansible-core"):
        if not (kept / name / TARGET).exists():
            with tarfile.open(_download(name, kept)) as tar:
                members = [member for member in tar.getmembers() if member.name.startswith(f"{name}/{TARGET}/")]
                tar.extractall(kept, members=members, filter="data")
    return kept / name / TARGET


def _download(name: str, folder: Path) -> Path:
    requirement = f"ansible-core=={version('ansible-core')}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", requirement]
    done = subprocess.run([*command, "--dest", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the source of ansible-core cannot be downloaded: {done.stderr}"
    return folder / f"{name}.tar.gz"


def test_connection(target: Path, laptop: Laptop, tmp_path: Path) -> None:
    variables = {**laptop.variables, "ansible_connection": "wslfleet.cuda.wsl", "ansible_shell_type": "sh"}
    del variables["inventory_hostname"]
    hosts: dict[str, dict[str, object]] = {
        f"wsl-{'pipelining' if pipelining else 'no-pipelining'}-{'kept' if seconds else 'ordinary'}": {
            "ansible_pipelining": pipelining,
            "ansible_wsl_persist": seconds,
        }
        for pipelining in (True, False)
        for seconds in (60, 0)
    }
    over_ssh = Laptop(laptop.lab.over_ssh).variables
    for seconds in (60, 0):
        hosts[f"wsl-ssh-{'kept' if seconds else 'ordinary'}"] = {
            **{name: over_ssh[name] for name in over_ssh if name not in ("inventory_hostname", "ansible_connection")},
            "ansible_shell_type": "sh",
            "ansible_wsl_transport": "ssh",
            "ansible_wsl_persist": seconds,
        }
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"wsl": {"hosts": hosts, "vars": variables}}), encoding="utf-8")
    extra = {
        "target_hosts": "wsl",
        "action_prefix": "",
        "local_tmp": str(tmp_path / "local"),
        "remote_tmp": "/tmp/ansible-remote",
    }
    environment = {
        **os.environ,
        "INVENTORY": str(inventory),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "LC_ALL": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    command = ["bash", "./test.sh", "-e", json.dumps(extra)]
    done = subprocess.run(command, cwd=target, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "failed=0" in done.stdout
