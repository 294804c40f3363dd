# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Things that are made once and then used: directories in the lab's cache, named after what they are made of."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import typing as t
from pathlib import Path

Say = t.Callable[[str], None]
"""Tells the person who waits what is going on; one line, no full stop needed."""


def silent(text: str) -> None:
    """The ``Say`` that tells nobody."""


def digest(*parts: bytes | str | Path) -> str:
    """Twelve hex digits over PARTS: text, bytes, or the content of files and of directories (*.py and data files)."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            for file in sorted(part.rglob("*")) if part.is_dir() else [part]:
                if file.is_file() and "__pycache__" not in file.parts:
                    total.update(f"\0{file.name}\0".encode() + file.read_bytes())
        else:
            total.update(b"\0" + (part.encode() if isinstance(part, str) else part))
    return total.hexdigest()[:12]


def made_once(target: Path, make: t.Callable[[Path], None]) -> Path:
    """TARGET, made by ``make(unfinished directory)`` when it does not exist.

    A lock beside it keeps two processes from making it at the same time; a rename at the end keeps a half-made one
    from ever being used.
    """
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / f".{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.is_dir():
            return target
        unfinished = target.parent / f".{target.name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        try:
            make(unfinished)
            unfinished.rename(target)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    return target
