# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The merged view of a disk without a mount."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from lab.linux.layers import Layers


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    """An upper and a lower tree."""
    upper, lower = tmp_path / "upper", tmp_path / "lower"
    (lower / "etc" / "apt").mkdir(parents=True)
    (lower / "usr" / "lib").mkdir(parents=True)
    (lower / "etc" / "passwd").write_text("lower")
    (lower / "etc" / "apt" / "list").write_text("lower")
    (lower / "usr" / "lib" / "os-release").write_text("lower")
    (lower / "etc" / "os-release").symlink_to("../usr/lib/os-release")
    (lower / "lib").symlink_to("/usr/lib")
    (upper / "etc").mkdir(parents=True)
    return upper, lower


def content(trees: tuple[Path, Path], path: str) -> str | None:
    found = Layers(list(trees)).find(path)
    return found.read_text() if found is not None else None


@pytest.mark.parametrize("path", ["/etc/passwd", "etc//passwd", "/usr/../etc/./passwd", "/../../etc/passwd"])
def test_a_file_of_the_image(trees: tuple[Path, Path], path: str) -> None:
    assert content(trees, path) == "lower"


@pytest.mark.parametrize("path", ["/etc/os-release", "/lib/os-release", "/lib/../lib/os-release"])
def test_links_are_followed_inside(trees: tuple[Path, Path], path: str) -> None:
    assert content(trees, path) == "lower"


def test_the_upper_layer_wins(trees: tuple[Path, Path]) -> None:
    (trees[0] / "etc" / "passwd").write_text("upper")
    assert content(trees, "/etc/passwd") == "upper"


@pytest.mark.parametrize("path", ["/no", "/etc/no", "/etc/passwd/below", "/no/../etc/passwd"])
def test_absent(trees: tuple[Path, Path], path: str) -> None:
    assert content(trees, path) is None


def test_a_link_that_leads_nowhere_or_in_circles(trees: tuple[Path, Path]) -> None:
    (trees[0] / "etc" / "dangling").symlink_to("/no/such")
    (trees[0] / "etc" / "circle").symlink_to("circle")
    assert content(trees, "/etc/dangling") is None
    with pytest.raises(OSError, match="Too many levels"):
        content(trees, "/etc/circle")


@pytest.mark.lab
def test_a_deleted_file_or_folder_does_not_shine_through(trees: tuple[Path, Path]) -> None:
    os.mknod(trees[0] / "etc" / "passwd", stat.S_IFCHR, os.makedev(0, 0))
    os.mknod(trees[0] / "etc" / "apt", stat.S_IFCHR, os.makedev(0, 0))
    assert content(trees, "/etc/passwd") is None
    assert content(trees, "/etc/apt/list") is None


@pytest.mark.lab
def test_a_replaced_folder_hides_the_one_below(trees: tuple[Path, Path]) -> None:
    (trees[0] / "etc" / "apt").mkdir()
    assert content(trees, "/etc/apt/list") == "lower"
    os.setxattr(trees[0] / "etc" / "apt", "trusted.overlay.opaque", b"y")
    assert content(trees, "/etc/apt/list") is None


def test_a_file_in_place_of_a_folder_hides_the_one_below(trees: tuple[Path, Path]) -> None:
    (trees[0] / "etc" / "apt").write_text("a file")
    assert content(trees, "/etc/apt/list") is None
