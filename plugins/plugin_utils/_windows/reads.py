# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Several reads of a host, mostly of the registry, in one WinRS command.

WinRS commands are slow on a slow line, so a module collects all its reads and sends them once.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import (
    Batch,
    BatchError,
    BatchPart,
    CmdLineError,
    cmd_line,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    CommandRunner,
    CommandTimeout,
    OutputTooLong,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import registry as windows_registry

SYSTEM32 = "C:\\Windows\\System32"
REG = f"{SYSTEM32}\\reg.exe"


class RegistryQuery(str):
    """A line that reads the registry, and the keys that its answer may contain."""

    scope: windows_registry.Scope

    def __new__(cls, line: str, scope: windows_registry.Scope) -> RegistryQuery:
        """LINE reads SCOPE."""
        query = super().__new__(cls, line)
        query.scope = scope
        return query


def registry_query(key: str, value: str | None = None, recursive: bool = False) -> str:
    """The line that reads KEY: its values and the names of its subkeys, one VALUE, or everything below it."""
    options = (["/s"] if recursive else []) + (["/v", value] if value is not None else [])
    return RegistryQuery(cmd_line(REG, ["query", key, *options]), windows_registry.Scope(key, value, recursive))


def registry_search(key: str, text: str) -> str:
    """The line that lists the keys below KEY whose names contain TEXT."""
    return RegistryQuery(
        cmd_line(REG, ["query", key, "/s", "/k", "/f", text]), windows_registry.Scope(key, recursive=True)
    )


@dataclass
class Reads:
    """The results: the parts by name, and the registry."""

    parts: dict[str, BatchPart] = field(default_factory=dict)
    registry: windows_registry.RegistryTree = field(default_factory=windows_registry.RegistryTree)
    """Every key as a read of that very key told it: no user's registry says anything about another one's."""
    preamble: bytes = b""
    """What an AutoRun command of the host printed before the first read."""
    cut_short: bool = False
    """The time was over before all reads had ended; only those that had are here."""

    def succeeded(self, name: str) -> bool:
        """Whether the read called NAME ended with exit code 0: for reg.exe, the key (or value) exists."""
        return name in self.parts and self.parts[name].exit_code == 0

    def listed(self, name: str) -> bool:
        """True when the ``dir /b`` called NAME named something; that it fails otherwise is certain for no filter."""
        return self.succeeded(name) and self.output(name).strip() != b""

    def output(self, name: str) -> bytes:
        """The output of the read called NAME; empty if there was no such read."""
        return self.parts[name].stdout if name in self.parts else b""


def read(
    runner: CommandRunner,
    lines: t.Mapping[str, str],
    timeout: float | None = 120,
    partial: bool = False,
    what: str = "reading the host's state",
) -> Reads:
    """Run LINES (name -> line) as one WinRS command.

    :arg partial: when the time is over, return the reads that had ended; see ``Reads.cut_short``.
    :arg what: what is being done, for the message of a failure.
    :raises StepFailed: the output is incomplete, or one of LINES printed too much.
    :raises HostUnreachable, CommandTimeout: see the port.
    """
    batch = Batch(list(lines.values()))
    stdout, told, cut_short = b"", b"", False
    try:
        completed = runner.run(batch.line, timeout=timeout)
        stdout, told = completed.stdout, completed.stderr
    except CommandTimeout as error:
        if not partial or not error.stdout:
            raise
        stdout, cut_short = error.stdout, True
    except OutputTooLong as error:
        raise OutputTooLong(f"reading {_unfinished(batch, lines, error.stdout)} failed: {error}") from None
    try:
        parts = batch.split(stdout, partial=cut_short)
    except BatchError as error:
        last = told.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise StepFailed(f"{what} failed: {error}; {' '.join(last) or 'no message'}") from None
    reads = Reads(dict(zip(lines, parts)), preamble=batch.preamble(stdout), cut_short=cut_short)
    for name, line in lines.items():
        if name in reads.parts and isinstance(line, RegistryQuery):
            reads.registry.merge(windows_registry.parse(reads.output(name), line.scope))
    return reads


def _unfinished(batch: Batch, lines: t.Mapping[str, str], stdout: bytes) -> str:
    """The first of LINES that had not ended according to STDOUT of BATCH."""
    try:
        return [*lines][len(batch.split(stdout, partial=True))]
    except BatchError:
        return "the host's state"


def fits(lines: t.Mapping[str, str]) -> bool:
    """Whether LINES fit into one WinRS command."""
    try:
        Batch(list(lines.values()))
    except CmdLineError:
        return False
    return True


def read_groups(runner: CommandRunner, groups: t.Iterable[t.Mapping[str, str]], timeout: float | None = 120) -> Reads:
    """As ``read``, in as few WinRS commands as possible; a group is never divided."""
    together, lines = Reads(), dict[str, str]()
    for group in [*groups, None]:
        if lines and (group is None or not fits({**lines, **group})):
            part = read(runner, lines, timeout)
            together.parts.update(part.parts)
            together.registry.merge(part.registry)
            lines = {}
        lines |= group or {}
    return together
