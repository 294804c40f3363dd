# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The catalogue of errors: what a code means and what to do about it. Plain data; modules and documentation read it.

A code of wsl.exe comes as a name or as a number, depending on the build: the table of names inside WSL grows. Both
spellings lead to the same entry. The installers beside it (dism.exe, msiexec.exe, curl.exe) have codes of their own.

Sources: microsoft/WSL 2.5.8 to 2.9.4 and wslservice.idl, winerror.h, hcserror, documentation of Windows Installer and
curl, issue threads of microsoft/WSL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean

WSL = "wsl.exe"
WSL_EXIT = "wsl.exe exit code"
WSL_PLACE = "wsl.exe, by the step that failed"
WSL_NUMBER = "wsl.exe, by the number in its text"
DISM = "dism.exe"
MSIEXEC = "msiexec.exe"
CURL = "curl.exe"

_WSL_E_BASE = 0x80040300


@dataclass(frozen=True)
class KnownError:
    """What one error code means and what to do; MEANING and REMEDY are each a part of one line, without full stop."""

    code: str
    """The name, or the number where there is no name."""
    aliases: tuple[str, ...]
    """Other spellings of the same code: for wsl.exe its number, lower case, as older builds print it."""
    meaning: str
    remedy: str
    program: str = WSL
    """Whose code it is; the same number means something else to another program."""


_VIRTUALISATION = (
    "enable VirtualMachinePlatform and the processor's virtualisation in the firmware, then restart the laptop"
)
_LIST = "look at the names in `wsl.exe --list --verbose` of the connecting account; distributions belong to one account"
_RESTART_WSL = "run `wsl.exe --shutdown` on the laptop, then run again"
_REINSTALL = "install the WSL package (wsl.msi) again"
_NETWORK = "check proxy and name resolution of the connecting account, or use a file or the MSI instead"
_UPDATE = "update WSL"
_ALLOW = "allow C:\\Program Files\\WSL\\wsl.exe in AppLocker, App Control or the security program of this laptop"
_DISK_IN_USE = "detach it with `wsl.exe --unmount` on the laptop, then run again"
_REPAIR_STORE = "run DISM /Online /Cleanup-Image /RestoreHealth on the host, then run again"
_WAIT = "wait until it has ended, then run again"
_REACHABLE = "give an address that the host can reach, or a file on the controller"

_WSL_ERRORS: tuple[tuple[int, str, str, str], ...] = (
    (0x01, "DEFAULT_DISTRO_NOT_FOUND", "no distribution is installed for this account", "install or import one"),
    (0x02, "DISTRO_NOT_FOUND", "no distribution has that name for this account", _LIST),
    (0x03, "WSL1_NOT_SUPPORTED", "WSL 1 is not enabled", "use version 2, or enable WSL 1 and restart the laptop"),
    (0x04, "VM_MODE_NOT_SUPPORTED", "this Windows cannot run WSL 2", "update Windows"),
    (0x05, "TOO_MANY_DISKS_ATTACHED", "too many virtual disks are attached", _RESTART_WSL),
    (0x06, "CONSOLE", "the console cannot be set up", "switch off the legacy console (HKCU\\Console ForceV2=1)"),
    (
        0x07,
        "CUSTOM_KERNEL_NOT_FOUND",
        "the kernel named in .wslconfig is missing",
        "correct .wslconfig of the account",
    ),
    (0x08, "USER_NOT_FOUND", "the Linux user does not exist", "create the user or set ansible_wsl_user"),
    (
        0x09,
        "INVALID_USAGE",
        "wsl.exe did not understand its options",
        "report this together with the WSL version",
    ),
    (
        0x0A,
        "EXPORT_FAILED",
        "the distribution could not be exported",
        "check free space and the file's extension",
    ),
    (
        0x0B,
        "IMPORT_FAILED",
        "the image could not be imported",
        "check the file's digest, format and the free space",
    ),
    (0x0C, "DISTRO_NOT_STOPPED", "the distribution is running", "terminate it first"),
    (0x0D, "TTY_LIMIT", "Linux has no terminals left", _RESTART_WSL),
    (
        0x0E,
        "CUSTOM_SYSTEM_DISTRO_ERROR",
        "the system distribution named in .wslconfig cannot be used",
        "correct systemDistro in .wslconfig of the account",
    ),
    (
        0x0F,
        "LOWER_INTEGRITY",
        "WSL runs elevated already, this session is not",
        "connect with an administrator account",
    ),
    (0x10, "HIGHER_INTEGRITY", "WSL runs without elevation already", _RESTART_WSL),
    (
        0x11,
        "FS_UPGRADE_NEEDED",
        "the file system needs a one-time upgrade",
        "start the distribution once on the laptop",
    ),
    (0x12, "USER_VHD_ALREADY_ATTACHED", "the virtual disk is attached already", _RESTART_WSL),
    (0x13, "VM_MODE_INVALID_STATE", "the distribution has that version already", "nothing to do"),
    (
        0x14,
        "VM_MODE_MOUNT_NAME_ALREADY_EXISTS",
        "a disk is mounted under that name already",
        "choose another name",
    ),
    (
        0x15,
        "ELEVATION_NEEDED_TO_MOUNT_DISK",
        "mounting a disk needs administrator rights",
        "connect with an administrator account",
    ),
    (0x18, "DISK_ALREADY_ATTACHED", "the disk is attached to WSL already", _DISK_IN_USE),
    (0x19, "DISK_ALREADY_MOUNTED", "the disk is mounted already", _DISK_IN_USE),
    (0x1A, "DISK_MOUNT_FAILED", "the disk could not be mounted", "check its file system with `wsl.exe --mount --bare`"),
    (0x1B, "DISK_UNMOUNT_FAILED", "the disk could not be unmounted", _RESTART_WSL),
    (0x1C, "WSL2_NEEDED", "this needs WSL 2", "convert the distribution with `wsl.exe --set-version NAME 2`"),
    (0x1D, "VM_MODE_INVALID_MOUNT_NAME", "a disk cannot be mounted under that name", "choose another name"),
    (
        0x1E,
        "GUI_APPLICATIONS_DISABLED",
        "graphical applications are switched off",
        "set guiApplications=true in .wslconfig of the account",
    ),
    (
        0x1F,
        "DISTRO_ONLY_AVAILABLE_FROM_STORE",
        "this distribution comes from the Store only",
        "use an image file",
    ),
    (0x20, "WSL_MOUNT_NOT_SUPPORTED", "this Windows cannot mount disks in WSL", "update Windows"),
    (
        0x21,
        "WSL_OPTIONAL_COMPONENT_REQUIRED",
        "the optional feature Microsoft-Windows-Subsystem-Linux is missing",
        "enable it and restart the laptop",
    ),
    (
        0x24,
        "VMSWITCH_NOT_FOUND",
        "the virtual switch named in .wslconfig does not exist",
        "correct vmSwitch in .wslconfig of the account",
    ),
    (
        0x25,
        "VMSWITCH_NOT_SET",
        "bridged networking needs a virtual switch",
        "set vmSwitch in .wslconfig of the account, or use networkingMode=nat",
    ),
    (0x26, "NOT_A_LINUX_DISTRO", "the image is not a Linux root file system", "use another image"),
    (0x27, "OS_NOT_SUPPORTED", "this Windows is too old for this WSL", "update Windows"),
    (
        0x28,
        "INSTALL_PROCESS_FAILED",
        "the installation did not run through",
        "look into the log of wsl --install",
    ),
    (
        0x29,
        "INSTALL_COMPONENT_FAILED",
        "a Windows feature could not be enabled",
        "enable it with dism.exe, restart",
    ),
    (0x2A, "PLUGIN_REQUIRES_UPDATE", "a WSL plugin demands a newer WSL", _UPDATE),
    (
        0x2B,
        "DISK_MOUNT_DISABLED",
        "a policy forbids mounting disks in WSL",
        "ask who manages the group policies of this laptop",
    ),
    (0x2C, "WSL1_DISABLED", "WSL 1 is switched off by policy", "use version 2"),
    (0x2D, "VIRTUAL_MACHINE_PLATFORM_REQUIRED", "VirtualMachinePlatform is missing", _VIRTUALISATION),
    (0x2E, "LOCAL_SYSTEM_NOT_SUPPORTED", "WSL refuses the SYSTEM account", "connect with a real user account"),
    (
        0x2F,
        "DISK_CORRUPTED",
        "the virtual disk is damaged",
        "attach it with `wsl.exe --mount --vhd --bare`, run e2fsck",
    ),
    (0x30, "DISTRIBUTION_NAME_NEEDED", "the image names no distribution", "give a name"),
    (
        0x31,
        "INVALID_JSON",
        "the list of distributions is not valid",
        "check DistributionListUrl in the registry",
    ),
    (0x32, "VM_CRASHED", "the virtual machine crashed", _RESTART_WSL),
)
"""Number above 0x80040300, name without WSL_E_, meaning, remedy (wslservice.idl)."""

_SYSTEM_ERRORS: tuple[tuple[int, str, str, str], ...] = (
    (
        0x8000000D,
        "E_ILLEGAL_STATE_CHANGE",
        "an installation, export or conversion of it is in progress",
        "wait, then run again",
    ),
    (0x8000FFFF, "E_UNEXPECTED", "the virtual machine or the WSL service went away", _RESTART_WSL),
    (0x80004001, "E_NOTIMPL", "this WSL cannot do that", _UPDATE),
    (0x80004004, "E_ABORT", "the WSL package could not finish an upgrade", _REINSTALL),
    (0x80004005, "E_FAIL", "WSL names no reason", "check the free space inside the virtual disk"),
    (0x80040154, "REGDB_E_CLASSNOTREG", "the WSL service is not registered", _REINSTALL),
    (
        0x80070002,
        "ERROR_FILE_NOT_FOUND",
        "a file is missing, for example the virtual disk",
        "restore it, or unregister and import; where CreateVm is in the code, " + _REINSTALL,
    ),
    (
        0x80070003,
        "ERROR_PATH_NOT_FOUND",
        "a folder is missing, for example of the virtual disk",
        "restore it, or import again",
    ),
    (
        0x80070005,
        "E_ACCESSDENIED",
        "access was denied",
        "check the owner of the virtual disk and that the account may log on over the network",
    ),
    (0x80070020, "ERROR_SHARING_VIOLATION", "the virtual disk is in use", _RESTART_WSL),
    (0x80070032, "ERROR_NOT_SUPPORTED", "this WSL or Windows cannot do that", _UPDATE),
    (
        0x80070050,
        "ERROR_FILE_EXISTS",
        "the location is in use already",
        "remove the leftover ext4.vhdx or choose another location",
    ),
    (
        0x80070057,
        "E_INVALIDARG",
        "wsl.exe refused an option or a name",
        "check the name, and update WSL if it is older than 2.4.4",
    ),
    (0x80070070, "ERROR_DISK_FULL", "the Windows drive is full", "free some space on the laptop"),
    (0x800700B7, "ERROR_ALREADY_EXISTS", "a distribution with that name exists", "choose another name"),
    (
        0x8007023F,
        "ERROR_APP_INIT_FAILURE",
        "this WSL cannot run without a desktop session",
        "install WSL 2.0 or later by its MSI",
    ),
    (
        0x800702E4,
        "ERROR_ELEVATION_REQUIRED",
        "administrator rights are missing",
        "connect with an administrator account",
    ),
    (0x80070309, "ERROR_VERSION_PARSE_ERROR", "that is no version of WSL", "use 1 or 2"),
    (
        0x80070422,
        "ERROR_SERVICE_DISABLED",
        "the WSL service is disabled",
        "run `sc.exe config wslservice start= demand`",
    ),
    (0x80070424, "ERROR_SERVICE_DOES_NOT_EXIST", "a service that WSL needs does not exist", _VIRTUALISATION),
    (
        0x800704EC,
        "ERROR_ACCESS_DISABLED_BY_POLICY",
        "a policy forbids WSL",
        "ask who manages the group policies of this laptop",
    ),
    (
        0x80070569,
        "ERROR_LOGON_TYPE_NOT_GRANTED",
        "a policy took the right *Log on as a service* from NT VIRTUAL MACHINE\\Virtual Machines",
        "give it back, run gpupdate, restart the service vmcompute",
    ),
    (
        0x80070643,
        "ERROR_INSTALL_FAILURE",
        "the MSI failed",
        "look into wsl-install-logs.txt; install the MSI by hand",
    ),
    (0x80070652, "ERROR_INSTALL_ALREADY_RUNNING", "another installation is running", _WAIT),
    (
        0x80070780,
        "ERROR_CANT_ACCESS_FILE",
        "this WSL comes from the Store and cannot run without a desktop session",
        "install WSL 2.0 or later by its MSI",
    ),
    (
        0x800711C7,
        "ERROR_SYSTEM_INTEGRITY_POLICY_VIOLATION",
        "App Control blocks the program",
        "have wsl.exe allowed by who manages App Control; Microsoft's recommended block list names it",
    ),
    (0x80072EE7, "WININET_E_NAME_NOT_RESOLVED", "a name on the internet is not resolved", _NETWORK),
    (0x80072EFD, "WININET_E_CANNOT_CONNECT", "a server on the internet is not reached", _NETWORK),
    (0x80072F7D, "WININET_E_SECURITY_CHANNEL_ERROR", "TLS to a server on the internet fails", _NETWORK),
    (
        0x80096010,
        "TRUST_E_BAD_DIGEST",
        "a download has another digest than announced",
        "run again, or use an image file",
    ),
    (
        0x80190193,
        "HTTP_E_STATUS_FORBIDDEN",
        "the server refused the download, often a rate limit",
        "wait, or use the MSI",
    ),
    (
        0x80190194,
        "HTTP_E_STATUS_NOT_FOUND",
        "the server does not have the file",
        "use the MSI or an image file",
    ),
    (
        0x80240066,
        "WU_E_INSTALL_USERCONTEXT_ACCESSDENIED",
        "the Store refuses a remote session",
        "use method web_download, or the MSI",
    ),
    (
        0x80370102,
        "HCS_E_HYPERV_NOT_INSTALLED",
        "the virtual machine cannot start: no hypervisor runs",
        _VIRTUALISATION,
    ),
    (0x80370109, "HCS_E_CONNECTION_TIMEOUT", "the virtual machine did not answer", _RESTART_WSL),
    (
        0x80370114,
        "HCS_E_SERVICE_NOT_AVAILABLE",
        "the virtual machine cannot start: its service does not run",
        _VIRTUALISATION,
    ),
)
"""HRESULT, name, meaning, remedy."""

_DAMAGED = "the file system in the virtual disk is damaged"
_CHECK_DISK = (
    "copy the virtual disk (ext4.vhdx) first, then run `wsl.exe --shutdown`, `wsl.exe --mount --vhd PATH --bare` and "
    "e2fsck -f on that disk in another distribution"
)
_WITHOUT = "a key below Lxss in the registry has no BasePath or no DistributionName"
# A step of the path and its code; microsoft/WSL issues 12822 and 40938, and wslservice's own sources for the steps.
_BY_PLACE: tuple[tuple[str, str, str], ...] = (
    ("ReadDistroConfig/E_UNEXPECTED", _WITHOUT, "look at the preflight, which names it, and delete that key"),
    ("ReadDistroConfig/ERROR_UNSUPPORTED_TYPE", "a value below Lxss in the registry has a wrong type", "correct it"),
    ("MountDisk/ERROR_PATH_NOT_FOUND", "the virtual disk is missing", "restore the file that wsl.exe names"),
    ("MountDisk/ERROR_FILE_NOT_FOUND", "the virtual disk is missing", "restore the file that wsl.exe names"),
    ("CreateVm/ERROR_PATH_NOT_FOUND", "files of WSL are missing", _REINSTALL),
    ("CreateVm/ERROR_FILE_NOT_FOUND", "files of WSL are missing", _REINSTALL),
)
# Linux's error code, which the sentence of E_FAIL carries beside a step: issues 11474, 11616 and 13598.
_BY_NUMBER: tuple[tuple[int, str, str], ...] = (
    (5, "the virtual disk cannot be read or written", "check the Windows drive and its free space; " + _CHECK_DISK),
    (28, "the virtual disk is full", "make room in the distribution, or enlarge its disk (wsl.exe --manage)"),
    (30, _DAMAGED + " and could only be mounted read-only", _CHECK_DISK),
    (74, _DAMAGED, _CHECK_DISK),
    (117, _DAMAGED, _CHECK_DISK),
)

_OTHER_ERRORS: tuple[tuple[str, str, tuple[str, ...], str, str], ...] = (
    (
        WSL_EXIT,
        "50",
        (),
        "WSL is not installed on this host",
        "install it with wslfleet.cuda.wsl",
    ),
    (
        WSL_EXIT,
        "4294966852",
        ("-444",),
        "the WSL of Windows itself has no kernel yet",
        _REINSTALL,
    ),
    *(
        (WSL_EXIT, code, aliases, "wsl.exe was kept from starting", _ALLOW)
        for code, aliases in (
            ("1260", ("0x800704ec",)),
            ("4551", ("0x800711c7",)),
            ("3221225506", ("-1073741790", "0xc0000022")),
        )
    ),
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
        "look for a full disk, a damaged earlier installation or missing administrator rights",
    ),
    (MSIEXEC, "1605", (), "this product is not installed", "read the host again"),
    (MSIEXEC, "1612", (), "the source of the installed package is gone", "give the package that is installed (msi)"),
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
    (CURL, "18", (), "the download was cut short", "run again: it goes on where it stopped when a digest is given"),
    (CURL, "22", (), "the server answered with an error", "check the address and who may read it"),
    (CURL, "23", (), "the file could not be written", "look for free space on C:"),
    (CURL, "28", (), "the server was too slow", "run again: it goes on where it stopped when a digest is given"),
    (
        CURL,
        "35",
        (),
        "TLS to the server fails",
        "check that the host trusts the certificate of the server or of the proxy that inspects TLS",
    ),
    (CURL, "56", (), "the connection broke", "run again: it goes on where it stopped when a digest is given"),
    (
        CURL,
        "60",
        (),
        "the host does not trust the certificate of the server",
        "install the certificate of the organisation's authority on the host",
    ),
)
"""Program, code, other spellings, meaning, remedy."""


def _hexadecimal(number: int) -> str:
    return f"0x{number:08x}"


CATALOGUE: tuple[KnownError, ...] = (
    *(
        KnownError(f"WSL_E_{name}", (_hexadecimal(_WSL_E_BASE + number),), meaning, remedy)
        for number, name, meaning, remedy in _WSL_ERRORS
    ),
    *(KnownError(name, (_hexadecimal(number),), meaning, remedy) for number, name, meaning, remedy in _SYSTEM_ERRORS),
    *(KnownError(place, (), meaning, remedy, WSL_PLACE) for place, meaning, remedy in _BY_PLACE),
    *(KnownError(f"E_FAIL {number}", (), meaning, remedy, WSL_NUMBER) for number, meaning, remedy in _BY_NUMBER),
    *(KnownError(code, aliases, meaning, remedy, program) for program, code, aliases, meaning, remedy in _OTHER_ERRORS),
)
"""Every known error. The troubleshooting page of the documentation is made from it."""

_BY_SPELLING = {
    (entry.program, spelling.lower()): entry for entry in CATALOGUE for spelling in (entry.code, *entry.aliases)
}
_VAGUE = frozenset(
    [
        *("E_FAIL", "E_UNEXPECTED", "E_INVALIDARG", "E_ACCESSDENIED", "E_NOTIMPL"),
        *("ERROR_FILE_NOT_FOUND", "ERROR_PATH_NOT_FOUND", "ERROR_NOT_SUPPORTED"),
    ]
) | {place for place, _meaning, _remedy in _BY_PLACE}
"""Codes of Windows that say little of what was being done."""
_BARE_NUMBER = re.compile(r"\b0x[89a-fA-F][0-9a-fA-F]{7}\b")


def canonical(code: str) -> str:
    """The name of CODE, itself a name, a number (0x…) or a whole ``Wsl/…/CODE`` path; unknown numbers in lower case."""
    last = code.rsplit("/", 1)[-1]
    if not last.lower().startswith("0x"):
        return last
    number = _hexadecimal(int(last, 16))
    entry = _BY_SPELLING.get((WSL, number))
    return entry.code if entry else number


def known_error(code: str, program: str = WSL) -> KnownError | None:
    """The entry of PROGRAM's CODE in any of its spellings; None when it is not in the catalogue."""
    return _BY_SPELLING.get((program, (canonical(code) if program == WSL else code).lower()))


def bare_number(text: str) -> str | None:
    """The last HRESULT in TEXT that stands by itself (``0x80240066``), as the Store and Windows Update print it."""
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
    """The entry of CODE, of a number in TEXT (what wsl.exe printed) or of EXIT_CODE, or one made from TEXT.

    Where the code alone says little, what wsl.exe said stands with the meaning.
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
    return KnownError(name, (), meaning, "run the same command on the laptop to see more")


def _said(text: str, code: str) -> str:
    """What wsl.exe printed, in one line, without the line of the CODE; its end, since Linux may have printed before."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not (code and line.strip().endswith(code))]
    return clean(" ".join(lines)[-300:]).rstrip(".")
