# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache of images; building one is covered by whoever runs the lab first."""

from __future__ import annotations

import hashlib
import threading
import time
import typing as t
from pathlib import Path

import pytest

from lab.linux import images
from lab.linux.images import ImageError, Recipe


@pytest.fixture
def fake_build(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replaces mmdebstrap by a folder with one file; the list holds the names that were built."""
    built: list[str] = []

    def build(title: str, what: Recipe, tree: Path, finish: t.Callable[[Path], None], say: images.Say) -> None:
        time.sleep(0.1)
        built.append(title.removeprefix("image "))
        tree.mkdir()
        (tree / "file").write_text(title)

    monkeypatch.setattr(images, "build", build)
    return built


def test_an_unknown_image_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no image 'ubuntu'; there are: debian-12, debian-12-minimal, debian-13"):
        images.image("ubuntu", tmp_path)


def test_a_changed_recipe_is_another_image(monkeypatch: pytest.MonkeyPatch) -> None:
    before = images.layer_name("debian-13")
    assert images.layer_name("debian-13") == before
    monkeypatch.setitem(images.RECIPES, "debian-13", Recipe("trixie", ("python3",)))
    assert images.layer_name("debian-13") != before


def test_two_builders_build_once(tmp_path: Path, fake_build: list[str]) -> None:
    threads = [threading.Thread(target=images.image, args=("debian-13", tmp_path)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fake_build == ["debian-13"]


def test_the_tarball_is_recognised(tmp_path: Path, fake_build: list[str]) -> None:
    assert images.known_image("0" * 64, tmp_path) is None
    file = images.tarball("debian-13", tmp_path)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert images.known_image(digest, tmp_path) == "debian-13"
    assert images.known_image(digest.upper(), tmp_path) == "debian-13"
    assert images.known_image("0" * 64, tmp_path) is None
    file.unlink()
    assert hashlib.sha256(images.tarball("debian-13", tmp_path).read_bytes()).hexdigest() == digest


def test_a_small_file_stands_for_an_image() -> None:
    content = images.stand_in("debian-13", size=4096)
    assert (len(content), images.stands_for(content[:1024])) == (4096, "debian-13")
    assert images.stands_for(b"\x1f\x8b anything else") is None
    with pytest.raises(images.ImageError, match="no image"):
        images.stand_in("debian-99")


def test_without_root_one_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(ImageError, match="needs root; run the lab with sudo"):
        images.image("debian-13", tmp_path)


def test_a_failed_build_leaves_no_tree_and_shows_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda name: "/bin/false")
    command = ["sh", "-c", "echo I: busy; echo 'E: mirror is away' >&2; exit 3"]
    monkeypatch.setattr(images, "_mmdebstrap", lambda recipe, target: command)
    with pytest.raises(ImageError, match=r"ended with 3: E: mirror is away; see .*\.log"):
        images.image("debian-13", tmp_path)
    assert not [entry for entry in (tmp_path / "images").iterdir() if entry.is_dir()]
