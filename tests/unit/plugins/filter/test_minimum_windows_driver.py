# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver that the preflight asks for."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.wslfleet.cuda.plugins.filter.minimum_windows_driver import FilterModule, minimum_windows_driver


@pytest.mark.parametrize(
    ("version", "driver"), [("12.0", "527.41"), ("12.9", "527.41"), ("13.0", "580.00"), ("13.2", "580.00")]
)
def test_driver(version: str, driver: str) -> None:
    assert minimum_windows_driver(version) == driver


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="no such toolkit"):
        minimum_windows_driver("12.7")


def test_the_filter_is_registered() -> None:
    assert FilterModule().filters() == {"minimum_windows_driver": minimum_windows_driver}
