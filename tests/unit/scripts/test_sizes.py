# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No module of the collection grows long without a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.docs import sizes

ROOT = Path(__file__).resolve().parents[3]

MODULE = '''\
# A comment.
"""What it is for."""

DOCUMENTATION = r"""
module: x
"""

NAMES = (
    "a",
)


def double(number: int) -> int:
    """Twice
    NUMBER."""
    return 2 * number  # here
'''


def test_what_counts() -> None:
    assert sizes.lines_of_code(MODULE) == 5


def test_no_module_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = sizes.sizes()
    assert {path: size for path, size in found.items() if size > sizes.MOST and path not in sizes.LONGER} == {}
    assert set(sizes.LONGER) <= set(found)


def test_the_list_tells_the_total_and_the_long_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sizes, "PLUGINS", tmp_path)
    (tmp_path / "short.py").write_text(MODULE)
    (tmp_path / "long.py").write_text("x = 1\n" * 151)
    sizes.main()
    assert capsys.readouterr().out == f"156 lines of code in 2 files of {tmp_path}/\n  151 long.py: to be cut\n"
