# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows side of interop: starts the programs that ``/init`` of an instance asks for."""

from __future__ import annotations

import array
import contextlib
import errno
import os
import select
import socket
import struct
import threading
import time
import typing as t
from dataclasses import dataclass, replace

from lab.interop import translate
from lab.machine import journal
from lab.machine.drive import absolute
from lab.machine.machine import Machine
from lab.machine.process import Console, Process
from lab.machine.state import User
from lab.machine.streams import Pipe
from lab.windows import launch
from lab.windows.hives import load_hive
from lab.wsl import disks
from lab.wsl.registrations import Registrations

CODE_PAGES = {"en-US": 437, "de-DE": 850, "fr-FR": 850, "ja-JP": 932}
"""Of a console that nobody has given another one."""
_NUMBERS = struct.Struct("=3I")
_ANSWER = struct.Struct("=iI")
_CHUNK_BYTES = 65536
_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Request:
    """What ``/init`` asks for."""

    file: str
    """Of the program, a Linux path as it was called."""
    folder: str
    arguments: tuple[str, ...]
    environment: t.Mapping[str, str]
    streams: tuple[int, int, int]
    """Descriptors of stdin, stdout, stderr."""


def owner_of(laptop: Machine, disk_id: str) -> User:
    """Whose distribution has the disk; the first account where nobody's has."""
    for user in laptop.state.users:
        if any(disks.known_disk(laptop, item) == disk_id for item in Registrations(laptop.registry, user.sid).all()):
            return user
    return laptop.state.users[0]


class Interop:
    """Serves the instances of LAPTOP."""

    def __init__(self, laptop: Machine) -> None:
        self._laptop = laptop
        self._lock = threading.Lock()
        self.running: list[Process] = []
        """The programs that were started inside a distribution."""

    def serve(self, disk: str, distribution: str, mount_root: str, listener: socket.socket) -> Server:
        """Serve one instance at LISTENER; drive C is at MOUNT_ROOTc there."""
        return Server(self, self._laptop, owner_of(self._laptop, disk), distribution, mount_root, listener)

    @contextlib.contextmanager
    def followed(self, process: Process) -> t.Iterator[None]:
        """While PROCESS runs; its journal afterwards: the line, and the variables that came with it."""
        started, own = time.time(), self._laptop.environment(process.user)
        with self._lock:
            self.running.append(process)
        try:
            yield
        finally:
            entry = {
                "time": round(started, 3),
                "line": process.command_line,
                "user": process.user.name,
                "shared": {name: value for name, value in process.env.items() if own.get(name) != value},
                "processes": process.started,
                "killed": process.killed.is_set(),
                "seconds": round(time.time() - started, 3),
            }
            with self._lock:
                self.running.remove(process)
                journal.append(self._laptop.directory / "interop.jsonl", entry)


class Server:
    """Serves one instance until ``close``."""

    def __init__(
        self,
        interop: Interop,
        laptop: Machine,
        owner: User,
        distribution: str,
        mount_root: str,
        listener: socket.socket,
    ) -> None:
        self._interop = interop
        self._laptop = laptop
        self._owner = owner
        self._distribution = distribution
        self._mount_root = mount_root
        self._listener = listener
        threading.Thread(target=self._serve, name=f"{laptop.name}: interop", daemon=True).start()

    def close(self) -> None:
        """Take no more requests; the programs end with their instance, since their ``/init`` does."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._handle, args=(connection,), name="interop", daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        with connection:
            request = receive(connection)
            if request is None:
                return
            try:
                failure, code = self._run(request, connection)
            finally:
                for descriptor in request.streams:
                    os.close(descriptor)
            with contextlib.suppress(OSError):
                connection.sendall(_ANSWER.pack(failure, code))

    def _run(self, request: Request, connection: socket.socket) -> tuple[int, int]:
        """An errno, or 0 and the exit code."""
        path = translate.windows_path(request.file, self._distribution, self._mount_root)
        if self._laptop.drive.is_program(absolute("C:\\", path)) is None:
            return errno.EINVAL, 0
        name = request.file.rpartition("/")[2]
        process = self._process(request, translate.command_line([name, *request.arguments]))
        relays = Relays(process, request.streams, connection)
        with self._interop.followed(process):
            try:
                return 0, launch.launch(process, path, process.command_line) & 0xFFFFFFFF
            except BrokenPipeError:
                return 0, 1  # nobody reads on; Windows ends the program
            finally:
                relays.finish()

    def _process(self, request: Request, line: str) -> Process:
        """wsl.exe, whose child the program becomes."""
        state, owner = self._laptop.state, self._owner
        user = owner if state.elevated else replace(owner, admin=False)
        load_hive(self._laptop, owner)
        environment = self._laptop.environment(user)
        for name, value in translate.shared(request.environment, self._distribution, self._mount_root).items():
            if value:
                environment[name.upper()] = value
            else:
                environment.pop(name.upper(), None)
        return Process(
            laptop=self._laptop,
            user=user,
            path="C:\\Program Files\\WSL\\wsl.exe",
            command_line=line,
            env=environment,
            cwd=translate.windows_path(request.folder or "/", self._distribution, self._mount_root),
            stdin=Pipe(),
            stdout=Pipe(),
            stderr=Pipe(),
            console=Console(CODE_PAGES.get(state.language, 437)),
        )


def receive(connection: socket.socket) -> Request | None:
    """The request of a process that has connected; None where it is gone before it has said all."""
    data, ancillary, _flags, _address = connection.recvmsg(_CHUNK_BYTES, socket.CMSG_SPACE(3 * 4))
    descriptors = array.array("i")
    for level, kind, content in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
    while len(data) < _NUMBERS.size or len(data) < _NUMBERS.size + _NUMBERS.unpack_from(data)[0]:
        more = connection.recv(_CHUNK_BYTES)
        if not more:
            for descriptor in descriptors:
                os.close(descriptor)
            return None
        data += more
    _length, count, _variables = _NUMBERS.unpack_from(data)
    file, folder, *rest = data[_NUMBERS.size : -1].decode("utf-8", "surrogateescape").split("\0")
    variables = (variable.partition("=") for variable in rest[count:])
    return Request(
        file=file,
        folder=folder,
        arguments=tuple(rest[:count]),
        environment={name: value for name, _equals, value in variables},
        streams=t.cast("tuple[int, int, int]", tuple(descriptors)),
    )


class Relays:
    """Carries bytes between the streams of ``/init`` and those of a Windows program.

    Stdin is read whether the program reads it or not, as WSL does.
    """

    def __init__(self, process: Process, streams: tuple[int, int, int], connection: socket.socket) -> None:
        self._process = process
        self._streams = streams
        self._connection = connection
        self._over = threading.Event()
        self._input = threading.Thread(target=self._feed, daemon=True)
        outputs = ((process.stdout, streams[1]), (process.stderr, streams[2]))
        self._outputs = [
            threading.Thread(target=_drain, args=(pipe, descriptor), daemon=True) for pipe, descriptor in outputs
        ]
        for thread in (self._input, *self._outputs):
            thread.start()

    def finish(self) -> None:
        """The program has ended: pass on what it wrote."""
        self._over.set()
        for pipe in (self._process.stdout, self._process.stderr):
            t.cast(Pipe, pipe).close()
        self._process.stdin.abandon()
        for thread in (self._input, *self._outputs):
            thread.join()

    def _feed(self) -> None:
        """Pass stdin on, and end the program where ``/init`` has ended."""
        source = self._streams[0]
        watched = select.poll()
        watched.register(self._connection, select.POLLIN)
        watched.register(source, select.POLLIN)
        while not self._over.is_set():
            for descriptor, _event in watched.poll(_LOOK_SECONDS * 1000):
                if descriptor == self._connection.fileno():
                    self._kill()
                    return
                data = os.read(source, _CHUNK_BYTES)
                with contextlib.suppress(BrokenPipeError):  # a program may end without having read all of it
                    self._process.stdin.write(data)
                if not data:
                    watched.unregister(source)
                    self._process.stdin.close()

    def _kill(self) -> None:
        process = self._process
        process.killed.set()
        for hook in list(process.on_kill):
            hook()
        process.stdin.abandon()
        for pipe in (process.stdout, process.stderr):
            t.cast(Pipe, pipe).abandon()


def _drain(pipe: t.Any, target: int) -> None:
    while True:
        data = pipe.read(_CHUNK_BYTES)
        if not data:
            return
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(target, view) :]
        except OSError:
            pipe.abandon()
            return
