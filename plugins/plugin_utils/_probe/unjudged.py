# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Questions about Windows that neither documentation nor the tests of Wine on Windows answer.

Nothing is made, changed or removed. ``del`` is only tested with a missing file, robocopy.exe only lists, and
msiexec.exe is called to remove a product that cannot exist. Each line is in brackets, so that redirections and
variables inside do not affect the others.
"""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line, waited_for
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe import judges as judge
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.question import Question
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import schtasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import (
    REG,
    SYSTEM32,
    registry_query,
    registry_search,
)

MISSING = "wslfleet-missing"
UNKNOWN_PRODUCT = 1605
_EMPTY = "C:\\PerfLogs"
"""A folder in every Windows, which is empty until somebody collects performance data."""
_TASK = "Microsoft\\Windows\\Defrag\\ScheduledDefrag"
_NO_PRODUCT = ["/x", "{00000000-0000-0000-0000-000000000000}", "/qn", "/norestart"]


def questions() -> list[Question]:
    """All of them; those that need no exit code are sent together."""
    return [*_files(), *_registry(), *_programs(), *_on_their_own()]


def _together(name: str, text: str, line: str, judged_by: judge.Judge) -> Question:
    return Question(name, text, f"({line})", judged_by, together=True)


def _files() -> list[Question]:
    missing = f"C:\\Windows\\{MISSING}.txt"
    program = f"{SYSTEM32}\\reg.exe"
    long_form = cmd_line("dir", ["/-c", "/a-d", program])
    size = judge.matches(r"(?m)^\S.*\s\d+ reg\.exe\r?$")
    link = cmd_line("dir", ["/b", "/al", "C:\\Users\\All Users*"])
    no_link = cmd_line("dir", ["/b", "/al", f"{program}*"])
    return [
        _together("empty_folder", "What does dir of an empty folder give?", f"dir /b {_EMPTY} 2>&1", judge.notes_code),
        _together(
            "delete_missing",
            "What does del of a missing file give?",
            f"if not exist {missing} del /f /q {missing} 2>&1",
            judge.notes_code,
        ),
        _together("file_size", "Does a size stand before the name?", long_form, size),
        _together("link", "Is a link found by its name?", link, judge.prints("All Users")),
        _together("no_link", "And not what is none?", no_link, judge.fails()),
    ]


def _registry() -> list[Question]:
    nothing, hit = (registry_search(keys.COMPUTER_NAMES, text) for text in (MISSING, "ActiveComputerName"))
    refused = registry_query(f"HKLM\\SOFTWARE\\{MISSING}")
    default = cmd_line(REG, ["query", "HKLM\\SOFTWARE", "/ve"])
    region = registry_query("HKCU\\Control Panel\\International")
    return [
        _together("search_nothing", "Does a search without a hit fail?", nothing, judge.fails()),
        _together(
            "search_hit", "Does a search name the key?", hit, judge.contains("\\computername\\activecomputername")
        ),
        _together(
            "qword",
            "How is a number of 64 bits shown?",
            registry_query(keys.WINDOWS, "InstallTime"),
            judge.matches(r"InstallTime    REG_QWORD    0x[0-9a-f]+\s"),
        ),
        _together("default_value", "What is a default value called?", default, judge.notes_all),
        _together("registry_error", "What does an error of reg.exe say?", f"{refused} 2>&1", judge.notes_utf8),
        _together("registry_utf8", "Does reg.exe write UTF-8?", region, judge.is_utf8),
    ]


def _programs() -> list[Question]:
    before = cmd_line(f"{SYSTEM32}\\cmd.exe", ["/d", "/c", "exit 5"])
    copies = [SYSTEM32, f"C:\\Windows\\{MISSING}", "reg.exe", "/L", "/B", "/R:0", "/W:0", "/NJH", "/NJS"]
    listed = cmd_line(f"{SYSTEM32}\\robocopy.exe", copies)
    no_task = schtasks.query_line(f"wslfleet\\{MISSING}")
    return [
        _together(
            "set_errorlevel",
            "Which ERRORLEVEL does set leave after 5?",
            f"{before}&set WSLFLEET=1&call echo %^ERRORLEVEL%",
            judge.notes_all,
        ),
        _together(
            "task_columns",
            "Is a task's last result where it is read?",
            schtasks.query_line(_TASK),
            judge.reads(schtasks.last_result),
        ),
        _together("task_missing", "Does a question about a missing task fail?", no_task, judge.fails()),
        _together("backup_right", "May robocopy.exe read with /B?", listed, judge.contains("reg.exe")),
    ]


def _on_their_own() -> list[Question]:
    msiexec = f"{SYSTEM32}\\msiexec.exe"
    inner = f"{SYSTEM32}\\cmd.exe /d /v:off /c !WSLFLEET_LINE!&echo !ERRORLEVEL!"
    handed_on = f'set "WSLFLEET_LINE=echo a&exit 3010"&{SYSTEM32}\\cmd.exe /d /v:on /s /c "{inner}"'
    feature = ["/English", "/Online", "/Get-FeatureInfo", "/FeatureName:VirtualMachinePlatform"]
    return [
        # As from inside a laptop, where WSL's interop cannot pass quotes (_port/interop.py).
        Question(
            "handed_on",
            "Does another cmd.exe read a line that stands in a variable?",
            handed_on,
            judge.contains("a\r\n3010"),
        ),
        Question(
            "window_code",
            f"What does a program with a window give without start (waited: {UNKNOWN_PRODUCT})?",
            cmd_line(msiexec, _NO_PRODUCT),
            judge.notes_code,
            timeout=120,
        ),
        Question(
            "window_waited",
            "Is such a program waited for, and does its code arrive?",
            waited_for(msiexec, _NO_PRODUCT),
            judge.exits(UNKNOWN_PRODUCT),
            timeout=120,
        ),
        Question(
            "feature",
            "What does dism.exe say of VirtualMachinePlatform?",
            cmd_line(f"{SYSTEM32}\\dism.exe", feature),
            judge.notes_matches(r"State : ([^\r\n]+)"),
            timeout=180,
        ),
    ]
