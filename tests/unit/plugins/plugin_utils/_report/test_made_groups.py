# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups made from documents are told from those of other sources."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import made_groups


def test_groups_of_documents_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_groups, "_MADE", set())
    assert made_groups.others(["laptops", "conforming"]) == ["laptops", "conforming"]
    made_groups.add({"conforming": ["a"], "toolkit_12_8": []})
    assert made_groups.others(["laptops", "conforming", "toolkit_12_8"]) == ["laptops"]
