# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""H3: a developer makes, before any run, the folders that an administrator's run works in, with files of his in them.

Below C:\\ProgramData anybody may do that. Each host_info then ran ``rd /s /q`` there, in check mode too.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import host_info
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import files

from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.machine.state import User
from lab.windows import fresh
from tests.lab.laptop_runner import LaptopRunner

PLUGINS = Path(__file__).parents[2] / "plugins"
TOPS = ("C:\\ProgramData\\wslfleet", files.FOLDER)
NAMES = ("hives", "images", "config", "bundle-Debian", "handover-Debian")


@pytest.fixture
def laptop(tmp_path: Path) -> t.Iterator[Laptop]:
    state = profiles.windows_state("laptop", "de-DE")
    absent = User("carla", state.users[1].sid[:-4] + "1203", "Dev-3loper!", admin=False, hive_loaded=False)
    state.users = [*state.users, absent]
    fresh.make_windows(tmp_path / "laptop", state)
    made = Laptop(tmp_path / "laptop", tmp_path / "cache")
    yield made
    made.shut_down()


def read(laptop: Laptop, check_mode: bool, **args: t.Any) -> tuple[dict[str, t.Any], LaptopRunner]:
    runner = LaptopRunner(laptop)
    task = MagicMock(args=args, check_mode=check_mode, diff=False, async_val=0, environment=[])
    module = host_info.ActionModule(task, *(MagicMock() for _ in range(5)))
    module.wslfleet_runner = runner
    return module.run(task_vars={}), runner


@pytest.mark.parametrize("unloaded", ["unknown", "copy"])
def test_nothing_of_the_attacker_is_touched(laptop: Laptop, unloaded: str) -> None:
    attacker = LaptopRunner(laptop, laptop.state.users[1])
    made = []
    for top in TOPS:
        for name in NAMES:
            if attacker.run(f'md "{top}\\{name}"').exit_code == 0:
                assert attacker.run(f'echo mine>"{top}\\{name}\\file"').exit_code == 0
                made.append(laptop.drive.host_path(f"{top}\\{name}\\file"))
    assert len(made) == len(NAMES), "below ProgramData anybody can, below Program Files nobody"
    for check_mode in (True, False):
        result, runner = read(laptop, check_mode, unloaded_profiles=unloaded)
        assert "failed" not in result, result
        assert not [line for line in runner.lines if "ProgramData\\wslfleet" in line]
    assert all(file.read_text() == "mine\n" or file.exists() for file in made)


def test_check_mode_deletes_nothing(laptop: Laptop) -> None:
    left = laptop.drive.host_path(f"{files.FOLDER}\\hives\\S-1-5-21-7")
    left.mkdir(parents=True)
    (left / "NTUSER.DAT").write_bytes(b"regf")
    result, runner = read(laptop, check_mode=True, unloaded_profiles="copy", gather_subset=["users"])
    assert "without check mode deletes them" in result["warnings"][0]
    assert not [line for line in runner.lines if re.search(r"[&(](?:del|rd|md) |robocopy\.exe|icacls\.exe", line)]
    assert left.is_dir()
    assert "warnings" not in read(laptop, check_mode=False)[0]
    assert not left.exists()


def test_no_tree_is_deleted_anywhere() -> None:
    with pytest.raises(cmd_line.CmdLineError, match="delete by name"):
        cmd_line.cmd_line("rd", ["/s", "/q", "C:\\x"])
    for path in PLUGINS.rglob("*.py"):
        assert not re.search(r"rd /s /q|\"/s\", \"/q\"", path.read_text(encoding="utf-8")), path


def test_everything_lies_in_one_place_that_only_administrators_change() -> None:
    named = []
    for path in [*PLUGINS.glob("plugin_utils/**/*.py"), *PLUGINS.glob("action/*.py")]:
        text = path.read_text(encoding="utf-8")
        assert "ProgramData\\\\wslfleet" not in text, path
        named += [path.name] if '"C:\\\\Program Files\\\\wslfleet' in text else []
    assert named == ["files.py"]
