# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port from inside the laptop, with a shell script in the place of cmd.exe; tests/lab/test_interop.py has WSL's."""

from __future__ import annotations

import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import exchange, interop
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.inside import Inside, NoInterop
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.interop import InteropRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandTimeout, Completed, OutputTooLong

LINE = '"C:\\Program Files\\WSL\\wsl.exe" -l&echo "%X%"'
MARK = r"""mark=$(expr "$5" : '.*echo \([A-Za-z0-9]*\)!ERRORLEVEL!')
"""

Start = t.Callable[..., InteropRunner]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """A runner whose cmd.exe is a shell script."""

    def make(script: str, head: str = "#!/bin/sh\n" + MARK) -> InteropRunner:
        file = tmp_path / "cmd.exe"
        file.write_text(head + script, encoding="utf-8")
        file.chmod(0o755)
        return InteropRunner(Inside("Debian", str(file)))

    return make


def test_no_argument_has_a_quote_so_that_interop_adds_no_backslash() -> None:
    arguments = interop.arguments("/mnt/c/cmd.exe", LINE, "MARK")
    assert arguments[:5] == ["/mnt/c/cmd.exe", "/d", "/v:on", "/s", "/c"]
    assert '"' not in "".join(arguments) and not arguments[5].endswith("\\")
    assert arguments[5].endswith("/c !LINE_OF_WSLFLEET!&echo MARK!ERRORLEVEL!>&2")


def test_a_line_of_full_length_is_handed_on_in_another_way() -> None:
    """By the limit that is known, 8,191, and not by the one that nobody has written down."""
    assert "%^LINE_OF_WSLFLEET%" in interop.arguments("cmd.exe", "x" * 8001, "MARK")[5]
    assert "!LINE_OF_WSLFLEET!" in interop.arguments("cmd.exe", "x" * 8000, "MARK")[5]


def test_only_the_line_goes_to_windows(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WSLENV", "SECRET/w")
    monkeypatch.setenv("WSL_INTEROP", "/run/WSL/8_interop")
    runner = start('echo "$WSLENV $WSL_INTEROP";printf %s "$LINE_OF_WSLFLEET";echo ${mark}0 >&2')
    assert runner.run(LINE + "ä").stdout.decode() == f"LINE_OF_WSLFLEET/w /run/WSL/8_interop\n{LINE}ä"


@pytest.mark.parametrize(("told", "code"), [("0", 0), ("3010", 3010), ("-1", 0xFFFFFFFF), ("-1073741819", 0xC0000005)])
def test_all_bits_of_the_exit_code_arrive(start: Start, told: str, code: int) -> None:
    runner = start(f"echo no >&2;printf '%s\\r\\n' \"${{mark}}{told}\" >&2;exit 2")
    assert runner.run("x") == Completed(code, b"", b"no\n")


def test_bytes_travel_both_ways_at_once(start: Start) -> None:
    content = bytes(range(256)) * 4096
    done = start("cat;echo ${mark}0 >&2").run("x", content)
    assert done.stdout == content


def test_a_program_that_reads_nothing_is_no_error(start: Start) -> None:
    assert start("exec <&-;echo ${mark}7 >&2").run("x", bytes(1 << 20)).exit_code == 7


def test_it_starts_where_cmd_lies(start: Start, tmp_path: Path) -> None:
    assert start("pwd;echo ${mark}0 >&2").run("x").stdout.decode().strip() == str(tmp_path)


def test_somebody_listens(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "SILENT_SECONDS", 0.2)
    heard: list[tuple[bytes, bytes]] = []
    runner = start("echo out; sleep 0.1; printf 50%% >&2; sleep 0.6; printf 60%% >&2; sleep 0.1; echo ${mark}0 >&2")
    done = runner.run("x", timeout=30, heard=lambda stdout, stderr: heard.append((stdout, stderr)))
    assert done == Completed(0, b"out\n", b"50%60%")
    assert [each for each in heard if each != (b"", b"")][:3] == [(b"out\n", b""), (b"", b"50%"), (b"", b"60%")]
    assert (b"", b"") in heard[heard.index((b"", b"50%")) : heard.index((b"", b"60%"))]


def test_a_time_limit_ends_it(start: Start, tmp_path: Path) -> None:
    runner = start(f"echo begun;echo $$ >{tmp_path}/pid;exec sleep 60")
    began = time.monotonic()
    with pytest.raises(CommandTimeout, match=r"this laptop: not finished after 0\.3 s and ended") as caught:
        runner.run("x", timeout=0.3)
    assert caught.value.stdout == b"begun\n" and time.monotonic() - began < 20
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()


def test_a_flood_ends_it(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "OUTPUT_BYTES", 1 << 20)
    with pytest.raises(OutputTooLong, match="printed more than 1 MiB and was ended"):
        start("exec cat /dev/zero").run("x")


def test_a_stdin_that_cannot_be_read_ends_it(start: Start) -> None:
    class Broken:
        def read(self, size: int) -> bytes:
            raise StepFailed("cannot read x on the controller: gone")

    with pytest.raises(StepFailed, match="cannot read x"):
        start("exec sleep 60").run("x", Broken())


def test_without_an_exit_code_nothing_is_known(start: Start) -> None:
    with pytest.raises(NoInterop, match=r"exit code 1: UtilConnectUnix: connect failed 2\), or ended it"):
        start("echo 'UtilConnectUnix: connect failed 2' >&2;exit 1").run("x")


def test_what_the_program_prints_is_no_exit_code(start: Start) -> None:
    """The mark is drawn anew for every command."""
    assert start('echo "MARK0 wslfleet0" >&2;echo ${mark}1 >&2').run("x").exit_code == 1


def test_linux_does_not_know_windows_programs(start: Start) -> None:
    with pytest.raises(NoInterop, match=r"Exec format error.*WSLInterop.*wsl.exe --shutdown in Windows"):
        start("", head="MZ\0").run("x")


def test_there_is_no_drive(tmp_path: Path) -> None:
    runner = InteropRunner(Inside("Debian", str(tmp_path / "cmd.exe")))
    with pytest.raises(NoInterop, match=r"there is no .*cmd.exe: .*\[automount\].*wsl.exe --terminate Debian"):
        runner.run("x")


def test_what_would_end_the_run_is_not_started(start: Start) -> None:
    with pytest.raises(StepFailed, match=r"wsl\.exe --terminate Debian"):
        start("exit 1").run('set WSL_UTF8=1&"C:\\Program Files\\WSL\\wsl.exe" --terminate Debian')


def test_nothing_is_left_open(start: Start) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    start("echo ${mark}0 >&2").run("x")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
