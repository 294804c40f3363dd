# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that is a running instance: ``python -m lab.linux.holder CONTROL CONFIG``, two open descriptors.

It makes the name spaces and forks; the child is the instance's first process. It mounts the disk, makes it the root,
dresses it, and then starts programs for the server, adopts orphans, and ends when nothing happened for a while. When
it ends, for whatever reason, the kernel kills every process in it and drops its mounts; none of them was ever visible
to the host. It ends at the latest when the server closes its end of CONTROL, also by being killed.

After the root has changed nothing can be imported any more: every import stands at the top of its file.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
import typing as t
from dataclasses import dataclass
from pathlib import Path

from lab.linux import dress, kernel, protocol, session, wsl_conf

_POLL_SECONDS = 0.5
"""How often an instance without clients looks whether its last process has ended."""


LOCK_SECONDS = 3.0
"""How long to wait for an instance that is just ending, in seconds."""


class StartError(Exception):
    """The instance cannot start; one line."""


class SystemdWanted(StartError):
    """wsl.conf asks for systemd, which the lab does not model."""


@dataclass(frozen=True)
class Config:
    """Everything that the server tells the instance. Paths are the host's."""

    name: str
    """Of the distribution, for WSL_DISTRO_NAME."""
    root: str
    """Where the disk is mounted before it becomes the root."""
    lower: str
    """The image's tree; empty for a disk without image."""
    upper: str
    work: str
    lock: str
    """Held while the instance runs: one disk, one instance."""
    dressing: dress.Dressing
    idle_seconds: float


def unpack_config(memory: int) -> Config:
    """The Config that ``dataclasses.asdict`` made, from a memory file."""
    raw = protocol.unpack_request(memory)
    dressing = dress.Dressing(**raw.pop("dressing"))
    return Config(dressing=dressing, **raw)


# -- the first process -----------------------------------------------------------------------------------------------


class Instance:
    """The loop of the first process."""

    def __init__(self, control: socket.socket, config: Config) -> None:
        self._control = control
        self._idle_seconds = config.idle_seconds
        self._sessions: dict[int, session.Session] = {}
        self._poll = select.poll()
        self._readers: dict[int, t.Callable[[], None]] = {}
        self._finished = False
        self._changed = False
        self._base = self._set_up(config)
        self._quiet_since = time.monotonic()

    def _set_up(self, config: Config) -> dict[str, str]:
        """Mount, change the root, dress; the environment that every program gets."""
        wakeup_read, wakeup_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wakeup_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        sources = dress.Sources(config.dressing)
        _mount_disk(config)
        kernel.enter_root(config.root)
        dress.mount_basics()
        conf = wsl_conf.parse(dress.read_conf())
        if conf.systemd:
            raise SystemdWanted("systemd=true in /etc/wsl.conf; the lab's distributions have no systemd")
        dress.dress(config.dressing, sources, conf)
        sources.close()
        kernel.forget_old_root()
        base = dress.environment_base(config.name, conf)
        if conf.gpu and conf.ldconfig:
            _run_and_log(["/sbin/ldconfig"], base)
        if conf.boot_command:
            _run_and_log(["/bin/sh", "-c", conf.boot_command], base)
        self._conf = conf
        self._interop = dress.listen_for_interop() if conf.interop else None
        self._watch(wakeup_read, lambda: self._reap(wakeup_read))
        self._watch(self._control.fileno(), self._on_control)
        return base

    def tell_ready(self) -> None:
        """Tell the server, and hand it the socket of interop over."""
        message = {"ready": True, "mount_root": self._conf.mount_root}
        if self._interop is None:
            protocol.send(self._control, message)
            return
        with self._interop:
            protocol.send(self._control, message, [self._interop.fileno()])

    def loop(self) -> None:
        """Serve until the server is gone or nothing happened for the idle time."""
        while not self._finished:
            timeout = None if self._sessions else min(_POLL_SECONDS, max(0.01, self._idle_seconds / 4))
            self._serve(self._poll.poll(None if timeout is None else timeout * 1000))
            self._look_at_clock()

    def _serve(self, events: list[tuple[int, int]]) -> None:
        """Call the readers of EVENTS; stop when the watched set changes, since a number may mean another file then."""
        self._changed = False
        for descriptor, _ in events:
            self._readers[descriptor]()
            if self._changed:
                return

    def _watch(self, descriptor: int, reader: t.Callable[[], None]) -> None:
        self._changed = True
        self._readers[descriptor] = reader
        self._poll.register(descriptor, select.POLLIN)

    def _unwatch(self, descriptor: int) -> None:
        self._changed = True
        if self._readers.pop(descriptor, None) is not None:
            self._poll.unregister(descriptor)

    def _look_at_clock(self) -> None:
        if self._sessions or _has_other_processes():
            self._quiet_since = time.monotonic()
        elif time.monotonic() - self._quiet_since >= self._idle_seconds:
            self._finished = True

    def _on_control(self) -> None:
        message, descriptors = protocol.receive(self._control)
        if message is None:
            self._finished = True
            return
        request_memory, *streams, link = descriptors
        connection = socket.socket(fileno=link)
        try:
            self._start(protocol.unpack_request(request_memory), streams, connection)
        except BrokenPipeError:
            connection.close()  # the client went away before its program started
        finally:
            for descriptor in (request_memory, *streams):
                os.close(descriptor)

    def _start(self, request: protocol.Message, streams: list[int], connection: socket.socket) -> None:
        self._idle_seconds = request["idle_seconds"]
        windows_path = request["windows_path"] if self._conf.append_windows_path else []
        folders = [self._base["PATH"], *(f"{self._conf.mount_root}{folder}" for folder in windows_path)]
        base = {**self._base, "PATH": ":".join(folders)}
        started = session.start(request, streams, connection, base, self._conf.umask)
        if started is None:
            connection.close()
            return
        self._sessions[started.pid] = started
        self._watch(started.terminal, lambda: session.drain_terminal(started))
        self._watch(connection.fileno(), lambda: self._on_hang_up(started))

    def _on_hang_up(self, of: session.Session) -> None:
        """The client is gone: hang up. The program stays on the list until it has ended."""
        self._unwatch(of.connection.fileno())
        session.hang_up(of)

    def _reap(self, wakeup: int) -> None:
        """Collect every child that has ended, and tell the server about those that it asked for."""
        with contextlib.suppress(BlockingIOError):
            os.read(wakeup, 4096)
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                ended = self._sessions.pop(pid, None)
                if ended is not None:
                    self._end(ended, status)

    def _end(self, ended: session.Session, status: int) -> None:
        with contextlib.suppress(OSError):  # the client may have gone first
            protocol.send(ended.connection, {"status": status})
        self._unwatch(ended.terminal)
        self._unwatch(ended.connection.fileno())
        session.close(ended)
        self._quiet_since = time.monotonic()


def _mount_disk(config: Config) -> None:
    """Mount the disk on its root folder: an overlay on the image, or the plain tree of an imported disk."""
    if not config.lower:
        kernel.mount(config.upper, config.root, flags=kernel.MS_BIND)
        return
    if set(",:\\") & set(config.lower + config.upper):
        raise StartError(f"{config.upper}: a path with a comma, a colon or a backslash cannot be an overlay's layer")
    layers = f"lowerdir={config.lower},upperdir={config.upper},workdir={config.work}"
    # Plain overlays: no renames of image folders by reference, no index, so that an upper layer can be copied and
    # read without mounting. volatile: no sync at every package, a lab need not survive a power cut of the host.
    options = f"{layers},redirect_dir=off,index=off,metacopy=off,volatile"
    try:
        kernel.mount("overlay", config.root, "overlay", 0, options)
    except OSError as error:
        raise StartError(
            f"{config.root}: the overlay cannot be mounted: {error.strerror}; the lab's state directory must be on an "
            "ordinary file system (ext4, xfs, btrfs, tmpfs), not on another overlay"
        ) from error


def _has_other_processes() -> bool:
    """True when any process but this one lives in the instance, including one that the host put there."""
    return any(path.name.isdigit() and path.name != "1" for path in Path("/proc").iterdir())


def _run_and_log(command: list[str], environment: dict[str, str]) -> None:
    """Run COMMAND with its output in the instance's log; a failure is only logged, as WSL does."""
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(OSError):
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            os.execve(command[0], command, environment)
        os._exit(127)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status != 0:
        print(f"{' '.join(command)}: exit {status}", file=sys.stderr, flush=True)


# -- the two processes -----------------------------------------------------------------------------------------------


def _first_process(control: socket.socket, config: Config) -> None:
    kernel.die_with_parent(signal.SIGKILL)
    os.chdir("/")
    os.umask(0o022)
    kernel.set_process_name(f"init({config.name})")
    try:
        instance = Instance(control, config)
    except (StartError, OSError) as error:
        protocol.send(control, {"error": str(error), "not_modelled": isinstance(error, SystemdWanted)})
        return
    instance.tell_ready()
    instance.loop()


def _take_lock(file: str) -> None:
    """Lock FILE for as long as this process and the first process live. Raises StartError."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StartError(f"{file}: another process runs this disk; end it or use another disk") from None
            time.sleep(0.05)


def main() -> int:
    """The outer process: make the name spaces, fork the first process, wait for its end."""
    control = socket.socket(fileno=int(sys.argv[1]))
    memory = int(sys.argv[2])
    config = unpack_config(memory)
    for descriptor in (control.fileno(), memory):
        os.set_inheritable(descriptor, False)
    Path(config.root).mkdir(exist_ok=True)
    try:
        _take_lock(config.lock)  # kept open, and so kept, until both processes have ended
    except StartError as error:
        protocol.send(control, {"error": str(error), "not_modelled": False})
        return 1
    kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWUTS | kernel.CLONE_NEWIPC)
    kernel.mount("", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            _first_process(control, config)
            code = 0
        except BaseException:
            traceback.print_exc()
            raise  # no further than the next line but one
        finally:
            sys.stderr.flush()
            os._exit(code)
    protocol.send(control, {"pid": pid})
    control.close()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    json.dumps({})  # loads what json loads late
    sys.exit(main())
