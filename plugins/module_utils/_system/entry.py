# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""How a module is run: a file that cannot be read is a failure of one line, wherever it was met."""

from __future__ import annotations

import json
import sys
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files


def run(main: t.Callable[[], None]) -> None:
    """Run MAIN of a module. Whoever is root in a distribution can put a pipe or a huge file where a module reads."""
    try:
        main()
    except files.UnreadableFile as error:
        told = {"failed": True, "changed": False, "msg": f"{clean(str(error))}: look at it by hand"}
        sys.stdout.write(json.dumps(told) + "\n")
        raise SystemExit(1) from None
