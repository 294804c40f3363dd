# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.firmware import machine_id, virtualization_menu


def test_makers() -> None:
    assert virtualization_menu("HP") == virtualization_menu("Hewlett-Packard")
    assert "AMD-V" in virtualization_menu("Nobody")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("{4C4C4544-0051-3010-8051-B4C04F4E3332}", "4c4c4544-0051-3010-8051-b4c04f4e3332"),
        ("4c4c4544-0051-3010-8051-b4c04f4e3332", "4c4c4544-0051-3010-8051-b4c04f4e3332"),
        ("", ""),
        ("{00000000-0000-0000-0000-000000000000}", ""),
        ("{FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF}", ""),
        ("{03000200-0400-0500-0006-000700080009}", ""),
        ("{12345678-1234-5678-90AB-CDDEEFAABBCC}", ""),
        ("{4C4C4544-0051-3010-8051-B4C04F4E3332}; \x1b[2J", ""),
        ("To be filled by O.E.M.", ""),
    ],
)
def test_which_machine_it_is(text: str, number: str) -> None:
    assert machine_id(text) == number
