# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What failed in pywinrm, requests or core's ``winrm``, said in one line: host, what failed, what to do."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import AuthenticationFailed, HostUnreachable

_REFUSALS: tuple[type[Exception], ...] = ()
_FAULTS: tuple[type[Exception], ...] = ()
try:
    from winrm.exceptions import AuthenticationError, WSManFaultError
except ImportError:
    pass  # _winrs.py names the missing library
else:
    _REFUSALS, _FAULTS = (AuthenticationError,), (WSManFaultError,)

_FAULT_ACCESS_DENIED = 5

_NETWORK_SIGNS = (
    ("Connection refused", "nothing listens on the WinRM port", "check ansible_port, the listener and the firewall"),
    ("Name or service not known", "the name is not resolved", "check ansible_host"),
    ("No route to host", "there is no route to it", "check that the laptop is on and in reach"),
    ("Connection aborted", "the connection was dropped", "check that the laptop is on, awake and in reach"),
    ("Connection reset", "the connection was dropped", "check that the laptop is on, awake and in reach"),
    ("EOF occurred", "the connection was dropped", "check that the laptop is on, awake and in reach"),
    ("timed out", "it did not answer in time", "check that the laptop is on, awake and in reach"),
    ("WRONG_VERSION_NUMBER", "the port does not speak TLS", "set ansible_winrm_scheme=http or the HTTPS port"),
)


_CAUSES = (
    ("Connection refused", "no WinRM"),
    ("Name or service not known", "unknown name"),
    ("WRONG_VERSION_NUMBER", "no WinRM"),
    ("CERTIFICATE_VERIFY_FAILED", "not trusted"),
    *((sign, "off") for sign, _what, _remedy in _NETWORK_SIGNS),
)
"""What a text of the libraries holds -> the word for it in a table; the first one counts."""


def check_address(host: str) -> None:
    """Raise HostUnreachable where HOST can be neither a name nor an address; the resolver would not say why."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        problem = _address_problem(host)
        if problem:
            raise HostUnreachable(f"ansible_host {host!r} {problem}") from None


def _address_problem(host: str) -> str:
    name, _colon, port = host.rpartition(":")
    if "/" in host:
        return "is an address of the web: write the name alone, ansible_port and ansible_winrm_scheme say the rest"
    if name and port.isdigit():
        return f"contains a port: write {name} and set ansible_port to {port}"
    if not host or re.search(r"\s", host):
        return "contains a blank or is empty: write the name or the IP address of the laptop"
    return ""


def describe_failure(error: Exception, host: str, user: str | None, when: str) -> HostUnreachable:
    """The port's error, with its cause in a word; see ``_described``."""
    described = _described(error, host, user, when)
    text = str(error)
    cause = next((word for sign, word in _CAUSES if sign in text), None)
    if cause and not isinstance(described, AuthenticationFailed):
        described.cause = cause
    return described


def _described(error: Exception, host: str, user: str | None, when: str) -> HostUnreachable:
    """The port's error for one of pywinrm, requests or core: host, what failed, what to do, in one line.

    :arg when: a part of a sentence with a blank before it, or nothing if no command was running.
    """
    text = " ".join(str(error).split())
    code = getattr(error, "code", None)
    if isinstance(error, _REFUSALS) or code == 401 or "credentials were rejected" in text:
        return AuthenticationFailed(
            f"{host}: Windows refused the account {user!r}: check its name, its password and that it may log on over"
            " the network"
        )
    if isinstance(error, AnsibleConnectionFailure):
        return HostUnreachable(f"{host}: {text}")
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return _describe_certificate(text, host)
    limit = re.search(r"(?:connect|read) timeout=([0-9.]+)", text)
    if limit and not when:
        awake = "check that the laptop is on, awake and in reach (wslfleet_connect_timeout is the limit)"
        return HostUnreachable(f"{host}: it did not answer within {float(limit.group(1)):g} s: {awake}")
    for sign, what, remedy in _NETWORK_SIGNS:
        if sign in text:
            return HostUnreachable(f"{host}: {what}{when}: {remedy}")
    if isinstance(error, _FAULTS):
        return _describe_fault(error, host, user, when)
    return HostUnreachable(f"{host}: the WinRM connection failed{when}: {text[:200]}")


def _describe_certificate(text: str, host: str) -> HostUnreachable:
    match = re.search(r"certificate verify failed: ([^(\[]+)", text)
    reason = match.group(1).strip() if match else "no reason given"
    if "mismatch" in reason:
        remedy = "use the name in the certificate as ansible_host"
    else:
        remedy = "set ansible_winrm_ca_trust_path to the certificate of its issuer"
    return HostUnreachable(f"{host}: the certificate of the WinRM listener is not trusted ({reason}): {remedy}")


def _describe_fault(error: t.Any, host: str, user: str | None, when: str) -> HostUnreachable:
    if _FAULT_ACCESS_DENIED in (error.wsman_fault_code, error.wmierror_code):
        return AuthenticationFailed(
            f"{host}: Windows denied access to {user!r}: it must be an administrator, and a local account needs"
            " LocalAccountTokenFilterPolicy=1"
        )
    code = error.wsman_fault_code or error.wmierror_code or 0
    reason = " ".join(error.reason.split())[:200]
    return HostUnreachable(f"{host}: WinRM answered with fault {code:#x}{when}: {reason}")
