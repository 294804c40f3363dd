# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Check a value against our JSON Schema, with the keywords that it uses. Pure, apart from reading the schema.

Neither the collection nor most controllers have a validator; tests compare this one with ``jsonschema``.
"""

from __future__ import annotations

import datetime
import functools
import json
import os
import re
import typing as t

Schema = t.Mapping[str, t.Any]
TIME = "%Y-%m-%dT%H:%M:%SZ"
"""Times sort as text."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z", re.ASCII)
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "null": (type(None),),
}


def now() -> str:
    """This moment by the controller's clock; UTC, ISO 8601 with Z."""
    return datetime.datetime.now(datetime.timezone.utc).strftime(TIME)


@functools.lru_cache(maxsize=1)
def schema() -> dict[str, t.Any]:
    """The published schema of documents."""
    with open(os.path.join(os.path.dirname(__file__), "document.schema.json"), encoding="utf-8") as stream:
        loaded: dict[str, t.Any] = json.load(stream)
    return loaded


def parsed(data: bytes) -> tuple[dict[str, t.Any], str]:
    """DATA as a JSON object, or why it is none."""
    try:
        value = json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return {}, "not JSON, or cut in the middle"
    return (value, "") if isinstance(value, dict) else ({}, "not a JSON object")


def _no_number(word: str) -> t.NoReturn:
    raise ValueError(f"{word} is no JSON")


def problem(value: t.Any, wanted: Schema, where: str = "") -> str:
    """Why VALUE does not match the schema WANTED, in a few words; empty if it does."""
    if "$ref" in wanted:
        wanted = schema()["$defs"][wanted["$ref"].rpartition("/")[2]]
    place = where or "the document"
    if "type" in wanted and not _is(value, wanted["type"]):
        return f"{place} has the wrong type"
    if "const" in wanted and (value != wanted["const"] or isinstance(value, bool)):
        return f"{place} is not {wanted['const']}"
    if "enum" in wanted and value not in wanted["enum"]:
        return f"{place} is none of {', '.join(str(one) for one in wanted['enum'])}"
    if isinstance(value, str):
        return _in_text(value, wanted, place)
    if isinstance(value, list):
        return _in_list(value, wanted, place)
    return _in_object(value, wanted, where) if isinstance(value, dict) else ""


def _is(value: t.Any, types: str | list[str]) -> bool:
    names = [types] if isinstance(types, str) else types
    fits = tuple(kind for name in names for kind in _TYPES[name])
    return isinstance(value, fits) and not (isinstance(value, bool) and bool not in fits)


def _in_text(value: str, wanted: Schema, place: str) -> str:
    if len(value) > wanted.get("maxLength", len(value)):
        return f"{place} is too long"
    if wanted.get("format") == "date-time":
        try:
            if not _TIME.match(value):
                raise ValueError
            datetime.datetime.fromisoformat(value[:-1])
        except ValueError:
            return f"{place} is no time in UTC, as in 2026-11-28T14:00:00Z"
    return ""


def _in_list(value: list[t.Any], wanted: Schema, place: str) -> str:
    if len(value) > wanted.get("maxItems", len(value)):
        return f"{place} has too many items"
    problems = (problem(one, wanted["items"], f"{place}[{number}]") for number, one in enumerate(value))
    return next(filter(None, problems), "") if "items" in wanted else ""


def _in_object(value: dict[str, t.Any], wanted: Schema, where: str) -> str:
    known = wanted.get("properties", {})
    missing = next((name for name in wanted.get("required", ()) if name not in value), None)
    if missing:
        return f"{where + ': ' if where else ''}{missing} is missing"
    if wanted.get("additionalProperties") is False and not set(value) <= set(known):
        return f"{where or 'the document'} has more than the schema knows"
    problems = (
        problem(value[name], part, f"{where}.{name}".lstrip(".")) for name, part in known.items() if name in value
    )
    return next(filter(None, problems), "")
