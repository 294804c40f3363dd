# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a converged laptop costs the controller: processor, time, memory, commands, bytes; for one laptop and for many.

    python tests/benchmarks/laptop_cost.py [--laptops 1,10] [--rounds 2]
    python tests/benchmarks/laptop_cost.py --laptops 1,10,50,200 --rounds 1 --write docs/docsite/rst/speed.rst
    python tests/benchmarks/laptop_cost.py --laptops 1,10,100,500 --rounds 1 --playbooks provision,audit --report \\
        --write docs/docsite/rst/large_fleets.rst

Starts laptops of a lab of its own, provisions one of them and gives the others a copy of its distribution. Then
``provision``, ``audit`` and one ``ping`` over the connection plugin run on as many of them as ``--laptops`` says, and
the table is printed, or written into a guide. Only processes of the controller are counted. ANSIBLE_FORKS is 25 where
it is not set. Exit code 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
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
BOOKS = ("provision", "audit", "ping")
GOALS = {"provision": 0.5, "audit": 0.25}
"""Seconds of processor time for each further laptop."""
MOST = {"tasks": 15, "windows": 3, "linux": 1}
COLUMNS = {
    "playbook": "{book}",
    "laptops": "{laptops}",
    "CPU, s": "{processor:.1f}",
    "each further, s": "{each}",
    "wall, s": "{seconds:.0f}",
    "memory, MB": "{memory:.0f}",
    "Windows": "{windows:.1f}",
    "Linux": "{linux:.1f}",
    "requests": "{requests:.0f}",
    "kB to": "{sent:.0f}",
    "kB from": "{received:.0f}",
}
"""Heading -> what stands below it. The last five are for each laptop: WinRS commands, launches, requests, bytes."""
SAMPLE_SECONDS = 0.3
FORKS = "25"
BEGIN, END = ".. The costs begin: made by tests/benchmarks/laptop_cost.py.", ".. The costs end."
GRACE_SECONDS = 3
"""A kept session is in the journals when it has ended, which is a moment after its playbook."""


class Run(t.NamedTuple):
    """What one run cost."""

    processor: float
    seconds: float
    memory: float
    """Megabytes, of all processes together at the worst moment; pages that they share are counted once."""
    output: str


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what a converged laptop costs the controller.")
    parser.add_argument("--laptops", default="1,10", help="how many laptops, one run for each number")
    parser.add_argument("--playbooks", default=",".join(BOOKS), help="which of " + ", ".join(BOOKS))
    parser.add_argument("--rounds", type=int, default=2, help="the cheapest of so many runs counts")
    parser.add_argument("--report", action="store_true", help="with documents and report of the fleet")
    parser.add_argument("--write", type=Path, help="the guide whose table is replaced")
    options = parser.parse_args()
    sizes = sorted({int(number) for number in options.laptops.split(",")})
    with tempfile.TemporaryDirectory(prefix="wslfleet-benchmark-") as folder:
        state = Path(folder) / "lab"
        words = ["--profile", "ready", "--laptops", str(sizes[-1]), "--stop-after", "14400"]
        lab(state, "up", *words, "--without-compiler", "--without-archive")
        try:
            converge(state)
            measured = Measured(state, Path(folder), options.report)
            missed = shape(state)
            for book in options.playbooks.split(","):
                missed = measured.book(book, sizes, options.rounds) or missed
            made = table(measured.rows)
            print(made)
            if options.write:
                write(options.write, made)
            return int(missed)
        finally:
            lab(state, "down")


def lab(state: Path, command: str, *arguments: str) -> None:
    """Run one command of the lab."""
    words = [sys.executable, "-m", "lab", command, "--state", str(state), *arguments]
    subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def converge(state: Path) -> None:
    """Provision the first laptop; the others get a copy of its distribution, which is what they would come to."""
    run(state, ROOT / "playbooks" / "provision.yml", "ready-1")
    source = distribution(state, "ready-1")
    for laptop in sorted((state / "laptops").iterdir()):
        if laptop.name != "ready-1":
            target = distribution(state, laptop.name)
            shutil.rmtree(target)
            subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def distribution(state: Path, laptop: str) -> Path:
    """Where the one distribution of LAPTOP differs from its image."""
    [disk] = (state / "laptops" / laptop / "distributions").glob("*/upper")
    return disk


class Measured:
    """Runs playbooks on more and more laptops, and keeps a row of the table for each run."""

    def __init__(self, state: Path, folder: Path, report: bool) -> None:
        self.rows: list[dict[str, t.Any]] = []
        self._state = state
        self._report = ["-e", json.dumps({"wslfleet_report": str(folder / "report")})] if report else []
        self._ping = folder / "ping.json"
        task = {"ansible.builtin.ping": {}}
        self._ping.write_text(
            json.dumps([{"hosts": "laptops", "gather_facts": False, "vars": INSIDE, "tasks": [task]}])
        )

    def book(self, name: str, sizes: list[int], rounds: int) -> bool:
        """Run the playbook NAME on so many laptops as SIZES say; whether its goal is missed."""
        path = self._ping if name == "ping" else ROOT / "playbooks" / f"{name}.yml"
        first: dict[str, t.Any] | None = None
        each = 0.0
        for number in sizes:
            row = self._measure(path, number, rounds)
            if first is not None:
                each = (row["processor"] - first["processor"]) / (number - first["laptops"])
            row.update(book=name, each=f"{each:.2f}" if first is not None else "–")
            first = first or row
            self.rows.append(row)
            print(" ".join(f"{heading}: {text.format(**row)};" for heading, text in COLUMNS.items()), file=sys.stderr)
        return each > GOALS.get(name, each)

    def _measure(self, path: Path, number: int, rounds: int) -> dict[str, t.Any]:
        before = self._journals(number)
        # By their names: the inventory has the tenth before the second.
        limit = self._state.parent / "limit"
        limit.write_text("\n".join(f"ready-{laptop}" for laptop in range(1, number + 1)), encoding="utf-8")
        runs = [run(self._state, path, f"@{limit}", self._report) for _round in range(rounds)]
        for one in runs:
            if re.search("changed=[1-9]", one.output):
                raise SystemExit(f"something was changed, so this is no cost of a converged laptop: {one.output}")
        time.sleep(GRACE_SECONDS)
        spent = {name: (value - before[name]) / rounds / number for name, value in self._journals(number).items()}
        best = min(runs, key=lambda one: one.processor)
        return {"laptops": number, **best._asdict(), **spent}

    def _journals(self, number: int) -> dict[str, float]:
        """What the laptops have been asked since they were started."""
        found = {"windows": 0.0, "linux": 0.0, "requests": 0.0, "sent": 0.0, "received": 0.0}
        for laptop in range(1, number + 1):
            folder = self._state / "laptops" / f"ready-{laptop}"
            for entry in entries(folder / "commands.jsonl"):
                found["linux" if INTO_LINUX in entry["line"] else "windows"] += 1
            for entry in entries(folder / "requests.jsonl"):
                found["requests"] += 1
                found["sent"] += entry["bytes_in"] / 1000
                found["received"] += entry["bytes_out"] / 1000
        return found


def entries(journal: Path) -> list[dict[str, t.Any]]:
    """What stands in JOURNAL of a laptop."""
    lines = journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []
    return [json.loads(line) for line in lines]


def write(guide: Path, made: str) -> None:
    """Put the table MADE into GUIDE, in the place of the last one."""
    before, _begin, rest = guide.read_text(encoding="utf-8").partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"{guide} has no place for the table: {BEGIN}")
    guide.write_text(f"{before}{BEGIN}\n\n{made}\n\n{END}{after}", encoding="utf-8")


def table(rows: list[dict[str, t.Any]]) -> str:
    """ROWS as a table of the guides."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for cells in [list(COLUMNS), *([text.format(**row) for text in COLUMNS.values()] for row in rows)]:
        lines += [f"   {'*' if number == 0 else ' '} - {cell}".rstrip() for number, cell in enumerate(cells)]
    return "\n".join(lines)


def shape(state: Path) -> bool:
    """Whether a converged laptop takes more tasks or commands than it may; prints them."""
    journal = state / "laptops" / "ready-1" / "commands.jsonl"
    before = len(entries(journal))
    output = run(state, ROOT / "playbooks" / "provision.yml", "ready-1").output
    lines = [entry["line"] for entry in entries(journal)[before:]]
    linux = sum(INTO_LINUX in line for line in lines)
    recap = re.search(r"ok=(\d+)\s+changed=(\d+).*skipped=(\d+)", output)
    assert recap is not None, output
    found = {"tasks": int(recap[1]) + int(recap[3]), "windows": len(lines) - linux, "linux": linux}
    told = ", ".join(f"{name} {found[name]} (at most {most})" for name, most in MOST.items())
    print(told, f"changed {recap[2]}", file=sys.stderr)
    return any(found[name] > most for name, most in MOST.items()) or recap[2] != "0"


def run(state: Path, book: Path, limit: str, more: t.Sequence[str] = ()) -> Run:
    """Run BOOK on the laptops of LIMIT."""
    environment = {"ANSIBLE_FORKS": FORKS, **os.environ, "LC_ALL": "C.UTF-8"}
    environment["ANSIBLE_COLLECTIONS_PATH"] = str(ROOT / ".cache" / "collections")
    program = str(Path(sys.executable).parent / "ansible-playbook")
    words = [program, "-i", str(state / "inventory.yml"), str(book), "--limit", limit, "-e", json.dumps(SETTINGS)]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen([*words, *more], env=environment, stdout=output, stderr=subprocess.STDOUT)
        with Memory(process.pid) as memory:
            code = process.wait()
        output.seek(0)
        text = output.read()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code != 0:
        raise SystemExit(text)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(processor, time.monotonic() - started, memory.most / 1000, text)


class Memory:
    """Watches how much memory a process and all that it started have together, while a block runs."""

    def __init__(self, process: int) -> None:
        self.most = 0
        """In kilobytes."""
        self._process = process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self.most = max(self.most, sum(map(proportional_size, family(self._process))))


def family(process: int) -> set[int]:
    """PROCESS and all that it started, as far as they are there."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    found: set[int] = set()
    new = {process}
    while new:
        found |= new
        new = {child for child, parent in parents.items() if parent in new} - found
    return found


def proportional_size(process: int) -> int:
    """Kilobytes of PROCESS; a page that several have is shared out among them."""
    with contextlib.suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
        return int(found[1]) if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
