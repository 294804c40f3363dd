# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The error of work on a Windows host that could not be done."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean


class StepFailed(Exception):
    """One line: what failed, where, what to do. The host was reached and answered."""

    def __init__(self, message: str) -> None:
        """MESSAGE may contain text from a laptop; terminals show it unchanged."""
        super().__init__(clean(message))
