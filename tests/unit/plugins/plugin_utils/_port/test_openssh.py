# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port on core's ``ssh``, whose process a shell of this machine stands in for."""

from __future__ import annotations

import subprocess
import typing as t

import pytest
from ansible.errors import AnsibleAuthenticationFailure, AnsibleConnectionFailure
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader, get_shell_plugin
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import exchange, openssh, ssh_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    AuthenticationFailed,
    CommandTimeout,
    Completed,
    HostUnreachable,
    OutputTooLong,
)

from tests.unit.plugin_loading import ensure_plugin_loader


class FakeConnection:
    """Core's ``ssh``: runs SCRIPT instead, and gives its process away where the input is sent."""

    def __init__(self, script: str, error: Exception | None = None) -> None:
        self.script = f"MM() {{ printf 'MM\\r\\n'; printf 'MM\\r\\n' >&2; }}; {script}"
        self.error = error
        self.said: list[str] = []
        self.resets = 0
        self._send_initial_data: t.Any = None

    @staticmethod
    def get_option(name: str) -> str:
        return {"host": "pc", "remote_user": "admin"}[name]

    def exec_command(self, text: str, in_data: object, sudoable: bool) -> tuple[int, bytes, bytes]:
        assert in_data and not sudoable
        self.said.append(text)
        pipe = subprocess.PIPE
        process = subprocess.Popen(["/bin/sh", "-c", self.script], stdin=pipe, stdout=pipe, stderr=pipe)
        self._send_initial_data(process.stdin, in_data, process)
        process.wait()
        for stream in (process.stdout, process.stderr):
            t.cast("t.IO[bytes]", stream).close()
        if self.error:
            raise self.error
        return process.returncode, b"", b""

    def reset(self) -> None:
        self.resets += 1


@pytest.fixture(autouse=True)
def known_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh_line, "new_mark", lambda: "MM")


def runner(script: str, error: Exception | None = None, shell: str = "cmd") -> openssh.SshRunner:
    return openssh.SshRunner(FakeConnection(script, error), shell)


def test_one_command() -> None:
    done = runner("MM; cat; printf 'err' >&2; printf 'MM-3010\\r\\n' >&2").run("ver", b"\0\xff")
    assert done == Completed(3010, b"\0\xff", b"err")


def test_a_command_that_takes_too_long() -> None:
    with pytest.raises(CommandTimeout, match=r"pc: not finished after 0\.3 s and left alone: ver") as caught:
        runner("MM; printf part; exec sleep 60").run("ver", timeout=0.3)
    assert caught.value.stdout == b"part"


def test_a_command_that_prints_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "OUTPUT_BYTES", 1 << 20)
    with pytest.raises(OutputTooLong, match="pc: printed more than 1 MiB and was left alone: ver; look on the laptop"):
        runner("MM; exec cat /dev/zero").run("ver")


def test_another_default_shell() -> None:
    with pytest.raises(HostUnreachable, match="set ansible_shell_type to powershell") as caught:
        runner("echo 'no && here' >&2; exit 1").run("ver")
    assert caught.value.cause == "another shell"


def test_cmd_instead_of_powershell() -> None:
    """It ends with 255, as ssh does."""
    with pytest.raises(HostUnreachable, match=r"set ansible_shell_type to cmd \(it said: \] was"):
        runner("echo '] was unexpected at this time.' >&2; exit 255", LOST, "powershell").run("ver")


LOST = AnsibleConnectionFailure("Data could not be sent")


@pytest.mark.parametrize(
    ("script", "error", "kind", "begun"),
    [
        ("echo 'ssh: connect to host pc port 22: Connection refused' >&2", LOST, HostUnreachable, False),
        ("echo 'admin@pc: Permission denied (publickey).' >&2", LOST, AuthenticationFailed, False),
        ("exit 5", AnsibleAuthenticationFailure("Invalid/incorrect password:"), AuthenticationFailed, False),
        ("MM; echo 'Connection to pc closed by remote host.' >&2", LOST, HostUnreachable, True),
        ("MM", None, HostUnreachable, True),
    ],
)
def test_lost(script: str, error: Exception | None, kind: type[HostUnreachable], begun: bool) -> None:
    with pytest.raises(HostUnreachable) as caught:
        runner(script, error).run("ver")
    assert type(caught.value) is kind and caught.value.begun is begun
    assert str(caught.value).startswith("pc: ") and "\n" not in str(caught.value)


def test_a_dead_connection_is_given_up() -> None:
    """What is kept for other tasks is left alone otherwise."""
    connection = FakeConnection("exit 255", LOST)
    lost = openssh.SshRunner(connection)
    lost.close()
    assert connection.resets == 0
    with pytest.raises(HostUnreachable):
        lost.run("ver")
    lost.close()
    lost.close()
    assert connection.resets == 1


def test_an_open_command() -> None:
    opened = runner("echo notice; MM; cat; printf 'MM-0\\r\\n' >&2").open("ver")
    opened.send(b"one")
    received = b""
    while len(received) < 3:
        received += opened.receive()
    opened.end()
    assert received == b"one"


@pytest.mark.parametrize(
    ("script", "error", "shell", "message"),
    [
        ("echo 'Connection refused' >&2; exit 255", LOST, "cmd", "pc: nothing listens on the SSH port"),
        ("echo 'no && here' >&2; exit 1", None, "cmd", "pc: the default shell of OpenSSH is not cmd"),
    ],
)
def test_an_open_command_that_does_not_begin(script: str, error: Exception | None, shell: str, message: str) -> None:
    with pytest.raises(HostUnreachable, match=message):
        runner(script, error, shell).open("ver")


def test_an_open_command_that_is_lost() -> None:
    connection = FakeConnection("MM; exit 255")
    lost = openssh.SshRunner(connection)
    opened = lost.open("ver")
    with pytest.raises(HostUnreachable, match="pc: the connection was dropped while a command was running"):
        while True:
            opened.receive()
    opened.end()
    lost.close()
    assert connection.resets == 1


def test_a_line_without_room_for_marks_cannot_be_kept_open() -> None:
    with pytest.raises(HostUnreachable, match="pc: the line is too long to be kept open"):
        runner("MM").open("echo " + "x" * 8_170)


class Asked:
    opening = b"command\n"
    seconds = 20.0
    answers: t.ClassVar = [b"secret\n"]

    def reply(self, stdout: bytes, _stderr: bytes) -> bytes | None:
        assert b"MM" not in stdout
        if stdout == b"password: " and self.answers:
            return self.answers.pop()
        return None if stdout.endswith(b"in\n") else b""

    def late(self) -> Exception:
        raise AssertionError


def test_a_dialogue() -> None:
    script = "MM; read c; printf 'password: '; read p; echo in; echo $c-$p-$(cat); printf 'MM-0\\r\\n' >&2"
    done = runner(script).converse("ver", Asked(), b"payload")
    assert done == Completed(0, b"password: in\ncommand-secret-payload\n", b"")


def test_a_flood_in_a_dialogue_is_the_same_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "OUTPUT_BYTES", 1 << 20)
    with pytest.raises(OutputTooLong, match="pc: printed more than 1 MiB"):
        runner("MM; exec cat /dev/zero").converse("ver", Asked())


def test_the_options_of_the_task_go_on() -> None:
    """To a connection whose shell does not wrap commands in PowerShell, on the connection that both keep."""
    ensure_plugin_loader()
    loader: t.Any = connection_loader
    shell: t.Any = get_shell_plugin
    context: t.Any = PlayContext
    task = loader.get("ssh", context(), "/dev/null", shell=shell(shell_type="cmd"))
    variables = {"ansible_host": "pc", "ansible_user": "admin", "ansible_port": 2222, "ansible_ssh_retries": 3}
    task.set_options(var_options={**variables, "ansible_ssh_extra_args": "-o LogLevel=DEBUG"})
    made = openssh.runner_on(task, 4.5)
    inner: t.Any = made._connection
    names = ("host", "remote_user", "port", "timeout", "reconnection_retries")
    assert [inner.get_option(name) for name in names] == ["pc", "admin", 2222, 5, 0]
    extra = inner.get_option("ssh_extra_args")
    assert extra == "-o LogLevel=DEBUG -o LogLevel=ERROR -o ServerAliveInterval=5 -o ServerAliveCountMax=3", (
        "of two settings ssh takes the first, so the user's own"
    )
    assert inner._shell.SHELL_FAMILY == "sh" and made._shell == "cmd"
    paths = [
        next(word for word in one._build_command("ssh", "ssh", "pc", "x") if b"ControlPath" in word)
        for one in (task, inner)
    ]
    assert paths[0] == paths[1]
