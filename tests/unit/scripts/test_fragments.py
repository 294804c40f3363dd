# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fragments that no user would learn from, or that release notes would show with their markup."""

from __future__ import annotations

import pytest

from scripts.gates import fragments


@pytest.mark.parametrize("text", ["the new option O(state)", "V(12.8)", "RV(rows[].id)", "M(wslfleet.cuda.wsl)"])
def test_markup_of_documentation_is_named(text: str) -> None:
    told = fragments.markup({"a.yml": "fine ``code``", "b.yml": f"minor_changes:\n  - wsl - {text}.\n"})
    assert told is not None and told.startswith("changelogs/fragments/b.yml: ") and text.split()[-1] in told


@pytest.mark.parametrize("text", ["``O(state)``", "a (b)", "WSL(2)", "C()", "``C:\\Program Files``"])
def test_other_text_is_not(text: str) -> None:
    assert fragments.markup({"a.yml": text}) is None


def test_a_change_without_a_fragment_is_named() -> None:
    assert "plugins/x.py" in str(fragments.problem(["plugins/x.py", "tests/y.py"], [], None))
    assert fragments.problem(["plugins/x.py"], ["a.yml"], "1.0.0") is None
    assert fragments.problem(["tests/y.py"], [], None) is None
