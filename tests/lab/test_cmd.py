# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``cmd.exe /C LINE``: what was measured on Windows 11, build 26200, row by row, and what ``cmd /?`` says."""

from __future__ import annotations

import json
import threading
import time
import typing as t
from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.machine.process import NOT_MODELLED_EXIT_CODE, PROGRAMS, Process, program
from lab.windows import arguments
from tests.lab.windows_laptop import ADMIN_SID, make_laptop, run

SYSTEM32 = "C:\\Windows\\System32"


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Laptop]:
    """A laptop with programs in C:\\tools: args.exe shows its arguments, code.exe exits with its argument."""

    @program("test-args")
    def show(process: Process) -> int:
        process.stdout.write(json.dumps(arguments.split(process.command_line)[1:]).encode())
        return 0

    @program("test-code")
    def code(process: Process) -> int:
        process.stdout.write(b"out\r\n")
        process.stderr.write(b"err\r\n")
        return int(arguments.split(process.command_line)[1])

    @program("test-cat")
    def cat(process: Process) -> int:
        while data := process.stdin.read():
            process.stdout.write(data)
        return 0

    @program("test-wait")
    def wait(process: Process) -> int:
        process.killed.wait()
        return 7

    made = make_laptop(tmp_path_factory.mktemp("cmd"))
    made.drive.add_program("C:\\tools\\args.exe", "test-args")
    made.drive.add_program("C:\\my tools\\args.exe", "test-args")
    made.drive.add_program("C:\\tools\\code.exe", "test-code")
    made.drive.add_program("C:\\tools\\cat.exe", "test-cat")
    made.drive.add_program("C:\\tools\\wait.exe", "test-wait")
    yield made
    for name in ("test-args", "test-code", "test-cat", "test-wait"):
        del PROGRAMS[name]


# Line, exit code, stdout, stderr.
MEASURED = [
    # The line builder's shape: never a quote at the beginning.
    ('set X=1&"C:\\my tools\\args.exe" a "b c"', 0, '["a", "b c"]', ""),
    ('set X=1&"C:\\my tools\\args.exe" "a&b|c<d>e(f)g^h!"', 0, '["a&b|c<d>e(f)g^h!"]', ""),
    # Operators act outside quotes.
    ("C:\\tools\\args.exe a&echo b", 0, '["a"]b\r\n', ""),
    ("C:\\tools\\args.exe a^&b", 0, '["a&b"]', ""),
    # A defined name is expanded even inside quotes; an undefined one stays.
    ('C:\\tools\\args.exe "%USERNAME%"', 0, '["admin"]', ""),
    ("C:\\tools\\args.exe %NO_SUCH_NAME%", 0, '["%NO_SUCH_NAME%"]', ""),
    ("C:\\tools\\args.exe 100%", 0, '["100%"]', ""),
    # A line break ends the command; the rest is dropped, the exit code is that of the first line.
    ("C:\\tools\\code.exe 3\nC:\\tools\\code.exe 4", 3, "out\r\n", "err\r\n"),
    ('C:\\tools\\args.exe "a\nb"', 0, '["a"]', ""),
    # First and last quote of a line that begins with one.
    ('"C:\\my tools\\args.exe" a b', 0, '["a", "b"]', ""),  # two quotes around a program: kept
    # Non-ASCII arguments arrive.
    ("C:\\tools\\args.exe é😀", 0, '["\\u00e9\\ud83d\\ude00"]', ""),
    # cmd.exe is there.
    (
        'set "X=%CMDCMDLINE%"&set X',
        0,
        'X=cmd.exe /C set "X=%CMDCMDLINE%"&set X\r\n',
        "",
    ),
    # Exit codes.
    ("C:\\tools\\code.exe -1", 0xFFFFFFFF, "out\r\n", "err\r\n"),
    ("C:\\tools\\code.exe 3010", 3010, "out\r\n", "err\r\n"),
    ("exit /b 5", 5, "", ""),
    ("exit 6&echo no", 6, "", ""),
    # Percent expansion comes before the line runs.
    ("set Y=1&echo %Y%", 0, "%Y%\r\n", ""),
    ("C:\\tools\\code.exe 3&echo %ERRORLEVEL%", 0, "out\r\n0\r\n", "err\r\n"),
    ("C:\\tools\\code.exe 3&call echo %^ERRORLEVEL%", 0, "out\r\n3\r\n", "err\r\n"),
    # Several programs in one line, with sentinels.
    ("(C:\\tools\\code.exe 3&&echo S:0||echo S:1)", 0, "out\r\nS:1\r\n", "err\r\n"),
    ("(C:\\tools\\code.exe 0&&echo S:0||echo S:1)", 0, "out\r\nS:0\r\n", "err\r\n"),
    # echo keeps everything up to the operator.
    ("echo a &echo b", 0, "a \r\nb\r\n", ""),
    ('echo "a"  b', 0, '"a"  b\r\n', ""),
    ("echo.&echo(x&echo", 0, "\r\nx\r\nECHO is on.\r\n", ""),
    # set
    ("set X= a &set X", 0, "X= a \r\n", ""),
    ('set "X=a b" &set X', 0, "X=a b\r\n", ""),
    ("set MyName=1&set myn", 0, "MyName=1\r\n", ""),
    ("set NOTHING_LIKE_IT", 1, "", "Environment variable NOTHING_LIKE_IT not defined\r\n"),
    ("cd C:\\tools&cd", 0, "C:\\tools\r\n", ""),
    ("cd /d C:\\nowhere", 1, "", "The system cannot find the path specified.\r\n"),
    ("ver", 0, "\r\nMicrosoft Windows [Version 10.0.26100.3476]\r\n", ""),
    # Redirection
    ("C:\\tools\\code.exe 0 2>NUL", 0, "out\r\n", ""),
    ("C:\\tools\\code.exe 0 >NUL", 0, "", "err\r\n"),
    ("C:\\tools\\code.exe 0 2>&1", 0, "out\r\nerr\r\n", ""),
    ("C:\\tools\\code.exe 0 >NUL 2>&1", 0, "", ""),
    ("echo x>C:\\nowhere\\file", 1, "", "The system cannot find the path specified.\r\n"),
    ("C:\\tools\\cat.exe <C:\\nowhere", 1, "", "The system cannot find the file specified.\r\n"),
    # Pipelines, if
    ("echo a|C:\\tools\\cat.exe", 0, "a\r\n", ""),
    ("(echo a&echo b)|C:\\tools\\cat.exe|C:\\tools\\cat.exe", 0, "a\r\nb\r\n", ""),
    ("C:\\tools\\code.exe 3|C:\\tools\\cat.exe", 0, "out\r\n", "err\r\n"),
    ("set X=1|C:\\tools\\cat.exe&set X", 1, "", "Environment variable X not defined\r\n"),
    ("if exist C:\\tools\\args.exe (echo yes) else echo no", 0, "yes\r\n", ""),
    ("if not exist C:\\tools\\a*.exe (echo yes) else echo no", 0, "no\r\n", ""),
    ('if "%USERNAME%"=="admin" echo same', 0, "same\r\n", ""),
    ("if defined NO_SUCH_NAME (echo yes) else (echo no)", 0, "no\r\n", ""),
    ("rem nothing & echo nothing", 0, "", ""),
    # start succeeds once the program runs, whatever that returns; only ERRORLEVEL has its code.
    ('start "" /wait C:\\tools\\code.exe 9', 0, "out\r\n", "err\r\n"),
    ('start "" /wait C:\\tools\\code.exe 9&&echo yes', 0, "out\r\nyes\r\n", "err\r\n"),
    ('start "" /wait C:\\tools\\code.exe 9&call exit %^ERRORLEVEL%', 9, "out\r\n", "err\r\n"),
    ('start "" /wait C:\\tools\\code.exe 0&call exit %^ERRORLEVEL%', 0, "out\r\n", "err\r\n"),
    ('start "" /wait C:\\tools\\code.exe -5&call exit %^ERRORLEVEL%', 0xFFFFFFFB, "out\r\n", "err\r\n"),
    # Errors: exit code 1, not 9009, and a text of its own for a missing directory.
    (
        "nothing.exe",
        1,
        "",
        "'nothing.exe' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n",
    ),
    (
        "C:\\tools\\nothing.exe a",
        1,
        "",
        "'C:\\tools\\nothing.exe' is not recognized as an internal or external command,\r\n"
        "operable program or batch file.\r\n",
    ),
    ("C:\\nowhere\\x.exe", 1, "", "The system cannot find the path specified.\r\n"),
    ('set X=1&"C:\\no where\\x.exe"', 1, "", "The system cannot find the path specified.\r\n"),
    ("D:\\x.exe", 1, "", "The system cannot find the path specified.\r\n"),
    ("a||", 255, "", "The syntax of the command is incorrect.\r\n"),
    ("&a", 255, "", "& was unexpected at this time.\r\n"),
    # Nested
    ("C:\\Windows\\System32\\cmd.exe /d /c echo a", 0, "a\r\n", ""),
    ('cmd /c "C:\\tools\\args.exe" "x"', 1, "", None),
    ('cmd /s /c ""C:\\my tools\\args.exe" "x y""', 0, '["x y"]', ""),
]


@pytest.mark.parametrize(("line", "code", "out", "err"), MEASURED, ids=[row[0] for row in MEASURED])
def test_measured(laptop: Laptop, line: str, code: int, out: str, err: str | None) -> None:
    result = run(laptop, line)
    assert (result.code, result.out) == (code, out)
    assert err is None or result.err == err


def test_a_line_that_begins_with_a_quote_loses_its_first_and_last_one(laptop: Laptop) -> None:
    result = run(laptop, '"C:\\my tools\\args.exe" "a b"')
    assert result.code == 1
    assert result.err.startswith("'C:\\my' is not recognized")


@pytest.mark.parametrize(("length", "code"), [(8191, 0), (8192, 1)])
def test_limit_of_8191_utf16_units(laptop: Laptop, length: int, code: int) -> None:
    prefix = "rem 😀"
    result = run(laptop, prefix + "x" * (length - len(prefix) - 1))
    assert result.code == code
    assert result.err == ("" if code == 0 else "The input line is too long.\r\n")


def test_the_limit_holds_after_expansion_too(laptop: Laptop) -> None:
    result = run(laptop, "rem %BIG%", env={"BIG": "x" * 8190})
    assert (result.code, result.err) == (1, "The input line is too long.\r\n")


def test_a_megabyte_on_stdin_arrives(laptop: Laptop) -> None:
    data = b"0123456789abcdef" * 65536
    account = laptop.user("admin")
    assert account is not None
    command = laptop.start_command(account, "set X=1&C:\\tools\\cat.exe")

    def feed() -> None:
        command.stdin.write(data)
        command.stdin.close()

    feeder = threading.Thread(target=feed)
    feeder.start()
    assert command.stdout.read_all() == data
    feeder.join()


def test_environment_of_the_shell_reaches_the_program(laptop: Laptop) -> None:
    assert run(laptop, "set WSL_UTF8", env={"WSL_UTF8": "1"}).out == "WSL_UTF8=1\r\n"


@pytest.mark.parametrize(
    "line",
    [
        "for %i in (1) do echo %i",
        "pushd C:\\",
        "set /a X=1",
        "dir",
        "C:\\tools\\..\\Windows\\System32\\schtasks.exe /query",
        "schtasks /query||echo hidden",
        "cmd /c schtasks /query||echo hidden",
        "schtasks /query|C:\\tools\\cat.exe",
        "start C:\\tools\\code.exe 0",
        "echo %DATE%",
        "echo a>CON",
        "echo %X%|C:\\tools\\cat.exe",
        "\\\\server\\share\\x.exe",
    ],
)
def test_what_is_not_modelled_fails_loudly(laptop: Laptop, line: str) -> None:
    result = run(laptop, line)
    assert result.code == NOT_MODELLED_EXIT_CODE
    assert result.err.startswith("lab: not modelled: ")


@pytest.mark.parametrize(
    ("language", "start"),
    [
        ("de-DE", 'Der Befehl "x" ist entweder falsch geschrieben oder\r\n'),
        ("fr-FR", "'x' n’est pas reconnu en tant que commande interne\r\n"),
        ("ja-JP", "'x' は、内部コマンドまたは外部コマンド、\r\n"),
        ("sv-SE", "'x' is not recognized"),
    ],
)
def test_not_recognized_is_localised(tmp_path: Path, language: str, start: str) -> None:
    result = run(make_laptop(tmp_path, language=language), "x")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(start)


def test_autorun_of_machine_and_user_prints_first_unless_nested_with_d(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path)
    key = "Software\\Microsoft\\Command Processor"
    laptop.registry.set(f"HKLM\\{key}", "AutoRun", "REG_SZ", "echo machine")
    laptop.registry.set(f"HKU\\{ADMIN_SID}\\{key}", "AutoRun", "REG_SZ", "set FROM_USER=1&echo user")
    assert run(laptop, "set FROM").out == "machine\r\nuser\r\nFROM_USER=1\r\n"
    assert run(laptop, "cmd /d /c echo x").out == "machine\r\nuser\r\nx\r\n"


def test_a_program_in_the_working_directory_comes_before_the_path(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path)
    laptop.drive.add_program("C:\\Users\\admin\\reg.exe", "hostname")
    assert run(laptop, "reg").out == "LAPTOP\r\n"
    assert run(laptop, "C:\\Windows\\System32\\hostname").out == "LAPTOP\r\n"


def test_the_journal_names_the_programs(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path)
    run(laptop, "c:\\windows\\system32\\HOSTNAME.exe&reg query HKU")
    entry = json.loads((laptop.directory / "commands.jsonl").read_text(encoding="utf-8"))
    assert entry["processes"] == [f"{SYSTEM32}\\hostname.exe", f"{SYSTEM32}\\reg.exe"]


def test_killing_the_shell_ends_the_whole_line(laptop: Laptop) -> None:
    account = laptop.user("admin")
    assert account is not None
    command = laptop.start_command(account, "C:\\tools\\wait.exe|C:\\tools\\cat.exe&echo next>C:\\tools\\next.txt")
    while not command.process.started:
        time.sleep(0.005)
    command.kill()
    assert command.done.wait(30)
    assert not laptop.drive.exists("C:\\tools\\next.txt")


def test_application_control_blocks_a_program(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path, language="de-DE")
    laptop.faults.switch_on("access_denied", match="hostname.exe")
    result = run(laptop, f"{SYSTEM32}\\hostname.exe")
    assert (result.code, result.err) == (1, "Zugriff verweigert\r\n")
    assert run(laptop, f"{SYSTEM32}\\reg.exe query HKU").code == 0


def test_for_runs_its_body_once_a_line_and_nothing_in_a_line_is_special(laptop: Laptop) -> None:
    laptop.drive.host_path("C:\\tools\\list.txt").write_text("one\r\n\r\ntwo & echo three\r\n;four\r\n")
    loop = "(for /f \"delims=\" %i in ('type C:\\tools\\list.txt') do @(echo [%i]&echo.))&&echo end"
    assert run(laptop, loop).out == "[one]\r\n\r\n[two & echo three]\r\n\r\nend\r\n"
    nothing = "for /f \"delims=\" %i in ('type C:\\tools\\none.txt') do @C:\\tools\\code.exe 3"
    assert (run(laptop, nothing).code, run(laptop, nothing.replace("none", "list")).code) == (0, 3)
