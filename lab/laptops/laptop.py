# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated Windows laptop: its state on disk, and the life of the commands that run on it.

The state is a plain directory, so that a test can prepare any laptop and look at what became of it. Beside what
lab/machine/machine.py names there are:

    distributions/   one folder per virtual disk: the overlay's upper layer (lab/linux/)
    commands.jsonl   the journal, one JSON object per command of WinRM or SSH
    interop.jsonl    one JSON object per Windows program that was started inside a distribution (lab/interop/)
    requests.jsonl   one JSON object per HTTP request (lab/wsman/requests.py)
    ssh.jsonl        one JSON object per logon over SSH (lab/ssh/server.py)
    tasks.json       last results of scheduled tasks, tasks.jsonl their journal (lab/windows/tasks.py)
"""

from __future__ import annotations

import threading
import time
import typing as t
from pathlib import Path

from lab.interop.server import Interop
from lab.laptops import programs as programs  # fills the table of programs
from lab.linux.instances import Instances
from lab.machine import journal, recorded_lines
from lab.machine.machine import Machine
from lab.machine.process import Command, Process
from lab.machine.state import User
from lab.machine.streams import Pipe
from lab.windows import boot, cmd
from lab.windows.tasks import Scheduler

_REBOOT_FAULT = "reboot_in_the_middle"


class Laptop(Machine):
    """A laptop and the commands that run on it."""

    def __init__(self, directory: Path, image_cache: Path, web_url: str = "") -> None:
        """DIRECTORY holds the state; IMAGE_CACHE the root file systems; WEB_URL serves what the internet would."""
        super().__init__(directory, web_url)
        self.interop: Interop = Interop(self)
        self.instances: Instances = Instances(self, image_cache, self.interop.serve)
        self.tasks: Scheduler = Scheduler(self)
        self.commands: list[Command] = []
        self.after_command: list[t.Callable[[Command], None]] = []
        """Called when a WinRS command has ended, before its client hears of that: the state is at rest meanwhile."""
        self._reboot_timer: threading.Timer | None = None

    # -- commands ------------------------------------------------------------------------------------------------

    def start_command(
        self,
        user: User,
        line: str,
        env: dict[str, str] | None = None,
        cwd: str | None = None,
        quoted: bool = False,
    ) -> Command:
        """See ``Machine.start_command``."""
        stdin, stdout, stderr = Pipe(), Pipe(), Pipe()
        environment = self.environment(user)
        environment.update({key.upper(): value for key, value in (env or {}).items()})
        process = Process(
            laptop=self,
            user=user,
            path="C:\\Windows\\System32\\cmd.exe",
            command_line=f'cmd.exe /c "{line}"' if quoted else f"cmd.exe /C {line}",
            env=environment,
            cwd=cwd or user.profile,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
        )
        command = Command(line=line, process=process, stdin=stdin, stdout=stdout, stderr=stderr, quoted=quoted)
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
        recorded_lines.record(f"cmd.exe /C {command.line}")
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
            line = f'"{command.line}"' if command.quoted else command.line
            return cmd.run(command.process, line) & 0xFFFFFFFF
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
