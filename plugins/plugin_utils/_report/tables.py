# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A fleet as tables for other programs: JSON, CSV, and files for ``--limit``. Pure."""

from __future__ import annotations

import csv
import io
import json
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import words
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import Fleet, Laptop
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.versions import versions

SCHEMA = 1


def as_json(fleet: Fleet) -> str:
    """All data, with the merged document of each laptop."""
    laptops = [
        {**one.document, "laptop": one.name, "audited": one.audited, "changed": list(one.changed)}
        for one in fleet.laptops
    ]
    whole = {
        "schema": SCHEMA,
        "time": fleet.made,
        "counts": fleet.counts(),
        "causes": dict(fleet.causes()),
        "problems": list(fleet.problems),
    }
    # One line for each laptop, for people and for grep.
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in laptops)
    return f'{json.dumps(whole, ensure_ascii=False)[:-1]}, "laptops": [\n{lines}\n]}}\n'


_STARTS_FORMULA = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
"""Characters at the beginning of a formula in spreadsheets, with the full-width forms."""


def _cell(text: object) -> str:
    """TEXT in a form that a spreadsheet shows and never runs."""
    shown = str(text)
    return f"'{shown}" if shown.lstrip().startswith(_STARTS_FORMULA) or shown.startswith(_STARTS_FORMULA) else shown


_COLUMNS = (
    *("laptop", "computer", "machine", "groups", "state", "status", "reason", "step", "fails", "warnings"),
    *("toolkit", "driver", "wsl", "windows", "playbook", "time", "audited"),
    *words.ROWS,
)


def _row(laptop: Laptop) -> dict[str, object]:
    """Column -> value for LAPTOP; with some keys that are not columns."""
    document = laptop.document
    return {
        **document,
        **versions(document),
        **document["rows"],
        "laptop": laptop.name,
        "groups": " ".join(document["groups"]),
        "step": (document["error"] or {}).get("step", ""),
        "fails": "; ".join(_findings(laptop, words.FAIL)),
        "warnings": "; ".join(_findings(laptop, words.WARN)),
        "playbook": document["run"]["playbook"],
        "audited": laptop.audited,
    }


def _findings(laptop: Laptop, level: str) -> list[str]:
    return [f"{one['id']}: {one['seen']}" for one in laptop.document["findings"] if one["level"] == level]


def as_csv(fleet: Fleet) -> str:
    """One line for each laptop, with a column for each row of the guide. Begins with a UTF-8 mark for Excel."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in map(_row, fleet.laptops):
        writer.writerow([_cell(row[column]) for column in _COLUMNS])
    return "\ufeff" + stream.getvalue()


def limit(fleet: Fleet, *states: str) -> str:
    """A file for ``--limit @FILE``: the laptops in one of STATES, by their names in the inventory."""
    return limit_of(one.document["laptop"] for one in fleet.laptops if one.state in states)


NOBODY = "!all"
"""Not an empty file, which would mean all hosts of the inventory to Ansible."""


def limit_of(names: t.Iterable[str]) -> str:
    """A file for ``--limit @FILE`` with NAMES of the inventory, and no host if there are none."""
    return "".join(f"{name}\n" for name in dict.fromkeys(names)) or f"{NOBODY}\n"
