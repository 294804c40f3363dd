# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import (
    containerd_toml,
    runtime_removal,
    runtimes,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure

from tests.unit.plugins.module_utils.engine_files import configure, nothing_else, put, read
from tests.unit.plugins.module_utils.scripted_run import system_at


def test_entries_of_others_stay(tmp_path: Path) -> None:
    theirs = '{"runtimes": {"nvidia": {"path": "nvidia-container-runtime"}}}'
    put(tmp_path, runtimes.DAEMON_JSON, theirs)
    put(tmp_path, containerd_toml.PATH, "[plugins.cri.containerd.runtimes.nvidia]\n")
    removal = runtime_removal.plan_removal(system_at(tmp_path), nothing_else)
    assert removal.changes == () and removal.engines == ()
    assert ["daemon.json" in removal.notes[0], "of containerd is kept" in removal.notes[1]] == [True, True]
    # A damaged record is none.
    put(tmp_path, runtimes.RECORD, "{")
    assert [change.path for change in runtime_removal.plan_removal(system_at(tmp_path), nothing_else).changes] == [
        runtimes.RECORD
    ]


def test_a_default_runtime_is_not_taken_away(tmp_path: Path) -> None:
    configure(tmp_path, ["docker", "containerd"])
    kept = read(tmp_path, runtimes.DAEMON_JSON) or ""
    put(tmp_path, runtimes.DAEMON_JSON, kept.replace("{", '{"default-runtime": "nvidia",', 1))
    with pytest.raises(Failure, match=r"daemon\.json makes nvidia the default runtime.*nothing was changed"):
        runtime_removal.plan_removal(system_at(tmp_path), nothing_else)
    put(tmp_path, runtimes.DAEMON_JSON, kept)
    toml = (read(tmp_path, containerd_toml.PATH) or "") + "default_runtime_name = 'nvidia'\n"
    put(tmp_path, containerd_toml.PATH, toml)
    with pytest.raises(Failure, match="default_runtime_name first"):
        runtime_removal.plan_removal(system_at(tmp_path), nothing_else)
