# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import time
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups

from tests.unit.plugins.module_utils.apt_world import AptWorld


@pytest.mark.parametrize("now, text", [(0, "19700101T000000"), (1769903999, "20260131T235959")])
def test_stamp(now: float, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = time.gmtime(now)
    monkeypatch.setattr(backups.time, "gmtime", lambda: moment)
    assert backups.stamp() == text


@pytest.mark.parametrize("path", ["/etc/apt/sources.list.d/cuda.list", "/etc/apt/trusted.gpg.d/cuda.gpg"])
def test_apt_does_not_read_a_backup(path: str) -> None:
    """In sources.list.d and trusted.gpg.d the extension decides."""
    name = backups.backup_name(path, "20260131T235959")
    assert name.startswith(path + ".")
    assert Path(name).suffix not in (".list", ".sources", ".gpg", ".asc", ".pref", ".conf", "")


FOLDERS = ["sources.list.d/cuda.list", "preferences.d/cuda-repository-pin-600", "apt.conf.d/99x.conf"]


@pytest.mark.parametrize("file", FOLDERS)
@pytest.mark.parametrize("name, noticed", [("{}.wslfleet-20260131T235959.bak", False), ("{}.wrong", True)])
def test_the_real_apt_ignores_a_backup_in_silence(file: str, name: str, noticed: bool, apt_world: AptWorld) -> None:
    path = apt_world.root / "etc/apt" / name.format(file)
    path.write_text("rubbish that apt would stumble over\n")
    if noticed:
        assert "Ignoring file" in apt_world.run(["apt-get", "-q=0", "-s", "install"]).output
    else:
        assert path.name == Path(backups.backup_name(file, "20260131T235959")).name
        assert apt_world.run(["apt-get", "-q=0", "-s", "install"]).stderr == ""


def test_free_name(tmp_path: Path) -> None:
    path = f"{tmp_path}/a"
    assert backups.free_name(path) == path
    (tmp_path / "a").touch()
    (tmp_path / "a.2").symlink_to("nowhere")
    assert backups.free_name(path) == path + ".3"
