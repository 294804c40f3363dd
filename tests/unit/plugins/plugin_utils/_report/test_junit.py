# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as JUnit's XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import junit

from tests.unit import a_fleet

FLEET = a_fleet.merged()


def test_junit_has_a_suite_for_each_laptop() -> None:
    root = ET.fromstring(junit.as_junit(FLEET))
    suites = list(root)
    assert len(suites) == 200
    for suite, laptop in zip(suites, FLEET.laptops):
        kinds = [child.tag for case in suite for child in case]
        assert suite.get("name") == laptop.name
        assert [int(str(suite.get(name))) for name in ("tests", "failures", "errors", "skipped")] == [
            len(list(suite)), kinds.count("failure"), kinds.count("error"), kinds.count("skipped"),
        ]  # fmt: skip
    broken = {suite.get("name") for suite in suites if suite.get("failures") != "0" or suite.get("errors") != "0"}
    assert broken == {laptop.name for laptop in FLEET.laptops if laptop.state in ("not_conforming", "unreachable")}
    assert int(str(root.get("tests"))) == sum(len(list(suite)) for suite in suites)


def test_junit_tells_the_step() -> None:
    failed = next(laptop for laptop in FLEET.laptops if laptop.document["status"] == "failed")
    assert f"(step: {failed.document['error']['step']})" in junit.as_junit(FLEET)


def test_xml_of_hostile_text_is_xml() -> None:
    root = ET.fromstring(junit.as_junit(a_fleet.hostile()))
    assert root[0].get("name") == a_fleet.HOSTILE.replace("\x07", "?")
