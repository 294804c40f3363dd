# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""L6: an example leads an administrator to put a virtual disk right below a drive, where every user can read it."""

from __future__ import annotations

import re

from tests.conftest import ROOT

PLACES = ("README.md", "docs/docsite/rst/*.rst", "plugins/*/*.py", "roles/*/**/*.yml", "playbooks/*.yml")
TEXTS = sorted(path for pattern in PLACES for path in ROOT.glob(pattern))
# Windows lets every user read, and make folders in, what is made right below a drive.
_EXAMPLE = re.compile(r"[A-Za-z]:\\+wsl\\")


def test_no_example_puts_a_disk_where_everybody_reads() -> None:
    assert [str(path.relative_to(ROOT)) for path in TEXTS if _EXAMPLE.search(path.read_text())] == []


def test_the_option_says_so() -> None:
    text = (ROOT / "plugins/modules/wsl_distribution.py").read_text()
    assert "Every user of the laptop can read a folder directly below a drive" in text
