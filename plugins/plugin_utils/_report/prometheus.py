# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A fleet in the text format of Prometheus. Pure."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import shape, words
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import Fleet, Laptop
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.versions import versions


def as_prometheus(fleet: Fleet) -> str:
    """The text format that node_exporter's textfile collector reads."""
    lines: list[str] = []

    def family(name: str, text: str, samples: t.Iterable[tuple[dict[str, str], float]]) -> None:
        lines.extend([f"# HELP {name} {text}", f"# TYPE {name} gauge"])
        lines.extend(
            f"{name}{_labels(labels)} {value:g}" if value < 1e6 else f"{name}{_labels(labels)} {value:.0f}"
            for labels, value in samples
        )

    laptops = fleet.laptops
    family("wslfleet_laptops", "Laptops by state.", (({"state": state}, n) for state, n in fleet.counts().items()))
    family(
        "wslfleet_laptops_by_cause",
        "Laptops that do not conform, by reason.",
        (({"cause": cause}, n) for cause, n in fleet.causes()),
    )
    family(
        "wslfleet_laptop_state",
        "1 for the state that a laptop is in.",
        (
            ({"laptop": one.name, "state": state}, float(one.state == state))
            for one in laptops
            for state in words.STATES
        ),
    )
    family(
        "wslfleet_laptop_findings",
        "Findings of a laptop by level.",
        (
            ({"laptop": one.name, "level": level}, sum(each["level"] == level for each in one.document["findings"]))
            for one in laptops
            for level in words.LEVELS
        ),
    )
    family("wslfleet_laptop_info", "Versions on a laptop; always 1.", ((_versions(one), 1) for one in laptops))
    family(
        "wslfleet_laptop_run_timestamp_seconds",
        "When a laptop was last part of a run.",
        (({"laptop": one.name}, _seconds(one.document["time"])) for one in laptops),
    )
    family("wslfleet_report_timestamp_seconds", "When this report was made.", [({}, _seconds(fleet.made))])
    family("wslfleet_report_problems", "Documents and lines that had to be left out.", [({}, len(fleet.problems))])
    return "\n".join(lines) + "\n"


def _versions(one: Laptop) -> dict[str, str]:
    found = versions(one.document)
    return {"laptop": one.name, **{name: found[name] for name in ("toolkit", "driver", "wsl", "windows")}}


def _labels(labels: t.Mapping[str, str]) -> str:
    if not labels:
        return ""
    escaped = (
        f'{name}="' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        for name, value in labels.items()
    )
    return "{" + ",".join(escaped) + "}"


def _seconds(time: str) -> float:
    return datetime.strptime(time, shape.TIME).replace(tzinfo=timezone.utc).timestamp()
