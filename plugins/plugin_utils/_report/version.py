# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The version of this collection, for documents and reports."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re

_TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


@functools.lru_cache(maxsize=1)
def collection_version(top: str = _TOP) -> str:
    """From the files of the installed collection, or of the checkout; empty if TOP has neither."""
    with contextlib.suppress(FileNotFoundError), open(os.path.join(top, "MANIFEST.json"), encoding="utf-8") as stream:
        return str(json.load(stream)["collection_info"]["version"])
    with contextlib.suppress(FileNotFoundError), open(os.path.join(top, "galaxy.yml"), encoding="utf-8") as stream:
        found = re.search(r"(?m)^version: *(\S+)", stream.read())
        return found.group(1) if found else ""
    return ""
