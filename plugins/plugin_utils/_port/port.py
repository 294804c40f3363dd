# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The port to a Windows host: run one command line, get what it printed.

Everything above it knows no more of a connection than this. ``_port/roads.py`` says which implementations there are;
tests use a scripted one.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed


@dataclass(frozen=True)
class Completed:
    """What a finished command line left behind."""

    exit_code: int
    """Unsigned 32 bit, as Windows has it: -1 arrives as 4294967295."""
    stdout: bytes
    stderr: bytes


class Readable(t.Protocol):
    """Where a long stdin comes from, see ``_port.byte_stream``."""

    def read(self, size: int, /) -> bytes:
        """The next SIZE bytes, fewer only at the end, ``b""`` after it."""


def pieces(reader: Readable, size: int) -> t.Iterator[tuple[bytes, bool]]:
    """READER in pieces of SIZE bytes, and whether a piece is the last; one empty piece if there is nothing."""
    piece = reader.read(size)
    while True:
        following = reader.read(size)
        yield piece, not following
        if not following:
            return
        piece = following


Stdin = t.Union[bytes, Readable]


class CommandRunner(t.Protocol):
    """Runs command lines on one Windows host."""

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        """Run LINE (built by ``_port.cmd_line``) with STDIN, which is always ended; a reader is read while it is sent.

        :arg timeout: seconds after which the command is ended on the host; None waits for ever.
        :raises HostUnreachable: the host, the account or the connection failed; the outcome of LINE is unknown.
        :raises CommandTimeout: TIMEOUT seconds passed.
        :raises StepFailed: STDIN could not be read; LINE was ended on the host.
        :raises OutputTooLong: LINE printed more than OUTPUT_BYTES and was ended on the host.
        """


Heard = t.Callable[[bytes, bytes], None]
"""Is given what a command has printed on stdout and stderr since the last time, while it runs; nothing of both now and
then where it is silent. SSH adds its marks. Never raises."""

SILENT_SECONDS = 20.0
"""How long at most a listener waits for that."""


class HearingRunner(CommandRunner, t.Protocol):
    """Lets somebody listen to a command while it runs."""

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None, heard: Heard | None = None) -> Completed:
        """See ``CommandRunner.run``."""


OUTPUT_BYTES = 16 << 20
"""Most bytes that one command may print. Nothing that is asked of a host prints more than some hundred kB; a module may
print a few MiB, and files travel in pieces of 8 MiB, which are 11 MiB in base64. Whatever prints more was made to."""


CONNECT_TIMEOUT = 10.0
"""Seconds that a host may take for its first answer."""


def is_here(runner: CommandRunner) -> bool:
    """Whether RUNNER stays on the laptop on which Ansible runs: a person sits there, who can be told commands."""
    return hasattr(runner, "inside")


BY_HAND = "run it yourself in a terminal of Windows that was opened as administrator, then run the playbook again"


class Dialogue(t.Protocol):
    """What is sent before stdin, each part an answer to what the command has printed: a password to its prompt."""

    opening: bytes
    """Sent before anything was printed."""
    seconds: float
    """How long the dialogue may take."""

    def reply(self, stdout: bytes, stderr: bytes) -> bytes | None:
        """What to send next, given all that was printed; ``b""`` waits for more, None lets stdin follow.

        :raises StepFailed: gives up; the command is ended on the host.
        """

    def late(self) -> Exception:
        """What to raise when the time is over."""


class ConversingRunner(CommandRunner, t.Protocol):
    """Answers commands that ask before they take their stdin."""

    def converse(self, line: str, dialogue: Dialogue, stdin: Stdin = b"") -> Completed:
        """Run LINE as ``run`` does, with DIALOGUE before STDIN."""


class ClosableRunner(ConversingRunner, t.Protocol):
    """Holds a connection."""

    def close(self) -> None:
        """Give it up; the next command makes another one. Never raises."""


class OpenCommand(t.Protocol):
    """A command whose stdin stays open, so that it can be talked to for longer."""

    def send(self, data: bytes) -> None:
        """Give DATA to it.

        :raises NotSent: the last byte of DATA has certainly not arrived.
        :raises CommandOver: it has ended, and has not taken all of DATA.
        :raises HostUnreachable: the connection was lost; DATA may have arrived.
        """

    def receive(self) -> bytes:
        """What it has printed on stdout since, nothing after a silent while.

        :raises CommandOver: it has ended, and everything it printed was received before.
        :raises HostUnreachable: the connection was lost.
        :raises OutputTooLong: it printed more than OUTPUT_BYTES on stderr.
        """

    def end(self) -> None:
        """End it on the host. Never raises."""


class OpeningRunner(ClosableRunner, t.Protocol):
    """Keeps commands open."""

    def open(self, line: str) -> OpenCommand:
        """Start LINE. Raises as ``run`` does, and LINE has not begun then."""


class CommandOver(Exception):
    """An open command has ended."""

    def __init__(self, completed: Completed) -> None:
        """COMPLETED: its exit code and stderr, and the stdout that was not received before."""
        super().__init__(f"exit code {completed.exit_code}")
        self.completed = completed


class NotSent(Exception):
    """What was to be sent has not arrived, for certain."""


class HostUnreachable(Exception):
    """The host cannot be reached or was lost; one line with the host, what failed and what to do."""

    cause = "unreachable"
    """In a word or two, for tables: ``off``, ``unknown name``, ``no WinRM``, ``access refused``, ``not trusted``."""
    begun = False
    """The connection was lost while a command was under way."""

    def __init__(self, message: str) -> None:
        """MESSAGE may hold what a laptop said: it goes to terminals as it is."""
        super().__init__(clean(message))


class AuthenticationFailed(HostUnreachable):
    """The host answered and refused the account."""

    cause = "access refused"


class CommandTimeout(Exception):
    """A command line did not end in time and was ended on the host."""

    def __init__(self, message: str, stdout: bytes = b"") -> None:
        super().__init__(clean(message))
        self.stdout = stdout
        """What it had printed until then."""


class OutputTooLong(StepFailed):
    """A command line printed more than OUTPUT_BYTES and was ended on the host."""

    def __init__(self, message: str, stdout: bytes = b"") -> None:
        super().__init__(message)
        self.stdout = stdout
        """What it had printed until then."""
