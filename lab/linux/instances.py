# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running distributions of one laptop, as wsl.exe's service sees them: start, run a program, terminate.

An instance is a process of its own (lab/linux/holder.py). It ends by itself when idle and when this process dies.
Keys are disk ids (lab/linux/disks.py).
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import typing as t
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from lab.linux import disks, dress, enter, holder, init, protocol
from lab.linux.relay import Relay
from lab.machine.machine import Machine
from lab.machine.process import ByteSink, NotModelled, Process
from lab.machine.streams import Pipe

DEFAULT_VERSION = "2.6.3.0"
START_SECONDS = 20.0
"""An instance that is not ready after this many seconds is killed."""

_KILL_SECONDS = 10.0
_FOREVER_SECONDS = 1e9
_ROOT = Path(__file__).resolve().parent.parent.parent
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_IPV6_HOSTS = """
# The following lines are desirable for IPv6 capable hosts
::1     ip6-localhost ip6-loopback
fe00::0 ip6-localnet
ff00::0 ip6-mcastprefix
ff02::1 ip6-allnodes
ff02::2 ip6-allrouters
"""


class InstanceError(Exception):
    """An instance cannot be started; one line."""


class UnknownUser(KeyError):
    """The distribution has no such user."""


@dataclass
class Streams:
    """What a program reads and writes, and how its client ends it. A Process has all of it."""

    stdin: Pipe
    stdout: ByteSink
    stderr: ByteSink
    killed: threading.Event = field(default_factory=threading.Event)
    on_kill: list[t.Callable[[], None]] = field(default_factory=list)


class _Collected:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> None:
        self.data += data


@dataclass
class _Instance:
    """A running instance as its server sees it."""

    outer: subprocess.Popen[bytes]
    control: socket.socket
    pid: int
    pidfd: int
    interop: Closes | None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def alive(self) -> bool:
        ended = select.poll()  # select() takes no descriptor beyond 1,023, and many laptops have more
        ended.register(self.pidfd, select.POLLIN)
        return self.outer.poll() is None and not ended.poll(0)

    def kill(self) -> None:
        """Kill the first process, and with it everything inside."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def collect(self) -> None:
        """Wait for the end and release everything."""
        if self.interop is not None:
            self.interop.close()
        self.control.close()
        try:
            self.outer.wait(_KILL_SECONDS)
        finally:
            os.close(self.pidfd)


class Closes(t.Protocol):
    """Serves a socket until it is closed."""

    def close(self) -> None:
        """Serve no more."""


ServeInterop = t.Callable[[str, str, str, socket.socket], Closes]
"""Serves interop for a disk and the name of its distribution, whose drives are mounted below the third, at a socket."""


class Instances:
    """The instances of LAPTOP. Thread-safe."""

    def __init__(self, laptop: Machine, image_cache: Path, serve_interop: ServeInterop) -> None:
        self.image_cache = image_cache
        self._serve_interop = serve_interop
        self.shown: dict[str, str] = {}
        """Folders of this machine that all distributions see: where they stand there -> the folder."""
        self._laptop = laptop
        self._lock = threading.Lock()
        self._starting: dict[str, threading.Lock] = {}
        self._instances: dict[str, _Instance] = {}

    # -- start and end -----------------------------------------------------------------------------------------------

    def running(self) -> list[str]:
        """The ids of the disks whose instances run, the oldest first."""
        with self._lock:
            ended = {disk_id: one for disk_id, one in self._instances.items() if not one.alive()}
            for disk_id in ended:
                del self._instances[disk_id]
            left = list(self._instances)
        for disk_id, one in ended.items():
            self._clean_up(disk_id, one)
        return left

    def is_running(self, disk_id: str) -> bool:
        """True while the instance of the disk runs."""
        return disk_id in self.running()

    def start(self, disk_id: str, name: str = "", version: str = DEFAULT_VERSION) -> None:
        """Start the instance of the disk unless it runs. NAME is the distribution's, VERSION that of WSL.

        Raises InstanceError, NotModelled (systemd), FileNotFoundError (no such disk).
        """
        with self._start_lock(disk_id):
            if self.is_running(disk_id):
                return
            started = self._spawn(disk_id, name, version)
            with self._lock:
                self._instances[disk_id] = started

    def terminate(self, disk_id: str) -> None:
        """End the instance and everything in it; no error when it does not run."""
        with self._start_lock(disk_id):
            self._end([disk_id])

    def terminate_all(self) -> None:
        """End every instance of the laptop."""
        with self._lock:
            every = list(self._instances)
        self._end(every)

    def _end(self, disk_ids: list[str]) -> None:
        with self._lock:
            ending = {one: self._instances.pop(one) for one in disk_ids if one in self._instances}
        for one in ending.values():
            one.kill()
        for disk_id, one in ending.items():
            self._clean_up(disk_id, one)

    def _clean_up(self, disk_id: str, ended: _Instance) -> None:
        ended.collect()
        enter.forget(disks.disk(self._laptop, disk_id).directory, ended.pid)

    def _start_lock(self, disk_id: str) -> threading.Lock:
        with self._lock:
            return self._starting.setdefault(disk_id, threading.Lock())

    def _spawn(self, disk_id: str, name: str, version: str) -> _Instance:
        if os.geteuid() != 0:
            raise InstanceError("distributions need root: name spaces and mounts; run the lab with sudo")
        disk = disks.disk(self._laptop, disk_id)
        config = self._config(disk, name, version)
        shutil.rmtree(disk.work, ignore_errors=True)  # overlayfs refuses one that a killed volatile mount has left
        disk.work.mkdir()
        near, far = protocol.socket_pair()
        memory = protocol.pack_request(dataclasses.asdict(config))
        command = [sys.executable, "-E", "-S", "-s", "-m", "lab.linux.holder", str(far.fileno()), str(memory)]
        try:
            with (disk.directory / "instance.log").open("ab") as log:
                outer = subprocess.Popen(
                    command,
                    cwd=_ROOT,
                    env={},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(far.fileno(), memory),
                    start_new_session=True,
                )
        finally:
            far.close()
            os.close(memory)
        try:
            pid, interop = self._wait_until_ready(near, disk, name)
            pidfd = os.pidfd_open(pid)
        except BaseException:
            near.close()
            outer.kill()
            outer.wait()
            raise
        enter.remember(disk.directory, pid, name)
        return _Instance(outer, near, pid, pidfd, interop)

    def _wait_until_ready(self, control: socket.socket, disk: disks.Disk, name: str) -> tuple[int, Closes | None]:
        """The host's number of the first process, and what serves interop. Raises InstanceError, NotModelled."""
        pid, ready, descriptors = _wait_until_ready(control, disk)
        if not descriptors:
            return pid, None
        listener = socket.socket(fileno=descriptors[0])
        return pid, self._serve_interop(disk.directory.name, name, ready["mount_root"], listener)

    def _config(self, disk: disks.Disk, name: str, version: str) -> holder.Config:
        lower = disk.lower(self.image_cache)
        return holder.Config(
            name=name,
            root=str(disk.directory / "root"),
            lower=str(lower or ""),
            upper=str(disk.upper),
            work=str(disk.work),
            lock=str(disk.directory / "lock"),
            idle_seconds=self._idle_seconds(),
            dressing=dress.Dressing(
                computer_name=self._laptop.state.computer_name,
                version=version,
                drive=str(self._laptop.directory / "C"),
                libraries=self._windows_folder("C:\\Windows\\System32\\lxss\\lib"),
                drivers=self._windows_folder("C:\\Windows\\System32\\DriverStore\\FileRepository"),
                init=str(init.built(self.image_cache)),
                shown=self.shown,
                hosts=_host_names() + _IPV6_HOSTS,
                resolv_conf=Path("/etc/resolv.conf").read_text(encoding="utf-8"),
            ),
        )

    def _windows_folder(self, path: str) -> str:
        folder = self._laptop.drive.host_path(path)
        return str(folder) if folder.is_dir() else ""

    def _idle_seconds(self) -> float:
        """WSL's instanceIdleTimeout in seconds; a negative one means never."""
        seconds = self._laptop.state.instance_idle_seconds
        return seconds if seconds >= 0 else _FOREVER_SECONDS

    # -- programs ----------------------------------------------------------------------------------------------------

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
        version: str = DEFAULT_VERSION,
    ) -> int:
        """Run a program for the Windows process PROCESS (wsl.exe), relaying its streams byte for byte.

        Starts the instance when needed. ARGV[0] is searched in PATH; ARG0 replaces it as the program's own name. CWD
        is a Linux path or ``~``; one that cannot be entered is reported on stderr and is not fatal. ENV goes on top of
        WSL's variables. When PROCESS is killed the program gets SIGHUP and loses its pipes.

        Returns the exit status; for a death by signal the raw wait status (9 for SIGKILL, 139 for a segmentation
        fault with core); 1 when the program is missing or the instance ended. Returns as soon as the program itself
        has ended, whatever it left running. Raises UnknownUser and what ``start`` raises.
        """
        request = {
            "argv": list(argv),
            "arg0": arg0,
            "user": user,
            "cwd": cwd,
            "env": {**_proxy_variables(), **env},
            "windows_path": _below_automount(process.env.get("PATH", "")),
        }
        with self._virtual_machine_fault(process.command_line):
            return self._run(disk_id, name, version, request, t.cast(Streams, process))

    def capture(
        self,
        disk_id: str,
        argv: t.Sequence[str],
        *,
        user: str = "root",
        cwd: str = "~",
        env: t.Mapping[str, str] | None = None,
        stdin: bytes = b"",
        name: str = "",
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program and keep what it writes; for profiles and tests. Exit status as of ``run``."""
        variables = {**_proxy_variables(), **(env or {})}
        request: protocol.Message = {"argv": list(argv), "arg0": None, "user": user, "cwd": cwd, "env": variables}
        request["windows_path"] = []
        source, stdout, stderr = Pipe(limit=len(stdin) + 1), _Collected(), _Collected()
        source.write(stdin)
        source.close()
        code = self._run(disk_id, name, DEFAULT_VERSION, request, Streams(source, stdout, stderr))
        return subprocess.CompletedProcess(list(argv), code, bytes(stdout.data), bytes(stderr.data))

    @contextlib.contextmanager
    def _virtual_machine_fault(self, line: str) -> t.Iterator[None]:
        """While LINE runs, the fault ``virtual_machine_stops`` may end every instance."""
        fault = self._laptop.faults.strike("virtual_machine_stops", line)
        timer = None if fault is None else threading.Timer(float(fault.get("seconds", 0)), self.terminate_all)
        if timer is not None:
            timer.daemon = True
            timer.start()
        try:
            yield
        finally:
            if timer is not None:
                timer.cancel()

    def _run(self, disk_id: str, name: str, version: str, request: protocol.Message, streams: Streams) -> int:
        """As ``run``; once more when the instance ended for idleness just when the request arrived."""
        request["idle_seconds"] = self._idle_seconds()
        for attempt in (1, 2):
            self.start(disk_id, name, version)
            link, far = protocol.socket_pair()
            with link:
                relay = Relay(streams.stdin, streams.stdout, streams.stderr, partial(_shut, link))
                sent = self._hand_over(disk_id, request, relay, far)
                first = protocol.receive(link)[0] if sent else None
                if first is None and attempt == 1:
                    relay.abandon()
                    continue
                return _attend(link, first, relay, streams)
        return 1

    def _hand_over(self, disk_id: str, request: protocol.Message, relay: Relay, far: socket.socket) -> bool:
        """Give the request to the instance; False when it is gone."""
        with self._lock:
            instance = self._instances.get(disk_id)
        memory = protocol.pack_request(request)
        try:
            if instance is None:
                return False
            with instance.lock:
                protocol.send(instance.control, {"run": True}, [memory, *relay.program_ends, far.fileno()])
            return True
        except OSError:
            return False
        finally:
            os.close(memory)
            far.close()


def _attend(link: socket.socket, message: protocol.Message | None, relay: Relay, streams: Streams) -> int:
    """Follow one program to its end. MESSAGE is the first one about it."""
    relay.start()
    hang_up = partial(_shut, link)
    streams.on_kill.append(hang_up)
    if streams.killed.is_set():
        hang_up()
    code = 1
    unknown_user = None
    try:
        while message is not None:
            if "unknown_user" in message:
                unknown_user = message["unknown_user"]
            elif "failed" in message:
                raise InstanceError(f"the program could not be started: {message['failed']}")
            elif "status" in message:
                code = _exit_status(message["status"])
                break
            else:
                _report(message, streams.stderr)
            message = protocol.receive(link)[0]
    except BrokenPipeError:
        _shut(link)
    finally:
        with contextlib.suppress(ValueError):
            streams.on_kill.remove(hang_up)
        relay.finish()
    if unknown_user is not None:
        raise UnknownUser(unknown_user)
    return code


def _report(message: protocol.Message, stderr: ByteSink) -> None:
    """The lines that WSL's init writes to the program's stderr. The line numbers differ between versions of WSL."""
    start = f"<3>WSL ({message.get('relay', 0)} - Relay) ERROR: CreateProcessCommon"
    if "chdir" in message:
        stderr.write(f"{start}:640: chdir({message['folder']}) failed {message['chdir']}\n".encode(errors="replace"))
    elif "exec" in message:
        text = f"{start}:725: execvpe({message['program']}) failed: {os.strerror(message['exec'])}\n"
        stderr.write(text.encode(errors="replace"))


def _exit_status(status: int) -> int:
    """The exit status 0 to 255, or the raw wait status of a death by signal."""
    return status & 0xFF if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _shut(link: socket.socket) -> None:
    """Tell the instance that the client is gone, and wake who waits for the program."""
    with contextlib.suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)


def _wait_until_ready(control: socket.socket, disk: disks.Disk) -> tuple[int, protocol.Message, list[int]]:
    """The host's number of the first process, and what it said once it was ready. Raises InstanceError, NotModelled."""
    control.settimeout(START_SECONDS)
    pid: int | None = None
    ready: protocol.Message | None = None
    handed_over: list[int] = []
    while pid is None or ready is None:
        try:
            message, descriptors = protocol.receive(control)
        except TimeoutError:
            raise InstanceError(f"disk {disk.directory}: not ready after {START_SECONDS:.0f} s") from None
        if message is None:
            raise InstanceError(f"disk {disk.directory}: the instance ended at its start; see instance.log there")
        if "error" in message:
            raise (NotModelled if message["not_modelled"] else InstanceError)(message["error"])
        pid = message.get("pid", pid)
        if "ready" in message:
            ready, handed_over = message, descriptors
    control.settimeout(None)
    return pid, ready, handed_over


def _host_names() -> str:
    """The lines of the host's /etc/hosts that name other machines than this one."""
    lines = Path("/etc/hosts").read_text(encoding="utf-8").splitlines()
    names = [line.split("#")[0].split() for line in lines]
    return "".join("\t".join(parts) + "\n" for parts in names if len(parts) > 1 and "localhost" not in parts[1])


def _proxy_variables() -> dict[str, str]:
    """The host's proxy, as WSL's autoProxy hands down that of Windows; loopback stays direct."""
    found = {name: os.environ[name] for name in _PROXY_VARIABLES if os.environ.get(name)}
    if found:
        for name in ("no_proxy", "NO_PROXY"):
            found[name] = ",".join(filter(None, [found.get(name), "127.0.0.1", "localhost"]))
    return found


def _below_automount(windows_path: str) -> list[str]:
    """The folders of a Windows PATH on C: as they stand below the automount root: ``c/Windows/System32``."""
    folders = [folder.strip().rstrip("\\") for folder in windows_path.split(";")]
    return ["c" + folder[2:].replace("\\", "/") for folder in folders if folder[:3].upper() == "C:\\"]
