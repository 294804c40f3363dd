# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What another ``ping`` costs through the connection plugin, compared with a local entry into the same distribution.

    python tests/benchmarks/connection_ping.py [--tasks N] [--rounds N]

Starts a lab laptop of its own. Both ways run the same playbooks alternately; the cost of a further task is what N more
of them add to the shortest of several runs. Prints both and their ratio; exit code 1 when the ratio is above the goal.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOAL = 1.25
LAPTOP = "ready-1"
DISTRIBUTION = "Debian-12"
KEEP_RUNNING = "setsid sleep 600 </dev/null >/dev/null 2>&1 &"


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure a ping through wslfleet.cuda.wsl against a local entry.")
    parser.add_argument("--tasks", type=int, default=10, help="further ping tasks in the longer playbook")
    parser.add_argument("--rounds", type=int, default=3, help="the shortest of so many runs counts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wslfleet-benchmark-") as folder:
        state = Path(folder) / "lab"
        lab(state, "up", "--profile", "ready", "--without-compiler", "--stop-after", "900")
        try:
            return measure(state, Path(folder), options.tasks, options.rounds)
        finally:
            lab(state, "down")


def lab(state: Path, command: str, *arguments: str) -> None:
    """Run one command of the lab."""
    words = [sys.executable, "-m", "lab", command, "--state", str(state), *arguments]
    subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def measure(state: Path, folder: Path, tasks: int, rounds: int) -> int:
    """Run both ways and print the result; the exit code."""
    inside = {"ansible_connection": "wslfleet.cuda.wsl", "ansible_wsl_distribution": DISTRIBUTION}
    ansible(state, "ansible", LAPTOP, "-m", "ansible.builtin.raw", "-a", KEEP_RUNNING, variables=inside)
    ways = {
        "local entry": {"ansible_connection": "lab_entry", "lab_entry_pid": instance(state)},
        "wslfleet.cuda.wsl": inside,
    }
    books = {count: playbook(folder, count) for count in (1, tasks + 1)}
    shortest: dict[tuple[str, int], float] = {}
    for _round in range(rounds):
        for way, variables in ways.items():
            for count, book in books.items():
                seconds = ansible(state, "ansible-playbook", str(book), variables=variables)
                shortest[way, count] = min(seconds, shortest.get((way, count), seconds))
    best = {way: (shortest[way, tasks + 1] - shortest[way, 1]) / tasks for way in ways}
    for way, cost in best.items():
        print(f"{way:20} {cost * 1000:6.0f} ms a ping")
    ratio = best["wslfleet.cuda.wsl"] / best["local entry"]
    print(f"ratio {ratio:.2f} (goal: at most {GOAL})")
    return 0 if ratio <= GOAL else 1


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
    """A playbook of COUNT pings."""
    file = folder / f"ping-{count}.json"
    tasks = [{"ansible.builtin.ping": {}} for _number in range(count)]
    file.write_text(json.dumps([{"hosts": LAPTOP, "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    return file


def ansible(state: Path, program: str, *arguments: str, variables: dict[str, object]) -> float:
    """Run PROGRAM and return the seconds that it took."""
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"),
        "ANSIBLE_CONNECTION_PLUGINS": str(Path(__file__).parent / "connection_plugins"),
        "LC_ALL": "C.UTF-8",
    }
    extra = json.dumps({"ansible_python_interpreter": "/usr/bin/python3", "ansible_shell_type": "sh", **variables})
    command = [str(Path(sys.executable).parent / program), "-i", str(state / "inventory.yml"), *arguments, "-e", extra]
    started = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    return time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
