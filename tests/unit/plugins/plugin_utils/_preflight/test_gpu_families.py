# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight import gpu_families as families


@pytest.mark.parametrize(
    ("device", "name"),
    [
        ("PCI\\VEN_10DE&DEV_13B6", "Maxwell"),
        ("pci\\ven_10de&dev_1c8c&subsys_1", "Pascal"),
        ("PCI\\VEN_10DE&DEV_15F8", "Pascal"),
        ("PCI\\VEN_10DE&DEV_1DB6", "Volta"),
        ("PCI\\VEN_10DE&DEV_1FBC", "Turing"),
        ("PCI\\VEN_10DE&DEV_2191", "Turing"),
        ("PCI\\VEN_10DE&DEV_20B0", "Ampere"),
        ("PCI\\VEN_10DE&DEV_25B8", "Ampere"),
        ("PCI\\VEN_10DE&DEV_28B8", "Ada Lovelace"),
        ("PCI\\VEN_10DE&DEV_2C58", "Blackwell"),
        ("PCI\\VEN_10DE&DEV_0020", None),
        ("", None),
    ],
)
def test_family(device: str, name: str | None) -> None:
    found = families.family(device)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("toolkit", "lowest", "highest"), [("12.0", (6, 0), (9, 0)), ("12.8", (6, 0), None), ("13.0", (7, 5), None)]
)
def test_limits_of_toolkits(toolkit: str, lowest: tuple[int, int], highest: tuple[int, int] | None) -> None:
    assert (families.lowest_for(toolkit), families.highest_for(toolkit)) == (lowest, highest)
