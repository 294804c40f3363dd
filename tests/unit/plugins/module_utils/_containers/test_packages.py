# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import packages as toolkit
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import space
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

AVAILABLE = ["1.17.8-1", "1.9.0-1", "1.19.1-1", "1.20.0~rc.1-1"]


def database(*packages: str) -> dpkg.Database:
    """PACKAGES as ``name=version``, or ``name=version:code``."""
    text = ""
    for item in packages:
        name, _, rest = item.partition("=")
        version, _, state = rest.partition(":")
        text += (
            f"Package: {name}\nStatus: install ok {state or 'installed'}\nVersion: {version}\nArchitecture: amd64\n\n"
        )
    return dpkg.Database(dpkg.parse_status(text), False)


ALL = [f"{name}=1.19.1-1" for name in toolkit.PACKAGES]


@pytest.mark.parametrize(
    ("packages", "engines", "version", "expected"),
    [
        ([], ["podman"], None, False),
        (["nvidia-container-toolkit-base=1.19.1-1"], ["podman"], None, True),
        (["nvidia-container-toolkit-base=1.19.1-1"], [], None, True),
        (["nvidia-container-toolkit-base=1.19.1-1"], ["docker"], None, False),
        (["nvidia-container-toolkit-base=1.19.1-1"], ["podman"], "1.19.2", False),
        (["nvidia-container-toolkit-base=1.19.1-1:half-configured"], ["podman"], None, False),
        (["nvidia-container-toolkit-base=1.17.8-1"], ["podman"], None, False),
        (["nvidia-container-toolkit-base=1.100.0-1"], ["podman"], None, True),
        (ALL, ["docker", "podman"], None, True),
        (ALL, ["containerd"], "1.19.1", True),
        ([*ALL[:3], "nvidia-container-toolkit=1.17.8-1"], ["podman"], None, False),
    ],
)
def test_suits(packages: list[str], engines: list[str], version: str | None, expected: bool) -> None:
    assert toolkit.suits(database(*packages), engines, version, "1.19.1") is expected


@pytest.mark.parametrize(
    ("version", "minimum", "expected"),
    [(None, "1.13.0", "1.19.1-1"), ("1.17.8", "1.13.0", "1.17.8-1"), (None, "1.19.1", "1.19.1-1")],
)
def test_pick(version: str | None, minimum: str, expected: str) -> None:
    assert toolkit.pick(AVAILABLE, version, minimum) == expected


@pytest.mark.parametrize(
    ("available", "version", "minimum", "words"),
    [
        (AVAILABLE, None, "1.20.0", r"contains no toolkit 1.20.0 or later: the newest is 1.19.1;"),
        (AVAILABLE, "1.18.0", "1.13.0", r"contains no toolkit 1.18.0: the newest is 1.19.1;"),
        ([], None, "1.19.1", "it contains no nvidia-container-toolkit-base"),
    ],
)
def test_nothing_to_pick(available: list[str], version: str | None, minimum: str, words: str) -> None:
    with pytest.raises(Failure, match=words):
        toolkit.pick(available, version, minimum)


@pytest.mark.parametrize(
    ("version", "minimum", "words"),
    [
        ("1.2", "1.19.1", "three numbers"),
        (None, "1.19.1-1", "three numbers"),
        (None, "1.12.9", "no CDI for WSL before 1.13.0"),
        ("1.17.8", "1.19.1", "below minimum_version"),
    ],
)
def test_wrong_versions(version: str | None, minimum: str, words: str) -> None:
    with pytest.raises(Failure, match=words):
        toolkit.check(version, minimum)


def test_right_versions() -> None:
    toolkit.check(None, "1.13.0")
    toolkit.check("1.20.0", "1.19.1")


def test_versions_in_an_index() -> None:
    text = "Package: a\nVersion: 9\n\nPackage: nvidia-container-toolkit-base\nVersion: 1.19.1-1\n"
    assert toolkit.versions_in(text) == ["1.19.1-1"]


def test_plan_brings_all_that_is_there_to_one_version() -> None:
    plan = toolkit.make_plan(database("libnvidia-container1=1.17.8-1"), ["podman"], "1.19.1-1", ["podman"])
    assert plan.install == ("libnvidia-container1=1.19.1-1", "nvidia-container-toolkit-base=1.19.1-1", "podman")
    assert plan.version == "1.19.1"
    assert [command[0] for command in toolkit.commands(plan, False)] == ["apt-get"]
    plan = toolkit.make_plan(database(), ["docker"], "1.19.1-1", [])
    assert [name.partition("=")[0] for name in plan.install] == list(toolkit.PACKAGES)
    mended = toolkit.commands(plan, True)
    assert mended[0][0] == "dpkg" and "--no-install-recommends" in mended[1]
    assert toolkit.make_plan(database(*ALL), ["docker"], "", []) == toolkit.Plan(version="1.19.1")


def shows(*packages: tuple[str, str]) -> ScriptedRun:
    text = "\n".join(f"Package: {name}\nVersion: {version}\n" for name, version in packages)
    return ScriptedRun(("^apt-cache show --no-all-versions ", Completed(0, text, "")))


def test_engine_packages() -> None:
    assert toolkit.engine_packages(system_at(run=shows(("docker.io", "20.10"))), "docker") == ["docker.io"]
    assert toolkit.engine_packages(system_at(run=shows(("docker.io", "20.10"), ("docker-ce", "5:27"))), "docker") == [
        "docker-ce"
    ]
    found = toolkit.engine_packages(system_at(run=shows(("uidmap", "1"), ("podman", "4.3.1+ds1-8"))), "podman")
    assert found == ["podman", "uidmap"]
    with pytest.raises(Failure, match=r"podman 3.4.4.*cannot read CDI"):
        toolkit.engine_packages(system_at(run=shows(("podman", "3.4.4+ds1-1ubuntu1"))), "podman")
    with pytest.raises(Failure, match=r"contains containerd\.io or containerd"):
        toolkit.engine_packages(system_at(run=shows()), "containerd")


SIMULATION = "Inst {name} (1 Debian:12/stable [amd64])\nConf {name} (1 Debian:12/stable [amd64])\n"
RECORD = "Package: {name}\nVersion: 1\nSource: {source}\nSize: 10\nInstalled-Size: 2048\n"


def apt(name: str, source: str) -> ScriptedRun:
    return ScriptedRun(
        ("^apt-get -s .* install ", Completed(0, SIMULATION.format(name=name), "")),
        ("^apt-cache show ", Completed(0, RECORD.format(name=name, source=source), "")),
    )


def test_a_plan_with_a_driver_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = toolkit.Plan(("nvidia-container-toolkit-base=1.19.1-1",), (), "1.19.1")
    with pytest.raises(Failure, match=r"refused before anything was downloaded: .*libcuda1"):
        toolkit.judge(system_at(run=apt("libcuda1", "nvidia-graphics-drivers")), plan, database())
    judged = toolkit.judge(system_at(tmp_path, apt("podman", "libpod")), plan, database())
    assert [action.name for action in judged.installs] == ["podman"]
    monkeypatch.setattr(space, "RESERVE", 2**62)
    with pytest.raises(Failure, match="not enough space on /: 2 MiB"):
        toolkit.judge(system_at(tmp_path, apt("podman", "libpod")), plan, database())
