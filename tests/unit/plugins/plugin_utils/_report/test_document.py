# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One document: its shape by the published schema, its state, and that nothing in it acts or is secret."""

from __future__ import annotations

import json
import typing as t

import jsonschema
import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import document, history, shape, words
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Failure, Run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.from_results import State, take

from tests.unit import a_fleet
from tests.unit.a_fleet import audit, host_info, verdict

RUN = Run("run-1", "audit", "2026-11-28T13:00:00Z", "0.2.0")
TIME = "2026-11-28T14:00:00Z"
Told = tuple[str, dict[str, t.Any]]

WAITS = {"ansible_facts": {"windows_host_result": {"status": "awaiting restart", "reason": "policy is never"}}}
WOULD = {"ansible_facts": {"cuda_toolkit_result": {"installed": False}}}
OFF = Failure("Read the host", "laptop-1: no answer", "off", unreachable=True)
NO_WSL = host_info(1, wsl={"installed": False, "kind": "none"})
NO_DISTRIBUTION = host_info(1, distributions=[])
HIDDEN = host_info(1, distributions=[], users=[{"name": "ada", "distributions_known": False}])
BOTH: list[Told] = [("host_info", host_info(1)), ("cuda_audit_info", audit())]
WARNED: list[Told] = [("host_info", host_info(1)), ("cuda_audit_info", audit(a_fleet.OTHER_NVCC))]
GONE = Failure("x", "gone", unreachable=True)
CASES: dict[str, tuple[list[Told], Failure | None, tuple[str, str, str]]] = {
    "in order": (BOTH, None, ("conforming", "in order", "")),
    "a warning": (WARNED, None, ("conforming", "in order", "")),
    "broken": (
        [("host_info", host_info(1)), ("cuda_audit_info", audit(verdict("loader", "G9", "/x", "stop")))],
        None, ("not_conforming", "not in order", "loader: /x"),
    ),
    "off": ([], OFF, ("unreachable", "off", "no answer")),
    "gone": ([("host_info", host_info(1))], GONE, ("unreachable", "unreachable", "gone")),
    "failed": ([], Failure("Install", "dpkg is locked"), ("not_conforming", "failed", "dpkg is locked")),
    "waits": ([("set_fact", WAITS)], None, ("not_conforming", "awaiting restart", "policy is never")),
    "check mode": (
        [*BOTH, ("set_fact", WOULD)],
        None, ("not_conforming", "would be provisioned", "a run without check mode would change it"),
    ),
    "Windows only": (
        [("host_info", host_info(1))], None, ("unknown", "not looked at", "this run did not look at the distribution"),
    ),
    "Linux only": (
        [("cuda_audit_info", audit())], None, ("unknown", "not looked at", "this run did not look at Windows"),
    ),
    "nothing": ([], None, ("unknown", "not looked at", "this run did not look at the laptop")),
    "no WSL": ([("host_info", NO_WSL)], None, ("not_conforming", "not provisioned", "WSL is not installed")),
    "no toolkit": (
        [("host_info", host_info(1)), ("cuda_audit_info", {**audit(), "toolkits": []})],
        None, ("not_conforming", "not provisioned", "no CUDA toolkit is installed"),
    ),
    "a developer without toolkit": (
        [*BOTH, ("cuda_bundle", {"windows_users": [{"user": "ada", "results": {"a": {**audit(), "toolkits": []}}}]})],
        None, ("not_conforming", "not provisioned", "no CUDA toolkit is installed in the distribution of ada"),
    ),
    "a toolkit that was installed since": (
        [("host_info", host_info(1)), *[("cuda_audit_info", {**audit(), "toolkits": them}) for them in ([], ["12.8"])]],
        None, ("conforming", "in order", ""),
    ),
    "no distribution": (
        [("host_info", NO_DISTRIBUTION)], None, ("not_conforming", "not provisioned", "no distribution is registered"),
    ),
    "profiles that cannot be read": (
        [("host_info", HIDDEN)], None, ("unknown", "not looked at", "this run did not look at the distribution"),
    ),
}  # fmt: skip


def made(told: list[Told], failure: Failure | None = None, finished: bool = True) -> document.Document:
    seen = State()
    for module, result in told:
        take(seen, module, "a step", result)
    return document.make("laptop-1", ["laptops"], RUN, TIME, seen, failure, finished)


@pytest.mark.parametrize("case", CASES)
def test_state_status_and_reason(case: str) -> None:
    told, failure, expected = CASES[case]
    one = made(told, failure)
    assert (one["state"], one["status"], one["reason"]) == expected
    jsonschema.validate(one, shape.schema())
    assert shape.problem(one, shape.schema()) == ""
    assert history.line(one)["status"] == expected[1]
    jsonschema.validate(history.line(one), {"$ref": "#/$defs/line", "$defs": shape.schema()["$defs"]})


def test_a_run_that_was_killed_says_where() -> None:
    one = made([("host_info", host_info(1))], finished=False)
    assert (one["status"], one["reason"]) == ("not finished", "the run did not end; last step: a step")
    assert one["run"]["finished"] is False


def test_every_row_of_the_guide_has_its_worst_finding() -> None:
    rows = made([("host_info", host_info(1)), ("cuda_audit_info", audit(*a_fleet.BROKEN))])["rows"]
    assert list(rows) == [f"G{number}" for number in range(1, 25)]
    assert (rows["G9"], rows["G5"], rows["G16"]) == ("fail", "pass", "unknown")


def test_the_schema_names_what_the_code_makes() -> None:
    schema = shape.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["schema"]["const"] == document.SCHEMA
    assert set(schema["properties"]["state"]["enum"]) == set(words.STATES)
    assert set(schema["$defs"]["finding"]["properties"]["level"]["enum"]) == set(words.LEVELS)


HOSTILE = (
    "\x1b]0;x\x07<script>alert(1)</script>\n\u202e=cmd|' /C calc'!A0 https://user:secret@mirror.example/?token=abc"
)


def test_text_of_laptops_is_harmless_and_holds_no_secret() -> None:
    told = [
        ("host_info", host_info(1, windows={"computer_name": HOSTILE, "product": HOSTILE})),
        ("cuda_audit_info", audit(verdict("loader", "G9", HOSTILE * 90, "stop", HOSTILE))),
        ("wsl", {"changed": True, "steps": [HOSTILE], "version": HOSTILE}),
    ]
    text = json.dumps(made(told, Failure(HOSTILE, HOSTILE, HOSTILE)), ensure_ascii=False)
    assert not [word for word in ("\x1b", "\x07", "\u202e", "secret", "abc") if word in text]
    assert "\\\\x1b" in text and "<script>" in text  # Shown as what it is; the page escapes it.
    jsonschema.validate(json.loads(text), shape.schema())
