# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ssh says, in one line."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import AuthenticationFailed, HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.ssh_errors import describe_failure, other_shell

CHANGED = "@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed."

SILENT = 'Data could not be sent to remote host "pc". Make sure this host can be reached over ssh: '
"""Core's words if ssh ended with 255 and said nothing, as it does after ServerAliveCountMax questions."""


@pytest.mark.parametrize(
    ("said", "cause", "message"),
    [
        ("ssh: connect to host pc port 22: Connection refused", "no SSH", "nothing listens on the SSH port"),
        ("ssh: Could not resolve hostname pc: Name or service not known", "unknown name", "the name is not resolved"),
        ("ssh: connect to host pc port 22: Connection timed out", "off", "it did not answer within 10 s: check"),
        ("ssh: connect to host pc port 22: No route to host", "off", "there is no route to it"),
        ("Connection timed out during banner exchange", "off", "it did not answer within 10 s: check"),
        (
            "mux_client_request_session: read from master failed\nConnection timed out during banner exchange",
            "off",
            "it did not answer within 10 s: check",
        ),
        (SILENT, "off", "it did not answer within 10 s: check"),
        (
            "No ED25519 host key is known for pc.\nHost key verification failed.",
            "not trusted",
            "its host key is not known",
        ),
        (CHANGED, "not trusted", "its host key is another one"),
        ("kex_exchange_identification: Connection closed by remote host", "off", "the connection was dropped"),
        ("odd", "unreachable", "the SSH connection failed: odd"),
        ("", "unreachable", "the SSH connection failed: ssh said nothing"),
    ],
)
def test_before_a_line_has_begun(said: str, cause: str, message: str) -> None:
    error = describe_failure(said, "pc", "admin", begun=False, seconds=10.2)
    assert str(error).startswith(f"pc: {message}") and (error.cause, error.begun) == (cause, False)


@pytest.mark.parametrize("said", ["admin@pc: Permission denied (publickey).", "Invalid/incorrect password:"])
def test_a_refused_account(said: str) -> None:
    error = describe_failure(said, "pc", "admin", begun=False, seconds=1)
    assert isinstance(error, AuthenticationFailed) and "refused the account 'admin' over SSH" in str(error)


def test_ssh_that_ends_at_once_and_says_nothing() -> None:
    error = describe_failure(SILENT, "pc", "admin", begun=False, seconds=0.2)
    assert str(error) == "pc: the SSH connection failed: ssh said nothing"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Permission denied, says the program",
        "curl: (7) Connection refused",
        "client_loop: send disconnect: Broken pipe",
    ],
)
def test_in_the_middle_of_a_line(said: str) -> None:
    """The error output of a program is not from ssh."""
    error = describe_failure(said, "pc", "admin", begun=True, seconds=100)
    assert type(error) is HostUnreachable and error.begun
    assert "the connection was dropped while a command was running, so its outcome is unknown" in str(error)


@pytest.mark.parametrize(
    "said", ["Timeout, server pc not responding.", "curl: no\nRead from remote host pc: Connection timed out\r\n"]
)
def test_silent_in_the_middle_of_a_line(said: str) -> None:
    error = describe_failure(said, "pc", "admin", begun=True, seconds=100)
    assert str(error).startswith("pc: it stopped answering while a command was running, so its outcome is unknown")


def test_the_other_shell() -> None:
    error = other_shell("pc", "cmd", "ansible_shell_type", "\u00e9\r\n")
    assert "is not cmd: set ansible_shell_type to powershell (it said: \u00e9)" in str(error)
    assert "set ansible_shell_type to cmd" in str(other_shell("pc", "powershell", "ansible_shell_type", ""))
