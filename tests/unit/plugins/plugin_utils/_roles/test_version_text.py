# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A version that YAML has made a number is refused wherever a version is read; every documented form is understood."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.wslfleet.cuda.plugins.filter.minimum_windows_driver import minimum_windows_driver
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import packages
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue, package_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import version_text
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import extra_libraries, installed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight import gpu_families

from tests.unit.plugins.module_utils.scripted_run import system_at

FORMS = (*catalogue.VERSIONS, "12.8.1", "12.8.0", "12.latest", "13.latest", "13.11", "13.11.2")
"""Every form of cuda_version that the documentation names."""
READERS: dict[str, t.Callable[[t.Any], object]] = {
    "catalogue": catalogue.parse_version,
    "number": catalogue.number,
    "packages": lambda version: package_names.package_names(version, ["toolkit"]),
    "driver": catalogue.minimum_driver,
    "capabilities": catalogue.capabilities,
    "lowest GPU": gpu_families.lowest_for,
    "highest GPU": gpu_families.highest_for,
    "compiler": lambda version: installed.nvcc_path(system_at(), version),
    "libraries": lambda version: extra_libraries.wanted(["nccl"], version),
    "filter of the driver": minimum_windows_driver,
}
"""Everything that reads a toolkit version."""
REFUSALS = (catalogue.CatalogueError, Failure, AnsibleFilterError)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("version", FORMS)
def test_every_documented_form_is_understood_everywhere(version: str, reader: str) -> None:
    READERS[reader](version)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("version", [12.1, 12, True])
def test_a_number_is_refused_everywhere(version: object, reader: str) -> None:
    with pytest.raises(REFUSALS, match=r"is the number .*: quote it"):
        READERS[reader](version)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("version", ["12.7", "latest", "12.latest.1", "12.08", "12.8\n", "11.8"])
def test_what_is_no_toolkit_is_refused_everywhere(version: str, reader: str) -> None:
    with pytest.raises(REFUSALS, match=r"known: 12\.0"):
        READERS[reader](version)


def test_the_open_form_is_the_newest_known_one() -> None:
    assert catalogue.number("12.latest") == (12, 9)
    assert gpu_families.highest_for("12.latest") is None
    assert gpu_families.lowest_for("13.latest") == (7, 5)
    assert extra_libraries.wanted(["nccl"], "12.latest").major == "12"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12.10", ""),
        (None, ""),
        (12.1, 'x is the number 12.1: quote it, as in x: "12.1"'),
        (12, 'x is the number 12: quote it, as in x: "12"'),
        (["12.8"], "x must be text, not list"),
    ],
)
def test_problem(value: object, expected: str) -> None:
    assert version_text.problem("x", value).startswith(expected or "no") is bool(expected)
    assert bool(version_text.problem("x", value)) is bool(expected)


@pytest.mark.parametrize("options", [(1.19, "1.19.1"), ("1.19.1", 1.2)])
def test_the_container_toolkit_refuses_numbers(options: tuple[object, object]) -> None:
    with pytest.raises(Failure, match="is the number"):
        packages.check(*options)


def test_numbers_of_a_version_and_back() -> None:
    assert version_text.numbers("551.61") == (551, 61)
    assert version_text.dotted(version_text.numbers("2.6.3.0")) == "2.6.3.0"
    with pytest.raises(ValueError):
        version_text.numbers("2.x")
