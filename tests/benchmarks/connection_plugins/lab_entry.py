# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local entry into a running distribution of the lab, what the plugin is measured against: one nsenter a command."""

from __future__ import annotations

DOCUMENTATION = r"""
name: lab_entry
short_description: Enter a running distribution of the lab with nsenter
description: Only for tests/benchmarks.
author: The wslfleet contributors (@wslfleet)
options:
  pid:
    description: First process of the distribution.
    type: int
    required: true
    vars:
      - name: lab_entry_pid
  pipelining:
    description: Send the code of a module on standard input.
    type: boolean
    default: true
"""

import subprocess
import typing as t
from pathlib import Path

from ansible.plugins.connection import ConnectionBase

ENVIRONMENT = {
    "HOME": "/root",
    "USER": "root",
    "LOGNAME": "root",
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}


class Connection(ConnectionBase):
    """Runs commands in the namespaces of another process."""

    transport = "lab_entry"
    has_pipelining = True

    def _connect(self) -> Connection:
        self._connected = True
        return self

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        untyped: t.Any = self
        enter = ["nsenter", f"--target={untyped.get_option('pid')}", "--mount", "--uts", "--ipc", "--pid", "--root"]
        process = subprocess.run(
            [*enter, "--wdns=/", "/bin/sh", "-c", cmd], input=in_data or b"", capture_output=True, env=ENVIRONMENT
        )
        return process.returncode, process.stdout, process.stderr

    def put_file(self, in_path: str, out_path: str) -> None:
        self.exec_command(f"cat > '{out_path}'", in_data=Path(in_path).read_bytes())

    def fetch_file(self, in_path: str, out_path: str) -> None:
        Path(out_path).write_bytes(self.exec_command(f"cat '{in_path}'")[1])

    def close(self) -> None:
        self._connected = False
