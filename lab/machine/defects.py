# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the lab itself: an exception that no program of Windows has.

The client gets DEFECT_EXIT_CODE (process.py) and a line on stderr. Whoever runs the lab hears of it too: ``lab down``
fails, and so does a test that has the laptop in its own process.
"""

from __future__ import annotations

import json
import sys
import threading
import time
import traceback
from pathlib import Path

from lab.machine import journal

FILE = "defects.jsonl"
_seen: list[str] = []


def record(directory: Path, doing: str, error: BaseException) -> str:
    """Keep ERROR, which came up while DOING something, in DIRECTORY; returns it as one line."""
    where = traceback.extract_tb(error.__traceback__)[-1:] or [traceback.FrameSummary("?", 0, "?")]
    message = f"{type(error).__name__}: {error} ({Path(where[0].filename).name}:{where[0].lineno}), in: {doing}"
    message = " ".join(message.split())
    text = "".join(traceback.format_exception(error))
    print(text, file=sys.stderr, flush=True)
    _seen.append(message)
    entry = {"time": round(time.time(), 3), "message": message, "traceback": text}
    journal.append(directory / FILE, entry)
    return message


def recorded(state: Path) -> list[str]:
    """What went wrong in the lab of the state directory STATE and on its laptops."""
    files = [state / FILE, *sorted(state.glob(f"laptops/*/{FILE}"))]
    lines = [line for file in files if file.is_file() for line in file.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line)["message"] for line in lines]


def take() -> list[str]:
    """What went wrong in this process since this was asked last."""
    found = list(_seen)
    del _seen[: len(found)]
    return found


def watch_threads(directory: Path) -> None:
    """Keep the exceptions that end a thread of this process in DIRECTORY too."""

    def hook(arguments: threading.ExceptHookArgs) -> None:
        # A connection that ends while it is served is no fault of the lab.
        if arguments.exc_value is not None and not isinstance(arguments.exc_value, (SystemExit, ConnectionError)):
            record(directory, arguments.thread.name if arguments.thread else "a thread", arguments.exc_value)

    threading.excepthook = hook
