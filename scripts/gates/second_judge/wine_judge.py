# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs lines in Wine's cmd.exe, with a stand-in for every program.

The root file system of wine_root.py is the lower layer of an overlay, so that nothing of a run stays. It must be used
in a mount namespace of its own.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import subprocess
import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.gates.second_judge.answers import Answer, Start, variables_set
from scripts.gates.second_judge.ground import HOME, Ground, changes
from scripts.gates.second_judge.scenes import Named, Scene, named
from scripts.gates.second_judge.wine_root import ENVIRONMENT, LAUNCHER, PREFIX, STAND_IN, compile_programs

SECONDS = 60
_FIELDS, _RECORDS, _ITEMS = b"\x1f", b"\x1e", b"\x1d"


class WineError(Exception):
    """Wine could not run a line at all."""


class WineJudge:
    """Wine in the root file system TREE, which runs the programs PROGRAMS as stand-ins in ENVIRONMENT."""

    def __init__(self, tree: Path, programs: Iterable[str], environment: Mapping[str, str]) -> None:
        self._tree = tree
        self._desk = tree / "judge"
        self._environment = dict(environment)
        self._ground = Ground(tree / PREFIX / "drive_c", self._put_stand_in)
        names = sorted({path.rpartition("\\")[2].lower() for path in programs})
        for name in programs:
            self._ground.place(name).unlink(missing_ok=True)
        block = "".join(f"{name}={value}\0" for name, value in sorted(environment.items())) + "\0"
        (self._desk / "environment").write_bytes(block.encode("utf-16-le"))
        self._ground.lay_out(Scene("first", 0), Named())
        self._launcher = self._start(names)
        self.answer("cmd.exe /C rem", Scene("first", 0), Named())  # Wine makes a profile now

    def _start(self, names: list[str]) -> subprocess.Popen[str]:
        overrides = f"{','.join(names)}=n;mscoree=;mshtml="
        variables = [f"{name}={value}" for name, value in {**ENVIRONMENT, "WINEDLLOVERRIDES": overrides}.items()]
        # The shell, first process of a namespace, waits for whatever Wine leaves behind.
        command = ["unshare", "--pid", "--fork", "--kill-child", "chroot", str(self._tree)]
        command += ["/usr/bin/env", "-i", *variables, "/bin/sh", "-c", 'wine64 "$@"; exit $?', "sh"]
        command += [f"Z:\\{LAUNCHER}", HOME, str(SECONDS)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, encoding="utf-8")

    def _put_stand_in(self, path: Path) -> None:
        shutil.copyfile(self._tree / STAND_IN, path)

    def answer(self, command_line: str, scene: Scene, names: Named) -> Answer:
        """What becomes of COMMAND_LINE in SCENE. Raises WineError when that cannot be said."""
        self._ground.lay_out(scene, names)
        before = self._ground.seen()
        (self._desk / "scene").write_text(str(scene.number), encoding="ascii")
        (self._desk / "log").unlink(missing_ok=True)
        stdin, stdout = t.cast("t.IO[str]", self._launcher.stdin), t.cast("t.IO[str]", self._launcher.stdout)
        stdin.write(command_line.replace("\n", "\x01") + "\n")
        stdin.flush()
        said = stdout.readline().strip()
        if not said.isdigit():
            raise WineError(f"Wine's cmd.exe did not end ({said or 'the launcher ended'}): {command_line}")
        out, err = ((self._desk / name).read_bytes() for name in ("out", "err"))
        return Answer(int(said), self._starts(), out, err, changes(before, self._ground.seen()))

    def _starts(self) -> tuple[Start, ...]:
        log = self._desk / "log"
        records = log.read_bytes().split(_RECORDS)[:-1] if log.exists() else []
        return tuple(self._read(record) for record in records)

    def _read(self, record: bytes) -> Start:
        path, command_line, folder, stdin, words, environment, _ = record.split(_FIELDS)
        pairs = (entry.decode().partition("=") for entry in environment.split(_ITEMS)[:-1])
        return Start(
            path.decode(),
            command_line.decode(),
            tuple(word.decode() for word in words.split(_ITEMS)[:-1]),
            folder.decode(),
            bytes.fromhex(stdin.decode()),
            variables_set({name: value for name, equals, value in pairs if equals}, self._environment),
        )

    def close(self) -> None:
        """End Wine."""
        t.cast("t.IO[str]", self._launcher.stdin).close()
        try:
            self._launcher.wait(SECONDS)
        finally:
            self._launcher.kill()


@contextlib.contextmanager
def mounted(lower: Path, work: Path) -> Iterator[Path]:
    """A copy of the tree LOWER that can be written to, with what programs need; WORK is an empty folder."""
    upper, inner, tree = (work / name for name in ("upper", "work", "tree"))
    for folder in (upper, inner, tree):
        folder.mkdir()
    options = f"lowerdir={lower},upperdir={upper},workdir={inner}"
    _run("mount", "-t", "overlay", "overlay", "-o", options, str(tree))
    try:
        _run("mount", "-t", "proc", "proc", str(tree / "proc"))
        _run("mount", "-t", "tmpfs", "tmpfs", str(tree / "tmp"))
        _run("mount", "--rbind", "/dev", str(tree / "dev"))
        yield tree
    finally:
        _run("umount", "--recursive", "--lazy", str(tree))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise WineError(f"{' '.join(command)}: {done.stderr.strip() or os.strerror(done.returncode)}")


Question = tuple[str, Scene]
WORKERS = 2
"""Wines that answer at once; each spends half of its time waiting for its wineserver."""


def ask(
    tree: Path, work: Path, environment: Mapping[str, str], questions: Sequence[Question]
) -> Iterator[tuple[Question, Answer]]:
    """The answers to QUESTIONS, in their order. WORK is an empty folder on the file system of TREE."""
    programs = {program for line, _ in questions for program in named(line).programs}
    with contextlib.ExitStack() as stack:
        judges = []
        for number in range(WORKERS):
            (work / str(number)).mkdir()
            copy = stack.enter_context(mounted(tree, work / str(number)))
            compile_programs(copy)
            judge = WineJudge(copy, programs, environment)
            stack.callback(judge.close)
            judges.append(judge)
        free: queue.SimpleQueue[WineJudge] = queue.SimpleQueue()
        for judge in judges:
            free.put(judge)
        pool = stack.enter_context(ThreadPoolExecutor(WORKERS))
        stack.callback(pool.shutdown, cancel_futures=True)
        waiting = [pool.submit(_answer, free, question) for question in questions]
        for question, answer in zip(questions, waiting, strict=True):
            yield question, answer.result()


def _answer(free: queue.SimpleQueue[WineJudge], question: Question) -> Answer:
    judge, (line, scene) = free.get(), question
    try:
        return judge.answer(line, scene, named(line))
    finally:
        free.put(judge)
