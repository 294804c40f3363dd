# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Check the type and the choices of values of options. Pure."""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.parsing.convert_bool import BOOLEANS
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import version_text

Specs = t.Mapping[str, t.Mapping[str, t.Any]]


def wrong_shapes(values: t.Mapping[str, t.Any], specs: Specs) -> list[str]:
    """One sentence for each of VALUES that is not of the type, or none of the choices, in SPECS."""
    found = (_wrong(name, value, specs[name]) for name, value in sorted(values.items()) if name in specs)
    return [problem for problem in found if problem]


def _wrong(name: str, value: t.Any, spec: t.Mapping[str, t.Any]) -> str:
    kind = str(spec.get("type", "str"))
    if value is None or (value == "" and isinstance(value, str) and spec.get("default") is None):
        return "" if spec.get("default") is None else f"{name} is empty: give it a value, or take it out"
    if kind == "list":
        if _is_text(value) or not isinstance(value, (list, tuple)):
            return f"{name} must be a list, not {_shape(value)}: write {name}: [{_shown(value, spec)}], with -e as JSON"
        found = (_wrong_item(f"an entry of {name}", item, spec) for item in value)
        return next((problem for problem in found if problem), "")
    return _wrong_item(name, value, {**spec, "elements": kind})


def _wrong_item(name: str, value: t.Any, spec: t.Mapping[str, t.Any]) -> str:
    kind = spec.get("elements", "str")
    if kind == "str":
        problem = _not_text(name, value, bool(spec.get("no_log")))
    else:
        problem = "" if _FITS[kind](value) else f"{name} must be {_WORDS[kind]}, not {_shape(value)}"
    choices = spec.get("choices")
    if not problem and choices and value not in choices:
        problem = f"{name} is {_shown(value, spec)}: choose one of {', '.join(str(item) for item in choices)}"
    return problem


def _not_text(name: str, value: t.Any, secret: bool) -> str:
    if _is_text(value):
        return ""
    if secret or not isinstance(value, (int, float)):
        return f"{name} must be text, not {_shape(value)}: quote it"
    return version_text.problem(name.rpartition(" ")[2], value)


def _is_text(value: t.Any) -> bool:
    """Whether VALUE is text; cores before 2.19 keep text of a vault in their own kind of object."""
    return isinstance(value, str) or bool(getattr(value, "__ENCRYPTED__", False))


def _is_truth(value: t.Any) -> bool:
    """``-e name=false`` is text; tasks read it by filter ``bool``."""
    return isinstance(value, bool) or (isinstance(value, str) and value.lower() in BOOLEANS)


def _is_number(value: t.Any) -> bool:
    if isinstance(value, str):
        return bool(re.match(r"-?[0-9]+\Z", value))
    return isinstance(value, int) and not isinstance(value, bool)


_FITS: dict[str, t.Callable[[t.Any], bool]] = {
    "bool": _is_truth,
    "int": _is_number,
    "dict": lambda value: isinstance(value, t.Mapping),
    "raw": lambda value: True,
}


_WORDS = {"bool": "true or false", "int": "a whole number", "dict": "a dictionary"}


def _shape(value: t.Any) -> str:
    kinds = (
        (bool, "true or false"),
        ((int, float), "a number"),
        (t.Mapping, "a dictionary"),
        ((list, tuple), "a list"),
    )
    if _is_text(value):
        return "text"
    return next((word for kind, word in kinds if isinstance(value, t.cast("t.Any", kind))), type(value).__name__)


def _shown(value: t.Any, spec: t.Mapping[str, t.Any]) -> str:
    return "…" if spec.get("no_log") or not isinstance(value, (str, int, float)) else str(value)[:60]
