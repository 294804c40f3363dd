# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Shares of other computers: parts of a path on one, and why a host cannot read it. Pure.

A remote logon without delegation cannot authenticate to a third computer ("double hop"): NTLM, Basic, certificates and
Kerberos without delegation identify the user to this host only. Windows reports it by number, in every language.
"""

from __future__ import annotations

UNREACHABLE = frozenset({51, 53, 64, 121, 1203, 1231, 1232})
"""No such computer, or no connection to it: ERROR_REM_NOT_LIST, ERROR_BAD_NETPATH, …"""
NO_SUCH_SHARE = frozenset({67})
MISSING = frozenset({2, 3})
DENIED = frozenset({5, 86, 1312, 1326, 1385})
"""ERROR_ACCESS_DENIED, ERROR_INVALID_PASSWORD, ERROR_NO_SUCH_LOGON_SESSION, ERROR_LOGON_FAILURE, no right to log on."""
NO_DOMAIN_CONTROLLER = frozenset({1311})
_WIN32 = 0x80070000


def is_share(path: str) -> bool:
    """Whether PATH is on a share."""
    return path.startswith("\\\\")


def share_of(path: str) -> str:
    """``\\\\server\\share`` of PATH."""
    return "\\".join(path.split("\\")[:4])


def cause(path: str, exit_code: int, share_is_readable: bool) -> str:
    """Why the file PATH of a share cannot be read, and what to do, as half a sentence.

    :arg exit_code: of ``certutil.exe -hashfile``: the number of Windows' error, after 0x8007.
    :arg share_is_readable: its top folder can be listed by the same logon, so the credentials have arrived.
    """
    share = share_of(path)
    _none, _empty, server, name = share.split("\\")
    number = exit_code & 0xFFFF if exit_code & 0xFFFF0000 == _WIN32 else 0
    if number in UNREACHABLE:
        return f"the host finds no computer {server}: correct the name, or check VPN, DNS and firewall"
    if number in NO_SUCH_SHARE:
        return f"{server} has no share {name}: correct the path"
    if number in DENIED and share_is_readable:
        return f"{share} can be read, but this account has no permission for {path}: grant it"
    if number in DENIED:
        return (
            f"{share} refuses this logon (error {number}): WinRM does not pass on credentials to another computer,"
            " unless Kerberos delegation or CredSSP is set up; if it is, the account has no permission for that share."
            " Otherwise set an address (https://…), or a file on the controller"
        )
    if number in NO_DOMAIN_CONTROLLER:
        return f"no domain controller answers the host, so {server} cannot check the logon: check the VPN"
    if share_is_readable and number in MISSING:
        return f"{share} can be read, but {path} does not exist: correct the path"
    return f"the host cannot read {path} (certutil.exe ended with {exit_code:#x})"
