# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only what core writes for a pipelined Python module is one, letter by letter."""

from __future__ import annotations

import shlex

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.program import Program, program


def shell(command: str) -> str:
    return f"/bin/sh -c {shlex.quote(command)}"


@pytest.mark.parametrize("command", ["/bin/sh -c '/usr/bin/python3 && sleep 0'", "/bin/sh -c /usr/bin/python3"])
def test_a_module(command: str) -> None:
    """As ansible-core before 2.21 writes it, and since."""
    assert program(command) == Program("/usr/bin/python3", {})


def test_a_module_with_variables() -> None:
    command = shell("A='b c' HTTP_PROXY=http://x:1 B='$HOME' /opt/my-venv/bin/python3.12 && sleep 0")
    wanted = {"A": "b c", "HTTP_PROXY": "http://x:1", "B": "$HOME"}
    assert program(command) == Program("/opt/my-venv/bin/python3.12", wanted)


@pytest.mark.parametrize(
    "command",
    [
        "A='b",
        "/usr/bin/python3;",
        "/usr/bin/python3 && sleep 1",
        "/usr/bin/python3 x && sleep 0",
        "/usr/bin/python3 -I && sleep 0",
        "python3 && sleep 0",
        "/usr/bin/perl && sleep 0",
        "A=$HOME /usr/bin/python3 && sleep 0",
        'A="b" /usr/bin/python3 && sleep 0',
        "A=`x` /usr/bin/python3 && sleep 0",
        "PYTHONPATH=/x /usr/bin/python3 && sleep 0",
        "LC_ALL=C /usr/bin/python3 && sleep 0",
        "LD_PRELOAD=/x /usr/bin/python3 && sleep 0",
        "HOME=/x /usr/bin/python3 && sleep 0",
        "TZ=UTC /usr/bin/python3 && sleep 0",
        "/usr/bin/python3 && sleep 0\nreboot",
        "reboot;/usr/bin/python3 && sleep 0",
        "/usr/bin/python3 && sleep 0 && sleep 0",
        "sudo -H -S -n -u root /bin/sh -c 'echo BECOME-SUCCESS-x ; /usr/bin/python3' && sleep 0",
        " && sleep 0",
        "",
    ],
)
def test_anything_else_is_left_to_a_shell(command: str) -> None:
    assert program(shell(command)) is None


@pytest.mark.parametrize(
    "command",
    [
        "",
        "'",
        "/bin/sh -c",
        "/bin/bash -c '/usr/bin/python3 && sleep 0'",
        '/bin/sh -c "/usr/bin/python3 && sleep 0"',
        "/bin/sh -c '/usr/bin/python3 && sleep 0' x",
        "/bin/sh  -c '/usr/bin/python3 && sleep 0'",
        "/bin/sh -c '/usr/bin/python3 && sleep 0';reboot",
    ],
)
def test_another_spelling_is_none(command: str) -> None:
    assert program(command) is None
