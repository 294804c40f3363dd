# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``tasklist /fo csv /nh``: image name, process id, session name, session number, memory (localised).

While distributions run there is one ``vmmemWSL`` and a ``wslhost.exe`` for each; wsl.exe stands there only while a
client of it runs.
"""

from __future__ import annotations

import zlib

from lab.machine.process import NotModelled, Process, program
from lab.windows.languages import grouped
from lab.windows.launch import running_programs
from lab.windows.program_io import arguments_of, out

_ALWAYS = (
    ("System Idle Process", 0, 8),
    ("System", 4, 144),
    ("smss.exe", 412, 1_220),
    ("csrss.exe", 640, 6_012),
    ("wininit.exe", 732, 7_340),
    ("services.exe", 804, 11_104),
    ("lsass.exe", 824, 25_812),
    ("svchost.exe", 960, 34_120),
    ("WmiPrvSE.exe", 2_904, 19_020),
    ("winrshost.exe", 5_120, 9_360),
    ("cmd.exe", 5_164, 5_240),
)
"""Name, process id, kibibytes."""


@program("tasklist")
def main(process: Process) -> int:
    """One line a process; filters and other formats are not modelled."""
    words = [word.lower() for word in arguments_of(process)]
    if words not in (["/fo", "csv", "/nh"], ["/nh", "/fo", "csv"]):
        raise NotModelled(f"{process.command_line} (only /fo csv /nh)")
    for name, number, session, kibibytes in [*_services(process), *_of_users(process)]:
        memory = _memory(process, kibibytes)
        fields = (name, number, "Services" if session == 0 else "Console", session, memory)
        out(process, ",".join(f'"{field}"' for field in fields))
    return 0


def _memory(process: Process, kibibytes: int) -> str:
    language = process.laptop.state.language
    return f"{grouped(language, kibibytes)} {'Ko' if language == 'fr-FR' else 'K'}"


def _services(process: Process) -> list[tuple[str, int, int, int]]:
    laptop = process.laptop
    found = [(name, number, 0, size) for name, number, size in _ALWAYS]
    if laptop.registry.exists("HKLM\\SYSTEM\\CurrentControlSet\\Services\\WSLService"):
        found.append(("wslservice.exe", 3_340, 0, 15_200))
    distributions = laptop.instances.running()
    if distributions:
        found.append(("vmmemWSL", 7_180, 0, 812_440))
    found += [("wslhost.exe", _number(guid), 0, 9_980) for guid in distributions]
    for index, running in enumerate(running_programs(laptop)):
        found.append((running.path.rsplit("\\", 1)[-1], 9_000 + 4 * index, 0, 8_400))
    return found


def _of_users(process: Process) -> list[tuple[str, int, int, int]]:
    logged_on = [user for user in process.laptop.state.users if user.logged_on]
    return [("explorer.exe", _number(user.sid), 1 + index, 154_320) for index, user in enumerate(logged_on)]


def _number(text: str) -> int:
    """A process id that stays the same for TEXT; a multiple of 4, as on Windows."""
    return 10_000 + zlib.crc32(text.encode()) % 5_000 * 4
