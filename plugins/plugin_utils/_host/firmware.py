# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Facts from the firmware: the maker, the place of a switch in the maker's menu, and the UUID of the machine. Pure.

Sources: the makers' public support pages, whose menus differ a little between models; the SMBIOS specification.
"""

from __future__ import annotations

import re

_UUID = re.compile(r"\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?", re.IGNORECASE)
_OF_NOBODY = ("03000200-0400-0500-0006-000700080009", "12345678-1234-5678-90ab-cddeefaabbcc")
"""Placeholders that some makers do not replace."""

_MENUS = (
    ("lenovo", "Security > Virtualization > Intel Virtualization Technology or AMD SVM (F1 at start)"),
    ("hp", "Advanced > System Options > Virtualization Technology (VTx) or SVM (F10 at start)"),
    ("hewlett", "Advanced > System Options > Virtualization Technology (VTx) or SVM (F10 at start)"),
    ("dell", "Virtualization Support > Virtualization (F2 at start)"),
    ("asus", "Advanced > CPU Configuration > Intel Virtualization Technology or SVM Mode (F2 at start)"),
    ("acer", "Advanced or Main > Intel VTX or SVM Mode (F2 at start)"),
    ("microsoft", "nothing to set: Surface devices have it on; reset the UEFI settings"),
    ("micro-star", "Overclocking or Advanced > CPU Features > Intel Virtualization Tech or SVM Mode (Del at start)"),
    ("fujitsu", "Advanced > CPU Features > Virtualization Technology (F2 at start)"),
    ("toshiba", "Advanced > System Configuration > Virtualization Technology (F2 at start)"),
    ("dynabook", "Advanced > System Configuration > Virtualization Technology (F2 at start)"),
    ("samsung", "Advanced > Intel Virtualization Technology (F2 at start)"),
    ("razer", "Advanced > Intel Virtualization Technology or SVM Mode (F1 or Del at start)"),
)
_UNKNOWN = "look in the firmware's menu for Intel VT-x, Intel Virtualization Technology, AMD-V or SVM"


def virtualization_menu(manufacturer: str) -> str:
    """The path in the firmware menu of MANUFACTURER, as written in the registry; a general hint for an unknown one."""
    words = manufacturer.lower()
    return next((menu for name, menu in _MENUS if words.startswith(name)), _UNKNOWN)


def machine_id(text: str) -> str:
    """The UUID of the machine in TEXT of the registry, lower case; empty if the firmware has no real one."""
    found = _UUID.fullmatch(text.strip())
    number = found[1].lower() if found else ""
    return "" if number in _OF_NOBODY or len(set(number) - {"-"}) < 2 else number
