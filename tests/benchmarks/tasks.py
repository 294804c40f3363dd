# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of a user's own costs: over WinRM, kept or not, over SSH, by community.general.wsl, by a local entry.

    python tests/benchmarks/tasks.py [--mixes N] [--rounds N] [--latency 0ms --latency 40ms] [--way NAME ...] [--peer]

A mix is ping, stat, copy of a changed file, and command. Starts a lab laptop of its own for each latency; all ways run
the same playbooks in turn. The cost of a task is what N more mixes add to the shortest of several runs; requests (HTTP)
and launches (commands of cmd.exe) are what they add to any run. With --peer, pip fetches community.general and paramiko
into a temporary folder. Exit code 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import typing as t
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAPTOP = "ready-1"
DISTRIBUTION = "Debian-12"
KEEP_RUNNING = "setsid sleep 1800 </dev/null >/dev/null 2>&1 & sleep 1"
"""Ends later than its own session does, which would take along whoever has not left it yet."""
MIX: tuple[dict[str, t.Any], ...] = (
    {"ansible.builtin.ping": {}},
    {"ansible.builtin.stat": {"path": "/etc/os-release"}},
    {"ansible.builtin.copy": {"content": "{{ run }} {{ number }}", "dest": "/tmp/benchmark-{{ number }}"}},
    {"ansible.builtin.command": {"cmd": "uname -r"}},
)
INSIDE = {"ansible_connection": "wslfleet.cuda.wsl", "ansible_wsl_distribution": DISTRIBUTION}
LOCAL, PEER = "local entry", "community.general.wsl"
ORDINARY, KEPT, SSH, KEPT_SSH = "winrm", "winrm, kept", "ssh", "ssh, kept"
WAYS: dict[str, dict[str, t.Any]] = {
    LOCAL: {"ansible_connection": "lab_entry"},
    ORDINARY: {**INSIDE, "ansible_wsl_persist": 0},
    KEPT: {**INSIDE, "ansible_wsl_persist": 60},
    SSH: {**INSIDE, "ansible_wsl_transport": "ssh", "ansible_wsl_persist": 0},
    KEPT_SSH: {**INSIDE, "ansible_wsl_transport": "ssh", "ansible_wsl_persist": 60},
    PEER: {"ansible_connection": "community.general.wsl", "wsl_distribution": DISTRIBUTION, "wsl_user": "root"},
}
OVER_SSH = (SSH, KEPT_SSH, PEER)
PEER_PACKAGES = ("ansible>=12,<13", "paramiko")
GOALS = {(ORDINARY, "0ms"): 1.05, (KEPT, "0ms"): 0.5}
"""At most so much of the local entry's time."""
KEPT_REQUESTS = 5.0
BROKER_SECONDS = 3.0
"""After so long the broker has ended too, and made its last requests."""


@dataclass(frozen=True)
class Cost:
    """Of one run, or of one task."""

    seconds: float
    controller: float
    """Seconds of the controller's processors, those of a broker not counted."""
    requests: float
    launches: float

    def per_task(self, shorter: Cost, tasks: int) -> Cost:
        """What each of TASKS more tasks has added to the run SHORTER."""
        mine, theirs = vars(self), vars(shorter)
        return Cost(**{name: (mine[name] - theirs[name]) / tasks for name in mine})

    def best(self, other: Cost) -> Cost:
        """The smaller of each number: whatever else the machine does only adds."""
        mine, theirs = vars(self), vars(other)
        return Cost(**{name: min(mine[name], theirs[name]) for name in mine})


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure tasks through wslfleet.cuda.wsl against a local entry.")
    parser.add_argument("--mixes", type=int, default=4, help="further mixes of four tasks in the longer playbook")
    parser.add_argument("--rounds", type=int, default=3, help="the shortest of so many runs counts")
    parser.add_argument("--latency", action="append", help="round trip to the laptop (default: 0ms and 40ms)")
    parser.add_argument("--way", action="append", choices=WAYS, help="measure only this (may be given several times)")
    parser.add_argument("--peer", action="store_true", help="measure community.general.wsl too")
    options = parser.parse_args()
    options.way = options.way or [way for way in WAYS if way != PEER or options.peer]
    with tempfile.TemporaryDirectory(prefix="wslfleet-peer-") as folder:
        if PEER in options.way:
            fetch_peer(Path(folder))
        return measure_all(options)


def fetch_peer(folder: Path) -> None:
    """Have community.general and paramiko in FOLDER, and every later process find them."""
    collections, libraries = folder / "collections", folder / "libraries"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "download", "--no-deps", "--dest", str(folder), PEER_PACKAGES[0]], check=True)
    (wheel,) = folder.glob("ansible-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        wanted = [name for name in archive.namelist() if name.startswith("ansible_collections/community/general/")]
        archive.extractall(collections, wanted)
    subprocess.run([*pip, "install", "--target", str(libraries), PEER_PACKAGES[1]], check=True)
    os.environ["PYTHONPATH"] = os.pathsep.join([*filter(None, [os.environ.get("PYTHONPATH")]), str(libraries)])
    os.environ["PEER_COLLECTIONS"] = str(collections)


def measure_all(options: argparse.Namespace) -> int:
    """Measure at each latency; the exit code."""
    fine = True
    for latency in options.latency or ["0ms", "40ms"]:
        with tempfile.TemporaryDirectory(prefix="wslfleet-benchmark-") as folder:
            state = Path(folder) / "lab"
            link = ["--latency", latency, *(["--bandwidth", "20mbit"] if latency != "0ms" else [])]
            ssh = ["--ssh"] if set(options.way) & set(OVER_SSH) else []
            lab(state, "up", "--profile", "ready", "--without-compiler", "--stop-after", "1800", *link, *ssh)
            try:
                costs = measure(state, Path(folder), options)
            finally:
                lab(state, "down")
        fine = report(latency, costs) and fine
    return 0 if fine else 1


def lab(state: Path, command: str, *arguments: str) -> None:
    """Run one command of the lab."""
    words = [sys.executable, "-m", "lab", command, "--state", str(state), *arguments]
    subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def measure(state: Path, folder: Path, options: argparse.Namespace) -> dict[str, Cost]:
    """Way -> the cost of a task."""
    ansible(state, ORDINARY, "ansible", LAPTOP, "-m", "ansible.builtin.raw", "-a", KEEP_RUNNING, more={})
    entry = {"lab_entry_pid": instance(state), "ansible_paramiko_user_known_hosts_file": str(state / "known_hosts")}
    books = {count: playbook(folder, count) for count in (1, options.mixes + 1)}
    best: dict[tuple[str, int], Cost] = {}
    ways = options.way
    for number in range(options.rounds):
        for way in ways:
            for count, book in books.items():
                more = {**entry, "run": f"{way} {number} {count}"}
                cost = ansible(state, way, "ansible-playbook", str(book), more=more)
                best[way, count] = cost.best(best.get((way, count), cost))
    short, long = books
    return {way: best[way, long].per_task(best[way, short], options.mixes * len(MIX)) for way in ways}


def report(latency: str, costs: dict[str, Cost]) -> bool:
    """Print COSTS; whether the goals are met."""
    local, peer = costs.get(LOCAL), costs.get(PEER)
    print(
        f"{latency:22} {'a task':>8} {'of local':>9} {'of peer':>9} {'controller':>11} {'requests':>9} {'launches':>9}"
    )
    fine = True
    for way, cost in costs.items():
        share, of_peer = (cost.seconds / other.seconds if other else None for other in (local, peer))
        goal = GOALS.get((way, latency))
        missed = (goal is not None and share is not None and share > goal) or (
            way == KEPT and cost.requests > KEPT_REQUESTS
        )
        fine = fine and not missed
        verdict = f"{f'  goal {goal}' if goal else ''}{' MISSED' if missed else ''}"
        print(
            f"{way:22} {cost.seconds * 1000:5.0f} ms {_ratio(share)} {_ratio(of_peer)} {cost.controller * 1000:8.0f} ms"
            f" {cost.requests:9.1f} {cost.launches:9.1f}{verdict}",
            flush=True,
        )
    return fine


def _ratio(number: float | None) -> str:
    return f"{'–':>9}" if number is None else f"{number:9.2f}"


def instance(state: Path) -> int:
    """The first process of the running distribution, seen from here."""
    sys.path.insert(0, str(ROOT))
    from lab.linux.enter import first_process

    for disk in (state / "laptops" / LAPTOP / "distributions").iterdir():
        pid = first_process(disk)
        if pid is not None:
            return pid
    raise SystemExit("the distribution does not run")


def playbook(folder: Path, count: int) -> Path:
    """A playbook of COUNT mixes."""
    file = folder / f"mix-{count}.json"
    tasks = [{**task, "vars": {"number": number}} for number in range(count) for task in MIX]
    file.write_text(json.dumps([{"hosts": LAPTOP, "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    return file


def ansible(state: Path, way: str, program: str, *arguments: str, more: dict[str, t.Any]) -> Cost:
    """Run PROGRAM by WAY, with MORE variables, and return what it cost."""
    variables = {**WAYS[way], **more}
    collections = [str(ROOT / ".cache" / "collections"), *filter(None, [os.environ.get("PEER_COLLECTIONS")])]
    inventory = state / ("inventory_ssh.yml" if way in OVER_SSH else "inventory.yml")
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(collections),
        "ANSIBLE_CONNECTION_PLUGINS": str(Path(__file__).parent / "connection_plugins"),
        "LC_ALL": "C.UTF-8",
        # As with a user: what Python compiles, it keeps.
        "PYTHONDONTWRITEBYTECODE": "",
    }
    extra = json.dumps({"ansible_python_interpreter": "/usr/bin/python3", "ansible_shell_type": "sh", **variables})
    command = [str(Path(sys.executable).parent / program), "-i", str(inventory), *arguments, "-e", extra]
    requests, launches = journal(state, "requests"), journal(state, "commands")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    if variables.get("ansible_wsl_persist"):
        time.sleep(BROKER_SECONDS)
    controller = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(seconds, controller, journal(state, "requests") - requests, journal(state, "commands") - launches)


def journal(state: Path, name: str) -> int:
    """How many entries the laptop's journal NAME has."""
    file = state / "laptops" / LAPTOP / f"{name}.jsonl"
    return file.read_text(encoding="utf-8").count("\n") if file.exists() else 0


if __name__ == "__main__":
    sys.exit(main())
