# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first of wsl.exe's two levels of parsing: options before a command, on the raw command line.

Tokens end at a blank or tab and quotes mean nothing, save around the value of ``--cd``. Options are taken from left to
right until a management command, the first token without a dash, ``--`` or ``--exec``. The distribution is looked up
as soon as its option is read, so a failure further right shows only when that look-up went well: Invocation keeps
both, and the caller looks at ``distribution`` first.
Source: microsoft/WSL, src/windows/common/WslClient.cpp and helpers.cpp (ParseArgument).
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from lab.wsl.argv import BLANKS, program_length

MANAGEMENT = {
    "--debug-shell": "--debug-shell",
    "--export": "--export",
    "--help": "--help",
    "--import": "--import",
    "--import-in-place": "--import-in-place",
    "--install": "--install",
    "--list": "--list",
    "-l": "--list",
    "--manage": "--manage",
    "--mount": "--mount",
    "--set-default": "--set-default",
    "--setdefault": "--set-default",
    "-s": "--set-default",
    "--set-default-version": "--set-default-version",
    "--set-version": "--set-version",
    "--shutdown": "--shutdown",
    "--status": "--status",
    "--terminate": "--terminate",
    "-t": "--terminate",
    "--uninstall": "--uninstall",
    "--unmount": "--unmount",
    "--unregister": "--unregister",
    "--update": "--update",
    "--version": "--version",
    "-v": "--version",
}
"""Every spelling of a management command -> its long name."""

VALUED = {
    "--cd": "--cd",
    "--distribution": "--distribution",
    "-d": "--distribution",
    "--distribution-id": "--distribution-id",
    "--parent-console": "--parent-console",
    "--shell-type": "--shell-type",
    "--user": "--user",
    "-u": "--user",
}
"""Every spelling of an option with a value -> its long name."""

SHELL_TYPES = ("standard", "login", "none")
GUID = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")


class Problem(enum.Enum):
    """What is wrong with a command line; each has its own text, see client.py."""

    UNKNOWN_OPTION = "unknown option"
    MISSING_VALUE = "option without its value"
    DISTRIBUTION_TWICE = "distribution given twice"
    BAD_VALUE = "E_INVALIDARG"


@dataclass
class Failure:
    """A problem and the token that it is about."""

    problem: Problem
    token: str = ""


@dataclass
class Invocation:
    """What one command line asks for."""

    distribution: str | None = None
    distribution_id: str | None = None
    """Lower case, in braces."""
    user: str | None = None
    directory: str | None = None
    """Raw value of --cd, ``~`` for the leading tilde, None when not given."""
    system: bool = False
    shell_type: str = "standard"
    execute: bool = False
    """--exec: no shell, the rest is cut by CommandLineToArgvW."""
    parent_console: bool = False
    management: str | None = None
    """The long name of the management command; ``rest`` then begins with its token."""
    rest: str = ""
    """The remaining text, byte for byte."""
    failure: Failure | None = None


def guid(text: str) -> str | None:
    """TEXT as ``{lower-case guid}``, braces optional; None when it is none."""
    match = GUID.fullmatch(text)
    if match is None or text.startswith("{") != text.endswith("}"):
        return None
    return "{" + match.group(1).lower() + "}"


def token(rest: str, quotes: bool = False) -> tuple[str, str]:
    """The first token of REST and what follows; with QUOTES a leading ``"…"`` is one token."""
    rest = rest.lstrip(BLANKS)
    if quotes and rest.startswith('"'):
        end = rest.find('"', 1)
        if end > 0:
            return rest[1:end], rest[end + 1 :].lstrip(BLANKS)
    end = next((i for i, character in enumerate(rest) if character in BLANKS), len(rest))
    return rest[:end], rest[end:].lstrip(BLANKS)


def parse(command_line: str) -> Invocation:
    """Read a whole raw COMMAND_LINE, program name included."""
    invocation = Invocation()
    rest = _leading(invocation, command_line[program_length(command_line) :].lstrip(BLANKS))
    while invocation.failure is None:
        name, after = token(rest)
        if not name.startswith("-"):
            break
        if name in MANAGEMENT:
            invocation.management = MANAGEMENT[name]
            break
        rest = after
        if name == "--":
            break
        if name in ("-e", "--exec"):
            invocation.execute = True
            if not rest:
                invocation.failure = Failure(Problem.BAD_VALUE, name)
            break
        rest = _option(invocation, name, rest)
    invocation.rest = rest
    return invocation


def _leading(invocation: Invocation, rest: str) -> str:
    """A distribution's GUID, then ``~``: both may only come first."""
    first, after = token(rest)
    known = guid(first)
    if known is not None:
        invocation.distribution_id = known
        rest = after
        first, after = token(rest)
    if first == "~":
        invocation.directory = "~"
        rest = after
    return rest


def _option(invocation: Invocation, name: str, rest: str) -> str:
    """Take the option NAME, whose value begins REST; what follows comes back."""
    if name == "--system":
        invocation.system = True
        return rest
    if name not in VALUED:
        invocation.failure = Failure(Problem.UNKNOWN_OPTION, name)
        return rest
    long_name = VALUED[name]
    value, rest = token(rest, quotes=long_name == "--cd")
    if not value:
        invocation.failure = Failure(Problem.MISSING_VALUE, long_name)
        return rest
    _store(invocation, long_name, value)
    return rest


def _store(invocation: Invocation, name: str, value: str) -> None:
    if name == "--cd":
        _directory(invocation, value)
    elif name == "--user":
        invocation.user = value
    elif name == "--parent-console":
        invocation.parent_console = True
    elif name == "--shell-type":
        if value not in SHELL_TYPES:
            invocation.failure = Failure(Problem.BAD_VALUE, value)
        invocation.shell_type = value
    elif invocation.distribution is not None or invocation.distribution_id is not None:
        invocation.failure = Failure(Problem.DISTRIBUTION_TWICE, value)
    elif name == "--distribution":
        invocation.distribution = value
    else:
        invocation.distribution_id = guid(value)
        if invocation.distribution_id is None:
            invocation.failure = Failure(Problem.BAD_VALUE, value)


def _directory(invocation: Invocation, value: str) -> None:
    """A Linux path or an absolute Windows path."""
    invocation.directory = value
    if not value.startswith(("/", "~")) and not re.match(r"[A-Za-z]:[\\/]|\\\\", value):
        invocation.failure = Failure(Problem.BAD_VALUE, value)
