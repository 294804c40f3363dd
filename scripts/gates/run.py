# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the stages of ``make check`` or ``make test``, and print one table at the end: stage, result, seconds.

    python -m scripts.gates.run check|test

The stages are sessions of noxfile.py; their tags say where they belong. ``test`` runs ``check`` first, then two lanes
beside each other: ``lab`` waits for laptops most of the time, ``cores`` computes. The lab starts only when ``check``
passed, because it takes minutes; everything else runs whatever failed before. The last line is pytest's own of the
last tests that ran.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import threading
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from scripts.gates.paths import ROOT

NOX = [str(Path(sys.executable).parent / "nox"), "--nocolor", "--noxfile", str(ROOT / "noxfile.py")]
_CLOSING = re.compile(
    r"^(?:=+ )?(?:\d+ (?:passed|failed|errors?|skipped|deselected|xfailed|xpassed|warnings?)(?:, )?)+ in [\d.]+s"
)


@dataclass(frozen=True)
class Row:
    """One line of the table. SECONDS is None for a stage that did not run."""

    stage: str
    result: str
    seconds: float | None

    @property
    def failed(self) -> bool:
        """Whether the stage ran and found something, or broke."""
        return self.result == "FAILED"


def rows_of(report: dict[str, t.Any]) -> list[Row]:
    """The stages in the REPORT that nox wrote."""
    words = {"success": "ok", "skipped": "not run"}
    found = []
    for session in report["sessions"]:
        result = words.get(session["result"], "FAILED")
        skipped = result == "not run"
        if skipped and session.get("reason"):
            result = session["reason"] if session["reason"].startswith("not run") else f"not run: {session['reason']}"
        name = (session["signatures"] or [session["name"]])[0]
        found.append(Row(name, result, None if skipped else session["duration"]))
    return found


def table(rows: list[Row]) -> str:
    """The table, and below it how to repeat alone what failed."""
    width = max(len(row.stage) for row in rows)
    wide = max(len("result"), *(len(row.result) for row in rows))
    lines = [f"{'stage':<{width}}  {'result':<{wide}}  seconds", f"{'-' * width}  {'-' * wide}  -------"]
    lines += [f"{row.stage:<{width}}  {row.result:<{wide}}  {_seconds(row):>7}" for row in rows]
    lines += [f"FAILED {row.stage}; repeat it alone: .venv/bin/nox -s '{row.stage}'" for row in rows if row.failed]
    return "\n".join(lines)


def _seconds(row: Row) -> str:
    return "" if row.seconds is None else f"{row.seconds:.0f}"


class Lane:
    """The stages of one tag, one after the other, in a process of nox; what they print is passed on at once."""

    def __init__(self, tag: str, prefix: str = "") -> None:
        self.tag = tag
        self.prefix = prefix
        self.closing = ""
        """The closing line of the last pytest that ran in this lane."""

    def run(self) -> list[Row]:
        """Run the lane; its rows. A nox that could not even start is a failed row."""
        with tempfile.TemporaryDirectory(prefix="wslfleet-gates-") as directory:
            report = Path(directory) / "report.json"
            command = [*NOX, "--tags", self.tag, "--report", str(report)]
            process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            for line in t.cast("t.IO[str]", process.stdout):
                if _CLOSING.match(line):
                    self.closing = line.rstrip("\n")
                print(self.prefix + line, end="", flush=True)
            code = process.wait()
            rows = rows_of(json.loads(report.read_text(encoding="utf-8"))) if report.exists() else []
        if code != 0 and not any(row.failed for row in rows):
            rows.append(Row(f"nox --tags {self.tag}", "FAILED", 0.0))
        return rows


def stages(tag: str) -> list[str]:
    """The names of the stages of TAG."""
    done = subprocess.run([*NOX, "--list", "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return [session["session"] for session in json.loads(done.stdout) if tag in session["tags"]]


def run_check() -> tuple[list[Row], str]:
    """The quick stages. Returns the rows and pytest's closing line."""
    lane = Lane("check")
    return lane.run(), lane.closing


def run_test() -> tuple[list[Row], str]:
    """All stages. Returns the rows and pytest's closing line."""
    rows, closing = run_check()
    lanes = [Lane("cores", "cores | ")]
    if any(row.failed for row in rows):
        rows += [Row(name, "not run: an earlier stage failed", None) for name in stages("lab")]
    else:
        lanes.append(Lane("lab", "lab   | "))
    found: dict[str, list[Row]] = {}
    threads = [threading.Thread(target=lambda lane=lane: found.update({lane.tag: lane.run()})) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for lane in lanes:
        rows += found.get(lane.tag, [Row(f"nox --tags {lane.tag}", "FAILED", 0.0)])
    return rows, lanes[-1].closing or closing


def main(words: list[str]) -> int:
    """Run what WORDS ask for; 1 when a stage failed."""
    started = time.monotonic()
    rows, closing = {"check": run_check, "test": run_test}[words[0]]()
    print(f"\n{table(rows)}\n{time.monotonic() - started:.0f} seconds in all\n{closing}", flush=True)
    return 1 if any(row.failed for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
