# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Groups that the inventory plugin has made from documents in this process. They are left out of new documents.

Otherwise yesterday's state of a laptop would be written down again tomorrow, as a group of the administrator.
"""

from __future__ import annotations

import typing as t

_MADE: set[str] = set()


def add(names: t.Iterable[str]) -> None:
    """Note that the groups NAMES were made from documents."""
    _MADE.update(names)


def others(names: t.Iterable[str]) -> list[str]:
    """Those of the groups NAMES that were not made from documents."""
    return [name for name in names if name not in _MADE]
