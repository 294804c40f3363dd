# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection over SSH: ssh, sshd with either default shell, cmd.exe, wsl.exe and a real distribution in between."""

from __future__ import annotations

import contextlib
import os
import socket
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible.errors import AnsibleAuthenticationFailure, AnsibleConnectionFailure
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line, waited_for
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandTimeout
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import linux_stdin
from connected_laptop import Laptop
from laboratory import Lab
from test_connection import COMMANDS

from lab.machine.registry import Registry
from lab.ssh import default_shell

pytestmark = pytest.mark.lab

CMD = "C:\\Windows\\System32\\cmd.exe"


@pytest.fixture(scope="module")
def laptop(start_lab: t.Callable[..., Lab]) -> Laptop:
    lab = start_lab("--ssh", "--profile", "ready", "--without-compiler", "--without-archive")
    return Laptop(lab.over_ssh)


def have_default_shell(laptop: Laptop, shell: str) -> None:
    registry = Registry(laptop.directory / "registry.json")
    if shell == "powershell":
        registry.set(default_shell.KEY, "DefaultShell", "REG_SZ", default_shell.POWERSHELL)
    elif registry.exists(default_shell.KEY):
        registry.delete(default_shell.KEY)


@pytest.fixture(params=["cmd", "powershell"])
def connection(laptop: Laptop, request: pytest.FixtureRequest) -> t.Iterator[t.Any]:
    have_default_shell(laptop, request.param)
    opened = laptop.connect(ansible_wsl_windows_shell=request.param)
    yield opened
    opened.close()
    have_default_shell(laptop, "cmd")


@pytest.mark.parametrize("command, stdout", COMMANDS)
def test_commands_arrive_as_they_are(connection: t.Any, command: str, stdout: bytes) -> None:
    assert connection.exec_command(command) == (0, stdout, b"")


def test_bytes_codes_and_files(connection: t.Any, tmp_path: Path) -> None:
    payload = bytes(range(256)) * 300 + os.urandom(700_000) + b"\x1a\r\n\0"
    assert connection.exec_command("cat; exit 255", in_data=payload) == (255, payload, b"")
    assert connection.exec_command("echo done", in_data=b"x" * 3_000_000)[:2] == (0, b"done\n")
    (tmp_path / "sent").write_bytes(payload)
    connection.put_file(str(tmp_path / "sent"), "/tmp/a file")
    connection.fetch_file("/tmp/a file", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == payload


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f'{CMD} /d /c "exit 3010"', 3010),
        (f'{CMD} /d /c "exit -5"', 0xFFFFFFFB),
        (f'{CMD} /d /c "exit 255"', 255),
        (waited_for(CMD, ["/d", "/c", "exit 1603"]), 1603),
        (cmd_line("dir", ["/b", "C:\\nothing"]), 1),
        ("ver", 0),
    ],
)
def test_exit_codes_have_32_bits(connection: t.Any, line: str, code: int) -> None:
    """As over WinRM, although a client of SSH sees eight."""
    assert connection.windows_runner.run(line).exit_code == code


def test_text_is_utf_8_and_a_time_limit_is_one(connection: t.Any) -> None:
    runner = connection.windows_runner
    assert runner.run("echo gr\u00f6\u00dfe \u6c49 it's").stdout.decode() == "gr\u00f6\u00dfe \u6c49 it's\r\n"
    before = time.monotonic()
    with pytest.raises(CommandTimeout, match="left alone"):
        runner.run(connection.ways.ordinary.line, linux_stdin("sleep 30"), timeout=1)
    assert time.monotonic() - before < 10


def test_what_is_wrong_is_told_in_one_line(laptop: Laptop) -> None:
    """Unreachable each time, never a command that failed."""
    for changed, kind, message in (
        ({"ansible_user": "nobody"}, AnsibleAuthenticationFailure, "refused the account 'nobody' over SSH"),
        (
            {"ansible_port": 1, "ansible_wsl_transport": "ssh"},
            AnsibleConnectionFailure,
            "nothing listens on the SSH port",
        ),
        (
            {"ansible_ssh_common_args": "-o UserKnownHostsFile=/dev/null -o ControlPath=none"},
            AnsibleConnectionFailure,
            "its host key is not known",
        ),
        ({"ansible_wsl_windows_shell": "powershell"}, AnsibleConnectionFailure, "set ansible_wsl_windows_shell to cmd"),
        ({"ansible_wsl_distribution": "Nothing"}, AnsibleConnectionFailure, "WSL_E_DISTRO_NOT_FOUND"),
    ):
        with pytest.raises(kind) as caught:
            laptop.connect(**changed).exec_command("true")
        assert message in str(caught.value) and len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("banner", [b"", b"SSH-2.0-OpenSSH_for_Windows_9.5\r\n"])
def test_a_laptop_that_accepts_a_connection_and_never_answers(laptop: Laptop, banner: bytes) -> None:
    """It hung before its first word, or after: then ssh gives up and says nothing."""
    quick = "-o ServerAliveInterval=1 -o ServerAliveCountMax=1 -o ControlPath=none"
    common = f"{quick} {laptop.variables['ansible_ssh_common_args']}"
    with socket.create_server(("127.0.0.1", 0)) as server:
        own = {"ansible_port": server.getsockname()[1], "ansible_wsl_transport": "ssh", "wslfleet_connect_timeout": 2}
        connection = laptop.connect(**own, ansible_ssh_common_args=common)
        with ThreadPoolExecutor() as other, contextlib.ExitStack() as accepted:
            greeted = other.submit(lambda: accepted.enter_context(server.accept()[0]).sendall(banner))
            with pytest.raises(AnsibleConnectionFailure, match=r"did not answer within [1-9] s: check that the laptop"):
                connection.exec_command("true")
            greeted.result()


def test_by_password(laptop: Laptop) -> None:
    own = {"ansible_ssh_private_key_file": "/dev/null"}
    common = f"{laptop.variables['ansible_ssh_common_args']} -o ControlPath=none -o PubkeyAuthentication=no"
    password = laptop.lab.__class__(laptop.lab.state).variables["ansible_password"]
    for given, works in ((password, True), ("wrong", False)):
        connection = laptop.connect(**{**own, "ansible_password": given, "ansible_ssh_common_args": common})
        if works:
            assert connection.exec_command("echo in")[1] == b"in\n"
        else:
            with pytest.raises(AnsibleAuthenticationFailure, match="refused the account"):
                connection.exec_command("true")


def test_one_connection_for_all(laptop: Laptop) -> None:
    """Of the connection to the distribution and of the modules for Windows; a lost one is made anew."""
    lab = laptop.lab
    inside = {"ansible_connection": "wslfleet.cuda.wsl", "ansible_wsl_distribution": "Debian-12"}
    laptop.connect().reset()
    before = lab.logons("ready-1")
    run = lab.task("ready-1", "ansible.builtin.ping", variables={**inside, "ansible_shell_type": "sh"})
    assert run.code == 0, run.output
    run = lab.task("ready-1", "wslfleet.cuda.host_info")
    assert run.code == 0, run.output
    assert lab.logons("ready-1") - before == 1
    lab.command("fault", "ready-1", "connection_cut", "match=--exec", "count=1", "seconds=0.2")
    with pytest.raises(AnsibleConnectionFailure, match="the connection was dropped while a command was running"):
        laptop.connect().exec_command("sleep 5")
    assert laptop.connect().exec_command("echo again")[1] == b"again\n"
