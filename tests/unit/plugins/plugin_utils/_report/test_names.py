# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents without names of users and computers."""

from __future__ import annotations

import json

import jsonschema
import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import shape
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.names import pseudonym, without_names
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.recorder import Recorder

from tests.unit.a_fleet import audit, host_info, verdict

KEY = b"a key"


def hidden(text: str, people: tuple[str, ...] = ("ada", "ada-admin")) -> str:
    keeper = Recorder(Run("run-1", "audit", "2026-11-28T13:00:00Z", "0.2.0"))
    keeper.begin("LT-007.corp.example", ["laptops"])
    keeper.result("LT-007.corp.example", "host_info", "Read", host_info(7))
    keeper.result("LT-007.corp.example", "cuda_audit_info", "Audit", audit(verdict("loader", "G9", text, "stop", text)))
    (one,) = keeper.documents("2026-11-28T14:00:00Z", ["LT-007.corp.example"], True)
    less = without_names(one, KEY, people + tuple(keeper.laptops["LT-007.corp.example"].seen.people))
    jsonschema.validate(less, shape.schema())
    whole = json.dumps(less).casefold()
    assert not [name for name in ("lt-007", "ws-0007", "fleet-admin", "user7", "4c4c4544") if name in whole]
    assert less["machine"].startswith("machine-") and len(less["machine"]) == 18
    found = next(each["seen"] for each in less["findings"] if each["id"] == "loader")
    return str(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nothing to hide", "nothing to hide"),
        ("WS-0007 and lt-007 say no", "{} and {} say no"),
        ("LT-007.corp.example is off", "{} is off"),
        (r"C:\Users\Grace Hopper\AppData is full", r"C:\Users\user Hopper\AppData is full"),
        (r"C:\Users\grace\AppData is full", r"C:\Users\user\AppData is full"),
        (r"C:\Users\Public\x", r"C:\Users\Public\x"),
        ("/home/grace/bin/nvcc", "/home/user/bin/nvcc"),
        ("SID S-1-5-21-1004336348-1177238915-682003330-1104", "SID S-…"),
        ("SID S-1-5-18", "SID S-1-5-18"),
        ("10.20.30.40 and 192.168.1.7: closed", "an address and an address: closed"),
        ("WSL 2.6.3.0, 32.0.15.5161, build 10.0.26100.1", "WSL 2.6.3.0, 32.0.15.5161, build 10.0.26100.1"),
        (r"CORP\ada and ADA-admin, not adapter", r"CORP\user-1 and user-2, not adapter"),
    ],
)  # fmt: skip
def test_names_are_replaced_wherever_they_stand(text: str, expected: str) -> None:
    assert hidden(text) == expected.replace("{}", pseudonym(KEY, "LT-007.corp.example"))


def test_a_pseudonym_stays_and_tells_nothing_without_the_key() -> None:
    assert pseudonym(KEY, "laptop-1") == pseudonym(KEY, "LAPTOP-1") != pseudonym(b"other", "laptop-1")
    assert pseudonym(KEY, "laptop-1") != pseudonym(KEY, "laptop-2")
