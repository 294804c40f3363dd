# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import goal as repository_goal
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import openpgp, repository
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes

from tests.unit.plugins.module_utils.scripted_run import system_at

KEY = (Path(__file__).parents[3] / "data" / "7fa2af80.pub").read_text()
FINGERPRINT = catalogue.OLD_KEY
BINARY = openpgp.read_keys(KEY.encode())[0].data
URL = "http://mirror/x/"
INSTALLER = "/mnt/c/cuda-repo-wsl-ubuntu-12-8-local_12.8.1-1_amd64.deb"


def wanted(**options: t.Any) -> repository_goal.Goal:
    return repository_goal.resolve("mirror", {"url": URL, "key_fingerprint": FINGERPRINT, **options}, "")


def test_written_once_and_removed(tmp_path: Path) -> None:
    system = system_at(tmp_path)
    source = wanted(key=KEY)
    (tmp_path / "etc/apt/sources.list.d").mkdir(parents=True)
    (tmp_path / "etc/apt/sources.list.d/cuda-old.sources").write_text("# Written by wslfleet.cuda\nTypes: deb\n")
    (tmp_path / "etc/apt/sources.list.d/cuda-mine.sources").write_text("Types: deb\n")
    assert not repository.is_current(system, source)
    system_changes.apply(system, repository.plan(system, source, BINARY))
    assert not repository.is_current(system, source), "no index yet"
    lists = tmp_path / "var/lib/apt/lists"
    lists.mkdir(parents=True)
    (lists / "mirror_x_Packages").write_text("")
    assert repository.is_current(system, source)
    assert repository.plan(system, source, BINARY) == []
    assert sorted(path.name for path in (tmp_path / "etc/apt/sources.list.d").iterdir()) == [
        "cuda-mine.sources",
        "cuda-mirror.sources",
    ]
    system_changes.apply(system, repository.plan_absent(system, source))
    assert not (tmp_path / "etc/apt/sources.list.d/cuda-mirror.sources").exists()
    assert not (tmp_path / source.keyring.lstrip("/")).exists()


@pytest.mark.parametrize(
    "options",
    [
        {"url": "http://me:s%40cret@mirror/x"},
        {"url": URL, "username": "me", "password": "s@cret"},
    ],
)
def test_credentials_go_to_a_file_of_their_own(tmp_path: Path, options: dict[str, str]) -> None:
    system = system_at(tmp_path)
    source = wanted(key=KEY, **options)
    assert source.url == URL and "s@cret" not in repr(source)
    changes = repository.plan(system, source, BINARY)
    assert "s@cret" not in str(system_changes.diff(changes)) and "readable by root only" in str(
        system_changes.diff(changes)
    )
    system_changes.apply(system, changes)
    file = tmp_path / credentials.PATH.lstrip("/")
    assert file.read_text().endswith("\nmachine http://mirror/x login me password s@cret\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "s@cret" not in (tmp_path / source.path.lstrip("/")).read_text()
    # Without credentials the file goes, and one of somebody else stays.
    system_changes.apply(system, repository.plan(system, wanted(key=KEY), BINARY))
    assert not file.exists()
    file.write_text("machine x login y password z\n")
    system_changes.apply(system, repository.plan_absent(system, wanted(key=KEY)))
    assert file.exists()


def test_keys_of_others_in_nvidias_file_stay(tmp_path: Path) -> None:
    other = b"\x98\x15\x04" + b"k" * 20
    ring = tmp_path / repository_goal.KEYRING.lstrip("/")
    ring.parent.mkdir(parents=True)
    ring.write_bytes(BINARY + other)
    source = repository_goal.resolve("network", {"key": KEY, "key_fingerprint": "1" * 40}, "")
    mine = b"\x98\x15\x04" + b"m" * 20
    system_changes.apply(system_at(tmp_path), repository.plan(system_at(tmp_path), source, mine))
    assert ring.read_bytes() == mine + other, "the retired key goes, another one stays"


def test_switching_the_source_leaves_no_keyring_behind(tmp_path: Path) -> None:
    system = system_at(tmp_path)
    system_changes.apply(system, repository.plan(system, wanted(key=KEY), BINARY))
    mirror = tmp_path / "usr/share/keyrings/cuda-mirror-keyring.gpg"
    assert mirror.exists()
    network = repository_goal.resolve("network", {"key": KEY, "key_fingerprint": FINGERPRINT}, "")
    system_changes.apply(system, repository.plan(system, network, BINARY))
    assert not mirror.exists() and (tmp_path / repository_goal.KEYRING.lstrip("/")).exists()


@pytest.mark.parametrize(
    ("name", "text", "stays"),
    [
        ("sources.list", f"deb [signed-by={repository_goal.KEYRING}] http://x/ /\n", True),
        ("sources.list.d/mine.sources", f"Signed-By: {repository_goal.KEYRING}\n", True),
        ("sources.list.d/mine.list.save", f"deb [signed-by={repository_goal.KEYRING}] http://x/ /\n", True),
        ("sources.list", "deb http://x/ /\n", False),
    ],
)
def test_keyring_stays_while_another_source_names_it(name: str, text: str, stays: bool, tmp_path: Path) -> None:
    system = system_at(tmp_path)
    network = repository_goal.resolve("network", {"key": KEY, "key_fingerprint": FINGERPRINT}, "")
    system_changes.apply(system, repository.plan(system, network, BINARY))
    (tmp_path / "etc/apt" / name).write_text(text)
    system_changes.apply(system, repository.plan_absent(system, network))
    assert (tmp_path / repository_goal.KEYRING.lstrip("/")).exists() is stays
    assert (tmp_path / repository.PIN_600.lstrip("/")).exists() is stays


def test_list_of_the_local_installer_gives_way(tmp_path: Path) -> None:
    system = system_at(tmp_path)
    source = repository_goal.resolve("local_installer", {"installer": INSTALLER, "installer_sha256": "0" * 64}, "")
    folder = tmp_path / "etc/apt/sources.list.d"
    folder.mkdir(parents=True)
    line = "deb [signed-by=/usr/share/keyrings/cuda-1-keyring.gpg] file:///var/cuda-repo-wsl-ubuntu-12-8-local /\n"
    (folder / "cuda-wsl-ubuntu-12-8-local.list").write_text(line)
    (folder / "mine.list").write_text(line + "deb http://x/ /\n")
    system_changes.apply(system, repository.plan(system, source, BINARY))
    names = sorted(path.name for path in folder.iterdir())
    assert [name.split(".wslfleet")[0] for name in names] == [
        "cuda-wsl-ubuntu-12-8-local.list",
        "cuda-wsl-ubuntu-12-8-local.sources",
        "mine.list",
    ]
    assert names[0].endswith(".bak")
