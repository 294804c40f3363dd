# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of a cmd.exe line."""

from __future__ import annotations

import pytest

from lab.machine.process import NotModelled
from lab.windows import cmd_syntax
from lab.windows.cmd_syntax import CmdSyntaxError, For, Group, If, Pair, Redirection, Simple


def s(name: str, arguments: str = "", *redirections: Redirection) -> Simple:
    return Simple(name, arguments, redirections)


TREES = [
    ("", None),
    ("   ", None),
    ("prog a  b", s("prog", " a  b")),
    ('"C:\\Program Files\\x.exe" -a', s('"C:\\Program Files\\x.exe"', " -a")),
    ('echo "a & b|c>d(e)^f"', s("echo", ' "a & b|c>d(e)^f"')),
    ('echo "a\\" & b', Pair("&", s("echo", ' "a\\" '), s("b"))),  # \" is unknown: the quote ends
    ("echo a^&b ^^ ^%x", s("echo", " a&b ^ %x")),
    ('echo ^"a & b', Pair("&", s("echo", ' "a '), s("b"))),  # an escaped quote does not quote
    ("echo a^", s("echo", " a")),
    ("a&b", Pair("&", s("a"), s("b"))),
    ("a&", s("a")),
    ("a & b & c", Pair("&", s("a", " "), Pair("&", s("b", " "), s("c")))),
    ("a && b || c", Pair("||", Pair("&&", s("a", " "), s("b", " ")), s("c"))),
    ("a || b && c", Pair("||", s("a", " "), Pair("&&", s("b", " "), s("c")))),
    ("a | b && c", Pair("&&", Pair("|", s("a", " "), s("b", " ")), s("c"))),
    ("(a & b) && c", Pair("&&", Group(Pair("&", s("a", " "), s("b"))), s("c"))),
    ("(a)>x", Group(s("a"), (Redirection(1, ">", "x"),))),
    ("echo (a)", s("echo", " (a)")),  # parentheses act only where a command begins
    ("(echo a)", Group(s("echo", " a"))),
    ("echo a>x", s("echo", " a", Redirection(1, ">", "x"))),
    ("echo a2>x", s("echo", " a2", Redirection(1, ">", "x"))),  # the digit belongs to the word
    ("echo a 2>x", s("echo", " a ", Redirection(2, ">", "x"))),
    ("echo a>>x 2>&1", s("echo", " a ", Redirection(1, ">>", "x"), Redirection(2, ">&", "1"))),
    ('type <"a b" x', s("type", "  x", Redirection(0, "<", "a b"))),
    (">x echo a", s("echo", " a", Redirection(1, ">", "x"))),
    ("@echo a", s("echo", " a")),
    ("rem a & b", s("rem", " a & b")),
    ("if exist x echo a & b", If(False, False, "exist", ("x",), Pair("&", s("echo", " a "), s("b")))),
    ("if not exist x (a) else b", If(True, False, "exist", ("x",), Group(s("a")), s("b"))),
    ('if /i "a"=="B" c', If(False, True, "==", ('"a"', '"B"'), s("c"))),
]


@pytest.mark.parametrize(("line", "tree"), TREES, ids=[line for line, _ in TREES])
def test_trees(line: str, tree: object) -> None:
    assert cmd_syntax.parse(line) == tree


@pytest.mark.parametrize(
    ("line", "token"),
    [("&a", "&"), ("a | | b", "|"), ("a &&", ""), ("(a", ""), ("a & & b", "&"), ("a >", "")],
)
def test_syntax_errors_name_the_token(line: str, token: str) -> None:
    with pytest.raises(CmdSyntaxError) as error:
        cmd_syntax.parse(line)
    assert error.value.token == token


def test_the_body_of_for_takes_the_rest_of_the_line() -> None:
    loop = For("i", "dir /b", Pair("&", s("a", " %i"), s("b")))
    assert cmd_syntax.parse("FOR /F \"delims=\" %i in ('dir /b') do @a %i&b") == loop
    grouped = cmd_syntax.parse("(for /f \"delims=\" %i in ('dir /b') do @(a %i&b))&&c")
    assert grouped == Pair("&&", Group(For("i", "dir /b", Group(loop.body))), s("c"))


@pytest.mark.parametrize(
    "line",
    [
        "for %i in (1) do echo %i",
        "for /f %i in ('dir') do @echo %i",
        'for /f "delims=" %i in (file.txt) do @echo %i',
        "for /f \"delims=\" %i in ('dir') do echo %i",
        "for /f \"delims=\" %%i in ('dir') do @echo %%i",
    ],
)
def test_other_forms_of_for_are_not_modelled(line: str) -> None:
    with pytest.raises(NotModelled, match="for"):
        cmd_syntax.parse(line)


@pytest.mark.parametrize(
    ("line", "stripped"),
    [
        ('"a b" "c"', 'a b" "c'),
        ('"a b" c "d" e', 'a b" c "d e'),
        ('"a', "a"),
        ('"a"', "a"),
    ],
)
def test_first_and_last_quote_are_stripped(line: str, stripped: str) -> None:
    assert cmd_syntax.strip_outer_quotes(line) == stripped


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ('"C:\\a b.exe" -x', "C:\\a b.exe"),
        ('"C:\\ab.exe" -x', None),  # no blank between the quotes
        ('"C:\\a b.exe" "x"', None),  # more than two quotes
        ('"C:\\a & b.exe"', None),  # a special character
    ],
)
def test_quotes_may_be_kept_for_one_quoted_program(line: str, program: str | None) -> None:
    assert cmd_syntax.outer_quotes_kept(line) == program


def test_length_counts_utf16_units() -> None:
    assert cmd_syntax.utf16_units("é😀") == 3


def test_only_the_first_line_counts_and_carriage_returns_vanish() -> None:
    assert cmd_syntax.first_line("a\r\nb") == "a"
    assert cmd_syntax.first_line("a\rb") == "ab"
