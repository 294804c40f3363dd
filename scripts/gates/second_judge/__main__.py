# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stage: ask both judges, compare, and fail on what the table does not explain.

Wine's answers are kept beside its root file system, as long as neither this package nor Wine changes: the lab is asked
anew each time. ``--line TEXT`` takes only lines that hold TEXT, ``--show`` prints explained differences too.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from lab.linux.images import ImageError
from scripts.gates.second_judge import explained, lines
from scripts.gates.second_judge.answers import differences
from scripts.gates.second_judge.explained import Difference
from scripts.gates.second_judge.kept import KeptAnswers
from scripts.gates.second_judge.lab_judge import LabJudge
from scripts.gates.second_judge.scenes import SCENES, named
from scripts.gates.second_judge.wine_judge import Question, WineError, ask
from scripts.gates.second_judge.wine_root import version, wine_root

PROGRESS = 200
"""After so many answers they are kept, for the next run should this one be stopped."""

IS_LEVEL = "ERRORLEVEL as exit code"
"""The exit code of Wine's cmd.exe is what the lab's cmd.exe has as ERRORLEVEL at the end."""


def main() -> int:
    """1 when a difference is not explained, or an explanation not needed; 2 when it could not be found out."""
    parser = argparse.ArgumentParser(prog="python -m scripts.gates.second_judge")
    parser.add_argument("--line", default="")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("needs root: it makes a root file system and mounts it")
    chosen = [line for line in lines.read() if options.line in line]
    if not chosen:
        parser.error(f"no line of {lines.LIST.name} holds {options.line!r}")
    try:
        return judge(chosen, options.show, whole=not options.line)
    except (ImageError, WineError, explained.TableError) as error:
        print(f"ERROR {error}", flush=True)
        return 2


def judge(chosen: Sequence[str], show: bool, whole: bool) -> int:
    """Compare the answers to the CHOSEN lines; WHOLE: they are all. What it finds is printed."""
    table, started = explained.read(), time.monotonic()
    tree = wine_root(lambda text: print(text, flush=True))
    with tempfile.TemporaryDirectory(prefix="second-judge-", dir=tree.parent) as name:
        laboratory = LabJudge(Path(name) / "lab")
        kept = KeptAnswers(tree.with_suffix(".answers.json"), version(tree), laboratory.environment)
        asked = ask_wine(tree, Path(name), laboratory, kept, [(line, scene) for line in chosen for scene in SCENES])
        kept.save(whole)
        found = compare(chosen, laboratory, kept)
    wrong, unneeded = explained.unexplained(found, table), explained.unneeded(table) if whole else []
    for difference in found if show else wrong:
        print(difference)
    for text in summary(wrong, unneeded):
        print(f"FAILED {text}")
    alike = len(chosen) - len({difference.line for difference in found})
    not_explained = len({difference.line for difference in wrong})
    answers = len(chosen) * len(SCENES)
    alike_answers = answers - len({(difference.line, difference.scene) for difference in found})
    print(
        f"note: {len(chosen)} lines: {alike} alike, {len(chosen) - alike - not_explained} explained by {len(table)}"
        f" entries, {not_explained} not; {answers} answers, {alike_answers} alike; Wine {version(tree)} was asked"
        f" {asked} times, {time.monotonic() - started:.0f} s"
    )
    return 1 if wrong or unneeded else 0


def ask_wine(tree: Path, work: Path, laboratory: LabJudge, kept: KeptAnswers, questions: list[Question]) -> int:
    """Let Wine answer those of QUESTIONS whose answers are not KEPT; returns their number."""
    new = [(line, scene) for line, scene in questions if kept.get(line, scene) is None]
    if new:
        print(f"Wine: {len(new)} of {len(questions)} answers to ask for", flush=True)
        for number, ((line, scene), answer) in enumerate(ask(tree, work, laboratory.environment, new), 1):
            kept.put(line, scene, answer)
            if number % PROGRESS == 0:
                kept.save(whole=False)
                print(f"Wine: {number} answers", flush=True)
    return len(new)


def compare(chosen: Sequence[str], laboratory: LabJudge, kept: KeptAnswers) -> list[Difference]:
    """In what the answers to the CHOSEN lines differ."""
    found = []
    for line in chosen:
        names = named(line)
        for scene in SCENES:
            wine, (lab, error_level) = kept.get(line, scene), laboratory.answer(line, scene, names)
            assert wine is not None
            for what, left, right in differences(line, wine, lab):
                is_level = what == "exit code" and left == error_level
                found.append(Difference(line, scene.name, IS_LEVEL if is_level else what, left, right))
    return found


def summary(wrong: Sequence[Difference], unneeded: Sequence[explained.Entry]) -> list[str]:
    """One line for each problem, for the table of stages."""
    texts = [f"not explained: {difference.what}, {difference.scene}: {difference.line[:150]}" for difference in wrong]
    return texts + [f"explains nothing any more: {entry.what}: {entry.reason}" for entry in unneeded]


if __name__ == "__main__":
    sys.exit(main())
