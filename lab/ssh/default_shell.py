# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What sshd of Windows makes of the line of a client: the shell that gets it, and what that shell runs.

Without a value ``DefaultShell`` below HKLM\\SOFTWARE\\OpenSSH the line goes to ``cmd.exe /c "LINE"``, as it is. Windows
PowerShell gets it as one argument, ``powershell.exe -c "LINE"``, with each double quote escaped by a backslash, and an
argument that begins with a single quote is not put in double ones (do_exec_windows in w32-doexec.c,
build_commandline_string in misc.c, set_defaultshell in pwd.c of PowerShell/openssh-portable).

PowerShell is not modelled. One command of it is known, by which a client starts cmd.exe and waits for it: Start-Process
with -NoNewWindow hands its own standard handles on, so that cmd.exe reads and writes the bytes of the client.
"""

from __future__ import annotations

import re

from lab.machine.machine import Machine
from lab.machine.process import NotModelled

KEY = "HKLM\\SOFTWARE\\OpenSSH"
POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"

_QUOTES = "'\u2018\u2019\u201a\u201b"
"""Each ends a literal string in single quotes, and stands for itself when two of them follow each other."""
_STARTS_CMD = re.compile(
    r"& \{Wait-Process -InputObject \(Start-Process -NoNewWindow -PassThru -FilePath C:\\Windows\\System32\\cmd\.exe"
    r" -ArgumentList \('(?P<literal>.*)' -replace '(?P<mark>[`~])',\[char\]34\)\)\}",
    re.DOTALL,
)


def line_of_cmd(laptop: Machine, line: str) -> str:
    """What cmd.exe is given behind ``/c`` and in quotes when the client of LAPTOP sends LINE; raises NotModelled."""
    value = laptop.registry.get(KEY, "DefaultShell")
    shell = str(value.data).lower() if value and value.data else "c:\\windows\\system32\\cmd.exe"
    for name in ("DefaultShellCommandOption", "DefaultShellEscapeArguments", "DefaultShellArguments"):
        if laptop.registry.get(KEY, name) is not None:
            raise NotModelled(f"sshd: {name}")
    if "system32\\cmd" in shell:
        return line
    if "powershell" in shell:
        return _started_by_powershell(line)
    raise NotModelled(f"sshd: the default shell {shell}")


def _started_by_powershell(line: str) -> str:
    if '"' in line or line.startswith("'") or line.endswith("\\"):
        raise NotModelled(f"sshd: quotes on the way to PowerShell: {line[:80]}")
    match = _STARTS_CMD.fullmatch(line)
    if match is None:
        raise NotModelled(f"PowerShell: {line[:80]}")
    arguments = _literal(match["literal"]).replace(match["mark"], '"')
    if not (arguments.startswith('/c "') and arguments.endswith('"') and len(arguments) > len('/c ""')):
        raise NotModelled(f"PowerShell starts cmd.exe otherwise than as /c: {arguments[:80]}")
    return arguments[len('/c "') : -1]


def _literal(text: str) -> str:
    """The value of a literal string whose inside is TEXT."""
    value = re.sub(f"[{_QUOTES}]([{_QUOTES}])", "\0\\1", text)
    if any(character in _QUOTES and value[place - 1 : place] != "\0" for place, character in enumerate(value)):
        raise NotModelled(f"PowerShell: a literal string that ends early: {text[:80]}")
    return value.replace("\0", "")
