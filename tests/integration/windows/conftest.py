# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several tests of the Windows side share."""

from __future__ import annotations

import typing as t

import pytest

Rows = list[dict[str, t.Any]]


@pytest.fixture(scope="module")
def rows(request: pytest.FixtureRequest) -> t.Iterator[Rows]:
    """Filled by the tests of a module, and printed after the last one: COLUMNS of the module, as wide as its WIDTH."""
    # Imported late: pytest loads this file before tests/conftest.py has set the path.
    from ansible_collections.wslfleet.cuda.plugins.filter.report_table import report_table

    found: Rows = []
    yield found
    reporter = request.config.pluginmanager.getplugin("terminalreporter")
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        reporter.write_line("")
        for line in report_table(found, request.module.COLUMNS, request.module.WIDTH):
            reporter.write_line(line)
