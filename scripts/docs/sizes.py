# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m scripts.docs.sizes``: lines of code of the collection, the number of its files, and the long ones.

Comments, empty lines, docstrings and the documentation of plugins do not count.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
import typing as t
from pathlib import Path

MOST = 150
"""A module has no more lines than these, unless LONGER gives the reason: one table, one course of events."""
PLUGINS = Path("plugins")

LONGER = {
    "module_utils/_bundle.py": "one program, sent to a distribution as it is",
    "module_utils/_kept/service.py": "one program, sent to a distribution as it is",
    "plugin_utils/_kept/broker.py": "one course: who holds a session, and who asks it",
    "plugin_utils/_order/tasks.py": "one course: orders by the tasks of other users",
    "plugin_utils/_port/winrs.py": "one course: the life of a WinRS command, cut at any place",
    "plugin_utils/_report/from_results.py": "one table: what each module's result means in the report",
    "plugin_utils/_users/hand_over.py": "one course: a distribution handed over to several users",
    "plugin_utils/_wsl_exe/error_codes.py": "one table: an error code, its meaning and its remedy",
}
_DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def lines_of_code(text: str) -> int:
    """The lines of TEXT, a Python file, that hold code."""
    told = {line for node in ast.walk(ast.parse(text)) if _is_documentation(node) for line in _lines(node)}
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    held = {
        line
        for token in tokens
        if token.type not in _NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }  # fmt: skip
    return len(held - told)


def _is_documentation(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    return isinstance(target, ast.Name) and target.id in _DOCUMENTATION


def _lines(node: ast.AST) -> range:
    place: t.Any = node
    return range(place.lineno, place.end_lineno + 1)


def sizes() -> dict[str, int]:
    """File below plugins/ -> its lines of code, the longest first. The working directory is the checkout."""
    found = {
        str(path.relative_to(PLUGINS)): lines_of_code(path.read_text(encoding="utf-8"))
        for path in PLUGINS.rglob("*.py")
    }  # fmt: skip
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def main() -> None:
    """Print all that."""
    found = sizes()
    sys.stdout.write(f"{sum(found.values())} lines of code in {len(found)} files of {PLUGINS}/\n")
    for path, size in found.items():
        if size > MOST:
            sys.stdout.write(f"{size:5} {path}: {LONGER.get(path, 'to be cut')}\n")


if __name__ == "__main__":
    main()
