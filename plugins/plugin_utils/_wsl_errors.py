# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What the error codes of wsl.exe mean and what to do about them.

A code comes as a name or as a number, depending on the build: the table of names inside WSL grows. Both spellings lead
to the same entry. Source: microsoft/WSL 2.5.8 to 2.9.4 and wslservice.idl, winerror.h, hcserror.
"""

from __future__ import annotations

from dataclasses import dataclass

_WSL_E_BASE = 0x80040300

_WSL_E_NUMBERS = {
    0x01: "DEFAULT_DISTRO_NOT_FOUND",
    0x02: "DISTRO_NOT_FOUND",
    0x03: "WSL1_NOT_SUPPORTED",
    0x04: "VM_MODE_NOT_SUPPORTED",
    0x05: "TOO_MANY_DISKS_ATTACHED",
    0x06: "CONSOLE",
    0x07: "CUSTOM_KERNEL_NOT_FOUND",
    0x08: "USER_NOT_FOUND",
    0x09: "INVALID_USAGE",
    0x0A: "EXPORT_FAILED",
    0x0B: "IMPORT_FAILED",
    0x0C: "DISTRO_NOT_STOPPED",
    0x0D: "TTY_LIMIT",
    0x0E: "CUSTOM_SYSTEM_DISTRO_ERROR",
    0x0F: "LOWER_INTEGRITY",
    0x10: "HIGHER_INTEGRITY",
    0x11: "FS_UPGRADE_NEEDED",
    0x12: "USER_VHD_ALREADY_ATTACHED",
    0x13: "VM_MODE_INVALID_STATE",
    0x14: "VM_MODE_MOUNT_NAME_ALREADY_EXISTS",
    0x15: "ELEVATION_NEEDED_TO_MOUNT_DISK",
    0x18: "DISK_ALREADY_ATTACHED",
    0x19: "DISK_ALREADY_MOUNTED",
    0x1A: "DISK_MOUNT_FAILED",
    0x1B: "DISK_UNMOUNT_FAILED",
    0x1C: "WSL2_NEEDED",
    0x1D: "VM_MODE_INVALID_MOUNT_NAME",
    0x1E: "GUI_APPLICATIONS_DISABLED",
    0x1F: "DISTRO_ONLY_AVAILABLE_FROM_STORE",
    0x20: "WSL_MOUNT_NOT_SUPPORTED",
    0x21: "WSL_OPTIONAL_COMPONENT_REQUIRED",
    0x24: "VMSWITCH_NOT_FOUND",
    0x25: "VMSWITCH_NOT_SET",
    0x26: "NOT_A_LINUX_DISTRO",
    0x27: "OS_NOT_SUPPORTED",
    0x28: "INSTALL_PROCESS_FAILED",
    0x29: "INSTALL_COMPONENT_FAILED",
    0x2A: "PLUGIN_REQUIRES_UPDATE",
    0x2B: "DISK_MOUNT_DISABLED",
    0x2C: "WSL1_DISABLED",
    0x2D: "VIRTUAL_MACHINE_PLATFORM_REQUIRED",
    0x2E: "LOCAL_SYSTEM_NOT_SUPPORTED",
    0x2F: "DISK_CORRUPTED",
    0x30: "DISTRIBUTION_NAME_NEEDED",
    0x31: "INVALID_JSON",
    0x32: "VM_CRASHED",
}

_SYSTEM_NUMBERS = {
    0x8000000D: "E_ILLEGAL_STATE_CHANGE",
    0x8000FFFF: "E_UNEXPECTED",
    0x80004001: "E_NOTIMPL",
    0x80004004: "E_ABORT",
    0x80004005: "E_FAIL",
    0x80040154: "REGDB_E_CLASSNOTREG",
    0x80070002: "ERROR_FILE_NOT_FOUND",
    0x80070003: "ERROR_PATH_NOT_FOUND",
    0x80070005: "E_ACCESSDENIED",
    0x80070020: "ERROR_SHARING_VIOLATION",
    0x80070032: "ERROR_NOT_SUPPORTED",
    0x80070050: "ERROR_FILE_EXISTS",
    0x80070057: "E_INVALIDARG",
    0x80070070: "ERROR_DISK_FULL",
    0x800700B7: "ERROR_ALREADY_EXISTS",
    0x8007023F: "ERROR_APP_INIT_FAILURE",
    0x800702E4: "ERROR_ELEVATION_REQUIRED",
    0x80070422: "ERROR_SERVICE_DISABLED",
    0x80070424: "ERROR_SERVICE_DOES_NOT_EXIST",
    0x800704EC: "ERROR_ACCESS_DISABLED_BY_POLICY",
    0x80070569: "ERROR_LOGON_TYPE_NOT_GRANTED",
    0x80070643: "ERROR_INSTALL_FAILURE",
    0x80070652: "ERROR_INSTALL_ALREADY_RUNNING",
    0x80072EE7: "WININET_E_NAME_NOT_RESOLVED",
    0x80072EFD: "WININET_E_CANNOT_CONNECT",
    0x80072F7D: "WININET_E_SECURITY_CHANNEL_ERROR",
    0x80096010: "TRUST_E_BAD_DIGEST",
    0x80190193: "HTTP_E_STATUS_FORBIDDEN",
    0x80190194: "HTTP_E_STATUS_NOT_FOUND",
    0x80240066: "WU_E_INSTALL_USERCONTEXT_ACCESSDENIED",
    0x80370102: "HCS_E_HYPERV_NOT_INSTALLED",
    0x80370109: "HCS_E_CONNECTION_TIMEOUT",
    0x80370114: "HCS_E_SERVICE_NOT_AVAILABLE",
}

NAMES: dict[int, str] = {
    **{_WSL_E_BASE + number: f"WSL_E_{name}" for number, name in _WSL_E_NUMBERS.items()},
    **_SYSTEM_NUMBERS,
}
"""HRESULT -> name."""

_VIRTUALISATION = (
    "enable VirtualMachinePlatform and the processor's virtualisation in the firmware, then restart the laptop"
)
_LIST = "look at the names in `wsl.exe --list --verbose` of the connecting account; distributions belong to one account"
_RESTART_WSL = "run `wsl.exe --shutdown` on the laptop, then run again"
_REINSTALL = "install the WSL package (wsl.msi) again"
_NETWORK = "check proxy and name resolution of the connecting account, or use a file or the MSI instead"

_CATALOGUE: dict[str, tuple[str, str]] = {
    "WSL_E_DEFAULT_DISTRO_NOT_FOUND": ("no distribution is installed for this account", "install or import one"),
    "WSL_E_DISTRO_NOT_FOUND": ("no distribution has that name for this account", _LIST),
    "WSL_E_WSL1_NOT_SUPPORTED": ("WSL 1 is not enabled", "use version 2, or enable WSL 1 and restart the laptop"),
    "WSL_E_CONSOLE": ("the console cannot be set up", "switch off the legacy console (HKCU\\Console ForceV2=1)"),
    "WSL_E_CUSTOM_KERNEL_NOT_FOUND": ("the kernel named in .wslconfig is missing", "correct .wslconfig of the account"),
    "WSL_E_USER_NOT_FOUND": ("the Linux user does not exist", "create the user or set ansible_wsl_user"),
    "WSL_E_INVALID_USAGE": ("wsl.exe did not understand its options", "report this together with the WSL version"),
    "WSL_E_EXPORT_FAILED": ("the distribution could not be exported", "check free space and the file's extension"),
    "WSL_E_IMPORT_FAILED": ("the image could not be imported", "check the file's digest, format and the free space"),
    "WSL_E_DISTRO_NOT_STOPPED": ("the distribution is running", "terminate it first"),
    "WSL_E_TTY_LIMIT": ("Linux has no terminals left", _RESTART_WSL),
    "WSL_E_LOWER_INTEGRITY": (
        "WSL runs elevated already, this session is not",
        "connect with an administrator account",
    ),
    "WSL_E_HIGHER_INTEGRITY": ("WSL runs without elevation already", _RESTART_WSL),
    "WSL_E_FS_UPGRADE_NEEDED": (
        "the file system needs a one-time upgrade",
        "start the distribution once on the laptop",
    ),
    "WSL_E_USER_VHD_ALREADY_ATTACHED": ("the virtual disk is attached already", _RESTART_WSL),
    "WSL_E_VM_MODE_INVALID_STATE": ("the distribution has that version already", "nothing to do"),
    "WSL_E_WSL2_NEEDED": ("this needs WSL 2", "convert the distribution with `wsl.exe --set-version NAME 2`"),
    "WSL_E_DISTRO_ONLY_AVAILABLE_FROM_STORE": ("this distribution comes from the Store only", "use an image file"),
    "WSL_E_WSL_OPTIONAL_COMPONENT_REQUIRED": (
        "the optional feature Microsoft-Windows-Subsystem-Linux is missing",
        "enable it and restart the laptop",
    ),
    "WSL_E_NOT_A_LINUX_DISTRO": ("the image is not a Linux root file system", "use another image"),
    "WSL_E_OS_NOT_SUPPORTED": ("this Windows is too old for this WSL", "update Windows"),
    "WSL_E_INSTALL_PROCESS_FAILED": ("the installation did not run through", "look into the log of wsl --install"),
    "WSL_E_INSTALL_COMPONENT_FAILED": ("a Windows feature could not be enabled", "enable it with dism.exe, restart"),
    "WSL_E_PLUGIN_REQUIRES_UPDATE": ("a WSL plugin demands a newer WSL", "update WSL"),
    "WSL_E_WSL1_DISABLED": ("WSL 1 is switched off by policy", "use version 2"),
    "WSL_E_VIRTUAL_MACHINE_PLATFORM_REQUIRED": ("VirtualMachinePlatform is missing", _VIRTUALISATION),
    "WSL_E_LOCAL_SYSTEM_NOT_SUPPORTED": ("WSL refuses the SYSTEM account", "connect with a real user account"),
    "WSL_E_DISK_CORRUPTED": (
        "the virtual disk is damaged",
        "attach it with `wsl.exe --mount --vhd --bare`, run e2fsck",
    ),
    "WSL_E_DISTRIBUTION_NAME_NEEDED": ("the image names no distribution", "give a name"),
    "WSL_E_INVALID_JSON": ("the list of distributions is not valid", "check DistributionListUrl in the registry"),
    "WSL_E_VM_CRASHED": ("the virtual machine crashed", _RESTART_WSL),
    "E_ILLEGAL_STATE_CHANGE": ("an installation, export or conversion of it is in progress", "wait, then run again"),
    "E_UNEXPECTED": ("the virtual machine or the WSL service went away", _RESTART_WSL),
    "E_FAIL": ("WSL names no reason", "check the free space inside the virtual disk"),
    "E_ABORT": ("the WSL package could not finish an upgrade", _REINSTALL),
    "E_ACCESSDENIED": (
        "access was denied",
        "check the owner of the virtual disk and that the account may log on over the network",
    ),
    "E_INVALIDARG": ("wsl.exe refused an option or a name", "check the name, and update WSL if it is older than 2.4.4"),
    "E_NOTIMPL": ("this WSL cannot do that", "update WSL"),
    "REGDB_E_CLASSNOTREG": ("the WSL service is not registered", _REINSTALL),
    "ERROR_FILE_NOT_FOUND": ("a file is missing, for example the virtual disk", "restore it, or unregister and import"),
    "ERROR_PATH_NOT_FOUND": ("a folder is missing, for example of the virtual disk", "restore it, or import again"),
    "ERROR_SHARING_VIOLATION": ("the virtual disk is in use", _RESTART_WSL),
    "ERROR_NOT_SUPPORTED": ("this WSL or Windows cannot do that", "update WSL"),
    "ERROR_FILE_EXISTS": ("the location is in use already", "remove the leftover ext4.vhdx or choose another location"),
    "ERROR_DISK_FULL": ("the Windows drive is full", "free some space on the laptop"),
    "ERROR_ALREADY_EXISTS": ("a distribution with that name exists", "choose another name"),
    "ERROR_APP_INIT_FAILURE": ("this WSL cannot run without a desktop session", "install WSL 2.0 or later by its MSI"),
    "ERROR_ELEVATION_REQUIRED": ("administrator rights are missing", "connect with an administrator account"),
    "ERROR_SERVICE_DISABLED": ("the WSL service is disabled", "run `sc.exe config wslservice start= demand`"),
    "ERROR_SERVICE_DOES_NOT_EXIST": ("a service that WSL needs does not exist", _VIRTUALISATION),
    "ERROR_ACCESS_DISABLED_BY_POLICY": ("a policy forbids WSL", "ask who manages the group policies of this laptop"),
    "ERROR_LOGON_TYPE_NOT_GRANTED": (
        "a policy took the right *Log on as a service* from NT VIRTUAL MACHINE\\Virtual Machines",
        "give it back, run gpupdate, restart the service vmcompute",
    ),
    "ERROR_INSTALL_FAILURE": ("the MSI failed", "look into wsl-install-logs.txt; install the MSI by hand"),
    "ERROR_INSTALL_ALREADY_RUNNING": ("another installation is running", "wait, then run again"),
    "WININET_E_NAME_NOT_RESOLVED": ("a name on the internet is not resolved", _NETWORK),
    "WININET_E_CANNOT_CONNECT": ("a server on the internet is not reached", _NETWORK),
    "WININET_E_SECURITY_CHANNEL_ERROR": ("TLS to a server on the internet fails", _NETWORK),
    "TRUST_E_BAD_DIGEST": ("a download has another digest than announced", "run again, or use an image file"),
    "HTTP_E_STATUS_FORBIDDEN": ("the server refused the download, often a rate limit", "wait, or use the MSI"),
    "HTTP_E_STATUS_NOT_FOUND": ("the server does not have the file", "use the MSI or an image file"),
    "WU_E_INSTALL_USERCONTEXT_ACCESSDENIED": ("the Store refuses a remote session", "use the MSI"),
    "HCS_E_HYPERV_NOT_INSTALLED": ("the virtual machine cannot start: no hypervisor runs", _VIRTUALISATION),
    "HCS_E_CONNECTION_TIMEOUT": ("the virtual machine did not answer", _RESTART_WSL),
    "HCS_E_SERVICE_NOT_AVAILABLE": ("the virtual machine cannot start: its service does not run", _VIRTUALISATION),
}


@dataclass(frozen=True)
class KnownError:
    """What one error code means and what to do, each a part of one line."""

    code: str
    meaning: str
    remedy: str


def canonical(code: str) -> str:
    """The name of CODE, itself a name, a number (0x…) or a whole ``Wsl/…/CODE`` path; unknown numbers in lower case."""
    last = code.rsplit("/", 1)[-1]
    if not last.lower().startswith("0x"):
        return last
    number = int(last, 16)
    return NAMES.get(number, f"0x{number:08x}")


def known_error(code: str) -> KnownError | None:
    """The entry of CODE in any of its spellings; None when it is not in the catalogue."""
    name = canonical(code)
    entry = _CATALOGUE.get(name)
    return KnownError(name, *entry) if entry else None


def explain(code: str | None, text: str = "") -> KnownError:
    """The entry of CODE, or one made from TEXT (what wsl.exe printed) where the catalogue has none."""
    known = known_error(code) if code else None
    if known:
        return known
    said = " ".join(line.strip() for line in text.splitlines() if line.strip())[:300] or "it printed nothing"
    name = canonical(code) if code else "no code"
    return KnownError(name, f"wsl.exe said: {said}", "run the same command on the laptop to see more")
