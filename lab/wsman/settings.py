# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an administrator could set with ``winrm set``, with the values of a Windows 11 client."""

from __future__ import annotations

from dataclasses import dataclass

UNLIMITED = 2_147_483_647


@dataclass(frozen=True)
class Settings:
    """Limits and policies of one WS-Management service."""

    allow_unencrypted: bool = False
    """Plain HTTP takes Basic, and bodies that are not sealed. Windows: AllowUnencrypted, off by default."""
    max_shells_per_user: int = UNLIMITED
    max_processes_per_shell: int = UNLIMITED
    max_operations_per_user: int = 1500
    """Commands that a user's live shells may have started together. WinRS never counts one down when it ends."""
    max_envelope_kib: int = 500
    """Largest request and answer, in KiB (MaxEnvelopeSizekb)."""
    max_timeout_seconds: float = 60.0
    """How long a Receive or Send waits when the client names no OperationTimeout (MaxTimeoutms)."""
    idle_timeout_seconds: float = 7200.0
    """Life of an unused shell whose client named no IdleTimeOut, in seconds."""
    idle_connection_seconds: float = 120.0
    """HTTP.sys closes a connection that was silent for this long."""
    gather_seconds: float = 0.005
    """After the first output, wait this long for more: a short command then needs one Receive."""
