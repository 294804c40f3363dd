# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are: the checkout, and what the gates keep between runs."""

from __future__ import annotations

import fcntl
import os
import typing as t
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE = "wslfleet"
NAME = "cuda"


def cache() -> Path:
    """The directory of environments and wheels; safe to delete, then the next run takes minutes instead of seconds."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "wslfleet-gates"


@contextmanager
def locked(name: str) -> t.Iterator[None]:
    """One run at a time that makes or uses NAME in the cache, which all checkouts share."""
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
