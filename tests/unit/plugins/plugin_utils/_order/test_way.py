# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways into a distribution, and which one it is."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import way
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable

from tests.unit.scripted_runner import ScriptedRunner

INTO_LINUX = (
    'set WSL_UTF8=1&"C:\\Program Files\\WSL\\wsl.exe" -d Debian -u root --cd / --exec /bin/sh -c'
    ' "IFS=;set -f;read -r c;eval $c"'
)


@pytest.mark.parametrize(("may_stop", "line"), [(False, INTO_LINUX), (True, f"{INTO_LINUX}&&")])
def test_over_windows(may_stop: bool, line: str) -> None:
    """Only where the distribution may be stopped the line says so: what is in the place of Python could end with 0."""

    def answer(given: str, stdin: bytes) -> Completed:
        assert given.startswith(line) and stdin.endswith(b"\ndata")
        assert given.removeprefix(INTO_LINUX) in ("", '&&"C:\\Program Files\\WSL\\wsl.exe" --terminate Debian')
        return Completed(0, b"out", b"wslfleet-exit-10\n")

    with ScriptedRunner([(line if not may_stop else given_line(), answer)]) as runner:
        found = way.OverWindows(runner, "laptop-7", "Debian", None, may_stop)
        assert found.run("x", b"data") == Completed(10, b"out", b"")
    assert found.where == "distribution Debian on laptop-7"


def given_line() -> str:
    return f'{INTO_LINUX}&&"C:\\Program Files\\WSL\\wsl.exe" --terminate Debian'


def over_linux(answer: t.Any, **connection: t.Any) -> way.OverLinux:
    def run(command: str, sudoable: bool, in_data: bytes | None) -> dict[str, t.Any]:
        assert (command, sudoable, in_data) == ("x", True, b"data")
        if isinstance(answer, Exception):
            raise answer
        return t.cast("dict[str, t.Any]", answer)

    action: t.Any = SimpleNamespace(_connection=SimpleNamespace(**connection), _low_level_execute_command=run)
    return way.OverLinux(action, "laptop-7")


def test_over_linux() -> None:
    found = over_linux({"rc": 10, "stdout": "ä", "stderr": "e"})
    assert found.run("x", b"data") == Completed(10, "ä".encode(), b"e")
    assert (found.where, found.distribution) == ("laptop-7", "")
    named = over_linux(None, windows_runner=1, get_option=lambda _name: "Debian")
    assert (named.where, named.distribution) == ("distribution Debian on laptop-7", "Debian")


def test_a_lost_connection_is_one_of_the_port() -> None:
    with pytest.raises(HostUnreachable, match=r"^gone for good$"):
        over_linux(AnsibleConnectionFailure("gone\nfor good")).run("x", b"data")


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"ansible_wsl_distribution": "A", "windows_host_distribution": "B"}, "A"),
        ({"windows_host_distribution": "B"}, "B"),
        ({"ansible_wsl_distribution": "", "windows_host_distribution": "B"}, "B"),
    ],
)
def test_the_variables_name_the_distribution(variables: dict[str, str], name: str) -> None:
    action: t.Any = SimpleNamespace(_templar=SimpleNamespace(template=lambda value: value))
    assert way.distribution_of(action, variables) == name


def test_no_distribution_is_named() -> None:
    action: t.Any = SimpleNamespace(_templar=SimpleNamespace(template=lambda value: value))
    with pytest.raises(StepFailed, match=r"^laptop-7: no distribution is named: set windows_host_distribution"):
        way.distribution_of(action, {"inventory_hostname": "laptop-7"})


@pytest.fixture
def in_debian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WSL_DISTRO_NAME", "Debian")


@pytest.mark.usefixtures("in_debian")
def test_another_distribution_than_that_of_ansible() -> None:
    assert [way.is_another(name) for name in ("", "Debian", "debian", "Ubuntu")] == [False, False, False, True]


def become(user: str | None) -> t.Any:
    return SimpleNamespace(get_option=lambda _name: user)


@pytest.mark.usefixtures("in_debian")
@pytest.mark.parametrize(
    ("uid", "plugin", "enough"),
    [(0, None, True), (1000, None, False), (1000, become("root"), True), (1000, become("other"), False)],
)
def test_work_in_the_own_distribution_needs_root(
    uid: int, plugin: t.Any, enough: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way.os, "geteuid", lambda: uid)
    action: t.Any = SimpleNamespace(_connection=SimpleNamespace(transport="local", become=plugin))
    if enough:
        way.require_root(action, "laptop-7")
        return
    with pytest.raises(StepFailed, match="work in distribution Debian needs root: add --become"):
        way.require_root(action, "laptop-7")
