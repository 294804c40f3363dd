# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The meaning of an error of wsl.exe, and what to do.

The name and the number of a code have the same entry. If a code is vague, the step that failed, or an error number of
Linux in the text, is used instead.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.known_error import (
    KnownError,
    by_spelling,
    entries,
    hexadecimal,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe import error_codes

WSL = "wsl.exe"
WSL_EXIT = "wsl.exe exit code"
WSL_PLACE = "wsl.exe, by the step that failed"
WSL_NUMBER = "wsl.exe, by the number in its text"

_ALLOW = "allow C:\\Program Files\\WSL\\wsl.exe in AppLocker, App Control or the security program of this laptop"
_DAMAGED = "the file system in the virtual disk is damaged"
_CHECK_DISK = (
    "copy the virtual disk (ext4.vhdx) first, then run `wsl.exe --shutdown`, `wsl.exe --mount --vhd PATH --bare` and "
    "e2fsck -f on that disk in another distribution"
)
_WITHOUT = "a key below Lxss in the registry has no BasePath or no DistributionName"
# A step of the path and its code; microsoft/WSL issues 12822 and 40938, and wslservice's own sources for the steps.
_BY_PLACE: tuple[tuple[str, str, str], ...] = (
    ("ReadDistroConfig/E_UNEXPECTED", _WITHOUT, "check the preflight, which names the key, and delete that key"),
    ("ReadDistroConfig/ERROR_UNSUPPORTED_TYPE", "a value below Lxss in the registry has a wrong type", "correct it"),
    ("MountDisk/ERROR_PATH_NOT_FOUND", "the virtual disk is missing", "restore the file that wsl.exe names"),
    ("MountDisk/ERROR_FILE_NOT_FOUND", "the virtual disk is missing", "restore the file that wsl.exe names"),
    ("CreateVm/ERROR_PATH_NOT_FOUND", "files of WSL are missing", error_codes.REINSTALL),
    ("CreateVm/ERROR_FILE_NOT_FOUND", "files of WSL are missing", error_codes.REINSTALL),
)
# Linux's error code, which the sentence of E_FAIL contains together with a step: issues 11474, 11616 and 13598.
_BY_NUMBER: tuple[tuple[int, str, str], ...] = (
    (5, "the virtual disk cannot be read or written", "check the Windows drive and its free space; " + _CHECK_DISK),
    (28, "the virtual disk is full", "make room in the distribution, or enlarge its disk (wsl.exe --manage)"),
    (30, _DAMAGED + " and could only be mounted read-only", _CHECK_DISK),
    (74, _DAMAGED, _CHECK_DISK),
    (117, _DAMAGED, _CHECK_DISK),
)

_BY_EXIT: tuple[tuple[str, str, str], ...] = (
    ("50", "WSL is not installed on this host", "install it with wslfleet.cuda.wsl"),
    ("4294966852 -444", "the WSL of Windows itself has no kernel yet", error_codes.REINSTALL),
    *(
        (spellings, "wsl.exe was kept from starting", _ALLOW)
        for spellings in ("1260 0x800704ec", "4551 0x800711c7", "3221225506 -1073741790 0xc0000022")
    ),
)
"""Exit codes with which wsl.exe prints nothing useful, in all spellings."""


CATALOGUE: tuple[KnownError, ...] = (
    *(
        KnownError(name, meaning, remedy, WSL, (hexadecimal(number),))
        for number, name, meaning, remedy in error_codes.HRESULTS
    ),
    *entries(WSL_PLACE, _BY_PLACE),
    *(KnownError(f"E_FAIL {number}", meaning, remedy, WSL_NUMBER) for number, meaning, remedy in _BY_NUMBER),
    *entries(WSL_EXIT, _BY_EXIT),
)
"""Every known error of wsl.exe. The troubleshooting page of the documentation is made from it."""

_BY_SPELLING = by_spelling(CATALOGUE)
_VAGUE = frozenset(
    [
        *("E_FAIL", "E_UNEXPECTED", "E_INVALIDARG", "E_ACCESSDENIED", "E_NOTIMPL"),
        *("ERROR_FILE_NOT_FOUND", "ERROR_PATH_NOT_FOUND", "ERROR_NOT_SUPPORTED"),
    ]
) | {place for place, _meaning, _remedy in _BY_PLACE}
"""Codes of Windows that say little about the cause."""
_BARE_NUMBER = re.compile(r"\b0x[89a-fA-F][0-9a-fA-F]{7}\b")


def canonical(code: str) -> str:
    """The name of CODE, itself a name, a number (0x…) or a whole ``Wsl/…/CODE`` path; unknown numbers in lower case."""
    last = code.rsplit("/", 1)[-1]
    if not last.lower().startswith("0x"):
        return last
    number = hexadecimal(int(last, 16))
    entry = _BY_SPELLING.get((WSL, number))
    return entry.code if entry else number


def known_error(code: str, program: str = WSL) -> KnownError | None:
    """The entry of CODE in any of its spellings (WSL_EXIT: of an exit code); None when it is not in the catalogue."""
    return _BY_SPELLING.get((program, (canonical(code) if program == WSL else code).lower()))


def bare_number(text: str) -> str | None:
    """The last HRESULT in TEXT that is a separate word (``0x80240066``), as the Store and Windows Update print it."""
    numbers = _BARE_NUMBER.findall(text)
    return str(numbers[-1]).lower() if numbers else None


def _by_place(code: str) -> KnownError | None:
    """The entry of a step in the path CODE and of its last word; the last step that is known counts."""
    name = canonical(code)
    found = (_BY_SPELLING.get((WSL_PLACE, f"{step}/{name}".lower())) for step in reversed(code.split("/")[:-1]))
    return next((entry for entry in found if entry), None)


def _by_number(code: str, text: str) -> KnownError | None:
    """The entry of Linux's error code, the first of two numbers (code, step) in the last line of TEXT before CODE.

    The words around them are translated; the order is not.
    """
    if canonical(code) != "E_FAIL":
        return None
    for line in reversed(text.splitlines()):
        numbers = re.findall(r"(?<![\w./])\d{1,3}(?![\w/])", line)
        if code not in line and len(numbers) == 2:
            return _BY_SPELLING.get((WSL_NUMBER, f"e_fail {numbers[0]}"))
    return None


def explain(code: str | None, text: str = "", exit_code: int | None = None) -> KnownError:
    """The entry of CODE, of a number in TEXT (the output of wsl.exe) or of EXIT_CODE, or one made from TEXT.

    If the code alone says little, the output of wsl.exe is added to the meaning.
    """
    known = (_by_number(code, text) or _by_place(code) or known_error(code)) if code else None
    if known is None and code is None:
        number = bare_number(text)
        known = known_error(number) if number else None
    if known is None and code is None and exit_code is not None:
        known = known_error(str(exit_code), WSL_EXIT)
    said = _said(text, code or "")
    if known and known.code in _VAGUE and said:
        return replace(known, meaning=f"{known.meaning} (wsl.exe said: {said})")
    if known:
        return known
    name = canonical(code) if code else "no code"
    meaning = f"wsl.exe said: {said or 'it printed nothing'}"
    return KnownError(name, meaning, "run the same command on the laptop to see more", WSL)


def _said(text: str, code: str) -> str:
    """The end of wsl.exe's output, because Linux may have printed before; in one line, without the line of the CODE."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not (code and line.strip().endswith(code))]
    return clean(" ".join(lines)[-300:]).rstrip(".")
