# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a converged laptop costs: tasks, WinRS commands, launches into Linux, and processor time of the controller.

    python tests/benchmarks/laptop_cost.py [--laptops N] [--rounds N]

Starts laptops of a lab of its own and provisions them. Then ``provision``, ``audit`` and one ``ping`` over the
connection plugin run on one laptop and on all of them; the difference is what each further laptop costs. Only processes
of the controller are counted. Exit code 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INTO_LINUX = " --exec /bin/sh "
SETTINGS = {"cuda_smoke_test": False, "cuda_host_compiler": False, "cuda_components": ["libraries"]}
INSIDE = {
    "ansible_connection": "wslfleet.cuda.wsl",
    "ansible_wsl_distribution": "Debian-12",
    "ansible_shell_type": "sh",
    "ansible_python_interpreter": "/usr/bin/python3",
}
GOALS = {"provision": 0.5, "audit": 0.25}
"""Seconds of processor time for each further laptop."""
MOST = {"tasks": 15, "windows": 3, "linux": 1}


class Cost(t.NamedTuple):
    """What one run cost."""

    processor: float
    seconds: float
    output: str


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what a converged laptop costs the controller.")
    parser.add_argument("--laptops", type=int, default=10, help="laptops of the larger run")
    parser.add_argument("--rounds", type=int, default=2, help="the cheapest of so many runs counts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wslfleet-benchmark-") as folder:
        state = Path(folder) / "lab"
        words = ["--profile", "ready", "--laptops", str(options.laptops)]
        lab(state, "up", *words, "--without-compiler", "--without-archive", "--stop-after", "3600")
        try:
            return measure(state, Path(folder), options.laptops, options.rounds)
        finally:
            lab(state, "down")


def lab(state: Path, command: str, *arguments: str) -> None:
    """Run one command of the lab."""
    words = [sys.executable, "-m", "lab", command, "--state", str(state), *arguments]
    subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def measure(state: Path, folder: Path, laptops: int, rounds: int) -> int:
    """Measure and print; the exit code."""
    ping = folder / "ping.json"
    task = {"ansible.builtin.ping": {}}
    ping.write_text(json.dumps([{"hosts": "laptops", "gather_facts": False, "vars": INSIDE, "tasks": [task]}]))
    run(state, ROOT / "playbooks" / "provision.yml", "laptops")
    missed = shape(state)
    books = {"provision": ROOT / "playbooks" / "provision.yml", "audit": ROOT / "playbooks" / "audit.yml", "ping": ping}
    for name, book in books.items():
        one = min(run(state, book, "ready-1").processor for _round in range(rounds))
        every = min(run(state, book, "laptops").processor for _round in range(rounds))
        each = (every - one) / (laptops - 1)
        goal = GOALS.get(name)
        print(
            f"{name:10} {one:6.2f} s for one laptop, {each:5.2f} s for each further"
            + (f" (goal {goal})" if goal else "")
        )
        missed = missed or (goal is not None and each > goal)
    return int(missed)


def shape(state: Path) -> bool:
    """Whether a converged laptop takes more tasks or commands than it may; prints them."""
    journal = state / "laptops" / "ready-1" / "commands.jsonl"
    before = len(journal.read_text(encoding="utf-8").splitlines())
    output = run(state, ROOT / "playbooks" / "provision.yml", "ready-1").output
    lines = [json.loads(line)["line"] for line in journal.read_text(encoding="utf-8").splitlines()[before:]]
    linux = sum(INTO_LINUX in line for line in lines)
    recap = re.search(r"ok=(\d+)\s+changed=(\d+).*skipped=(\d+)", output)
    assert recap is not None, output
    found = {"tasks": int(recap[1]) + int(recap[3]), "windows": len(lines) - linux, "linux": linux}
    print(", ".join(f"{name} {found[name]} (at most {most})" for name, most in MOST.items()), f"changed {recap[2]}")
    return any(found[name] > most for name, most in MOST.items()) or recap[2] != "0"


def run(state: Path, book: Path, limit: str) -> Cost:
    """Run BOOK on the laptops of LIMIT."""
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"), "LC_ALL": "C.UTF-8"}
    program = str(Path(sys.executable).parent / "ansible-playbook")
    words = [program, "-i", str(state / "inventory.yml"), str(book), "--limit", limit, "-e", json.dumps(SETTINGS)]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(processor, time.monotonic() - started, done.stdout)


if __name__ == "__main__":
    sys.exit(main())
