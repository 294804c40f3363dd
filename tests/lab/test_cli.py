# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m lab`` as a person uses it: its commands, bad input, what a crash leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest
import yaml

from lab.server import cli, service

ROOT = Path(__file__).resolve().parent.parent.parent

BAD_INPUT = [
    (["up", "--laptops", "0"], "--laptops must be at least 1"),
    (["log", "nobody"], "no laptop 'nobody'"),
    (["shell", "nobody", "Debian-12"], "no laptop 'nobody'"),
    (["fault", "nobody", "disk_full"], "no laptop 'nobody'"),
]


def _lab(state: Path, *arguments: str, **keywords: t.Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lab", arguments[0], "--state", str(state), *arguments[1:]]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120, **keywords)


def _processes_of(state: Path) -> list[str]:
    """Command lines of every process of this machine that names STATE."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if str(state) in line:
                found.append(line)
    return found


def _mounts_of(state: Path) -> list[str]:
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    return [line for line in mounts if str(state) in line]


@pytest.mark.parametrize(("arguments", "message"), BAD_INPUT)
def test_bad_input_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    code = cli.main([arguments[0], "--state", str(tmp_path), *arguments[1:]])
    error = capsys.readouterr().err
    assert code == 1
    assert message in error
    assert error.startswith("lab: ")
    assert len(error.splitlines()) == 1


def test_without_root_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert cli.main(["up", "--state", str(tmp_path / "lab")]) == 1
    assert "needs root" in capsys.readouterr().err
    assert not (tmp_path / "lab").exists()


def test_down_and_status_without_a_lab_are_quiet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["down", "--state", str(tmp_path)]) == 0
    assert cli.main(["status", "--state", str(tmp_path)]) == 0
    assert "no lab in" in capsys.readouterr().out


def test_purge_spares_a_folder_that_is_no_lab(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert cli.main(["down", "--state", str(tmp_path), "--purge"]) == 1
    assert "was not deleted" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.lab
def test_purge_takes_what_a_failed_up_left(tmp_path: Path) -> None:
    state = tmp_path / "lab"
    up = _lab(state, "up", "--without-compiler", "--probe", str(tmp_path / "missing.json"))
    assert up.returncode == 1
    assert state.exists()
    down = _lab(state, "down", "--purge")
    assert down.returncode == 0, down.stderr
    assert not state.exists()


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Path]:
    """A lab with one ready laptop, up."""
    directory = tmp_path_factory.mktemp("cli") / "lab"
    up = _lab(directory, "up", "--profile", "ready", "--without-compiler")
    assert up.returncode == 0, up.stderr
    yield directory
    assert _lab(directory, "down", "--purge").returncode == 0


@pytest.mark.lab
def test_up_writes_an_inventory(state: Path) -> None:
    inventory = yaml.safe_load((state / "inventory.yml").read_text(encoding="utf-8"))
    laptops = inventory["all"]["children"]["laptops"]
    assert list(laptops["hosts"]) == ["ready-1"]
    assert laptops["vars"]["ansible_connection"] == "ansible.builtin.winrm"


@pytest.mark.lab
def test_status_lists_the_laptop(state: Path) -> None:
    status = _lab(state, "status").stdout
    assert "ready-1" in status
    assert "Debian-12 of fleetadmin (stopped)" in status


@pytest.mark.lab
def test_up_twice_is_refused(state: Path) -> None:
    again = _lab(state, "up", "--profile", "ready", "--without-compiler")
    assert again.returncode == 1
    assert "running already" in again.stderr


@pytest.mark.lab
def test_a_shell_inside_a_distribution(state: Path) -> None:
    inside = _lab(state, "shell", "ready-1", "Debian-12", input="echo inside $WSL_DISTRO_NAME; exit 7\n")
    assert "inside Debian-12" in inside.stdout
    assert inside.returncode == 7
    unknown = _lab(state, "shell", "ready-1", "Fedora")
    assert unknown.returncode == 1
    assert "it has: Debian-12" in unknown.stderr


@pytest.mark.lab
def test_a_fault_is_switched_on_and_off(state: Path) -> None:
    file = state / "laptops" / "ready-1" / "faults.json"
    assert _lab(state, "fault", "ready-1", "connection_cut", "count=1", "match=--exec").returncode == 0
    assert json.loads(file.read_text(encoding="utf-8")) == {"connection_cut": {"count": 1, "match": "--exec"}}
    assert _lab(state, "fault", "ready-1", "connection_cut", "--off").returncode == 0
    assert json.loads(file.read_text(encoding="utf-8")) == {}
    bad = _lab(state, "fault", "ready-1", "connection_cut", "often")
    assert bad.returncode == 1
    assert "KEY=VALUE" in bad.stderr


@pytest.mark.lab
def test_a_killed_server_leaves_nothing_running_or_mounted(tmp_path: Path) -> None:
    directory = tmp_path / "lab"
    assert _lab(directory, "up", "--profile", "ready", "--without-compiler").returncode == 0
    with subprocess.Popen(
        [sys.executable, "-m", "lab", "shell", "--state", str(directory), "ready-1", "Debian-12"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as shell:
        assert shell.stdin is not None
        assert shell.stdout is not None
        shell.stdin.write("echo ready\n")
        shell.stdin.flush()
        assert "ready" in shell.stdout.readline()
        server = json.loads((directory / "server.json").read_text(encoding="utf-8"))["pid"]
        os.kill(server, signal.SIGKILL)
        shell.kill()
    deadline = time.monotonic() + 60
    # A process that is being killed has no command line any more before it has ended.
    while (_processes_of(directory) or service.is_running(directory)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _processes_of(directory) == []
    assert _mounts_of(directory) == []
    assert not service.is_running(directory)
    assert _lab(directory, "down", "--purge").returncode == 0
    assert not directory.exists()
