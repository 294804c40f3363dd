# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Steps in the distribution right before a command, in the same launch. Pure.

The output of a step is not needed. All steps become one script; if one fails, the script exits with an error that names
the step, and the command does not run. The content of files comes on stdin, before what the command gets. ``dd`` reads
exactly its part of stdin, while other programs read more; a ``dd`` that does not know these options reads nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import shlex
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed

LONGEST_COMMAND = 90_000
"""Most bytes of a command after steps: it is an argument inside the script, which is an argument itself."""
# A text, and no dataclasses below: every task starts a process that loads this file.
_FAILED = rb"wslfleet-step-([0-9a-f]{16})-(\d{1,3})\n"


class Step(t.NamedTuple):
    """A command, or a file to write."""

    command: str
    """Text for /bin/sh; nothing for a file."""
    path: str = ""
    """The content of the file."""
    content: bytes = b""


class Before(t.NamedTuple):
    """Steps as a script and its stdin."""

    script: str
    stdin: bytes
    token: str

    def followed_by(self, command: str) -> str:
        """Text for /bin/sh: the script, then COMMAND in a shell of its own."""
        return f"{self.script}exec /bin/sh -c {shlex.quote(command)}"

    def failed(self, completed: Completed) -> int | None:
        """The number of the step that failed, None if the command has begun."""
        for match in re.finditer(_FAILED, completed.stderr):
            if completed.exit_code == 1 and match.group(1).decode() == self.token:
                return int(match.group(2))
        return None


def before(steps: t.Sequence[Step], in_base64: bool = False) -> Before:
    """STEPS in one script. IN_BASE64: send the content of files in base64."""
    token = secrets.token_hex(8)
    script = [f"f(){{ echo wslfleet-step-{token}-$1 >&2;exit 1;}}"]
    stdin = []
    for number, step in enumerate(steps):
        if step.command:
            script.append(f"( {step.command}\n) </dev/null >/dev/null 2>&1||f {number}")
            continue
        data = base64.b64encode(step.content) if in_base64 else step.content
        script.append(f"{_writes(step, len(data), in_base64)}||f {number}")
        stdin.append(data)
    return Before("".join(f"{line}\n" for line in script), b"".join(stdin), token)


def _writes(step: Step, size: int, in_base64: bool) -> str:
    """The command that writes the next SIZE bytes of stdin, and checks that they are what was sent."""
    target, digest = shlex.quote(step.path), hashlib.sha256(step.content).hexdigest()
    decode = "|base64 -d" if in_base64 else ""
    read = f"dd bs=65536 count={size} iflag=fullblock,count_bytes 2>/dev/null{decode}"
    return f'{{ {read} >{target}&&[ "$(sha256sum <{target})" = "{digest}  -" ];}} 2>/dev/null'
