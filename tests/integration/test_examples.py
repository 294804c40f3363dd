# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of modules, filters and the connection run as they stand, against a laptop of the lab.

What Windows-side modules would change is left at check mode; inside the distribution everything is done for real.
Public addresses and names are replaced by the lab's, since nothing here reaches the internet.
"""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.integration.laboratory import Lab, StartLab, without_secrets
from tests.unit.documentation.documents import Block, Document, documents
from tests.unit.documentation.test_examples import pages, plays

pytestmark = pytest.mark.lab

FOR_REAL = {"host_info", "host_probe"}
"""Windows-side modules that change nothing anyway."""

ELSEWHERE = {"cuda_bundle", "fleet_report"}
"""cuda_bundle needs developers with distributions, fleet_report documents of runs: their own tests run them."""

FIRST = ["cuda_legacy", "cuda_smoke_test", "cuda_repository", "cuda_guard", "cuda_plan_info", "cuda_toolkit"]
"""Linux-side modules in an order in which each finds what it needs; the others follow.

The smoke test comes before the lab's packages, whose compiler compiles nothing: molecule runs the real one.
"""


def _replaced(lab: Lab, items: t.Any) -> list[Block]:
    """ITEMS with the names and addresses of LAB instead of those that only an example has."""
    variables = lab.variables
    names = {
        "https://mirror.example.com/cuda/wsl-ubuntu/x86_64/": variables["cuda_repository_url"],
        "https://mirror.example.com/cuda/key.asc": "/usr/share/keyrings/cuda-archive-keyring.gpg",
        "https://mirror.example.com/libnvidia-container/stable/deb/amd64/": variables[
            "container_toolkit_repository_url"
        ],
        "https://mirror.example.com/libnvidia-container/gpgkey": variables["container_toolkit_key"],
        "EB693B3035CD5710E231E123A4B469963BF863CC": variables["cuda_key_fingerprint"],
        # A relative path would be written into the checkout.
        "{{ inventory_hostname }}.probe.json": str(lab.state / "probe.json"),
        '"anna"': '"developer"',
        # The lab has no systemd and says so.
        '"systemd": true': '"systemd": false',
        "S-1-12-1-1111111111-2222222222-3333333333-4444444444": "S-1-5-21-1004336348-1177238915-682003330-1105",
        '"Ubuntu-24.04"': json.dumps(variables["windows_host_distribution"]),
    }
    text = json.dumps(items)
    for name, replacement in names.items():
        text = text.replace(name, str(replacement))
    found: list[Block] = json.loads(text)
    return found


def _play(lab: Lab, document: Document) -> list[Block]:
    examples = _replaced(lab, document.examples)
    if document.kind == "connection":
        return examples
    play: dict[str, t.Any] = {"name": document.path, "hosts": "laptops", "gather_facts": False, "tasks": examples}
    if document.kind == "filter":
        return [play]
    if document.documentation["attributes"]["platform"]["platforms"] == "windows":
        # The probe's last question waits for two minutes in silence; its own test asks it.
        quick = {"wslfleet.cuda.host_probe": {"idle": 0}}
        return [{**play, "check_mode": document.name not in FOR_REAL, "module_defaults": quick}]
    linux = {
        "ansible_connection": "wslfleet.cuda.wsl",
        "ansible_wsl_distribution": lab.variables["windows_host_distribution"],
        "ansible_shell_type": "sh",
        "ansible_python_interpreter": "/usr/bin/python3",
        "vaulted_mirror_password": "mirror-password",
        "vaulted_proxy_password": "proxy-password",
    }
    # The local installer is a file of gigabytes that a site brings along; its own test has one.
    play["tasks"] = [task for task in examples if "'local_installer'" not in repr(task)]
    source = {
        "url": lab.variables["cuda_repository_url"],
        "keyring_sha256": lab.variables["cuda_keyring_sha256"],
        "key_fingerprint": lab.variables["cuda_key_fingerprint"],
    }
    containers = {
        "url": lab.variables["container_toolkit_repository_url"],
        "key": lab.variables["container_toolkit_key"],
        "key_fingerprint": lab.variables["container_toolkit_key_fingerprint"],
    }
    defaults = {
        "wslfleet.cuda.cuda_repository": source,
        "wslfleet.cuda.cuda_extra_libraries": {"url": source["url"].replace("wsl-ubuntu", "ubuntu2404")},
        "wslfleet.cuda.container_toolkit": containers,
    }
    # podman would be downloaded; its own test installs it.
    return [{**play, "vars": linux, "module_defaults": defaults, "check_mode": document.name == "container_toolkit"}]


def _order(document: Document) -> tuple[bool, int]:
    """Windows first, as in a real run; then FIRST; then the rest as it comes."""
    linux = document.kind == "modules" and document.name.startswith(("cuda_", "container_"))
    return linux, FIRST.index(document.name) if document.name in FIRST else len(FIRST)


def test_the_examples_run(start_lab: StartLab, tmp_path: Path) -> None:
    lab = start_lab("--profile", "ready", "--without-compiler")
    # An inventory source is no task: its own test runs it.
    tasks = [document for document in documents() if document.kind != "inventory"]
    shown = sorted((document for document in tasks if document.name not in ELSEWHERE), key=_order)
    playbook = tmp_path / "examples.yml"
    plays = [play for document in shown for play in _play(lab, document)]
    playbook.write_text(yaml.safe_dump(plays, sort_keys=False), encoding="utf-8")
    # Examples name him, and work in a home has to find one.
    assert lab.linux("ready-1", "useradd -m ben").code == 0
    run = lab.playbook(playbook, "-vvv")
    assert run.code == 0, run.output
    # So much output shows the arguments of every module.
    without_secrets(run.output, ["mirror-password"])
    for document in shown:
        assert run.lines(f"PLAY [{document.path}]") or document.kind == "connection"
    assert run.recap["ready-1"]["failed"] == 0
    listed = lab.linux("ready-1", "dpkg-query -W -f '${Package} '").output
    assert "cuda-nvcc-12-8" in listed
    assert "nvidia-driver" not in listed


def test_the_snippets_of_readme_and_guides_are_playbooks(tmp_path: Path) -> None:
    """All in one playbook, as Ansible itself checks it: roles, modules and keywords exist."""
    playbook = tmp_path / "snippets.yml"
    found = [play for _place, items in pages() for play in plays(items)]
    assert len(found) > 5
    playbook.write_text(yaml.safe_dump(found, sort_keys=False), encoding="utf-8")
    run = Lab(tmp_path).playbook(playbook, "--syntax-check")
    assert run.code == 0, run.output
