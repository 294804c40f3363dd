# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A distribution that is too new for a toolkit, by its real package database."""

from __future__ import annotations

import pytest

from tests.integration.linux.linux_distribution import Distribution

pytestmark = pytest.mark.lab


def test_cuda_samples_378_is_known_before_anything_is_fetched(debian13: Distribution) -> None:
    refused = debian13.module("cuda_toolkit", version="12.9")
    assert refused["failed"]
    assert refused["msg"].startswith("refused before anything was downloaded: CUDA 12.9 cannot compile with")
    assert "use cuda_version 13.0 or newer" in refused["msg"]
    assert debian13.run("ls /var/lib/apt/lists /var/lib/wslfleet 2>&1 | grep -c Packages; true").strip() == "0"
