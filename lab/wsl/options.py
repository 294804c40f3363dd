# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second of wsl.exe's two levels of parsing: the options of a management command.

Its arguments are cut by CommandLineToArgvW, so quotes work. Long names are exact (no ``--name=value``), a value is the
next argument even when it starts with a dash, switches can be joined (``-qv``), ``--`` ends the options, a lone ``-``
is a positional argument. Source: microsoft/WSL, src/shared/inc/CommandLine.h.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from lab.wsl.argv import split


class UnknownArgument(ValueError):
    """An option or a positional argument too many; the argument is the text."""


class MissingValue(ValueError):
    """An option without its value; the option as it was written is the text."""


@dataclass(frozen=True)
class Spec:
    """What one management command takes."""

    switches: t.Mapping[str, str] = field(default_factory=dict)
    """Spelling -> name, for options without a value."""
    values: t.Mapping[str, str] = field(default_factory=dict)
    """Spelling -> name, for options with a value."""
    positionals: int = 0
    """How many positional arguments there may be."""


@dataclass
class Options:
    """What was given."""

    switches: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)
    positionals: list[str] = field(default_factory=list)


def parse(rest: str, spec: Spec) -> Options:
    """Read REST, which begins with the management command itself. Raises UnknownArgument, MissingValue."""
    options = Options()
    arguments = split(rest)[1:]
    only_positionals = False
    while arguments:
        argument = arguments.pop(0)
        if only_positionals or argument == "-" or not argument.startswith("-"):
            if len(options.positionals) >= spec.positionals:
                raise UnknownArgument(argument)
            options.positionals.append(argument)
        elif argument == "--":
            only_positionals = True
        else:
            _option(argument, arguments, spec, options)
    return options


def _option(argument: str, following: list[str], spec: Spec, options: Options) -> None:
    if argument in spec.values:
        if not following:
            raise MissingValue(argument)
        options.values[spec.values[argument]] = following.pop(0)
    elif argument in spec.switches:
        options.switches.add(spec.switches[argument])
    else:
        options.switches.update(_joined(argument, spec))


def _joined(argument: str, spec: Spec) -> set[str]:
    """The switches of ``-qv``."""
    letters = [f"-{letter}" for letter in argument[1:]]
    if argument.startswith("--") or len(letters) < 2 or not all(letter in spec.switches for letter in letters):
        raise UnknownArgument(argument)
    return {spec.switches[letter] for letter in letters}
