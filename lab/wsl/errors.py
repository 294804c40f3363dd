# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures of wsl.exe as exceptions, and how they look on its standard output.

A failure is a text and, mostly, a path of contexts with a code: ``{text}`` CRLF ``Error code: Wsl/Service/CODE``. The
text is wsl.exe's own or the one that Windows has for the code; the label is localised, the path never.
"""

from __future__ import annotations

from dataclasses import dataclass

from lab.wsl import system_messages
from lab.wsl.texts import text

SERVICE = "Wsl/Service"
REGISTER = "Wsl/Service/RegisterDistro"
CREATE_INSTANCE = "Wsl/Service/CreateInstance"
INSTALL = "Wsl/InstallDistro"


@dataclass(eq=False)
class WslError(Exception):
    """wsl.exe ends with -1 (0xFFFFFFFF) and prints ``render()``."""

    code: str = ""
    """The code's name; empty for the errors that have no code line."""
    context: str = "Wsl"
    name: str = ""
    """Name of the text; empty: what Windows says of the code."""
    arguments: tuple[str, ...] = ()
    inner: str = ""
    """A code whose Windows text is the last argument of the text."""

    def message(self, language: str, version: tuple[int, ...]) -> str:
        """The text without the code line."""
        if not self.name:
            return system_messages.message(self.code, language)
        arguments = self.arguments
        if self.inner:
            arguments = (*arguments, system_messages.message(self.inner, language))
        return text(self.name, *arguments, language=language, version=version)

    def render(self, language: str, version: tuple[int, ...]) -> str:
        """Everything that wsl.exe prints, without the last line break."""
        message = self.message(language, version)
        if not self.code:
            return message
        path = f"{self.context}/{system_messages.code_name(self.code, version)}"
        return text("ErrorCode", message, path, language=language, version=version)


class UsageError(Exception):
    """WSL_E_INVALID_USAGE: wsl.exe prints its whole usage text and ends with -1."""


def invalid_argument(context: str = "Wsl") -> WslError:
    """The parameter is incorrect."""
    return WslError("E_INVALIDARG", context)


def distribution_not_found(context: str = SERVICE) -> WslError:
    """There is no distribution with the supplied name."""
    return WslError("WSL_E_DISTRO_NOT_FOUND", context, "DistroNotFound")


def no_default_distribution() -> WslError:
    """The five lines about no installed distributions; without a code line."""
    return WslError(name="NoDefaultDistro")


def virtualization_off(context: str) -> WslError:
    """The virtual machine cannot be started."""
    return WslError("HCS_E_HYPERV_NOT_INSTALLED", f"{context}/CreateVm/HCS", "EnableVirtualization")
