# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""LaptopServer against the clients that people use: pywinrm's Protocol and core's winrm connection plugin.

The laptop is a fake one, whose commands are the functions below; so the service is tested alone.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import socket
import sys
import threading
import time
import typing as t
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from winrm.exceptions import (
    InvalidCredentialsError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)
from winrm.protocol import Protocol

from lab.machine.faults import Faults
from lab.machine.streams import Pipe
from lab.wsman import certificates
from lab.wsman.link import LinkSettings
from lab.wsman.server import LaptopServer
from lab.wsman.settings import Settings

PASSWORD = "Pa ß w0rd"
DIRECT = LinkSettings()


@dataclasses.dataclass
class FakeUser:
    name: str
    sid: str
    password: str
    admin: bool = True


class FakeCommand:
    """As lab.laptop.Command, with a Python function in the place of cmd.exe."""

    def __init__(
        self, line: str, env: dict[str, str], cwd: str | None, function: t.Callable[[FakeCommand], int]
    ) -> None:
        self.line, self.env, self.cwd = line, env, cwd
        self.stdin, self.stdout, self.stderr = Pipe(), Pipe(), Pipe()
        self.done = threading.Event()
        self.killed = threading.Event()
        self.exit_code: int | None = None
        threading.Thread(target=self._run, args=(function,), daemon=True).start()

    def _run(self, function: t.Callable[[FakeCommand], int]) -> None:
        try:
            self.exit_code = function(self) & 0xFFFFFFFF
        except BrokenPipeError:
            self.exit_code = 1
        self.stdin.abandon()
        self.stdout.close()
        self.stderr.close()
        self.done.set()

    def kill(self) -> None:
        self.killed.set()
        for pipe in (self.stdin, self.stdout, self.stderr):
            pipe.abandon()


def echo(command: FakeCommand) -> int:
    command.stdout.write(command.line.partition(" ")[2].encode())
    return 0


def digest(command: FakeCommand) -> int:
    data = command.stdin.read_all()
    command.stdout.write(f"{len(data)} {hashlib.sha256(data).hexdigest()}".encode())
    return 0


def flood(command: FakeCommand) -> int:
    size = int(command.line.split()[1])
    command.stdout.write(bytes(range(256)) * (size // 256))
    command.stderr.write(b"flooded")
    return 0


def wait(command: FakeCommand) -> int:
    command.stdout.write(b"begun ")
    command.killed.wait(float(command.line.split()[1]))
    command.stdout.write(b"ended")
    return 0


def deaf(command: FakeCommand) -> int:
    """Reads no stdin until it is killed."""
    command.killed.wait(30)
    return 0


def leave(command: FakeCommand) -> int:
    command.stderr.write(b"leaving")
    return int(command.line.split()[1])


def environment(command: FakeCommand) -> int:
    command.stdout.write(f"{command.env} {command.cwd}".encode())
    return 0


def powershell(command: FakeCommand) -> int:
    """What core's winrm plugin sends: -EncodedCommand with a script."""
    script = base64.b64decode(command.line.split()[-1]).decode("utf-16-le")
    command.stdout.write(b"script: " + script.encode())
    return 7


PROGRAMS: dict[str, t.Callable[[FakeCommand], int]] = {
    "echo": echo,
    "digest": digest,
    "flood": flood,
    "wait": wait,
    "deaf": deaf,
    "exit": leave,
    "environment": environment,
    "PowerShell": powershell,
}


class FakeLaptop:
    """What LaptopServer needs of lab.laptop.Laptop."""

    def __init__(self, directory: Path, password: str = PASSWORD) -> None:
        self.name = directory.name
        self.directory = directory
        users = [FakeUser("admin", "S-1-5-21-1", password), FakeUser("guest", "S-1-5-21-2", password, admin=False)]
        self.state = SimpleNamespace(users=users, computer_name="LAPTOP", honours_skip_cmd_shell=False)
        self.faults = Faults(directory / "faults.json")
        self.drive = SimpleNamespace(exists=lambda path: path == "C:\\Users")
        self.on_power: list[t.Callable[[bool], None]] = []
        self.commands: list[FakeCommand] = []

    def user(self, name: str) -> FakeUser | None:
        wanted = name.rsplit("\\", 1)[-1].split("@", 1)[0].lower()
        return next((user for user in self.state.users if user.name == wanted), None)

    def start_command(self, user: FakeUser, line: str, env: dict[str, str], cwd: str | None) -> FakeCommand:
        command = FakeCommand(line, env, cwd, PROGRAMS[line.split(" ")[0]])
        self.commands.append(command)
        return command

    def power(self, on: bool) -> None:
        for hook in self.on_power:
            hook(on)


class Stage:
    """Starts servers, and clients for them, for one test."""

    def __init__(self, directory: Path, lab_certificates: certificates.Certificates) -> None:
        self._directory = directory
        self._certificates = lab_certificates
        self._servers: list[LaptopServer] = []

    def laptop(
        self, password: str = PASSWORD, link: LinkSettings = DIRECT, **settings: t.Any
    ) -> tuple[FakeLaptop, LaptopServer]:
        directory = self._directory / f"laptop{len(self._servers)}"
        directory.mkdir()
        laptop = FakeLaptop(directory, password)
        server = LaptopServer(t.cast(t.Any, laptop), self._certificates, settings=Settings(**settings), link=link)
        server.start()
        self._servers.append(server)
        return laptop, server

    def client(self, server: LaptopServer, transport: str = "ntlm", scheme: str = "http", **options: t.Any) -> Protocol:
        port = server.http_port if scheme == "http" else server.https_port
        options = {"username": "admin", "password": PASSWORD, "operation_timeout_sec": 5, **options}
        options.setdefault("read_timeout_sec", options["operation_timeout_sec"] + 5)
        return Protocol(
            f"{scheme}://127.0.0.1:{port}/wsman",
            transport=t.cast(t.Any, transport),
            ca_trust_path=str(self._certificates.ca),
            **options,
        )

    def stop(self) -> None:
        for server in self._servers:
            server.stop()


@pytest.fixture(scope="module")
def lab_certificates(tmp_path_factory: pytest.TempPathFactory) -> certificates.Certificates:
    return certificates.make(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def stage(tmp_path: Path, lab_certificates: certificates.Certificates) -> t.Iterator[Stage]:
    stage = Stage(tmp_path, lab_certificates)
    yield stage
    stage.stop()


def run(client: Protocol, shell: str, line: str, stdin: bytes | None = None) -> tuple[bytes, bytes, int]:
    command = client.run_command(shell, line, console_mode_stdin=False)
    try:
        if stdin is not None:
            for offset in range(0, max(len(stdin), 1), 200_000):
                client.send_command_input(
                    shell, command, stdin[offset : offset + 200_000], offset + 200_000 >= len(stdin)
                )
        return client.get_command_output(shell, command)
    finally:
        client.cleanup_command(shell, command)


def fault_of(error: pytest.ExceptionInfo[WSManFaultError]) -> tuple[int | None, str | None]:
    return error.value.wsman_fault_code, error.value.fault_subcode


TRANSPORTS = [("basic", "https"), ("ntlm", "http"), ("ntlm", "https")]


@pytest.mark.parametrize(("transport", "scheme"), TRANSPORTS)
def test_a_command_runs(stage: Stage, transport: str, scheme: str) -> None:
    _, server = stage.laptop()
    client = stage.client(server, transport, scheme)
    shell = client.open_shell(codepage=65001)
    assert run(client, shell, "echo grüße & <all>") == ("grüße & <all>".encode(), b"", 0)
    assert run(client, shell, "exit 4294967295") == (b"", b"leaving", 4294967295)
    assert run(client, shell, "exit -1") == (b"", b"leaving", 4294967295)
    client.close_shell(shell)
    with pytest.raises(WSManFaultError) as error:
        client.run_command(shell, "echo")
    assert fault_of(error) == (2150858843, "w:InvalidSelectors")


@pytest.mark.parametrize(("transport", "scheme"), TRANSPORTS)
@pytest.mark.parametrize("size", [0, 1, 1 << 20])
def test_stdin_arrives_byte_for_byte(stage: Stage, transport: str, scheme: str, size: int) -> None:
    _, server = stage.laptop()
    client = stage.client(server, transport, scheme)
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    shell = client.open_shell()
    expected = f"{size} {hashlib.sha256(data).hexdigest()}".encode()
    assert run(client, shell, "digest", data) == (expected, b"", 0)


@pytest.mark.parametrize("size", [100_096, 131_072, 3 << 20])
def test_output_larger_than_an_envelope_is_split(stage: Stage, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    _, server = stage.laptop()
    client = stage.client(server)
    answers: list[int] = []
    send = client.transport.send_message

    def counting(message: str | bytes) -> bytes:
        answer = send(message)
        answers.append(len(answer))
        return answer

    monkeypatch.setattr(client.transport, "send_message", counting)
    shell = client.open_shell()
    stdout, stderr, exit_code = run(client, shell, f"flood {size}")
    assert (stdout, stderr, exit_code) == (bytes(range(256)) * (size // 256), b"flooded", 0)
    assert max(answers) <= Protocol.DEFAULT_MAX_ENV_SIZE
    assert len(answers) >= 4 + size // 115_000


def test_environment_directory_and_arguments(stage: Stage) -> None:
    _, server = stage.laptop()
    client = stage.client(server)
    shell = client.open_shell(env_vars={"WSL_UTF8": "1"}, working_directory="C:\\Users")
    assert run(client, shell, "environment") == (b"{'WSL_UTF8': '1'} C:\\Users", b"", 0)
    command = client.run_command(shell, "echo", ["a", '"b  c"'])
    assert client.get_command_output(shell, command)[0] == b'a "b  c"'
    with pytest.raises(WSManFaultError) as error:
        client.open_shell(working_directory="C:\\nowhere")
    assert error.value.wsman_fault_code == 0x8007010B


def test_numeric_character_references_stay_literal(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    laptop, server = stage.laptop()
    client = stage.client(server)
    shell = client.open_shell()
    send = client.transport.send_message
    monkeypatch.setattr(client.transport, "send_message", lambda text: send(text.replace("QUOTE", "&#34;")))
    client.run_command(shell, "echo QUOTE &")
    assert laptop.commands[-1].line == "echo &#34; &"


def test_chosen_command_id_and_idle_timeout_are_honoured(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    _, server = stage.laptop()
    client = stage.client(server)
    answers: list[bytes] = []
    send = client.transport.send_message
    wanted = str(uuid.uuid4()).upper()

    def choosing(message: str) -> bytes:
        answers.append(send(message.replace("<rsp:CommandLine>", f'<rsp:CommandLine CommandId="{wanted}">')))
        return answers[-1]

    monkeypatch.setattr(client.transport, "send_message", choosing)
    shell = client.open_shell(idle_timeout="PT15M")
    assert b"<rsp:IdleTimeOut>PT15M</rsp:IdleTimeOut>" in answers[-1]
    assert client.run_command(shell, "echo x") == wanted
    assert client.get_command_output(shell, wanted.lower())[0] == b"x"


def test_silent_command_times_out_and_can_be_asked_again(stage: Stage) -> None:
    _, server = stage.laptop()
    client = stage.client(server, operation_timeout_sec=1)
    shell = client.open_shell()
    command = client.run_command(shell, "wait 1.6")
    assert client.get_command_output_raw(shell, command) == (b"begun ", b"", -1, False)
    started = time.monotonic()
    with pytest.raises(WinRMOperationTimeoutError):
        client.get_command_output_raw(shell, command)
    assert 0.9 < time.monotonic() - started < 1.5
    assert client.get_command_output(shell, command) == (b"ended", b"", 0)


def test_a_child_that_reads_nothing_blocks_nobody(stage: Stage) -> None:
    laptop, server = stage.laptop()
    client = stage.client(server, operation_timeout_sec=1)
    shell = client.open_shell()
    command = client.run_command(shell, "deaf")
    for _ in range(5):
        client.send_command_input(shell, command, bytes(200_000))
    with pytest.raises(WinRMOperationTimeoutError):
        client.send_command_input(shell, command, bytes(200_000))
    with pytest.raises(WSManFaultError) as error:
        client.send_command_input(shell, command, b"more")
    assert error.value.wsman_fault_code == 170
    assert run(client, shell, "echo free") == (b"free", b"", 0)
    client.cleanup_command(shell, command)
    assert laptop.commands[0].killed.is_set()


def test_input_for_a_program_that_has_ended(stage: Stage) -> None:
    laptop, server = stage.laptop()
    client = stage.client(server)
    shell = client.open_shell()
    command = client.run_command(shell, "echo done")
    assert laptop.commands[0].done.wait(30)
    with pytest.raises(WSManFaultError) as error:
        client.send_command_input(shell, command, b"late")
    assert error.value.wsman_fault_code == 109
    client.send_command_input(shell, command, b"", end=True)
    assert client.get_command_output(shell, command) == (b"done", b"", 0)


def test_unknown_ids(stage: Stage) -> None:
    _, server = stage.laptop()
    client = stage.client(server)
    shell = client.open_shell()
    for request in (
        lambda: client.get_command_output_raw(shell, str(uuid.uuid4())),
        lambda: client.send_command_input(shell, str(uuid.uuid4()), b"x"),
        lambda: client.cleanup_command(shell, str(uuid.uuid4())),
    ):
        with pytest.raises(WSManFaultError) as error:
            request()
        assert error.value.wsman_fault_code == 87
    with pytest.raises(WSManFaultError) as error:
        client.run_command(str(uuid.uuid4()), "echo")
    assert fault_of(error) == (2150858843, "w:InvalidSelectors")


def test_deleting_a_shell_kills_its_commands_and_wakes_receivers(stage: Stage) -> None:
    laptop, server = stage.laptop()
    client, other = stage.client(server), stage.client(server)
    shell = client.open_shell()
    command = client.run_command(shell, "deaf")
    seen: list[WSManFaultError] = []

    def receive() -> None:
        try:
            other.get_command_output_raw(shell, command)
        except WSManFaultError as error:
            seen.append(error)

    thread = threading.Thread(target=receive)
    thread.start()
    time.sleep(0.2)
    client.close_shell(shell)
    thread.join(30)
    assert laptop.commands[0].killed.is_set()
    assert [error.wsman_fault_code for error in seen] == [995]


def test_an_unused_shell_expires_and_takes_its_commands_along(stage: Stage) -> None:
    laptop, server = stage.laptop()
    client = stage.client(server)
    shell = client.open_shell(idle_timeout="PT1S")
    client.run_command(shell, "deaf")
    assert laptop.commands[0].killed.wait(30)
    with pytest.raises(WSManFaultError) as error:
        client.run_command(shell, "echo")
    assert error.value.wsman_fault_code == 2150858843


@pytest.mark.parametrize(("transport", "scheme"), TRANSPORTS)
def test_wrong_password(stage: Stage, transport: str, scheme: str) -> None:
    _, server = stage.laptop()
    for wrong in ({"password": "wrong"}, {"username": "nobody"}):
        with pytest.raises(InvalidCredentialsError):
            stage.client(server, transport, scheme, **wrong).open_shell()


@pytest.mark.parametrize("username", ["ADMIN", "LAPTOP\\admin", ".\\admin", "admin@corp.example"])
def test_spellings_of_the_account(stage: Stage, username: str) -> None:
    _, server = stage.laptop()
    for transport, scheme in TRANSPORTS:
        assert stage.client(server, transport, scheme, username=username).open_shell()


def test_laptops_of_one_process_have_their_own_passwords(stage: Stage) -> None:
    _, first = stage.laptop(password="first")
    _, second = stage.laptop(password="second")
    assert stage.client(first, password="first").open_shell()
    assert stage.client(second, password="second").open_shell()
    with pytest.raises(InvalidCredentialsError):
        stage.client(second, password="first").open_shell()


def test_basic_over_plain_http_needs_allow_unencrypted(stage: Stage) -> None:
    _, server = stage.laptop()
    with pytest.raises(InvalidCredentialsError):
        stage.client(server, "basic").open_shell()
    _, server = stage.laptop(allow_unencrypted=True)
    assert stage.client(server, "basic").open_shell()


def test_unsealed_body_over_plain_http_is_refused(stage: Stage) -> None:
    _, server = stage.laptop()
    with pytest.raises(WinRMTransportError) as error:
        stage.client(server, message_encryption="never").open_shell()
    assert error.value.code == 500


def test_ordinary_account_is_denied(stage: Stage) -> None:
    _, server = stage.laptop()
    with pytest.raises(WSManFaultError) as error:
        stage.client(server, username="guest").open_shell()
    assert fault_of(error) == (5, "w:AccessDenied")


def test_quota_of_operations_lasts_until_the_shell_is_gone(stage: Stage) -> None:
    _, server = stage.laptop(max_operations_per_user=3)
    client = stage.client(server)
    shell = client.open_shell()
    for _ in range(3):
        run(client, shell, "echo")
    with pytest.raises(WSManFaultError) as error:
        client.run_command(shell, "echo")
    assert error.value.wmierror_code == 0x803381A6
    client.close_shell(shell, close_session=False)
    assert run(client, client.open_shell(), "echo again")[0] == b"again"


def test_quotas_of_shells_and_processes(stage: Stage) -> None:
    _, server = stage.laptop(max_shells_per_user=1, max_processes_per_shell=1)
    client = stage.client(server)
    shell = client.open_shell()
    with pytest.raises(WSManFaultError) as error:
        client.open_shell()
    assert fault_of(error) == (2150859173, "w:QuotaLimit")
    command = client.run_command(shell, "deaf")
    with pytest.raises(WSManFaultError) as error:
        client.run_command(shell, "echo")
    assert fault_of(error) == (2150859241, "w:QuotaLimit")
    client.cleanup_command(shell, command)
    assert run(client, shell, "echo x")[0] == b"x"


def test_interrupt(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    _, server = stage.laptop()
    client = stage.client(server)
    shell = client.open_shell()
    command = client.run_command(shell, "deaf")
    send = client.transport.send_message
    monkeypatch.setattr(
        client.transport, "send_message", lambda text: send(text.replace("signal/terminate", "signal/ctrl_c"))
    )
    client.cleanup_command(shell, command)
    assert client.get_command_output(shell, command) == (b"", b"", 0xC000013A)


def test_unmodelled_requests_say_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    _, server = stage.laptop()
    client = stage.client(server)
    send = client.transport.send_message
    monkeypatch.setattr(client.transport, "send_message", lambda text: send(text.replace("shell/cmd", "shell/other")))
    with pytest.raises(WSManFaultError, match="lab: not modelled: the WS-Management resource"):
        client.open_shell()


def test_silent_connection_is_gone(stage: Stage) -> None:
    _, server = stage.laptop(idle_connection_seconds=1)
    client = stage.client(server)
    shell = client.open_shell()
    assert run(client, shell, "echo x")[0] == b"x"
    time.sleep(1.3)
    with pytest.raises(WinRMTransportError) as error:
        client.run_command(shell, "echo")
    assert error.value.code == 400
    again = stage.client(server)
    assert run(again, shell, "echo the shell lives")[0] == b"the shell lives"


def test_power_off_and_on_keeps_the_ports(stage: Stage) -> None:
    laptop, server = stage.laptop()
    client = stage.client(server)
    shell = client.open_shell()
    command = client.run_command(shell, "deaf")
    ports = server.http_port, server.https_port
    threading.Timer(0.2, laptop.power, (False,)).start()
    with pytest.raises(requests.ConnectionError):
        client.get_command_output_raw(shell, command)
    assert laptop.commands[0].killed.wait(30)
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=2)
    laptop.power(True)
    assert (server.http_port, server.https_port) == ports
    for transport, scheme in TRANSPORTS:
        client = stage.client(server, transport, scheme)
        with pytest.raises(WSManFaultError):
            client.run_command(shell, "echo")
        assert run(client, client.open_shell(), "echo back")[0] == b"back"


def test_connection_cut_strikes_the_command_that_runs_long(stage: Stage) -> None:
    laptop, server = stage.laptop()
    laptop.faults.switch_on("connection_cut", match="wait", seconds=1, kill_after=0.5, count=1)
    client = stage.client(server)
    # A bare connection: an HTTP client that sees the end in time opens a new one and never tells.
    bystander = socket.create_connection(("127.0.0.1", server.http_port), timeout=5)
    bystander.sendall(b"POST /wsman HTTP/1.1\r\nHost: laptop\r\nContent-Length: 0\r\n\r\n")
    assert bystander.recv(65536).startswith(b"HTTP/1.1 401")
    shell = client.open_shell()
    assert run(client, shell, "wait 0")[0] == b"begun ended"
    command = client.run_command(shell, "wait 20")
    assert client.get_command_output_raw(shell, command)[0] == b"begun "
    with pytest.raises(requests.ConnectionError):
        client.get_command_output_raw(shell, command)
    with bystander:
        assert bystander.recv(1) == b""
    assert not laptop.commands[1].killed.is_set()
    assert laptop.commands[1].killed.wait(30)
    assert laptop.faults.peek("connection_cut") is None
    client = stage.client(server)
    assert run(client, client.open_shell(), "wait 0")[0] == b"begun ended"


def test_connection_cut_after_bytes_and_away(stage: Stage) -> None:
    laptop, server = stage.laptop()
    laptop.faults.switch_on("connection_cut", after_bytes=300_000, away=2, count=1)
    client = stage.client(server)
    shell = client.open_shell()
    with pytest.raises(requests.ConnectionError):
        client.get_command_output(shell, client.run_command(shell, "flood 1048576"))
    with pytest.raises(requests.ConnectionError):
        stage.client(server).open_shell()
    time.sleep(2.2)
    assert stage.client(server).open_shell()


def test_connection_cut_in_the_middle_of_input(stage: Stage) -> None:
    laptop, server = stage.laptop()
    laptop.faults.switch_on("connection_cut", match="digest", after_input=3, count=1)
    client = stage.client(server)
    shell = client.open_shell()
    command = client.run_command(shell, "digest")
    client.send_command_input(shell, command, b"ab")
    running = laptop.commands[0]
    assert not running.killed.is_set()
    with pytest.raises(requests.ConnectionError):
        client.send_command_input(shell, command, b"cd")
    assert running.killed.wait(30)
    client = stage.client(server)
    assert run(client, client.open_shell(), "digest", b"abcd")[0].startswith(b"4 ")


def test_output_waits_for_a_client_that_comes_back(stage: Stage) -> None:
    _, server = stage.laptop()
    client = stage.client(server)
    shell = client.open_shell()
    command = client.run_command(shell, "wait 2")
    assert client.get_command_output_raw(shell, command)[0] == b"begun "
    threading.Timer(0.7, server.cut, kwargs={"kill_after": None}).start()
    with pytest.raises(requests.ConnectionError):
        client.get_command_output_raw(shell, command)
    assert stage.client(server).get_command_output(shell, command) == (b"ended", b"", 0)


def test_connection_refused(stage: Stage) -> None:
    laptop, server = stage.laptop()
    laptop.faults.switch_on("connection_refused", count=1)
    with pytest.raises(requests.ConnectionError):
        stage.client(server).open_shell()
    assert stage.client(server).open_shell()


def test_ports_are_free_after_stop_and_loopback_only(stage: Stage) -> None:
    _, server = stage.laptop()
    server.stop()
    with socket.socket() as free:
        free.bind(("0.0.0.0", server.http_port))


def test_password_that_ntlm_cannot_check_is_refused_at_once(stage: Stage) -> None:
    with pytest.raises(ValueError, match="admin"):
        stage.laptop(password="a:b")


def test_core_winrm_plugin(stage: Stage) -> None:
    """core's own connection, as a play would have it: exec_command through its encoded PowerShell, over NTLM."""
    from ansible.playbook import play_context
    from ansible.plugins import loader

    untyped_loader, untyped_context = t.cast(t.Any, loader), t.cast(t.Any, play_context)
    if not any(type(finder).__name__ == "_AnsibleCollectionFinder" for finder in sys.meta_path):  # once per process
        untyped_loader.init_plugin_loader([str(Path(__file__).resolve().parents[2] / ".cache" / "collections")])
    _, server = stage.laptop(max_operations_per_user=2)
    connection = untyped_loader.connection_loader.get("ansible.builtin.winrm", untyped_context.PlayContext())
    options = {
        "ansible_host": "127.0.0.1",
        "ansible_port": server.http_port,
        "ansible_user": "admin",
        "ansible_password": PASSWORD,
        "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": ["ntlm"],
    }
    extras = {"ansible_winrm_ca_trust_path": None}
    connection.set_options(var_options={**options, "_extras": extras})
    connection._connect()
    for _ in range(4):  # the quota strikes at the third: core opens a new shell by itself
        exit_code, stdout, _ = connection.exec_command("Get-Thing")
        assert exit_code == 7
        assert b"Get-Thing" in stdout
    connection.close()


def test_a_slow_link_delays_every_request(stage: Stage) -> None:
    trip = 0.03
    laptop, server = stage.laptop(link=LinkSettings(round_trip=trip))
    client = stage.client(server, "basic", "https")
    started = time.monotonic()
    shell = client.open_shell()
    opened = time.monotonic() - started
    assert opened >= 3 * trip, "TCP, TLS, and the request"
    started = time.monotonic()
    client.close_shell(shell)
    assert trip <= time.monotonic() - started < 3 * trip
    journal = [json.loads(line) for line in (laptop.directory / "requests.jsonl").read_text().splitlines()]
    assert [(entry["operation"], entry["status"]) for entry in journal] == [("Create", 200), ("Delete", 200)]


def test_a_narrow_link_delays_what_is_long_in_both_directions(stage: Stage) -> None:
    _laptop, server = stage.laptop(link=LinkSettings(bits_per_second=8e6))
    client = stage.client(server, "basic", "https")
    shell = client.open_shell()
    started = time.monotonic()
    assert run(client, shell, "digest", b"x" * 300_000)[2] == 0
    assert 0.4 <= time.monotonic() - started < 2, "400,000 bytes of base64 at a million a second"
    client.close_shell(shell)


def test_a_slow_link_can_be_cut(stage: Stage) -> None:
    _laptop, server = stage.laptop(link=LinkSettings(round_trip=0.02))
    client = stage.client(server, "basic", "https")
    shell = client.open_shell()
    command = client.run_command(shell, "wait", ["30"])
    assert client.get_command_output_raw(shell, command)[0] == b"begun "
    threading.Timer(0.2, server.cut).start()
    with pytest.raises(requests.exceptions.ConnectionError):
        client.get_command_output_raw(shell, command)
    client.transport.close_session()
    assert _links_end()


def _links_end() -> bool:
    deadline = time.monotonic() + 30
    while any(thread.name == "lab link" for thread in threading.enumerate()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
