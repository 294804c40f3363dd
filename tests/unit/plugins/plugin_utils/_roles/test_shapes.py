# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles import shapes, variables


@pytest.mark.parametrize("name", [name for name, spec in variables.all_variables().items() if spec.get("no_log")])
@pytest.mark.parametrize("value", [12345, ["5ecret"], {"5ecret": 1}])
def test_no_secret_is_shown(name: str, value: object) -> None:
    text = "; ".join(shapes.wrong_shapes({name: value}, variables.all_variables()))
    assert "must be text" in text and "12345" not in text and "5ecret" not in text
