# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The port to a Windows host: run one command line, get its output.

The rest of the collection uses nothing else of a connection. ``_port/roads.py`` lists the implementations; tests use a
scripted one.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed


@dataclass(frozen=True)
class Completed:
    """The outcome of a finished command line."""

    exit_code: int
    """Unsigned 32 bit, as in Windows: -1 arrives as 4294967295."""
    stdout: bytes
    stderr: bytes

    @property
    def last_line(self) -> str:
        """The last line of what it said, of errors where it named any."""
        said = (self.stderr or self.stdout).decode("utf-8", "replace").strip().splitlines()
        return said[-1] if said else "no message"


class Readable(t.Protocol):
    """The source of a long stdin, see ``_port.byte_stream``."""

    def read(self, size: int, /) -> bytes:
        """The next SIZE bytes, fewer only at the end, ``b""`` after it."""


def pieces(reader: Readable, size: int) -> t.Iterator[tuple[bytes, bool]]:
    """READER in pieces of SIZE bytes, each with whether it is the last; one empty piece if there are no bytes."""
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
        """Run LINE (built by ``_port.cmd_line``) with STDIN, which always has an end; a reader is read during sending.

        :arg timeout: seconds after which the command is ended on the host; None waits for ever.
        :raises HostUnreachable: the host, the account or the connection failed; the outcome of LINE is unknown.
        :raises CommandTimeout: TIMEOUT seconds passed.
        :raises StepFailed: STDIN could not be read; LINE was ended on the host.
        :raises OutputTooLong: LINE printed more than OUTPUT_BYTES and was ended on the host.
        """


Heard = t.Callable[[bytes, bytes], None]
"""Called while a command runs, with its stdout and stderr since the last call; with two empty ones now and then if the
command is silent. Over SSH the output contains marks. Never raises."""

SILENT_SECONDS = 20.0
"""The longest time between two calls of ``Heard``."""


class HearingRunner(CommandRunner, t.Protocol):
    """Reports the output of a command while it runs."""

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None, heard: Heard | None = None) -> Completed:
        """See ``CommandRunner.run``."""


OUTPUT_BYTES = 16 << 20
"""Most bytes that one command may print. Reads of a host print at most some hundred kB, a module may print a few MiB,
and files come in pieces of 8 MiB, which are 11 MiB in base64. More output than that is an attack or a fault."""


CONNECT_TIMEOUT = 10.0
"""Seconds that a host may take for its first answer."""


def is_here(runner: CommandRunner) -> bool:
    """Whether RUNNER runs commands on the laptop of Ansible itself: a person sits there who can run commands."""
    return hasattr(runner, "inside")


BY_HAND = "run it yourself in a terminal of Windows that was opened as administrator, then run the playbook again"


class Dialogue(t.Protocol):
    """Sent before stdin, in parts, each an answer to output of the command: a password to its prompt."""

    opening: bytes
    """Sent before the command has printed anything."""
    seconds: float
    """How long the dialogue may take."""

    def reply(self, stdout: bytes, stderr: bytes) -> bytes | None:
        """What to send next, after all output so far; ``b""``: wait for more output, None: send stdin.

        :raises StepFailed: the dialogue gives up; the command is ended on the host.
        """

    def late(self) -> Exception:
        """The error to raise when the time is over."""


class ConversingRunner(CommandRunner, t.Protocol):
    """Answers commands that ask before they take their stdin."""

    def converse(self, line: str, dialogue: Dialogue, stdin: Stdin = b"") -> Completed:
        """Run LINE as ``run`` does, with DIALOGUE before STDIN."""


class ClosableRunner(ConversingRunner, t.Protocol):
    """Keeps a connection open."""

    def close(self) -> None:
        """Close it; the next command opens another one. Never raises."""


class OpenCommand(t.Protocol):
    """A command whose stdin stays open, so that more can be sent later."""

    def send(self, data: bytes) -> None:
        """Send DATA to its stdin.

        :raises NotSent: the last byte of DATA has certainly not arrived.
        :raises CommandOver: it has ended, and has not read all of DATA.
        :raises HostUnreachable: the connection was lost; DATA may have arrived.
        """

    def receive(self) -> bytes:
        """Its new stdout; empty after a time without output.

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
    """The data has certainly not arrived."""


class HostUnreachable(Exception):
    """The host cannot be reached or was lost; one line with the host, what failed and what to do."""

    cause = "unreachable"
    """A word or two for tables: ``off``, ``unknown name``, ``no WinRM``, ``access refused``, ``not trusted``."""
    begun = False
    """The connection was lost while a command ran."""

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
