# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What is done in the distribution right before a command, in the same launch. Pure.

A step is something whose success has nothing to tell. All steps become one script; it ends with an error, and names the
step, where one fails, and the command does not begin then. The content of files stands on stdin in front of what the
command gets. ``dd`` takes exactly its share of it, where other programs read on; one that does not know these words
reads nothing at all.
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
"""Bytes of a command that can follow steps: it is an argument of the script, which is one itself."""
# A text, and no dataclasses below: every task starts a process that loads this file.
_FAILED = rb"wslfleet-step-([0-9a-f]{16})-(\d{1,3})\n"


class Step(t.NamedTuple):
    """A command, or a file that is written."""

    command: str
    """Text for /bin/sh; nothing for a file."""
    path: str = ""
    """Of the file."""
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
        """The number of the step that failed, None where the command has begun."""
        for match in re.finditer(_FAILED, completed.stderr):
            if completed.exit_code == 1 and match.group(1).decode() == self.token:
                return int(match.group(2))
        return None


def before(steps: t.Sequence[Step], in_base64: bool = False) -> Before:
    """STEPS in one script. IN_BASE64: so the content of files travels."""
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
    """What writes the next SIZE bytes of stdin, and looks whether they are what was sent."""
    target, digest = shlex.quote(step.path), hashlib.sha256(step.content).hexdigest()
    decode = "|base64 -d" if in_base64 else ""
    read = f"dd bs=65536 count={size} iflag=fullblock,count_bytes 2>/dev/null{decode}"
    return f'{{ {read} >{target}&&[ "$(sha256sum <{target})" = "{digest}  -" ];}} 2>/dev/null'
