# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents and reports of real runs: whatever becomes of a laptop it has its document, and no file holds a secret."""

from __future__ import annotations

import json
import re
import subprocess
import typing as t
from pathlib import Path

import jsonschema
import pytest
import yaml
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import shape

from tests.integration.killed import killed
from tests.integration.laboratory import PLAYBOOKS, Lab, StartLab

pytestmark = pytest.mark.lab

READY, FRESH, OFF = "ready-1", "fresh-1", "off-1"
STRAY = "/usr/lib/x86_64-linux-gnu/libcuda.so.999"
SITE = """
- import_playbook: {audit}
- hosts: laptops
  gather_facts: false
  tasks:
    - pause: {{seconds: 600}}
"""


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    """A laptop with a distribution, a fresh one, and one that is off."""
    lab = start_lab("--profile", "ready", "--profile", "fresh", "--without-compiler", "--without-archive")
    path = lab.state / "inventory.yml"
    inventory = yaml.safe_load(path.read_text(encoding="utf-8"))
    hosts = inventory["all"]["children"]["laptops"]["hosts"]
    hosts[OFF] = {**hosts[FRESH], "ansible_host": "127.0.0.1", "ansible_port": 1}
    path.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    return lab


def documents(folder: Path, playbook: str = "audit") -> dict[str, dict[str, t.Any]]:
    """Laptop -> its document, each of the published shape."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob(f"documents/*.{playbook}.json")]
    for one in found:
        jsonschema.validate(one, shape.schema())
    return {one["laptop"]: one for one in found}


def test_every_laptop_has_a_document_and_the_report_says_what_changed(lab: Lab, tmp_path: Path) -> None:
    report = {"wslfleet_report": str(tmp_path)}
    first = lab.playbook("audit", variables=report)
    found = documents(tmp_path)
    assert {name: (one["status"], one["reason"][:12]) for name, one in found.items()} == {
        READY: ("not provisioned", "no CUDA tool"), FRESH: ("not provisioned", "WSL is not i"),
        OFF: ("no WinRM", "127.0.0.1: n"),
    }  # fmt: skip
    assert (found[OFF]["error"]["step"], found[READY]["rows"]["G8"]) == ("Read the host", "pass")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found[READY]["machine"])
    assert found[READY]["computer"] == "READY-1" and found[READY]["distributions"][0]["owner"] == "fleetadmin"
    (heading,) = first.lines("level  laptops")  # One table for all.
    assert heading.endswith('remedy",')
    assert first.lines(f"warn   {FRESH} ") and first.lines(f"warn   {READY} "), first.output
    assert first.output.rstrip().endswith(
        f"Fleet report: 0 conforming, 2 not conforming, 0 unknown, 1 out of reach: {tmp_path / 'fleet.html'}"
    )

    lab.linux(READY, f"cp /bin/true {STRAY}")
    lab.playbook("audit", "--limit", READY, variables=report)
    whole = json.loads((tmp_path / "fleet.json").read_text(encoding="utf-8"))
    told = {one["laptop"]: one for one in whole["laptops"]}
    assert told[READY]["changed"] == ["not provisioned → not in order", "new: stray_files"]
    assert len((tmp_path / "history.jsonl").read_text(encoding="utf-8").splitlines()) == 4
    assert whole["counts"]["unreachable"] == 1
    assert STRAY in (tmp_path / "fleet.html").read_text(encoding="utf-8")


def test_the_gate_of_the_audit(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that does not conform ends the run with an error, when asked for; what is written stays the same."""
    monkeypatch.setenv("ANSIBLE_SHOW_CUSTOM_STATS", "true")
    report = {"wslfleet_report": str(tmp_path)}
    free = lab.playbook("audit", "--limit", f"{READY},{FRESH}", variables=report)
    assert (free.code, free.output.rstrip().splitlines()[-2]) == (0, "0 ok, 2 not in order"), free.output
    assert '"summary": "0 ok, 2 not in order"' in free.output

    closed = lab.playbook("audit", variables={**report, "wslfleet_fail_on": "stop"})
    assert (closed.code, closed.recap[FRESH]["failed"], closed.recap[OFF]["unreachable"]) == (4, 1, 1), closed.output
    assert closed.lines(f"{FRESH} does not conform: not provisioned: WSL is not installed"), closed.output
    assert closed.lines("level  laptops"), closed.output  # The table is there all the same.
    assert documents(tmp_path)[FRESH]["status"] == "not provisioned"
    assert closed.output.rstrip().splitlines()[-2] == "0 ok, 1 out of reach, 2 not in order"

    refused = lab.playbook("audit", "--limit", FRESH, variables={"wslfleet_fail_on": "pass"})
    told = f"{FRESH}: nothing was changed: wslfleet_fail_on is pass: choose one of fail, stop, warn"
    assert (refused.code, bool(refused.lines(told))) == (2, True), refused.output


def test_no_laptop_is_left_and_the_report_is_there(lab: Lab, tmp_path: Path) -> None:
    run = lab.playbook("provision", "--limit", OFF, variables={"wslfleet_report": str(tmp_path)})
    assert run.code == 4, run.output
    assert documents(tmp_path, "provision")[OFF]["status"] == "no WinRM"
    assert "1 out of reach" in run.output and (tmp_path / "fleet.html").exists()


def test_no_file_holds_a_secret_or_without_names_a_name(lab: Lab, tmp_path: Path) -> None:
    lab.playbook("audit", variables={"wslfleet_report": str(tmp_path), "wslfleet_report_names": False})
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        text = (path.name + path.read_text(encoding="utf-8")).lower()
        hidden = [
            *(secret.lower() for secret in lab.secrets()),
            READY,
            FRESH,
            OFF,
            "fleetadmin",
            "developer@",
            "127.0.0.1",
        ]
        assert not [word for word in hidden if word in text], path


def test_a_killed_run_leaves_the_documents_of_what_was_done(lab: Lab, tmp_path: Path) -> None:
    site = tmp_path / "site.yml"
    site.write_text(SITE.format(audit=PLAYBOOKS / "audit.yml"), encoding="utf-8")
    report = tmp_path / "report"
    words = ["-i", str(lab.state / "inventory.yml"), str(site), "-e", f"wslfleet_report={report}"]

    def is_audited() -> bool:
        return documents(report, "site").get(READY, {}).get("toolkits") is not None

    killed([*words, "--limit", f"{READY},{OFF}"], when=is_audited)
    found = documents(tmp_path / "report", "site")
    assert (found[READY]["status"], found[READY]["rows"]["G8"], found[OFF]["status"]) == (
        "not finished", "pass", "no WinRM",
    )  # fmt: skip
    assert not (tmp_path / "report" / "fleet.html").exists()


def test_a_full_disk_is_one_line_and_the_run_goes_on(lab: Lab, tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)], check=True)
    try:
        run = lab.playbook("audit", "--limit", FRESH, variables={"wslfleet_report": str(tmp_path)})
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
    assert run.code == 0, run.output
    (line,) = run.lines("no fleet report")
    assert line.endswith(
        "cannot be written: no space left on device; free space or name another folder in wslfleet_report"
    )
