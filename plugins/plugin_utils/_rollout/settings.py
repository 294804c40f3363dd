# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The settings of a rollout: the variables wslfleet_rollout_*, and problems with them. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

import zoneinfo
from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reboot import policy

PREFIX = "wslfleet_rollout_"
IN_USE, ON_BATTERY = "in_use", "on_battery"
_BATCH = re.compile(r"([1-9][0-9]{0,4})( ?%)?\Z", re.ASCII)


@dataclass(frozen=True)
class Batch:
    """How many laptops a batch has."""

    number: int
    percent: bool = False

    def of(self, laptops: int) -> int:
        """The number for LAPTOPS that come after the canaries; at least one."""
        return max(1, laptops * self.number // 100) if self.percent else self.number


@dataclass(frozen=True)
class Settings:
    """The settings, after they were checked."""

    batches: tuple[Batch, ...]
    maximum_failures: int
    """Per cent of a batch that may fail without stopping the rollout."""
    wait: int
    """Minutes between batches."""
    ask: bool
    window: policy.Window | None
    time_zone: str
    """Empty: that of the controller."""
    put_off: frozenset[str]


def settings(values: t.Mapping[str, t.Any]) -> Settings:
    """From VALUES, which have every variable in the right type. Raises StepFailed with all problems."""
    found = problems(values)
    if found:
        raise StepFailed("; ".join(found))
    return Settings(
        tuple(t.cast("Batch", batch(one)) for one in values[f"{PREFIX}batches"]),
        int(values[f"{PREFIX}maximum_failures"]),
        int(values[f"{PREFIX}wait"]),
        boolean(values[f"{PREFIX}ask"], strict=False),
        policy.window(values[f"{PREFIX}window"], values[f"{PREFIX}window_days"]),
        values[f"{PREFIX}time_zone"] or "",
        frozenset(values[f"{PREFIX}put_off"]),
    )


def batch(text: t.Any) -> Batch | None:
    """The size of a batch in TEXT, such as 20 or ``20%``; None for anything else."""
    match = _BATCH.match(str(text)) if isinstance(text, (int, str)) and not isinstance(text, bool) else None
    if match is None or (match.group(2) and int(match.group(1)) > 100):
        return None
    return Batch(int(match.group(1)), bool(match.group(2)))


def problems(values: t.Mapping[str, t.Any]) -> list[str]:
    """The problems of VALUES of the right types, one sentence each."""
    wrong = [str(one)[:40] for one in values[f"{PREFIX}batches"] if batch(one) is None]
    rules = [
        (not values[f"{PREFIX}batches"], f"{PREFIX}batches is empty: name at least one batch, as in [100%]"),
        (
            bool(wrong),
            f"{PREFIX}batches contains {', '.join(wrong)}: write numbers of laptops, or percentages from 1% to 100%",
        ),
        (
            not 0 <= int(values[f"{PREFIX}maximum_failures"]) <= 100,
            f"{PREFIX}maximum_failures must be per cents from 0 to 100, not {values[f'{PREFIX}maximum_failures']}",
        ),
        (int(values[f"{PREFIX}wait"]) < 0, f"{PREFIX}wait must be minutes, not {values[f'{PREFIX}wait']}"),
        (not values[f"{PREFIX}window_days"], f"{PREFIX}window_days is empty: the window would never open"),
    ]
    found = [text for is_wrong, text in rules if is_wrong]
    try:
        policy.window(values[f"{PREFIX}window"], values[f"{PREFIX}window_days"])
    except StepFailed as error:
        found.append(f"{PREFIX}{error}")
    return found + _zone_problem(values[f"{PREFIX}time_zone"])


def _zone_problem(name: str | None) -> list[str]:
    if not name:
        return []
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        text = f"{PREFIX}time_zone: this controller knows no time zone {name[:60]!r}"
        return [f"{text}: write one as in Europe/Berlin, or install the package tzdata"]
    return []
