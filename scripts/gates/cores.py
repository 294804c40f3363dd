# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ansible-core versions that the collection supports, and which of them this machine can run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Substitute:
    """A requirement of a sanity TEST that no package index has: the line that starts with PINNED becomes RELEASE."""

    test: str
    pinned: str
    release: str


@dataclass(frozen=True)
class Core:
    """One supported ansible-core: its requirement, the Pythons it runs on, and the pip its ansible-test bootstraps."""

    version: str
    requirement: str
    pythons: tuple[str, ...]
    pip: str
    always: bool = False
    """In ``make test``, where the unit tests of one Python share a process as with plain pytest. False: only in
    ``make test-all``, with a process for each test as ansible-test wants it; that takes longer than most tests do."""
    every_python: bool = False
    """Sanity compiles and imports with every Python that is there, which one old and one new core do for all of them.
    False: with the controller's only."""
    oldest: str | None = None
    """Run the unit tests of modules with this Python too, the oldest of distributions."""
    substitutes: tuple[Substitute, ...] = ()


DILL = Substitute("pylint", "dill @ https://", "dill==0.4.1")
"""2.22.0rc1 pins a library of pylint to an archive on GitHub; 2.21 has the release."""

CORES = (
    Core(
        "2.16",
        "ansible-core~=2.16.19",
        ("3.12", "3.11", "3.10"),
        "23.1.2",
        always=True,
        every_python=True,
        oldest="3.8",
    ),
    Core("2.18", "ansible-core~=2.18.0", ("3.13", "3.12", "3.11"), "24.2"),
    Core("2.19", "ansible-core~=2.19.0", ("3.13", "3.12", "3.11"), "24.2", always=True),
    Core("2.20", "ansible-core~=2.20.0", ("3.13", "3.14", "3.12"), "25.2"),
    Core("2.21", "ansible-core~=2.21.0", ("3.13", "3.14", "3.12"), "25.2"),
    Core(
        "2.22",
        "ansible-core~=2.22.0rc1",
        ("3.13", "3.14", "3.15"),
        "25.2",
        always=True,
        every_python=True,
        substitutes=(DILL,),
    ),
)
"""2.17 is left out: ansible-lint and molecule refuse it (CVE-2026-11332). Pythons in order of preference."""


def core(version: str) -> Core:
    """The core VERSION ("2.21"). Raises KeyError for one that is not supported."""
    return {each.version: each for each in CORES}[version]


def repeats_unit(each: Core, installed: str) -> bool:
    """Whether stage ``units`` with EACH would run what stage ``unit`` has run with ansible-core INSTALLED.

    A core whose tests run with an older Python too always has something of its own.
    """
    return installed.startswith(f"{each.version}.") and each.oldest is None


def choose_python(wanted: Core, found: dict[str, str]) -> str | None:
    """The version of the Python to run WANTED with, or None when this machine has none that it supports."""
    return next((version for version in wanted.pythons if version in found), None)
