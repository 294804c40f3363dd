# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import spare_installers
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes

from tests.unit.plugins.module_utils.scripted_run import system_at

OLD, NEW = "cuda-repo-wsl-ubuntu-12-4-local", "cuda-repo-wsl-ubuntu-12-8-local"
LISTS = "/etc/apt/sources.list.d"
KEY = "/usr/share/keyrings/cuda-1234ABCD-keyring.gpg"


def write(root: Path, path: str, text: str) -> None:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two local installers with 10 bytes each, and the copy of a key."""
    status = "".join(f"Package: {name}\nStatus: install ok installed\nVersion: 1\n\n" for name in (OLD, NEW))
    write(tmp_path, "/var/lib/dpkg/status", status)
    for name in (OLD, NEW):
        write(tmp_path, f"/var/{name}/Packages", "packages")
        write(tmp_path, f"/var/{name}/cuda-1234ABCD-keyring.gpg", "k" + name[-7])
    write(tmp_path, KEY, "k4")
    return tmp_path


def names(root: Path, how: str = "unused", url: str = "") -> list[str]:
    return [name for name, _size in spare_installers.find(system_at(root), how, url).packages]


def test_what_no_source_names_is_spare(root: Path) -> None:
    found = spare_installers.find(system_at(root), "unused", "")
    assert found.packages == ((OLD, 10), (NEW, 10))
    assert [(change.path, change.after) for change in found.changes] == [(KEY, None)]
    assert names(root, "keep") == []
    assert names(root, url=f"file:/var/{NEW}/") == [OLD], "never the chosen source"
    assert names(root, "all", f"file:///var/{OLD}") == [NEW]


@pytest.mark.parametrize(
    ("path", "text", "spare"),
    [
        (f"{LISTS}/cuda-wsl-ubuntu-12-8-local.list", f"deb [signed-by={KEY}] file:///var/{NEW} /\n", [OLD]),
        (f"{LISTS}/off.list", f"# deb file:/var/{NEW} /\n", [OLD]),
        (f"{LISTS}/off.sources", f"Enabled: no\nTypes: deb\nURIs: copy:/var/{NEW}/\nSuites: /\n", [OLD]),
        ("/etc/apt/sources.list", f"deb file:/var/{NEW}/ /\n", [OLD]),
        (f"{LISTS}/ours.sources", f"{entries.MARK}\nTypes: deb\nURIs: file:/var/{NEW}/\nSuites: /\n", [OLD, NEW]),
        (f"{LISTS}/other.list", f"deb file:/var/{NEW}-2 /\n", [OLD, NEW]),
        (f"{LISTS}/gone.list.wslfleet-20260101T000000.bak", f"deb file:/var/{NEW} /\n", [OLD, NEW]),
    ],
)
def test_what_somebody_names_is_not(root: Path, path: str, text: str, spare: list[str]) -> None:
    write(root, path, text)
    assert names(root) == spare
    assert names(root, "all") == [OLD, NEW]


def test_a_folder_without_a_package_and_a_package_without_a_folder_are_left_alone(root: Path) -> None:
    write(root, "/var/lib/dpkg/status", f"Package: {OLD}\nStatus: deinstall ok config-files\nVersion: 1\n")
    assert names(root) == []


def test_all_takes_out_the_entries_and_nothing_beside_them(root: Path) -> None:
    write(root, f"{LISTS}/mine.list", f"deb http://mine/ /\ndeb [signed-by={KEY}] file:/var/{OLD} /\n")
    write(root, f"{LISTS}/old.list", f"deb [signed-by={KEY}] file:/var/{OLD} /\n")
    write(root, f"{LISTS}/fixed.list", f"deb [signed-by={KEY}] http://fixed/ /\n")
    assert names(root) == [NEW]
    found = spare_installers.find(system_at(root), "all", "")
    changes.apply(system_at(root), found.changes)
    left = {path.name: path.read_text() for path in (root / LISTS[1:]).iterdir() if path.suffix == ".list"}
    assert set(left) == {"mine.list", "fixed.list"}
    assert left["mine.list"].startswith("deb http://mine/ /\n# wslfleet ")
    assert len(list((root / LISTS[1:]).glob("*.bak"))) == 2
    assert (root / KEY[1:]).exists(), "another source needs the key"
    (root / LISTS[1:] / "fixed.list").unlink()
    (root / LISTS[1:] / "mine.list").unlink()
    assert [change.path for change in spare_installers.find(system_at(root), "unused", "").changes] == [KEY]
