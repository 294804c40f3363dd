# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Battery and sleep of a laptop, from powercfg.exe and the registry.

``powercfg /q`` prints hexadecimal numbers whose labels are localised, the last two being mains and battery in seconds.
The battery report is XML; its last usage entry is the moment at which it was made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads

_HEXADECIMAL = re.compile(r"\b0x([0-9a-fA-F]{8})\b")
_ENTRY = re.compile(r"<UsageEntry\b([^>]*)>")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_FULL_CHARGE = re.compile(r"<FullChargeCapacity>(\d+)</FullChargeCapacity>")


@dataclass(frozen=True)
class Power:
    """Values are None if Windows does not report them."""

    battery: bool | None = None
    """There is a battery."""
    on_battery: bool | None = None
    charge_percent: int | None = None
    sleep_ac_seconds: int | None = None
    """Idle seconds until it sleeps on mains; 0 is never."""
    sleep_dc_seconds: int | None = None
    """As above, on battery."""


def power(reads: Reads) -> Power:
    """From the reads ``_host.queries.power``."""
    mains, battery = sleep_seconds(reads.output("sleep")) if reads.succeeded("sleep") else (None, None)
    return Power(
        battery=bool(reads.registry.subkeys(keys.BATTERIES)) if "batteries" in reads.parts else None,
        sleep_ac_seconds=mains,
        sleep_dc_seconds=battery,
    )


def sleep_seconds(output: bytes) -> tuple[int | None, int | None]:
    """Mains and battery, from the output of ``powercfg /q … STANDBYIDLE``."""
    numbers = [int(number, 16) for number in _HEXADECIMAL.findall(output.decode("utf-8", "replace"))]
    return (numbers[-2], numbers[-1]) if len(numbers) >= 2 else (None, None)


def with_report(known: Power, reads: Reads) -> Power:
    """KNOWN with the values of the battery report, see ``_host.queries.battery_report``; KNOWN itself without one."""
    text = reads.output("battery_report").decode("utf-8", "replace")
    if "<BatteryReport" not in text:
        return known
    entries = [dict(_ATTRIBUTE.findall(match)) for match in _ENTRY.findall(text)]
    full = sum(int(number) for number in _FULL_CHARGE.findall(text))
    if not full or not entries or entries[-1].get("Ac") not in ("0", "1"):
        return replace(known, battery=bool(full), on_battery=None if full else False)
    charge = entries[-1].get("ChargeCapacity", "")
    percent = min(100, round(100 * int(charge) / full)) if charge.isdigit() else None
    return replace(known, battery=True, on_battery=entries[-1]["Ac"] == "0", charge_percent=percent)
