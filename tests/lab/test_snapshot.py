# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a laptop as a copy, and as something to compare."""

from __future__ import annotations

from pathlib import Path

from lab.laptops import profiles, snapshot
from lab.laptops.laptop import Laptop
from lab.machine.process import Command
from lab.windows import fresh
from tests.lab.laptop_runner import LaptopRunner


def _laptop(directory: Path) -> Laptop:
    fresh.make_windows(directory, profiles.windows_state("laptop", "en-US"))
    return Laptop(directory, directory.parent / "cache")


def _disk(laptop: Laptop) -> Path:
    upper = laptop.directory / "distributions" / "1a2b" / "upper"
    upper.mkdir(parents=True)
    (upper.parent / "disk.json").write_text('{"image": null, "layer": null}')
    (upper.parent / "instance.json").write_text("{}")
    (upper / "link").symlink_to("/nowhere")
    return upper


def test_a_copy_is_the_same_laptop_at_rest(tmp_path: Path) -> None:
    laptop = _laptop(tmp_path / "one")
    upper = _disk(laptop)
    laptop.faults.switch_on("disk_full")
    LaptopRunner(laptop).run("ver")
    snapshot.copy(laptop.directory, tmp_path / "two")
    before = snapshot.files(laptop.directory)
    assert snapshot.files(tmp_path / "two") == before
    assert "distributions/1a2b/upper/link" in before
    left_behind = ("commands.jsonl", "faults.json", "distributions/1a2b/instance.json")
    assert [name for name in left_behind if (tmp_path / "two" / name).exists()] == []
    assert Laptop(tmp_path / "two", tmp_path / "cache").state == laptop.state
    (upper / "file").write_text("new")
    (upper / "link").unlink()
    after = snapshot.files(laptop.directory)
    assert {path for path in {*before, *after} if before.get(path) != after.get(path)} == {
        "distributions/1a2b/upper/file",
        "distributions/1a2b/upper/link",
    }


def test_it_can_be_taken_after_every_command(tmp_path: Path) -> None:
    laptop = _laptop(tmp_path / "one")
    seen: list[tuple[str, bool]] = []

    def look(command: Command) -> None:
        snapshot.wait_for_packages(laptop)
        seen.append((command.line, laptop.reboot_scheduled))
        assert not command.done.is_set()

    laptop.after_command.append(look)
    runner = LaptopRunner(laptop)
    runner.run("ver")
    runner.run("C:\\Windows\\System32\\shutdown.exe /r /t 600")
    assert [scheduled for _line, scheduled in seen] == [False, True]
    assert snapshot.configures_packages(laptop) is False
    laptop.shut_down()
