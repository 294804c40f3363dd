# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated Windows laptop: its state on disk, and the life of the commands that run on it.

The state is a plain directory, so that a test can prepare any laptop and look at what became of it:

    laptop.json      settings and state of Windows (class WindowsState)
    registry.json    the registry (lab/windows/registry.py)
    C/               the C: drive
    distributions/   one folder per virtual disk: the overlay's upper layer (lab/linux/)
    permissions.json what icacls.exe has set (lab/windows/permissions.py)
    faults.json      faults that are switched on (lab/faults.py)
    commands.jsonl   the journal, one JSON object per WinRS command
    requests.jsonl   one JSON object per HTTP request (lab/wsman/requests.py)
    tasks.json       last results of scheduled tasks, tasks.jsonl their journal (lab/windows/tasks.py)
"""

from __future__ import annotations

import dataclasses
import json
import threading
import time
import typing as t
import weakref
from dataclasses import dataclass, field
from pathlib import Path

from lab import journal, recorded_lines
from lab.faults import Faults
from lab.linux.instances import Instances
from lab.process import Process
from lab.streams import Pipe
from lab.windows import cmd
from lab.windows.drive import Drive
from lab.windows.permissions import Permissions
from lab.windows.registry import Registry
from lab.windows.tasks import Scheduler

LOCAL_SYSTEM = "S-1-5-18"
_REBOOT_FAULT = "reboot_in_the_middle"


@dataclass
class User:
    """A Windows account. Its registry hive stands under HKU\\<sid> while ``hive_loaded``."""

    name: str
    sid: str
    password: str
    admin: bool = True
    hive_loaded: bool = True
    logged_on: bool = False
    """Has an interactive session (Volatile Environment exists)."""
    domain: str = "CORP"
    """Its domain; the name of the laptop for a local account, AzureAD for an Entra one."""

    @property
    def profile(self) -> str:
        """The profile folder, a Windows path."""
        if self.sid == LOCAL_SYSTEM:
            return "C:\\Windows\\System32\\config\\systemprofile"
        return f"C:\\Users\\{self.name}"


@dataclass
class Gpu:
    """An NVIDIA GPU as the Windows driver shows it. Versions as in nvidia-smi (``572.61``)."""

    name: str = "NVIDIA RTX 2000 Ada Generation Laptop GPU"
    driver: str = "572.61"
    driver_model: str = "WDDM"
    compute_capability: str = "8.9"
    memory_mib: int = 8188


@dataclass
class WindowsState:
    """What is not in the registry or on the drive. Everything else is there."""

    computer_name: str = "LAPTOP"
    language: str = "en-US"
    users: list[User] = field(default_factory=list)
    gpus: list[Gpu] = field(default_factory=list)
    features: dict[str, str] = field(default_factory=dict)
    """Optional feature -> Disabled | EnablePending | Enabled."""
    firmware_virtualization: bool = True
    manufacturer: str = "LENOVO"
    battery: bool = True
    on_battery: bool = False
    battery_percent: int = 83
    sleep_ac_seconds: int = 1800
    sleep_dc_seconds: int = 900
    """Idle time before the laptop falls asleep, on mains and on battery; 0 is never."""
    boots_for_features: int = 1
    """How many restarts an optional feature needs until it is in effect."""
    events: list[dict[str, t.Any]] = field(default_factory=list)
    """The event log, oldest first (lab/windows/events.py). Boots are not among them."""
    online: bool = True
    """Public addresses can be reached (the lab answers for them); loopback can always be reached."""
    boot_id: int = 41
    boot_time: float = 0.0
    boot_seconds: float = 2.0
    """How long a reboot keeps the laptop away, in seconds."""
    reboots: int = 0
    comes_back: bool = True
    """False: stays away after the next reboot, as with a BitLocker PIN."""
    wsl_available: str = "2.6.3.0"
    """The version that wsl --install downloads."""
    wsl_update: str = "2.7.10.0"
    """The version that wsl --update leads to."""
    honours_skip_cmd_shell: bool = False
    """Only Windows Server 2008 R2 did; a named oddity."""
    store_blocked: bool = False
    """The Microsoft Store and its downloads refuse: wsl.exe gets nothing without --web-download."""
    shares: dict[str, str] = field(default_factory=dict)
    """Share of another computer (``\\\\server\\share``) -> directory of this machine."""
    shares_denied: list[str] = field(default_factory=list)
    """Shares, folders and files of them that the account may not read, whoever passes its credentials on."""
    credentials_delegated: bool = False
    """WinRM logons may pass their credentials on, so that shares let them in."""
    mounted_hives: dict[str, str] = field(default_factory=dict)
    """Name below HKU in lower case -> file, for every hive that ``reg load`` put there. A boot forgets them."""
    package_archive: bool = True
    """Disks that are made of an image know the package archive of their distribution."""
    instance_idle_seconds: float = 15.0
    free_bytes: int = 200 * 1024**3


@dataclass
class Command:
    """One WinRS command in flight."""

    line: str
    process: Process
    stdout: Pipe
    stderr: Pipe
    stdin: Pipe
    done: threading.Event = field(default_factory=threading.Event)
    exit_code: int | None = None

    def kill(self) -> None:
        """End it as the job object of a WinRM shell does: every process of the command dies at once."""
        self.process.killed.set()
        for hook in list(self.process.on_kill):
            hook()
        self.stdin.abandon()
        self.stdout.abandon()
        self.stderr.abandon()


class Laptop:
    """The state of one laptop and the commands that run on it."""

    def __init__(self, directory: Path, image_cache: Path, web_url: str = "") -> None:
        """DIRECTORY holds the state; IMAGE_CACHE the root file systems; WEB_URL serves what the internet would."""
        self.directory = directory
        self.name = directory.name
        self.web_url = web_url
        self.lock = threading.RLock()
        self.state = self._load()
        self.registry = Registry(directory / "registry.json")
        self.drive = Drive(directory / "C")
        self.permissions = Permissions(directory / "permissions.json")
        self.faults = Faults(directory / "faults.json")
        self.instances = Instances(self, image_cache)
        self.tasks = Scheduler(self)
        self.commands: list[Command] = []
        self.power_lost: weakref.WeakSet[threading.Event] = weakref.WeakSet()
        """The ``killed`` of every command that a restart ended, and not its client: what it did was not taken back."""
        self.after_command: list[t.Callable[[Command], None]] = []
        """Called when a WinRS command has ended, before its client hears of that: the state is at rest meanwhile."""
        self.on_power: list[t.Callable[[bool], None]] = []
        """Called with False when the laptop goes down and True when it is back; the listeners hook in here."""
        self._reboot_timer: threading.Timer | None = None

    # -- state ---------------------------------------------------------------------------------------------------

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

    # -- commands ------------------------------------------------------------------------------------------------

    def start_command(
        self, user: User, line: str, env: dict[str, str] | None = None, cwd: str | None = None
    ) -> Command:
        """Run LINE as ``cmd.exe /C LINE`` on a thread of its own, as WinRM does; returns at once."""
        stdin, stdout, stderr = Pipe(), Pipe(), Pipe()
        environment = self.environment(user)
        environment.update({key.upper(): value for key, value in (env or {}).items()})
        process = Process(
            laptop=self,
            user=user,
            path="C:\\Windows\\System32\\cmd.exe",
            command_line=f"cmd.exe /C {line}",
            env=environment,
            cwd=cwd or user.profile,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
        )
        command = Command(line=line, process=process, stdin=stdin, stdout=stdout, stderr=stderr)
        with self.lock:
            self.commands.append(command)
        threading.Thread(target=self._run, args=(command,), name=f"{self.name}: {line[:40]}", daemon=True).start()
        self._watch_for_reboot(command)
        return command

    def _watch_for_reboot(self, command: Command) -> None:
        """The fault ``reboot_in_the_middle``: a matching command that runs for ``seconds`` sees the laptop restart."""
        settings = self.faults.peek(_REBOOT_FAULT)
        if settings is None or settings.get("match", "") not in command.line:
            return

        def wait() -> None:
            running = not command.done.wait(float(settings.get("seconds", 0)))
            if running and self.faults.strike(_REBOOT_FAULT, command.line):
                self.reboot()

        threading.Thread(target=wait, name=f"{self.name}: {_REBOOT_FAULT}", daemon=True).start()

    def _run(self, command: Command) -> None:
        started = time.time()
        recorded_lines.record(command.process.command_line)
        try:
            command.exit_code = self._exit_code(command)
            for hook in self.after_command:
                hook(command)
        finally:
            command.stdin.abandon()
            command.stdout.close()
            command.stderr.close()
            with self.lock:
                self.commands.remove(command)
            self._journal(command, started)
            command.done.set()

    @staticmethod
    def _exit_code(command: Command) -> int:
        try:
            return cmd.run(command.process, command.line) & 0xFFFFFFFF
        except BrokenPipeError:
            return 1  # the client went away in mid-write; Windows ends the program

    def _journal(self, command: Command, started: float) -> None:
        entry = {
            "time": round(started, 3),
            "line": command.line,
            "user": command.process.user.name,
            "processes": command.process.started,
            "bytes_in": command.stdin.total,
            "bytes_out": command.stdout.total + command.stderr.total,
            "exit_code": command.exit_code,
            "killed": command.process.killed.is_set(),
            "seconds": round(time.time() - started, 3),
        }
        with self.lock:
            journal.append(self.directory / "commands.jsonl", entry)

    def kill_all(self) -> None:
        """End every command, as power-off does."""
        with self.lock:
            commands = list(self.commands)
        for command in commands:
            command.kill()
        self.tasks.kill_all()

    # -- power ---------------------------------------------------------------------------------------------------

    def schedule_reboot(self, delay: float, restart: bool = True) -> bool:
        """Restart (or stay off) in DELAY seconds; False when one is scheduled already (shutdown.exe exit 1190)."""
        with self.lock:
            if self._reboot_timer is not None:
                return False
            self._reboot_timer = threading.Timer(delay, self.reboot, kwargs={"restart": restart})
            self._reboot_timer.daemon = True
            self._reboot_timer.start()
            return True

    @property
    def reboot_scheduled(self) -> bool:
        """Somebody has ordered a restart, and it has not begun."""
        with self.lock:
            return self._reboot_timer is not None

    def abort_reboot(self) -> bool:
        """Cancel a scheduled reboot; False when there is none (shutdown.exe exit 1116)."""
        with self.lock:
            timer, self._reboot_timer = self._reboot_timer, None
        if timer is None:
            return False
        timer.cancel()
        return True

    def reboot(self, restart: bool = True) -> None:
        """Go down, apply what was pending, come back after ``boot_seconds`` unless the state says otherwise."""
        from lab.windows import boot  # late: boot.py uses Laptop

        for hook in self.on_power:
            hook(False)
        with self.lock:
            for command in self.commands:
                self.power_lost.add(command.process.killed)
        self.kill_all()
        self.instances.terminate_all()
        with self.lock:
            self._reboot_timer = None
            boot.apply_pending(self)
            self.save()
        if not restart or not self.state.comes_back:
            return
        time.sleep(self.state.boot_seconds)
        for hook in self.on_power:
            hook(True)

    def shut_down(self) -> None:
        """End everything without applying anything: the lab is going down."""
        self.abort_reboot()
        self.kill_all()
        self.instances.terminate_all()
