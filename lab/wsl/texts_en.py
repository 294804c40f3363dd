# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsl.exe's own texts in English (en-US), by the name of the resource without its ``Message`` prefix.

``{}`` stands for the arguments in order. A line break is written as CRLF. OLDER holds what earlier versions say.
Source: microsoft/WSL, localization/strings/en-US/Resources.resw, and texts reported from real machines.
Not confirmed: TtyLimit, whose wording nobody has published.
"""

from __future__ import annotations

NOT_FOUND_HINT = "To get a list of valid distributions, use 'wsl.exe --list --online'."
HELP_HINT = "Please use 'wsl.exe --help' to get a list of supported arguments."

TEXTS = {
    "AlreadyRequestedVersion": "The distribution is already the requested version.",
    "ArgumentNotValidWithout": "Argument {} requires the {} argument.",
    "ArgumentsNotValidTogether": "Arguments {} and {} can't be specified at same time.",
    "CheckingForUpdates": "Checking for updates.",
    "ConversionStart": "Conversion in progress, this may take a few minutes.",
    "CouldFetchDistributionList": "Failed to fetch the distribution list from '{}'. {}",
    "DiskCorrupted": "The distribution failed to start because its virtual disk is corrupted.",
    "DistributionInstalled": "Distribution successfully installed. It can be launched via 'wsl.exe -d {}'",
    "DistributionListOnline": "The following is a list of valid distributions that can be installed.\n"
    "Install using 'wsl.exe {} <Distro>'.\n",
    "DistributionNameNeeded": "This distribution doesn't contain a default name. "
    "Use --name to choose the distribution name.",
    "DistroAlreadySet": "The distribution name has already been set.",
    "DistroInstallPathAlreadyExists": "The supplied install location is already in use.",
    "DistroNameAlreadyExists": "A distribution with the supplied name already exists. "
    "Use --name to choose a different name.",
    "DistroNotFound": "There is no distribution with the supplied name.",
    "Downloading": "Downloading: {}",
    "EnableVirtualization": "WSL2 is unable to start since virtualization is not enabled on this machine.\n"
    'Please ensure the "Virtual Machine Platform" optional component is enabled, and that virtualization is '
    "turned on in your computer's firmware settings.\n\n"
    'Enable "Virtual Machine Platform" by running: wsl.exe --install --no-distribution\n\n'
    "For information please visit https://aka.ms/enablevirtualization",
    "ErrorCode": "{}\nError code: {}",
    "FailedToAttachDisk": "Failed to attach disk '{}' to WSL2: {}",
    "FailedToCreateDisk": "Failed to create disk '{}': {}",
    "FailedToResizeDisk": "Failed to resize disk.",
    "FailedToTranslate": "Failed to translate '{}'",
    "HashMismatch": "The distribution hash doesn't match. Expected: {}, actual hash: {}",
    "ImportFailed": "Importing the distribution failed.",
    "InstallProcessFailed": "The installation process for distribution '{}' failed with exit code: {}.",
    "Installing": "Installing: {}",
    "InstallingWindowsComponent": "Installing Windows optional component: {}",
    "InvalidBoolean": "{} is not a valid boolean, <true|false>",
    "InvalidCommandLine": "Invalid command line argument: {}\n" + HELP_HINT,
    "InvalidDistributionName": "Invalid distribution name: '{}'.\n" + NOT_FOUND_HINT,
    "InvalidDistributionTar": "The imported file is not a valid Linux distribution.",
    "InvalidInstallDistributionName": 'Invalid distribution name: "{}".',
    "InvalidJson": "Invalid JSON document. Parse error: {}",
    "InvalidSize": "Invalid size: {}",
    "InvalidState": "An install, uninstall, or conversion is in progress for this distribution.",
    "LaunchingDistro": "Launching {}...",
    "LegacyDistributionVersionArgNotSupported": "Legacy distribution registrations do not support the "
    "--version argument.",
    "LocalSystemNotSupported": "Running WSL as local system is not supported.",
    "MissingArgument": "Command line argument {} requires a value.\n" + HELP_HINT,
    "NoDefaultDistro": "Windows Subsystem for Linux has no installed distributions.\n"
    "You can resolve this by installing a distribution with the instructions below:\n\n"
    "Use 'wsl.exe --list --online' to list available distributions\n"
    "and 'wsl.exe --install <Distro>' to install.",
    "NoInstallDefault": "No default distribution has been configured. Please provide a distribution to install.",
    "NoRunningDistro": "There are no running distributions.",
    "NotSupportedOnLegacyDistros": "'{}' is not supported when installing legacy distributions.",
    "OptionalComponentInstallFailed": "Failed to enable Windows component '{}' (exit code {})",
    "PackageVersions": "WSL version: {}\nKernel version: {}\nWSLg version: {}\nMSRDC version: {}\n"
    "Direct3D version: {}\nDXCore version: {}\nWindows version: {}",
    "PassVhdFlag": "This looks like a VHD file. Use --vhd to import a VHD instead of a tar.",
    "PrintDistroDefault": "{} (Default)",
    "RegisteredDistrosHeader": "Windows Subsystem for Linux Distributions:",
    "RequiredParameterMissing": "Argument {} is missing a required parameter.",
    "RequiresFileExtension": "The specified file must have the {} file extension.",
    "RequiresFileExtensions": "The specified file must have the {} or {} file extension.",
    "SeeLogFile": "Log file: {}",
    "SparseVhdDisabled": "Sparse VHD support is currently disabled due to potential data corruption.\n"
    "To force a distribution to use a sparse VHD, please run:\n"
    "wsl.exe --manage <DistributionName> --set-sparse true --allow-unsafe",
    "SparseVhdWsl2Only": "Sparse VHD is supported on WSL2 only.",
    "StatusDefaultDistro": "Default Distribution: {}",
    "StatusDefaultVersion": "Default Version: {}",
    "TtyLimit": "The maximum number of terminals has been reached.",
    "UninstallNoArguments": "--uninstall does not take any arguments. "
    "To unregister a distribution, use --unregister instead.",
    "UpdateFailed": "Update failed (exit code: {}).",
    "UpdateNotNeeded": "The most recent version of Windows Subsystem for Linux is already installed.",
    "UpdatingToVersion": "Updating Windows Subsystem for Linux to version: {}.",
    "UserNotFound": "User not found.",
    "UsingLegacyDistribution": "Using legacy distribution registration. "
    "Consider using a tar based distribution instead.",
    "VhdInUse": "The operation could not be completed because the VHD is currently in use. "
    "To force WSL to stop use: wsl.exe --shutdown",
    "VmModeConversionInfo": "For information on key differences with WSL 2 please visit https://aka.ms/wsl2",
    "WSL1Disabled": "WSL1 is disabled by the computer policy.",
    "Wsl1NotSupported": "WSL1 is not supported with your current machine configuration.\n"
    'Please enable the "Windows Subsystem for Linux" optional component to use WSL1.',
    "Wsl2Needed": "This operation is only supported by WSL2.",
}

OLDER = {
    "CouldFetchDistributionList": ((2, 7, 1), "Failed to fetch the list distribution from '{}'. {}"),
    "DistributionNameNeeded": (
        (2, 8),
        "This distribution doesn't contain a default name. Use --name to chose the distribution name.",
    ),
    "DistroNameAlreadyExists": (
        (2, 8),
        "A distribution with the supplied name already exists. Use --name to chose a different name.",
    ),
    "EnableVirtualization": (
        (2, 7, 1),
        "WSL2 is not supported with your current machine configuration.\n"
        'Please enable the "Virtual Machine Platform" optional component and ensure virtualization is enabled in '
        "the BIOS.\n"
        'Enable "Virtual Machine Platform" by running: wsl.exe --install --no-distribution\n'
        "For information please visit https://aka.ms/enablevirtualization",
    ),
}
"""Name -> (first version without it, its text)."""
