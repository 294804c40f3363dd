# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Lets Python keep the compiled form of the rooms, as it does for every other library.

Ansible loads a connection plugin in the process of every task. The plugin's own file comes from ``__pycache__``, but
what it imports is compiled anew each time (``_AnsibleCollectionPkgLoaderBase.get_code``), which took a third of the
time that a task over WinRM cost more than a local one.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import typing as t

if t.TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

_PLUGINS = __name__.partition(".plugin_utils.")[0]
_ROOMS = (f"{_PLUGINS}.plugin_utils._", f"{_PLUGINS}.module_utils._")


class Finder:
    """Finds the files of the rooms; folders, and all that is public, are left to Ansible."""

    @staticmethod
    def find_spec(name: str, path: t.Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        """See ``importlib.abc.MetaPathFinder``."""
        del target
        if not name.startswith(_ROOMS):
            return None
        files = (os.path.join(folder, name.rpartition(".")[2] + ".py") for folder in path or ())
        file = next(filter(os.path.isfile, files), None)
        return None if file is None else importlib.util.spec_from_file_location(name, file)


def keep_compiled() -> None:
    """Have every later import find a room this way."""
    if not any(getattr(finder, "__module__", "") == __name__ for finder in sys.meta_path):
        finders: list[t.Any] = sys.meta_path
        finders.insert(0, Finder)
