# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files, meta/runtime.yml and documentation agree on the modules of the action group ``cuda``.

A module that is missing in the group would not get the defaults that a user sets for the group.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import yaml

from scripts.gates.paths import NAME, NAMESPACE, ROOT

FRAGMENT = f"{NAMESPACE}.{NAME}.attributes.actiongroup"


def documentation(module: str) -> str:
    """The text of DOCUMENTATION in the source MODULE, empty when there is none."""
    for node in ast.parse(module).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if names == ["DOCUMENTATION"]:
                return str(node.value.value)
    return ""


def problems(modules: dict[str, str], group: list[str], actions: list[str]) -> list[str]:
    """What does not agree: MODULES by name with their DOCUMENTATION, the GROUP, and the names of the ACTIONS."""
    found = [f"meta/runtime.yml: action_groups.{NAME} lacks {name}" for name in sorted(set(modules) - set(group))]
    found += [
        f"meta/runtime.yml: action_groups.{NAME} names {name}, and there is no such module"
        for name in sorted(set(group) - set(modules))
    ]
    found += [
        f"plugins/action/{name}.py: no plugins/modules/{name}.py documents it"
        for name in sorted(set(actions) - set(modules))
    ]
    for name, text in sorted(modules.items()):
        if FRAGMENT not in (yaml.safe_load(text) or {}).get("extends_documentation_fragment", []):
            found.append(f"plugins/modules/{name}.py: its documentation does not extend {FRAGMENT}")
    return found


def main(root: Path = ROOT) -> int:
    """Print what does not agree."""
    modules = {
        path.stem: documentation(path.read_text(encoding="utf-8"))
        for path in root.glob("plugins/modules/*.py")
        if path.stem != "__init__"
    }
    runtime = yaml.safe_load((root / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    group = list(runtime["action_groups"][NAME])
    actions = [path.stem for path in root.glob("plugins/action/*.py") if not path.stem.startswith("_")]
    found = problems(modules, group, actions)
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
