# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The questions of the probe about cmd.exe: quoting, lengths, exit codes, waiting, pipes."""

from __future__ import annotations

import bz2
import hashlib
import io
import tarfile

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import (
    EACH_LINE,
    cmd_line,
    first_that_succeeds,
    for_each_line,
    waited_for,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe import judges as judge
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.question import Question
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import REG, SYSTEM32, registry_query

SILENCE = "silence"
"""The first question: its output comes from the AutoRun command, and is also before every later answer."""


def cmd_exe() -> list[Question]:
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


def lengths() -> list[Question]:
    return [
        Question(f"length_{size}", f"Does a line of {size} characters arrive whole?", _echo(size), _length(size))
        for size in (4000, 8000, 8191, 9000)
    ]


def _echo(size: int) -> str:
    return "echo " + "a" * (size - len("echo "))


def _length(size: int) -> judge.Judge:
    return judge.prints("a" * (size - len("echo "))) if size < 8192 else judge.fails()


def exit_codes() -> list[Question]:
    codes = {"0": 0, "1": 1, "255": 255, "3010": 3010, "-1": 0xFFFFFFFF, "-1073741819": 0xC0000005}
    return [
        Question(f"exit_{code}", f"How does exit code {code} arrive?", f"exit {code}", judge.exits(arrives))
        for code, arrives in codes.items()
    ]


def waiting() -> list[Question]:
    """How the exit code arrives of a program with a window, which cmd.exe only waits for if told to."""
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


def pipes() -> list[Question]:
    echo = f'{SYSTEM32}\\find.exe /v "wslfleet"'
    listing = cmd_line(f"{SYSTEM32}\\tar.exe", ["-tf", "-"])
    return [
        Question("stdin_text", "Does text on stdin arrive, and its end?", echo, judge.prints("one"), b"one\r\n"),
        Question("stdin_empty", "Does the end of an empty stdin arrive?", echo, judge.prints("", 1)),
        # bzip2 has a check sum that tar.exe verifies, so it shows whether every byte arrived.
        Question("stdin_binary", "Do all byte values on stdin arrive?", listing, judge.prints("bytes"), _archive()),
    ]


def _archive() -> bytes:
    """A compressed tar, always the same; its content cannot be compressed, so every byte value is sent."""
    content = b"".join(hashlib.sha256(number.to_bytes(5, "big")).digest() for number in range(8192))
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        entry = tarfile.TarInfo("bytes")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return bz2.compress(plain.getvalue())
