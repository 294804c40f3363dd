# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole role against real apt: from nothing to a program built by a real nvcc, and nothing the second time."""

from __future__ import annotations

import pytest

from tests.integration.linux.linux_distribution import Distribution, Web

pytestmark = pytest.mark.lab


def test_fresh_distribution_becomes_a_compiler(debian12: Distribution, web: Web) -> None:
    first = debian12.role(cuda_version="12.4", **web.role_variables())
    assert first.code == 0, first.output
    assert "release 12.4" in debian12.run("/usr/local/cuda-12.4/bin/nvcc --version")
    assert "error=" in debian12.run("/var/lib/wslfleet/smoke/program", check=False)
    second = debian12.role("-v", cuda_version="12.4", **web.role_variables())
    assert (second.code, second.changed) == (0, 0), second.output
