# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsl.exe's own output: UTF-16LE, or UTF-8 when the environment says WSL_UTF8=1; no BOM; CRLF.

What Linux programs write does not pass here: it is never re-encoded.
"""

from __future__ import annotations

from lab.machine.process import Process
from lab.wsl import system_messages
from lab.wsl.texts import text


class Console:
    """Where one wsl.exe prints, in the laptop's language and as its own version words it."""

    def __init__(self, process: Process, version: tuple[int, ...]) -> None:
        self.language = process.laptop.state.language
        self.version = version
        self._process = process
        self._encoding = "utf-8" if process.env.get("WSL_UTF8") == "1" else "utf-16-le"
        self._warnings = process.env.get("WSL_DISABLE_WARNINGS") != "1"

    def encode(self, line: str) -> bytes:
        """LINE and a line break as bytes."""
        return f"{line}\n".replace("\n", "\r\n").encode(self._encoding)

    def line(self, line: str = "") -> None:
        """Print LINE on standard output."""
        self._process.stdout.write(self.encode(line))

    def text(self, name: str, *arguments: str) -> None:
        """Print the text NAME."""
        self.line(text(name, *arguments, language=self.language, version=self.version))

    def system(self, code: str) -> None:
        """Print what Windows says of CODE."""
        self.line(system_messages.message(code, self.language))

    def error_line(self, line: str) -> None:
        """Print LINE on standard error."""
        self._process.stderr.write(self.encode(line))

    def warn(self, name: str, *arguments: str) -> None:
        """Print ``wsl: `` and the text NAME on standard error, unless WSL_DISABLE_WARNINGS=1."""
        self.warn_text(text(name, *arguments, language=self.language, version=self.version))

    def warn_text(self, warning: str) -> None:
        """As ``warn``, for a text that is no resource of the lab."""
        if self._warnings:
            self.error_line(f"wsl: {warning}")
