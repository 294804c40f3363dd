# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way there is for the options of a connection, and for how long."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection import ways
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.linux import KeptLinux
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.runner import LinuxRunner


class Runner:
    closed = reset_done = False

    def reset(self) -> None:
        self.reset_done = True

    def close(self) -> None:
        self.closed = True


class Stage:
    """Options that change, and the runners that were made for them."""

    def __init__(self) -> None:
        self.options: dict[str, t.Any] = {
            "remote_addr": "pc",
            "port": 5986,
            "windows_user": "fleetadmin",
            "windows_password": "secret",
            "_extras": {},
            "connect_timeout": 10.0,
            "distribution": "Debian-12",
            "remote_user": "root",
            "executable": "C:\\wsl.exe",
            "persist": 0,
            "transport": None,
            "windows_shell": "cmd",
            **dict.fromkeys(ways._OF_SSH),
        }
        self.made: list[Runner] = []
        self.ways = ways.Ways(lambda name: self.options[name])

    def make(self, _ways: object) -> Runner:
        self.made.append(Runner())
        return self.made[-1]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = Stage()
    monkeypatch.setattr(ways.Ways, "_new_runner", lambda _self, *_idle: stage.make(_self))
    return stage


def test_users_and_distributions_share_a_runner(stage: Stage) -> None:
    first = stage.ways.windows
    stage.options.update(distribution="Ubuntu-24.04", remote_user="daemon")
    assert stage.ways.windows is first
    assert "-d Ubuntu-24.04 -u daemon" in stage.ways.ordinary.line


def test_another_account_gets_another_one(stage: Stage) -> None:
    first: t.Any = stage.ways.windows
    stage.options.update(windows_password="other")
    assert stage.ways.windows is not first
    assert first.closed and len(stage.made) == 2


def test_a_closed_one_is_made_anew(stage: Stage) -> None:
    first: t.Any = stage.ways.windows
    stage.ways.close()
    stage.ways.close()
    assert first.closed
    assert stage.ways.windows is not first


@pytest.mark.parametrize(
    "changed, transport",
    [
        ({}, "winrm"),
        ({"port": None}, "winrm"),
        ({"port": 22}, "ssh"),
        ({"port": 22, "transport": "winrm"}, "winrm"),
        ({"port": 5985, "private_key_file": "/key"}, "winrm"),
        ({"port": 2222, "private_key_file": "/key"}, "ssh"),
        ({"port": None, "host_key_checking": False}, "ssh"),
        ({"port": None, "private_key_file": "/key", "_extras": {"ansible_winrm_scheme": "http"}}, "winrm"),
        ({"transport": "ssh"}, "ssh"),
    ],
)
def test_the_transport_is_guessed(stage: Stage, changed: dict[str, t.Any], transport: str) -> None:
    stage.options.update(changed)
    assert stage.ways.transport == transport


def test_of_ssh_the_connection_is_kept_too(stage: Stage) -> None:
    """Ansible closes a connection after each task, which leaves what ControlPersist keeps alone."""
    stage.options.update(transport="ssh")
    runner: t.Any = stage.ways.windows
    stage.ways.close()
    assert runner.closed and not runner.reset_done
    stage.ways.reset()
    assert stage.made[-1].reset_done


@pytest.mark.parametrize(
    "changed, kind",
    [
        ({}, LinuxRunner),
        ({"persist": 60}, KeptLinux),
        ({"transport": "ssh"}, LinuxRunner),
        ({"transport": "ssh", "persist": 60}, KeptLinux),
    ],
)
def test_the_quick_way(stage: Stage, changed: dict[str, t.Any], kind: type) -> None:
    stage.options.update(changed)
    assert type(stage.ways.quick) is kind


def test_a_kept_session_belongs_to_one_way_to_windows(stage: Stage) -> None:
    """Each road has a session of its own; what else decides what Windows allows has to be the same."""
    stage.options.update(port=None)
    over_winrm = stage.ways._kept()
    stage.options.update(transport="ssh")
    over_ssh = stage.ways._kept()
    assert over_winrm.path != over_ssh.path
    for change in ({"private_key_file": "/key"}, {"windows_shell": "powershell"}, {"windows_password": "other"}):
        before = dict(stage.options)
        stage.options.update(change)
        other = stage.ways._kept()
        assert other.path == over_ssh.path and other.identity != over_ssh.identity
        stage.options = before


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"distribution": None}, "pc: no distribution is named: set ansible_wsl_distribution"),
        ({"distribution": None, "persist": 60}, "pc: no distribution is named"),
        ({"distribution": "a b"}, "pc: 'a b' cannot be the name of a distribution"),
        ({"remote_user": "a b"}, "pc: 'a b' cannot be the name of a Linux user"),
    ],
)
def test_options_that_name_nothing(stage: Stage, changed: dict[str, t.Any], message: str) -> None:
    stage.options.update(changed)
    with pytest.raises(AnsibleError, match=message):
        _ = stage.ways.quick
