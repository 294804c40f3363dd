# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One laptop for each module of tests of the connection."""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

if t.TYPE_CHECKING:
    from connected_laptop import Laptop
    from laboratory import Lab


@pytest.fixture(scope="module")
def laptop(start_lab: t.Callable[..., Lab]) -> Laptop:
    from connected_laptop import Laptop

    return Laptop(start_lab("--ssh", "--profile", "ready", "--without-compiler", "--without-archive"))


@pytest.fixture
def connection(laptop: Laptop) -> t.Iterator[t.Any]:
    opened = laptop.connect()
    yield opened
    opened.close()
