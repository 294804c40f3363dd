# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Keeps the files of remaining laptops up to date during a rollout, so they are right if the run is interrupted."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import store
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.tables import NOBODY
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout import left
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout.settings import PREFIX

VARIABLE = f"{PREFIX}folder"
LARGEST = 16 << 20
"""Bytes of a file that are read."""


class LeftWriter:
    """The files in FOLDER, which is made if it is missing. Raises StoreError."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        store.prepare(folder, VARIABLE)
        self._before = {name: self._read(name) for name in (left.LEFT, *left.PARTS)}
        self._written = dict(self._before)

    @property
    def path(self) -> str:
        """The file with all remaining laptops."""
        return os.path.join(self.folder, left.LEFT)

    @property
    def is_empty(self) -> bool:
        """Whether no laptop remained at the last write. Ansible would refuse an empty limit."""
        return self._written[left.LEFT].strip() == NOBODY

    def write(self, outcomes: t.Mapping[str, str], known: t.Collection[str]) -> None:
        """Write what has changed, see ``left.files``. Raises StoreError."""
        for name, text in left.files(outcomes, self._before, known).items():
            if text != self._written[name]:
                store.write(os.path.join(self.folder, name), text, VARIABLE)
                self._written[name] = text

    def _read(self, name: str) -> str:
        try:
            with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as stream:
                return stream.read(LARGEST)
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise store.StoreError(f"{os.path.join(self.folder, name)} cannot be read: {store.why(error)}") from error
