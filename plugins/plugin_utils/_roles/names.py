# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Messages of modules for users of a role: with the role's variable instead of the module's option.

A word in a message is an option if it is before a colon or an equals sign, in brackets, or not an English word
(``msi_sha256``). The variable of an option is read from the role's own tasks, and only after a failure.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles.variables import PREFIXES

_VARIABLE = re.compile(r"\{\{.*?\b((?:windows_host|cuda|container_toolkit)_[a-z0-9_]+)", re.DOTALL)


def told_to_user_of(role_path: object, module: str, message: str) -> str:
    """MESSAGE of MODULE (its full name) with the variables of the role at ROLE_PATH, if that is one of ours."""
    if not isinstance(role_path, str) or Path(role_path).name not in PREFIXES:
        return message
    for option, variable in _given_to(Path(role_path), module).items():
        message = _pattern(option).sub(variable, message)
    return message


def _given_to(role: Path, module: str) -> dict[str, str]:
    """Option -> variable, for all uses of MODULE in the tasks of ROLE; without options that get several variables."""
    found: dict[str, set[str]] = {}
    for used, arguments in _uses(role):
        for option, value in arguments.items() if used == module else ():
            match = _VARIABLE.search(value) if isinstance(value, str) else None
            if match:
                found.setdefault(option, set()).add(match.group(1))
    return {option: next(iter(names)) for option, names in found.items() if len(names) == 1}


def _uses(role: Path) -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    """Module and arguments of each task of ROLE, and of each step of its orders, which are in its variables."""
    for file in sorted(role.glob("tasks/*.yml")):
        for task in _tasks(yaml_load(file.read_text(encoding="utf-8"))):
            yield from ((module, arguments) for module, arguments in task.items() if isinstance(arguments, dict))
    for file in sorted(role.glob("vars/**/*.yml")):
        for steps in (yaml_load(file.read_text(encoding="utf-8")) or {}).values():
            for step in steps if isinstance(steps, list) else ():
                named = {option: f"{{{{ {name} }}}}" for option, name in (step.get("variables") or {}).items()}
                yield f"wslfleet.cuda.{step['module']}", {**named, **(step.get("arguments") or {})}


def _tasks(items: t.Any) -> t.Iterator[dict[str, t.Any]]:
    """The tasks among ITEMS, and those of their blocks."""
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        yield item
        for name in ("block", "rescue", "always"):
            yield from _tasks(item.get(name))


def _pattern(option: str) -> re.Pattern[str]:
    """The pattern for OPTION as a name in a message."""
    name = re.escape(option)
    if "_" in option or option in ("msi", "sha256"):
        return re.compile(rf"(?<![\w.\\/:$-]){name}(?![\w\\/-])")
    return re.compile(rf"(?:(?<=^)|(?<=; )|(?<=\()){name}(?=[:=)] ?| must | is the | holds | contains )")
