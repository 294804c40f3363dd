# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A laptop for tests of wsl.exe: real registry, drive and disks; Linux programs run on this machine as they are."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import subprocess
import tarfile
import typing as t
from pathlib import Path

from lab.laptops.laptop import Laptop
from lab.linux import disks as linux_disks
from lab.machine.process import PROGRAMS, Process
from lab.machine.state import User, WindowsState
from lab.machine.streams import Pipe
from lab.wsl import disks, package
from lab.wsl.registrations import Distribution, Registrations, new_id
from lab.wsl.windows_state import SERVICES

SID = "S-1-5-21-1-2-3-1001"
NEWEST = "2.9.5.0"
"""Of all versions the one whose texts are the cases'."""

FILES = {
    "bin/sh": "",
    "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian"\n',
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\ndev:x:1000:1000:,,,:/home/dev:/bin/sh\n",
}


@dataclasses.dataclass
class Launched:
    """What one Linux program was started with."""

    argv: list[str]
    user: str
    cwd: str
    env: dict[str, str]
    arg0: str | None


class HostInstances:
    """Stands for lab.linux.instances.Instances: programs run on this machine, without root file system or user."""

    def __init__(self, image_cache: Path) -> None:
        self.image_cache = image_cache
        self.launched: list[Launched] = []
        self.alive: list[str] = []

    def running(self) -> list[str]:
        return list(self.alive)

    def terminate(self, disk: str) -> None:
        if disk in self.alive:
            self.alive.remove(disk)

    def terminate_all(self) -> None:
        self.alive.clear()

    def run(
        self,
        disk: str,
        argv: t.Sequence[str],
        user: str,
        cwd: str,
        env: t.Mapping[str, str],
        process: Process,
        *,
        name: str = "",
        arg0: str | None = None,
        version: str = "",
    ) -> int:
        self.launched.append(Launched(list(argv), user, cwd, dict(env), arg0))
        if disk not in self.alive:
            self.alive.append(disk)
        variables = {"PATH": os.environ["PATH"], "USER": user, "WSL_DISTRO_NAME": name, **env}
        done = subprocess.run(
            list(argv), input=process.stdin.read_all(), capture_output=True, env=variables, check=False
        )
        process.stdout.write(done.stdout)
        process.stderr.write(done.stderr)
        return -done.returncode if done.returncode < 0 else done.returncode


class Sink:
    """Collects what a program writes."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data


@dataclasses.dataclass
class Result:
    """What one wsl.exe did."""

    exit_code: int
    """Unsigned, as a client sees it."""
    raw_stdout: bytes
    raw_stderr: bytes
    started: list[str]

    @property
    def stdout(self) -> str:
        """As UTF-8, for runs with WSL_UTF8=1."""
        return self.raw_stdout.decode("utf-8")

    @property
    def stderr(self) -> str:
        """As UTF-8."""
        return self.raw_stderr.decode("utf-8")


class Bench:
    """One laptop with WSL in place unless VERSION is None, and an administrator."""

    def __init__(
        self, directory: Path, *, language: str = "en-US", version: str | None = NEWEST, components: bool = True
    ) -> None:
        self.directory = directory / "laptop"
        self.directory.mkdir()
        user = User("anna", SID, "secret")
        state = WindowsState(language=language, users=[user], features={"VirtualMachinePlatform": "Disabled"})
        (self.directory / "laptop.json").write_text(json.dumps(dataclasses.asdict(state)), encoding="utf-8")
        (self.directory / "C" / "Users" / "anna" / "AppData" / "Local").mkdir(parents=True)
        self.laptop = Laptop(self.directory, directory / "cache")
        self.instances = HostInstances(directory / "cache")
        self.laptop.instances = t.cast(t.Any, self.instances)
        self.user = self.laptop.state.users[0]
        self.registry = self.laptop.registry
        self.registry.set("HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "CurrentBuild", "REG_SZ", "26100")
        self.registrations = Registrations(self.registry, SID)
        for name in ("cmd", "dism"):
            self.laptop.drive.add_program(f"C:\\Windows\\System32\\{name}.exe", name)
        self.laptop.drive.add_program("C:\\Windows\\System32\\wsl.exe", "wsl-stub")
        if components:
            self.add_components()
        if version is not None:
            package.install_package(self.laptop, version)

    def add_components(self) -> None:
        """What VirtualMachinePlatform brings after the boot."""
        for service in ("hns", "vmcompute", "vfpext"):
            self.registry.create(f"{SERVICES}\\{service}")

    # -- distributions -------------------------------------------------------------------------------------------

    def add(self, name: str = "test_distro", files: t.Mapping[str, str] | None = None, **fields: t.Any) -> Distribution:
        """Register a distribution whose disk holds FILES on top of a minimal tree."""
        disk = linux_disks.create_disk(self.laptop, None)
        upper = linux_disks.disk(self.laptop, disk).upper
        for path, text in {**FILES, **(files or {})}.items():
            (upper / path).parent.mkdir(parents=True, exist_ok=True)
            (upper / path).write_text(text, encoding="utf-8")
        folder = f"C:\\wsl\\{name}"
        self.laptop.drive.host_path(folder).mkdir(parents=True)
        disks.write_disk_file(self.laptop, f"{folder}\\ext4.vhdx", disk)
        item = Distribution(new_id(), name, folder, **fields)
        self.registrations.add(item, modern=False, os_release={"ID": "debian", "VERSION_ID": "12"})
        return item

    def start(self, name: str) -> None:
        """Let an instance of NAME run."""
        item = self.registrations.find(name)
        assert item is not None
        disk = disks.known_disk(self.laptop, item)
        assert disk is not None
        self.instances.alive.append(disk)

    def tar(self, path: str, files: t.Mapping[str, str] | None = None, mode: str = "w") -> str:
        """Write a tar of a minimal distribution (or FILES) to the Windows PATH; its SHA-256."""
        host = self.laptop.drive.host_path(path)
        host.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(host, t.cast(t.Any, mode)) as archive:
            for name, text in (FILES if files is None else files).items():
                entry = tarfile.TarInfo(name)
                entry.size = len(text.encode())
                entry.mode = 0o755
                archive.addfile(entry, io.BytesIO(text.encode()))
        return hashlib.sha256(host.read_bytes()).hexdigest()

    # -- runs ----------------------------------------------------------------------------------------------------

    def wsl(
        self,
        arguments: str,
        *,
        stdin: bytes = b"",
        env: t.Mapping[str, str] | None = None,
        path: str = package.CLIENT,
        program: str = "wsl",
        cwd: str = "C:\\Users\\anna",
        utf8: bool = True,
        user: User | None = None,
    ) -> Result:
        """Run wsl.exe with the raw text ARGUMENTS."""
        pipe = Pipe(limit=max(len(stdin), 1))
        pipe.write(stdin)
        pipe.close()
        process = self.process(arguments, stdin=pipe, env=env, path=path, cwd=cwd, utf8=utf8, user=user)
        code = PROGRAMS[program](process) & 0xFFFFFFFF
        stdout, stderr = t.cast(Sink, process.stdout), t.cast(Sink, process.stderr)
        return Result(code, stdout.data, stderr.data, process.started)

    def process(
        self,
        arguments: str,
        *,
        stdin: Pipe,
        env: t.Mapping[str, str] | None = None,
        path: str = package.CLIENT,
        cwd: str = "C:\\Users\\anna",
        utf8: bool = True,
        user: User | None = None,
    ) -> Process:
        """wsl.exe, not started yet; writes to Sinks."""
        return Process(
            laptop=self.laptop,
            user=user or self.user,
            path=path,
            command_line=f'"{path}" {arguments}',
            env={**self.laptop.environment(self.user), **({"WSL_UTF8": "1"} if utf8 else {}), **(env or {})},
            cwd=cwd,
            stdin=stdin,
            stdout=Sink(),
            stderr=Sink(),
        )

    def stub(self, arguments: str, **more: t.Any) -> Result:
        """Run System32's wsl.exe."""
        return self.wsl(arguments, path="C:\\Windows\\System32\\wsl.exe", program="wsl-stub", **more)
