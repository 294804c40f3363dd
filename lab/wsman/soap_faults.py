# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SOAP faults that Windows answers with, and their codes (wsmerror.h, winerror.h)."""

from __future__ import annotations

import typing as t


class SoapFault(Exception):
    """A request that Windows would refuse; the answer is HTTP 500 with these fields.

    ``wmi``: the code travels as MSFT_WmiError instead of WSManFault; clients look in different places for the two.
    """

    def __init__(
        self,
        code: int,
        subcode: str,
        reason: str,
        value: t.Literal["s:Sender", "s:Receiver"] = "s:Receiver",
        wmi: bool = False,
    ) -> None:
        super().__init__(f"{reason} ({code})")
        self.code = code
        self.subcode = subcode
        self.reason = reason
        self.value = value
        self.wmi = wmi


def operation_timeout() -> SoapFault:
    """Nothing happened within OperationTimeout; the client is meant to ask again."""
    return SoapFault(
        2150858793,
        "w:TimedOut",
        "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  ",
    )


def shell_not_found(shell_id: str) -> SoapFault:
    """No such shell, or it has expired."""
    return SoapFault(
        2150858843,
        "w:InvalidSelectors",
        f"The request for the Windows Remote Shell with ShellId {shell_id} failed because the shell was not found on "
        "the server. Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the "
        "server. Provide the correct ShellId or create a new shell and retry the operation. ",
        "s:Sender",
    )


def command_not_found() -> SoapFault:
    """No such command in the shell: ERROR_INVALID_PARAMETER."""
    return SoapFault(87, "w:InternalError", "The parameter is incorrect. ")


def access_denied() -> SoapFault:
    """ERROR_ACCESS_DENIED: the account may not use remote shells, or the shell is another account's."""
    return SoapFault(5, "w:AccessDenied", "Access is denied. ", "s:Sender")


def busy() -> SoapFault:
    """ERROR_BUSY: an earlier Send is still being written."""
    return SoapFault(170, "w:InternalError", "The requested resource is in use. ")


def pipe_ended() -> SoapFault:
    """ERROR_BROKEN_PIPE: input for a program that has ended, or whose stdin was closed."""
    return SoapFault(109, "w:InternalError", "The pipe has been ended. ")


def aborted() -> SoapFault:
    """ERROR_OPERATION_ABORTED: the command or its shell ended while a Receive was waiting."""
    return SoapFault(
        995,
        "w:InternalError",
        "The I/O operation has been aborted because of either a thread exit or an application request. ",
    )


def no_such_directory() -> SoapFault:
    """HRESULT of ERROR_DIRECTORY: the WorkingDirectory does not exist."""
    return SoapFault(0x8007010B, "w:InternalError", "The directory name is invalid. ")


def invalid_option(name: str) -> SoapFault:
    """ERROR_WSMAN_INVALID_OPTIONS: an option with MustComply that the server does not honour."""
    return SoapFault(
        2150858809,
        "w:InvalidOptions",
        f"The WS-Management service cannot process the request because the option {name} is not valid. ",
        "s:Sender",
    )


def too_many_shells() -> SoapFault:
    """ERROR_WSMAN_QUOTA_MAX_SHELLS, 0x803381A5."""
    return SoapFault(
        2150859173,
        "w:QuotaLimit",
        "The WS-Management service cannot process the request. The maximum number of concurrent shells for this user "
        "has been exceeded. Close existing shells or raise the quota for this user. ",
    )


def too_many_processes() -> SoapFault:
    """ERROR_WSMAN_QUOTA_MAX_COMMANDS_PER_SHELL_PPQ, 0x803381E9."""
    return SoapFault(
        2150859241,
        "w:QuotaLimit",
        "The WS-Management service cannot process the request. The maximum number of concurrent commands per shell "
        "has been exceeded. Retry your request later or raise the maximum number of commands per shell. ",
    )


def too_many_operations() -> SoapFault:
    """ERROR_WSMAN_QUOTA_MAX_OPERATIONS, 0x803381A6. Windows sends this one as MSFT_WmiError (pywinrm's fixtures)."""
    return SoapFault(
        2150859174,
        "w:InternalError",
        "The WS-Management service cannot process the request. The maximum number of concurrent operations for this "
        "user has been exceeded. Close existing operations for this user, or raise the quota for this user. ",
        wmi=True,
    )


def bad_message(what: str) -> SoapFault:
    """The body is no WS-Management message (ERROR_WSMAN_SCHEMA_VALIDATION_ERROR)."""
    return SoapFault(2150858817, "w:SchemaValidationError", f"The SOAP message is not valid: {what}. ", "s:Sender")


def not_modelled(what: str) -> SoapFault:
    """The lab was asked for something that it does not model (as ERROR_WSMAN_UNSUPPORTED_FEATURE)."""
    return SoapFault(2150858818, "w:UnsupportedFeature", f"lab: not modelled: {what}", "s:Sender")
