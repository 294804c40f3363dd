# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The home of root in one distribution, which a playbook asks for once.

Core asks before each task that needs a temporary folder. The answer is kept in Ansible's temporary folder of the
playbook, and goes with it. Only for root: if that home is moved meanwhile, root can still make a folder in the old
place, and another user could not.
"""

from __future__ import annotations

import contextlib
import re
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed

_ANSWER = rb"/[A-Za-z0-9._/-]+\n"


class Home:
    """Kept in FILE."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def known(self) -> bytes | None:
        """What the question printed; None if it was not asked yet."""
        with contextlib.suppress(FileNotFoundError):
            printed = self._file.read_bytes()
            # Another task may be writing it.
            return printed if re.fullmatch(_ANSWER, printed) else None
        return None

    def learn(self, answer: Completed) -> None:
        """Keep ANSWER, if it is one. Raises OSError."""
        if answer.exit_code == 0 and not answer.stderr and re.fullmatch(_ANSWER, answer.stdout):
            self._file.write_bytes(answer.stdout)

    def forget(self) -> None:
        """Ask again next time."""
        self._file.unlink(missing_ok=True)
