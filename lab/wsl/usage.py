# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``wsl --help`` and every wrong combination of options print.

The real text explains every option in a sentence, in the display language, over about 190 lines. Here are its opening
lines and every option with its arguments, in its order, in English: enough for whoever looks for an option.
"""

from __future__ import annotations

HEAD = """Copyright (c) Microsoft Corporation. All rights reserved.
For privacy information about this product please visit https://aka.ms/privacy.

Usage: wsl.exe [Argument] [Options...] [CommandLine]
"""

SECTIONS = {
    "Arguments for running Linux binaries:": (
        "--exec, -e <CommandLine>",
        "--shell-type <standard|login|none>",
        "--",
    ),
    "Options:": (
        "--cd <Directory>",
        "--distribution, -d <DistroName>",
        "--distribution-id <DistroGuid>",
        "--user, -u <UserName>",
        "--system",
    ),
    "Arguments for managing Windows Subsystem for Linux:": (
        "--help",
        "--debug-shell",
        "--install [Distro] [Options...]",
        "        --enable-wsl1",
        "        --fixed-vhd",
        "        --from-file <Path>",
        "        --legacy",
        "        --location <Location>",
        "        --name <Name>",
        "        --no-distribution",
        "        --no-launch, -n",
        "        --version <Version>",
        "        --vhd-size <MemoryString>",
        "        --web-download",
        "--manage <Distro> <Options...>",
        "        --move <Location>",
        "        --set-sparse, -s <true|false>",
        "        --set-default-user <Username>",
        "        --resize <MemoryString>",
        "--mount <Disk>",
        "        --vhd",
        "        --bare",
        "        --name <Name>",
        "        --type <Type>",
        "        --options <Options>",
        "        --partition <Index>",
        "--set-default-version <Version>",
        "--shutdown",
        "        --force",
        "--status",
        "--unmount [Disk]",
        "--uninstall",
        "--update",
        "        --pre-release",
        "--version, -v",
    ),
    "Arguments for managing distributions in Windows Subsystem for Linux:": (
        "--export <Distro> <FileName> [Options]",
        "        --format <Format>",
        "--import <Distro> <InstallLocation> <FileName> [Options]",
        "        --version <Version>",
        "        --vhd",
        "--import-in-place <Distro> <FileName>",
        "--list, -l [Options]",
        "        --all",
        "        --running",
        "        --quiet, -q",
        "        --verbose, -v",
        "        --online, -o",
        "--set-default, -s <Distro>",
        "--set-version <Distro> <Version>",
        "--terminate, -t <Distro>",
        "--unregister <Distro>",
    ),
}


def usage() -> str:
    """The whole text, without the last line break."""
    lines = [HEAD]
    for title, options in SECTIONS.items():
        lines += [title, "", *(f"    {option}" for option in options), ""]
    return "\n".join(lines).rstrip("\n")
