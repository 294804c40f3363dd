# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table that provision.yml and the demo end with."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.wslfleet.cuda.plugins.filter.report_table import FilterModule, report_table


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    rows = [{"laptop": "a", "driver_packages": []}, {"laptop": "laptop-2", "driver_packages": ["x", "y"]}]
    assert report_table(rows, ["laptop", "driver_packages"]) == [
        "laptop    driver packages",
        "--------  ---------------",
        "a         -",
        "laptop-2  x, y",
    ]


def test_long_text_goes_on_in_the_next_line() -> None:
    rows = [{"a": "1", "b": "one two three"}, {"a": "2", "b": "four"}]
    assert report_table(rows, ["a", "b"], 8) == ["a  b", "-  -------", "1  one two", "   three", "2  four"]


@pytest.mark.parametrize("rows", ["text", [1], {"a": 1}])
def test_anything_but_a_list_of_dictionaries_is_refused(rows: object) -> None:
    with pytest.raises(AnsibleFilterError, match="list of dictionaries"):
        report_table(rows, ["a"])


def test_no_columns_are_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="list of columns"):
        report_table([{}], [])


def test_the_filter_is_registered() -> None:
    assert FilterModule().filters() == {"report_table": report_table}


def test_names_of_packages_stay_in_one_piece() -> None:
    rows = [{"seen": "libnvidia-compute-570 ii, nvidia-driver-570 iF"}]
    assert report_table(rows, ["seen"], 36)[2:] == ["libnvidia-compute-570 ii,", "nvidia-driver-570 iF"]
