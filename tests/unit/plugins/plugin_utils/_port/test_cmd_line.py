# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import (
    EACH_LINE,
    MAXIMUM_LENGTH,
    Batch,
    BatchError,
    BatchPart,
    CmdLineError,
    cmd_line,
    first_that_succeeds,
    for_each_line,
    waited_for,
)

REG = "C:\\Windows\\System32\\reg.exe"
WSL = "C:\\Program Files\\WSL\\wsl.exe"

LINES = [
    pytest.param(REG, [], None, REG, id="no arguments"),
    pytest.param(REG, ["query", "HKU"], None, f"{REG} query HKU", id="plain arguments"),
    pytest.param(REG, ["query", "HKLM\\A B\\C"], None, f'{REG} query "HKLM\\A B\\C"', id="blank"),
    pytest.param(REG, ["a\tb"], None, f'{REG} "a\tb"', id="tab"),
    pytest.param(REG, [""], None, f'{REG} ""', id="empty argument"),
    pytest.param(REG, ["C:\\end\\"], None, f"{REG} C:\\end\\", id="trailing backslash without quotes"),
    pytest.param(REG, ["REBOOT=ReallySuppress"], None, f"{REG} REBOOT=ReallySuppress", id="property stays bare"),
    pytest.param(REG, ["/q:*[a='b' and (c=1)]"], None, f"{REG} \"/q:*[a='b' and (c=1)]\"", id="xpath"),
    pytest.param(REG, ["$x'y"], None, f"{REG} $x'y", id="dollar and apostrophe mean nothing to cmd.exe"),
    pytest.param(REG, ["größe", "絵"], None, f"{REG} größe 絵", id="not ASCII"),
    pytest.param(WSL, ["-l"], {"WSL_UTF8": "1"}, f'set WSL_UTF8=1&"{WSL}" -l', id="environment"),
    pytest.param(WSL, ["-l"], None, f'set WSLFLEET=1&"{WSL}" -l', id="never begins with a quote"),
    pytest.param(REG, [], {"A": "x y", "B": ""}, f'set "A=x y"&set "B="&{REG}', id="environment values with blanks"),
    pytest.param("dir", ["/b", "C:\\a b"], None, 'dir /b "C:\\a b"', id="internal command"),
]


@pytest.mark.parametrize("program, args, env, line", LINES)
def test_line(program: str, args: list[str], env: dict[str, str] | None, line: str) -> None:
    assert cmd_line(program, args, env) == line


@pytest.mark.parametrize("character", list("&|<>()^!;,"))
def test_characters_of_cmd_are_quoted(character: str) -> None:
    assert cmd_line(REG, [f"a{character}b"]) == f'{REG} "a{character}b"'


REFUSED = [
    pytest.param(REG, ["ok", "%PATH%"], None, "argument 2 contains a per cent sign", id="per cent"),
    pytest.param(REG, ['a"b'], None, "argument 1 contains a double quote", id="double quote"),
    pytest.param(REG, ["a\rb"], None, "argument 1 contains the control character '\\r'", id="CR"),
    pytest.param(REG, ["a\nb"], None, "argument 1 contains the control character '\\n'", id="LF"),
    pytest.param(REG, ["a\0b"], None, "argument 1 contains the control character '\\x00'", id="NUL"),
    pytest.param(REG, ["\udc80"], None, "argument 1 contains 0xdc80, which is not a character", id="lone surrogate"),
    pytest.param(REG, ["C:\\a b\\"], None, "argument 1 ends with a backslash", id="backslash before closing quote"),
    pytest.param("reg.exe", [], None, "needs its full path", id="relative program"),
    pytest.param("C:\\%X%\\a.exe", [], None, "the program contains a per cent sign", id="per cent in the program"),
    pytest.param(REG, [], {"A B": "1"}, "the environment variable 'A B' may contain only", id="variable name"),
    pytest.param(REG, [], {"A": "%B%"}, "the environment variable A contains a per cent sign", id="variable value"),
]


@pytest.mark.parametrize("program, args, env, message", REFUSED)
def test_refused(program: str, args: list[str], env: dict[str, str] | None, message: str) -> None:
    with pytest.raises(CmdLineError) as caught:
        cmd_line(program, args, env)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("character, units", [("x", 1), ("é", 1), ("😀", 2)])
def test_length_is_counted_in_utf16_units(character: str, units: int) -> None:
    room = (MAXIMUM_LENGTH - len(REG) - 1) // units
    assert cmd_line(REG, [character * room]).endswith(character)
    with pytest.raises(CmdLineError, match=r"cmd\.exe takes 8191"):
        cmd_line(REG, [character * (room + 1)])


def test_batch_line() -> None:
    assert Batch(["A", "B"]).line == (
        "echo wslfleet-begin&A&&echo wslfleet-1-0||echo wslfleet-1-1&B&&echo wslfleet-2-0||echo wslfleet-2-1"
    )


@pytest.mark.parametrize("lines, message", [([], "at least one line"), (["x" * 5000] * 2, "UTF-16 units")])
def test_batch_refused(lines: list[str], message: str) -> None:
    with pytest.raises(CmdLineError, match=message):
        Batch(lines)


PRINTED = b"AutoRun says hello\r\nwslfleet-begin\r\none\r\nwslfleet-1-0\r\nwslfleet-2-1\r\nno line endwslfleet-3-0\r\n"


def test_split_batch() -> None:
    assert Batch(["x"] * 3).split(PRINTED) == [
        BatchPart(0, b"one\r\n"),
        BatchPart(1, b""),
        BatchPart(0, b"no line end"),
    ]


@pytest.mark.parametrize(
    "stdout, count, message",
    [
        (b"", 1, "printed nothing of its own"),
        (PRINTED, 4, "part 4 of 4 of a batch is missing"),
        (b"wslfleet-begin\r\nwslfleet-2-0\r\n", 2, "part 1 of 2"),
    ],
)
def test_split_batch_cut_short(stdout: bytes, count: int, message: str) -> None:
    with pytest.raises(BatchError, match=message):
        Batch(["x"] * count).split(stdout)


def test_a_loop_over_lines() -> None:
    line = for_each_line("C:\\a.exe x", cmd_line("echo", [EACH_LINE]), cmd_line("C:\\b.exe", [f"{EACH_LINE}\\y"]))
    assert line == "(for /f \"delims=\" %n in ('C:\\a.exe x') do @(echo %n&C:\\b.exe %n\\y))"


@pytest.mark.parametrize("command", ['C:\\a.exe "x y"', "C:\\a.exe 'x'"])
def test_a_loop_over_a_command_with_quotes_is_refused(command: str) -> None:
    with pytest.raises(CmdLineError, match="must not contain quotes"):
        for_each_line(command, "echo")


def test_one_after_the_other_until_one_succeeds() -> None:
    assert first_that_succeeds("A", 'set X=1&"B b"') == '((A)||(set X=1&"B b"))'


def test_a_program_that_is_waited_for_ends_the_line_with_its_code() -> None:
    line = waited_for("C:\\a b\\setup.exe", ["/s"])
    assert line == 'start "" /wait "C:\\a b\\setup.exe" /s&call exit %^ERRORLEVEL%'
    with pytest.raises(CmdLineError, match="8191"):
        waited_for("C:\\setup.exe", ["a" * 8160])
