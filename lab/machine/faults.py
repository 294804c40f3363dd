# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of one laptop, switched on by name, from a test, from ``python -m lab fault`` or by hand.

faults.json maps a name to an object; ``count`` is how many times it still strikes (absent: always), other keys belong
to the fault. A program asks ``faults.strike(name)`` at the place where the fault would happen.
"""

from __future__ import annotations

import json
import threading
import typing as t
from pathlib import Path

KNOWN = {
    "connection_cut": "in the first command whose line holds ``match`` and that runs for ``seconds`` (0), or whose "
    "output passes ``after_bytes`` or its input ``after_input``, drop every connection, refuse new ones for ``away`` "
    "seconds (0), and end the shells with their commands ``kill_after`` seconds later (0; null: when they expire)",
    "connection_refused": "the listeners accept and drop",
    "update_kills_itself": "wsl --update ends without an exit code, the new version is in place, or will be in "
    "``seconds``",
    "update_fails": "wsl --update fails with MSI error ``code`` (1603)",
    "installer_busy": "msiexec.exe ends with 1618: another installation is running",
    "servicing_fails": "dism.exe cannot enable a feature, with ``error`` (0x800f081f), and CBS.log says so",
    "installer_is_slow": "msiexec.exe takes ``seconds`` (1); its service goes on when the program is ended",
    "servicing_is_slow": "dism.exe takes ``seconds`` (1); its service goes on when the program is ended",
    "wsl_starts_during_upgrade": "someone starts WSL while its package is installed, so that its disks are held open",
    "install_hangs": "wsl --install never returns",
    "download_forbidden": "downloads from public addresses answer HTTP 403",
    "download_is_slow": "a download from an address that holds ``match`` takes ``seconds`` (6)",
    "disk_full": "the C: drive has no space left",
    "virtual_machine_fails": "no WSL 2 virtual machine can be started (HCS_E_HYPERV_NOT_INSTALLED)",
    "virtual_machine_stops": "after ``seconds`` of a command whose line holds ``match``, the virtual machine dies",
    "reboot_in_the_middle": "after ``seconds`` of a command whose line holds ``match``, the laptop restarts",
    "driver_install_fails": "NVIDIA's installer ends with ``code``; 1 asks for a restart, others change nothing",
    "nvidia_smi_hangs": "nvidia-smi.exe blocks",
    "s4u_refused": "schtasks.exe registers no task that runs for another user without a password (S4U)",
    "wsl_needs_session": "wsl.exe refuses a task without a session (S4U): E_ACCESSDENIED",
    "batch_logon_denied": "a task may not log on as a batch job: the group policy owns that right",
    "hive_held": "reg.exe cannot unload a hive: another program (a virus scanner) has a key of it open",
    "access_denied": "programs whose path ends in ``match`` are blocked by application control; with ``code`` they end "
    "with that, without a word, as under a security program",
}


class Faults:
    """The faults of one laptop; the file is read at every question, so that it can be edited from outside."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def _read(self) -> dict[str, dict[str, t.Any]]:
        try:
            text = self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        content: dict[str, dict[str, t.Any]] = json.loads(text)
        return content

    def _write(self, content: dict[str, dict[str, t.Any]]) -> None:
        temporary = self._file.with_suffix(".new")
        temporary.write_text(json.dumps(content, indent=2), encoding="utf-8")
        temporary.replace(self._file)

    def switch_on(self, name: str, **settings: t.Any) -> None:
        """Switch NAME on; ``count=1`` makes it strike once. Raises ValueError for an unknown name."""
        if name not in KNOWN:
            raise ValueError(f"unknown fault {name!r}; known: {', '.join(sorted(KNOWN))}")
        with self._lock:
            content = self._read()
            content[name] = settings
            self._write(content)

    def switch_off(self, name: str) -> None:
        """Switch NAME off; no error when it was not on."""
        with self._lock:
            content = self._read()
            if content.pop(name, None) is not None:
                self._write(content)

    def peek(self, name: str) -> dict[str, t.Any] | None:
        """The settings of NAME when it is on; does not use up a strike."""
        with self._lock:
            return self._read().get(name)

    def strike(self, name: str, line: str = "") -> dict[str, t.Any] | None:
        """The settings when the fault strikes now, else None. A ``match`` setting must stand in LINE."""
        with self._lock:
            content = self._read()
            settings = content.get(name)
            if settings is None or settings.get("match", "") not in line:
                return None
            if "count" in settings:
                settings["count"] -= 1
                if settings["count"] <= 0:
                    del content[name]
                self._write(content)
            return {"name": name, **settings}  # never empty, so that callers may ask for its truth
