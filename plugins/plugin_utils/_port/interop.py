# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The port from inside the laptop: Ansible runs in one of its distributions and starts ``cmd.exe`` by WSL's interop.

How WSL behaves there (its sources, ``src/linux/init/binfmt.cpp`` and ``src/windows/common/interop.cpp``), and what
this file does about it:

* An argument with a quote gets backslashes, which cmd.exe does not understand. So the line is in a variable, which
  ``WSLENV`` names, and the only argument with blanks has no quote. The first cmd.exe passes the line to a second one as
  its whole line, as WinRM does: ``!NAME!`` is expanded after the first one has parsed its own line.
* Linux keeps 8 bits of an exit code. The first cmd.exe writes all 32 after a mark on stderr.
* cmd.exe cannot start in a folder of Linux. It is started in its own folder of Windows.
* The hidden console has the code page of the country, so it is set to UTF-8 first.
* Standard streams are pipes that do not change bytes; the end of stdin arrives.
* The program has the token with which WSL was started: that of the user who is logged on, elevated or not.
* When the process in Linux ends, Windows ends the cmd.exe that it started; programs started by that go on.
"""

from __future__ import annotations

import os
import re
import subprocess
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import inside
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import new_mark
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.exchange import Exchange
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    Completed,
    Heard,
    Stdin,
)

SYSTEM32 = "C:\\Windows\\System32"
VARIABLE = "LINE_OF_WSLFLEET"
LONGEST_DELAYED = 8000
"""Most UTF-16 units of a line that is passed by ``!NAME!``, whose limit nobody has published. By ``%NAME%``, which the
second cmd.exe expands itself, all 8,191 arrive, but no ``%NAME%`` in the line is expanded; lines of this length have
none."""


def arguments(cmd_exe: str, line: str, mark: str) -> list[str]:
    """The arguments with which CMD_EXE runs LINE, which is the value of VARIABLE, and reports the exit code."""
    long = len(line.encode("utf-16-le")) // 2 > LONGEST_DELAYED
    given = f"%^{VARIABLE}%" if long else f"!{VARIABLE}!"
    frame = "&".join(
        [
            f"{SYSTEM32}\\chcp.com 65001>nul",
            f"{SYSTEM32}\\cmd.exe /d /v:off /c {given}",
            f"echo {mark}!ERRORLEVEL!>&2",
        ]
    )
    return [cmd_exe, "/d", "/v:on", "/s", "/c", frame]


def environment(line: str, own: t.Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """OWN, the variables of this process, and those that pass LINE and nothing else to Windows."""
    given = {VARIABLE.encode(): line.encode("utf-8"), b"WSLENV": f"{VARIABLE}/w".encode()}
    return {**own, **given}


def completed(stdout: bytes, stderr: bytes, mark: str) -> Completed | None:
    """The outcome of the line; None if the exit code is missing, so the line did not end."""
    told = list(re.finditer(rb"%s(-?\d+)[ ]*\r?\n" % mark.encode(), stderr))
    if not told:
        return None
    last = told[-1]
    return Completed(int(last.group(1)) & 0xFFFFFFFF, stdout, stderr[: last.start()] + stderr[last.end() :])


class InteropRunner:
    """Runs command lines on the Windows in whose WSL this process runs."""

    def __init__(self, here: inside.Inside | None = None) -> None:
        self.inside = here or inside.look()

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None, heard: Heard | None = None) -> Completed:
        """See ``HearingRunner.run``. Raises StepFailed too for a LINE that would end this distribution."""
        self.inside.refuse_own_end(line)
        mark = new_mark()
        exchange = Exchange((inside.HERE, line), stdin, timeout, heard=heard, end=subprocess.Popen.kill)
        with self._started(line, mark) as process:
            exchange.carry(process.stdin, None, process)
        done = completed(bytes(exchange.stdout), bytes(exchange.stderr), mark)
        if done is None:
            raise self.inside.not_run(process.returncode, bytes(exchange.stderr))
        return done

    def _started(self, line: str, mark: str) -> subprocess.Popen[bytes]:
        """The process that runs LINE and reports its exit code behind MARK."""
        try:
            return subprocess.Popen(
                arguments(self.inside.cmd_exe, line, mark),
                bufsize=0,
                cwd=os.path.dirname(self.inside.cmd_exe),
                env=environment(line, os.environb),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise self.inside.not_started(error) from None

    def close(self) -> None:
        """Nothing is kept between commands."""
