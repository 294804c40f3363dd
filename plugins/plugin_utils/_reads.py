# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Several reads of a host in one WinRS command: the registry first of all.

What counts on a slow line is WinRS commands, so that a module names everything it wants to know and asks once.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _registry
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._cmd_line import (
    BatchError,
    BatchPart,
    batch,
    cmd_line,
    split_batch,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import CommandRunner

SYSTEM32 = "C:\\Windows\\System32"
REG = f"{SYSTEM32}\\reg.exe"


def registry_query(key: str, value: str | None = None, recursive: bool = False) -> str:
    """The line that reads KEY: its values and the names of its subkeys, one VALUE, or everything below it."""
    options = (["/s"] if recursive else []) + (["/v", value] if value is not None else [])
    return cmd_line(REG, ["query", key, *options])


@dataclass
class Reads:
    """What came back: the parts by name, and all registry output merged."""

    parts: dict[str, BatchPart] = field(default_factory=dict)
    registry: _registry.RegistryTree = field(default_factory=_registry.RegistryTree)

    def succeeded(self, name: str) -> bool:
        """True when the read called NAME ended with exit code 0: for reg.exe, the key (or value) exists."""
        return name in self.parts and self.parts[name].exit_code == 0

    def output(self, name: str) -> bytes:
        """What the read called NAME printed; empty when it was not asked for."""
        return self.parts[name].stdout if name in self.parts else b""


def read(runner: CommandRunner, lines: t.Mapping[str, str], timeout: float | None = 120) -> Reads:
    """Run LINES (name -> line) as one WinRS command.

    :raises StepFailed: the output is incomplete.
    :raises HostUnreachable, CommandTimeout: see the port.
    """
    completed = runner.run(batch(list(lines.values())), timeout=timeout)
    try:
        parts = split_batch(completed.stdout, len(lines))
    except BatchError as error:
        told = completed.stderr.decode("utf-8", "replace").strip().splitlines()
        raise StepFailed(f"reading the host's state failed: {error}; {' '.join(told[-1:]) or 'no message'}") from None
    return _reads(dict(zip(lines, parts)), lines)


def _reads(parts: dict[str, BatchPart], lines: t.Mapping[str, str]) -> Reads:
    result = Reads(parts)
    for name, line in lines.items():
        if line.startswith(REG):
            result.registry.merge(_registry.parse(parts[name].stdout))
    return result
