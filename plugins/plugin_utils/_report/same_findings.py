# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""One table with the findings of an audit of many laptops: each finding once, with its laptops. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import INFO, OK, STOP, WARN
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import outcome, summary

LEVELS = (STOP, WARN, INFO, OK)
"""The worst first."""
COLUMNS = ("level", "about", "row", "title", "id", "seen", "remedy")

Variables = t.Mapping[str, t.Any]


def rows(hosts: t.Sequence[str], variables: t.Mapping[str, Variables], levels: t.Sequence[str]) -> list[dict[str, str]]:
    """The findings of LEVELS among HOSTS, the worst and most frequent first; last the laptops without any."""
    found: dict[tuple[str, ...], list[str]] = {}
    for host in hosts:
        for one in _findings(host, variables, levels):
            found.setdefault(tuple(str(one.get(column) or "") for column in COLUMNS), []).append(host)
    ordered = sorted(found, key=lambda key: (LEVELS.index(key[0]), not key[1], -len(found[key])))
    return [{**dict(zip(COLUMNS, key)), "laptops": outcome.named(found[key])} for key in ordered]


def _findings(host: str, variables: t.Mapping[str, Variables], levels: t.Sequence[str]) -> list[Variables]:
    told = variables[host].get("wslfleet_findings")
    if told is None:
        (row,) = summary.rows([host], variables)
        return [{"level": STOP, "id": row["status"], "seen": row["reason"]}]
    return [one for one in told if one["level"] in levels] or [{"level": OK, "title": "in order"}]
