# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""One row of the probe before it is asked."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.judges import Judge


@dataclass(frozen=True)
class Question:
    """A line, and the judge of its outcome."""

    id: str
    text: str
    line: str
    judge: Judge
    stdin: bytes = b""
    timeout: float = 60
    wait: float = 0
    """Seconds without traffic before the question is asked."""
    together: bool = False
    """It may be sent with others in one command. Then only its success or failure is known, as 0 or 1."""
