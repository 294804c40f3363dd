# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of container engines below a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import runtimes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

from tests.unit.plugins.module_utils.scripted_run import system_at


def put(root: Path, path: str, text: str) -> None:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def read(root: Path, path: str) -> str | None:
    file = root / path.lstrip("/")
    return file.read_text() if file.exists() else None


def configure(root: Path, engines: Sequence[str]) -> None:
    for engine in engines:
        system_changes.apply(system_at(root), runtimes.plan(system_at(root), engine))
    assert runtimes.unconfigured(system_at(root), engines) == []


def nothing_else(_system: System, known: runtimes.Texts) -> list[system_changes.FileChange]:
    """No files of others."""
    return []
