# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What exit codes of programs beside wsl.exe mean and what to do about them. Plain data; documentation reads it.

Sources: documentation of Windows Installer, DISM and curl.
"""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.known_error import KnownError

DISM = "dism.exe"
MSIEXEC = "msiexec.exe"
CURL = "curl.exe"

_REPAIR_STORE = "run DISM /Online /Cleanup-Image /RestoreHealth on the host, then run again"
_WAIT = "wait until it has ended, then run again"
_REACHABLE = "give an address that the host can reach, or a file on the controller"

_ERRORS: tuple[tuple[str, str, tuple[str, ...], str, str], ...] = (
    (DISM, "50", (), "the operation ended but the feature is not enabled", "restart the host and run again"),
    (DISM, "740", (), "the logon has no administrator rights", "connect with an administrator account"),
    (DISM, "14081", ("0x80073701",), "the component store is damaged", _REPAIR_STORE),
    (DISM, "0x8007371b", (), "the component store is damaged", _REPAIR_STORE),
    (DISM, "0x80070652", ("1618",), "another installation is running", _WAIT),
    (DISM, "0x800f080c", (), "this edition of Windows has no such feature", "update Windows"),
    (
        DISM,
        "0x800f081f",
        (),
        "the feature's files are not on this host",
        "allow Windows Update or name a source by policy",
    ),
    (
        DISM,
        "0x800f0954",
        (),
        "the update server of the organisation does not offer the feature",
        "ask its administrator, or allow optional features from Windows Update by policy",
    ),
    (
        MSIEXEC,
        "1601",
        (),
        "Windows Installer cannot be reached",
        "check that the service msiserver is not disabled",
    ),
    (
        MSIEXEC,
        "1602",
        (),
        "the installation was cancelled on the host",
        "run again",
    ),
    (
        MSIEXEC,
        "1603",
        (),
        "the installation failed",
        "check for a full disk, a damaged earlier installation or missing administrator rights",
    ),
    (MSIEXEC, "1605", (), "this product is not installed", "read the host again"),
    (MSIEXEC, "1612", (), "the source of the installed package is missing", "give the package that is installed (msi)"),
    (MSIEXEC, "1618", (), "another installation is running", _WAIT),
    (
        MSIEXEC,
        "1619",
        (),
        "the package could not be opened",
        "check that it is an MSI package for this processor",
    ),
    (
        MSIEXEC,
        "1620",
        (),
        "the package could not be opened",
        "check that it is an MSI package for this processor",
    ),
    (MSIEXEC, "1625", (), "a policy forbids this installation", "ask who manages the group policies of this laptop"),
    (MSIEXEC, "1633", (), "the package is for another processor", "take the package for x64"),
    (MSIEXEC, "1638", (), "another version is installed already", "remove it, or choose a newer package"),
    (CURL, "5", (), "the name of the proxy is not resolved", "check the proxy (msi_proxy)"),
    (CURL, "6", (), "the name of the server is not resolved", _REACHABLE),
    (CURL, "7", (), "the server is not reached", _REACHABLE + "; behind a proxy name it (msi_proxy)"),
    (CURL, "18", (), "the download was cut short", "run again: it continues where it stopped if a digest is given"),
    (CURL, "22", (), "the server answered with an error", "check the address and who may read it"),
    (CURL, "23", (), "the file could not be written", "check the free space on C:"),
    (CURL, "28", (), "the server was too slow", "run again: it continues where it stopped if a digest is given"),
    (
        CURL,
        "35",
        (),
        "TLS to the server fails",
        "check that the host trusts the certificate of the server or of the proxy that inspects TLS",
    ),
    (CURL, "56", (), "the connection broke", "run again: it continues where it stopped if a digest is given"),
    (
        CURL,
        "60",
        (),
        "the host does not trust the certificate of the server",
        "install the certificate of the organisation's authority on the host",
    ),
)
"""Program, code, other spellings, meaning, remedy."""

CATALOGUE: tuple[KnownError, ...] = tuple(
    KnownError(code, aliases, meaning, remedy, program) for program, code, aliases, meaning, remedy in _ERRORS
)
_BY_SPELLING = {(entry.program, spelling): entry for entry in CATALOGUE for spelling in (entry.code, *entry.aliases)}


def known_error(code: str, program: str) -> KnownError | None:
    """The entry of PROGRAM's CODE in any of its spellings; None when it is not in the catalogue."""
    return _BY_SPELLING.get((program, code.lower()))
