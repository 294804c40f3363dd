# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from hypothesis import settings

if t.TYPE_CHECKING:
    from tests.unit.plugins.module_utils.apt_world import AptWorld


# A busy machine is no failure.
settings.register_profile("wslfleet", deadline=None)
settings.load_profile("wslfleet")


@pytest.fixture
def apt_world(tmp_path: Path) -> AptWorld:
    # Imported late: pytest loads this file before tests/conftest.py has set the path.
    from tests.unit.plugins.module_utils.apt_world import AptWorld, has_apt

    if not has_apt():
        pytest.skip("needs apt-get")
    return AptWorld(tmp_path / "world")
