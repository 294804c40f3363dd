# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rooms of the collection and of the lab: folders of code, what each is for, and what it may import.

``python -m scripts.docs.rooms`` lists the imports between them as they are in the files. The architecture page has the
same list, and ``tests/unit/scripts/test_rooms.py`` holds every import to ROOMS.
"""

from __future__ import annotations

import ast
import sys
import typing as t
from pathlib import Path

from scripts.docs.markup import table_row

PATH = Path("docs/docsite/rst/architecture.rst")
BEGIN = ".. The rooms begin: made by ``python -m scripts.docs``, changes here are lost.\n"
END = ".. The rooms end.\n"
CONTROLLER, LINUX, LAB = SIDES = ("plugin_utils", "module_utils", "lab")
FOLDERS = {CONTROLLER: Path("plugins/plugin_utils"), LINUX: Path("plugins/module_utils"), LAB: Path("lab")}
_PACKAGE = "ansible_collections.wslfleet.cuda.plugins."
_ENTRANCES = (("lab",), ("lab", "__init__"), ("lab", "__main__"))

SHARED = (
    "module_utils/_shared",
    "module_utils/_nvidia",
    "module_utils/_wsl_settings",
    "module_utils/_bundle",
    "module_utils/_kept",
)
"""What both sides may import: small and pure."""

ROOMS: dict[str, tuple[str, str]] = {
    "plugin_utils/_port": ("one command line in, its output and exit code out; WinRM or SSH behind it", ""),
    "plugin_utils/_wsl_exe": ("wsl.exe: its lines, its text, its errors", "_port"),
    "plugin_utils/_windows": ("registry, files, tasks, installers and names of Windows", "_port"),
    "plugin_utils/_roles": (
        "the variables, and how their values are checked",
        "_port _wsl_exe _windows _reboot _rollout",
    ),
    "plugin_utils/_action": (
        "the base of all action plugins, and the shape of results",
        "_port _windows _roles _terminal",
    ),
    "plugin_utils/_linux": ("programs and files inside a distribution, over the port", "_port _wsl_exe"),
    "plugin_utils/_kept": ("a session that is kept between the tasks of a playbook", "_port _wsl_exe _linux"),
    "plugin_utils/_connection": (
        "the connection plugin: ways for commands and files, and its errors",
        "_port _linux _kept",
    ),
    "plugin_utils/_host": ("facts about a Windows host, one file for each topic", "_port _wsl_exe _windows"),
    "plugin_utils/_reboot": ("restarts, and what puts one off", "_port _windows _host"),
    "plugin_utils/_wsl": ("the features and the package of WSL", "_port _wsl_exe _windows _host"),
    "plugin_utils/_probe": ("the questions of the doctor", "_port _wsl_exe _windows _host"),
    "plugin_utils/_preflight": ("the rows of the preflight", "_windows _host _wsl"),
    "plugin_utils/_driver": ("NVIDIA's driver for Windows", "_port _windows _host _preflight"),
    "plugin_utils/_distribution": ("distributions of the connecting account", "_port _wsl_exe _windows _host _wsl"),
    "plugin_utils/_users": (
        "work in the account of other Windows users",
        "_port _wsl_exe _windows _host _wsl _distribution",
    ),
    "plugin_utils/_order": (
        "orders for a distribution: their contents, how they are sent, their results",
        "_port _wsl_exe _windows _host _users _action _linux",
    ),
    "plugin_utils/_report": ("the report of many laptops", ""),
    "plugin_utils/_rollout": ("batches, gates, windows, and the laptops that remain", "_port _reboot _report"),
    "plugin_utils/_terminal": ("what a run shows on the terminal", "_report"),
    "module_utils/_shared": ("foreign text, addresses, versions, stanzas, findings: pure, for both sides", ""),
    "module_utils/_system": ("programs, files, changes and disk space", "_shared"),
    "module_utils/_nvidia": ("the catalogue of toolkits, and what a driver package is", "_shared"),
    "module_utils/_wsl_settings": ("wsl.conf and .wslconfig", "_shared"),
    "module_utils/_sources": ("files of apt's sources: entries, faults", "_shared _system"),
    "module_utils/_apt": ("dpkg and apt: installed packages, simulated plans, transactions",
                          "_shared _system _nvidia _sources"),
    "module_utils/_network": ("proxy, credentials, certificates, why a download failed", "_shared _system _apt"),
    "module_utils/_driver": ("the guard, and the repair of what a driver package broke",
                             "_shared _system _nvidia _apt _wsl_settings"),
    "module_utils/_repository": ("NVIDIA's repository: keys, keyrings, trial, sources",
                                 "_shared _system _nvidia _apt _sources _network _driver"),
    "module_utils/_toolkit": ("the toolkit: plan, steps, commands, smoke test",
                              "_shared _system _nvidia _apt _network _driver _repository"),
    "module_utils/_containers": ("the container toolkit and the engines it serves",
                                 "_shared _system _apt _sources _network _repository"),
    "module_utils/_audit": ("all rows of the audit inside a distribution",
                            "_shared _system _nvidia _apt _sources _driver _repository _toolkit _containers"),
    "module_utils/_kept": ("the Python of a kept session", ""),
    "module_utils/_bundle": ("the program that carries out an order in a distribution", "_shared _system _apt"),
    "lab/machine": ("a laptop as all parts use it: its state, its processes, its faults", ""),
    "lab/wsman": ("a WS-Management server", "machine"),
    "lab/ssh": ("an SSH server", "machine wsman"),
    "lab/internet": ("servers that stand for the internet, and a proxy", "machine wsman"),
    "lab/linux": ("running distributions: overlays and namespaces", "machine"),
    "lab/repository": ("apt repositories with NVIDIA's packages", "linux"),
    "lab/windows": ("cmd.exe, the programs of System32, a boot", "machine linux internet"),
    "lab/wsl": ("wsl.exe and its package", "machine linux internet windows"),
    "lab/interop": ("Windows programs that are started inside a distribution", "machine windows wsl"),
    "lab/laptops": ("whole laptops and their profiles",
                    "machine internet linux repository windows wsl interop"),
    "lab/server": ("what ``python -m lab`` does", "machine wsman ssh internet linux repository windows wsl laptops"),
}  # fmt: skip
"""Room -> (what it is for, rooms of its side that it may import). Rooms of the controller may import SHARED too."""


def allowed(room: str) -> set[str]:
    """The rooms that ROOM may import."""
    side = room.partition("/")[0]
    own = {f"{side}/{name}" for name in ROOMS[room][1].split()}
    return own | (set(SHARED) if side == CONTROLLER else set())


def arrows() -> dict[str, dict[str, list[str]]]:
    """Room -> room that it imports -> the imports, as ``file -> name``. The working directory is the checkout."""
    found: dict[str, dict[str, list[str]]] = {}
    for side in SIDES:
        for path in sorted(FOLDERS[side].rglob("*.py")):
            parts = (side, *path.relative_to(FOLDERS[side]).with_suffix("").parts)
            if parts in _ENTRANCES:
                continue
            own = room_of(parts)
            found.setdefault(own, {})
            for parts in _imports(path):
                if room_of(parts) != own:
                    found[own].setdefault(room_of(parts), []).append(f"{path} -> {'.'.join(parts[1:])}")
    return found


def room_of(parts: t.Sequence[str]) -> str:
    """The room of a module with these PARTS: its side, then its path there."""
    return "/".join(parts[:2])


def _imports(path: Path) -> t.Iterator[tuple[str, ...]]:
    """What PATH imports of the sides, each as its parts."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else []
        for name in names:
            whole = f"{node.module}.{name.name}" if isinstance(node, ast.ImportFrom) else name.name
            parts = tuple(whole.removeprefix(_PACKAGE).split("."))
            if parts[0] in SIDES and len(parts) > 1:
                yield parts


_TITLES = {CONTROLLER: "on the controller", LINUX: "inside the distribution", LAB: "the simulated laptops of the tests"}


def listing() -> str:
    """The rooms of all sides, each with its imports: reStructuredText."""
    found = arrows()
    lines = []
    for side, title in _TITLES.items():
        rooms = [room for room in ROOMS if room.startswith(f"{side}/")]
        lines += [".. list-table:: ``" + side + "``, " + title, "   :header-rows: 1", "   :widths: 18 44 38", ""]
        lines += table_row(["room", "what it is about", "imports"])
        for room in rooms:
            names = [name.removeprefix(f"{side}/") for name in sorted(found.get(room, {}))]
            told = ", ".join(f"``{name}``" for name in names) or "nothing of the collection"
            lines += table_row([f"``{room.partition('/')[2]}``", ROOMS[room][0], told])
        lines.append("")
    return "\n".join(lines) + "\n"


def page() -> str:
    """The architecture page with the rooms as they are now."""
    head, _begin, rest = PATH.read_text(encoding="utf-8").partition(BEGIN)
    _old, _end, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{listing()}{END}{tail}"


if __name__ == "__main__":
    sys.stdout.write(listing())
