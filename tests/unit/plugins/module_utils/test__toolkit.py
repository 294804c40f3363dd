# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils import _dpkg, _toolkit, _transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._run import Completed

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun

GIB = 2**30


def database(*names: str, status: str = "install ok installed") -> _dpkg.Database:
    text = "\n\n".join(f"Package: {name}\nStatus: {status}\nVersion: 1\nArchitecture: amd64" for name in names)
    return _dpkg.Database(tuple(_dpkg.parse_status(text)), False)


def root_with(tmp_path: Path, *files: str) -> str:
    for file in files:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return str(tmp_path)


@pytest.mark.parametrize(
    ("installed", "status", "files", "install"),
    [
        ((), "install ok installed", (), ("cuda-toolkit-12-8", "g++")),
        (("cuda-toolkit-12-8",), "install ok installed", (), ("g++",)),
        (("cuda-toolkit-12-8",), "install ok installed", ("usr/bin/g++",), ()),
        (("cuda-toolkit-12-8",), "install ok unpacked", ("usr/bin/g++",), ("cuda-toolkit-12-8",)),
        (("cuda-toolkit-12-8",), "install reinstreq half-installed", ("usr/bin/g++",), ("cuda-toolkit-12-8",)),
        (("cuda-toolkit-12-4",), "install ok installed", ("usr/bin/g++",), ("cuda-toolkit-12-8",)),
    ],
)
def test_what_is_missing_is_installed(
    tmp_path: Path, installed: tuple[str, ...], status: str, files: tuple[str, ...], install: tuple[str, ...]
) -> None:
    wanted = _toolkit.desired("12.8", ["toolkit"], True, True)
    plan = _toolkit.make_plan(wanted, database(*installed, status=status), root_with(tmp_path, *files))
    assert plan.install == install
    assert plan.profile and not plan.empty


def test_profile_is_written_once(tmp_path: Path) -> None:
    wanted = _toolkit.desired("12.8", ["nvcc"], False, True)
    first = _toolkit.make_plan(wanted, database("cuda-nvcc-12-8"), str(tmp_path))
    _toolkit.apply_profile(first, str(tmp_path))
    assert _toolkit.make_plan(wanted, database("cuda-nvcc-12-8"), str(tmp_path)).empty


def test_absent_takes_this_version_only(tmp_path: Path) -> None:
    wanted = _toolkit.desired("12.4", ["toolkit"], True, False)
    held = database("cuda-nvcc-12-4", "libcublas-12-4", "cuda-nvcc-12-8", "cuda-driver-dev-12-8", "g++")
    plan = _toolkit.make_plan(wanted, held, str(tmp_path))
    assert plan.purge == ("cuda-nvcc-12-4", "libcublas-12-4")
    assert plan.profile == ()


def test_plan_with_a_driver_is_refused() -> None:
    simulation = "Inst cuda-drivers (570 NVIDIA CUDA:localhost [amd64])\nConf cuda-drivers (570)\n"
    run = ScriptedRun(
        ("apt-get -s .* install --no-install-recommends cuda-x$", Completed(0, simulation, "")),
        (
            "apt-cache show --no-all-versions cuda-drivers=570",
            Completed(0, "Package: cuda-drivers\nVersion: 570\n", ""),
        ),
    )
    with pytest.raises(
        _toolkit.ToolkitError, match="refused before anything was downloaded: cuda-x: would install cuda-drivers"
    ) as caught:
        _toolkit.judge(run, _toolkit.Plan(install=("cuda-x",)), 100 * GIB)
    assert not isinstance(caught.value, _toolkit.NoPlanError)
    run.done()


@pytest.mark.parametrize(("free", "fits"), [(4 * GIB, True), (2 * GIB, False)])
def test_space_is_counted(free: int, fits: bool) -> None:
    record = f"Package: a\nVersion: 1\nSize: {GIB}\nInstalled-Size: {GIB // 1024}\n"
    run = ScriptedRun(("install", Completed(0, "Inst a (1 X:y [amd64])\n", "")), ("show", Completed(0, record, "")))
    if fits:
        assert _toolkit.judge(run, _toolkit.Plan(install=("a",)), free).download_bytes == GIB
    else:
        with pytest.raises(_toolkit.ToolkitError, match="not enough space on /: the transaction needs 2048 MiB"):
            _toolkit.judge(run, _toolkit.Plan(install=("a",)), free)


def test_apt_without_a_plan_is_another_error() -> None:
    text = "E: Unable to locate package a\n"
    run = ScriptedRun(("install", Completed(100, "", text)), ("PreferencesParts", Completed(100, "", text)))
    with pytest.raises(_toolkit.NoPlanError, match="a: apt refuses: Unable to locate package a"):
        _toolkit.judge(run, _toolkit.Plan(install=("a",)), GIB)
    run.done()


def test_commands_mend_first_and_never_ask() -> None:
    lines = [" ".join(command) for command in _toolkit.commands(_toolkit.Plan(install=("a",)), True)]
    assert lines[0].endswith("--configure -a")
    assert (
        "Dpkg::Use-Pty=0" in lines[1]
        and "--force-confold" in lines[1]
        and lines[1].endswith("--no-install-recommends a")
    )
    assert len(_toolkit.commands(_toolkit.Plan(install=("a",)), False)) == 1


def test_failure_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("Err:1\nE: Failed to fetch x  404\nE: Sub-process returned an error code (1)\n")
    (tmp_path / "exit").write_text("100\n")
    text = _toolkit.failure(_transaction.Transaction(str(tmp_path)), database("b", status="install ok half-configured"))
    assert "ended with code 100: Failed to fetch x  404" in text and "half way: b iF" in text and "\n" not in text
