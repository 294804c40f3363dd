# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts lab laptops for integration tests, and stops them whatever happens."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.laboratory import Lab, StartLab


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
