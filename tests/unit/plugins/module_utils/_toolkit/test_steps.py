# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import plan as apt_plan
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import indexes
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import (
    finish,
    gpu,
    host_compiler,
    removal,
    steps,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import plan as toolkit_plan

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

INDEX = """\
Package: cuda-toolkit-12-8
Version: 12.8.1-1
Depends: cuda-nvcc-12-8 (>= 12.8.93)

Package: cuda-nvcc-12-8
Version: 12.8.93-1
"""


@pytest.fixture(autouse=True)
def system(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An empty distribution with fresh indexes and no GPU; what apt was asked to judge."""
    asked: list[str] = []

    def judge(
        _system: object, plan: toolkit_plan.Plan, _installed: object
    ) -> tuple[toolkit_plan.Plan, apt_plan.Judgement]:
        asked.extend(plan.install)
        return plan, apt_plan.Judgement(tuple(apt_plan.Action("Inst", name) for name in plan.install), (), ())

    monkeypatch.setattr(dpkg, "read_database", lambda system: dpkg.Database((), False))
    monkeypatch.setattr(dpkg, "read_automatic", lambda system: set())
    monkeypatch.setattr(toolkit_plan, "judge", judge)
    monkeypatch.setattr(host_compiler, "is_there", lambda system: True)
    monkeypatch.setattr(indexes, "bring_up_to_date", lambda system, now: "")
    monkeypatch.setattr(gpu, "read", lambda system: [])
    monkeypatch.setattr(finish, "settle", lambda *arguments: finish.Settling())
    monkeypatch.setattr(finish, "read_release", lambda system, short: finish.Release())
    return asked


def options(version: str, **more: t.Any) -> toolkit_plan.Options:
    return toolkit_plan.Options(version, ("nvcc",), **more)


def test_latest_is_the_newest_that_a_source_holds(system: list[str]) -> None:
    names = Completed(0, "cuda-toolkit-12-4\ncuda-toolkit-12-8\ncuda-toolkit-12-config-common\n", "")
    found = steps.look(
        system_at(run=ScriptedRun(("apt-cache pkgnames cuda-toolkit-12-$", names))), options("12.latest"), False
    )
    assert found is not None and found.wanted.version.short == "12.8"
    assert system == ["cuda-nvcc-12-8"]
    assert (
        steps.look(system_at(run=ScriptedRun(("pkgnames", Completed(0, "", "")))), options("12.latest"), True) is None
    )
    with pytest.raises(Failure, match="say which toolkit to remove"):
        steps.look(system_at(run=ScriptedRun()), options("12.latest", state="absent"), False)


def test_an_exact_release_comes_from_the_index(system: list[str]) -> None:
    run = ScriptedRun(
        ("apt-cache pkgnames$", Completed(0, "cuda-toolkit-12-8\ncuda-nvcc-12-8\nbash\n", "")),
        ("apt-cache show cuda-toolkit-12-8 cuda-nvcc-12-8$", Completed(0, INDEX, "")),
    )
    found = steps.look(system_at(run=run), options("12.8.1"), False)
    assert found is not None and found.parts == {"cuda-nvcc-12-8": "12.8.93-1"}
    assert system == ["cuda-nvcc-12-8=12.8.93-1"]
    run.done()


def test_a_gpu_that_is_too_old_stops_before_the_plan(system: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "read", lambda system: gpu.parse("GTX 1060, 581.15, 6.1\n"))
    with pytest.raises(Failure, match=r"compute capability 6\.1"):
        steps.look(system_at(run=ScriptedRun()), options("13.0"), False)
    assert system == []
    assert steps.look(system_at(run=ScriptedRun()), options("13.0", check_gpu=False), False) is not None


def test_the_plan_that_apt_was_asked_about_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Package: cuda-nvcc-12-8\nStatus: install ok installed\nVersion: 12.8.93-1\n"
    monkeypatch.setattr(dpkg, "read_database", lambda system: dpkg.Database(tuple(dpkg.parse_status(text)), False))
    monkeypatch.setattr(toolkit_plan, "judge", lambda *arguments: (toolkit_plan.Plan(), apt_plan.Judgement((), (), ())))
    found = steps.look(system_at(run=ScriptedRun()), options("12.8", state="latest"), False)
    assert found is not None and not found.changes
    assert removal.installed_versions(found.database) == ["12.8"]


def test_what_no_source_holds_is_told_with_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> apt_plan.Judgement:
        raise toolkit_plan.NoPlanError("apt refuses")

    monkeypatch.setattr(toolkit_plan, "judge", fail)
    names = Completed(0, "cuda-toolkit-12-4\ncuda-toolkit-13-0\n", "")
    words = "Unable to locate package cuda-nvcc-12-8: .* toolkits that are there: 12.4, 13.0"
    with pytest.raises(toolkit_plan.NoPlanError, match=words):
        steps.look(system_at(run=ScriptedRun(("apt-cache pkgnames$", names))), options("12.8"), False)
    found = steps.look(system_at(run=ScriptedRun(("apt-cache pkgnames$", names))), options("12.8"), True)
    assert found is not None and "the plan can be checked only after" in found.warnings[0]


def test_a_stale_index_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "bring_up_to_date", lambda system, now: "apt-get update: no")
    found = steps.look(system_at(run=ScriptedRun()), options("12.8", state="latest"), False)
    assert found is not None
    assert found.warnings == ["apt-get update: no; going on with the indexes that are there"]
    assert steps.diff(found)[-1]["after"] == "cuda-nvcc-12-8 \n"


def test_a_command_that_fails_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finish, "settle", lambda *arguments: finish.Settling(hold=("cuda-nvcc-12-8",)))
    found = steps.look(system_at(run=ScriptedRun()), options("12.8"), False)
    assert found is not None
    run = ScriptedRun(("^apt-mark hold", Completed(100, "", "W: x\nE: no space\n")))
    with pytest.raises(Failure, match=r"^apt-mark hold cuda-nvcc-12-8 ended with 100: E: no space$"):
        steps.settle(system_at(run=run), found)


def glibc(version: str, *more: str) -> dpkg.Database:
    names = (("libc6", version), *(item.split("=") for item in more))
    text = "".join(f"Package: {name}\nStatus: install ok installed\nVersion: {at}\n\n" for name, at in names)
    return dpkg.Database(tuple(dpkg.parse_status(text)), False)


def test_a_host_too_new_for_the_toolkit_is_refused_before_the_plan(
    system: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dpkg, "read_database", lambda system: glibc("2.41-12"))
    names = ("apt-cache pkgnames", Completed(0, "g++-12\n", ""))
    with pytest.raises(Failure, match=r"C library 2.41 .* use cuda_version 13.0 or newer"):
        steps.look(system_at(run=ScriptedRun(names)), options("12.8"), False)
    assert system == []
    own = steps.look(system_at(run=ScriptedRun(names, names)), options("12.8", host_compiler=False), False)
    assert own is not None and len(own.warnings) == 1 and "C library 2.41" in own.warnings[0]
    newer = steps.look(system_at(run=ScriptedRun()), options("13.0"), False)
    assert newer is not None and newer.warnings == []


def test_a_compiler_that_would_come_along_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dpkg, "read_database", lambda system: glibc("2.39-0ubuntu8"))
    action = apt_plan.Action("Inst", "g++", new="4:14.2.0-1ubuntu1")
    monkeypatch.setattr(toolkit_plan, "judge", lambda _system, plan, *_: (plan, apt_plan.Judgement((action,), (), ())))
    names = ("apt-cache pkgnames g", Completed(0, "g++-12\ng++-13\n", ""))
    with pytest.raises(Failure, match=r"here it is 14: use cuda_version 12.8 or newer; or install g..-13"):
        steps.look(system_at(run=ScriptedRun(names)), options("12.4"), False)
    monkeypatch.setattr(dpkg, "read_database", lambda system: glibc("2.39-0ubuntu8", "g++-13=13.3.0-1"))
    found = steps.look(system_at(run=ScriptedRun()), options("12.4"), False)
    assert found is not None and found.warnings == [
        "g++ is newer than CUDA 12.4 works with: call nvcc with -ccbin g++-13"
    ]
