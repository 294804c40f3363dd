# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines on their way through sshd, and the exit codes that come back."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import read as host_read
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import cmd_line, ssh_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import CmdLineError

UTF8 = ">nul C:\\Windows\\System32\\chcp.com 65001&"


@pytest.fixture(autouse=True)
def known_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh_line, "new_mark", lambda: "MM")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ver", "echo MM&>&2 echo MM&(ver)&&>&2 echo MM-0||>&2 call echo MM-%^ERRORLEVEL%"),
        (
            'set X=1&"C:\\a (b)\\c.exe" d',
            'echo MM&>&2 echo MM&(set X=1&"C:\\a (b)\\c.exe" d)&&>&2 echo MM-0||>&2 call echo MM-%^ERRORLEVEL%',
        ),
        # start succeeds once the program runs: only ERRORLEVEL has its code.
        (
            cmd_line.waited_for("C:\\a.exe", ["/s"]),
            'echo MM&>&2 echo MM&start "" /wait C:\\a.exe /s&>&2 call echo MM-%^ERRORLEVEL%',
        ),
        (
            "exit -1",
            'echo MM&>&2 echo MM&(C:\\Windows\\System32\\cmd.exe /d /c "exit -1")&&>&2 echo MM-0'
            "||>&2 call echo MM-%^ERRORLEVEL%",
        ),
        # Brackets would end too early, or not at all.
        ("echo )", "echo )"),
        ("echo (", "echo ("),
        ('echo "', 'echo "'),
        ("ver^", "ver^"),
        ("ver&rem more", "ver&rem more"),
    ],
)
def test_what_cmd_is_given(line: str, said: str) -> None:
    assert ssh_line.ssh_line(line).text == UTF8 + said


def test_the_longest_batch_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says by itself where it begins, and that it ended."""
    monkeypatch.setattr(ssh_line, "new_mark", lambda: "M" * 8)
    lines = list(host_read.first_lines(of_users=True, drives=True).values())
    while ssh_line.ssh_line(cmd_line.Batch(lines).line).mark:
        lines.append("ver")  # The longest that is sent has room for the marks, too.
    batch = cmd_line.Batch(lines)
    found = ssh_line.ssh_line(batch.line)
    assert found.text == UTF8 + batch.line and found.mark == ""
    assert len(found.text) + 2 <= cmd_line.MAXIMUM_LENGTH
    begin = f"{found.opening}\r\n".encode()
    assert found.stdout(b"AutoRun\r\n" + begin + b"x") == begin + b"x"
    assert found.exit_code(0, begin, b"") == 0
    with pytest.raises(ssh_line.NotBegun):
        found.exit_code(1, b"", b"what is &&?")


def test_a_line_without_room_is_sent_as_it_is() -> None:
    line = "echo " + "x" * (cmd_line.MAXIMUM_LENGTH - 5)
    found = ssh_line.ssh_line(line)
    assert (found.text, found.exit_code(194, b"x", b"")) == (line, 194)


@pytest.mark.parametrize(
    ("stderr", "code"),
    [(b"MM\r\nMM-0\r\n", 0), (b"MM\r\nno\r\nMM-3010\r\n", 3010), (b"note\nMM\r\nMM--1\r\n", 0xFFFFFFFF)],
)
def test_the_code_has_32_bits(stderr: bytes, code: int) -> None:
    """ssh itself tells the last eight, and it ended well: the report was the last command."""
    assert ssh_line.ssh_line("ver").exit_code(0, b"MM\r\n", stderr) == code


def test_what_others_print_is_left_out() -> None:
    found = ssh_line.ssh_line("ver")
    assert found.stdout(b"AutoRun prints\r\nMM\r\n\r\nWindows\0") == b"\r\nWindows\0"
    assert found.stderr(b"** WARNING: of ssh\r\nMM\r\nof the line\r\nMM-1\r\n") == b"of the line\r\n"
    assert found.stderr(b"MM\r\nof the li") == b"of the li"


@pytest.mark.parametrize(("received", "begun"), [(b"", False), (b"AutoRun\r\n", False), (b"MM\r\n", True)])
def test_whether_it_has_begun(received: bytes, begun: bool) -> None:
    assert ssh_line.ssh_line("ver").begun(received) is begun


def test_a_program_cannot_report_for_cmd() -> None:
    """It could have read the mark in the list of processes."""
    found = ssh_line.ssh_line("ver")
    stderr = b"debug1: x\r\nMM\r\nMM-0\r\nMM-5\r\ndebug1: channel 0: free"
    assert found.exit_code(0, b"MM\r\n", stderr) == 5
    assert found.stderr(stderr) == b"MM-0\r\n"


def test_no_report_is_no_success() -> None:
    """Somebody has ended cmd.exe."""
    with pytest.raises(ssh_line.NotEnded):
        ssh_line.ssh_line("ver").exit_code(0, b"MM\r\n", b"MM\r\n")


@pytest.mark.parametrize(
    ("line", "inside"),
    [
        ("ver", "ver"),
        ('set "A=b c"&echo 1', "set `A=b c`&echo 1"),
        ("for /f %n in ('dir') do @(echo %n)", "for /f %n in (''dir'') do @(echo %n)"),
        ("echo it\u2019s", "echo it\u2019\u2019s"),
    ],
)
def test_powershell_gets_no_double_quote(line: str, inside: str) -> None:
    text = ssh_line.ssh_line(line, "powershell").text
    assert f"&({inside})&&" in text and '"' not in text
    assert text.startswith("& {Wait-Process ") and text.endswith("`' -replace '`',[char]34))}")


def test_a_line_break_is_for_cmd_to_read() -> None:
    """It drops what follows, as ever."""
    assert "65001&echo one\necho two`' -replace" in ssh_line.ssh_line("echo one\necho two", "powershell").text


def test_another_stand_in_for_quotes() -> None:
    assert ssh_line.ssh_line('echo "`"', "powershell").text.endswith("-replace '~',[char]34))}")
    with pytest.raises(CmdLineError, match="cannot be said to PowerShell"):
        ssh_line.ssh_line("echo `~", "powershell")
