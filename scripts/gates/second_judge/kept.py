# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wine's answers between runs. They hold as long as the line, the scene, Wine and how it is asked stay the same."""

from __future__ import annotations

import hashlib
import json
import os
import typing as t
from collections.abc import Mapping
from pathlib import Path

from scripts.gates.second_judge.answers import Answer, Start
from scripts.gates.second_judge.scenes import Scene

ASKED_BY = ("ground.py", "launcher.c", "scenes.py", "stand_in.c", "wine_judge.py")
"""The files that decide what Wine is asked, and how its answer is read."""


class KeptAnswers:
    """The answers of the Wine of VERSION in FILE, given in ENVIRONMENT."""

    def __init__(self, file: Path, version: str, environment: Mapping[str, str]) -> None:
        self._file = file
        sources = [(Path(__file__).parent / name).read_text(encoding="utf-8") for name in ASKED_BY]
        self._how = json.dumps([version, sources, sorted(environment.items())])
        self._known: dict[str, t.Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        self._used: dict[str, t.Any] = {}

    def _key(self, line: str, scene: Scene) -> str:
        return hashlib.sha256(f"{self._how}\n{scene}\n{line}".encode()).hexdigest()

    def get(self, line: str, scene: Scene) -> Answer | None:
        """The answer to LINE in SCENE; None when it has to be asked for."""
        key = self._key(line, scene)
        if key not in self._known:
            return None
        self._used[key] = self._known[key]
        return _from_json(self._known[key])

    def put(self, line: str, scene: Scene, answer: Answer) -> None:
        """Keep ANSWER to LINE in SCENE."""
        key = self._key(line, scene)
        self._known[key] = self._used[key] = _to_json(answer)

    def save(self, whole: bool) -> None:
        """Write the file; WHOLE: every line was asked for, so that other answers are those to lines of the past."""
        unfinished = self._file.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps(self._used if whole else self._known), encoding="utf-8")
        unfinished.replace(self._file)


def _to_json(answer: Answer) -> dict[str, t.Any]:
    starts = [{**vars(start), "stdin": start.stdin.decode("latin-1")} for start in answer.starts]
    outputs = {"stdout": answer.stdout.decode("latin-1"), "stderr": answer.stderr.decode("latin-1")}
    return {**vars(answer), **outputs, "starts": starts}


def _from_json(raw: dict[str, t.Any]) -> Answer:
    starts = tuple(
        Start(
            path=start["path"],
            command_line=start["command_line"],
            words=tuple(start["words"]),
            folder=start["folder"],
            stdin=start["stdin"].encode("latin-1"),
            variables=tuple((name, value) for name, value in start["variables"]),
        )
        for start in raw["starts"]
    )
    outputs = {name: raw[name].encode("latin-1") for name in ("stdout", "stderr")}
    changes = tuple((path, now) for path, now in raw["changes"])
    return Answer(exit_code=raw["exit_code"], starts=starts, changes=changes, **outputs)
