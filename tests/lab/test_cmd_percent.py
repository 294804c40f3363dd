# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Percent expansion in command line mode."""

from __future__ import annotations

import pytest

from lab.machine.process import NotModelled
from lab.windows.cmd_percent import expand, expand_delayed

VARIABLES = {"A": "value", "B": "%A%", "LONG": "C:\\Users\\x"}

CASES = [
    ("echo %A%", "echo value"),
    ("echo %a%", "echo value"),
    ('echo "%A%"', 'echo "value"'),
    ("%%A%%", "%value%"),  # no special meaning of %% here
    ("100% %", "100% %"),
    ("%NONE%", "%NONE%"),  # undefined names stay
    ("%NONE%A%", "%NONEvalue"),  # and only their first percent sign is passed over
    ("%B%", "%A%"),  # a value is not read again
    ("%^A%", "%^A%"),
    ("%A:~1,2%", "al"),
    ("%A:~-2%", "ue"),
    ("%A:~1,-1%", "alu"),
    ("%LONG:\\=/%", "C:/Users/x"),
    ("%A:VAL=w%", "wue"),
    ("%NONE:~1%", "%NONE:~1%"),
    ("%A:", "%A:"),
]


@pytest.mark.parametrize(("line", "expected"), CASES, ids=[line for line, _ in CASES])
def test_expand(line: str, expected: str) -> None:
    assert expand(line, lambda name: VARIABLES.get(name.upper())) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo !A!", "echo value"),
        ("!a!-!NONE!-", "value--"),  # a name without a value is nothing here
        ("!B!", "%A%"),
        ("!C!", "a&b^!"),  # nothing in a value is special
        ("echo a", "echo a"),
    ],
)
def test_expand_delayed(text: str, expected: str) -> None:
    values = {**VARIABLES, "C": "a&b^!"}
    assert expand_delayed(text, lambda name: values.get(name.upper())) == expected


@pytest.mark.parametrize("text", ["a!", "!A:~1!", "^!A!", "!A!^"])
def test_what_else_an_exclamation_mark_does_is_not_modelled(text: str) -> None:
    with pytest.raises(NotModelled):
        expand_delayed(text, lambda name: VARIABLES.get(name.upper()))


def test_replacing_up_to_a_star_is_not_modelled() -> None:
    with pytest.raises(NotModelled):
        expand("%A:*l=x%", lambda name: VARIABLES.get(name.upper()))
