# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The results of the steps of an order, one row each. They come from a distribution and are not trusted."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import result_shape

Row = t.Mapping[str, t.Any]


def row_of(found: Row) -> Row:
    """The row in FOUND. Raises KeyError, TypeError, ValueError or AttributeError if it has another shape."""
    return {
        "name": str(found.get("name", found["module"])),
        "module": str(found["module"]),
        "register": str(found["register"]),
        "seconds": float(found.get("seconds", 0)),
        "result": _result(found["result"]),
    }


def damage(rows: t.Sequence[Row], steps: t.Sequence[tuple[str, str]]) -> str | None:
    """Why ROWS cannot be the results of STEPS (module, register), as the end of a sentence; None if they can."""
    for number, (row, step) in enumerate(zip(rows, steps), 1):
        if (row["module"], row["register"]) != step:
            return f"row {number} is of {row['module']}, not of {step[0]}"
        wrong = result_shape.damage(row["module"], row["result"])
        if wrong:
            return f"{wrong} ({row['module']})"
    ended_early = bool(rows) and rows[-1]["result"]["failed"]
    if len(rows) > len(steps) or (len(rows) < len(steps) and not ended_early):
        return f"it has {len(rows)} rows for {len(steps)} steps"
    return None


def _result(result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """RESULT as Ansible registers one: with ``failed``, warnings as text, and without keys that Ansible acts on."""
    kept = {
        str(key): value
        for key, value in result.items()
        if not str(key).startswith("_ansible") and key not in ("ansible_facts", "exception")
    }
    kept.setdefault("failed", False)
    for key in ("warnings", "deprecations"):
        if isinstance(kept.get(key), list):
            kept[key] = [_text(one) for one in kept[key]]
    return kept


def _text(message: t.Any) -> str:
    """A warning; modules of ansible-core 2.19 and later send an object with an event that contains the text."""
    event = message.get("event", message) if isinstance(message, dict) else {"msg": message}
    return " ".join(str(event.get("msg", "") if isinstance(event, dict) else event).split())
