# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the checkout importable as ``ansible_collections.wslfleet.cuda`` and the lab as ``lab``."""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
IN_TREE = ROOT.parts[-3:-1] == ("ansible_collections", "wslfleet")
TREE = ROOT.parents[2] if IN_TREE else ROOT / ".cache" / "collections"


def pytest_configure(config: pytest.Config) -> None:
    """Link the checkout into a collection tree; done here so that plain ``pytest`` works too.

    A copy that is in such a tree already (ansible-test wants that) needs no link. A file in it tells that ansible-test
    should not run each test in a process of its own.
    """
    if (ROOT / "tests" / "not_forked").exists():
        config.pluginmanager.unregister(name="ansible_forked")
    link = TREE / "ansible_collections" / "wslfleet" / "cuda"
    if not IN_TREE and not link.exists():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(ROOT)
    for entry in (str(TREE), str(ROOT)):
        if entry not in sys.path:
            sys.path.insert(0, entry)


@pytest.fixture(autouse=True)
def no_fault_of_the_lab() -> t.Iterator[None]:
    """A test during which a program of the lab died fails, whatever it made of that. Tests of that take them away."""
    yield
    defects = sys.modules.get("lab.machine.defects")
    found = defects.take() if defects else []
    assert not found, found
