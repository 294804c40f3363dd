# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import rootless, runtime_removal, runtimes
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes

from tests.unit.plugins.module_utils.scripted_run import system_at

ME = pwd.getpwuid(os.getuid())
ANNA = rootless.DockerUser("anna", ME.pw_uid, ME.pw_gid, "/home/anna")
SHIPPED = """#accept-nvidia-visible-devices-envvar-when-unprivileged = true

[nvidia-container-cli]
environment = []
#no-cgroups = false
ldconfig = "@/sbin/ldconfig"

[nvidia-container-runtime]
mode = "auto"
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "[nvidia-container-cli]\nno-cgroups = true\n"),
        ("a = 1", "a = 1\n[nvidia-container-cli]\nno-cgroups = true\n"),
        (SHIPPED, SHIPPED.replace("#no-cgroups = false", "no-cgroups = true")),
        ("[nvidia-container-cli]\nno-cgroups = false # x\n[x]\n", "[nvidia-container-cli]\nno-cgroups = true\n[x]\n"),
        ("[nvidia-container-cli]\n[x]\n", "[nvidia-container-cli]\nno-cgroups = true\n[x]\n"),
        ("[nvidia-container-cli]", "[nvidia-container-cli]\nno-cgroups = true\n"),
        # A setting that counts goes before one that is only a comment.
        (
            "[nvidia-container-cli]\n#no-cgroups = true\nno-cgroups = false\n",
            "[nvidia-container-cli]\n#no-cgroups = true\nno-cgroups = true\n",
        ),
        ("[x]\nno-cgroups = true\n", "[x]\nno-cgroups = true\n[nvidia-container-cli]\nno-cgroups = true\n"),
    ],
)
def test_without_cgroups(text: str, expected: str) -> None:
    assert rootless.without_cgroups(text) == expected
    assert rootless.without_cgroups(expected) == expected


def test_users(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = pwd.struct_passwd(("anna", "x", 1000, 1001, "", "/home/anna/", "/bin/bash"))
    monkeypatch.setattr(rootless.pwd, "getpwnam", {"anna": entry, "root": pwd.getpwuid(0)}.__getitem__)
    assert rootless.users([], ["containerd"]) == []
    assert rootless.users(["anna"], ["docker"]) == [rootless.DockerUser("anna", 1000, 1001, "/home/anna")]
    for names, serve, words in (
        (["ben"], ["docker"], "no user 'ben'"),
        (["root"], ["docker"], "leave root out"),
        (["anna"], ["docker", "containerd"], "do not go together"),
        (["anna"], ["podman"], "add docker to engines"),
    ):
        with pytest.raises(Failure, match=words):
            rootless.users(names, serve)


@pytest.mark.parametrize(("daemon", "config"), [(None, None), ('{"debug": true}', SHIPPED)])
def test_in_and_out_again(
    tmp_path: Path, daemon: str | None, config: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rootless, "_owner_of", {ANNA.path: ANNA}.get)
    system = system_at(tmp_path)
    before = {ANNA.path: daemon, rootless.CONFIG_TOML: config}
    for path, text in before.items():
        if text is not None:
            (tmp_path / path[1:]).parent.mkdir(parents=True)
            (tmp_path / path[1:]).write_text(text)
    assert rootless.unconfigured(system, [ANNA]) == [ANNA]
    changes = rootless.plan(system, [ANNA])
    assert [change.path for change in changes] == [runtimes.RECORD, ANNA.path, rootless.CONFIG_TOML]
    assert [change.user for change in changes] == [None, ANNA, None]
    system_changes.apply(system, changes)
    assert rootless.unconfigured(system, [ANNA]) == [] and rootless.plan(system, [ANNA]) == []
    assert rootless.plan(system, []) == []
    removal = runtime_removal.plan_removal(system, rootless.plan_removal)
    system_changes.apply(system, removal.changes)
    for path, text in before.items():
        assert (tmp_path / path[1:]).exists() is (text is not None)
        assert text is None or (tmp_path / path[1:]).read_text() == text
    assert removal.engines == ()


def test_whose_docker_a_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        pwd.struct_passwd((name, "x", uid, uid, "", home, ""))
        for name, uid, home in (("root", 0, "/root"), ("anna", 1000, "/home/anna"), ("ben", 1001, "/home/ben/"))
    ]
    monkeypatch.setattr(rootless.pwd, "getpwall", lambda: entries)
    assert rootless._owner_of("/home/ben/.config/docker/daemon.json") == rootless.DockerUser(
        "ben", 1001, 1001, "/home/ben"
    )
    assert rootless._owner_of("/root/.config/docker/daemon.json") is None
    assert rootless._owner_of("/home/gone/.config/docker/daemon.json") is None


def test_a_setting_that_somebody_changed_since_stays(tmp_path: Path) -> None:
    system = system_at(tmp_path)
    system_changes.apply(system, rootless.plan(system, [ANNA]))
    config = tmp_path / rootless.CONFIG_TOML[1:]
    config.write_text(config.read_text() + "[own]\n")
    removal = runtime_removal.plan_removal(system, rootless.plan_removal)
    assert rootless.CONFIG_TOML not in [change.path for change in removal.changes]
