# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Ansible runs when it runs on the laptop itself, and what it must not end."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import inside
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.inside import Inside

HERE = Inside("Ubuntu-24.04", "/mnt/c/Windows/System32/cmd.exe")
WSL = 'set WSL_UTF8=1&"C:\\Program Files\\WSL\\wsl.exe"'
SHUTDOWN = "C:\\Windows\\System32\\shutdown.exe"


@pytest.fixture(autouse=True)
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """wsl.conf of this test; nothing of the machine that runs it is looked at."""
    file = tmp_path / "wsl.conf"
    monkeypatch.setattr(inside, "WSL_CONF", file)
    monkeypatch.setenv("WSL_DISTRO_NAME", "Ubuntu-24.04")
    monkeypatch.setenv("PATH", str(tmp_path))
    return file


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (f"{WSL} --shutdown", "wsl.exe --shutdown"),
        (f"{WSL} --update --web-download", "wsl.exe --update --web-download"),
        (f"{WSL} --terminate Ubuntu-24.04", "wsl.exe --terminate Ubuntu-24.04"),
        (f"{WSL} -l -v&&echo 1&{WSL[15:]} --terminate Ubuntu-24.04&&echo 2", "wsl.exe --terminate Ubuntu-24.04"),
        (f"{WSL} --unregister Ubuntu-24.04", "wsl.exe --unregister Ubuntu-24.04"),
        (f"{WSL} --manage Ubuntu-24.04 --set-sparse true", "wsl.exe --manage Ubuntu-24.04 --set-sparse true"),
        (f"{WSL} --terminate ubuntu-24.04", "wsl.exe --terminate ubuntu-24.04"),
        ("C:\\Windows\\System32\\sc.exe stop WSLService", "sc.exe stop WSLService"),
        (f"{SHUTDOWN} /r /t 60 /c x", "shutdown.exe /r /t 60 /c x"),
        (
            'start "" /wait C:\\Windows\\System32\\msiexec.exe /i C:\\ProgramData\\wslfleet\\x\\wsl.msi /qn&call x',
            "msiexec.exe /i C:\\ProgramData\\wslfleet\\x\\wsl.msi /qn",
        ),
    ],
)
def test_what_would_end_the_run_is_refused_with_its_command(line: str, command: str) -> None:
    with pytest.raises(StepFailed) as caught:
        HERE.refuse_own_end(line)
    assert str(caught.value) == (
        "this laptop: this would end distribution Ubuntu-24.04, in which Ansible runs: run it yourself in a terminal of"
        f" Windows, then run the playbook again: {command}"
    )


@pytest.mark.parametrize(
    "line",
    [
        f"{WSL} --terminate Ubuntu-24.04-build",
        f"{WSL} --terminate Ubuntu",
        f"{WSL} -d Ubuntu-24.04 -u root --cd / --exec /bin/sh -c x",
        f"{WSL} --list --verbose",
        f"{SHUTDOWN} /a",
        "C:\\Windows\\System32\\sc.exe query WSLService",
        "C:\\Windows\\System32\\msiexec.exe /i C:\\x\\other.msi",
        "echo --shutdown",
    ],
)
def test_everything_else_may_run(line: str) -> None:
    HERE.refuse_own_end(line)


def test_cmd_is_below_the_root_of_drives(conf: Path, tmp_path: Path) -> None:
    assert inside.look() == HERE
    conf.write_text("[Automount]\nRoot = /win/\n", encoding="utf-8")
    assert inside.look().cmd_exe == "/win/c/Windows/System32/cmd.exe"


def test_cmd_of_path_where_the_drive_is_elsewhere(conf: Path, tmp_path: Path) -> None:
    conf.write_text("[automount]\nroot=/nowhere\n", encoding="utf-8")
    (tmp_path / "cmd.exe").touch(0o755)
    assert inside.look().cmd_exe == str(tmp_path / "cmd.exe")


def test_the_name_comes_from_a_process_above_where_sudo_has_dropped_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WSL_DISTRO_NAME")
    above = subprocess.Popen(["/bin/sleep", "60"], env={"WSL_DISTRO_NAME": "Debian"})
    try:
        # exec has succeeded, and its environment may still be on its way.
        while not Path(f"/proc/{above.pid}/environ").read_bytes():
            time.sleep(0.01)
        monkeypatch.setattr(inside.os, "getppid", lambda: above.pid)
        assert inside.look().distribution == "Debian"
    finally:
        above.kill()
        above.wait()
    monkeypatch.setattr(inside.os, "getppid", lambda: 1)
    assert inside.look().distribution == ""


def test_interop_that_is_switched_off(conf: Path) -> None:
    conf.write_text("[interop]\nenabled=false\n", encoding="utf-8")
    error = HERE.not_run(1, b"")
    assert str(error) == (
        f"this laptop: interop is switched off: set enabled=true in section [interop] of {conf} and run wsl.exe"
        " --terminate Ubuntu-24.04 in Windows"
    )
    assert error.cause == "no interop"


def test_without_rights() -> None:
    error = HERE.not_started(PermissionError(13, "Permission denied"))
    assert "cmd.exe cannot be started: Permission denied" in str(error)
