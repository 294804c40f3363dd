# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kept session over SSH: what a task costs, who can see the password, and what is left when a part of it dies."""

from __future__ import annotations

import json
import os
import signal
import time
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept import broker, session
from connected_laptop import DISTRIBUTION, LAPTOP, Laptop
from laboratory import Lab
from test_kept import (
    Middle,
    assert_sees_the_same,
    broker_pid,
    ended,
    in_the_middle,
    python,
    sleeps,
    sockets,
    terminate,
    until,
)
from test_ssh import have_default_shell

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def laptop(start_lab: t.Callable[..., Lab]) -> Laptop:
    lab = start_lab("--ssh", "--profile", "ready", "--without-compiler", "--without-archive")
    return Laptop(lab.over_ssh)


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(session, "_LONGER_SECONDS", 0.5)
    monkeypatch.setattr(session, "_PAUSE_SECONDS", 1.0)


@pytest.fixture
def kept(laptop: Laptop) -> t.Iterator[t.Any]:
    """A connection whose session runs."""
    opened = laptop.connect(ansible_wsl_persist=20)
    assert python(opened, "print(1)") == (0, b"1\n", b"")
    yield opened
    opened.reset()
    assert not sockets()


def launches(laptop: Laptop) -> int:
    return len(laptop.lab.journal(LAPTOP))


def cut(laptop: Laptop) -> None:
    """The connection, in the middle of a command of somebody else."""
    have_a_fault(laptop, "connection_cut")


def restart(laptop: Laptop) -> None:
    """The laptop, which is in reach again afterwards."""
    have_a_fault(laptop, "reboot_in_the_middle")
    assert until(lambda: answers(laptop), 30)


def have_a_fault(laptop: Laptop, fault: str) -> None:
    laptop.lab.command("fault", LAPTOP, fault, "match=--exec", "count=1", "seconds=0.2")
    with pytest.raises(AnsibleConnectionFailure):
        laptop.connect(ansible_wsl_persist=0).exec_command("sleep 5")


def answers(laptop: Laptop) -> bool:
    try:
        return bool(laptop.connect(ansible_wsl_persist=0).exec_command("true")[0] == 0)
    except AnsibleConnectionFailure:
        return False


@pytest.mark.parametrize("shell", ["cmd", "powershell"])
def test_a_module_sees_the_same(laptop: Laptop, shell: str) -> None:
    have_default_shell(laptop, shell)
    assert_sees_the_same(laptop, ansible_wsl_windows_shell=shell)
    have_default_shell(laptop, "cmd")


def test_commands_and_files_start_nothing(kept: t.Any, laptop: Laptop, tmp_path: Path) -> None:
    content = os.urandom(300_000)
    (tmp_path / "local").write_bytes(content)
    before = launches(laptop)
    assert python(kept, "print(2)") == (0, b"2\n", b"")
    assert kept.exec_command("cat; exit 7", in_data=b"\0x\r\n\xff") == (7, b"\0x\r\n\xff", b"")
    kept.put_file(str(tmp_path / "local"), "/tmp/kept file")
    kept.fetch_file("/tmp/kept file", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == content
    assert launches(laptop) == before


def test_the_password_is_nowhere(laptop: Laptop) -> None:
    """Nor in what ssh was started with; it logs on by password and on a connection of its own."""
    secret = str(Lab(laptop.lab.state).variables["ansible_password"])
    common = f"{laptop.variables['ansible_ssh_common_args']} -o ControlPath=none -o PubkeyAuthentication=no"
    own = {"ansible_ssh_private_key_file": "/dev/null", "ansible_password": secret, "ansible_ssh_common_args": common}
    connection = laptop.connect(ansible_wsl_persist=20, **own)
    assert python(connection, "print(1)")[1] == b"1\n"
    pid = broker_pid()
    below = [int(file.name) for file in Path("/proc").glob("[0-9]*") if parent(file) == pid]
    assert below, "the ssh of the session"
    for process in (pid, *below):
        for file in ("cmdline", "environ"):
            assert secret.encode() not in Path(f"/proc/{process}/{file}").read_bytes()
    opened = [os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir()]
    # Core leaves the selector behind with which it would have followed the process.
    assert {name.partition(":")[0] for name in opened} <= {"/dev/null", "socket", "pipe", "anon_inode"}
    connection.reset()


def parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def test_relative_paths_mean_what_they_mean_to_a_task(
    laptop: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.cfg").write_text("Host *\n  ServerAliveInterval 7\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    connection = laptop.connect(ansible_wsl_persist=20, ansible_ssh_extra_args="-F own.cfg")
    assert python(connection, "print(1)")[1] == b"1\n"
    assert sockets()
    connection.reset()


@pytest.mark.parametrize("loss", [terminate, cut, restart])
def test_lost_between_two_tasks(kept: t.Any, laptop: Laptop, loss: t.Callable[[Laptop], None]) -> None:
    """Nothing had begun: the task goes the ordinary way, the next one has a new session."""
    time.sleep(1)  # longer than a pause
    loss(laptop)
    assert python(kept, "print(2)") == (0, b"2\n", b"")
    assert python(kept, "print(3)") == (0, b"3\n", b"")
    before = launches(laptop)
    assert python(kept, "print(4)") == (0, b"4\n", b"")
    assert launches(laptop) == before


@pytest.fixture
def middle(kept: t.Any, laptop: Laptop) -> Middle:
    return in_the_middle(kept, laptop)


def kill_the_python(laptop: Laptop) -> None:
    laptop.connect(ansible_wsl_persist=0).exec_command("kill -9 $(pgrep -o -x python3)")


def kill_the_broker(_laptop: Laptop) -> None:
    os.kill(broker_pid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (kill_the_python, "the kept Python ended (exit code 137) before the command did, so the outcome is unknown"),
        (kill_the_broker, "the process that keeps the session was ended, so the outcome is unknown"),
        (terminate, "it stopped before the command ended"),
        (cut, "the connection was dropped while a command was running, so its outcome is unknown"),
    ],
)
def test_lost_in_the_middle(
    middle: Middle, kept: t.Any, laptop: Laptop, loss: t.Callable[[Laptop], None], message: str
) -> None:
    """The user is told, nothing is left in the distribution, and the next task works."""
    loss(laptop)
    assert message in middle.failed(40)
    assert until(lambda: not sleeps(laptop))
    assert python(kept, "print(2)")[1] == b"2\n"


@pytest.mark.parametrize("seconds", [0, 20])
def test_a_laptop_that_falls_silent(laptop: Laptop, seconds: int) -> None:
    """No end of the connection comes: ssh finds out. Its own settings are 5 seconds three times."""
    quick = "-o ServerAliveInterval=1 -o ServerAliveCountMax=1 -o ControlPath=none"
    own = {"ansible_ssh_common_args": f"{quick} {laptop.variables['ansible_ssh_common_args']}"}
    connection = laptop.connect(ansible_wsl_persist=seconds, **own)
    middle = in_the_middle(connection, laptop)
    server = json.loads((laptop.lab.state / "server.json").read_text(encoding="utf-8"))["pid"]
    os.kill(server, signal.SIGSTOP)
    try:
        assert "the connection was dropped while a command was running" in middle.failed(40)
    finally:
        os.kill(server, signal.SIGCONT)
    if not seconds:  # Windows leaves it alone
        laptop.connect(ansible_wsl_persist=0).exec_command("kill $(cat /tmp/middle)")
    assert until(lambda: not sleeps(laptop)), "the input of the kept Python has ended"
    connection.reset()


def test_large_files_go_on_after_the_connection_was_cut(laptop: Laptop, tmp_path: Path) -> None:
    """In the middle of each way, as over WinRM, beside a kept session; the laptop is away for a second."""
    content = os.urandom(24 << 20)
    (tmp_path / "local").write_bytes(content)
    connection = laptop.connect(ansible_wsl_persist=20)
    python(connection, "print(1)")
    before = launches(laptop)
    for setting, move in (
        ("after_input", lambda: connection.put_file(str(tmp_path / "local"), "/tmp/large")),
        ("after_bytes", lambda: connection.fetch_file("/tmp/large", str(tmp_path / "back"))),
    ):
        laptop.lab.command(
            "fault", LAPTOP, "connection_cut", "match=--exec", f"{setting}={6 << 20}", "away=1", "count=1"
        )
        move()
    assert (tmp_path / "back").read_bytes() == content
    sent = sum(entry["bytes_in"] for entry in laptop.lab.journal(LAPTOP)[before:])
    assert len(content) < sent < 1.5 * len(content), "less than half of it twice"
    connection.reset()


def test_reset_connection_and_the_end_of_a_playbook(laptop: Laptop, tmp_path: Path) -> None:
    inside = {"ansible_connection": "wslfleet.cuda.wsl", "ansible_wsl_distribution": DISTRIBUTION}
    variables = {**inside, "ansible_python_interpreter": "/usr/bin/python3", "ansible_shell_type": "sh"}
    ping: dict[str, t.Any] = {"ansible.builtin.ping": {}}
    tasks = [ping, ping, {"ansible.builtin.meta": "reset_connection"}, ping, ping]
    book = tmp_path / "play.yml"
    book.write_text(json.dumps([{"hosts": LAPTOP, "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    before = launches(laptop)
    run = laptop.lab.playbook(book, "-vv", variables=variables)
    assert run.code == 0 and "not through the kept session" not in run.output, run.output
    assert until(lambda: not sleeps(laptop))
    sessions = [entry for entry in laptop.lab.journal(LAPTOP)[before:] if entry["bytes_in"] > 10_000]
    assert len(sessions) == 2, "a session before and one after the reset"


def test_reset_and_silence_end_it(laptop: Laptop) -> None:
    connection = laptop.connect(ansible_wsl_persist=20)
    python(connection, "print(1)")
    pid = broker_pid()
    connection.reset()
    assert until(lambda: ended(pid), 5)
    assert not sleeps(laptop)
    connection = laptop.connect(ansible_wsl_persist=1)
    python(connection, "print(1)")
    pid = broker_pid()
    assert until(lambda: ended(pid), 8)
    assert not sockets() and not sleeps(laptop)
