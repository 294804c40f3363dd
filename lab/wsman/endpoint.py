# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service behind /wsman: authentication, sealing, and the six operations of a WinRS shell."""

from __future__ import annotations

import base64
import binascii
import time
import typing as t
from xml.sax.saxutils import escape

from lab.machine.machine import Machine
from lab.machine.state import User
from lab.wsman import soap, soap_faults
from lab.wsman.authentication import Authenticator
from lab.wsman.commands import ClientGone, Output, RunningCommand
from lab.wsman.http import Request, Response
from lab.wsman.sealing import CONTENT_TYPE, SealError, seal, unseal
from lab.wsman.settings import Settings
from lab.wsman.shells import Shell, Shells, new_id
from lab.wsman.soap_faults import SoapFault

RESOURCE = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"
SOAP_TYPE = "application/soap+xml;charset=UTF-8"
ENVELOPE_BYTES = 2048
"""What an answer needs beside its base64, generously."""
MIN_ENVELOPE_BYTES = 8192
MIN_IDLE_SECONDS = 0.1
SIGNALS = f"{soap.SHELL}/signal/"

Watcher = t.Callable[[RunningCommand], None]


class Endpoint:
    """Answers the requests of one laptop."""

    def __init__(
        self, laptop: Machine, settings: Settings, shells: Shells, started: Watcher, received: Watcher, given: Watcher
    ) -> None:
        """STARTED is called with every new command, RECEIVED and GIVEN after output and input, before the answer."""
        self._laptop = laptop
        self._settings = settings
        self._shells = shells
        self._started = started
        self._received = received
        self._given = given
        self._operations: dict[str, t.Callable[[soap.Message, User, t.Callable[[], bool]], str]] = {
            f"{soap.TRANSFER}/Create": self._create,
            f"{soap.TRANSFER}/Delete": self._delete,
            f"{soap.SHELL}/Command": self._command,
            f"{soap.SHELL}/Send": self._send,
            f"{soap.SHELL}/Receive": self._receive,
            f"{soap.SHELL}/Signal": self._signal,
        }

    def answer(
        self, request: Request, authenticator: Authenticator, secure: bool, client_gone: t.Callable[[], bool]
    ) -> Response | None:
        """The answer to one HTTP request; None when the client is gone meanwhile."""
        if request.path.partition("?")[0].rstrip("/").lower() != "/wsman":
            return Response(404)
        if request.method != "POST":
            return Response(405)
        verdict = authenticator.check(request.headers.get("authorization"))
        if verdict.user is None:
            return Response(401, headers=verdict.headers)
        sealed = request.headers.get("content-type", "").lower().startswith("multipart/encrypted")
        try:
            response = self._answer_from(verdict.user, request.body, sealed, authenticator, secure, client_gone)
        except ClientGone:
            return None
        response.headers.extend(verdict.headers)
        return response

    def _answer_from(
        self,
        user: User,
        body: bytes,
        sealed: bool,
        authenticator: Authenticator,
        secure: bool,
        client_gone: t.Callable[[], bool],
    ) -> Response:
        if not body:
            return Response(200)  # what a client sends to have the handshake done before the first sealed message
        context = authenticator.context
        if not sealed:
            if not secure and not self._settings.allow_unencrypted:
                return Response(500)  # "unencrypted traffic is currently disabled" stands in the event log only
            status, answer, operation = self._operate(user, body, client_gone)
            return Response(status, answer, [("Content-Type", SOAP_TYPE)], operation=operation)
        if context is None:
            return Response(400, close=True)
        try:
            message = unseal(body, context)
        except SealError:
            return Response(400, close=True)  # sealed for an earlier connection, mostly
        status, answer, operation = self._operate(user, message, client_gone)
        return Response(status, seal(answer, context), [("Content-Type", CONTENT_TYPE)], operation=operation)

    def _operate(self, user: User, data: bytes, client_gone: t.Callable[[], bool]) -> tuple[int, bytes, str]:
        """The status, the answer, and the last word of the action."""
        message_id = name = ""
        try:
            message = soap.parse(data)
            message_id, name = message.message_id, message.action.rpartition("/")[2]
            operation = self._operations.get(message.action)
            if operation is None:
                raise soap_faults.not_modelled(f"the WS-Management action {message.action!r}")
            if message.resource.lower() != RESOURCE:
                raise soap_faults.not_modelled(f"the WS-Management resource {message.resource!r}")
            if not user.admin:
                raise soap_faults.access_denied()
            return 200, soap.answer(message, operation(message, user, client_gone)), name
        except SoapFault as fault:
            return 500, soap.fault(fault, message_id, self._laptop.state.computer_name), name

    # -- operations ----------------------------------------------------------------------------------------------

    def _create(self, message: soap.Message, user: User, client_gone: t.Callable[[], bool]) -> str:
        asked = soap.child(message.body, "Shell")
        idle = soap.text(asked, soap.SHELL, "IdleTimeOut") or f"PT{self._settings.idle_timeout_seconds:.3f}S"
        directory = soap.text(asked, soap.SHELL, "WorkingDirectory") or None
        if directory is not None and not self._laptop.drive.exists(directory):
            raise soap_faults.no_such_directory()
        environment = {
            variable.get("Name", ""): variable.text or ""
            for block in soap.children(asked, "Environment")
            for variable in soap.children(block, "Variable")
        }
        shell = Shell(
            id=asked.get("ShellId") or new_id(),
            user=user,
            idle_timeout=max(soap.duration(idle), MIN_IDLE_SECONDS),
            environment=environment,
            working_directory=directory,
            code_page=_code_page(message),
        )
        self._shells.add(shell)
        return _created(message, shell, idle, soap.text(asked, soap.SHELL, "InputStreams"))

    def _delete(self, message: soap.Message, user: User, client_gone: t.Callable[[], bool]) -> str:
        with self._shells.using(_shell_id(message), user) as shell:
            self._shells.close(shell)
        return ""

    def _command(self, message: soap.Message, user: User, client_gone: t.Callable[[], bool]) -> str:
        with self._shells.using(_shell_id(message), user) as shell:
            asked = soap.child(message.body, "CommandLine")
            self._refuse_skipping_cmd(message)
            words = [soap.child(asked, "Command").text or ""]
            words += [element.text or "" for element in soap.children(asked, "Arguments")]
            command_id = asked.get("CommandId") or new_id()
            self._shells.admit_command(shell)
            line = " ".join(words)
            command = self._laptop.start_command(user, line, dict(shell.environment), shell.working_directory)
            running = shell.commands[command_id.upper()] = RunningCommand(command_id, command)
            self._started(running)
        return f"<rsp:CommandResponse><rsp:CommandId>{escape(command_id)}</rsp:CommandId></rsp:CommandResponse>"

    def _refuse_skipping_cmd(self, message: soap.Message) -> None:
        """Windows 11 ignores WINRS_SKIP_CMD_SHELL, and refuses it with MustComply."""
        option = message.options.get("WINRS_SKIP_CMD_SHELL")
        if option is None or not soap.true(option.value):
            return
        if self._laptop.state.honours_skip_cmd_shell:
            raise soap_faults.not_modelled("a command without cmd.exe (WINRS_SKIP_CMD_SHELL)")
        if option.must_comply:
            raise soap_faults.invalid_option("WINRS_SKIP_CMD_SHELL")

    def _send(self, message: soap.Message, user: User, client_gone: t.Callable[[], bool]) -> str:
        with self._shells.using(_shell_id(message), user) as shell:
            deadline = time.monotonic() + self._timeout(message)
            for stream in soap.children(soap.child(message.body, "Send"), "Stream"):
                command = shell.command(stream.get("CommandId", ""))
                if stream.get("Name") != "stdin":
                    raise soap_faults.bad_message(f"stream {stream.get('Name')!r} takes no input")
                try:
                    data = base64.b64decode(stream.text or "", validate=False)
                except binascii.Error as error:
                    raise soap_faults.bad_message(f"stdin is no base64: {error}") from error
                command.send(data, soap.true(stream.get("End")), max(deadline - time.monotonic(), 0))
                self._given(command)
            if client_gone():
                raise ClientGone
        return "<rsp:SendResponse/>"

    def _receive(self, message: soap.Message, user: User, client_gone: t.Callable[[], bool]) -> str:
        with self._shells.using(_shell_id(message), user) as shell:
            desired = soap.child(soap.child(message.body, "Receive"), "DesiredStream")
            command = shell.command(desired.get("CommandId", ""))
            output = command.receive(
                limit=self._output_bytes(message),
                timeout=self._timeout(message),
                gather=self._settings.gather_seconds,
                client_gone=client_gone,
            )
            self._received(command)
            if client_gone():
                raise ClientGone
        return _receive_response(command.id, output)

    def _signal(self, message: soap.Message, user: User, client_gone: t.Callable[[], bool]) -> str:
        with self._shells.using(_shell_id(message), user) as shell:
            asked = soap.child(message.body, "Signal")
            command = shell.command(asked.get("CommandId", ""))
            code = soap.text(asked, soap.SHELL, "Code")
            signal = code[len(SIGNALS) :].lower() if code.lower().startswith(SIGNALS) else code
            if signal == "terminate":
                del shell.commands[command.id.upper()]
                command.close()
            elif signal in ("ctrl_c", "ctrl_break"):
                command.interrupt()
            else:
                raise soap_faults.not_modelled(f"the signal {code!r}")
        return "<rsp:SignalResponse/>"

    def _timeout(self, message: soap.Message) -> float:
        wanted = message.operation_timeout
        return self._settings.max_timeout_seconds if wanted is None else wanted

    def _output_bytes(self, message: soap.Message) -> int:
        """How many bytes of output fit into one answer, which carries them in base64."""
        largest = self._settings.max_envelope_kib * 1024
        envelope = min(largest, max(message.max_envelope_bytes or largest, MIN_ENVELOPE_BYTES))
        return (envelope - ENVELOPE_BYTES) // 4 * 3


def _shell_id(message: soap.Message) -> str:
    return next((value for name, value in message.selectors.items() if name.lower() == "shellid"), "")


def _code_page(message: soap.Message) -> int:
    option = message.options.get("WINRS_CODEPAGE")
    if option is None:
        return 437
    if not option.value.isdecimal():
        raise soap_faults.invalid_option("WINRS_CODEPAGE")
    return int(option.value)


def _created(message: soap.Message, shell: Shell, idle: str, input_streams: str) -> str:
    shell_id = escape(shell.id)
    fields = {
        "ShellId": shell_id,
        "ResourceUri": RESOURCE,
        "Owner": escape(shell.user.name),
        "ClientIP": "127.0.0.1",
        "IdleTimeOut": escape(idle),
        "InputStreams": escape(input_streams or "stdin"),
        "OutputStreams": "stdout stderr",
        "ShellRunTime": "P0DT0H0M0S",
        "ShellInactivity": "P0DT0H0M0S",
    }
    elements = "".join(f"<rsp:{name}>{value}</rsp:{name}>" for name, value in fields.items())
    return (
        f"<x:ResourceCreated><a:Address>{escape(message.to)}</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{RESOURCE}</w:ResourceURI>"
        f'<w:SelectorSet><w:Selector Name="ShellId">{shell_id}</w:Selector></w:SelectorSet>'
        f"</a:ReferenceParameters></x:ResourceCreated><rsp:Shell>{elements}</rsp:Shell>"
    )


def _receive_response(command_id: str, output: Output) -> str:
    name = escape(command_id, {'"': "&quot;"})
    parts = ["<rsp:ReceiveResponse>"]
    for stream, data in (("stdout", output.stdout), ("stderr", output.stderr)):
        if data:
            encoded = base64.b64encode(data).decode("ascii")
            parts.append(f'<rsp:Stream Name="{stream}" CommandId="{name}">{encoded}</rsp:Stream>')
    state = f'<rsp:CommandState CommandId="{name}" State="{soap.SHELL}/CommandState/'
    if output.exit_code is None:
        parts.append(f'{state}Running"/>')
    else:
        parts += [f'<rsp:Stream Name="{stream}" CommandId="{name}" End="true"/>' for stream in ("stdout", "stderr")]
        parts.append(f'{state}Done"><rsp:ExitCode>{output.exit_code}</rsp:ExitCode></rsp:CommandState>')
    parts.append("</rsp:ReceiveResponse>")
    return "".join(parts)
