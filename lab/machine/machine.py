# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every part of the lab may know of a laptop: its state on disk, and what can be done to it.

    laptop.json      settings and state of Windows (lab/machine/state.py)
    registry.json    the registry (lab/machine/registry.py)
    C/               the C: drive
    permissions.json what icacls.exe has set (lab/machine/permissions.py)
    faults.json      faults that are switched on (lab/machine/faults.py)

The whole laptop is put together in lab/laptops/laptop.py. This file knows neither its distributions nor its programs.
"""

from __future__ import annotations

import abc
import dataclasses
import json
import threading
import typing as t
import weakref
from dataclasses import dataclass
from pathlib import Path

from lab.machine.drive import Drive
from lab.machine.faults import Faults
from lab.machine.permissions import Permissions
from lab.machine.process import Command, Process
from lab.machine.registry import Registry
from lab.machine.state import Gpu, User, WindowsState


class Instances(t.Protocol):
    """The running distributions (lab/linux/instances.py); their keys are disk ids."""

    image_cache: Path

    def running(self) -> list[str]:
        """The ids of the disks whose instances run, the oldest first."""

    def run(
        self,
        disk_id: str,
        argv: t.Sequence[str],
        user: str,
        cwd: str,
        env: t.Mapping[str, str],
        process: Process,
        *,
        name: str = "",
        arg0: str | None = None,
        version: str = ...,
    ) -> int:
        """Run a program for the Windows process PROCESS; its exit status."""

    def terminate(self, disk_id: str) -> None:
        """End the instance; no error when it does not run."""

    def terminate_all(self) -> None:
        """End every instance of the laptop."""


@dataclass(frozen=True)
class Task:
    """One registered task."""

    path: str
    user: str
    """SID of the principal."""
    logon_type: str
    """InteractiveToken or S4U."""
    at_logon: bool
    on_demand: bool
    on_battery: bool
    command: str
    arguments: str


class Tasks(t.Protocol):
    """The Task Scheduler (lab/windows/tasks.py)."""

    def register(self, path: str, xml: bytes, caller: User) -> None:
        """Register or replace the task at PATH."""

    def task(self, path: str) -> Task | None:
        """The task at PATH."""

    def delete(self, path: str) -> None:
        """Forget the task at PATH."""

    def start(self, task: Task) -> None:
        """Start TASK, if it may start."""

    def last_result(self, path: str) -> int:
        """What became of the task at PATH."""


class Machine(abc.ABC):
    """One laptop."""

    instances: Instances
    tasks: Tasks

    def __init__(self, directory: Path, web_url: str = "") -> None:
        """DIRECTORY holds the state; WEB_URL serves what the internet would."""
        self.directory = directory
        self.name = directory.name
        self.web_url = web_url
        self.lock = threading.RLock()
        self.state = self._load()
        self.registry = Registry(directory / "registry.json")
        self.drive = Drive(directory / "C")
        self.permissions = Permissions(directory / "permissions.json")
        self.faults = Faults(directory / "faults.json")
        self.power_lost: weakref.WeakSet[threading.Event] = weakref.WeakSet()
        """The ``killed`` of every command that a restart ended, and not its client: what it did was not taken back."""
        self.on_power: list[t.Callable[[bool], None]] = []
        """Called with False when the laptop goes down and True when it is back; the listeners hook in here."""

    @property
    def _state_file(self) -> Path:
        return self.directory / "laptop.json"

    def _load(self) -> WindowsState:
        raw = json.loads(self._state_file.read_text(encoding="utf-8"))
        raw["users"] = [User(**user) for user in raw["users"]]
        raw["gpus"] = [Gpu(**gpu) for gpu in raw["gpus"]]
        return WindowsState(**raw)

    def save(self) -> None:
        """Write laptop.json; call after every change of ``state``."""
        with self.lock:
            text = json.dumps(dataclasses.asdict(self.state), indent=2, ensure_ascii=False)
            temporary = self._state_file.with_suffix(".new")
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(self._state_file)

    def user(self, name: str) -> User | None:
        """The account called NAME, without case; a DOMAIN\\ or @domain part is ignored."""
        wanted = name.rsplit("\\", 1)[-1].split("@", 1)[0].lower()
        return next((user for user in self.state.users if user.name.lower() == wanted), None)

    def environment(self, user: User) -> dict[str, str]:
        """The environment that a program of USER starts with; keys upper case."""
        return {
            "COMPUTERNAME": self.state.computer_name,
            "COMSPEC": "C:\\Windows\\System32\\cmd.exe",
            "HOMEDRIVE": "C:",
            "LOCALAPPDATA": f"{user.profile}\\AppData\\Local",
            "OS": "Windows_NT",
            "PATH": "C:\\Windows\\System32;C:\\Windows",
            "PATHEXT": ".COM;.EXE;.BAT;.CMD",
            "PROGRAMDATA": "C:\\ProgramData",
            "PROGRAMFILES": "C:\\Program Files",
            "SYSTEMDRIVE": "C:",
            "SYSTEMROOT": "C:\\Windows",
            "TEMP": f"{user.profile}\\AppData\\Local\\Temp",
            "USERDOMAIN": user.domain,
            "USERNAME": user.name,
            "USERPROFILE": user.profile,
            "WINDIR": "C:\\Windows",
        }

    @abc.abstractmethod
    def start_command(
        self,
        user: User,
        line: str,
        env: dict[str, str] | None = None,
        cwd: str | None = None,
        quoted: bool = False,
    ) -> Command:
        """Run LINE as ``cmd.exe /C LINE`` on a thread of its own, as WinRM does; returns at once.

        :arg quoted: as ``cmd.exe /c "LINE"``, which is what sshd does.
        """

    @abc.abstractmethod
    def schedule_reboot(self, delay: float, restart: bool = True) -> bool:
        """Restart (or stay off) in DELAY seconds; False when one is scheduled already (shutdown.exe exit 1190)."""

    @property
    @abc.abstractmethod
    def reboot_scheduled(self) -> bool:
        """Somebody has ordered a restart, and it has not begun."""

    @abc.abstractmethod
    def abort_reboot(self) -> bool:
        """Cancel a scheduled reboot; False when there is none (shutdown.exe exit 1116)."""
