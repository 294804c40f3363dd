# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of wsl.exe that outside cases cover: .wslconfig, WSLENV, distributions that are busy, names that cannot be."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from lab.machine.process import NotModelled
from lab.wsl.registrations import State
from lab.wsl.settings import warnings
from tests.lab.wsl_bench import Bench

PATH = "C:\\Users\\anna\\.wslconfig"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[wsl2]\nmemory=8GB\nprocessors=0x8\nswap=0\nnestedVirtualization=false\nnetworkingMode=Mirrored", []),
        ("[experimental]\nautoMemoryReclaim=gradual\nsparseVhd=true\n[general]\ninstanceIdleTimeout=-1", []),
        ("[wsl2]\nmemory=20.4", [f"Invalid memory string '20.4' for .wslconfig entry 'wsl2.memory' in {PATH}:2"]),
        ("[wsl2]\nswap=4gb", [f"Invalid memory string '4gb' for .wslconfig entry 'wsl2.swap' in {PATH}:2"]),
        ("[wsl2]\n\nprocessors=many", [f"Invalid integer value 'many' for key 'wsl2.processors' in {PATH}:3"]),
        ("[wsl2]\ngpuSupport=yes", [f"Invalid boolean value 'yes' for key 'wsl2.gpuSupport' in {PATH}:2"]),
        ("[wsl2]\nmemry=8GB", [f"Unknown key 'wsl2.memry' in {PATH}:2"]),
        ("[wsl2\nmemory", [f"Expected ']' in {PATH}:1", f"Expected '=' in {PATH}:2"]),
        ("\ufeff[wsl2]\nmemory=8GB", []),
    ],
)
def test_what_is_said_of_values_that_cannot_be(text: str, expected: list[str]) -> None:
    assert warnings(text.encode(), PATH) == expected


@pytest.mark.parametrize("text", ["[wsl2]\nnetworkingMode=fast", "[wsl2]\nmacAddress=x"])
def test_values_whose_text_is_not_known(text: str) -> None:
    with pytest.raises(NotModelled):
        warnings(text.encode(), PATH)


def with_settings(directory: Path, **more: t.Any) -> Bench:
    bench = Bench(directory, **more)
    bench.add()
    bench.laptop.drive.host_path(PATH).write_text("[wsl2]\nmemory=x\n", encoding="utf-8")
    return bench


def test_whoever_starts_the_virtual_machine_is_told_once(tmp_path: Path) -> None:
    bench = with_settings(tmp_path)
    first, second = bench.wsl("echo a"), bench.wsl("echo b")
    assert first.stderr == f"wsl: Invalid memory string 'x' for .wslconfig entry 'wsl2.memory' in {PATH}:2\r\n"
    assert (first.exit_code, first.stdout, second.stderr) == (0, "a\n", "")


def test_in_another_language_it_is_not_known(tmp_path: Path) -> None:
    with pytest.raises(NotModelled, match="de-DE"):
        with_settings(tmp_path, language="de-DE").wsl("echo a")


@pytest.mark.parametrize(
    "line",
    [
        "--terminate test_distro",
        "--unregister test_distro",
        "--set-default test_distro",
        "--set-version test_distro 2",
        "--export test_distro C:\\x.tar",
        "--export test_distro -",
        "--manage test_distro --move C:\\new",
        "--manage test_distro --resize 2GB",
        "--manage test_distro --set-sparse true --allow-unsafe",
        "--manage test_distro --set-default-user dev",
    ],
)
def test_a_change_of_what_is_being_exported(tmp_path: Path, line: str) -> None:
    bench = Bench(tmp_path)
    bench.add(state=int(State.EXPORTING))
    with pytest.raises(NotModelled, match="EXPORTING"):
        bench.wsl(line)
    assert bench.registrations.find("test_distro") is not None


@pytest.mark.parametrize("name", ["C:\\a?b", "C:\\a|b\\c", "C:\\wsl\\x:y"])
@pytest.mark.parametrize(
    "line", ["--manage test_distro --move {}", "--import new {} C:\\x.tar", "--export test_distro {}"]
)
def test_a_name_that_no_file_can_have(tmp_path: Path, line: str, name: str) -> None:
    bench = Bench(tmp_path)
    bench.add()
    bench.tar("C:\\x.tar")
    with pytest.raises(NotModelled, match="no file can be called"):
        bench.wsl(line.format(name))


@pytest.mark.parametrize(
    ("value", "entry", "arrives"),
    [
        ("C:\\a", "X/p", "/mnt/c/a"),
        ("C:\\a;D:\\b", "X/l", "/mnt/c/a:/mnt/d/b"),
        ("C:\\a;D:\\b", "X/lp", "/mnt/c/a:/mnt/d/b"),
    ],
)
def test_paths_in_the_environment(tmp_path: Path, value: str, entry: str, arrives: str) -> None:
    bench = Bench(tmp_path)
    bench.add()
    bench.wsl("true", env={"X": value, "WSLENV": entry})
    assert bench.instances.launched[0].env["X"] == arrives


def test_the_flag_for_one_path_on_a_list(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.add()
    with pytest.raises(NotModelled, match="WSLENV"):
        bench.wsl("true", env={"X": "C:\\a;D:\\b", "WSLENV": "X/p"})
