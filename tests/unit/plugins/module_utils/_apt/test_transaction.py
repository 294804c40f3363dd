# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command as apt_command
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import progress
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction as x
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

from tests.unit.plugins.module_utils.scripted_run import system_at

SECONDS = 60.0
"""How long a test waits at most; all commands end at once or when they are told to."""


@pytest.fixture
def system(tmp_path: Path) -> System:
    return system_at(tmp_path)


@pytest.fixture
def gate(tmp_path: Path) -> t.Iterator[Path]:
    """A fifo: a command that reads it goes on when the test writes, or at the end of the test."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    yield path
    # O_RDWR never blocks, and a reader that still waits gets its line.
    with path.open("r+b", buffering=0) as file:
        file.write(b"\n")


def run(system: System, *commands: list[str], stop: bool = True) -> x.Transaction:
    transaction = x.start(system, "test", commands, stop)
    assert x.attach(transaction, SECONDS)
    return transaction


def open_gate(gate: Path) -> None:
    gate.write_bytes(b"\n")


# Outcome


@pytest.mark.parametrize(
    "commands, stop, code, log",
    [
        pytest.param([["echo", "a"]], True, 0, "+ echo a\na\n", id="one"),
        pytest.param([["echo", "a"], ["echo", "b"]], True, 0, "+ echo a\na\n+ echo b\nb\n", id="two"),
        pytest.param([["false"], ["echo", "b"]], True, 1, "+ false\n", id="stops"),
        pytest.param([["false"], ["echo", "b"]], False, 1, "+ false\n+ echo b\nb\n", id="goes on, remembers"),
        pytest.param([["sh", "-c", "exit 100"], ["true"]], False, 100, None, id="code of apt"),
        pytest.param([["no-such-program"]], True, 127, None, id="no program"),
        pytest.param([["sh", "-c", "kill -KILL $$"]], True, 137, None, id="killed"),
        pytest.param([], True, 0, "", id="nothing"),
        pytest.param(
            [["printf", "%s|", "a b", "$HOME", "`id`", "it's", "*", ";"]], True, 0, None, id="no shell meaning"
        ),
    ],
)
def test_outcome(commands: list[list[str]], stop: bool, code: int, log: str | None, system: System) -> None:
    transaction = run(system, *commands, stop=stop)
    assert transaction.exit_code == code
    assert not transaction.running
    assert log is None or transaction.log_tail() == log


def test_words_reach_the_program_as_they_are(system: System) -> None:
    words = ["a b", "$HOME", "`id`", "it's", "*", ";", "ü", ""]
    transaction = run(system, ["printf", "<%s>", *words])
    assert transaction.log_tail().splitlines()[-1] == "".join(f"<{word}>" for word in words)


def test_both_streams_and_a_tail(system: System) -> None:
    transaction = run(system, ["sh", "-c", "echo out; echo err >&2; printf '%05d' 12345"])
    assert "out\nerr\n" in transaction.log_tail()
    assert x._tail(transaction.log, 5) == "12345"


def test_record(system: System) -> None:
    transaction = run(system, ["true"])
    record = json.loads(Path(transaction.directory, "command.json").read_text())
    assert record["commands"] == [["true"]]
    assert abs(record["started"] - time.time()) < 60
    assert transaction.purpose == "test"
    assert transaction.id.endswith("-test")
    assert Path(transaction.directory).stat().st_mode & 0o777 == 0o700


# Nobody to answer, nobody to listen


def test_no_terminal_no_input_no_questions(system: System) -> None:
    """Its own session, so that a hang-up of the connection does not reach it, and no /dev/tty to open."""
    report = (
        "import os,sys; print(os.getsid(0) != int(sys.argv[1]), sys.stdin.read() == '', os.environ['DEBIAN_FRONTEND'])"
    )
    terminal = "(: </dev/tty) 2>/dev/null && echo terminal || echo none"
    transaction = run(system, [sys.executable, "-c", report, str(os.getsid(0))], ["sh", "-c", terminal])
    lines = [line for line in transaction.log_tail().splitlines() if not line.startswith("+")]
    assert lines == ["True True noninteractive", "none"]


def test_language_of_the_caller_is_gone(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANG", "LC_MESSAGES", "LC_ALL"):
        monkeypatch.setenv(name, "de_DE.UTF-8")
    transaction = run(system, ["env"])
    lines = Path(transaction.log).read_text().splitlines()
    assert [line for line in lines if line.startswith(("LANG=", "LC_"))] == ["LC_ALL=C.UTF-8"]


def test_it_outlives_the_process_that_started_it(system: System, gate: Path) -> None:
    program = (
        "import sys; sys.path[:0] = sys.argv[3:]\n"
        "from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction\n"
        "from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System\n"
        "transaction.start(System(sys.argv[1]), 'test', [['cat', sys.argv[2]]])\n"
    )
    command = [sys.executable, "-c", program, system.root, str(gate), *sys.path]
    subprocess.run(command, check=True, timeout=SECONDS)
    transaction = x.find_running(system)
    assert transaction is not None
    assert transaction.exit_code is None
    open_gate(gate)
    assert x.attach(transaction, SECONDS)
    assert transaction.exit_code == 0


def test_a_hang_up_of_the_starter_s_session_does_not_reach_it(system: System, gate: Path) -> None:
    transaction = x.start(system, "test", [["cat", str(gate)]])
    process = int(Path(transaction.directory, "pid").read_text().split()[0])
    assert os.getpgid(process) != os.getpgid(0)
    assert os.getsid(process) == process
    open_gate(gate)
    assert x.attach(transaction, SECONDS)


# One at a time, found again


def test_only_one_at_a_time(system: System, gate: Path) -> None:
    first = x.start(system, "first", [["cat", str(gate)]])
    assert x.find_running(system) == first
    with pytest.raises(Failure, match=f"{first.id} is still running; log: {first.log}"):
        x.start(system, "second", [["true"]])
    assert not x.attach(first, 0.05)
    with pytest.raises(Failure, match=rf"{first.id} still runs after 0\.05 s; .*log: {first.log}"):
        x.finish(first, 0.05)
    assert not first.collected
    open_gate(gate)
    x.finish(first, SECONDS)
    assert first.collected and x.find_running(system) is None
    assert run(system, ["true"]).exit_code == 0


def test_interrupted(system: System, gate: Path) -> None:
    """Neither a living process nor an exit code: the laptop lost power, or somebody killed it."""
    transaction = x.start(system, "test", [["cat", str(gate)]])
    process = int(Path(transaction.directory, "pid").read_text().split()[0])
    os.killpg(process, signal.SIGKILL)
    assert x.attach(transaction, SECONDS)
    assert transaction.exit_code is None
    assert x.uncollected(system) == [transaction]


def test_collected(system: System) -> None:
    transaction = run(system, ["true"])
    assert x.uncollected(system) == [transaction]
    transaction.mark_collected()
    assert x.uncollected(system) == []
    assert x.all_transactions(system) == [transaction]


def test_a_process_number_that_was_used_again(system: System) -> None:
    transaction = run(system, ["true"])
    folder = Path(transaction.directory)
    (folder / "exit").unlink()
    own = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
    (folder / "pid").write_text(f"{os.getpid()} {own}\n")
    assert transaction.running
    (folder / "pid").write_text(f"{os.getpid()} 1\n")
    assert not transaction.running


@pytest.mark.parametrize("text", ["", "12", "rubbish of many words", "999999999 1", "x y"])
def test_a_broken_pid_file_is_no_running_process(text: str, system: System) -> None:
    transaction = run(system, ["true"])
    Path(transaction.directory, "exit").unlink()
    Path(transaction.directory, "pid").write_text(text)
    assert not transaction.running


def test_a_process_that_ends_while_we_look(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel answers ESRCH when a process goes between opening and reading its stat file."""
    transaction = run(system, ["true"])
    Path(transaction.directory, "exit").unlink()
    read = files.read_text

    def vanish(path: str) -> str | None:
        if path.startswith("/proc/"):
            raise ProcessLookupError(3, "No such process")
        return read(path)

    monkeypatch.setattr(files, "read_text", vanish)
    assert not transaction.running


def make_finished(system: System, count: int) -> None:
    for number in range(count):
        folder = Path(system.path(x.FOLDER), f"20260101T0000{number:02}-old")
        folder.mkdir(parents=True)
        (folder / "command.json").write_text("{}")
        (folder / "exit").write_text("0\n")
        (folder / "collected").touch()


def test_the_oldest_are_forgotten(system: System) -> None:
    make_finished(system, x.KEEP + 3)
    Path(system.path(x.FOLDER), "20260101T000001-old/collected").unlink()
    transaction = run(system, ["true"])
    names = [item.id for item in x.all_transactions(system)]
    assert names[0] == transaction.id
    assert names[1:-1] == [f"20260101T0000{number:02}-old" for number in range(x.KEEP + 2, 3, -1)]
    assert names[-1] == "20260101T000001-old", "its result was not reported yet"


def test_other_folders_are_no_transactions(system: System) -> None:
    assert x.all_transactions(system) == []
    Path(system.path(x.FOLDER), "lost+found").mkdir(parents=True)
    assert x.all_transactions(system) == []
    assert x.find_running(system) is None


# Progress


def test_progress_of_a_command(system: System) -> None:
    transaction = run(system, ["sh", "-c", "echo pmstatus:x:42.5:Installing x >&3"])
    shown = transaction.shown()
    assert (shown["progress"], shown["package"], shown["text"]) == (42.5, "x", "Installing x")
    assert "pmstatus" not in transaction.log_tail().splitlines()


def test_what_a_module_tells_of_it(system: System) -> None:
    transaction = x.start(system, "toolkit", [["true"]])
    assert x.attach(transaction, 60)
    assert transaction.shown() == {
        "id": transaction.id, "running": False, "progress": 0.0, "package": "", "text": "", "log": transaction.log,
    }  # fmt: skip


# The command line for apt


def test_a_command_of_apt_tells_how_far_it_is() -> None:
    assert "apt-get -o APT::Status-Fd=3 install x || code=$?" in progress.script([["apt-get", "install", "x"]], True)
    assert "apt-mark manual x || code=$?" in progress.script([["apt-mark", "manual", "x"]], True)


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="needs apt-get")
def test_the_real_apt_takes_every_option(system: System) -> None:
    transaction = run(system, [*apt_command.install("x"), "--version"])
    assert transaction.exit_code == 0
    assert "apt " in transaction.log_tail()


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="needs shellcheck")
def test_shellcheck(tmp_path: Path) -> None:
    (tmp_path / "run").write_text(
        progress.script([["apt-get", "install", "it's"], ["dpkg", "--configure", "-a"]], True)
    )
    # SC2086: splitting the stat line into words is the purpose.
    command = ["shellcheck", "--exclude=SC2086", str(tmp_path / "run")]
    assert subprocess.run(command, capture_output=True, text=True, check=False).stdout == ""


def test_free_locks_need_no_waiting(tmp_path: Path) -> None:
    assert x.wait_for_locks(system_at(tmp_path), SECONDS) == {}
