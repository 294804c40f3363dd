# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import toolkit_state
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import path, smoke_test

from tests.unit.plugins.module_utils.scripted_run import system_at

NVCC = "/usr/local/cuda-12.8/bin/nvcc"

LIBRARIES = "/usr/local/cuda-12.8/targets/x86_64-linux/lib"


def database(*names: str) -> dpkg.Database:
    """Installed packages with these NAMES, each as ``name`` or ``name=version``."""
    parts = [name.partition("=")[::2] for name in names]
    return dpkg.Database(tuple(dpkg.Package(name, "amd64", version or "1", "ii") for name, version in parts), False)


def test_what_is_read(tmp_path: Path) -> None:
    system = system_at(tmp_path)
    for name, text in {NVCC: "", f"{LIBRARIES}/libcudart.so.12": "", "/etc/passwd": ""}.items():
        file = tmp_path / name[1:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / NVCC[1:]).chmod(0o755)
    (tmp_path / "usr/local/cuda").symlink_to("/usr/local/cuda-12.8")
    first = toolkit_state.observe(system, database(), {})
    assert (first.default, first.nvcc, first.libraries) == ("/usr/local/cuda-12.8", NVCC, LIBRARIES)
    assert first.commands_missing == (path.PROFILE, f"{path.COMMANDS}/nvcc") and first.libraries_named == ()
    changes.apply(system, path.changes(system, True))
    (tmp_path / "etc/ld.so.conf.d").mkdir()
    (tmp_path / "etc/ld.so.conf.d/000_cuda.conf").write_text("/usr/local/cuda/targets/x86_64-linux/lib\n")
    outcome = smoke_test.Outcome("no_gpu", {}, "12.8")
    smoke_test.remember(system, smoke_test.key(system, NVCC), outcome)
    (tmp_path / smoke_test.FOLDER[1:] / "program").write_text("")
    then = toolkit_state.observe(system, database(), {})
    assert (then.commands_missing, then.smoke) == ((), "no_gpu")
    assert then.libraries_named == ("/etc/ld.so.conf.d/000_cuda.conf",)
