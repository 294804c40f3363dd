# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Check the result of a module inside a distribution against the module's documentation.

The owner of a distribution is root in it and can forge the output of a module. Roles and reports rely on the documented
shape, so it is checked once, when a result arrives: the damaged result of a laptop is a failure of that laptop only.
"""

from __future__ import annotations

import functools
import json
import re
import typing as t
from pathlib import Path

from ansible.module_utils.common.yaml import yaml_load

MOST_LEVELS = 30
"""Most levels of nested lists and dictionaries. Results have five; Ansible itself walks through them by recursion."""
MOST_DIGITS = 30
"""Most digits of a number. Python refuses to print one with some thousand."""
MODULES = Path(__file__).parents[2] / "modules"
_RETURN = re.compile(r'^RETURN = r"""\n(.*?)^"""', re.MULTILINE | re.DOTALL)
_TYPES: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "dict": (dict,),
    "float": (int, float),
    "int": (int,),
    "list": (list,),
    "str": (str,),
}
_SCALARS = ("bool", "float", "int", "str")
_COMMON: dict[str, t.Any] = {
    "changed": {"type": "bool"},
    "failed": {"type": "bool"},
    "skipped": {"type": "bool"},
    "msg": {"type": "str"},
    "warnings": {"type": "list"},
    "deprecations": {"type": "list"},
}
"""Values that every module may return."""
_THERE = ("always", "success")


def loads(text: str) -> t.Any:
    """TEXT, JSON from a laptop, as plain data. Raises ValueError if it is not harmless."""

    def refuse(constant: str) -> t.NoReturn:
        raise ValueError(f"{constant} is no number")

    try:
        value = json.loads(text, parse_constant=refuse, parse_int=_integer)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    if too_deep(value):
        raise ValueError(_TOO_DEEP)
    return value


_TOO_DEEP = f"it has more than {MOST_LEVELS} levels of lists and dictionaries"


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"it contains a number of {len(digits)} digits")
    return int(digits)


def too_deep(value: t.Any) -> bool:
    """Whether VALUE has more than MOST_LEVELS; without recursion, because deep data would make that fail."""
    level = [value]
    for _number in range(MOST_LEVELS + 1):
        level = [part for each in level for part in _parts(each)]
    return bool(level)


def _parts(value: t.Any) -> t.Iterable[t.Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


@functools.lru_cache(maxsize=None)
def documented(module: str) -> dict[str, t.Any]:
    """The return values of MODULE of this collection, from its RETURN.

    The file is read, not imported, because a module of the Linux side imports half of the collection.
    """
    found = _RETURN.search((MODULES / f"{module}.py").read_text(encoding="utf-8"))
    return dict(yaml_load(found[1] if found else "") or {})


def damage(module: str, result: t.Any, complete: bool = True) -> str | None:
    """Why RESULT is not one of MODULE, as the end of a sentence; None if it has the documented shape.

    :arg complete: all values must be there.
    """
    if not isinstance(result, dict):
        return f"it is no dictionary but {_kind(result)}"
    if too_deep(result):
        return _TOO_DEEP
    wrong = _wrong(result, _COMMON, "", complete=False) or _wrong_diff(result.get("diff"))
    if wrong or result.get("failed"):
        return wrong
    return _wrong(result, documented(module), "", complete and not result.get("skipped"))


def _wrong_diff(diff: t.Any) -> str | None:
    """Why DIFF is not a difference, a list of them, or empty; None if it is."""
    wrong = next(
        (part for part in (diff if isinstance(diff, list) else [diff or {}]) if not isinstance(part, dict)), None
    )
    return None if wrong is None else f"diff is or contains {_kind(wrong)}, not dict"


def _wrong(values: t.Mapping[str, t.Any], fields: t.Mapping[str, t.Any], where: str, complete: bool) -> str | None:
    """Why VALUES do not match FIELDS; with COMPLETE also if one is missing. None if they match."""
    for name, field in fields.items():
        if name not in values:
            if complete and field.get("returned") in _THERE:
                return f"{where}{name} is missing"
            continue
        wrong = _wrong_value(values[name], field, f"{where}{name}", complete)
        if wrong:
            return wrong
    return None


def _wrong_value(value: t.Any, field: t.Mapping[str, t.Any], where: str, complete: bool) -> str | None:
    kind = field.get("type", "raw")
    if value is None and kind in _SCALARS:
        return None
    if not _fits(value, kind):
        return f"{where} is {_kind(value)}, not {kind}"
    if isinstance(value, dict) and "contains" in field:
        return _wrong(value, field["contains"], f"{where}.", complete)
    if isinstance(value, list) and "elements" in field:
        one = {"type": field["elements"], **({"contains": field["contains"]} if "contains" in field else {})}
        found = (_wrong_value(part, one, f"{where}[{number}]", complete) for number, part in enumerate(value))
        return next((wrong for wrong in found if wrong), None)
    return None


def _fits(value: t.Any, kind: str) -> bool:
    if kind not in _TYPES:
        return True
    return isinstance(value, _TYPES[kind]) and (kind == "bool" or not isinstance(value, bool))


def _kind(value: t.Any) -> str:
    names = {name: kinds for name, kinds in _TYPES.items() if name != "float"}
    return next((name for name in names if _fits(value, name)), type(value).__name__)
