# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every verdict that the code can give, as it stands in the code: check, row of the guide, levels."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import INFO, OK, STOP, WARN
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight import cuda

PREFLIGHT, AUDIT = Path("plugins/plugin_utils/_preflight"), Path("plugins/module_utils/_audit")
LEVELS = (OK, INFO, WARN, STOP)
_CONSTANTS = {"OK": OK, "INFO": INFO, "WARN": WARN, "STOP": STOP}
_NAMED_ELSEWHERE = {
    ("cuda.py", "tool.id"): [tool.id for tool in catalogue.DEVELOPER_TOOLS],
    ("cuda.py", "name"): [limit[0] for limit in cuda.LIMITS],
    ("libraries.py", "name"): list(catalogue.LIBRARY_FLOORS),
}
"""Where the check is no text in the code: file and expression -> the checks."""


class Told(t.NamedTuple):
    """One check of the code."""

    row: str
    levels: frozenset[str]


def told(*folders: Path) -> dict[str, Told]:
    """Check -> what the code in FOLDERS says of it; without any, all code. The working directory is the checkout.

    Raises ValueError for code that cannot be read so.
    """
    found: dict[str, Told] = {}
    for path in sorted(path for folder in folders or (PREFLIGHT, AUDIT) for path in folder.glob("*.py")):
        for function in _functions(path):
            for call in _calls(function, "Verdict"):
                row, levels = _text(call.args[1]), _levels(call.args[2], function)
                for name in _ids(path, call.args[0]):
                    before = found.get(name, Told(row, frozenset()))
                    if before.row != row:
                        raise ValueError(f"{path}: {name} belongs to {before.row} and to {row}")
                    found[name] = Told(row, before.levels | levels)
    return found


def _functions(path: Path) -> list[ast.FunctionDef]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return [node for node in body if isinstance(node, ast.FunctionDef)]


def _calls(node: ast.AST, name: str) -> t.Iterator[ast.Call]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == name:
            yield call


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ValueError(f"line {node.lineno}: {ast.unparse(node)} is no text")


def _ids(path: Path, node: ast.expr) -> list[str]:
    """The checks that the expression NODE names. Raises ValueError for one that nobody knows."""
    if isinstance(node, ast.Constant):
        return [_text(node)]
    try:
        return _NAMED_ELSEWHERE[path.name, ast.unparse(node)]
    except KeyError:
        raise ValueError(f"{path}:{node.lineno}: add the checks that {ast.unparse(node)} stands for") from None


def _levels(node: ast.expr, function: ast.FunctionDef) -> frozenset[str]:
    """The levels in NODE; where it is a variable or a call, all that FUNCTION names."""
    open_ended = any(isinstance(part, ast.Name) and part.id not in _CONSTANTS for part in ast.walk(node))
    return _named(function if open_ended else node)


def _named(node: ast.AST) -> frozenset[str]:
    texts = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return frozenset((texts & set(LEVELS)) | {_CONSTANTS[name] for name in names & set(_CONSTANTS)})
