# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Write all files of a report into one folder, from folders of documents."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import (
    junit,
    page,
    prometheus,
    reading,
    store,
    tables,
    words,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import Fleet, merge

PAGE = "fleet.html"
NOT_CONFORMING = "not_conforming.limit"


def write(folders: t.Sequence[str], destination: str, now: str, version: str) -> Fleet:
    """Write the report of the documents in FOLDERS to DESTINATION. Raises StoreError.

    :arg now: UTC, ISO 8601 with Z.
    :arg version: version of the collection.
    """
    fleet = merge([reading.read(folder) for folder in folders], now)
    hidden = any(os.path.exists(os.path.join(folder, store.KEY)) for folder in folders)
    for name, text in files(fleet, version, hidden).items():
        store.write(os.path.join(destination, name), text)
    return fleet


def files(fleet: Fleet, version: str, hidden: bool = False) -> dict[str, str]:
    """Name -> text of each file of the report."""
    return {
        "fleet.json": tables.as_json(fleet),
        "fleet.csv": tables.as_csv(fleet),
        "junit.xml": junit.as_junit(fleet),
        "wslfleet.prom": prometheus.as_prometheus(fleet),
        NOT_CONFORMING: tables.limit(fleet, words.NOT_CONFORMING),
        "out_of_reach.limit": tables.limit(fleet, words.UNREACHABLE),
        PAGE: page.render(fleet, version, hidden),
    }
