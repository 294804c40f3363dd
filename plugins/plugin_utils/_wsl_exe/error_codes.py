# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The codes that wsl.exe prints, each with its meaning and what to do. Plain data.

A code comes as a name or as a number, depending on the build: the table of names inside WSL grows.

Sources: microsoft/WSL 2.5.8 to 2.9.4 and wslservice.idl, winerror.h, hcserror, issue threads of microsoft/WSL.
"""

from __future__ import annotations

_WSL_E_BASE = 0x80040300

_VIRTUALISATION = (
    "enable VirtualMachinePlatform and the processor's virtualization in the firmware, then restart the laptop"
)
_LIST = (
    "check the names in `wsl.exe --list --verbose` of the connecting account; cuda_bundle with windows_user reaches"
    " those of other Windows users"
)
_RESTART_WSL = "run `wsl.exe --shutdown` on the laptop, then run again"
REINSTALL = "install the WSL package (wsl.msi) again"
_NETWORK = "check proxy and name resolution of the connecting account, or use a file or the MSI instead"
_UPDATE = "update WSL"
_DISK_IN_USE = "detach it with `wsl.exe --unmount` on the laptop, then run again"

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
        "check the log of wsl --install",
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
    (0x80004004, "E_ABORT", "the WSL package could not finish an upgrade", REINSTALL),
    (0x80004005, "E_FAIL", "WSL names no reason", "check the free space inside the virtual disk"),
    (0x80040154, "REGDB_E_CLASSNOTREG", "the WSL service is not registered", REINSTALL),
    (
        0x80070002,
        "ERROR_FILE_NOT_FOUND",
        "a file is missing, for example the virtual disk",
        "restore it, or unregister and import; where CreateVm is in the code, " + REINSTALL,
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
        "check wsl-install-logs.txt; install the MSI yourself",
    ),
    (
        0x80070652,
        "ERROR_INSTALL_ALREADY_RUNNING",
        "another installation is running",
        "wait until it has ended, then run again",
    ),
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

HRESULTS = (
    *((_WSL_E_BASE + number, f"WSL_E_{name}", meaning, remedy) for number, name, meaning, remedy in _WSL_ERRORS),
    *_SYSTEM_ERRORS,
)
"""Number, name, meaning, remedy of each."""
