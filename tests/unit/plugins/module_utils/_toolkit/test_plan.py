# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import space
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import plan as toolkit_plan

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

GIB = 2**30


def database(*names: str, status: str = "install ok installed") -> dpkg.Database:
    text = "\n\n".join(f"Package: {name}\nStatus: {status}\nVersion: 1\nArchitecture: amd64" for name in names)
    return dpkg.Database(tuple(dpkg.parse_status(text)), False)


def root_with(tmp_path: Path, *files: str) -> str:
    for file in files:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return str(tmp_path)


def wanted(version: str = "12.8", *components: str, **options: t.Any) -> toolkit_plan.Goal:
    asked = toolkit_plan.Options(version, components or ("toolkit",), **options)
    return toolkit_plan.desired(catalogue.parse_version(version), asked)


def versions(*lines: str) -> dpkg.Database:
    """``hi cuda-nvcc-12-8 12.8.61-1 needs-this``: hold, name, version, dependencies."""
    stanzas = []
    for line in lines:
        code, name, version, *needs = line.split()
        want = "hold" if code[0] == "h" else "install"
        stanzas.append(
            f"Package: {name}\nStatus: {want} ok installed\nVersion: {version}\nDepends: {', '.join(needs)}\n"
        )
    return dpkg.Database(tuple(dpkg.parse_status("\n".join(stanzas))), False)


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
    plan = toolkit_plan.make_plan(system_at(root_with(tmp_path, *files)), wanted(), database(*installed, status=status))
    assert plan.install == install and plan.purge == ()


def test_absent_takes_this_version_only() -> None:
    held = database("cuda-nvcc-12-4", "libcublas-12-4", "cuda-nvcc-12-8", "cuda-driver-dev-12-8", "g++")
    plan = toolkit_plan.make_plan(system_at(), wanted("12.4", state="absent"), held)
    assert plan.purge == ("cuda-nvcc-12-4", "libcublas-12-4")
    assert plan.install == ()


def test_latest_names_everything_that_is_there_and_keeps_its_marks() -> None:
    there = versions("ii cuda-toolkit-12-8 12.8.0-1", "hi cuda-nvcc-12-8 12.8.61-1", "ii cuda-nvcc-12-4 12.4.99-1")
    plan = toolkit_plan.make_plan(system_at(), wanted(state="latest", host_compiler=False), there, {"cuda-nvcc-12-8"})
    assert plan.install == ("cuda-toolkit-12-8", "cuda-nvcc-12-8")
    assert (plan.unhold, plan.automatic, plan.upgrade) == (("cuda-nvcc-12-8",), ("cuda-nvcc-12-8",), True)


PARTS = {"cuda-nvcc-12-8": "12.8.61-1", "cuda-crt-12-8": "12.8.61-1"}


@pytest.mark.parametrize(
    ("there", "install", "downgrade"),
    [
        ((), ("cuda-crt-12-8=12.8.61-1", "cuda-nvcc-12-8=12.8.61-1"), False),
        (("ii cuda-nvcc-12-8 12.8.61-1", "ii cuda-crt-12-8 12.8.61-1"), (), False),
        (("ii cuda-nvcc-12-8 12.8.61-1", "ii cuda-crt-12-8 12.8.10-1"), ("cuda-crt-12-8=12.8.61-1",), False),
        (("ii cuda-nvcc-12-8 12.8.93-1", "ii cuda-crt-12-8 12.8.61-1"), ("cuda-nvcc-12-8=12.8.61-1",), True),
    ],
)
def test_an_exact_release_is_of_one_piece(there: tuple[str, ...], install: tuple[str, ...], downgrade: bool) -> None:
    asked = wanted("12.8.0", "nvcc", host_compiler=False, allow_downgrade=True)
    plan = toolkit_plan.make_plan(system_at(), asked, versions(*there), (), PARTS)
    assert (plan.install, plan.downgrade) == (install, downgrade)
    assert "cuda-nvcc-12-8" not in plan.automatic
    lines = [" ".join(command) for command in toolkit_plan.commands(plan, False)]
    assert any("--allow-downgrades" in line for line in lines) is downgrade


def test_no_downgrade_unless_allowed() -> None:
    there = versions("ii cuda-nvcc-12-8 12.8.93-1")
    with pytest.raises(Failure, match=r"12\.8\.93-1 is installed, newer than .* set allow_downgrade"):
        toolkit_plan.make_plan(system_at(), wanted("12.8.0", "nvcc", host_compiler=False), there, (), PARTS)


def test_upgrade_installs_the_new_before_the_old_goes() -> None:
    there = versions("hi cuda-toolkit-12-4 12.4.0-1", "ii cuda-nvcc-12-4 12.4.99-1", "ii gcc 12")
    plan = toolkit_plan.make_plan(system_at(), wanted(others="remove", host_compiler=False), there)
    assert plan.purge == ("cuda-nvcc-12-4", "cuda-toolkit-12-4")
    lines = [" ".join(command) for command in toolkit_plan.commands(plan, False)]
    assert lines[0].startswith("apt-mark unhold cuda-toolkit-12-4 -o Dir::Etc::SourceList=/dev/null ")
    assert lines[1].endswith(" cuda-toolkit-12-8") and lines[2].endswith(" cuda-nvcc-12-4 cuda-toolkit-12-4")


def test_what_the_new_one_shares_with_the_old_one_stays() -> None:
    there = versions(
        "ii cuda-nvcc-12-4 12.4.99-1",
        "ii cuda-toolkit-config-common 12.8.90-1",
        "ii cuda-toolkit-11-config-common 11-1",
    )
    shared = {"cuda-toolkit-config-common", "cuda-toolkit-11-config-common"}
    plan = toolkit_plan.make_plan(
        system_at(), wanted("12.8", "nvcc", others="remove", host_compiler=False), there, shared
    )
    assert set(plan.purge) == {"cuda-nvcc-12-4", *shared}
    record = "Package: cuda-nvcc-12-8\nVersion: 1\nDepends: cuda-crt-12-8, cuda-toolkit-config-common (>= 12)\n"
    gone = "Remv cuda-toolkit-11-config-common [11-1]\nRemv cuda-nvcc-12-4 [12.4.99-1]\n"
    run = ScriptedRun(
        ("install .* cuda-nvcc-12-8$", Completed(0, "Inst cuda-nvcc-12-8 (1 X:y [amd64])\n", "")),
        ("apt-cache show", Completed(0, record, "")),
        ("purge cuda-nvcc-12-4 cuda-toolkit-11-config-common$", Completed(0, gone, "")),
    )
    followed, judged = toolkit_plan.judge(system_at(run=run), plan)
    assert followed.purge == ("cuda-nvcc-12-4", "cuda-toolkit-11-config-common")
    assert [action.name for action in judged.removes] == ["cuda-toolkit-11-config-common", "cuda-nvcc-12-4"]
    run.done()


@pytest.mark.parametrize(("unhold", "purge"), [(("b",), ("b",)), ((), ())])
def test_an_upgrade_to_what_is_there_is_no_change(unhold: tuple[str, ...], purge: tuple[str, ...]) -> None:
    plan = toolkit_plan.Plan(install=("a",), purge=purge, unhold=("b",), automatic=("c",), upgrade=True)
    run = ScriptedRun(
        ("install", Completed(0, "", "")), *((("purge", Completed(0, "Remv b [1]\n", "")),) if purge else ())
    )
    assert toolkit_plan.judge(system_at(run=run), plan)[0] == toolkit_plan.Plan(purge=purge, unhold=unhold)
    run.done()


def test_what_apt_cannot_install_is_explained() -> None:
    output = "nsight-systems-2023.4.4\n  Depends: <libtinfo5>\n"
    failed = Completed(100, "", "E: Unable to correct problems, you have held broken packages.")
    run = ScriptedRun(
        ("install", failed), ("PreferencesParts", failed), ("apt-cache depends --recurse", Completed(0, output, ""))
    )
    with pytest.raises(Failure, match=r"needs libtinfo5: .* cuda_version 12\.5 or newer") as caught:
        toolkit_plan.judge(system_at(run=run), toolkit_plan.Plan(install=("cuda-toolkit-12-4",)))
    assert not isinstance(caught.value, toolkit_plan.NoPlanError)
    run.done()


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
        Failure, match="refused before anything was downloaded: cuda-x: would install cuda-drivers"
    ) as caught:
        toolkit_plan.judge(system_at(run=run), toolkit_plan.Plan(install=("cuda-x",)))
    assert not isinstance(caught.value, toolkit_plan.NoPlanError)
    run.done()


@pytest.mark.parametrize(("free", "fits"), [(4 * GIB, True), (2 * GIB, False)])
def test_space_is_counted(free: int, fits: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "free_bytes", lambda _system, _path: free)
    record = f"Package: a\nVersion: 1\nSize: {GIB}\nInstalled-Size: {GIB // 1024}\n"
    run = ScriptedRun(("install", Completed(0, "Inst a (1 X:y [amd64])\n", "")), ("show", Completed(0, record, "")))
    if fits:
        _plan, judged = toolkit_plan.judge(system_at(run=run), toolkit_plan.Plan(install=("a",)))
        assert judged.download_bytes == GIB
    else:
        with pytest.raises(Failure, match="not enough space on /: 2048 MiB are needed"):
            toolkit_plan.judge(system_at(run=run), toolkit_plan.Plan(install=("a",)))


def test_apt_without_a_plan_is_another_error() -> None:
    text = "E: Unable to locate package a\n"
    failed = Completed(100, "", text)
    run = ScriptedRun(("install", failed), ("PreferencesParts", failed), ("apt-cache depends --recurse", failed))
    with pytest.raises(toolkit_plan.NoPlanError, match="a: apt refuses: Unable to locate package a"):
        toolkit_plan.judge(system_at(run=run), toolkit_plan.Plan(install=("a",)))
    run.done()


def test_commands_mend_first_and_never_ask() -> None:
    lines = [" ".join(command) for command in toolkit_plan.commands(toolkit_plan.Plan(install=("a",)), True)]
    assert lines[0].endswith("--configure -a")
    assert (
        "Dpkg::Use-Pty=0" in lines[1]
        and "--force-confold" in lines[1]
        and lines[1].endswith("--no-install-recommends a")
    )
    assert len(toolkit_plan.commands(toolkit_plan.Plan(install=("a",)), False)) == 1
