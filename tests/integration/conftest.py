# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts lab laptops for integration tests, and stops them whatever happens."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from lab.machine import recorded_lines
from scripts.gates.second_judge import lines
from tests.integration.laboratory import Lab, StartLab


@pytest.fixture(scope="session")
def lines_sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of all command lines that the labs' laptops get."""
    return Path(os.environ.setdefault(recorded_lines.VARIABLE, str(tmp_path_factory.mktemp("lines") / "sent")))


@pytest.fixture(scope="module", autouse=True)
def known_to_the_second_judge(lines_sent: Path) -> t.Iterator[None]:
    """No line was of a kind that the second judge has not read; that of Wine, beside the lab's."""
    before = len(lines.recorded(lines_sent))
    yield
    new = lines.unknown(lines.recorded(lines_sent)[before:], lines.read())
    assert not new, f"lines that {lines.LIST.name} lacks; {lines.__name__} says how to add them: {new}"


@pytest.fixture(scope="module")
def start_lab(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[StartLab]:
    """A function that starts a lab: ``start_lab("--profile", "fresh", …)``; all are stopped after the module."""
    started: list[Lab] = []

    def start(*arguments: str) -> Lab:
        lab = Lab(tmp_path_factory.mktemp("lab"))
        started.append(lab)
        done = lab.command("up", *arguments)
        assert done.returncode == 0, done.stderr
        return lab

    yield start
    try:
        for lab in started:
            lab.check_journals()
    finally:
        for lab in started:
            done = lab.command("down", "--purge")
            assert done.returncode == 0, done.stderr
