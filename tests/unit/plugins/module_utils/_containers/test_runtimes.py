# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of docker and containerd: in, out, and what stays."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import (
    containerd_toml,
    runtime_removal,
    runtimes,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils.engine_files import configure, nothing_else, put, read
from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

OWN = '{"log-driver": "local"}'
MAIN = 'version = 2\nimports = ["conf.d/*.toml"]\n'
SETS = 'version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  max_container_log_line_size = 17\n'
DROP_IN = "/etc/containerd/conf.d/own.toml"


def take_out(root: Path) -> runtime_removal.Removal:
    removal = runtime_removal.plan_removal(system_at(root), nothing_else)
    system_changes.apply(system_at(root), removal.changes)
    return removal


@pytest.mark.parametrize("before", [None, "", OWN, '{\n "a": 1\n}\n', '{"runtimes": {}}'])
def test_docker_in_and_out(tmp_path: Path, before: str | None) -> None:
    if before is not None:
        put(tmp_path, runtimes.DAEMON_JSON, before)
    assert runtimes.unconfigured(system_at(tmp_path), ["docker", "podman"]) == ["docker"]
    configure(tmp_path, ["docker"])
    assert stat.S_IMODE((tmp_path / runtimes.RECORD.lstrip("/")).stat().st_mode) == 0o600
    removal = take_out(tmp_path)
    assert removal.engines == ("docker",) and read(tmp_path, runtimes.DAEMON_JSON) == before
    assert read(tmp_path, runtimes.RECORD) is None and take_out(tmp_path).changes == ()


@pytest.mark.parametrize("before", [None, "", "version = 2", "version = 3\n[debug]\n", SETS])
def test_containerd_in_and_out(tmp_path: Path, before: str | None) -> None:
    if before is not None:
        put(tmp_path, containerd_toml.PATH, before)
    configure(tmp_path, ["containerd"])
    removal = take_out(tmp_path)
    assert removal.engines == ("containerd",) and read(tmp_path, containerd_toml.PATH) == before


def test_containerd_with_imports(tmp_path: Path) -> None:
    put(tmp_path, containerd_toml.PATH, MAIN)
    put(tmp_path, DROP_IN, SETS)
    configure(tmp_path, ["containerd"])
    assert read(tmp_path, containerd_toml.PATH) == MAIN and "nvidia" in (read(tmp_path, DROP_IN) or "")
    put(tmp_path, DROP_IN, (read(tmp_path, DROP_IN) or "") + "[debug]\n")
    take_out(tmp_path)
    assert read(tmp_path, DROP_IN) == SETS + "[debug]\n"


def test_what_somebody_added_since_stays(tmp_path: Path) -> None:
    configure(tmp_path, ["docker"])
    text = (read(tmp_path, runtimes.DAEMON_JSON) or "").replace("{\n", '{\n    "debug": true,\n', 1)
    put(tmp_path, runtimes.DAEMON_JSON, text)
    take_out(tmp_path)
    assert read(tmp_path, runtimes.DAEMON_JSON) == '{\n    "debug": true\n}\n'
    configure(tmp_path, ["docker"])
    text = (read(tmp_path, runtimes.DAEMON_JSON) or "").replace('    "debug": true,\n', "")
    put(tmp_path, runtimes.DAEMON_JSON, text)
    take_out(tmp_path)
    assert read(tmp_path, runtimes.DAEMON_JSON) is not None, "a file that was there before is never removed"


def test_broken_json_is_one_line(tmp_path: Path) -> None:
    put(tmp_path, runtimes.DAEMON_JSON, "{\n")
    for function in (lambda: runtimes.unconfigured(system_at(tmp_path), ["docker"]), lambda: take_out(tmp_path)):
        with pytest.raises(Failure, match=r"/etc/docker/daemon\.json cannot be used.*nothing was changed") as caught:
            function()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (Completed(0, "configuration OK\n", ""), ""),
        (Completed(125, "", "Status: unknown flag: --validate\nSee 'dockerd --help'., Code: 125\n"), ""),
        (Completed(1, "", "unable to configure the Docker daemon: directives don't match: nonsense\n"), "nonsense"),
    ],
)
def test_dockerd_has_a_say(tmp_path: Path, answer: Completed, refused: str) -> None:
    changes = runtimes.plan(system_at(tmp_path), "docker")
    run = ScriptedRun(("^dockerd --validate ", answer))
    if not refused:
        runtimes.check_docker(system_at(run=run), changes)
        runtimes.check_docker(system_at(run=run), [])
        return
    with pytest.raises(Failure, match=f"{refused}; repair it first"):
        runtimes.check_docker(system_at(run=run), changes)


SHOWN = '        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.nvidia]\n'


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (Completed(0, SHOWN, ""), ""),
        (Completed(0, 'disabled_plugins = ["cri"]\n', "level=warning\n"), ""),
        (Completed(1, "", "containerd: failed to load TOML: (9, 2): duplicated tables\n"), "duplicated tables"),
        (Completed(0, "", ""), "does not reach it"),
    ],
)
def test_containerd_has_a_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Completed, refused: str) -> None:
    put(tmp_path, containerd_toml.PATH, SETS)
    changes = runtimes.plan(system_at(tmp_path), "containerd")
    put_back: list[system_changes.FileChange] = []
    monkeypatch.setattr(system_changes, "apply", lambda system, items: put_back.extend(items))
    run = ScriptedRun(("^containerd config dump$", answer))
    if not refused:
        runtimes.check_containerd(system_at(run=run), changes)
        assert put_back == []
        return
    with pytest.raises(Failure, match=f"refuses {containerd_toml.PATH}.*{refused}; the file was restored"):
        runtimes.check_containerd(system_at(run=run), changes)
    assert [(item.path, item.after) for item in put_back] == [
        (containerd_toml.PATH, SETS.encode()), (runtimes.RECORD, None),
    ]  # fmt: skip
