# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The questions of the probe: every assumption about a Windows host that the collection rests on, one line each.

All of them only read. Lines that try out cmd.exe itself are written by hand: they are what ``_port.cmd_line`` avoids.
"""

from __future__ import annotations

import bz2
import hashlib
import io
import tarfile
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import nvidia
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import (
    EACH_LINE,
    MARK,
    cmd_line,
    first_that_succeeds,
    for_each_line,
    waited_for,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe import judges as judge
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe import unjudged
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.judges import Judge
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.question import Question
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import (
    REG,
    SYSTEM32,
    RegistryQuery,
    registry_query,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import EXECUTABLE, distribution_name, inside
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import wsl_line

SILENCE = "silence"
"""The first question: what it prints is the AutoRun command's, and stands in front of every later answer too."""
ALL_BYTES = bytes(range(256)) * 256
_POLICIES = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"
_BOOT_EVENT = "/q:*[System[Provider[@Name='Microsoft-Windows-Kernel-General'] and (EventID=12)]]"


def questions(distribution: str | None = None, idle: float = 130) -> list[Question]:
    """Every question.

    :arg distribution: start this distribution once, to see that it starts in a network logon; None leaves that out.
    :arg idle: seconds of silence before the last question; 0 leaves it out.
    """
    rows = [*_cmd_exe(), *_lengths(), *_exit_codes(), *_waiting(), *_pipes(), *_registry()]
    rows += [*unjudged.questions(), *_programs(), *_wsl()]
    if distribution:
        rows += _start(distribution_name(distribution))
    if idle:
        text = f"Does a command run after {idle:g} s of silence?"
        rows.append(Question("idle", text, "echo back", judge.prints("back"), wait=idle))
    return rows


def _cmd_exe() -> list[Question]:
    loop = for_each_line(registry_query("HKU"), cmd_line("echo", [EACH_LINE]))
    quoted_first = f'"{REG}" query "HKLM\\SOFTWARE"'
    return [
        Question(SILENCE, "Does an empty command print nothing (AutoRun)?", "rem", judge.prints("")),
        Question("cmd_in_front", "Does cmd.exe /C read the line?", 'set "X=%CMDCMDLINE%"&set X', judge.contains("/c")),
        Question("percent", "Is %NAME% expanded inside quotes?", 'echo "%OS%"', judge.prints('"Windows_NT"')),
        Question("caret", "Does the caret escape?", "echo a^&b", judge.prints("a&b")),
        Question("quotes", "Do quotes protect an ampersand?", 'echo "a&b"', judge.prints('"a&b"')),
        Question("line_break", "Does a line break drop the rest?", "echo one\necho two", judge.prints("one")),
        Question("loop", "Does a loop over lines work?", loop, judge.contains("hkey_users\\.default")),
        Question("first_quote", "Does a line that begins with a quote lose it?", quoted_first, judge.fails()),
        Question(
            "missing_program", "What does a missing program give?", f"{SYSTEM32}\\wslfleet-missing.exe", judge.fails()
        ),
        Question(
            "variable",
            "Does a variable that is set reach the rest?",
            "set WSLFLEET=1&set WSLFLEET",
            judge.prints("WSLFLEET=1"),
        ),
        Question("unicode", "Do characters beyond ASCII arrive and return?", "echo Grüße 😀", judge.prints("Grüße 😀")),
    ]


def _lengths() -> list[Question]:
    return [
        Question(f"length_{size}", f"Does a line of {size} characters arrive whole?", _echo(size), _length(size))
        for size in (4000, 8000, 8191, 9000)
    ]


def _echo(size: int) -> str:
    return "echo " + "a" * (size - len("echo "))


def _length(size: int) -> Judge:
    return judge.prints("a" * (size - len("echo "))) if size < 8192 else judge.fails()


def _exit_codes() -> list[Question]:
    codes = {"0": 0, "1": 1, "255": 255, "3010": 3010, "-1": 0xFFFFFFFF, "-1073741819": 0xC0000005}
    return [
        Question(f"exit_{code}", f"How does exit code {code} arrive?", f"exit {code}", judge.exits(arrives))
        for code, arrives in codes.items()
    ]


def _waiting() -> list[Question]:
    """How the exit code of a program with a window arrives, for which cmd.exe has to be told to wait."""
    program, words = f"{SYSTEM32}\\cmd.exe", ["/d", "/c", "exit 5"]
    missing = registry_query("HKLM\\SOFTWARE\\wslfleet-missing")
    first = first_that_succeeds(missing, "set WSLFLEET=1&echo second")
    other = first_that_succeeds(registry_query("HKU"), "set WSLFLEET=1&echo second")
    return [
        Question(
            "start_code",
            "What does start /wait return for 5?",
            cmd_line("start", ["", "/wait", program, *words]),
            lambda completed: judge.Answer("noted", f"exit {completed.exit_code}"),
        ),
        Question("start_waited", "Does the code of such a program arrive?", waited_for(program, words), judge.exits(5)),
        Question("second", "Does the second of two lines run where the first fails?", first, judge.contains("second")),
        Question("only_first", "Does it stay away where the first succeeds?", other, judge.lacks("second")),
    ]


def _pipes() -> list[Question]:
    echo = f'{SYSTEM32}\\find.exe /v "wslfleet"'
    listing = cmd_line(f"{SYSTEM32}\\tar.exe", ["-tf", "-"])
    return [
        Question("stdin_text", "Does text on stdin arrive, and its end?", echo, judge.prints("one"), b"one\r\n"),
        Question("stdin_empty", "Does the end of an empty stdin arrive?", echo, judge.prints_exit("", 1)),
        # bzip2 carries a check sum that tar.exe verifies, so that it tells itself whether every byte arrived.
        Question("stdin_binary", "Do all byte values on stdin arrive?", listing, judge.prints("bytes"), _archive()),
    ]


def _archive() -> bytes:
    """A compressed tar, the same at every call; what cannot be compressed brings every byte value onto the wire."""
    content = b"".join(hashlib.sha256(number.to_bytes(5, "big")).digest() for number in range(8192))
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        entry = tarfile.TarInfo("bytes")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return bz2.compress(plain.getvalue())


def _registry() -> list[Question]:
    lines = {
        **q.windows(),
        **q.services(),
        **q.wsl(),
        **q.pending_reboot(),
        **q.gpus(),
        **q.own_distributions(),
        **q.users(),
        **q.virtualization(),
        **q.features(),
        **q.wsl_kind(),
        **q.security(),
        **q.network(),
        **q.power(),
        "legacy_console": registry_query("HKCU\\Console", "ForceV2"),
        "token_filter": registry_query(_POLICIES, "LocalAccountTokenFilterPolicy"),
        "administrator_protection": registry_query(_POLICIES, "TypeOfAdminApprovalMode"),
        "bitlocker_pin": registry_query("HKLM\\SOFTWARE\\Policies\\Microsoft\\FVE", "UseTPMPIN"),
        "winrm_policy": registry_query("HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\WinRM", recursive=True),
    }
    for name in ("boot_event", "hypervisor_failed", "sleep"):
        del lines[name]  # no registry; the first and the last have rows of their own
    return [
        Question(name, f"What does this say: {line}", line, _notes(line), together=MARK not in line)
        for name, line in lines.items()
    ]


def _notes(line: str) -> Judge:
    return judge.notes_registry(line.scope) if isinstance(line, RegistryQuery) else judge.notes_all


def _programs() -> list[Question]:
    smi = nvidia.smi_lines([nvidia.Gpu("", "999.99", "")])
    sleep = cmd_line(f"{SYSTEM32}\\powercfg.exe", ["/q", "SCHEME_CURRENT", "SUB_SLEEP", "STANDBYIDLE"])
    boot = cmd_line(f"{SYSTEM32}\\wevtutil.exe", ["qe", "System", "/c:1", "/rd:true", "/f:xml", _BOOT_EVENT])
    free = cmd_line(f"{SYSTEM32}\\fsutil.exe", ["volume", "diskfree", "C:"])
    return [
        Question("version", "Which Windows is it?", "ver", judge.notes_version),
        Question("boot_event", "Which was the last start?", boot, judge.notes_matches(r"<EventRecordID>(\d+)<")),
        Question("free_space", "How many bytes are free on C:?", free, judge.notes_free_space),
        Question("sleep", "When does it sleep (seconds, AC and battery)?", sleep, judge.notes_sleep),
        Question(
            "curl", "Is curl.exe there?", cmd_line(f"{SYSTEM32}\\curl.exe", ["--version"]), judge.notes_first_line
        ),
        Question("tar", "Is tar.exe there?", cmd_line(f"{SYSTEM32}\\tar.exe", ["--version"]), judge.notes_first_line),
        Question("nvidia_smi", "What does nvidia-smi.exe say?", smi["nvidia_smi"], judge.notes_all, timeout=20),
        Question(
            "compute_capability", "And of its newer field?", smi["nvidia_smi_capability"], judge.notes_all, timeout=20
        ),
    ]


def _wsl() -> list[Question]:
    """Only the package's wsl.exe by its full path: others may start an installation."""
    return [
        Question("wsl_utf8", "Which WSL, in UTF-8?", wsl_line(EXECUTABLE, ["--version"]), judge.notes_wsl("utf-8")),
        Question("wsl_utf16", "Which WSL, in UTF-16?", cmd_line(EXECUTABLE, ["--version"]), judge.notes_wsl("utf-16")),
        Question("wsl_list", "Which distributions?", wsl_line(EXECUTABLE, ["--list", "--verbose"]), judge.notes_list),
    ]


def _start(distribution: str) -> t.Sequence[Question]:
    start = wsl_line(EXECUTABLE, inside(distribution, ["/bin/true"]))
    digest = wsl_line(EXECUTABLE, inside(distribution, ["/usr/bin/sha256sum"]))
    return [
        Question("wsl_start", f"Does {distribution} start in this logon?", start, judge.exits(0), timeout=180),
        Question("wsl_stdin", "Do all byte values reach Linux?", digest, judge.prints_digest(ALL_BYTES), ALL_BYTES),
    ]
