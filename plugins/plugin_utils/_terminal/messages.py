# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Results of tasks as text for people: complete, each once, and harmless for the terminal. Pure."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean, clean_lines

_OUTPUT = ("module_stderr", "stderr", "module_stdout", "stdout")
"""Keys with the output of a program, if the message of its task does not contain it."""

Result = t.Mapping[str, t.Any]


def why(result: Result, laptop: str) -> str:
    """Why a task failed for LAPTOP: its message and the output of its program; may have several lines."""
    text = _text(result.get("msg") or result.get("censored") or "no reason given").strip().removeprefix(f"{laptop}: ")
    more = [f"{name}: {value}" for name in _OUTPUT if (value := _text(result.get(name) or "").strip()) not in text]
    return clean_lines("\n".join([text, *more]))


def shown(result: Result) -> str:
    """The text of a task of module debug."""
    if "msg" in result:
        return clean_lines(_text(result["msg"]))
    values = {name: value for name, value in result.items() if not name.startswith("_")}
    return clean_lines("\n".join(f"{name}: {_text(value)}" for name, value in values.items()))


def entry(about: str, step: str, word: str, text: str = "") -> str:
    """One entry: TEXT after its heading if it is one line, otherwise below it; only TEXT if there is no heading."""
    heading = ": ".join(clean(part) for part in (about, step, word) if part)
    lines = text.splitlines()
    if not heading:
        return text
    if len(lines) < 2:
        return f"{heading}: {text.strip()}" if text.strip() else heading
    return "\n".join([f"{heading}:", *(f"  {line}" for line in lines)])


def _text(value: t.Any) -> str:
    """VALUE as text: lines as lines, other data as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        return "\n".join(value)
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
