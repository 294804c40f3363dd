# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection for these tests: a root file system in namespaces of its own, entered by process id."""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = r"""
name: lab_root
short_description: Enter the namespaces of a process
version_added: 0.1.0
author: The wslfleet contributors (@wslfleet)
description: Runs commands in the namespaces and the root of a process.
options:
  pid:
    description: Process whose namespaces are entered.
    type: int
    required: true
    vars:
      - name: ansible_lab_pid
  dies_after:
    description: File that makes every command fail while it exists, as a lost connection does.
    type: path
    vars:
      - name: ansible_lab_dies_after
"""

ENVIRONMENT = [
    "env",
    "-i",
    "HOME=/root",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG=C.UTF-8",
]


class Connection(ConnectionBase):
    """nsenter around /bin/sh."""

    transport = "lab_root"
    has_pipelining = True

    def _connect(self) -> Connection:
        self._connected = True
        return self

    def _run(self, command: str, data: bytes | None) -> tuple[int, bytes, bytes]:
        options: t.Any = self
        flag = options.get_option("dies_after")
        if flag and Path(flag).exists():
            raise AnsibleConnectionFailure("the lab cut the connection")
        pid = str(options.get_option("pid"))
        line = ["nsenter", "-t", pid, "-m", "-n", "-p", "-r", "-w", *ENVIRONMENT, "/bin/sh", "-c", command]
        done = subprocess.run(line, input=data or b"", capture_output=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Run CMD by sh."""
        return self._run(cmd, in_data)

    def put_file(self, in_path: str, out_path: str) -> None:
        """Copy a file in."""
        with Path(in_path).open("rb") as file:
            self._run(f"cat >'{out_path}'", file.read())

    def fetch_file(self, in_path: str, out_path: str) -> None:
        """Copy a file out."""
        with Path(out_path).open("wb") as file:
            file.write(self._run(f"cat '{in_path}'", None)[1])

    def close(self) -> None:
        """Nothing is open."""
        self._connected = False
