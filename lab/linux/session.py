# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts one program inside an instance as WSL's init does. Runs in the instance's first process.

The program leads a session of its own with a pty of 80x24 as controlling terminal; what it writes there is thrown
away, what it reads there never comes (wsl_exe facts: no console attached). Standard streams are pipes.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import socket
import struct
import termios
import typing as t
from dataclasses import dataclass
from pathlib import Path

from lab.linux import protocol

_TIOCSPTLCK = 0x40045431
_TIOCGPTN = 0x80045430
_COLUMNS, _ROWS = 80, 24


@dataclass(frozen=True)
class Account:
    """A line of /etc/passwd with the groups of /etc/group."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str
    groups: tuple[int, ...]


@dataclass
class Session:
    """One program that the server asked for."""

    pid: int
    connection: socket.socket
    terminal: int
    """The master side of its pty."""
    keeper: int
    """The other side, kept open: programs open and close /dev/tty as they like."""


def account(user: str) -> Account | None:
    """USER as the distribution knows it; None when it does not. Read by hand: the host's NSS must not be asked."""
    for fields in _colon_file("/etc/passwd", 7):
        if fields[0] == user and fields[2].isdigit() and fields[3].isdigit():
            gid = int(fields[3])
            groups = [
                int(group[2])
                for group in _colon_file("/etc/group", 4)
                if group[2].isdigit() and user in group[3].split(",")
            ]
            shell = fields[6] or "/bin/sh"
            return Account(user, int(fields[2]), gid, fields[5] or "/", shell, tuple(dict.fromkeys([gid, *groups])))
    return None


def _colon_file(path: str, fields: int) -> t.Iterator[list[str]]:
    try:
        text = Path(path).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    for line in text.splitlines():
        parts = line.split(":")
        if len(parts) == fields:
            yield parts


def start(
    request: protocol.Message,
    streams: t.Sequence[int],
    connection: socket.socket,
    base: t.Mapping[str, str],
    umask: int,
) -> Session | None:
    """Start what REQUEST asks for on STREAMS (stdin, stdout, stderr); None when the user is unknown."""
    who = account(request["user"])
    if who is None:
        protocol.send(connection, {"unknown_user": request["user"]})
        return None
    environment = {
        **base,
        "HOME": who.home,
        "USER": who.name,
        "LOGNAME": who.name,
        "SHELL": who.shell,
        **request["env"],
    }
    master, slave = _open_terminal(who.uid)
    pid = os.fork()
    if pid == 0:
        _become(request, who, environment, streams, slave, connection, umask)
    with contextlib.suppress(OSError):  # a client that is gone already is found when its socket is watched
        protocol.send(connection, {"pid": pid})
    return Session(pid, connection, master, slave)


def _open_terminal(uid: int) -> tuple[int, int]:
    """A new pty of the instance: master (not blocking) and slave, which belongs to UID."""
    master = os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(master, _TIOCSPTLCK, struct.pack("i", 0))
    number = struct.unpack("i", fcntl.ioctl(master, _TIOCGPTN, bytes(4)))[0]
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    slave = os.open(f"/dev/pts/{number}", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    os.fchown(slave, uid, -1)
    return master, slave


def drain_terminal(session: Session) -> None:
    """Throw away what was written to the terminal."""
    with contextlib.suppress(BlockingIOError):
        os.read(session.terminal, 65536)


def close(session: Session) -> None:
    """Release what belongs to a program that has ended."""
    os.close(session.terminal)
    os.close(session.keeper)
    session.connection.close()


def hang_up(session: Session) -> None:
    """What a lost client means: SIGHUP to the session. A program that ignores it lives on, as in WSL."""
    try:
        os.killpg(session.pid, signal.SIGHUP)
    except ProcessLookupError:  # it has not made its session yet; it cannot be gone, since it was not reaped
        os.kill(session.pid, signal.SIGHUP)


def _become(
    request: protocol.Message,
    who: Account,
    environment: dict[str, str],
    streams: t.Sequence[int],
    slave: int,
    connection: socket.socket,
    umask: int,
) -> t.NoReturn:
    """The child: turn into the program, or tell the server the errno and exit with 1. Never returns."""
    try:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for number, descriptor in enumerate(streams):
            os.dup2(descriptor, number)
        _reset_signals()
        os.umask(umask)
        os.setgroups(who.groups)
        os.setresgid(who.gid, who.gid, who.gid)
        os.setresuid(who.uid, who.uid, who.uid)
        _change_directory(request["cwd"], who.home, connection)
        _execute(request["argv"], request["arg0"], environment)
    except OSError as error:
        with contextlib.suppress(OSError):
            protocol.send(connection, {"exec": error.errno, "program": request["argv"][0], "relay": os.getpid()})
    except BaseException as error:
        with contextlib.suppress(OSError):
            protocol.send(connection, {"failed": f"{type(error).__name__}: {error}"})
        raise  # no further than the end of this process
    finally:
        os._exit(1)


def _reset_signals() -> None:
    """Default for all: Python ignores SIGPIPE, and whoever started the lab may have ignored SIGHUP (nohup)."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in signal.valid_signals():
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def _change_directory(wanted: str, home: str, connection: socket.socket) -> None:
    """Go to WANTED (``~`` is the home); a folder that cannot be entered is reported and the program runs in /."""
    folder = home + wanted[1:] if wanted == "~" or wanted.startswith("~/") else wanted
    try:
        os.chdir(folder)
    except OSError as error:
        protocol.send(connection, {"chdir": error.errno, "folder": folder, "relay": os.getpid()})
        os.chdir("/")


def _execute(argv: list[str], arg0: str | None, environment: dict[str, str]) -> None:
    """execvpe(3): search PATH; a file without ``#!`` line is a shell script."""
    arguments = [argv[0] if arg0 is None else arg0, *argv[1:]]
    first_error: OSError | None = None
    for path in _candidates(argv[0], environment.get("PATH", "/usr/bin:/bin")):
        try:
            os.execve(path, arguments, environment)
        except OSError as error:
            if error.errno == errno.ENOEXEC:
                os.execve("/bin/sh", ["/bin/sh", path, *argv[1:]], environment)
            if first_error is None or first_error.errno in (errno.ENOENT, errno.ENOTDIR):
                first_error = error
    raise first_error or FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), argv[0])


def _candidates(program: str, path: str) -> list[str]:
    if not program or "/" in program:
        return [program]
    return [f"{folder or '.'}/{program}" for folder in path.split(":")]
