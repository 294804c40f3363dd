# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The port on WinRS: the only file that knows pywinrm and core's ``winrm`` connection.

Core's connection is used by composition: it authenticates (Kerberos, NTLM, certificates, proxies), and its public
``protocol`` and ``shell_id`` carry the commands. Core would open a shell of its own while connecting, one that may idle
for two hours; a ``shell_id`` that is set already keeps it from that, so ours costs no extra request.

What WinRS demands (MS-WSMV, and measurements on Windows 10 and 11):

* WINRS_CONSOLEMODE_STDIN is FALSE, else wsl.exe takes stdin for a terminal; the end of stdin is always said;
* WINRS_SKIP_CMD_SHELL is FALSE, Windows 11 ignores it anyway;
* the operations of a shell are counted and never given back: a new shell before the quota, and after its fault;
* a connection idle for two minutes is gone, which a sealed request learns as HTTP 400 and any other as a reset;
* a Receive without news is a fault at OperationTimeout and means nothing.
"""

from __future__ import annotations

import contextlib
import io
import time
import typing as t
from xml.etree.ElementTree import ParseError

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.http_session import (
    ask_for_large_answers,
    open_session,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    CONNECT_TIMEOUT,
    OUTPUT_BYTES,
    CommandOver,
    CommandTimeout,
    Completed,
    Dialogue,
    Heard,
    HearingRunner,
    HostUnreachable,
    NotSent,
    OpenCommand,
    OutputTooLong,
    Stdin,
    pieces,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.winrs_errors import check_address, describe_failure

try:
    import requests.exceptions
    from winrm.exceptions import WinRMError, WinRMOperationTimeoutError, WinRMTransportError, WSManFaultError

    IMPORT_ERROR: ImportError | None = None
except ImportError as error:
    IMPORT_ERROR = error

if t.TYPE_CHECKING:
    from winrm.protocol import Protocol

UTF8_CODE_PAGE = 65001
SHELL_IDLE_TIMEOUT = "PT15M"
COMMANDS_PER_SHELL = 500
"""WinRM allows 1,500 operations a user and shell, and one command with stdin takes three."""
FINISHED_COMMANDS = 8
"""So many finished commands of a shell are not forgotten by the host before the shell is closed, which a task with few
commands then does for all. Servers before 2012 allow 15 processes in a shell, and may count them."""
SEND_BYTES = 360_000
"""Raw bytes in one Send; base64, the envelope and its seal stay below the 500 KiB of Windows 10 and 11."""
IDLE_SECONDS = 60.0
"""After so long the connection may be gone without notice."""
BUSY_ATTEMPTS = 3
PAUSE_SHARE, LONGEST_PAUSE = 0.05, 5.0
"""Of the time that a command took so far, and seconds: how long one that is listened to is not asked again. A meter
prints every second, and each answer is a request to seal and to open; the end is learnt that much later."""

_FAULT_QUOTA_OPERATIONS = 0x803381A6
_FAULT_SHELL_UNKNOWN = 0x8033805B
_FAULT_BUSY = 170
_IN_THE_MIDDLE = " while a command was running, so its outcome is unknown (run again)"
_PENDING_SHELL = "00000000-0000-0000-0000-000000000000"


def runner_on(connection: t.Any, connect_timeout: float = CONNECT_TIMEOUT) -> HearingRunner:
    """The runner on core's ``winrm`` CONNECTION of a task.

    :raises AnsibleError: pywinrm is missing or too old.
    """
    _require_pywinrm()
    runner = WinRsRunner(connection, connect_timeout=connect_timeout)
    options = (connection.get_options(), connection.get_option("_extras"))
    if getattr(connection, "_wslfleet_options", options) != options:
        # In a loop Ansible keeps the connection and only sets its options anew.
        runner.close()
    connection._wslfleet_options = options
    return runner


def _require_pywinrm() -> None:
    """Raise AnsibleError where pywinrm is missing; core's own words for that do not say what to do."""
    if IMPORT_ERROR is not None:
        raise AnsibleError(f"pywinrm 0.5.0 or later is needed on the controller ({IMPORT_ERROR}): pip install pywinrm")


def core_winrm(host: str, port: int | None, user: str | None, password: str | None, extras: dict[str, t.Any]) -> t.Any:
    """Core's ``winrm`` connection to HOST, not connected yet.

    :arg extras: every other ``ansible_winrm_*`` variable; those that core does not know go on to pywinrm.
    """
    _require_pywinrm()
    # A play context of its own: with ansible_shell_type in the task's, core warns about the shell of the host.
    loader: t.Any = connection_loader
    play_context: t.Any = PlayContext
    # By its short name: under that one ansible-playbook has read its documentation already, in the parent process.
    connection = loader.get("winrm", play_context(), "/dev/null")
    known = {var["name"] for option in connection.option_definitions.values() for var in option.get("vars", [])}
    variables: dict[str, t.Any] = {
        "ansible_winrm_host": host,
        "ansible_winrm_port": port,
        "ansible_winrm_user": user,
        "ansible_winrm_password": password,
    }
    variables.update({name: value for name, value in extras.items() if name in known})
    variables["_extras"] = {name: value for name, value in extras.items() if name not in known}
    connection.set_options(var_options={name: value for name, value in variables.items() if value is not None})
    return connection


class WinRsRunner:
    """Runs command lines over one WinRM connection, in one shell as long as it lives."""

    def __init__(
        self,
        connection: t.Any,
        clock: t.Callable[[], float] = time.monotonic,
        connect_timeout: float = CONNECT_TIMEOUT,
        shell_idle_timeout: str | None = None,
    ) -> None:
        """CONNECTION: core's ``winrm``, connected or not. CLOCK: seconds, for tests."""
        self._shell_idle_timeout = shell_idle_timeout or SHELL_IDLE_TIMEOUT
        self._connection = connection
        self._connect_timeout = connect_timeout
        self._clock = clock
        self._commands = 0
        self._finished: list[str] = []
        self._lost_shell: str | None = None
        self._last_use = clock()
        self._host = str(connection.get_option("remote_addr"))

    # -- the port ------------------------------------------------------------------------------------------------

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None, heard: Heard | None = None) -> Completed:
        """See ``HearingRunner.run``."""
        deadline = None if timeout is None else self._clock() + timeout
        return self._run(line, timeout, lambda command, output: self._finish(command, stdin, output, deadline), heard)

    def converse(self, line: str, dialogue: Dialogue, stdin: Stdin = b"") -> Completed:
        """See ``ConversingRunner.converse``."""

        def talk(command: str, output: _Output) -> Completed:
            self._converse(command, dialogue, output)
            return self._finish(command, stdin, output, None)

        return self._run(line, None, talk)

    def open(self, line: str) -> OpenCommand:
        """See ``OpeningRunner.open``."""
        return _Open(self, self._start(line))

    def end_lost(self) -> None:
        """End the shell in which a command ran when the connection was lost, and with it the command. Never raises."""
        shell, self._lost_shell = self._lost_shell, None
        if shell is not None and self._connection.protocol is not None:
            with contextlib.suppress(*_ERRORS):
                self._protocol.close_shell(shell, close_session=False)

    def _run(
        self,
        line: str,
        timeout: float | None,
        work: t.Callable[[str, _Output], Completed],
        heard: Heard | None = None,
    ) -> Completed:
        command = self._start(line)
        output = _Output(heard)
        try:
            completed = work(command, output)
        except _TooLong:
            self._end(command)
            message = f"{self._host}: printed more than {OUTPUT_BYTES >> 20} MiB and was ended: {line[:120]}"
            raise OutputTooLong(f"{message}; look on the laptop what floods it", bytes(output.stdout)) from None
        except _DeadlinePassed:
            self._end(command)
            message = f"{self._host}: not finished after {timeout:g} s and ended: {line[:120]}"
            raise CommandTimeout(message, bytes(output.stdout)) from None
        except StepFailed:
            self._end(command)
            raise
        except _ERRORS as error:
            raise self._lost(error) from None
        self._finished.append(command)
        return completed

    def close(self) -> None:
        """Close the shell; what a shell still runs, Windows ends with it. Never raises: there is nothing left to do."""
        if self._connection.protocol is None:
            return
        try:
            if self._connection.shell_id:
                self._protocol.close_shell(self._connection.shell_id)
        except _ERRORS:
            pass  # the host is gone or has closed it; it expires by SHELL_IDLE_TIMEOUT
        finally:
            self._forget_shell()
            self._connection.protocol = None

    # -- one command ---------------------------------------------------------------------------------------------

    def _start(self, line: str) -> str:
        """The id of the started command; renews what is stale, because nothing has run yet."""
        try:
            if len(self._finished) >= FINISHED_COMMANDS:
                self._clean_up(1)
            if self._commands >= COMMANDS_PER_SHELL:
                self._close_shell()
            try:
                return self._run_command(line)
            except _ERRORS as error:
                if not self._is_stale(error):
                    raise
                self._renew(error)
                return self._run_command(line)
        except _ERRORS as error:
            self._forget_connection()
            raise self._unreachable(error, "") from None

    def _run_command(self, line: str) -> str:
        try:
            command = self._run_in(self._shell(), line)
        except WSManFaultError as error:
            if not self._finished or self._is_stale(error):
                raise
            self._clean_up(len(self._finished))
            command = self._run_in(self._shell(), line)
        self._commands += 1
        self._last_use = self._clock()
        return command

    def _run_in(self, shell: str, line: str) -> str:
        return self._protocol.run_command(shell, line, console_mode_stdin=False, skip_cmd_shell=False)

    def _finish(self, command: str, stdin: Stdin, output: _Output, deadline: float | None) -> Completed:
        """Send STDIN, receive into OUTPUT until the command is done."""
        began = self._clock()
        if not output.done:
            self._send(command, stdin, output, deadline)
        while not output.done:
            self._receive(command, output, deadline)
            if output.heard is not None and not output.done:
                self._pause(self._clock() - began, deadline)
        self._last_use = self._clock()
        return Completed(output.exit_code & 0xFFFFFFFF, bytes(output.stdout), bytes(output.stderr))

    def _pause(self, elapsed: float, deadline: float | None) -> None:
        """Leave a command alone for a moment that prints all the time; Windows keeps for us what it prints."""
        seconds = min(elapsed * PAUSE_SHARE, LONGEST_PAUSE)
        left = seconds if deadline is None else deadline - self._clock()
        time.sleep(max(min(seconds, left), 0))

    def _converse(self, command: str, dialogue: Dialogue, output: _Output) -> None:
        """Send and receive in turn until DIALOGUE is over or the command is done."""
        deadline = self._clock() + dialogue.seconds
        try:
            for part, _last in pieces(io.BytesIO(dialogue.opening), SEND_BYTES):
                self._send_part(command, part, False, output, deadline)
            while not output.done:
                answer = dialogue.reply(bytes(output.stdout), bytes(output.stderr))
                if answer is None:
                    return
                if answer:
                    self._send_part(command, answer, False, output, deadline)
                else:
                    self._receive(command, output, deadline)
        except _DeadlinePassed:
            raise dialogue.late() from None

    def _send(self, command: str, stdin: Stdin, output: _Output, deadline: float | None) -> None:
        """Send in parts; a command that ends without reading them is not an error, Receive tells what it was."""
        reader = io.BytesIO(stdin) if isinstance(stdin, bytes) else stdin
        for part, end in pieces(reader, SEND_BYTES):
            if not self._send_part(command, part, end, output, deadline):
                return

    def _send_part(self, command: str, part: bytes, end: bool, output: _Output, deadline: float | None) -> bool:
        """False when the command takes no more."""
        for _attempt in range(BUSY_ATTEMPTS):
            try:
                self._protocol.send_command_input(self._connection.shell_id, command, part, end=end)
                return True
            except WinRMOperationTimeoutError:
                # The part is in, but the command is not reading: it may wait for us to take its output.
                self._receive(command, output, deadline)
                return not output.done
            except WSManFaultError as error:
                if error.wsman_fault_code != _FAULT_BUSY:
                    return False
                self._receive(command, output, deadline)
        return False

    def _receive(self, command: str, output: _Output, deadline: float | None) -> None:
        """One Receive into OUTPUT, at most until DEADLINE; raises _DeadlinePassed, _TooLong."""
        protocol = self._protocol
        usual = protocol.operation_timeout_sec
        if deadline is not None:
            left = deadline - self._clock()
            if left <= 0:
                raise _DeadlinePassed
            protocol.operation_timeout_sec = max(1, min(usual, round(left)))
        try:
            received = protocol.get_command_output_raw(self._connection.shell_id, command)
            output.add(*received)
        except WinRMOperationTimeoutError:
            output.is_silent()
        finally:
            protocol.operation_timeout_sec = usual

    def _clean_up(self, number: int) -> None:
        """Let the host forget NUMBER finished commands.

        Their results are here already, so a failure costs no more than the shell.
        """
        try:
            for _number in range(number):
                self._protocol.cleanup_command(self._connection.shell_id, self._finished.pop(0))
        except _ERRORS as error:
            self._renew(error)

    def _end(self, command: str) -> None:
        """End a running command and, by closing the shell, everything that it started."""
        try:
            self._protocol.cleanup_command(self._connection.shell_id, command)
            self._close_shell()
        except _ERRORS as error:
            raise self._unreachable(error, " while a command was being ended after its time limit") from None

    # -- transport and shell -------------------------------------------------------------------------------------

    @property
    def _protocol(self) -> Protocol:
        return t.cast("Protocol", self._connection.protocol)

    def _shell(self) -> str:
        """The id of an open shell; connects and opens one if there is none."""
        if self._connection.protocol is None:
            check_address(self._host)
            self._connection.shell_id = _PENDING_SHELL
            try:
                self._connection._connect()
            finally:
                self._connection.shell_id = None
            ask_for_large_answers(self._protocol)
        if not self._connection.shell_id:
            self._open_session()
            self._connection.shell_id = self._protocol.open_shell(
                codepage=UTF8_CODE_PAGE, idle_timeout=self._shell_idle_timeout
            )
            self._commands = 0
        return str(self._connection.shell_id)

    def _open_session(self) -> None:
        open_session(self._protocol, self._connect_timeout)

    def renew_connection(self) -> None:
        """Connect anew before the next request, where the host may have dropped the connection in silence."""
        if self._clock() - self._last_use >= IDLE_SECONDS and self._connection.protocol is not None:
            self._protocol.transport.close_session()
            self._open_session()
        self._last_use = self._clock()

    def _lost(self, error: Exception) -> HostUnreachable:
        """ERROR has hit a running command."""
        self._lost_shell = self._connection.shell_id
        self._forget_connection()
        lost = self._unreachable(error, _IN_THE_MIDDLE)
        lost.begun = True
        return lost

    def _is_stale(self, error: Exception) -> bool:
        """True when a new shell or connection will do, and the command cannot have started."""
        if isinstance(error, WSManFaultError):
            return bool({_FAULT_QUOTA_OPERATIONS, _FAULT_SHELL_UNKNOWN} & {error.wmierror_code, error.wsman_fault_code})
        if self._clock() - self._last_use < IDLE_SECONDS:
            return False
        if isinstance(error, WinRMTransportError):
            return error.code == 400
        return isinstance(error, requests.exceptions.ConnectionError)

    def _renew(self, error: Exception) -> None:
        """Drop the shell, and the connection too unless it was only the shell's fault."""
        if isinstance(error, WSManFaultError) and _FAULT_QUOTA_OPERATIONS in (
            error.wmierror_code,
            error.wsman_fault_code,
        ):
            self._close_shell()
        self._forget_shell()
        if not isinstance(error, WSManFaultError):
            self._protocol.transport.close_session()

    def _close_shell(self) -> None:
        self._protocol.close_shell(self._connection.shell_id, close_session=False)
        self._forget_shell()

    def _forget_connection(self) -> None:
        """What comes next logs on anew: what seals messages holds for one connection, whether it was made or not."""
        self._forget_shell()
        if self._connection.protocol is not None:
            self._protocol.transport.close_session()

    def _forget_shell(self) -> None:
        self._connection.shell_id = None
        self._finished.clear()
        self._commands = 0

    # -- errors --------------------------------------------------------------------------------------------------

    def _unreachable(self, error: Exception, when: str) -> HostUnreachable:
        return describe_failure(error, self._host, self._connection.get_option("remote_user"), when)


class _Open:
    """See ``OpenCommand``."""

    def __init__(self, runner: WinRsRunner, command: str) -> None:
        self._runner = runner
        self._command = command
        self._output = _Output()

    def send(self, data: bytes) -> None:
        runner = self._runner
        runner.renew_connection()
        for part, last in pieces(io.BytesIO(data), SEND_BYTES):
            try:
                taken = runner._send_part(self._command, part, False, self._output, None)
            except _ERRORS as error:
                failure = runner._lost(error)
                raise (failure if last and not _never_connected(error) else NotSent(str(failure))) from None
            if not taken:
                self._finish()
                raise NotSent("it takes no more input")

    def _finish(self) -> None:
        """Receive what is left; raises CommandOver, or nothing if the command is unknown or goes on."""
        try:
            self._runner._receive(self._command, self._output, None)
        except _ERRORS:
            return
        except _TooLong:
            return
        self._raise_if_over()

    def receive(self) -> bytes:
        runner, output = self._runner, self._output
        if not output.stdout:
            self._raise_if_over()
            try:
                runner._receive(self._command, output, None)
                runner._last_use = runner._clock()
            except _TooLong:
                raise OutputTooLong(f"{runner._host}: a kept session printed more than it may and was ended") from None
            except _ERRORS as error:
                raise runner._lost(error) from None
        received = bytes(output.stdout)
        output.stdout.clear()
        if not received:
            self._raise_if_over()
        return received

    def _raise_if_over(self) -> None:
        output = self._output
        if output.done:
            raise CommandOver(Completed(output.exit_code & 0xFFFFFFFF, bytes(output.stdout), bytes(output.stderr)))

    def end(self) -> None:
        self._runner.close()


def _never_connected(error: Exception) -> bool:
    """True where not even a connection was made."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(error, requests.exceptions.ConnectTimeout) or type(reason).__name__ == "NewConnectionError"


class _DeadlinePassed(Exception):
    """The time limit of a command is over."""


class _TooLong(Exception):
    """A command has printed more than is taken."""


class _Output:
    """What has been received of one command, in a bounded memory."""

    def __init__(self, heard: Heard | None = None) -> None:
        self.stdout = bytearray()
        self.stderr = bytearray()
        self.heard = heard
        self.exit_code = 0
        self.done = False

    def add(self, stdout: bytes, stderr: bytes, exit_code: int, done: bool) -> None:
        """Raises _TooLong; nothing is kept beyond the bound."""
        if len(self.stdout) + len(self.stderr) + len(stdout) + len(stderr) > OUTPUT_BYTES:
            raise _TooLong
        self.stdout += stdout
        self.stderr += stderr
        if self.heard is not None:
            self.heard(stdout, stderr)
        if done:
            self.exit_code, self.done = exit_code, True

    def is_silent(self) -> None:
        """There is nothing to say yet."""
        if self.heard is not None:
            self.heard(b"", b"")


if IMPORT_ERROR is None:
    _ERRORS: tuple[type[Exception], ...] = (
        requests.exceptions.RequestException,
        WinRMError,
        WinRMTransportError,
        WinRMOperationTimeoutError,
        AnsibleConnectionFailure,
        OSError,
        ParseError,
    )
else:
    _ERRORS = (AnsibleConnectionFailure,)
