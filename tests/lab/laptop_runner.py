# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command runner on a simulated laptop in this process: everything but WinRM between the collection and the lab."""

from __future__ import annotations

import threading

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    CommandTimeout,
    Completed,
    HostUnreachable,
    Stdin,
)

from lab.laptops.laptop import Laptop
from lab.machine.state import User
from lab.machine.streams import Pipe


class LaptopRunner:
    """Runs lines as ``cmd.exe /C`` on LAPTOP for USER (default: its first account). ``lines`` keeps them all."""

    def __init__(self, laptop: Laptop, user: User | None = None) -> None:
        self._laptop = laptop
        self._user = user or laptop.state.users[0]
        self.lines: list[str] = []
        self._up = True
        laptop.on_power.append(self._power)

    def _power(self, up: bool) -> None:
        self._up = up

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        """See ``CommandRunner.run``."""
        self.lines.append(line)
        if not self._up:
            raise HostUnreachable(f"{self._laptop.name}: it is off")
        command = self._laptop.start_command(self._user, line)
        outputs = [_Collector(command.stdout), _Collector(command.stderr)]
        threading.Thread(target=_feed, args=(command.stdin, stdin), daemon=True).start()
        if not command.done.wait(timeout):
            command.kill()
            message = f"{self._laptop.name}: not finished after {timeout} s: {line[:120]}"
            raise CommandTimeout(message, outputs[0].so_far())
        assert command.exit_code is not None
        return Completed(command.exit_code, *(output.result() for output in outputs))


class _Collector:
    """Reads a pipe to its end on a thread."""

    def __init__(self, pipe: Pipe) -> None:
        self._data = bytearray()
        self._thread = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self._thread.start()

    def _read(self, pipe: Pipe) -> None:
        while part := pipe.read(65536):
            self._data += part

    def so_far(self) -> bytes:
        """What has arrived until now."""
        return bytes(self._data)

    def result(self) -> bytes:
        self._thread.join()
        return bytes(self._data)


def _feed(pipe: Pipe, data: Stdin) -> None:
    try:
        if isinstance(data, bytes):
            pipe.write(data)
        else:
            while part := data.read(1 << 16):
                pipe.write(part)
        pipe.close()
    except BrokenPipeError:
        pass  # the program did not want it
