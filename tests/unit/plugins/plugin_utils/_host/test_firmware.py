# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.firmware import virtualization_menu


def test_makers() -> None:
    assert virtualization_menu("HP") == virtualization_menu("Hewlett-Packard")
    assert "AMD-V" in virtualization_menu("Nobody")
