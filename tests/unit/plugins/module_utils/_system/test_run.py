# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import run as r


@pytest.mark.parametrize(
    "stdout, stderr, output", [("", "", ""), ("a\n", "", "a\n"), ("", "b", "b"), ("a", "b", "a\nb")]
)
def test_output(stdout: str, stderr: str, output: str) -> None:
    assert r.Completed(0, stdout, stderr).output == output


@pytest.mark.parametrize(
    "stdout, stderr, line",
    [
        ("a\nb\n\n", "", "b"),
        ("a\n", " E: b \n \n", "E: b"),
        ("", "", "no reason given"),
        (" \n", "", "no reason given"),
    ],
)
def test_last_line(stdout: str, stderr: str, line: str) -> None:
    assert r.Completed(1, stdout, stderr).last_line == line


class Module:
    """As far as an AnsibleModule is used."""

    def __init__(self) -> None:
        self.calls: list[tuple[t.Any, dict[str, str]]] = []

    def run_command(self, arguments: t.Any, environ_update: dict[str, str]) -> tuple[int, str, str]:
        self.calls.append((arguments, environ_update))
        return 100, "out", "E: err"


def test_runner() -> None:
    module = Module()
    assert r.runner_of(module)(("apt-get", "check; rm -rf /")) == r.Completed(100, "out", "E: err")
    ((arguments, environment),) = module.calls
    assert arguments == ["apt-get", "check; rm -rf /"], "a list: no shell reads it"
    assert environment["LC_ALL"] == "C.UTF-8"
    assert environment["LANGUAGE"] == "C"
    assert environment["DEBIAN_FRONTEND"] == "noninteractive"
