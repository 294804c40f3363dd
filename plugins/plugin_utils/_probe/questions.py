# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The questions of the probe: every assumption of the collection about a Windows host, one line each.

All of them only read. Lines that test cmd.exe itself are written by hand, because ``_port.cmd_line`` avoids such lines.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys, nvidia
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import MARK, cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe import judges as judge
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe import line_questions, unjudged
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.question import Question
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import (
    SYSTEM32,
    RegistryQuery,
    registry_query,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import EXECUTABLE, distribution_name, inside
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import wsl_line

ALL_BYTES = bytes(range(256)) * 256


def questions(distribution: str | None = None, idle: float = 130) -> list[Question]:
    """Every question.

    :arg distribution: start this distribution once, to check that it starts in a network logon; None: do not.
    :arg idle: seconds without traffic before the last question; 0: do not ask it.
    """
    rows = [
        *line_questions.cmd_exe(),
        *line_questions.lengths(),
        *line_questions.exit_codes(),
        *line_questions.waiting(),
        *line_questions.pipes(),
        *_registry(),
    ]
    rows += [*unjudged.questions(), *_programs(), *_wsl()]
    if distribution:
        rows += _start(distribution_name(distribution))
    if idle:
        text = f"Does a command run after {idle:g} s of silence?"
        rows.append(Question("idle", text, "echo back", judge.prints("back"), wait=idle))
    return rows


def _registry() -> list[Question]:
    lines = {
        **q.whole_host(),
        "legacy_console": registry_query("HKCU\\Console", "ForceV2"),
        "token_filter": registry_query(keys.SYSTEM_POLICIES, "LocalAccountTokenFilterPolicy"),
        "administrator_protection": registry_query(keys.SYSTEM_POLICIES, "TypeOfAdminApprovalMode"),
        "bitlocker_pin": registry_query(keys.BITLOCKER_POLICIES, "UseTPMPIN"),
        "winrm_policy": registry_query("HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\WinRM", recursive=True),
    }
    for name in ("boot_event", "hypervisor_failed", "sleep"):
        del lines[name]  # no registry; the first and the last have rows of their own
    return [
        Question(name, f"What does this say: {line}", line, _notes(line), together=MARK not in line)
        for name, line in lines.items()
    ]


def _notes(line: str) -> judge.Judge:
    return judge.notes_registry(line.scope) if isinstance(line, RegistryQuery) else judge.notes_all


def _programs() -> list[Question]:
    smi = nvidia.smi_lines([nvidia.Gpu("", "999.99", "")])
    boot, sleep, free = (q.pending_reboot()["boot_event"], q.power()["sleep"], q.free_space()["free_space"])
    return [
        # The words around the number are translated.
        Question("version", "Which Windows is it?", "ver", judge.notes_matches(r"\d+\.\d+\.\d+\.\d+")),
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
    """Only the package's wsl.exe, by its full path, because others may start an installation."""
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
