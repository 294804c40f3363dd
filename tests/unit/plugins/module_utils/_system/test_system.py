# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed, System


@pytest.fixture
def system(tmp_path: Path) -> System:
    root = tmp_path / "a[b]*"
    (root / "etc/conf.d").mkdir(parents=True)
    for name in ("b", "a"):
        (root / "etc/conf.d" / name).write_text(f"J\udcf6rg {name}", "utf-8", "surrogateescape")
    return System(str(root), lambda arguments: Completed(0, " ".join(arguments), ""))


def test_paths_are_those_of_the_distribution(system: System) -> None:
    assert system.path("/etc") == f"{system.root}/etc"
    assert system.read_text("/etc/conf.d/a") == "J\udcf6rg a" and system.read_bytes("/etc/conf.d/b") == b"J\xf6rg b"
    assert system.read_text("/etc/none") is None and system.read_bytes("/etc/conf.d/a/none") is None
    assert system.run(["true", "x"]).stdout == "true x"


def test_names(system: System) -> None:
    Path(system.path("/etc/.hidden")).touch()
    assert system.names("/etc") == [".hidden", "conf.d"]
    for path in ("/missing", "/etc/conf.d/a", "/etc/conf.d/a/below-a-file"):
        assert system.names(path) == [], "there is no folder"
    # Root may read every folder, but not one whose name is too long.
    with pytest.raises(OSError, match="too long"):
        system.names(f"/{'x' * 300}")


def test_what_is_there(system: System) -> None:
    for name, target in (("link", "conf.d/a"), ("nowhere", "/none")):
        Path(system.path(f"/etc/{name}")).symlink_to(target)
    names = ("conf.d", "link", "nowhere", "missing")
    for found, there in (
        (system.exists, [True, True, False, False]),
        (system.lexists, [True, True, True, False]),
        (system.isfile, [False, True, False, False]),
        (system.isdir, [True, False, False, False]),
        (system.is_program, [False, False, False, False]),
    ):
        assert [found(f"/etc/{name}") for name in names] == there
    assert [system.link(f"/etc/{name}") for name in names] == ["", "conf.d/a", "/none", ""]
    Path(system.path("/etc/conf.d/a")).chmod(0o755)
    assert system.is_program("/etc/link")


def test_a_record_of_ours(system: System) -> None:
    Path(system.path("/etc/record")).write_text('{"a": 1}')
    assert [system.read_json(name) for name in ("/etc/record", "/etc/conf.d/a", "/none")] == [{"a": 1}, {}, {}]


def test_a_pattern_is_one_below_the_root_only(system: System) -> None:
    """Signs of a pattern in the root stand for themselves."""
    assert system.matching("/etc/conf.d/*") == ["/etc/conf.d/a", "/etc/conf.d/b"]
    assert system.matching("/none/*") == []


@pytest.mark.parametrize(
    ("links", "path", "target"),
    [
        ({}, "/etc/conf.d/a", "/etc/conf.d/a"),
        ({}, "/etc/../etc//./none", "/etc/none"),
        ({"/x": "/etc/conf.d"}, "/x/a", "/etc/conf.d/a"),
        ({"/etc/y": "conf.d/../../up"}, "/etc/y/z", "/up/z"),
        ({"/out": "../../../etc"}, "/out/passwd", "/etc/passwd"),
        ({"/loop": "/loop"}, "/loop/a", "/loop/a"),
    ],
)
def test_links_lead_no_further_than_the_root(system: System, links: dict[str, str], path: str, target: str) -> None:
    for name, leads_to in links.items():
        Path(system.path(name)).symlink_to(leads_to)
    assert system.resolved(path) == target


def test_where_only_files_are_read_no_program_is_run() -> None:
    with pytest.raises(Failure, match="no program is run here, and apt-get was asked for"):
        System().run(["apt-get", "update"])


@pytest.mark.parametrize(
    "stdout, stderr, output", [("", "", ""), ("a\n", "", "a\n"), ("", "b", "b"), ("a", "b", "a\nb")]
)
def test_output(stdout: str, stderr: str, output: str) -> None:
    assert Completed(0, stdout, stderr).output == output


@pytest.mark.parametrize(
    "stdout, stderr, line",
    [
        ("a\nb\n\n", "", "b"),
        ("a\n", " E: b \n \n", "E: b"),
        ("", "", "no reason given"),
        (" \n", "", "no reason given"),
    ],
)
def test_last_line(stdout: str, stderr: str, line: str) -> None:
    assert Completed(1, stdout, stderr).last_line == line
