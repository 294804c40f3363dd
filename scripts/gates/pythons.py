# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python interpreters of this machine."""

from __future__ import annotations

import os
import re
from pathlib import Path

_NAME = re.compile(r"^python(3\.\d+)$")


def directories(environment: dict[str, str]) -> list[str]:
    """PATH without pyenv's shims, and pyenv's version directories in their place.

    A shim is no interpreter: it ends with 127 for a version that pyenv has but does not use here, and ansible-test
    takes that for a broken machine.
    """
    found = [entry for entry in environment.get("PATH", "").split(os.pathsep) if entry and "shims" not in entry]
    pyenv = Path(environment.get("PYENV_ROOT") or Path(environment.get("HOME", "/")) / ".pyenv")
    found += sorted(str(path) for path in pyenv.glob("versions/*/bin"))
    return found


def interpreters(search: list[str]) -> dict[str, str]:
    """Version ("3.11") -> path of the first interpreter of that version in the directories SEARCH."""
    found: dict[str, str] = {}
    for directory in search:
        try:
            paths = sorted(Path(directory).iterdir())
        except OSError:
            continue
        for path in paths:
            if (match := _NAME.match(path.name)) and os.access(path, os.X_OK):
                found.setdefault(match[1], str(path))
    return found
