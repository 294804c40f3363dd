# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SSH server of one laptop: asyncssh in front of the same ``cmd.exe`` that WinRM reaches.

As of Windows: each ``exec`` request is a program of its own with three pipes, which carry bytes; there is no terminal.
What a connection that is lost leaves behind goes on until it writes (Win32-OpenSSH issue 1751): its input ends, its
output has no reader. A shell without a command, a terminal, SFTP and forwarding are not modelled, and are refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncssh

from lab.machine import journal
from lab.machine.machine import Machine
from lab.machine.process import NOT_MODELLED_EXIT_CODE, Command, NotModelled
from lab.machine.state import User
from lab.machine.streams import Pipe
from lab.ssh import keys
from lab.ssh.default_shell import line_of_cmd
from lab.wsman.connection import Listener
from lab.wsman.cut import ConnectionCut
from lab.wsman.link import Link, LinkSettings

_DIRECT = LinkSettings()
_CHUNK_BYTES = 65536


class LaptopServer:
    """OpenSSH of LAPTOP on 127.0.0.1. ``port`` is known, and kept, from the start."""

    def __init__(self, laptop: Machine, host_key: Path, port: int = 0, link: LinkSettings = _DIRECT) -> None:
        """A port of 0 takes a free one. Raises OSError when a port is taken."""
        self._laptop = laptop
        self._host_key = str(host_key)
        self._link = Link(link)
        self._listener = Listener(port, self._accepted, f"{laptop.name} ssh")
        self._cut = ConnectionCut(laptop.faults, self.cut)
        self._loop = asyncio.new_event_loop()
        self._threads = ThreadPoolExecutor(max_workers=256, thread_name_prefix=f"{laptop.name} ssh")
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._powered = False

    @property
    def port(self) -> int:
        """The port (22 on Windows)."""
        return self._listener.port

    # -- life ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Listen, and follow the laptop's power from now on."""
        threading.Thread(target=self._loop.run_forever, name=f"{self._laptop.name} ssh", daemon=True).start()
        self._laptop.on_power.append(self.power)
        self.power(True)

    def stop(self) -> None:
        """Close everything; the port is free afterwards."""
        self._laptop.on_power.remove(self.power)
        self.power(False)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._listener.release()

    def power(self, on: bool) -> None:
        """The laptop goes down, with every connection, or is back on the same port."""
        self._powered = on
        if on:
            self._listener.open()
        else:
            self._listener.close()
            self._drop_connections()

    def cut(self, away: float = 0, kill_after: float | None = None) -> None:
        """Leave the network for AWAY seconds. KILL_AFTER is for shells of WinRM: nothing ends a command here."""
        del kill_after
        if away > 0:
            self._listener.close()
            timer = threading.Timer(away, self._back)
            timer.daemon = True
            timer.start()
        self._drop_connections()

    def _back(self) -> None:
        if self._powered:
            self._listener.open()

    def _drop_connections(self) -> None:
        with self._lock:
            dropped = list(self._sockets)
        for connected in dropped:
            with contextlib.suppress(OSError):  # closed already
                connected.shutdown(socket.SHUT_RDWR)

    # -- connections ---------------------------------------------------------------------------------------------

    def _accepted(self, accepted: socket.socket) -> None:
        if self._laptop.faults.strike("connection_refused") is not None:
            accepted.close()
            return
        asyncio.run_coroutine_threadsafe(self._serve(self._link.through(accepted)), self._loop)

    async def _serve(self, connected: socket.socket) -> None:
        connected.setblocking(False)
        with self._lock:
            self._sockets.add(connected)
        try:
            connection = await asyncssh.run_server(
                connected,
                server_factory=lambda: _Logon(self._laptop),
                server_host_keys=[self._host_key],
                process_factory=self._command,
                encoding=None,
                allow_pty=False,
                agent_forwarding=False,
            )
            await connection.wait_closed()
        except (OSError, asyncssh.Error):
            pass  # the client went away, was not let in, or the lab dropped the connection
        finally:
            with self._lock:
                self._sockets.discard(connected)

    # -- commands ------------------------------------------------------------------------------------------------

    async def _command(self, channel: asyncssh.SSHServerProcess[bytes]) -> None:
        account = self._laptop.user(channel.get_extra_info("username"))
        assert account is not None, "nobody else was let in"
        try:
            command = self._started(account, channel.command)
        except NotModelled as error:
            channel.stderr.write(f"lab: not modelled: {error}\r\n".encode("utf-8", "backslashreplace"))
            channel.exit(NOT_MODELLED_EXIT_CODE)
            return
        running = _Running(command)
        self._cut.command_started(running)
        feeding = asyncio.ensure_future(self._feed(channel, running))
        try:
            await asyncio.gather(
                self._carry(command.stdout, channel.stdout, running),
                self._carry(command.stderr, channel.stderr, running),
            )
            await self._loop.run_in_executor(self._threads, command.done.wait)
            channel.exit(command.exit_code or 0)
        except (OSError, asyncssh.Error):
            command.stdout.abandon()
            command.stderr.abandon()
        finally:
            feeding.cancel()

    def _started(self, account: User, line: str | None) -> Command:
        if line is None:
            raise NotModelled("sshd: a shell without a command")
        return self._laptop.start_command(account, line_of_cmd(self._laptop, line), quoted=True)

    async def _feed(self, channel: asyncssh.SSHServerProcess[bytes], running: _Running) -> None:
        """Carry what the client sends to the command. Its input ends with that of the client, and with the client."""
        stdin = running.command.stdin
        with contextlib.suppress(OSError, asyncssh.Error):  # the client is gone, or the command reads no more
            while data := await channel.stdin.read(_CHUNK_BYTES):
                await self._loop.run_in_executor(self._threads, stdin.write, data)
                self._cut.input_given(running)
        stdin.close()

    async def _carry(self, pipe: Pipe, stream: asyncssh.SSHWriter[bytes], running: _Running) -> None:
        """Carry what the command prints; raises where nobody reads it any more."""
        while data := await self._loop.run_in_executor(self._threads, pipe.read, _CHUNK_BYTES):
            running.received += len(data)
            self._cut.output_taken(running)
            stream.write(data)
            await stream.drain()
            if stream.is_closing():
                raise BrokenPipeError


class _Running:
    """What a fault watches of a command."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.received = 0


class _Logon(asyncssh.SSHServer):
    """Lets the accounts of a laptop in, by password or by key."""

    def __init__(self, laptop: Machine) -> None:
        self._laptop = laptop

    def auth_completed(self) -> None:
        entry = {"time": round(time.time(), 3)}
        with self._laptop.lock:
            journal.append(self._laptop.directory / "ssh.jsonl", entry)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        account = self._laptop.user(username)
        return account is not None and account.password == password

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        account = self._laptop.user(username)
        return account is not None and keys.is_authorized(self._laptop, account, key)
