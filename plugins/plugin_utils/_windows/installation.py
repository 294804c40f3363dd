# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Shared by installations with msiexec.exe and dism.exe: exit codes, and waiting, as Windows does one at a time.

On a laptop another installation is mostly an update in the background, so it is waited for.
"""

from __future__ import annotations

import time
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner, CommandTimeout, Completed

SUCCESS = 0
RESTART_NEEDED = 3010
RETRY_SECONDS = 15.0
"""Seconds between two attempts while another installation runs."""
_LONGEST_LINE = 200


def run_alone(
    runner: CommandRunner, line: str, timeout: float, is_another_running: t.Callable[[Completed], bool]
) -> Completed:
    """Run LINE, and repeat it while another installation runs, for TIMEOUT seconds. Raises CommandTimeout."""
    deadline = time.monotonic() + timeout
    while True:
        completed = runner.run(line, timeout=timeout)
        if not is_another_running(completed) or time.monotonic() + RETRY_SECONDS > deadline:
            return completed
        time.sleep(RETRY_SECONDS)


def log_lines(runner: CommandRunner, line: str) -> list[str]:
    """The lines that LINE prints of a log on the host, for a message; none if it takes too long."""
    try:
        text = runner.run(line, timeout=120).stdout.decode("utf-8", "replace")
    except CommandTimeout:
        return []
    return [" ".join(found.split())[:_LONGEST_LINE] for found in text.splitlines() if found.strip()]
