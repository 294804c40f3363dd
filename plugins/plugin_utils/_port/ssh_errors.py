# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""An error of ssh in one line: host, what failed, what to do."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import AuthenticationFailed, HostUnreachable

_AWAKE = "check that the laptop is on, awake and in reach"
_SIGNS = (
    # What ssh or core says, the cause in one word, what failed, what to do.
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "not trusted",
        "its host key is another one than the known one",
        "find out why, then remove the old one with ssh-keygen -R",
    ),
    (
        "Host key verification failed",
        "not trusted",
        "its host key is not known",
        "compare its fingerprint and add it to known_hosts",
    ),
    (
        "Host Key checking is enabled",
        "not trusted",
        "its host key is not known",
        "compare its fingerprint and add it to known_hosts",
    ),
    (
        "Connection refused",
        "no SSH",
        "nothing listens on the SSH port",
        "check ansible_port, the service sshd and the firewall",
    ),
    ("Could not resolve hostname", "unknown name", "the name is not resolved", "check ansible_host"),
    ("No route to host", "off", "there is no route to it", "check that the laptop is on and in reach"),
    ("Network is unreachable", "off", "there is no route to it", "check the network of the controller"),
    ("kex_exchange_identification", "off", "the connection was dropped", _AWAKE),
    ("onnection closed by", "off", "the connection was dropped", _AWAKE),
    ("onnection reset", "off", "the connection was dropped", _AWAKE),
    ("Broken pipe", "off", "the connection was dropped", _AWAKE),
    ("mux_client", "off", "the connection was dropped", _AWAKE),
)
_REFUSED = ("Permission denied", "Too many authentication failures", "Invalid/incorrect")
_SILENT = ("timed out", "not responding")
_SAID_NOTHING = "Data could not be sent"
"""Core's message if ssh ended with 255 and printed no error: so does an ssh that got no answer to its ServerAlive
questions, because the port sets LogLevel=ERROR (server_alive_check in clientloop.c of openssh-portable)."""
IN_THE_MIDDLE = " while a command was running, so its outcome is unknown (run again)"


def describe_failure(said: str, host: str, user: str | None, begun: bool, seconds: float = 0) -> HostUnreachable:
    """The port's error for a message that ssh or core SAID about HOST.

    :arg begun: the line had begun, so that only the last line of SAID can be from ssh.
    :arg seconds: how long ssh ran.
    """
    if begun:
        last = said.strip().rpartition("\n")[2]
        what = "it stopped answering" if any(sign in last for sign in _SILENT) else "the connection was dropped"
        return _unreachable(f"{host}: {what}{IN_THE_MIDDLE}: {_AWAKE}", "off", begun)
    text = " ".join(said.split())
    if any(sign in text for sign in _REFUSED):
        return AuthenticationFailed(
            f"{host}: Windows refused the account {user!r} over SSH: check its name, and its password or key (keys of"
            " administrators are in C:\\ProgramData\\ssh\\administrators_authorized_keys)"
        )
    silent = f"{host}: it did not answer within {seconds:.0f} s: {_AWAKE}"
    if any(sign in text for sign in _SILENT):
        return _unreachable(f"{silent} (wslfleet_connect_timeout is the limit)", "off", begun)
    if text.startswith(_SAID_NOTHING):
        if seconds >= 0.5:
            return _unreachable(silent, "off", begun)
        text = ""
    for sign, cause, what, remedy in _SIGNS:
        if sign in text:
            return _unreachable(f"{host}: {what}: {remedy}", cause, begun)
    return _unreachable(f"{host}: the SSH connection failed: {text[:200] or 'ssh said nothing'}", "unreachable", begun)


def other_shell(host: str, shell: str, variable: str, said: str) -> HostUnreachable:
    """The error if HOST's default shell of OpenSSH is not SHELL, as VARIABLE says, but one that SAID that."""
    other = "powershell" if shell == "cmd" else "cmd"
    text = " ".join(said.split())
    message = f"{host}: the default shell of OpenSSH is not {shell}: set {variable} to {other}"
    return _unreachable(f"{message} (it said: {text[:120]})" if text else message, "another shell", False)


def _unreachable(message: str, cause: str, begun: bool) -> HostUnreachable:
    error = HostUnreachable(message)
    error.cause = cause
    error.begun = begun
    return error
