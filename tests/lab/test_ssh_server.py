# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SSH server of a laptop, as the ssh of this machine finds it."""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.machine.process import Process, program
from lab.ssh import keys
from lab.ssh.default_shell import KEY, POWERSHELL, line_of_cmd
from lab.ssh.server import LaptopServer
from tests.lab import windows_laptop

STARTED = (
    "& {{Wait-Process -InputObject (Start-Process -NoNewWindow -PassThru -FilePath C:\\Windows\\System32\\cmd.exe"
    " -ArgumentList ('{}' -replace '`',[char]34))}}"
)


@program("ssh-test-cat")
def cat(process: Process) -> int:
    """Copy stdin to stdout; the exit code needs more than eight bits."""
    while data := process.stdin.read():
        process.stdout.write(data)
    process.stderr.write(b"done\r\n")
    return 3010


class Reached(t.NamedTuple):
    """A laptop, and the words of an ssh that leads to it."""

    laptop: Laptop
    ssh: list[str]

    def run(self, line: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([*self.ssh, line], input=stdin, capture_output=True, check=False, timeout=30)


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Reached]:
    folder = tmp_path_factory.mktemp("ssh")
    laptop = windows_laptop.make_laptop(folder)
    laptop.drive.add_program("C:\\tools\\cat.exe", "ssh-test-cat")
    files = keys.make(folder)
    keys.authorize(laptop, files.client.with_suffix(".pub").read_text(encoding="ascii"))
    server = LaptopServer(laptop, files.host)
    server.start()
    files.known_hosts.write_text(keys.known_host(files, server.port), encoding="ascii")
    options = [f"UserKnownHostsFile={files.known_hosts}", "ControlPath=none", "BatchMode=yes", "LogLevel=ERROR"]
    words = ["ssh", "-F", "none", "-i", str(files.client), "-p", str(server.port), "-l", "admin"]
    yield Reached(laptop, [*words, *(f"-o{option}" for option in options), "127.0.0.1"])
    server.stop()
    laptop.shut_down()


def test_bytes_and_codes_go_through(reached: Reached) -> None:
    """A client sees the last eight bits of an exit code, as ssh everywhere."""
    everything = bytes(range(256)) * 4000
    done = reached.run('set X=a b&"C:\\tools\\cat.exe"', everything)
    assert (done.stdout, done.stderr, done.returncode) == (everything, b"done\r\n", 3010 & 255)
    assert reached.run("echo %USERNAME%&cd").stdout == b"admin\r\nC:\\Users\\admin\r\n"


def test_who_is_let_in(reached: Reached, tmp_path: Path) -> None:
    """Neither an account without the key, nor another key."""
    other = [("dev" if word == "admin" else word) for word in reached.ssh]
    assert b"Permission denied" in reached._replace(ssh=other).run("ver").stderr
    stranger = keys.make(tmp_path).client
    assert (
        b"Permission denied"
        in reached._replace(ssh=[*reached.ssh[:4], str(stranger), *reached.ssh[5:]]).run("x").stderr
    )


@pytest.mark.parametrize("password", ["secret", "wrong"])
def test_by_password(reached: Reached, password: str) -> None:
    known = next(word for word in reached.ssh if "UserKnownHostsFile" in word)
    port = reached.ssh[reached.ssh.index("-p") + 1]
    words = ["sshpass", "-e", "ssh", "-F", "none", known, "-oPubkeyAuthentication=no", "-p", port, "-l", "dev"]
    done = subprocess.run(
        [*words, "127.0.0.1", "echo in"],
        env={"SSHPASS": password, "PATH": "/usr/bin"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == ((0, b"in\r\n") if password == "secret" else (5, b""))


@pytest.mark.parametrize(
    ("line", "given"),
    [
        (STARTED.format("/c `ver`"), "ver"),
        (STARTED.format("/c `set `X=it''s`&echo %X%`"), 'set "X=it\'s"&echo %X%'),
        (STARTED.format("/c `echo it\u2019\u2019s`"), "echo it\u2019s"),
    ],
)
def test_powershell_starts_cmd(reached: Reached, line: str, given: str) -> None:
    reached.laptop.registry.set(KEY, "DefaultShell", "REG_SZ", POWERSHELL)
    try:
        assert line_of_cmd(reached.laptop, line) == given
        assert reached.run(STARTED.format("/c `C:\\tools\\cat.exe`"), b"\0\xff").stdout == b"\0\xff"
    finally:
        reached.laptop.registry.delete(KEY)


@pytest.mark.parametrize(
    "line", ["ver", STARTED.format("/k `ver`"), STARTED.format("/c `echo it's`"), STARTED.format('/c "ver"')]
)
def test_other_powershell_is_not_modelled(reached: Reached, line: str) -> None:
    reached.laptop.registry.set(KEY, "DefaultShell", "REG_SZ", POWERSHELL)
    try:
        done = reached.run(line)
    finally:
        reached.laptop.registry.delete(KEY)
    assert b"lab: not modelled" in done.stderr and done.returncode


@pytest.mark.parametrize(
    ("name", "value"), [("DefaultShell", "C:\\Windows\\System32\\bash.exe"), ("DefaultShellCommandOption", "/c")]
)
def test_other_shells_are_not_modelled(reached: Reached, name: str, value: str) -> None:
    reached.laptop.registry.set(KEY, name, "REG_SZ", value)
    try:
        assert b"lab: not modelled: sshd" in reached.run("ver").stderr
    finally:
        reached.laptop.registry.delete(KEY)


def test_a_restart_ends_the_connection(reached: Reached) -> None:
    """And the laptop is back on the same port."""
    waiting = subprocess.Popen([*reached.ssh, "C:\\tools\\cat.exe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert waiting.stdin is not None and waiting.stdout is not None
    waiting.stdin.write(b"x")
    waiting.stdin.flush()
    assert waiting.stdout.read(1) == b"x"
    reached.laptop.reboot()
    assert waiting.wait(30) == 255
    assert reached.run("echo back").stdout == b"back\r\n"


def test_a_lost_connection_ends_nothing(reached: Reached) -> None:
    """The input of what runs ends, and whoever writes learns that nobody reads."""
    reached.laptop.faults.switch_on("connection_cut", match="cat.exe", after_input=5, count=1)
    line = "C:\\tools\\cat.exe>C:\\tools\\out.txt 2>nul&echo after>C:\\tools\\on.txt"
    assert reached.run(line, b"12345").returncode == 255
    for command in list(reached.laptop.commands):
        assert command.done.wait(30)
    assert reached.laptop.drive.host_path("C:\\tools\\out.txt").read_bytes() == b"12345"
    assert reached.laptop.drive.host_path("C:\\tools\\on.txt").read_bytes() == b"after\r\n"
