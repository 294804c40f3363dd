# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a laptop at one moment: copied for another laptop, and compared file by file.

A copy is what is left of the laptop when nothing goes on in it: no command, no instance, no service. A test can let a
laptop come up with the state that an interrupted run has left at any of its steps.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import stat
import subprocess
import time
import typing as t
from pathlib import Path

from lab.laptops.laptop import Laptop
from lab.linux import enter

_WHOLE = ("laptop.json", "registry.json", "permissions.json", "tasks.json", "C")
_OF_A_DISK = ("disk.json", "upper")
_SETTLE_SECONDS = 120.0
_INSTALLERS = frozenset({"apt-get", "dpkg"})


def copy(source: Path, target: Path) -> None:
    """Make the state in the folder SOURCE that of a new laptop in TARGET; neither journal nor faults come along."""
    target.mkdir(parents=True)
    _copy([source / name for name in _WHOLE], target)
    for disk in sorted(source.glob("distributions/*")):
        new = target / "distributions" / disk.name
        (new / "work").mkdir(parents=True)
        _copy([disk / name for name in _OF_A_DISK], new)


def _copy(paths: t.Iterable[Path], folder: Path) -> None:
    """Owners, modes, attributes and the devices with which overlayfs marks what is deleted are kept."""
    there = [str(path) for path in paths if path.exists()]
    subprocess.run(["cp", "-a", "--reflink=auto", "--", *there, str(folder)], check=True)


def files(directory: Path) -> dict[str, str]:
    """Path below DIRECTORY -> kind, mode and content of everything that a copy of it would hold."""
    wanted = [directory / name for name in _WHOLE]
    for disk in sorted(directory.glob("distributions/*")):
        wanted += [disk / name for name in _OF_A_DISK]
    found = [path for top in wanted if top.exists() for path in (top, *top.rglob("*"))]
    return {str(path.relative_to(directory)): _described(path) for path in found}


def _described(path: Path) -> str:
    seen = path.lstat()
    content = ""
    if stat.S_ISREG(seen.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    elif stat.S_ISLNK(seen.st_mode):
        content = str(path.readlink())
    return f"{stat.filemode(seen.st_mode)} {seen.st_uid}:{seen.st_gid} {content}"


def wait_for_packages(laptop: Laptop, also: str = "") -> None:
    """Until no apt-get and no dpkg runs in any distribution of LAPTOP, and nothing with ALSO in its command line.

    Raises TimeoutError.
    """
    deadline = time.monotonic() + _SETTLE_SECONDS
    while any(_works(line, also) for line in _command_lines(laptop)):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{laptop.name}: packages are still being installed after {_SETTLE_SECONDS:g} s")
        time.sleep(0.05)


def _works(line: list[str], also: str) -> bool:
    return Path(line[0]).name in _INSTALLERS or (bool(also) and also in " ".join(line))


@contextlib.contextmanager
def paused(laptop: Laptop) -> t.Iterator[None]:
    """Meanwhile nothing goes on in the distributions of LAPTOP, so that a copy is what a power loss would leave."""
    stopped = _processes(laptop)
    _signal(stopped, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(stopped, signal.SIGCONT)


def _signal(processes: t.Iterable[int], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)


def configures_packages(laptop: Laptop) -> bool:
    """Whether dpkg configures packages in a distribution of LAPTOP at this moment: they are unpacked and no more."""
    return any(Path(line[0]).name == "dpkg" and "--configure" in line for line in _command_lines(laptop))


def _command_lines(laptop: Laptop) -> list[list[str]]:
    """Of every program that runs in a distribution of LAPTOP."""
    return [line for number in _processes(laptop) if (line := _command_line(number))]


def _processes(laptop: Laptop) -> list[int]:
    """Those that run in a distribution of LAPTOP, as they are numbered here."""
    disks = (laptop.directory / "distributions").glob("*")
    spaces = {_space(first) for disk in disks if (first := enter.first_process(disk)) is not None} - {None}
    if not spaces:
        return []
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [number for number in numbers if _space(number) in spaces]


def _space(pid: int) -> str | None:
    """The name space of process numbers that PID lives in; None when it has ended."""
    try:
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    except OSError:
        return None


def _command_line(pid: int) -> list[str]:
    """Empty for a process that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")[:-1]
    except OSError:
        return []
