# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting a program: find the file, see that it is one, run it as a child of another process."""

from __future__ import annotations

import threading
import typing as t
import weakref

from lab.machine import defects
from lab.machine.drive import absolute
from lab.machine.machine import Machine
from lab.machine.process import DEFECT_EXIT_CODE, NOT_MODELLED_EXIT_CODE, PROGRAMS, ByteSink, NotModelled, Process
from lab.machine.streams import Pipe
from lab.windows import events, languages
from lab.windows.disk_space import DiskFull

GUI_PROGRAMS = frozenset({"msiexec", "nvidia-setup"})
"""Programs of the GUI subsystem."""

_running: weakref.WeakKeyDictionary[Machine, list[Process]] = weakref.WeakKeyDictionary()
_running_lock = threading.Lock()


def resolve(laptop: Machine, env: dict[str, str], cwd: str, name: str) -> str | None:
    """The file that NAME starts, as cmd.exe finds it: as given, else in CWD, then along PATH; with PATHEXT.

    Returns an absolute Windows path as it is spelt on the drive, or None. That the working directory comes first is
    why absolute paths are safer: a planted ``reg.exe`` would run.
    """
    if not name:
        return None
    if "\\" in name or ":" in name or "/" in name:
        folders = [""]
    else:
        folders = [cwd, *(folder for folder in env.get("PATH", "").split(";") if folder)]
    endings = [ending.lower() for ending in env.get("PATHEXT", "").split(";") if ending]
    for folder in folders:
        candidate = absolute(cwd, f"{folder}\\{name}" if folder else name)
        if candidate.startswith("\\\\"):
            raise NotModelled(f"a program on a share: {name}")
        found = _file(laptop, candidate, endings)
        if found:
            return found
    return None


def _file(laptop: Machine, path: str, endings: list[str]) -> str | None:
    drive = laptop.drive
    if "." in path.rsplit("\\", 1)[-1] and drive.is_file(path):
        return drive.windows_path(drive.host_path(path))
    for ending in endings:
        if drive.is_file(path + ending):
            return drive.windows_path(drive.host_path(path + ending))
    return None


def launch(
    parent: Process,
    path: str,
    command_line: str,
    stdin: Pipe | None = None,
    stdout: ByteSink | None = None,
    stderr: ByteSink | None = None,
    env: dict[str, str] | None = None,
    cwd: str | None = None,
) -> int:
    """Run the program at PATH as a child of PARENT and wait for it; streams, environment and directory are inherited.

    Returns its exit code. What the lab does not model ends in an exit code of its own with a text on stderr, and a
    missing file in exit code 1, never in success. PARENT's ``started`` grows by the path.
    """
    errors = stderr or parent.stderr
    try:
        return run_program(parent, path, command_line, stdin, stdout, stderr, env, cwd)
    except BrokenPipeError:
        raise  # nobody reads on; Windows ends the program
    except DiskFull:
        return _refuse(parent.laptop, errors, "disk_full")
    except Exception as error:  # noqa: BLE001 - told to the client and to whoever runs the lab
        return report(parent, errors, error)


def report(process: Process, stderr: ByteSink, error: Exception) -> int:
    """Say loudly, on STDERR and in the journal, that the lab lacks or did something; returns the exit code for it."""
    if isinstance(error, NotModelled):
        message, code = f"lab: not modelled: {error}", NOT_MODELLED_EXIT_CODE
    else:
        recorded = defects.record(process.laptop.directory, process.command_line, error)
        message, code = f"lab: defect: {recorded}", DEFECT_EXIT_CODE
    process.started.append(message)
    stderr.write(f"{message}\r\n".encode("utf-8", "backslashreplace"))
    return code


def run_program(
    parent: Process,
    path: str,
    command_line: str,
    stdin: Pipe | None = None,
    stdout: ByteSink | None = None,
    stderr: ByteSink | None = None,
    env: dict[str, str] | None = None,
    cwd: str | None = None,
) -> int:
    """As ``launch``, but lets NotModelled pass, so that a whole cmd.exe line can fail by it."""
    laptop = parent.laptop
    errors = stderr or parent.stderr
    env, cwd = parent.env if env is None else env, cwd or parent.cwd
    found = resolve(laptop, env, cwd, path)
    if found is None:
        return _refuse(laptop, errors, "file_not_found")
    blocked = laptop.faults.strike("access_denied", _blocked_part(laptop, found))
    if blocked:
        _log_blocked(laptop, found)
        return _refuse(laptop, errors, "access_denied") if "code" not in blocked else int(blocked["code"])
    main = _main(laptop, found)
    child = Process(
        laptop=laptop,
        user=parent.user,
        path=found,
        command_line=command_line,
        env=dict(env),
        cwd=cwd,
        stdin=stdin or parent.stdin,
        stdout=stdout or parent.stdout,
        stderr=errors,
        killed=parent.killed,
        started=parent.started,
        batch_logon=parent.batch_logon,
        console=parent.console,
    )
    parent.started.append(found)
    return _run(parent, child, main)


def _refuse(laptop: Machine, stderr: ByteSink, key: str) -> int:
    stderr.write((languages.text(laptop.state.language, key) + "\r\n").encode())
    return 1


def _log_blocked(laptop: Machine, path: str) -> None:
    """App Control names the device in the path, as the real event does."""
    device = "\\Device\\HarddiskVolume3" + path[2:]
    data = {"File Name": device, "Process Name": "\\Device\\HarddiskVolume3\\Windows\\System32\\cmd.exe"}
    with laptop.lock:
        events.add(
            laptop, events.CODE_INTEGRITY, "Microsoft-Windows-CodeIntegrity", events.BLOCKED_BY_APP_CONTROL, data
        )
        laptop.save()


def _blocked_part(laptop: Machine, path: str) -> str:
    """The text that the fault's ``match`` is looked for in: only what PATH ends with counts."""
    match = (laptop.faults.peek("access_denied") or {}).get("match", "")
    return match if path.lower().endswith(match.lower()) else ""


def _main(laptop: Machine, path: str) -> t.Callable[[Process], int]:
    name = laptop.drive.is_program(path)
    if name is None:
        raise NotModelled(f"{path} is not a program of the lab (a batch file, or a file opened by its type)")
    if name not in PROGRAMS:
        raise NotModelled(f"{path} (program {name})")
    return PROGRAMS[name]


def _run(parent: Process, child: Process, main: t.Callable[[Process], int]) -> int:
    def kill_child() -> None:
        for hook in list(child.on_kill):
            hook()

    parent.on_kill.append(kill_child)
    with _running_lock:
        _running.setdefault(child.laptop, []).append(child)
    try:
        if child.killed.is_set():
            return 1
        return main(child) & 0xFFFFFFFF
    finally:
        parent.on_kill.remove(kill_child)
        with _running_lock:
            _running[child.laptop].remove(child)


def running_programs(laptop: Machine) -> list[Process]:
    """The programs that run on LAPTOP now, cmd.exe of WinRS commands not among them."""
    with _running_lock:
        return list(_running.get(laptop, []))
