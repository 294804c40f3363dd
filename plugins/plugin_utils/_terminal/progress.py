# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The format of a line of progress: an action shows it during its task, and a callback reads it. Pure.

An action runs in its own process, and Ansible only passes lines from there to a callback plugin. The default one prints
them unchanged.
"""

from __future__ import annotations

import re

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean

_LINE = re.compile(r"\[(?P<laptop>[^\]\n]+)\] (?P<text>[^\n]+)")
_PERCENT = re.compile(r"(?<![\d.])(\d{1,3})(?:\.\d+)? ?%")


def line(laptop: str, text: str) -> str:
    """The line with TEXT about LAPTOP."""
    return f"[{laptop}] {clean(text)}"


def read(shown: str) -> tuple[str, str] | None:
    """The laptop and the text of the line SHOWN; None if it is not a line of progress."""
    found = _LINE.fullmatch(shown)
    return (found["laptop"], found["text"]) if found else None


def percent(text: str) -> int | None:
    """The progress in TEXT; None if it contains none."""
    found = _PERCENT.search(text)
    return int(found[1]) if found and int(found[1]) <= 100 else None
