# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Writes the results of a run: documents during the run, history and report at its end."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import history, names, report, store
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import Fleet
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.recorder import Recorder


class Writer:
    """The documents of one run in one FOLDER, which is made if it is missing. Raises StoreError.

    :arg named: whether to keep names of users and computers.
    """

    def __init__(self, folder: str, named: bool) -> None:
        self.folder = os.path.abspath(os.path.expanduser(folder))
        store.check_names(self.folder, named)
        store.prepare(os.path.join(self.folder, store.DOCUMENTS))
        self._key = None if named else store.key_of(self.folder)

    def documents(self, keeper: Recorder, laptops: t.Iterable[str], time: str, finished: bool = False) -> None:
        """Write the documents of LAPTOPS for which KEEPER has new results, and their history at the end."""
        made = []
        for one in keeper.documents(time, laptops, finished):
            hidden = (
                names.without_names(one, self._key, keeper.laptops[one["laptop"]].seen.people) if self._key else one
            )
            store.write_document(self.folder, hidden)
            made.append(history.line(hidden))
        if finished and made:
            store.append_history(self.folder, made)

    def report(self, time: str, version: str) -> Fleet:
        """Write the report of all documents in the folder, including those of other runs."""
        return report.write([self.folder], self.folder, time, version)
