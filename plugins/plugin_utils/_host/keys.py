# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Names of the registry keys that are read. All were checked on Windows 10 and 11; none is localised."""

from __future__ import annotations

WINDOWS = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
PROFILE_LIST = f"{WINDOWS}\\ProfileList"
SESSION_MANAGER = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"
ENVIRONMENT = f"{SESSION_MANAGER}\\Environment"
PREFETCH = f"{SESSION_MANAGER}\\Memory Management\\PrefetchParameters"
COMPUTER_NAMES = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName"
COMPUTER_NAME = f"{COMPUTER_NAMES}\\ComputerName"
ACTIVE_COMPUTER_NAME = f"{COMPUTER_NAMES}\\ActiveComputerName"
SERVICES = "HKLM\\SYSTEM\\CurrentControlSet\\Services"
LXSS_USER = "Software\\Microsoft\\Windows\\CurrentVersion\\Lxss"
TIME_ZONE = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\TimeZoneInformation"
VOLATILE_ENVIRONMENT = "Volatile Environment"
LXSS_MACHINE = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Lxss"
LXSS_MSI = f"{LXSS_MACHINE}\\MSI"
POLICIES = "HKLM\\SOFTWARE\\Policies\\WSL"
DISPLAY_CLASS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}"
SERVICING = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
WINDOWS_UPDATE = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired"
USER_LANGUAGES = "HKCU\\Control Panel\\Desktop"
MACHINE_LANGUAGES = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\MUI\\Settings"
REGION = "HKCU\\Control Panel\\International"
FEATURES = f"{SERVICING}\\Notifications\\OptionalFeatures"
STORE_PACKAGES = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Appx\\AppxAllUserStore\\Applications"
SYSTEM_POLICIES = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"
BITLOCKER_POLICIES = "HKLM\\SOFTWARE\\Policies\\Microsoft\\FVE"
COMMAND_PROCESSOR = "Software\\Microsoft\\Command Processor"
INTERNET_SETTINGS = "Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"
WINHTTP = f"HKLM\\{INTERNET_SETTINGS}\\Connections"
FIRMWARE = "HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS"
HARDWARE = "HKLM\\SYSTEM\\HardwareConfig"
PCI_DEVICES = "HKLM\\SYSTEM\\CurrentControlSet\\Enum\\PCI"
BATTERIES = "HKLM\\SYSTEM\\CurrentControlSet\\Enum\\ACPI\\PNP0C0A"
"""Control method batteries, by their ACPI id."""
NETWORK_CLASS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e972-e325-11ce-bfc1-08002be10318}"
NETWORK_INTERFACES = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces"
