# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Read documents and history from the controller's disk; damaged ones are reported and ignored."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import foreign_text
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import document, shape
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import Found
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.store import (
    DOCUMENTS,
    HISTORY,
    KEY,
    LARGEST_DOCUMENT,
    StoreError,
    why,
)

LARGEST_HISTORY = 16 << 20
"""Most bytes that are read from the end of the history: about 50,000 laptops and runs."""


def read(folder: str, with_history: bool = True) -> Found:
    """The documents and the history in FOLDER, or just the documents in it. Raises StoreError."""
    found = Found(folder)
    inner = os.path.join(folder, DOCUMENTS)
    place = inner if os.path.isdir(inner) else folder
    try:
        names = sorted(name for name in os.listdir(place) if name.endswith(".json") and name not in ("fleet.json", KEY))
    except OSError as error:
        raise StoreError(f"{folder} cannot be read: {why(error)}; name a folder with documents of a run") from error
    for name in names:
        one = _document(os.path.join(place, name), found.problems)
        if one is not None:
            found.documents.append(one)
    if with_history:
        _history(os.path.join(folder, HISTORY), found)
    return found


def _document(path: str, problems: list[str]) -> document.Document | None:
    """The document at PATH; None, and a sentence in PROBLEMS, if it cannot be used."""
    name = foreign_text.clean(os.path.basename(path), 120)
    try:
        with open(path, "rb") as stream:
            data = stream.read(LARGEST_DOCUMENT + 1)
    except OSError as error:
        problems.append(f"{name} left out: cannot be read: {why(error)}")
        return None
    if len(data) > LARGEST_DOCUMENT:
        problems.append(f"{name} left out: larger than {LARGEST_DOCUMENT >> 20} MiB, so no document of a laptop")
        return None
    value, reason = shape.parsed(data)
    if not reason and (value.get("schema") != document.SCHEMA or value["schema"] is True):
        reason = _of_another_schema(value.get("schema"))
    if not reason:
        reason = shape.problem(value, shape.schema())
    if reason:
        problems.append(foreign_text.clean(f"{name} left out: {reason}", 300))
        return None
    one: document.Document = document.cleaned({"machine": "", **value})
    return one


def _of_another_schema(found: t.Any) -> str:
    if isinstance(found, int) and not isinstance(found, bool) and found > document.SCHEMA:
        return f"schema {found} is newer than {document.SCHEMA}: update wslfleet.cuda on this controller"
    return "it names no schema that is known: no document of wslfleet.cuda"


def _history(path: str, found: Found) -> None:
    """Add the lines of the history at PATH to FOUND; counts those that cannot be used."""
    try:
        with open(path, "rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - LARGEST_HISTORY))
            lines = stream.read().split(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        found.problems.append(f"{HISTORY} cannot be read: {why(error)}")
        return
    if size > LARGEST_HISTORY:
        lines = lines[1:]
    damaged = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        value, reason = shape.parsed(line)
        if reason or value.get("schema") != document.SCHEMA or shape.problem(value, shape.schema()["$defs"]["line"]):
            damaged.append(number)
        else:
            found.history.append(document.cleaned({"machine": "", **value}))
    if damaged:
        where = ", ".join(str(number) for number in damaged[:5]) + (" …" if len(damaged) > 5 else "")
        what = "line is" if len(damaged) == 1 else "lines are"
        found.problems.append(f"{HISTORY}: {len(damaged)} {what} damaged or of a newer schema, and left out ({where})")
