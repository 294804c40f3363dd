# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The script of a transaction, and how far apt is according to its status lines."""

from __future__ import annotations

import re
import shlex
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt.command import Command

STATUS_FD = 3


def parse_progress(text: str) -> t.Dict[str, t.Any]:
    """The last complete line of APT::Status-Fd in TEXT: ``kind:package:percent:description``.

    ``progress`` is the percentage of the current phase, ``package`` and ``text`` are what apt works on.
    """
    for line in reversed(text.split("\n")[:-1]):
        match = re.match(r"^(dlstatus|pmstatus|pmerror):(.*?):([0-9]+(?:\.[0-9]+)?):(.*)$", line)
        if match:
            kind, package, percent, description = match.groups()
            package = "" if kind == "dlstatus" else package
            return {"progress": float(percent), "package": package, "text": description.strip()}
    return {"progress": 0.0, "package": "", "text": ""}


def script(commands: t.Sequence[Command], stop_on_failure: bool) -> str:
    """The shell script that runs COMMANDS in order and leaves the exit code of the last failure (0: none)."""
    lines = [
        "#!/bin/sh",
        "# Written by wslfleet.cuda. Do not kill: dpkg would be left half way.",
        "read -r stat </proc/$$/stat",
        # Field 22: start time in clock ticks, because a process number alone may be used again.
        "set -- $stat",
        'printf "%s %s\\n" "$$" "${22}" >pid.new && mv pid.new pid',
        "code=0",
    ]
    for command in commands:
        text = " ".join(shlex.quote(word) for word in _watched(command))
        lines += [f"printf '%s\\n' {shlex.quote('+ ' + text)}", f"{text} || code=$?"]
        if stop_on_failure:
            lines += ['if [ "$code" != 0 ]; then printf "%s\\n" "$code" >exit.new; mv exit.new exit; exit; fi']
    return "\n".join([*lines, 'printf "%s\\n" "$code" >exit.new && mv exit.new exit', ""])


def _watched(command: Command) -> Command:
    """COMMAND; if it is apt-get, it also reports how far it is."""
    return [command[0], "-o", f"APT::Status-Fd={STATUS_FD}", *command[1:]] if command[0] == "apt-get" else command
