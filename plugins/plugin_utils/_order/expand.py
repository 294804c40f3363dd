# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Make the complete steps of an order from the options of a task. Pure."""

from __future__ import annotations

import itertools
import re
import typing as t
from urllib.parse import quote

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order.plan import Step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed


def with_variables(steps: t.Sequence[t.Mapping[str, t.Any]], value_of: t.Callable[[str], t.Any]) -> list[Step]:
    """STEPS with the values of their ``variables``; VALUE_OF returns None for a variable that is not set."""
    found = []
    for step in steps:
        named = (step.get("variables") or {}) if step.get("when", True) else {}
        values = {option: value_of(name) for option, name in named.items()}
        given = {option: value for option, value in values.items() if value is not None and value != ""}
        found.append({**step, "arguments": {**given, **(step.get("arguments") or {})}})
    return found


def expand(steps: t.Sequence[t.Mapping[str, t.Any]], stop_if: str | None = None) -> list[Step]:
    """The steps to run: without those whose ``when`` is false, and one for each value of ``for_each``.

    :raises StepFailed: no step is left, or a reference (or STOP_IF) names no earlier step.
    """
    expanded: list[Step] = []
    registers: set[str] = set()
    for step in steps:
        for reference in [*(step.get("from_results") or {}).values(), step.get("unless") or ""]:
            _check_reference(reference, registers, f"steps: {reference!r} of {step['module']}")
        registers.add(step.get("register") or "")
        if "terminate" in (step.get("arguments") or {}):
            raise StepFailed(
                f"steps: terminate of {step['module']} would end the work with the distribution; use stop_if"
            )
        if step.get("when") is False:
            continue
        names, values = zip(*(step.get("for_each") or {"": [None]}).items())
        for chosen in itertools.product(*values):
            given = {name: value for name, value in zip(names, chosen) if name}
            expanded.append(
                {
                    "name": step.get("name") or step["module"],
                    "item": ", ".join(str(value) for value in chosen if value is not None),
                    "module": step["module"],
                    "arguments": {**(step.get("arguments") or {}), **given},
                    "from_results": dict(step.get("from_results") or {}),
                    "unless": step.get("unless") or "",
                    "expect": step.get("expect") or "",
                    "register": step.get("register") or "",
                }
            )
    _check_reference(stop_if or "", registers, f"stop_if: {stop_if!r}")
    if not expanded:
        raise StepFailed("steps: there is none to run")
    return expanded


def tagged(steps: t.Sequence[t.Mapping[str, t.Any]], wanted: t.Container[str], skipped: t.Container[str]) -> list[Step]:
    """STEPS with ``when`` false for those that ``--tags`` WANTED or ``--skip-tags`` SKIPPED leave out."""
    found = []
    for step in steps:
        tags = step.get("tags") or []
        if "all" in wanted or not tags or any(tag in wanted for tag in tags):
            found.append({**step, "when": step.get("when", True) and not any(tag in skipped for tag in tags)})
        else:
            found.append({**step, "when": False})
    return found


def proxy(steps: t.Sequence[Step]) -> str:
    """The proxy with its account that a step of STEPS sets in the distribution; empty if none does."""
    for step in steps:
        given = step["arguments"]
        address = str(given.get("proxy") or "")
        if step["module"] == "distribution_network" and address:
            user, password = (
                quote(str(given.get(f"proxy_{name}") or ""), safe="") for name in ("username", "password")
            )
            scheme, found, rest = address.partition("://")
            return f"{scheme}://{user}:{password}@{rest}" if user and found else address
    return ""


def _check_reference(reference: t.Any, registers: t.Collection[str], shown: str) -> None:
    if reference and (not re.fullmatch(r"\w+\.\w+", str(reference)) or reference.partition(".")[0] not in registers):
        raise StepFailed(f"{shown} is no result (register.key) of an earlier step")
