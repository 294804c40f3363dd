# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the shell of a distribution runs for an order; it runs for real here, with programs of the test."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import launch

from tests.unit.an_order import run_order


def test_no_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "INTERPRETER", "/nonexistent/python3")
    assert run_order(launch.stream(b"")).returncode == launch.NO_PYTHON


@pytest.mark.parametrize(
    ("state", "works", "told", "code", "kept"),
    [
        (None, False, {"ended": False, "alive": False}, 10, False),
        ({"id": "1", "ended": False, "rows": [1]}, True, {"ended": False, "alive": True, "rows": [1]}, 10, True),
        ({"id": "1", "ended": False, "rows": [1]}, False, {"ended": False, "alive": False, "rows": [1]}, 10, False),
        ({"id": "1", "ended": True, "stop": True}, False, {"ended": True, "alive": False, "stop": True}, 0, False),
        ({"id": "1", "ended": True, "stop": False}, False, {"ended": True, "alive": False, "stop": False}, 10, False),
        ({"id": "2", "ended": True, "stop": True}, False, {"id": "2", "ended": True}, 10, True),
    ],
)
@pytest.mark.skipif(not os.access(launch.INTERPRETER, os.X_OK), reason="the look runs with the system's Python")
def test_a_look_tells_what_an_order_has_come_to(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    state: dict[str, t.Any] | None,
    works: bool,
    told: dict[str, t.Any],
    code: int,
    kept: bool,
) -> None:
    folder = tmp_path / "order"
    monkeypatch.setattr(launch, "FOLDER", str(folder))
    if state is not None:
        folder.mkdir()
        (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
        (folder / "lock").touch()
    held = os.open(folder / "lock", os.O_RDWR) if works else -1
    if works:
        fcntl.flock(held, fcntl.LOCK_EX)
    done = subprocess.run(["/bin/sh", "-c", launch.look("1", "Debian")], capture_output=True, check=False)
    found = json.loads(done.stdout)
    assert found["bundle"] == "Debian"
    assert {key: found[key] for key in told} == told
    assert (done.returncode, (folder / "state.json").exists()) == (code, kept)
    if works:
        os.close(held)


@pytest.mark.parametrize(
    ("installed", "code", "words"),
    [(True, 0, b"python runs"), (False, launch.NOT_INSTALLED, b"E: no network\n")],
)
def test_python_is_installed_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, installed: bool, code: int, words: bytes
) -> None:
    """With programs of this test in the place of apt and dpkg."""
    python, programs = tmp_path / "python3", tmp_path / "bin"
    programs.mkdir()
    make = f"printf '#!/bin/sh\\necho python runs $WSLFLEET_PYTHON $http_proxy' >{python}; chmod 755 {python}"
    scripts = {
        "dpkg": "exit 0",
        "apt-get": f'case "$*" in *install*) {make if installed else "echo E: no network; exit 100"};; esac',
    }
    for name, text in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    monkeypatch.setattr(launch, "INTERPRETER", str(python))
    monkeypatch.setattr(launch, "PYTHON_FOLDER", str(tmp_path / "work"))
    line = launch.command(b"PK", True, 5, "http://proxy:3128")
    path = f"{programs}:{os.environ['PATH']}"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=False, env={"PATH": path})
    assert (done.returncode, words in done.stdout + done.stderr) == (code, True), done
    assert (b" 1" in done.stdout) is installed
    assert not (tmp_path / "work").exists()


def test_whoever_waits_for_python_goes_away_when_it_takes_longer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, text in {"dpkg": "exit 0", "apt-get": "sleep 1"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(launch, "INTERPRETER", str(tmp_path / "python3"))
    monkeypatch.setattr(launch, "PYTHON_FOLDER", str(tmp_path / "work"))
    line = ["/bin/sh", "-c", launch.command(b"PK", True, 0.4)]
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    assert subprocess.run(line, check=False, env=environment).returncode == launch.INSTALLING
    again = ["/bin/sh", "-c", launch.command(b"PK", True, 20)]
    assert subprocess.run(again, check=False, env=environment).returncode == launch.NOT_INSTALLED
