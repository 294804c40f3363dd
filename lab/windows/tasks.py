# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Task Scheduler: tasks registered by XML, who they run as, when they may start, and what became of them.

A task is its XML in C:\\Windows\\System32\\Tasks and its last result in tasks.json. It starts on demand or at a logon.

* InteractiveToken: runs only while the user is logged on, in that session.
* S4U: runs without a password and without a session; needs the right to log on as a batch job, and fails for Entra
  accounts (S-1-12-1-…), for which Windows cannot make such a token.
* A task that may not start on battery does not; 0x800710E0 then, as for a user who is not logged on.

Only what is needed for one program started once: other triggers, principals and actions are not modelled.
"""

from __future__ import annotations

import codecs
import json
import re
import threading
import time
from xml.etree import ElementTree

from lab.machine import journal, recorded_lines
from lab.machine.machine import Machine, Task
from lab.machine.process import NotModelled, Process
from lab.machine.state import User
from lab.windows import launch
from lab.windows.fresh_registry import add_session
from lab.windows.hives import load_hive, unload_hive
from lab.windows.sinks import NullSink, filled_pipe

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
FOLDER = "C:\\Windows\\System32\\Tasks"

NEVER_RUN = 0x41303
RUNNING = 0x41301
REFUSED = 0x800710E0
"""ERROR_REQUEST_REFUSED: the user is not logged on, or the laptop runs on battery."""
NO_BATCH_RIGHT = 0x80070569
LOGON_FAILED = 0x8007052E
ENTRA = "S-1-12-1-"

_KNOWN = {
    "RegistrationInfo": {"Description", "URI", "Author", "Source"},
    "Triggers": {"LogonTrigger"},
    "LogonTrigger": {"Enabled", "UserId", "EndBoundary"},
    "Principals": {"Principal"},
    "Principal": {"UserId", "LogonType", "RunLevel"},
    "Settings": {
        "AllowHardTerminate",
        "AllowStartOnDemand",
        "DeleteExpiredTaskAfter",
        "DisallowStartIfOnBatteries",
        "Enabled",
        "ExecutionTimeLimit",
        "Hidden",
        "MultipleInstancesPolicy",
        "RunOnlyIfNetworkAvailable",
        "StartWhenAvailable",
        "StopIfGoingOnBatteries",
    },
    "Actions": {"Exec"},
    "Exec": {"Command", "Arguments", "WorkingDirectory"},
}
_SID = re.compile(r"S-1-[0-9-]+")


class BadTask(Exception):
    """The XML is refused: what schtasks.exe would print."""


def parse(path: str, xml: bytes) -> Task:
    """The task in XML: UTF-16LE with its mark, or ASCII that does not call itself anything else.

    Raises BadTask, NotModelled.
    """
    if not xml.startswith(codecs.BOM_UTF16_LE):
        if b'encoding="UTF-16"' in xml.partition(b"?>")[0]:
            raise BadTask("(1,40)::")  # what Windows says to UTF-8 that calls itself UTF-16
        if not xml.isascii() or b"encoding=" in xml.partition(b"?>")[0]:
            raise NotModelled("a task in another encoding than UTF-16LE with its mark, or ASCII without a name")
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        raise BadTask(str(error)) from None
    _check(root)

    def text(where: str, default: str = "") -> str:
        return root.findtext("/".join(f"{{{NAMESPACE}}}{part}" for part in where.split("/")), default).strip()

    user, logon_type = text("Principals/Principal/UserId"), text("Principals/Principal/LogonType")
    if logon_type not in ("InteractiveToken", "S4U"):
        raise NotModelled(f"a task with the logon type {logon_type!r}")
    if not _SID.fullmatch(user):
        raise NotModelled(f"a task for {user!r}: only SIDs, since names do not always map")
    trigger = root.find(f"{{{NAMESPACE}}}Triggers/{{{NAMESPACE}}}LogonTrigger")
    if trigger is not None and trigger.findtext(f"{{{NAMESPACE}}}UserId") != user:
        raise NotModelled("a task that starts when somebody else logs on")
    return Task(
        path=path,
        user=user,
        logon_type=logon_type,
        at_logon=trigger is not None,
        on_demand=text("Settings/AllowStartOnDemand", "true") == "true",
        on_battery=text("Settings/DisallowStartIfOnBatteries", "true") == "false",
        command=text("Actions/Exec/Command"),
        arguments=text("Actions/Exec/Arguments"),
    )


def _check(root: ElementTree.Element) -> None:
    """Every element is one that the model knows."""
    if root.tag != f"{{{NAMESPACE}}}Task":
        raise BadTask("(2,2):Task:")
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        children = {child.tag.rpartition("}")[2] for child in element}
        unknown = children - _KNOWN.get(name, set(_KNOWN) if element is root else set())
        if unknown:
            raise NotModelled(f"a task with {', '.join(sorted(unknown))} in {name}")


class Scheduler:
    """The tasks of one laptop."""

    def __init__(self, laptop: Machine) -> None:
        self._laptop = laptop
        self._lock = threading.RLock()
        self._running: dict[str, Process] = {}

    # -- what schtasks.exe does ----------------------------------------------------------------------------------

    def register(self, path: str, xml: bytes, caller: User) -> None:
        """Register the task PATH; raises BadTask, PermissionError."""
        task = parse(path, xml)
        if not any(user.sid == task.user for user in self._laptop.state.users):
            raise BadTask("(1,1):UserId:")
        other = task.user != caller.sid
        if other and not caller.admin:
            raise PermissionError
        if other and task.logon_type == "S4U" and self._laptop.faults.strike("s4u_refused", path):
            raise PermissionError
        file = self._laptop.drive.host_path(f"{FOLDER}\\{path}")
        if file.is_dir() or any(folder.is_file() for folder in file.parents):
            raise NotModelled(f"a task in the place of a folder, or below a task: {path}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(xml)
        self._note(path, NEVER_RUN)

    def names(self) -> list[str]:
        """The paths of all tasks, without the first backslash."""
        folder = self._laptop.drive.host_path(FOLDER)
        if not folder.is_dir():
            return []
        return sorted(str(file.relative_to(folder)).replace("/", "\\") for file in folder.rglob("*") if file.is_file())

    def task(self, path: str) -> Task | None:
        """The task PATH."""
        found = next((name for name in self.names() if name.lower() == path.lower()), None)
        if found is None:
            return None
        return parse(found, self._laptop.drive.host_path(f"{FOLDER}\\{found}").read_bytes())

    def last_result(self, path: str) -> int:
        """The code of the last run, or one of the states above."""
        with self._lock:
            if path in self._running:
                return RUNNING
        return self._results().get(path, NEVER_RUN)

    def delete(self, path: str) -> None:
        """Forget the task; what it started goes on, and its folder stays."""
        self._laptop.drive.host_path(f"{FOLDER}\\{path}").unlink()
        with self._lock:
            results = self._results()
            results.pop(path, None)
            self._write(results)

    def start(self, task: Task) -> None:
        """Try to start TASK now; why it did not is its last result."""
        user = next(user for user in self._laptop.state.users if user.sid == task.user)
        refusal = self._refusal(task, user)
        if refusal:
            self._note(task.path, refusal)
            return
        with self._lock:
            if task.path in self._running:
                return
            self._running[task.path] = self._process(task, user)
        threading.Thread(target=self._run, args=(task, user), name=f"task {task.path}", daemon=True).start()

    def _refusal(self, task: Task, user: User) -> int:
        """Why TASK cannot start now; 0 when it can."""
        if not task.on_battery and self._laptop.state.on_battery:
            return REFUSED
        if task.logon_type == "InteractiveToken":
            return 0 if user.logged_on else REFUSED
        if self._laptop.faults.strike("batch_logon_denied", task.path):
            return NO_BATCH_RIGHT
        return LOGON_FAILED if user.sid.startswith(ENTRA) else 0

    # -- runs ----------------------------------------------------------------------------------------------------

    def _process(self, task: Task, user: User) -> Process:
        return Process(
            laptop=self._laptop,
            user=user,
            path="C:\\Windows\\System32\\svchost.exe",
            command_line="svchost.exe -k netsvcs -p -s Schedule",
            env=self._laptop.environment(user),
            cwd="C:\\Windows\\System32",
            stdin=filled_pipe(b""),
            stdout=NullSink(),
            stderr=NullSink(),
            batch_logon=task.logon_type == "S4U",
        )

    def _run(self, task: Task, user: User) -> None:
        process, started, loaded = self._running[task.path], time.time(), user.hive_loaded
        errors = _Text()
        load_hive(self._laptop, user)
        line = f"{task.command} {task.arguments}"
        if task.command.lower().endswith("\\cmd.exe"):
            recorded_lines.record(line)
        code = launch.launch(process, task.command, line, stderr=errors)
        if not loaded and not user.logged_on:
            unload_hive(self._laptop, user)
        with self._lock:
            del self._running[task.path]
            if task.path in self.names():
                self._note(task.path, 0xC000013A if process.killed.is_set() else code)
        entry = {
            "time": round(started, 3),
            "task": task.path,
            "user": user.name,
            "logon_type": task.logon_type,
            "line": line,
            "processes": process.started,
            "exit_code": code,
            "stderr": errors.data.decode("utf-8", "replace"),
        }
        with self._laptop.lock:
            journal.append(self._laptop.directory / "tasks.jsonl", entry)

    def wait(self, path: str, seconds: float = 30) -> None:
        """Until the task PATH does not run; for tests. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while self.last_result(path) == RUNNING:
            if time.monotonic() > deadline:
                raise TimeoutError(path)
            time.sleep(0.02)

    def kill_all(self) -> None:
        """End every run, as power-off does."""
        with self._lock:
            processes = list(self._running.values())
        for process in processes:
            process.killed.set()
            for hook in list(process.on_kill):
                hook()

    # -- sessions ------------------------------------------------------------------------------------------------

    def log_on(self, user: User) -> None:
        """USER logs on at the laptop: the hive is loaded, a session begins, tasks that wait for it start."""
        load_hive(self._laptop, user)
        user.logged_on = True
        self._laptop.save()
        add_session(self._laptop.registry, user, self._laptop.state.computer_name)
        for name in self.names():
            task = self.task(name)
            if task is not None and task.at_logon and task.user == user.sid:
                self.start(task)

    # -- results -------------------------------------------------------------------------------------------------

    def _results(self) -> dict[str, int]:
        file = self._laptop.directory / "tasks.json"
        results: dict[str, int] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return results

    def _note(self, path: str, result: int) -> None:
        with self._lock:
            self._write({**self._results(), path: result})

    def _write(self, results: dict[str, int]) -> None:
        temporary = self._laptop.directory / "tasks.new"
        temporary.write_text(json.dumps(results, indent=2), encoding="utf-8")
        temporary.replace(self._laptop.directory / "tasks.json")


class _Text:
    """A sink that keeps what is written."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        """Keep DATA."""
        self.data += data
