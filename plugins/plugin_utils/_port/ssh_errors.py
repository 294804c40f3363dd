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
    ("Connection timed out", "off", "it did not answer in time", f"{_AWAKE} (wslfleet_connect_timeout is the limit)"),
    ("Operation timed out", "off", "it did not answer in time", f"{_AWAKE} (wslfleet_connect_timeout is the limit)"),
    ("during banner exchange", "off", "it did not answer in time", f"{_AWAKE} (wslfleet_connect_timeout is the limit)"),
    ("not responding", "off", "it does not answer any more", _AWAKE),
    ("kex_exchange_identification", "off", "the connection was dropped", _AWAKE),
    ("onnection closed by", "off", "the connection was dropped", _AWAKE),
    ("onnection reset", "off", "the connection was dropped", _AWAKE),
    ("Broken pipe", "off", "the connection was dropped", _AWAKE),
    ("mux_client", "off", "the connection was dropped", _AWAKE),
)
_REFUSED = ("Permission denied", "Too many authentication failures", "Invalid/incorrect")
IN_THE_MIDDLE = " while a command was running, so its outcome is unknown (run again)"


def describe_failure(said: str, host: str, user: str | None, begun: bool) -> HostUnreachable:
    """The port's error for a message that ssh or core SAID about HOST.

    :arg begun: the line had begun.
    """
    text = " ".join(said.split())
    when = IN_THE_MIDDLE if begun else ""
    if not begun and any(sign in text for sign in _REFUSED):
        return AuthenticationFailed(
            f"{host}: Windows refused the account {user!r} over SSH: check its name, and its password or key (keys of"
            " administrators are in C:\\ProgramData\\ssh\\administrators_authorized_keys)"
        )
    for sign, cause, what, remedy in _SIGNS:
        if sign in text:
            return _unreachable(f"{host}: {what}{when}: {remedy}", cause, begun)
    if begun:
        return _unreachable(f"{host}: the connection was dropped{when}: {_AWAKE}", "off", begun)
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
