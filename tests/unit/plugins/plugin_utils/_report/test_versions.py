# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions that a document tells."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.versions import versions

NOTHING: dict[str, t.Any] = {"windows": None, "wsl": None, "gpus": None, "toolkits": None}
TOOLKIT = {"about": "Linux", "compiler": "", "verdict": "", "driver_packages": None}


def test_what_is_not_told_is_empty() -> None:
    assert versions(NOTHING) == dict.fromkeys(("toolkit", "driver", "wsl", "windows", "product"), "")


@pytest.mark.parametrize(
    ("toolkits", "expected"),
    [
        ([("12.8", "12.8.1")], "12.8.1"),
        ([("12.4, 12.8", "12.8.1")], "12.4, 12.8"),
        ([("12.8", ""), ("12.4", ""), ("", "")], "12.4, 12.8"),
    ],
)
def test_the_release_of_a_toolkit_is_told_where_it_is_known(toolkits: list[tuple[str, str]], expected: str) -> None:
    found = [{**TOOLKIT, "version": version, "release": release} for version, release in toolkits]
    assert versions({**NOTHING, "toolkits": found})["toolkit"] == expected


def test_each_version_of_a_driver_is_told_once() -> None:
    gpus = [{"driver_version": version} for version in ("572.16", None, "551.61", "572.16")]
    assert versions({**NOTHING, "gpus": gpus})["driver"] == "551.61, 572.16"


def test_windows_is_told_as_a_number_and_as_people_name_it() -> None:
    windows = {"product": "Windows 11 Pro", "display_version": "24H2", "version": "26100.1"}
    found = versions({**NOTHING, "windows": windows, "wsl": {"version": "2.6.3.0"}})
    assert (found["windows"], found["product"], found["wsl"]) == ("26100.1", "Windows 11 Pro 24H2", "2.6.3.0")
