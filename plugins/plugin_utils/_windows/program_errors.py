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

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.known_error import KnownError, by_spelling, entries

DISM = "dism.exe"
MSIEXEC = "msiexec.exe"
CURL = "curl.exe"

_REPAIR_STORE = "run DISM /Online /Cleanup-Image /RestoreHealth on the host, then run again"
_WAIT = "wait until it has ended, then run again"
_REACHABLE = "give an address that the host can reach, or a file on the controller"

_ERRORS: dict[str, tuple[tuple[str, str, str], ...]] = {
    DISM: (
        ("50", "the operation ended but the feature is not enabled", "restart the host and run again"),
        ("740", "the logon has no administrator rights", "connect with an administrator account"),
        ("14081 0x80073701", "the component store is damaged", _REPAIR_STORE),
        ("0x8007371b", "the component store is damaged", _REPAIR_STORE),
        ("0x80070652 1618", "another installation is running", _WAIT),
        ("0x800f080c", "this edition of Windows has no such feature", "update Windows"),
        ("0x800f081f", "the feature's files are not on this host", "allow Windows Update or name a source by policy"),
        (
            "0x800f0954",
            "the update server of the organisation does not offer the feature",
            "ask its administrator, or allow optional features from Windows Update by policy",
        ),
    ),
    MSIEXEC: (
        ("1601", "Windows Installer cannot be reached", "check that the service msiserver is not disabled"),
        ("1602", "the installation was cancelled on the host", "run again"),
        (
            "1603",
            "the installation failed",
            "check for a full disk, a damaged earlier installation or missing administrator rights",
        ),
        ("1605", "this product is not installed", "read the host again"),
        ("1612", "the source of the installed package is missing", "give the package that is installed (msi)"),
        ("1618", "another installation is running", _WAIT),
        ("1619", "the package could not be opened", "check that it is an MSI package for this processor"),
        ("1620", "the package could not be opened", "check that it is an MSI package for this processor"),
        ("1625", "a policy forbids this installation", "ask who manages the group policies of this laptop"),
        ("1633", "the package is for another processor", "take the package for x64"),
        ("1638", "another version is installed already", "remove it, or choose a newer package"),
    ),
    CURL: (
        ("5", "the name of the proxy is not resolved", "check the proxy (msi_proxy)"),
        ("6", "the name of the server is not resolved", _REACHABLE),
        ("7", "the server is not reached", _REACHABLE + "; behind a proxy name it (msi_proxy)"),
        ("18", "the download was cut short", "run again: it continues where it stopped if a digest is given"),
        ("22", "the server answered with an error", "check the address and who may read it"),
        ("23", "the file could not be written", "check the free space on C:"),
        ("28", "the server was too slow", "run again: it continues where it stopped if a digest is given"),
        (
            "35",
            "TLS to the server fails",
            "check that the host trusts the certificate of the server or of the proxy that inspects TLS",
        ),
        ("56", "the connection broke", "run again: it continues where it stopped if a digest is given"),
        (
            "60",
            "the host does not trust the certificate of the server",
            "install the certificate of the organisation's authority on the host",
        ),
    ),
}
"""Program -> its codes in all spellings, meaning, remedy."""

CATALOGUE = tuple(one for program, rows in _ERRORS.items() for one in entries(program, rows))
_BY_SPELLING = by_spelling(CATALOGUE)


def known_error(code: str, program: str) -> KnownError | None:
    """The entry of PROGRAM's CODE in any of its spellings; None if it is not in the catalogue."""
    return _BY_SPELLING.get((program, code.lower()))
