# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A fleet as tables for other programs: JSON, CSV, JUnit, and the text format of Prometheus. Pure."""

from __future__ import annotations

import csv
import io
import json
import typing as t
from datetime import datetime, timezone
from xml.sax.saxutils import quoteattr

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import history, shape, words
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import Fleet, Laptop, wsl_of

SCHEMA = 1


def as_json(fleet: Fleet) -> str:
    """Everything, with the merged document of each laptop."""
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
    # One line a laptop, for people and for grep.
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in laptops)
    return f'{json.dumps(whole, ensure_ascii=False)[:-1]}, "laptops": [\n{lines}\n]}}\n'


_STARTS_FORMULA = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
"""What spreadsheets take for the beginning of a formula, full-width forms too."""


def _cell(text: object) -> str:
    """TEXT as a spreadsheet shows it and never runs it."""
    shown = str(text)
    return f"'{shown}" if shown.lstrip().startswith(_STARTS_FORMULA) or shown.startswith(_STARTS_FORMULA) else shown


_COLUMNS: dict[str, t.Callable[[Laptop], object]] = {
    "laptop": lambda one: one.name,
    "computer": lambda one: one.document["computer"],
    "machine": lambda one: one.document["machine"],
    "groups": lambda one: " ".join(one.document["groups"]),
    "state": lambda one: one.state,
    "status": lambda one: one.document["status"],
    "reason": lambda one: one.document["reason"],
    "step": lambda one: (one.document["error"] or {}).get("step", ""),
    "fails": lambda one: "; ".join(_findings(one, words.FAIL)),
    "warnings": lambda one: "; ".join(_findings(one, words.WARN)),
    "toolkit": lambda one: history.toolkit_of(one.document),
    "driver": lambda one: history.driver_of(one.document),
    "wsl": lambda one: wsl_of(one.document),
    "windows": lambda one: (one.document["windows"] or {}).get("version") or "",
    "playbook": lambda one: one.document["run"]["playbook"],
    "time": lambda one: one.document["time"],
    "audited": lambda one: one.audited,
}


def _findings(laptop: Laptop, level: str) -> list[str]:
    return [f"{one['id']}: {one['seen']}" for one in laptop.document["findings"] if one["level"] == level]


def as_csv(fleet: Fleet) -> str:
    """One line a laptop, and one for each row of the guide beside it. Begins with a mark that says UTF-8 to Excel."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([*_COLUMNS, *words.ROWS])
    for one in fleet.laptops:
        cells = [make(one) for make in _COLUMNS.values()] + [one.document["rows"][row] for row in words.ROWS]
        writer.writerow([_cell(cell) for cell in cells])
    return "\ufeff" + stream.getvalue()


def as_junit(fleet: Fleet) -> str:
    """One suite a laptop, one case for each finding; whether it was reached and looked at is the first case."""
    suites = [_suite(one) for one in fleet.laptops]
    total = {name: sum(counts[name] for _text, counts in suites) for name in ("tests", "failures", "errors", "skipped")}
    head = "".join(f' {name}="{number}"' for name, number in total.items())
    inner = "".join(text for text, _counts in suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="wslfleet"{head}>\n{inner}</testsuites>\n'


def _suite(laptop: Laptop) -> tuple[str, dict[str, int]]:
    name = quoteattr(_xml(laptop.name))
    cases, kinds = [], []
    for case, kind, text in [_run_case(laptop), *(_finding_case(one) for one in laptop.document["findings"])]:
        kinds.append(kind)
        inner = f"<{kind} message={quoteattr(_xml(text))}/>" if kind else ""
        cases.append(f"  <testcase classname={name} name={quoteattr(_xml(case))}>{inner}</testcase>\n")
    counts = {
        "tests": len(cases),
        "failures": kinds.count("failure"),
        "errors": kinds.count("error"),
        "skipped": kinds.count("skipped"),
    }
    head = "".join(f' {word}="{number}"' for word, number in counts.items())
    time = laptop.document["time"].rstrip("Z")
    return f' <testsuite name={name} timestamp="{time}"{head}>\n{"".join(cases)} </testsuite>\n', counts


def _run_case(laptop: Laptop) -> tuple[str, str, str]:
    """The case that stands for the run itself: its name, what became of it, and why."""
    document = laptop.document
    text = f"{document['status']}: {document['reason']}"
    if document["error"] and not document["error"]["unreachable"]:
        text = f"{text} (step: {document['error']['step']})"
    if laptop.state == words.CONFORMING or document["status"] == "not in order":
        return "run", "", ""
    return "run", "skipped" if laptop.state == words.UNKNOWN_STATE else "error", text


def _finding_case(one: t.Mapping[str, str]) -> tuple[str, str, str]:
    name = " ".join(part for part in (one["row"], one["id"], f"({one['about']})") if part)
    kind = {words.FAIL: "failure", words.UNKNOWN: "skipped", words.NOT_APPLICABLE: "skipped"}.get(one["level"], "")
    return name, kind, f"{one['seen']}: {one['remedy']}" if one["remedy"] else one["seen"]


def _xml(text: str) -> str:
    """TEXT without what XML 1.0 has no place for."""
    return "".join(
        each if each >= " " and each not in "\ufffe\uffff" and not "\ud800" <= each <= "\udfff" else "?"
        for each in text
    )


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
    document = one.document
    return {
        "laptop": one.name,
        "toolkit": history.toolkit_of(document),
        "driver": history.driver_of(document),
        "wsl": wsl_of(document),
        "windows": str((document["windows"] or {}).get("version") or ""),
    }


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


def limit(fleet: Fleet, *states: str) -> str:
    """A file for ``--limit @FILE``: the laptops in one of STATES, by their names in the inventory."""
    return limit_of(one.document["laptop"] for one in fleet.laptops if one.state in states)


NOBODY = "!all"
"""Ansible takes an empty file for all hosts of the inventory."""


def limit_of(names: t.Iterable[str]) -> str:
    """A file for ``--limit @FILE`` with NAMES of the inventory, and no host where there are none."""
    return "".join(f"{name}\n" for name in dict.fromkeys(names)) or f"{NOBODY}\n"
