# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WinRS port against a protocol that keeps a record; the real protocol is tested in the lab."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
import requests
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import winrs
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.byte_stream import ByteStream
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    CommandOver,
    CommandTimeout,
    Completed,
    HostUnreachable,
    NotSent,
    OutputTooLong,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.winrs import (
    COMMANDS_PER_SHELL,
    FINISHED_COMMANDS,
    IDLE_SECONDS,
    SEND_BYTES,
    WinRsRunner,
    core_winrm,
    runner_on,
)
from urllib3.exceptions import NewConnectionError
from winrm.exceptions import (
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)

from tests.unit.plugin_loading import ensure_plugin_loader

Received = t.Tuple[bytes, bytes, int, bool]
DONE: Received = (b"out", b"err", 0, True)


def fault(code: int = 0, wmi: int | None = None) -> WSManFaultError:
    return WSManFaultError(500, "http", "<xml/>", "some\nreason", wsman_fault_code=code, wmierror_code=wmi)


class FakeTransport:
    def __init__(self, calls: list[t.Any]) -> None:
        self._calls = calls
        self.session: requests.Session | None = None
        self.endpoint = "https://laptop1:5986/wsman"
        self.encryption = None
        self.read_timeout_sec: t.Any = 30

    def setup_encryption(self, session: requests.Session) -> None:
        raise AssertionError("nothing is sealed")

    def build_session(self) -> requests.Session:
        self.session = self.session or requests.Session()
        return self.session

    def close_session(self) -> None:
        self.session = None
        self._calls.append("close_session")


class FakeProtocol:
    """Answers from lists; an exception in a list is raised. Keeps (method, arguments) in ``calls``."""

    def __init__(self) -> None:
        self.calls: list[t.Any] = []
        self.transport = FakeTransport(self.calls)
        self.operation_timeout_sec = 20
        self.read_timeout_sec = 30
        self.starts: list[Exception | None] = []
        self.sends: list[Exception | None] = []
        self.receives: list[Received | Exception] = []
        self.cleanups: list[Exception | None] = []
        self.timeouts: list[int] = []
        self.shells = 0

    def build_wsman_header(self) -> dict[str, t.Any]:
        return {"env:Header": {"w:MaxEnvelopeSize": {"#text": "153600"}}}

    def open_shell(self, **options: t.Any) -> str:
        self.shells += 1
        self.calls.append(("open_shell", options))
        return f"shell{self.shells}"

    def close_shell(self, shell: str, close_session: bool = True) -> None:
        self.calls.append(("close_shell", shell, close_session))

    def run_command(self, shell: str, line: str, **options: t.Any) -> str:
        self.calls.append(("run", shell, line, options))
        self._fail(self.starts)
        return "command1"

    def send_command_input(self, shell: str, command: str, data: bytes, end: bool) -> None:
        self.calls.append(("send", len(data), end))
        self._fail(self.sends)

    def get_command_output_raw(self, shell: str, command: str) -> Received:
        self.timeouts.append(self.operation_timeout_sec)
        self.calls.append("receive")
        answer = self.receives.pop(0) if self.receives else DONE
        if isinstance(answer, Exception):
            raise answer
        return answer

    def cleanup_command(self, shell: str, command: str) -> None:
        self.calls.append(("cleanup", shell))
        self._fail(self.cleanups)

    def names(self) -> list[str]:
        return [call if isinstance(call, str) else call[0] for call in self.calls]

    @staticmethod
    def _fail(errors: list[Exception | None]) -> None:
        error = errors.pop(0) if errors else None
        if error is not None:
            raise error


class FakeConnection:
    """Core's winrm connection as far as the port uses it."""

    transport = "winrm"

    def __init__(self) -> None:
        self.fake = FakeProtocol()
        self.protocol: FakeProtocol | None = None
        self.shell_id: str | None = None
        self.shell_id_while_connecting: str | None = None
        self.connect_error: Exception | None = None

        self.options: dict[str, t.Any] = {"remote_addr": "laptop1", "remote_user": "admin", "_extras": {}}

    def get_option(self, name: str) -> t.Any:
        return self.options[name]

    def get_options(self) -> dict[str, t.Any]:
        return dict(self.options)

    def _connect(self) -> None:
        self.shell_id_while_connecting = self.shell_id
        if self.connect_error is not None:
            raise self.connect_error
        self.protocol = self.fake


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def connection() -> FakeConnection:
    return FakeConnection()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def runner(connection: FakeConnection, clock: Clock) -> WinRsRunner:
    return WinRsRunner(connection, clock)


def test_one_command(connection: FakeConnection, runner: WinRsRunner) -> None:
    connection.fake.receives = [WinRMOperationTimeoutError(), (b"o", b"", -1, False), (b"ut", b"err", -1, True)]
    assert runner.run("LINE", b"input") == Completed(0xFFFFFFFF, b"out", b"err")
    assert connection.shell_id_while_connecting, "core would have opened a shell of its own"
    assert connection.fake.calls == [
        ("open_shell", {"codepage": 65001, "idle_timeout": "PT15M"}),
        ("run", "shell1", "LINE", {"console_mode_stdin": False, "skip_cmd_shell": False}),
        ("send", 5, True),
        "receive",
        "receive",
        "receive",
    ]


@pytest.mark.parametrize(
    "size, sends",
    [
        (0, [(0, True)]),
        (SEND_BYTES, [(SEND_BYTES, True)]),
        (2 * SEND_BYTES + 1, [(SEND_BYTES, False), (SEND_BYTES, False), (1, True)]),
    ],
)
def test_stdin_is_sent_in_parts_and_ended(
    connection: FakeConnection, runner: WinRsRunner, size: int, sends: list[tuple[int, bool]]
) -> None:
    runner.run("LINE", b"x" * size)
    assert [call[1:] for call in connection.fake.calls if call[0] == "send"] == sends


@pytest.mark.parametrize("size", [0, 1, SEND_BYTES, 2 * SEND_BYTES + 1])
def test_a_stream_is_sent_as_bytes_are(connection: FakeConnection, runner: WinRsRunner, size: int) -> None:
    runner.run("A", b"x" * size)
    runner.run("B", ByteStream([b"x" * 1000] * (size // 1000) + [b"x" * (size % 1000)]))
    sends = [call[1:] for call in connection.fake.calls if call[0] == "send"]
    assert sends[: len(sends) // 2] == sends[len(sends) // 2 :]


def test_a_stream_that_breaks_ends_the_command(connection: FakeConnection, runner: WinRsRunner) -> None:
    def parts() -> t.Iterator[bytes]:
        yield b"x" * (2 * SEND_BYTES)
        raise StepFailed("cannot read /srv/wsl.msi on the controller: I/O error")

    with pytest.raises(StepFailed, match="cannot read"):
        runner.run("A", ByteStream(parts()))
    assert ("close_shell", "shell1", False) in connection.fake.calls


def test_the_shell_is_kept(connection: FakeConnection, runner: WinRsRunner) -> None:
    runner.run("A")
    runner.run("B")
    assert connection.fake.shells == 1


def test_an_open_shell_of_core_is_used(connection: FakeConnection, runner: WinRsRunner) -> None:
    connection.protocol, connection.shell_id = connection.fake, "core"
    runner.run("A")
    assert connection.fake.shells == 0
    assert connection.fake.calls[0][:2] == ("run", "core")


def test_new_shell_before_the_quota(connection: FakeConnection, runner: WinRsRunner) -> None:
    for _number in range(COMMANDS_PER_SHELL + 1):
        runner.run("A")
    assert connection.fake.shells == 2
    assert connection.fake.names().count("close_shell") == 1


@pytest.mark.parametrize(
    "error, closes",
    [
        pytest.param(fault(0x8033805B), 0, id="the shell is unknown"),
        pytest.param(fault(0, 0x803381A6), 1, id="quota, as WMI error"),
        pytest.param(fault(0x803381A6), 1, id="quota, as WS-Man fault"),
    ],
)
def test_new_shell_after_a_fault(
    connection: FakeConnection, runner: WinRsRunner, error: Exception, closes: int
) -> None:
    connection.fake.starts = [error]
    assert runner.run("A") == Completed(0, b"out", b"err")
    assert connection.fake.shells == 2
    assert connection.fake.names().count("close_shell") == closes


STALE = [
    pytest.param(WinRMTransportError("http", 400, ""), id="HTTP 400"),
    pytest.param(requests.exceptions.ConnectionError("Connection reset by peer"), id="reset"),
]


@pytest.mark.parametrize("error", STALE)
def test_new_connection_after_a_silent_minute(
    connection: FakeConnection, runner: WinRsRunner, clock: Clock, error: Exception
) -> None:
    runner.run("A")
    clock.now += 61
    connection.fake.starts = [error]
    assert runner.run("B") == Completed(0, b"out", b"err")
    assert connection.fake.shells == 2
    assert connection.fake.names().count("close_session") == 1


@pytest.mark.parametrize("error", STALE)
def test_no_second_try_while_the_connection_is_fresh(
    connection: FakeConnection, runner: WinRsRunner, clock: Clock, error: Exception
) -> None:
    runner.run("A")
    clock.now += 59
    connection.fake.starts = [error]
    with pytest.raises(HostUnreachable, match=r"^laptop1: the (WinRM connection failed|connection was dropped): "):
        runner.run("B")


def test_a_command_that_has_started_is_never_repeated(
    connection: FakeConnection, runner: WinRsRunner, clock: Clock
) -> None:
    runner.run("A")
    clock.now += 61
    connection.fake.receives = [requests.exceptions.ConnectionError("Connection aborted")]
    with pytest.raises(HostUnreachable, match="so its outcome is unknown"):
        runner.run("B")
    assert [call[2] for call in connection.fake.calls if call[0] == "run"] == ["A", "B"]


def test_new_shell_after_a_lost_command(connection: FakeConnection, runner: WinRsRunner) -> None:
    connection.fake.receives = [requests.exceptions.ReadTimeout("Read timed out.")]
    with pytest.raises(HostUnreachable):
        runner.run("A")
    runner.run("B")
    assert connection.fake.shells == 2


def test_time_limit(connection: FakeConnection, runner: WinRsRunner, clock: Clock) -> None:
    def wait(_shell: str, _command: str) -> Received:
        clock.now += connection.fake.operation_timeout_sec
        connection.fake.timeouts.append(connection.fake.operation_timeout_sec)
        raise WinRMOperationTimeoutError

    connection.fake.get_command_output_raw = wait
    with pytest.raises(CommandTimeout, match="laptop1: not finished after 25 s and ended: SLOW"):
        runner.run("SLOW", timeout=25)
    assert connection.fake.timeouts == [20, 5]
    assert connection.fake.operation_timeout_sec == 20
    assert connection.fake.names()[-2:] == ["cleanup", "close_shell"]


def test_somebody_listens_and_asks_less_often_with_time(
    connection: FakeConnection, runner: WinRsRunner, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[bytes, bytes]] = []
    pauses: list[float] = []
    monkeypatch.setattr(winrs.time, "sleep", pauses.append)
    answers = [(b"", b"10%"), (b"", b"20%"), None, (b"o", b"30%"), (b"", b"40%")]

    def receive(_shell: str, _command: str) -> Received:
        clock.now += 40
        answer = answers.pop(0)
        if answer is None:
            raise WinRMOperationTimeoutError
        return (*answer, 0, not answers)

    connection.fake.get_command_output_raw = receive
    done = runner.run("A", timeout=162, heard=lambda stdout, stderr: heard.append((stdout, stderr)))
    assert done == Completed(0, b"o", b"10%20%30%40%")
    assert heard == [(b"", b"10%"), (b"", b"20%"), (b"", b""), (b"o", b"30%"), (b"", b"40%")]
    assert pauses == [2, 4, 5, 2]  # The last one ends with the time limit.


def test_nobody_listens_and_nothing_waits(
    connection: FakeConnection, runner: WinRsRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(winrs.time, "sleep", lambda _seconds: pytest.fail("it waits"))
    connection.fake.receives = [(b"first", b"", -1, False), (b"second", b"", 0, True)]
    assert runner.run("A").stdout == b"firstsecond"


def test_a_command_that_does_not_read_gets_its_output_taken(connection: FakeConnection, runner: WinRsRunner) -> None:
    connection.fake.sends = [WinRMOperationTimeoutError(), None]
    connection.fake.receives = [(b"first", b"", -1, False), (b"second", b"", 0, True)]
    assert runner.run("A", b"x" * (SEND_BYTES + 1)).stdout == b"firstsecond"
    assert connection.fake.names()[2:6] == ["send", "receive", "send", "receive"]


def test_busy_send_is_repeated(connection: FakeConnection, runner: WinRsRunner) -> None:
    connection.fake.sends = [fault(170)]
    connection.fake.receives = [(b"", b"", -1, False), DONE]
    runner.run("A", b"x")
    assert [call for call in connection.fake.calls if call[0] == "send"] == [("send", 1, True)] * 2


def test_a_command_that_ends_without_reading(connection: FakeConnection, runner: WinRsRunner) -> None:
    connection.fake.sends = [fault(109)]
    connection.fake.receives = [(b"", b"usage", 2, True)]
    assert runner.run("A", b"x" * 500_000) == Completed(2, b"", b"usage")


def test_finished_commands_are_left_to_the_end_of_the_shell(connection: FakeConnection, runner: WinRsRunner) -> None:
    for _number in range(FINISHED_COMMANDS):
        runner.run("A")
    assert "cleanup" not in connection.fake.names()


def test_not_too_many_of_them(connection: FakeConnection, runner: WinRsRunner) -> None:
    for _number in range(FINISHED_COMMANDS + 3):
        runner.run("A")
    assert connection.fake.names()[-5:] == ["receive", "cleanup", "run", "send", "receive"]
    assert connection.fake.names().count("cleanup") == 3


@pytest.mark.parametrize("error, sessions", [(fault(87), 0), (WinRMTransportError("http", 400, ""), 1)])
def test_failed_cleanup_costs_the_shell_only(
    connection: FakeConnection, runner: WinRsRunner, error: Exception, sessions: int
) -> None:
    connection.fake.cleanups = [error]
    for _number in range(FINISHED_COMMANDS + 1):
        assert runner.run("A").stdout == b"out"
    assert connection.fake.shells == 2
    assert connection.fake.names().count("close_session") == sessions


def test_a_host_that_minds_finished_commands(connection: FakeConnection, runner: WinRsRunner) -> None:
    """A quota of processes that counts them: they are forgotten, and the command is started again."""
    runner.run("A")
    runner.run("A")
    connection.fake.starts = [fault(0x803381E9)]
    assert runner.run("B").stdout == b"out"
    assert connection.fake.names()[-6:] == ["run", "cleanup", "cleanup", "run", "send", "receive"]
    assert connection.fake.shells == 1


def test_after_a_loss_it_logs_on_anew_and_can_end_what_was_lost(
    connection: FakeConnection, runner: WinRsRunner
) -> None:
    connection.fake.receives = [requests.exceptions.ConnectionError("reset")]
    with pytest.raises(HostUnreachable) as caught:
        runner.run("A")
    assert caught.value.begun
    assert connection.fake.calls[-1] == "close_session"
    assert runner.run("B").stdout == b"out"
    assert connection.fake.shells == 2
    runner.end_lost()
    runner.end_lost()
    assert connection.fake.calls[-1] == ("close_shell", "shell1", False)


def test_a_connection_that_was_never_made_is_made_anew(connection: FakeConnection, runner: WinRsRunner) -> None:
    """What seals messages was made for it."""
    connection.fake.starts = [requests.exceptions.ConnectionError("refused")]
    with pytest.raises(HostUnreachable):
        runner.run("A")
    assert connection.fake.calls[-1] == "close_session"


def test_close(connection: FakeConnection, runner: WinRsRunner) -> None:
    runner.close()
    runner.run("A")
    runner.close()
    assert connection.fake.calls[-1] == ("close_shell", "shell1", True)
    assert (connection.protocol, connection.shell_id) == (None, None)


def test_failure_while_connecting(connection: FakeConnection, runner: WinRsRunner) -> None:
    connection.connect_error = AnsibleConnectionFailure("Kerberos auth failure")
    with pytest.raises(HostUnreachable, match="laptop1: Kerberos auth failure"):
        runner.run("A")
    assert connection.shell_id is None


def test_variables_reach_core() -> None:
    ensure_plugin_loader()
    extras = {"ansible_winrm_transport": ["ntlm"], "ansible_winrm_ca_trust_path": "/ca.pem"}
    connection = core_winrm("laptop1", 5985, "admin", "secret", extras)
    options = {name: connection.get_option(name) for name in ("remote_addr", "port", "remote_user", "transport")}
    assert options == {"remote_addr": "laptop1", "port": 5985, "remote_user": "admin", "transport": ["ntlm"]}
    assert connection.get_option("_extras") == {"ansible_winrm_ca_trust_path": "/ca.pem"}


def test_pywinrm_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winrs, "IMPORT_ERROR", ImportError("No module named 'winrm'"))
    with pytest.raises(AnsibleError, match=r"pywinrm 0\.5\.0 or later is needed on the controller"):
        core_winrm("laptop1", None, None, None, {})


def test_pywinrm_missing_with_core_winrm(connection: FakeConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winrs, "IMPORT_ERROR", ImportError("No module named 'winrm'"))
    with pytest.raises(AnsibleError, match=r"\(No module named 'winrm'\): pip install pywinrm"):
        runner_on(connection)


@pytest.mark.parametrize("changed", [{"remote_user": "other"}, {"_extras": {"ansible_winrm_proxy": "p"}}])
def test_other_options_are_another_connection(connection: FakeConnection, changed: dict[str, t.Any]) -> None:
    """In a loop Ansible keeps core's connection and sets its options anew."""
    runner_on(connection).run("A")
    runner_on(connection).run("B")
    assert connection.fake.shells == 1
    connection.options.update(changed)
    runner_on(connection).run("C")
    assert connection.fake.shells == 2
    assert connection.fake.names().count("close_shell") == 1


def test_the_first_answer_has_a_time_limit_of_its_own(connection: FakeConnection) -> None:
    WinRsRunner(connection, connect_timeout=4).run("A")
    transport = connection.fake.transport
    assert transport.read_timeout_sec == (4, 30)
    assert transport.session is not None
    assert type(transport.session.get_adapter(transport.endpoint)).__name__ == "FirstAnswer"


@pytest.mark.parametrize(
    "host, told",
    [
        ("laptop1:5986", "ansible_host 'laptop1:5986' contains a port: write laptop1 and set ansible_port to 5986"),
        ("[fe80::1]:5986", "write [fe80::1] and set ansible_port to 5986"),
        ("https://laptop1:5986/wsman", "is an address of the web: write the name alone"),
        ("my laptop", "contains a blank"),
    ],
)
def test_an_address_that_cannot_be(connection: FakeConnection, host: str, told: str) -> None:
    connection.options["remote_addr"] = host
    with pytest.raises(HostUnreachable) as caught:
        WinRsRunner(connection).run("A")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("host", ["fe80::1", "fe80::1%eth0", "10.0.0.1", "laptop1.example.com", "::1"])
def test_an_address_that_can_be(connection: FakeConnection, host: str) -> None:
    connection.options["remote_addr"] = host
    assert WinRsRunner(connection).run("A").stdout == b"out"


class Ask:
    opening = b"script\n"
    seconds = 5.0

    def reply(self, stdout: bytes, stderr: bytes) -> bytes | None:
        return None if stdout else b"password\n" if stderr else b""

    def late(self) -> Exception:
        return StepFailed("late")


def test_a_dialogue_goes_before_stdin(connection: FakeConnection, runner: WinRsRunner) -> None:
    connection.fake.receives = [(b"", b"prompt", -1, False), (b"runs", b"", -1, False), (b"out", b"", 0, True)]

    def take(_shell: str, _command: str, data: bytes, end: bool) -> None:
        connection.fake.calls.append(("send", data, end))

    connection.fake.send_command_input = take
    ask = Ask()
    ask.reply = lambda out, err: None if out else (b"password\n" if err == b"prompt" and not sent() else b"")

    def sent() -> bool:
        return ("send", b"password\n", False) in connection.fake.calls

    assert runner.converse("A", ask, b"module") == Completed(0, b"runsout", b"prompt")
    sends = [call[1:] for call in connection.fake.calls if call[0] == "send"]
    assert sends == [(b"script\n", False), (b"password\n", False), (b"module", True)]


def test_a_dialogue_has_a_time_limit(connection: FakeConnection, runner: WinRsRunner, clock: Clock) -> None:
    def wait(_shell: str, _command: str) -> Received:
        clock.now += connection.fake.operation_timeout_sec
        raise WinRMOperationTimeoutError

    connection.fake.get_command_output_raw = wait
    with pytest.raises(StepFailed, match="late"):
        runner.converse("A", Ask(), b"module")
    assert connection.fake.names()[-2:] == ["cleanup", "close_shell"]
    assert clock.now == 5


def test_a_command_that_ends_in_the_dialogue_gets_no_stdin(connection: FakeConnection, runner: WinRsRunner) -> None:
    connection.fake.receives = [(b"", b"no such user", 1, True)]
    assert runner.converse("A", Ask(), b"module") == Completed(1, b"", b"no such user")
    assert connection.fake.names().count("send") == 1


# -- commands that stay open --------------------------------------------------------------------------------


def test_a_command_that_stays_open(connection: FakeConnection, runner: WinRsRunner) -> None:
    connection.fake.receives = [(b"a", b"", -1, False), WinRMOperationTimeoutError(), (b"b", b"e", 3, True)]
    command = runner.open("LINE")
    command.send(b"x" * (SEND_BYTES + 1))
    command.send(b"y")
    assert [command.receive() for _number in range(3)] == [b"a", b"", b"b"]
    with pytest.raises(CommandOver) as over:
        command.receive()
    assert over.value.completed == Completed(3, b"", b"e")
    sends = [call[1:] for call in connection.fake.calls if call[0] == "send"]
    assert sends == [(SEND_BYTES, False), (1, False), (1, False)], "its stdin is never ended"
    command.end()
    assert connection.fake.names()[-1] == "close_shell"


NEVER = requests.exceptions.ConnectionError(SimpleNamespace(reason=NewConnectionError(t.cast(t.Any, None), "refused")))
LOST = requests.exceptions.ConnectionError("Connection aborted")


@pytest.mark.parametrize(
    "sends, error",
    [
        ([NEVER], NotSent),
        ([requests.exceptions.ConnectTimeout("timed out")], NotSent),
        ([LOST], NotSent),
        ([None, LOST], HostUnreachable),
        ([None, NEVER], NotSent),
        ([None, fault(109)], CommandOver),
        ([fault(winrs._FAULT_SHELL_UNKNOWN)], CommandOver),
    ],
)
def test_what_is_known_of_a_job_that_was_not_sent(
    connection: FakeConnection, runner: WinRsRunner, sends: list[t.Any], error: type[Exception]
) -> None:
    """Two parts: only with the second one the job is whole."""
    command = runner.open("LINE")
    connection.fake.sends = sends
    with pytest.raises(error):
        command.send(b"x" * (SEND_BYTES + 1))


def test_an_open_command_that_nobody_knows_any_more(connection: FakeConnection, runner: WinRsRunner) -> None:
    command = runner.open("LINE")
    connection.fake.sends = [fault(winrs._FAULT_SHELL_UNKNOWN)]
    connection.fake.receives = [fault(winrs._FAULT_SHELL_UNKNOWN)]
    with pytest.raises(NotSent):
        command.send(b"x")


def test_an_open_command_that_is_lost(connection: FakeConnection, runner: WinRsRunner) -> None:
    command = runner.open("LINE")
    connection.fake.receives = [t.cast(t.Any, LOST)]
    with pytest.raises(HostUnreachable, match="while a command was running, so its outcome is unknown"):
        command.receive()


def test_an_open_command_that_prints_too_much(
    connection: FakeConnection, runner: WinRsRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(winrs, "OUTPUT_BYTES", 100)
    connection.fake.receives = [(b"", b"x" * 60, -1, False), (b"", b"x" * 60, -1, False)]
    command = runner.open("LINE")
    assert command.receive() == b""
    with pytest.raises(OutputTooLong):
        command.receive()


def test_an_open_command_after_a_silent_minute(connection: FakeConnection, runner: WinRsRunner, clock: Clock) -> None:
    command = runner.open("LINE")
    clock.now += IDLE_SECONDS - 1
    command.send(b"x")
    assert "close_session" not in connection.fake.calls
    clock.now += IDLE_SECONDS
    command.send(b"x")
    assert connection.fake.calls[-2:] == ["close_session", ("send", 1, False)], "a new connection, the same command"
    assert connection.fake.shells == 1


def test_a_shell_that_is_kept_for_less(connection: FakeConnection) -> None:
    WinRsRunner(connection, shell_idle_timeout="PT90S").open("LINE")
    assert connection.fake.calls[0] == ("open_shell", {"codepage": 65001, "idle_timeout": "PT90S"})
