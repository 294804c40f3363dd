# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import shutil
import typing as t
from collections.abc import Sequence
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import query as a
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard as g
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils import deb_builder
from tests.unit.plugins.module_utils.apt_world import AptWorld
from tests.unit.plugins.module_utils.index_data import BOOKWORM, UBUNTU2404
from tests.unit.plugins.module_utils.scripted_run import plain, system_at

# Plans by the real apt


def guard(world: AptWorld) -> None:
    file = world.root / g.PIN.lstrip("/")
    file.write_text(g.pin_text("cuda-toolkit-12-8"))


@pytest.mark.parametrize("guarded", [False, True])
def test_toolkit(guarded: bool, apt_world: AptWorld) -> None:
    apt_world.offer(UBUNTU2404)
    if guarded:
        guard(apt_world)
    judgement = a.plan_install(system_at(run=apt_world.run), ["cuda-toolkit-12-8"])
    assert judgement.allowed
    assert len(judgement.installs) == 61
    assert judgement.download_bytes == 61 * 1000
    assert judgement.installed_bytes == 61 * 9 * 1024


@pytest.mark.parametrize("guarded", [False, True], ids=["open", "guarded"])
@pytest.mark.parametrize(
    "package, culprit",
    [("cuda", "cuda-drivers"), ("cuda-runtime-12-8", "nvidia-driver-570"), ("nvidia-utils-570", "nvidia-utils-570")],
)
def test_the_culprit_is_named_with_and_without_the_guard(
    package: str, culprit: str, guarded: bool, apt_world: AptWorld
) -> None:
    """With the pin, apt itself names neither the pin nor the reason."""
    apt_world.offer(UBUNTU2404)
    if guarded:
        guard(apt_world)
    judgement = a.plan_install(system_at(run=apt_world.run), [package])
    assert not judgement.allowed
    assert culprit in {reason.package for reason in judgement.reasons}


def test_a_driver_by_its_source(apt_world: AptWorld) -> None:
    """The records of apt-cache show bring the source; the innocent name does not help."""
    text = "Package: libinnocent\nVersion: 1\nArchitecture: amd64\nSource: nvidia-graphics-drivers (1)\n"
    (apt_world.root / "repository/Packages").write_text(f"{text}Filename: ./x.deb\nSize: 1\nDescription: x\n")
    assert apt_world.run(["apt-get", "update"]).code == 0
    judgement = a.plan_install(system_at(run=apt_world.run), ["libinnocent"])
    assert [reason.text.split(": ", 1)[1] for reason in judgement.reasons] == ["built from nvidia-graphics-drivers"]


def test_a_package_that_does_not_exist(apt_world: AptWorld) -> None:
    apt_world.offer(UBUNTU2404)
    judgement = a.plan_install(system_at(run=apt_world.run), ["cuda-toolkit-12-7"])
    assert [reason.text for reason in judgement.reasons] == ["apt refuses: Unable to locate package cuda-toolkit-12-7"]
    assert judgement.installs == ()


def test_installed_already(apt_world: AptWorld) -> None:
    apt_world.install("cuda-crt-12-8 12.8.93-1")
    judgement = a.plan_install(system_at(run=apt_world.run), ["cuda-crt-12-8"])
    assert (judgement.allowed, judgement.installs, judgement.removes) == (True, (), ())


def test_no_temporary_folder_stays(apt_world: AptWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    apt_world.offer(UBUNTU2404)
    guard(apt_world)
    assert not a.plan_install(system_at(run=apt_world.run), ["cuda"]).allowed
    assert list(folder.iterdir()) == []


def test_purge_plan(apt_world: AptWorld) -> None:
    apt_world.offer(BOOKWORM)
    apt_world.install("nvidia-modprobe 535.161.07-1~deb12u1", "libc6 2.36-9")
    judgement = a.plan_purge(system_at(run=apt_world.run), ["nvidia-modprobe"], [])
    assert judgement.allowed
    assert [(action.name, action.old) for action in judgement.removes] == [("nvidia-modprobe", "535.161.07-1~deb12u1")]


# What is asked of apt

Answer = t.Tuple[str, Completed]


class Script:
    """A runner that fails on an extra call and on a missing one."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def __call__(self, arguments: Sequence[str]) -> Completed:
        assert self.answers, f"extra call: {arguments}"
        expected, answer = self.answers.pop(0)
        assert expected in " ".join(plain(arguments))
        return answer


def done(stdout: str = "", code: int = 0, stderr: str = "") -> Completed:
    return Completed(code, stdout, stderr)


REMOVALS = "Remv libcuda1 [535]\nRemv glx-diversions [1.2]\nPurg libcuda1 [535]\n"


@pytest.mark.parametrize(
    "allowed, refused", [((), ["glx-diversions"]), (("glx-diversions",), []), (("other",), ["glx-diversions"])]
)
def test_what_goes_beside_a_purge(allowed: tuple[str, ...], refused: list[str]) -> None:
    run = Script(("purge libcuda1", done(REMOVALS)))
    judgement = a.plan_purge(system_at(run=run), ["libcuda1"], allowed)
    assert [reason.package for reason in judgement.reasons] == refused
    assert run.answers == []


@pytest.mark.parametrize(
    "keywords, word",
    [
        ({}, "--no-install-recommends"),
        ({"options": ["--install-recommends"]}, "--no-install-recommends --install-recommends"),
    ],
)
def test_options(keywords: dict[str, t.Any], word: str) -> None:
    run = Script((word, done()))
    assert a.plan_install(system_at(run=run), ["x"], **keywords).allowed
    assert run.answers == []


@pytest.mark.parametrize(
    "stderr, text",
    [
        ("E: Unable to correct problems\n", "apt refuses: Unable to correct problems"),
        ("E: one\nE: one\nE: two\n", "apt refuses: one; two"),
        ("Error: of apt 3\n", "apt refuses: of apt 3"),
        ("", "apt refuses: apt-get failed with code 100"),
    ],
)
def test_refused_for_other_reasons(stderr: str, text: str) -> None:
    """The plan without the guard finds no driver, so apt's own words must do."""
    for again in (done(code=100), done("Inst x (1 A [all])\n")):
        answers = [("install", done(code=100, stderr=stderr)), ("Dir::Etc::PreferencesParts=/", again)]
        run = Script(*answers, *([("apt-cache show", done())] if again.code == 0 else []))
        judgement = a.plan_install(system_at(run=run), ["x"])
        assert [reason.text for reason in judgement.reasons] == [text]
        assert run.answers == []


def test_a_purge_that_apt_refuses() -> None:
    judgement = a.plan_purge(system_at(run=Script(("purge", done(code=100, stderr="E: broken\n")))), ["x"], [])
    assert [reason.text for reason in judgement.reasons] == ["apt refuses: broken"]


def package(name: str, status: str = "install ok installed", **fields: str) -> dpkg.Package:
    return dpkg.Package(name, "amd64", "1", dpkg.code_of(status), {"Package": name, **fields})


@pytest.mark.parametrize(("status", "told"), [("install ok installed", ["closure"]), ("deinstall ok config-files", [])])
def test_a_driver_that_is_there_already_is_seen(status: str, told: list[str]) -> None:
    wants = "Package: gpustat\nVersion: 1\nDepends: gpu-library\n"
    driver = package("odd", status, Source="nvidia-graphics-drivers", Provides="gpu-library")
    run = Script(("install", done("Inst gpustat (1 A [all])\n")), ("apt-cache show", done(wants)))
    judgement = a.plan_install(system_at(run=run), ["gpustat"], installed=[driver])
    assert [reason.by for reason in judgement.reasons] == told


@pytest.mark.parametrize(
    ("packages", "dirty", "text"),
    [
        ([package("bash")], False, None),
        ([package("bash")], True, "dpkg was interrupted: run wslfleet.cuda.cuda_repair first"),
        (
            [package("bash", "install ok unpacked")],
            False,
            "packages are half way (bash iU): run wslfleet.cuda.cuda_repair first",
        ),
        (
            [package(f"p{n}", "install ok unpacked") for n in range(7)],
            True,
            "dpkg was interrupted (p0 iU, p1 iU, p2 iU",
        ),
    ],
)
def test_what_a_simulation_does_not_notice(packages: list[dpkg.Package], dirty: bool, text: str | None) -> None:
    reason = a.interruption(dpkg.Database(tuple(packages), dirty))
    assert (reason is None) is (text is None)
    if reason is not None:
        assert reason.text.startswith(text or "") and reason.by == "dpkg"


# Updates

LOCKED = done(code=100, stderr="E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)\n")


def test_update_waits_for_the_lock_of_the_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    run = Script(("apt-get update", LOCKED), ("apt-get update", LOCKED), ("apt-get update", done()))
    assert a.update(system_at(run=run)).code == 0
    assert len(pauses) == 2


def test_update_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: pytest.fail("waited"))
    assert a.update(system_at(run=Script(("apt-get update", LOCKED))), seconds=0) == LOCKED


def test_update_does_not_repeat_other_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: pytest.fail("waited"))
    failure = done(code=100, stderr="E: Failed to fetch https://x  403  Forbidden\n")
    assert a.update(system_at(run=Script(("apt-get update", failure)))) == failure


def test_update_by_the_real_apt_says_when_a_source_is_gone(apt_world: AptWorld) -> None:
    """Without Error-Mode=any, apt-get update ends with 0 although a source failed."""
    sources = apt_world.root / "etc/apt/sources.list"
    sources.write_text(f"deb [trusted=yes] file:{apt_world.root}/gone /\n")
    assert a.update(system_at(run=apt_world.run)).code != 0


# Index files


@pytest.mark.parametrize(
    "uri, prefix",
    [
        (
            "https://developer.download.nvidia.com/compute/cuda/repos/wsl-ubuntu/x86_64/",
            "developer.download.nvidia.com_compute_cuda_repos_wsl-ubuntu_x86%5f64_",
        ),
        ("http://127.0.0.1:8080/cuda", "127.0.0.1:8080_cuda_"),
        ("https://user:secret@mirror.example/a/b/", "mirror.example_a_b_"),
        ("https://mirror.example", "mirror.example_"),
        ("https://mirror.example/a~b/c@d/e f/ü", "mirror.example_a%7eb_c%40d_e%20f_%c3%bc_"),
        ("file:///var/cuda-repo-wsl-ubuntu-12-8-local", "_var_cuda-repo-wsl-ubuntu-12-8-local_"),
        ("file:/var/cuda-repo-wsl-ubuntu-12-8-local/", "_var_cuda-repo-wsl-ubuntu-12-8-local_"),
    ],
)
def test_list_prefix(uri: str, prefix: str) -> None:
    assert a.list_prefix(uri) == prefix


@pytest.mark.parametrize("form", ["file:{}", "file://{}", "file:{}/", "copy:{}"])
def test_the_index_of_the_real_apt_is_found(form: str, apt_world: AptWorld) -> None:
    uri = form.format(apt_world.root / "repository")
    assert not a.has_index(system_at(apt_world.root), uri)
    (apt_world.root / "etc/apt/sources.list").write_text(f"deb [trusted=yes] {uri} /\n")
    apt_world.offer(UBUNTU2404)
    assert a.has_index(system_at(apt_world.root), uri)
    assert not a.has_index(system_at(apt_world.root), "file:/elsewhere")


def test_no_lists_at_all(tmp_path: Path) -> None:
    assert not a.has_index(system_at(tmp_path), "https://mirror.example/")
    assert a.lists_age(system_at(tmp_path), 0.0) is None


def test_age(tmp_path: Path) -> None:
    folder = tmp_path / "var/lib/apt/lists"
    folder.mkdir(parents=True)
    (folder / "lock").touch()
    assert a.lists_age(system_at(tmp_path), 1000.0) is None
    (folder / "x_Packages").touch()
    os.utime(folder, (400.0, 400.0))
    assert a.lists_age(system_at(tmp_path), 1000.0) == 600.0


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb")
def test_a_file_that_brings_a_driver_under_another_name(apt_world: AptWorld) -> None:
    """The index knows nothing of it, and its name says nothing."""
    for name, path, allowed in (("vendor-gpu", "libcuda.so.1", False), ("vendor-dev", "stubs/libcuda.so", True)):
        file = deb_builder.built(apt_world.root, name, files=[f"/opt/vendor/{path}"])
        judgement = a.plan_install(system_at("", apt_world.run), [str(file)])
        assert judgement.allowed is allowed, judgement
        assert allowed or "brings /opt/vendor/libcuda.so.1" in judgement.why
