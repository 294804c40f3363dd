# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two levels of wsl.exe's command line."""

from __future__ import annotations

import typing as t

import pytest

from lab.wsl.command_line import Failure, Problem, guid, parse
from lab.wsl.options import MissingValue, Spec, UnknownArgument
from lab.wsl.options import parse as parse_options

GUID = "{c13b2b63-f9d5-4840-8105-f6abeccf46ca}"

LEVEL_1: list[tuple[str, dict[str, t.Any]]] = [
    ("", {"rest": ""}),
    ("echo 'a  b' \"c\\d\" ", {"rest": "echo 'a  b' \"c\\d\" "}),
    (
        "-d Debian -u root --cd / --exec a b",
        {"distribution": "Debian", "user": "root", "directory": "/", "execute": True, "rest": "a b"},
    ),
    ('-d "Debian" x', {"distribution": '"Debian"', "rest": "x"}),
    ('--cd "C:\\Program Files" x', {"directory": "C:\\Program Files", "rest": "x"}),
    ("--cd ~/a x", {"directory": "~/a", "rest": "x"}),
    ("-d X -- -d y", {"distribution": "X", "rest": "-d y"}),
    ("-d\tX\ty", {"distribution": "X", "rest": "y"}),
    ("~ -d X y", {"directory": "~", "distribution": "X", "rest": "y"}),
    (f"{GUID.upper()} ~ y", {"distribution_id": GUID, "directory": "~", "rest": "y"}),
    (f"--distribution-id {GUID[1:-1]} y", {"distribution_id": GUID, "rest": "y"}),
    ("-d ~", {"distribution": "~", "rest": ""}),
    ("a -d X", {"rest": "a -d X"}),
    ("--shell-type login a", {"shell_type": "login", "rest": "a"}),
    ("--system a", {"system": True, "rest": "a"}),
    ("-l -v", {"management": "--list", "rest": "-l -v"}),
    ("-d X --terminate Y", {"distribution": "X", "management": "--terminate", "rest": "--terminate Y"}),
    ("/?", {"rest": "/?"}),
    ("-x", {"failure": Failure(Problem.UNKNOWN_OPTION, "-x")}),
    (
        "-u root --frob -d X",
        {"failure": Failure(Problem.UNKNOWN_OPTION, "--frob"), "user": "root", "distribution": None},
    ),
    ("-d", {"failure": Failure(Problem.MISSING_VALUE, "--distribution")}),
    ("-u", {"failure": Failure(Problem.MISSING_VALUE, "--user")}),
    ("-d X -d Y", {"distribution": "X", "failure": Failure(Problem.DISTRIBUTION_TWICE, "Y")}),
    (f"{GUID} -d Y", {"failure": Failure(Problem.DISTRIBUTION_TWICE, "Y")}),
    ("--distribution-id nope", {"failure": Failure(Problem.BAD_VALUE, "nope")}),
    ("--shell-type fish", {"failure": Failure(Problem.BAD_VALUE, "fish")}),
    ("--cd relative a", {"failure": Failure(Problem.BAD_VALUE, "relative")}),
    ("--exec", {"failure": Failure(Problem.BAD_VALUE, "--exec")}),
    ("-e  ", {"failure": Failure(Problem.BAD_VALUE, "-e")}),
]


@pytest.mark.parametrize(("arguments", "expected"), LEVEL_1)
@pytest.mark.parametrize("program", ["wsl", '"C:\\Program Files\\WSL\\wsl.exe"'])
def test_level_1(program: str, arguments: str, expected: dict[str, t.Any]) -> None:
    invocation = parse(f"{program} {arguments}")
    assert {name: getattr(invocation, name) for name in expected} == expected
    if "failure" not in expected:
        assert invocation.failure is None


def test_a_half_braced_guid_is_none() -> None:
    assert guid(GUID[:-1]) is None
    assert guid(GUID) == guid(GUID[1:-1]) == GUID


SPEC = Spec(switches={"-q": "quiet", "--quiet": "quiet", "-v": "verbose"}, values={"--name": "name"}, positionals=2)


@pytest.mark.parametrize(
    ("rest", "switches", "values", "positionals"),
    [
        ("--x", set(), {}, []),
        ("--x -q -v", {"quiet", "verbose"}, {}, []),
        ("--x -qv", {"quiet", "verbose"}, {}, []),
        ('--x "a b" -', set(), {}, ["a b", "-"]),
        ("--x --name -q a", set(), {"name": "-q"}, ["a"]),
        ("--x -- -q --name", set(), {}, ["-q", "--name"]),
        ("--x a --quiet b", {"quiet"}, {}, ["a", "b"]),
    ],
)
def test_level_2(rest: str, switches: set[str], values: dict[str, str], positionals: list[str]) -> None:
    options = parse_options(rest, SPEC)
    assert (options.switches, options.values, options.positionals) == (switches, values, positionals)


@pytest.mark.parametrize("argument", ["--name=x", "-qx", "--frob", "a b c"])
def test_level_2_refuses_what_it_does_not_know(argument: str) -> None:
    with pytest.raises(UnknownArgument, match=argument.rsplit(" ", 1)[-1]):
        parse_options(f"--x {argument}", SPEC)


def test_level_2_wants_a_value() -> None:
    with pytest.raises(MissingValue, match="--name"):
        parse_options("--x a --name", SPEC)
