# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import subprocess
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import CmdLineError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import (
    LINUX_SHELL_SCRIPT,
    LinuxNotFinished,
    ListedDistribution,
    decode_text,
    error_code,
    linux_line,
    linux_result,
    linux_stdin,
    list_verbose,
)

GERMAN = (
    "Es ist keine Distribution mit dem angegebenen Namen vorhanden. \r\n"
    "Fehlercode: Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n"
)
JAPANESE = (
    "指定された名前のディストリビューションはありません。\r\nエラー コード: Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n"
)
CJK_WITH_0A_BYTES = "《設定》《完了》\r\n"

TEXTS = [
    pytest.param(GERMAN.encode(), GERMAN, id="UTF-8"),
    pytest.param(b"\xef\xbb\xbf" + GERMAN.encode(), GERMAN, id="UTF-8 with BOM"),
    pytest.param(GERMAN.encode("utf-16-le"), GERMAN, id="UTF-16LE"),
    pytest.param(b"\xff\xfe" + GERMAN.encode("utf-16-le"), GERMAN, id="UTF-16LE with BOM"),
    pytest.param(JAPANESE.encode("utf-16-le"), JAPANESE, id="Japanese UTF-16LE, few zero bytes"),
    pytest.param(CJK_WITH_0A_BYTES.encode("utf-16-le"), CJK_WITH_0A_BYTES, id="UTF-16LE with 0A in a character"),
    pytest.param("größe\nx\n".encode() + GERMAN.encode("utf-16-le"), "größe\nx\n" + GERMAN, id="Linux, then UTF-16LE"),
    pytest.param(b"odd\n" + GERMAN.encode("utf-16-le"), "odd\n" + GERMAN, id="even number of Linux bytes"),
    pytest.param(b"", "", id="empty"),
]


@pytest.mark.parametrize("data, text", TEXTS)
def test_decode_text(data: bytes, text: str) -> None:
    assert decode_text(data) == text


CODES = [
    pytest.param(GERMAN, "Wsl/Service/WSL_E_DISTRO_NOT_FOUND", id="German"),
    pytest.param(JAPANESE, "Wsl/Service/WSL_E_DISTRO_NOT_FOUND", id="Japanese"),
    pytest.param("Code d'erreur\u00a0: Wsl/0x80070422\r\n", "Wsl/0x80070422", id="number after a no-break space"),
    pytest.param(
        "Linux said Wsl/A_B\nError code: Wsl/Service/CreateInstance/CreateVm/HCS/HCS_E_HYPERV_NOT_INSTALLED\r\n",
        "Wsl/Service/CreateInstance/CreateVm/HCS/HCS_E_HYPERV_NOT_INSTALLED",
        id="the last one counts",
    ),
    pytest.param("wsl: CreateVm/ConfigureNetworking/0x8007054f\r\n", None, id="a warning is not an error"),
    pytest.param("Invalid command line argument: --x\r\n", None, id="error without a code"),
]


@pytest.mark.parametrize("text, code", CODES)
def test_error_code(text: str, code: str | None) -> None:
    assert error_code(text) == code


LISTING = (
    "  NAME            STATE           VERSION\r\n"
    "* Ubuntu-24.04    Running         2\r\n"
    "  Debian          Stopped         1\r\n"
)


def test_list_verbose() -> None:
    assert list_verbose(LISTING) == [
        ListedDistribution("Ubuntu-24.04", "Running", 2, True),
        ListedDistribution("Debian", "Stopped", 1, False),
    ]


def test_list_verbose_with_nothing_installed() -> None:
    assert list_verbose("Windows Subsystem for Linux has no installed distributions.\r\n") == []


def test_linux_line_is_constant() -> None:
    assert linux_line("Ubuntu-24.04", "root") == (
        'set WSL_UTF8=1&"C:\\Program Files\\WSL\\wsl.exe" -d Ubuntu-24.04 -u root --cd / --exec /bin/sh -c'
        ' "IFS=;set -f;read -r c;eval $c"'
    )


@pytest.mark.parametrize(
    "distribution, user, message",
    [
        ("My Linux", "root", "'My Linux' cannot be the name of a distribution"),
        ("", "root", "'' cannot be the name of a distribution"),
        ("a&b", "root", "cannot be the name of a distribution"),
        ("x" * 257, "root", "at most 256"),
        ("Debian", "no body", "'no body' cannot be the name of a Linux user"),
        ("Debian", "-x", "cannot be the name of a Linux user"),
    ],
)
def test_impossible_names(distribution: str, user: str, message: str) -> None:
    with pytest.raises(CmdLineError, match=message):
        linux_line(distribution, user)


SHELLS = [["/bin/sh"], ["/bin/bash", "--posix"]]


def run_in_shell(command: str, payload: bytes = b"", shell: t.Sequence[str] = ("/bin/sh",)) -> Completed:
    """What the shell of the constant line does with COMMAND, here and now."""
    process = subprocess.run(
        [*shell, "-c", LINUX_SHELL_SCRIPT], input=linux_stdin(command) + payload, capture_output=True, check=False
    )
    return Completed(process.returncode, process.stdout, process.stderr)


COMMANDS = [
    pytest.param("printf %s '% \" & | < > ( ) ^ ! $ ` \\ '", 0, b'% " & | < > ( ) ^ ! $ ` \\ ', b"", id="characters"),
    pytest.param('printf %s "it\'s"', 0, b"it's", b"", id="apostrophe"),
    pytest.param("echo one\necho two", 0, b"one\ntwo\n", b"", id="several lines"),
    pytest.param("printf %s 'größe 絵 😀'", 0, "größe 絵 😀".encode(), b"", id="not ASCII"),
    pytest.param("set -- *; IFS=:; x=a:b; printf %s $x", 0, b"ab", b"", id="IFS and globbing are as usual"),
    pytest.param("exit 3", 3, b"", b"", id="exit"),
    pytest.param("exit 67", 67, b"", b"", id="67, which wsl.exe would hide"),
    pytest.param("exit 87", 87, b"", b"", id="87, which wsl.exe would hide"),
    pytest.param("exec sh -c 'exit 9'", 9, b"", b"", id="exec"),
    pytest.param("sh -c 'kill -9 $$'", 137, b"", None, id="killed by a signal"),
    pytest.param("echo wslfleet-exit-0 >&2; exit 4", 4, b"", b"wslfleet-exit-0\n", id="a report of its own"),
    pytest.param("printf x >&2; false", 1, b"", b"x", id="stderr without a line end"),
    pytest.param("printf a; kill -9 $$", 137, b"a", None, id="a command that kills its own shell"),
    pytest.param("kill -TERM $$", 143, b"", None, id="a command that ends its own shell"),
    pytest.param("trap 'echo bye' EXIT; exit 4", 4, b"bye\n", b"", id="a trap of its own"),
    pytest.param("O=$IFS; IFS=:; IFS=$O; x='a b'; printf '[%s]' $x", 0, b"[a][b]", b"", id="IFS put back"),
    pytest.param("# nothing", 0, b"", b"", id="a comment"),
    pytest.param("exec >&2; echo x", 0, b"", b"x\n", id="moved stdout"),
]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("command, exit_code, stdout, stderr", COMMANDS)
def test_command_in_a_real_shell(
    shell: list[str], command: str, exit_code: int, stdout: bytes, stderr: bytes | None
) -> None:
    result = linux_result(run_in_shell(command, shell=shell))
    assert (result.exit_code, result.stdout) == (exit_code, stdout)
    assert stderr is None or result.stderr == stderr


STATE = (
    'echo $0; echo $-; set +o; trap; umask; printf %s "$IFS" | od -An -c; echo /e*c; set | cut -d= -f1 | sort;'
    " for d in 0 1 2 3 4 5 6 7 8 9; do [ ! -e /proc/$$/fd/$d ] || echo $d; done; echo $#"
)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("padding", ["", ":" * 150_000], ids=["short", "longer than an argument may be"])
def test_the_shell_is_as_fresh_as_that_of_sh_c(shell: list[str], padding: str) -> None:
    # The outer shell exports a few variables of its own, such as SHLVL.
    alone = subprocess.run([*shell, "-c", '/bin/sh -c "$1";:', "", STATE], input=b"", capture_output=True, check=False)
    assert b"/etc\n" in alone.stdout
    assert linux_result(run_in_shell(f"{STATE}\n#{padding}", shell=shell)).stdout == alone.stdout


def test_a_failed_command_does_not_show_itself() -> None:
    """A shell that tells of a killed child may print the child's command line, and there may be a secret in it."""
    result = linux_result(run_in_shell("secret=x; kill -9 $$", shell=["/bin/bash", "--posix"]))
    assert b"secret" not in result.stderr


@pytest.mark.parametrize("command", ["true", "echo 'größe'", "a\nb", "tab\there", "\udcff"])
def test_stdin_is_one_line_of_ascii(command: str) -> None:
    line = linux_stdin(command)
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")


def test_bytes_that_are_no_text() -> None:
    assert linux_result(run_in_shell("printf %s '\udcff'")).stdout == b"\xff"


@pytest.mark.parametrize("code", [67, 87])
def test_shell_never_exits_with_what_wsl_exe_hides(code: int) -> None:
    assert run_in_shell(f"exit {code}").exit_code == 1


def test_payload_is_left_to_the_command_byte_for_byte() -> None:
    payload = bytes(range(256)) * 40 + os.urandom(300_000) + b"\x1a\r\n\0"
    assert linux_result(run_in_shell("cat", payload)).stdout == payload


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("text", ["x" * 200_000, "größe 絵" * 20_000], ids=["ASCII", "other letters"])
def test_command_of_200_kilobytes(shell: list[str], text: str) -> None:
    result = linux_result(run_in_shell(f"cat; printf %s '{text}'; kill -9 $$", b"\0payload", shell))
    assert (result.exit_code, result.stdout) == (137, b"\0payload" + text.encode())


@pytest.mark.parametrize(
    "completed",
    [
        Completed(0xFFFFFFFF, GERMAN.encode(), b""),
        Completed(1, b"", b""),
        Completed(0, b"", b"/bin/sh: 1: base64: not found\n"),
    ],
)
def test_no_report_is_not_success(completed: Completed) -> None:
    with pytest.raises(LinuxNotFinished) as caught:
        linux_result(completed)
    assert caught.value.completed is completed
