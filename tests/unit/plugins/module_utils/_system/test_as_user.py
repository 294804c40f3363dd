# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import pwd
import time
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import as_user as a

ENTRY = pwd.getpwuid(os.getuid())
ME = a.User(ENTRY.pw_name, ENTRY.pw_uid, ENTRY.pw_gid, ENTRY.pw_dir)


def test_write_read_remove(tmp_path: Path) -> None:
    path = f"{tmp_path}/a/b/file"
    assert a.read_text(ME, path) is None
    a.check_writable(ME, path)
    a.write(ME, path, b"J\xf6rg\n")
    assert Path(path).read_bytes() == b"J\xf6rg\n" and Path(path).stat().st_mode & 0o777 == 0o644
    Path(path).chmod(0o600)
    a.write(ME, path, b"")
    assert a.read_text(ME, path) == "" and Path(path).stat().st_mode & 0o777 == 0o600
    a.remove(ME, path)
    a.remove(ME, path)
    assert not Path(path).exists()


def test_a_file_as_big_as_may_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * a.MAXIMUM)
    assert a.read_text(ME, f"{tmp_path}/file") == "x" * a.MAXIMUM


def test_why_it_cannot_be_done(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Failure, match=f"user {ME.name} cannot read {tmp_path}: .* is a folder"):
        a.read_text(ME, str(tmp_path))
    with pytest.raises(Failure, match="is no folder"):
        a.check_writable(ME, f"{tmp_path}/file/below")


def test_who_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(a, "SECONDS", 0.2)
    monkeypatch.setattr(a.files, "read_bytes", lambda *_arguments: time.sleep(60))
    with pytest.raises(Failure, match=r"no answer within 0\.2 s"):
        a.read_text(ME, f"{tmp_path}/file")


def test_a_fault_of_ours_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(a.files, "read_bytes", lambda *_arguments: 1 / 0)
    with pytest.raises(Failure, match="no answer"):
        a.read_text(ME, "/x")
