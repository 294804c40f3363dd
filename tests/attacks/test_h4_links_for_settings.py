# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""H4: ``.wslconfig`` of a developer is a junction or a link, so that a copy writes or reads elsewhere."""

from __future__ import annotations

import typing as t
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import wsl_config
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, Stdin
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import as_user

from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.windows import fresh
from tests.lab.laptop_runner import LaptopRunner

SECRETS = "C:\\Windows\\secrets"
FILES = {"developer": "C:\\Users\\developer\\.wslconfig", None: "C:\\Users\\fleetadmin\\.wslconfig"}


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Laptop]:
    monkeypatch.setattr(as_user, "POLL_SECONDS", 0.02)
    state = profiles.windows_state("laptop", "fr-FR")
    state.gpus = []
    fresh.make_windows(tmp_path / "laptop", state)
    made = Laptop(tmp_path / "laptop", tmp_path / "cache")
    profiles.install_wsl(made)
    folder = made.drive.host_path(SECRETS)
    folder.mkdir()
    (folder / "key").write_text("[wsl2]\r\nkey=of-administrators\r\n")
    admins = "/inheritance:r /grant:r *S-1-5-18:(OI)(CI)F /grant:r *S-1-5-32-544:(OI)(CI)F /q"
    assert LaptopRunner(made).run(f"C:\\Windows\\System32\\icacls.exe {SECRETS} {admins}").exit_code == 0
    yield made
    made.shut_down()


class Swapping(LaptopRunner):
    """The developer puts a link to TARGET in the place of the file just before the line that holds TEXT runs."""

    def __init__(self, laptop: Laptop, file: str, target: str, text: str) -> None:
        super().__init__(laptop)
        self._file, self._target, self._text = laptop.drive.host_path(file), laptop.drive.host_path(target), text
        self.swapped = False

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        """See ``LaptopRunner.run``."""
        if self._text in line and not self.swapped:
            self.swapped = True
            self._file.unlink(missing_ok=True)
            self._file.symlink_to(self._target)
        return super().run(line, stdin, timeout)


def task(runner: LaptopRunner, user: str | None) -> dict[str, t.Any]:
    given: dict[str, t.Any] = {"settings": {"wsl2": {"memory": "16GB"}}, **({"windows_user": user} if user else {})}
    mock = MagicMock(args=given, check_mode=False, diff=True, async_val=0, environment=[])
    action = wsl_config.ActionModule(mock, *(MagicMock() for _ in range(5)))
    action.wslfleet_runner = runner
    return action.run(task_vars={})


def contents(laptop: Laptop) -> dict[str, str]:
    return {path.name: path.read_text() for path in laptop.drive.host_path(SECRETS).iterdir()}


@pytest.mark.parametrize("user", ["developer", None])
@pytest.mark.parametrize("target", [SECRETS, f"{SECRETS}\\key"], ids=["junction", "link"])
@pytest.mark.parametrize("when", ["before", "copy /y"])
def test_nothing_of_administrators_is_written(laptop: Laptop, user: str | None, target: str, when: str) -> None:
    before = contents(laptop)
    runner: LaptopRunner = LaptopRunner(laptop)
    if when == "before":
        laptop.drive.host_path(FILES[user]).symlink_to(laptop.drive.host_path(target))
    else:
        runner = Swapping(laptop, FILES[user], target, " /Create " if user else when)
    result = task(runner, user)
    assert result["failed"] is True
    assert "\n" not in result["msg"]
    assert contents(laptop) == before
    assert laptop.tasks.names() == []


def test_what_only_administrators_may_read_reaches_nobody(laptop: Laptop) -> None:
    """A link for the moment of the administrator's look, that the look itself did not see, and a plain file again."""
    file = laptop.drive.host_path(FILES["developer"])

    class Seeing(LaptopRunner):
        def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
            completed = super().run(line, stdin, timeout)
            if f"type {FILES['developer']}" in line:
                secret = (laptop.drive.host_path(SECRETS) / "key").read_bytes()
                return Completed(0, completed.stdout.replace(b"[wsl2]\r\n", secret), completed.stderr)
            return completed

    file.write_bytes(b"[wsl2]\r\n")
    result = task(Seeing(laptop), "developer")
    assert "it changed while it was read" in result["msg"]
    assert file.read_bytes() == b"[wsl2]\r\n"
    assert not list(laptop.drive.host_path("C:\\Program Files\\wslfleet").rglob("*new*"))
