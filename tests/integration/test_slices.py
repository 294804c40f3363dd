# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job slices as AWX makes them: the artifact, a third of the inventory for each, by ansible-runner, one report of all.

AWX gives slice N of M every M-th host, and runs it as ``ansible-runner transmit | worker | process``. What a worker
leaves in its folder of artifacts comes back with the results.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.integration.laboratory import ROOT, Lab, StartLab

pytestmark = pytest.mark.lab

PROGRAMS = Path(sys.executable).parent
SLICES = 3
JOB = "- name: Audit\n  ansible.builtin.import_playbook: wslfleet.cuda.audit\n"
REPORT = "{{ inventory_dir | dirname }}/artifacts/slice/wslfleet"
TIMES = {"time", "audited", "run", "made", "over_time"}
"""What two runs never have in common."""


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    """A laptop with a distribution, a fresh one, and two that are off."""
    lab = start_lab("--profile", "ready", "--profile", "fresh", "--without-compiler", "--without-archive")
    path = lab.state / "inventory.yml"
    inventory = yaml.safe_load(path.read_text(encoding="utf-8"))
    hosts = inventory["all"]["children"]["laptops"]["hosts"]
    for name in ("off-1", "off-2"):
        hosts[name] = {**hosts["fresh-1"], "ansible_host": "127.0.0.1", "ansible_port": 1}
    path.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    return lab


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the artifact is installed, as in an execution environment."""
    folder = tmp_path_factory.mktemp("environment")
    galaxy = [str(PROGRAMS / "ansible-galaxy"), "collection"]
    subprocess.run([*galaxy, "build", str(ROOT), "--output-path", str(folder)], check=True, capture_output=True)
    (artifact,) = folder.glob("*.tar.gz")
    subprocess.run(
        [*galaxy, "install", str(artifact), "-p", str(folder), "--no-deps", "--force"], check=True, capture_output=True
    )
    return folder


def slice_of(lab: Lab, number: int, folder: Path, collections: Path) -> Path:
    """What AWX hands to ansible-runner for slice NUMBER, the first of which is 1."""
    inventory = yaml.safe_load((lab.state / "inventory.yml").read_text(encoding="utf-8"))
    laptops = inventory["all"]["children"]["laptops"]
    laptops["hosts"] = dict(list(laptops["hosts"].items())[number - 1 :: SLICES])
    for name, text in {
        "inventory/hosts.yml": yaml.safe_dump(inventory),
        "project/audit.yml": JOB,
        "env/extravars": json.dumps({"wslfleet_report": REPORT}),
        "env/envvars": json.dumps({"ANSIBLE_COLLECTIONS_PATH": str(collections), "LC_ALL": "C.UTF-8"}),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run_slice(folder: Path) -> None:
    """Run what is in FOLDER in another folder, and take the results back, over nothing but a stream."""
    runner, worker = shlex.quote(str(PROGRAMS / "ansible-runner")), f"{folder}.worker"
    Path(worker).mkdir()
    done = subprocess.run(
        [
            "bash",
            "-c",
            f"set -o pipefail; {runner} transmit {folder} -p audit.yml --ident slice"
            f" | {runner} worker --private-data-dir {worker} | {runner} process {folder}",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": f"{PROGRAMS}:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"},
    )
    assert (folder / "artifacts/wslfleet/fleet.html").exists(), done.stdout + done.stderr
    shutil.rmtree(worker)


def without_times(value: t.Any) -> t.Any:
    """VALUE without what differs between two runs of the same laptops."""
    if isinstance(value, dict):
        return {name: without_times(part) for name, part in value.items() if name not in TIMES}
    return [without_times(part) for part in value] if isinstance(value, list) else value


def test_the_report_of_three_slices_is_that_of_one_run(lab: Lab, collections: Path, tmp_path: Path) -> None:
    lab.playbook("audit", variables={"wslfleet_report": str(tmp_path / "one")})
    folders = [slice_of(lab, number, tmp_path / str(number), collections) for number in range(1, SLICES + 1)]
    for folder in folders:
        run_slice(folder)
    source = [str(folder / "artifacts/wslfleet") for folder in folders]
    arguments = json.dumps({"src": source, "dest": str(tmp_path / "all")})
    done = lab.task("localhost", "wslfleet.cuda.fleet_report", arguments)
    assert done.code == 0, done.output

    one, merged = (json.loads((tmp_path / name / "fleet.json").read_text(encoding="utf-8")) for name in ("one", "all"))
    assert [len(json.loads((Path(folder) / "fleet.json").read_text())["laptops"]) for folder in source] == [2, 1, 1]
    assert len(one["laptops"]) == 4 and one["counts"]["unreachable"] == 2
    assert without_times(merged) == without_times(one)
