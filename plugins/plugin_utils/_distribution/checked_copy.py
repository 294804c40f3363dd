# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Copy a file of the host, or of a share, to a folder that only administrators can change, and check the copy.

Users who can write the original could replace it after its digest was checked. So the copy is checked and used.
"""

from __future__ import annotations

import re

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import state
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import files
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import read

_SIZE = re.compile(r"^\S.*\s(\d+) \S.*\r?$", re.MULTILINE)
GIB = 1 << 30


def bring(runner: CommandRunner, source: str, sha256: str | None, path: str, timeout: float) -> None:
    """Copy SOURCE to PATH, in an existing protected folder. Raises StepFailed, after deleting the copy.

    :arg sha256: the digest that the copy must have; None: any.
    """
    files.check_exists(runner, source)
    _require_space(runner, source)
    files.copy_there(runner, source, path, timeout)
    if sha256:
        files.check_sha256(runner, path, sha256, origin=source)


def _require_space(runner: CommandRunner, source: str) -> None:
    """Raise StepFailed if C: has no room for a copy of SOURCE; if sizes cannot be read, it does not."""
    reads = read(runner, {"size": cmd_line("dir", ["/-c", "/a-d", source]), **q.free_space()})
    found = _SIZE.search(reads.output("size").decode("utf-8", "replace"))
    free = state.free_bytes(reads)
    if found and free is not None and int(found.group(1)) > free:
        size, room = int(found.group(1)) / GIB, free / GIB
        raise StepFailed(
            f"{source} has {size:.1f} GiB and C: has {room:.1f} GiB free: it is copied before it is checked and used;"
            " free space on C:"
        )
