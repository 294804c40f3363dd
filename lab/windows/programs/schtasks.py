# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``schtasks /Create /TN X /XML FILE /F``, ``/Run /TN X``, ``/Delete /TN X /F``, ``/Query /TN X /FO CSV /V /NH``.

Anything that would ask for a password (/RU without /XML) is not modelled. The columns of the verbose list stand in a
fixed order, the seventh is the last result in decimal; words in it are in the display language.
"""

from __future__ import annotations

import re

from lab.machine.machine import Task
from lab.machine.process import NotModelled, Process, program
from lab.windows.program_io import arguments_of, err, localised, out, path_of
from lab.windows.tasks import BadTask

FAILED = 1
COLUMNS = 28
LAST_RESULT = 6
_PATH = re.compile(r'[^<>:"/|?*\x00-\x1f\\]+(\\[^<>:"/|?*\x00-\x1f\\]+)*')
BUILT_IN = "Microsoft\\Windows\\Defrag\\ScheduledDefrag"
"""A task that every Windows has, which can be listed here and nothing else."""
_VALUES = {"/tn", "/xml", "/fo"}


@program("schtasks")
def main(process: Process) -> int:
    """One action on one task."""
    action, options = _options(process)
    if "/tn" not in options:
        raise NotModelled(process.command_line)
    path = options["/tn"].strip("\\")
    if not _PATH.fullmatch(path) or any(set(name) == {"."} for name in path.split("\\")):
        err(process, f"ERROR: {localised(process, 'bad_name')}")
        return FAILED
    if action == "/create":
        return _create(process, path, options)
    listed = action == "/query" and set(options) == {"/tn", "/fo", "/v", "/nh"} and options["/fo"].lower() == "csv"
    if path.lower() == BUILT_IN.lower():
        if not listed:
            raise NotModelled(f"{process.command_line} (a task of Windows itself)")
        return _print(process, BUILT_IN, 0, "%windir%\\system32\\defrag.exe -c -h -k -g -$")
    tasks = process.laptop.tasks
    task = tasks.task(path)
    if task is None:
        err(process, f"ERROR: {localised(process, 'file_not_found')}")
        return FAILED
    if not process.user.admin and task.user != process.user.sid:
        err(process, f"ERROR: {localised(process, 'access_denied')}")
        return FAILED
    if action == "/run" and set(options) == {"/tn"}:
        return _run(process, task)
    if action == "/delete" and set(options) == {"/tn", "/f"}:
        tasks.delete(task.path)
        out(process, localised(process, "task_deleted", f"\\{task.path}"))
        return 0
    if listed:
        return _print(process, task.path, tasks.last_result(task.path), f"{task.command} {task.arguments}")
    raise NotModelled(process.command_line)


def _options(process: Process) -> tuple[str, dict[str, str]]:
    """The action, and the options with their values, in lower case."""
    words = arguments_of(process)
    action = words.pop(0).lower() if words else ""
    options: dict[str, str] = {}
    while words:
        word = words.pop(0).lower()
        if word in _VALUES and words:
            options[word] = words.pop(0)
        elif word in ("/f", "/v", "/nh"):
            options[word] = ""
        else:
            raise NotModelled(f"schtasks {word}: {process.command_line}")
    return action, options


def _create(process: Process, path: str, options: dict[str, str]) -> int:
    if set(options) != {"/tn", "/xml", "/f"}:
        raise NotModelled(f"{process.command_line} (only /TN, /XML and /F: anything else may ask for a password)")
    file = path_of(process, options["/xml"])
    if not process.laptop.drive.is_file(file):
        err(process, f"ERROR: {localised(process, 'file_not_found')}")
        return FAILED
    try:
        process.laptop.tasks.register(path, process.laptop.drive.host_path(file).read_bytes(), process.user)
    except BadTask as error:
        err(process, f"ERROR: {error}")
        return FAILED
    except PermissionError:
        err(process, f"ERROR: {localised(process, 'access_denied')}")
        return FAILED
    out(process, localised(process, "task_created", f"\\{path}"))
    return 0


def _run(process: Process, task: Task) -> int:
    """The attempt counts as a success, whatever becomes of it."""
    if not task.on_demand:
        err(process, f"ERROR: {localised(process, 'access_denied')}")
        return FAILED
    process.laptop.tasks.start(task)
    out(process, localised(process, "task_run", f"\\{task.path}"))
    return 0


def _print(process: Process, path: str, result: int, command: str) -> int:
    """The verbose row of a task."""
    fields = [""] * COLUMNS
    fields[:3] = [process.laptop.state.computer_name, f"\\{path}", "N/A"]
    fields[LAST_RESULT] = str(result - 0x100000000 if result & 0x80000000 else result)
    fields[8] = command
    quoted = (field.replace('"', '""') for field in fields)
    out(process, ",".join(f'"{field}"' for field in quoted))
    return 0
