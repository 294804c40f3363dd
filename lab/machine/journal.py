# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of JSON objects, one a line, that grow: what was run, and what went wrong."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path


def append(file: Path, entry: dict[str, t.Any]) -> None:
    """Add ENTRY; text of a client may hold anything, half a character too."""
    with file.open("a", encoding="utf-8", errors="backslashreplace") as journal:
        journal.write(json.dumps(entry, ensure_ascii=False) + "\n")
