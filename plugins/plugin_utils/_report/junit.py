# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A fleet as JUnit's XML, for systems of continuous integration. Pure."""

from __future__ import annotations

import typing as t
from xml.sax.saxutils import quoteattr

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import words
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import Fleet, Laptop


def as_junit(fleet: Fleet) -> str:
    """One suite for each laptop, with a case for each finding; the first case says whether it was checked."""
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
    """The case for the run itself: its name, outcome and reason."""
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
    """TEXT without characters that XML 1.0 does not allow."""
    return "".join(
        each if each >= " " and each not in "\ufffe\uffff" and not "\ud800" <= each <= "\udfff" else "?"
        for each in text
    )
