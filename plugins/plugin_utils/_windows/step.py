# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A step of a plan: a frozen value whose text is plan, diff and report at once."""

from __future__ import annotations

import typing as t


class Step:
    """Base of all steps. In both texts ``{0.name}`` is an attribute of the step."""

    TEXT: t.ClassVar[str]
    BY_HAND: t.ClassVar[str]
    """The command for a person who has to do the step; only if somebody may have to."""

    @property
    def by_hand(self) -> str:
        """The command by which a person does it."""
        return self.BY_HAND.format(self)

    def __str__(self) -> str:
        return self.TEXT.format(self)
