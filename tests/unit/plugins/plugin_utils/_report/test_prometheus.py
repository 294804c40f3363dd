# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in the text format of Prometheus."""

from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import prometheus
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import Fleet

from tests.unit import a_fleet

FLEET = a_fleet.merged()
SAMPLE = re.compile(r'(?P<name>[a-z_]+)(?:\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (?P<value>-?[0-9.e+]+)$')


@pytest.mark.parametrize("which", [FLEET, a_fleet.hostile()])
def test_prometheus_reads_every_line(which: Fleet) -> None:
    declared: set[str] = set()
    seen: set[str] = set()
    for line in prometheus.as_prometheus(which).split("\n")[:-1]:
        if line.startswith("# TYPE "):
            declared.add(line.split()[2])
        elif not line.startswith("# HELP "):
            match = SAMPLE.match(line)
            assert match and match["name"] in declared, line
            assert line.rpartition(" ")[0] not in seen
            seen.add(line.rpartition(" ")[0])
    assert "wslfleet_report_problems" in seen


def test_times_keep_their_seconds() -> None:
    assert "wslfleet_report_timestamp_seconds 1795874700\n" in prometheus.as_prometheus(FLEET)
