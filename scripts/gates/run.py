# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the stages of ``make check``, ``make test`` or ``make test-all``, and print one table at the end.

    python -m scripts.gates.run check|test|test-all

The stages are sessions of noxfile.py; their tags say where they belong. Workers run them beside each other. In
``check`` one has the unit tests, the other everything else. ``test`` has a third one, since the stages of ``lab`` wait
for laptops, restarts and apt for a quarter of their time, in which two cores would idle: who is done, or has to wait,
goes on with ``cores``, which computes. ``lab`` starts only when ``check`` passed, because it takes minutes; ``cores``
runs whatever failed before.

A stage says with what it ran, and what it left out, on lines that start with ``note:``. The last line is in pytest's
own form and counts all tests once: those that ``units`` repeats with other ansible-cores only where they fail.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import typing as t
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.gates import order
from scripts.gates.paths import ROOT

NOX = [str(Path(sys.executable).parent / "nox"), "--nocolor", "--noxfile", str(ROOT / "noxfile.py")]
NOTE = "note: "
WORDS = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warning", "error")
"""What pytest counts, in its order. The last two have a plural."""
SHOWN_ERRORS = 10
_COUNT = rf"\d+ (?:{'|'.join(WORDS)})s?"
_ERROR = re.compile(r"^(?:FAILED |ERROR:? )")
"""How pytest's summary and ansible-test begin the line of a failure."""
_CLOSING = re.compile(rf"^(?:=+ )?(?P<counts>{_COUNT}(?:, {_COUNT})*) in [\d.]+s")


@dataclass(frozen=True)
class Row:
    """One line of the table. SECONDS is None for a stage that did not run."""

    stage: str
    result: str
    seconds: float | None
    note: str = ""
    errors: Sequence[str] = ()
    """What the stage printed of each failure in one line."""

    @property
    def failed(self) -> bool:
        """Whether the stage ran and found something, or broke."""
        return self.result == "FAILED"


@dataclass(frozen=True)
class Done:
    """What was done: rows, and the tests of each stage that had some, counted by pytest's words."""

    rows: list[Row]
    tests: dict[str, Counter[str]]


def counts(line: str) -> Counter[str]:
    """What the closing line of a run of pytest counts; nothing for any other line."""
    found: Counter[str] = Counter()
    match = _CLOSING.match(line)
    for part in match["counts"].split(", ") if match else []:
        number, word = part.split(" ")
        found[word if word in WORDS else word.removesuffix("s")] += int(number)
    return found


def closing(parts: Sequence[Done], seconds: float) -> str:
    """One closing line for all tests of PARTS; a stage that failed without a failed test is an error in it."""
    total: Counter[str] = Counter()
    for done in parts:
        for stage, tests in done.tests.items():
            repeated = stage.startswith("units(")
            total.update({word: n for word, n in tests.items() if not repeated or word in ("failed", "error")})
        for row in done.rows:
            tests = done.tests.get(row.stage, Counter())
            total["error"] += row.failed and not tests["failed"] and not tests["error"]
    shown = [f"{total[word]} {_plural(word, total[word])}" for word in WORDS if total[word]]
    hours, rest = divmod(round(seconds), 3600)
    return f"{', '.join(shown) or 'no tests ran'} in {seconds:.2f}s ({hours}:{rest // 60:02}:{rest % 60:02})"


def _plural(word: str, number: int) -> str:
    return f"{word}s" if word in ("warning", "error") and number > 1 else word


def rows_of(report: dict[str, t.Any], notes: Sequence[str], errors: Sequence[str] = ()) -> list[Row]:
    """The stages in the REPORT that nox wrote about one stage, with its NOTES, and its ERRORS should it have failed."""
    words = {"success": "ok", "skipped": "not run"}
    found = []
    for session in report["sessions"]:
        result = words.get(session["result"], "FAILED")
        name = (session["signatures"] or [session["name"]])[0]
        said = list(notes)
        if result == "not run" and session.get("reason"):
            said.insert(0, session["reason"].removeprefix("not run: "))
        seconds = None if result == "not run" else session["duration"]
        found.append(Row(name, result, seconds, "; ".join(said), errors if result == "FAILED" else ()))
    return found


def table(rows: list[Row]) -> str:
    """The table, and below it how to repeat alone what failed, and what there failed."""
    cells = [("stage", "result", "seconds", "note")]
    cells += [(row.stage, row.result, "" if row.seconds is None else f"{row.seconds:.0f}", row.note) for row in rows]
    stage, result = (max(len(row[column]) for row in cells) for column in (0, 1))
    cells.insert(1, ("-" * stage, "-" * result, "-------", "----"))
    lines = [f"{row[0]:<{stage}}  {row[1]:<{result}}  {row[2]:>7}  {row[3]}".rstrip() for row in cells]
    for row in rows:
        if row.failed:
            lines.append(f"FAILED {row.stage}; repeat it alone: .venv/bin/nox -s '{row.stage}'")
            lines += [f"  {error}" for error in row.errors[:SHOWN_ERRORS]]
            left = len(row.errors) - SHOWN_ERRORS
            lines += [f"  and {left} more"] if left > 0 else []
    return "\n".join(lines)


class Stage:
    """One stage, in a process of nox; what it prints is passed on at once, behind its name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.notes: list[str] = []
        self.errors: list[str] = []
        self.tests: Counter[str] = Counter()

    def run(self) -> Done:
        """Run the stage. A nox that could not even start is a failed row."""
        with tempfile.TemporaryDirectory(prefix="wslfleet-gates-") as directory:
            report = Path(directory) / "report.json"
            command = [*NOX, "--report", str(report), "--session", self.name]
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                # antsibull-nox mends what it can; where CI is set it only looks.
                env={**os.environ, "CI": "true"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for line in t.cast("t.IO[str]", process.stdout):
                self.read(line.rstrip("\n"))
                print(f"{self.name} | {line}", end="", flush=True)
            code = process.wait()
            rows: list[Row] = []
            if report.exists():
                rows = rows_of(json.loads(report.read_text(encoding="utf-8")), self.notes, self.errors)
        if code != 0 and not any(row.failed for row in rows):
            rows = [Row(self.name, "FAILED", 0.0, "nox did not start it")]
        return Done(rows, {self.name: self.tests})

    def read(self, line: str) -> None:
        """Take from a LINE of the output what the table and the closing line tell."""
        if line.startswith(NOTE):
            self.notes.append(line.removeprefix(NOTE))
        if _ERROR.match(line):
            self.errors.append(line)
        self.tests.update(counts(line))


def stages(tag: str) -> list[str]:
    """The names of the stages of TAG."""
    command = [*NOX, "--list", "--json", "--tags", tag]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return [session["session"] for session in json.loads(done.stdout)]


def run_stages(lists: Sequence[Sequence[str]], needs: Mapping[str, Collection[str]] = order.NOTHING) -> list[Done]:
    """Run LISTS of stages, a worker for each; what they did, in the order of the lists. NEEDS as in Order."""
    waiting, found = order.Order(lists, needs), dict[str, Done]()

    def work(worker: int) -> None:
        while (name := waiting.take(worker)) is not None:
            # Should the runner itself break, its traceback is shown and the stage stands as failed.
            found[name] = Done([Row(name, "FAILED", 0.0, "the runner broke")], {})
            try:
                found[name] = Stage(name).run()
            finally:
                waiting.done(name, not any(row.failed for row in found[name].rows))

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(len(lists))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    def missing(name: str) -> Done:
        if name in waiting.left:
            return Done([Row(name, "not run", None, "an earlier stage failed")], {})
        return Done([Row(name, "FAILED", 0.0, "the runner broke before it")], {})

    return [found.get(name) or missing(name) for names in lists for name in names]


def quick_stages() -> list[list[str]]:
    """The stages of ``check`` in two lists: the unit tests take as long as all others together."""
    return [[name for name in stages("check") if name != "unit"], ["unit"]]


def run_check() -> list[Done]:
    """The quick stages."""
    return run_stages(quick_stages())


def run_test(more: Sequence[str] = ()) -> list[Done]:
    """The quick stages and those of the cores, and MORE; those of the lab when the quick ones passed."""
    (others, unit), lab = quick_stages(), stages("lab")
    check = [*others, *unit]
    # Each laptop is made of the images, and images are made once.
    needs = {name: check if name == "images" else [*check, "images"] for name in lab}
    return run_stages([[*others, *stages("cores"), *more], unit, lab], needs)


def main(words: list[str]) -> int:
    """Run what WORDS ask for; 1 when a stage failed."""
    started = time.monotonic()
    done = run_check() if words[0] == "check" else run_test(stages("more") if words[0] == "test-all" else [])
    rows = [row for part in done for row in part.rows]
    print(f"\n{table(rows)}\n{closing(done, time.monotonic() - started)}", flush=True)
    return 1 if any(row.failed for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
