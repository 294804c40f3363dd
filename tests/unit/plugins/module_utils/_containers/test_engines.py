# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import signal
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import engines
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers.engines import Choice, State
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure

from tests.unit.plugins.module_utils.scripted_run import system_at

DESKTOP = "/mnt/wsl/docker-desktop/cli-tools/usr/bin/docker"


def put(root: Path, path: str, text: str = "") -> None:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize(
    ("files", "links", "expected"),
    [
        ([], {}, State(())),
        (["/usr/bin/podman"], {}, State(("podman",))),
        (["/usr/bin/dockerd", "/usr/bin/containerd"], {}, State(("docker", "containerd"))),
        ([], {"/usr/bin/docker": DESKTOP}, State((), "/usr/bin/docker")),
        (["/usr/bin/podman"], {"/usr/bin/docker-compose": DESKTOP}, State(("podman",), "/usr/bin/docker-compose")),
        ([], {"/run/docker.sock": "/mnt/wsl/docker-desktop/shared-sockets/x"}, State((), "/run/docker.sock")),
        # podman-docker and others link too.
        ([], {"/usr/bin/docker": "/usr/bin/podman"}, State(())),
    ],
)
def test_observe(tmp_path: Path, files: list[str], links: dict[str, str], expected: State) -> None:
    for path in files:
        put(tmp_path, path)
    for path, target in links.items():
        (tmp_path / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path.lstrip("/")).symlink_to(target)
    assert engines.observe(system_at(tmp_path)) == expected


@pytest.mark.parametrize(
    ("wanted", "seen", "expected"),
    [
        (None, State(()), Choice(())),
        (None, State(("docker", "containerd", "podman")), Choice(("docker", "podman"))),
        (None, State(("containerd",)), Choice(("containerd",))),
        (["podman"], State(()), Choice(("podman",), ("podman",))),
        (["podman", "podman"], State(("podman",)), Choice(("podman",))),
        (["containerd"], State(("docker", "containerd")), Choice(("containerd",))),
        (["podman"], State((), "/usr/bin/docker"), Choice(("podman",), ("podman",))),
    ],
)
def test_choose(wanted: list[str] | None, seen: State, expected: Choice) -> None:
    assert engines.choose(wanted, seen) == expected


def test_docker_desktop_is_left_alone() -> None:
    seen = State(("docker", "containerd", "podman"), "/usr/bin/docker")
    choice = engines.choose(None, seen)
    assert choice.serve == ("podman",) and "docker is left alone" in choice.notes[0]
    for engine in ("docker", "containerd"):
        with pytest.raises(Failure, match="Docker Desktop serves docker here"):
            engines.choose([engine], seen)


@pytest.mark.parametrize(
    ("version", "expected"),
    [("3.4.4+ds1-1ubuntu1", True), ("4.0.9-1", True), ("4.3.1+ds1-8", False), ("1:5.4.2-1", False), ("odd", False)],
)
def test_podman_too_old(version: str, expected: bool) -> None:
    assert engines.podman_too_old(version) is expected


def test_only_a_running_dockerd_gets_the_signal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[t.Any] = []
    monkeypatch.setattr(engines.os, "kill", lambda pid, number: sent.append((pid, number)))
    system = system_at(tmp_path)
    assert not engines.reload_docker(system)
    put(tmp_path, "/run/docker.pid", "4711\n")
    put(tmp_path, "/proc/4711/comm", "bash\n")
    assert not engines.reload_docker(system) and not sent
    put(tmp_path, "/proc/4711/comm", "dockerd\n")
    assert engines.reload_docker(system) and sent == [(4711, signal.SIGHUP)]
