# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""host_info about everyone on a laptop: distributions anywhere, users who are not there, whatever cuts the run."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import host_info
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable, Stdin

from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.machine.permissions import Entry
from lab.machine.state import User
from lab.windows import fresh
from lab.windows.hives import load_hive
from lab.wsl.registrations import Distribution, Registrations, new_id
from tests.lab.laptop_runner import LaptopRunner

HIVES = "C:\\Program Files\\wslfleet\\hives"
SYSTEM32 = "C:\\Windows\\System32"


class Cut(LaptopRunner):
    """Loses the connection in the command of the copies, whose parts after the first AFTER are never run."""

    def __init__(self, laptop: Laptop, after: int) -> None:
        super().__init__(laptop)
        self._after = after
        self.cut = False

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        if "robocopy.exe" not in line:
            return super().run(line, stdin, timeout)
        kept = re.split(rf"\|\|echo \w+-{self._after}-1", line)[0]
        super().run(kept, stdin, timeout)
        self.cut = True
        raise HostUnreachable("laptop: the connection was lost")


@pytest.fixture
def laptop(tmp_path: Path) -> t.Iterator[Laptop]:
    """The administrator is connected, anna is logged on, ben and carla are not there."""
    state = profiles.windows_state("laptop", "de-DE")
    carla = User("carla", state.users[1].sid[:-4] + "1203", "Dev-3loper!", admin=False, hive_loaded=False)
    state.boot_seconds = 0.0
    state.users = [state.users[0], *profiles.developers(), carla]
    fresh.make_windows(tmp_path / "laptop", state)
    made = Laptop(tmp_path / "laptop", tmp_path / "cache")
    profiles.install_wsl(made)
    load_hive(made, made.state.users[1])
    yield made
    made.shut_down()


def register(laptop: Laptop, owner: int, name: str, folder: str, size: int = 4096) -> None:
    user = laptop.state.users[owner]
    if size and folder.startswith("C:"):
        laptop.drive.host_path(folder).mkdir(parents=True)
        (laptop.drive.host_path(folder) / "ext4.vhdx").write_bytes(b"x" * size)
    Registrations(laptop.registry, user.sid).add(Distribution(new_id(), name, folder), modern=True, os_release={})


def task(laptop: Laptop, runner: LaptopRunner | None = None, **args: t.Any) -> dict[str, t.Any]:
    ansible = MagicMock(args=args, check_mode=False, diff=False, async_val=0, environment=[])
    module = host_info.ActionModule(ansible, MagicMock(), MagicMock(), MagicMock(), MagicMock(), MagicMock())
    module.wslfleet_runner = runner or LaptopRunner(laptop)
    result: dict[str, t.Any] = module.run(task_vars={})
    return result


def shape(laptop: Laptop) -> tuple[list[str], bool, bytes]:
    """What a read must leave as it was: HKU, no copies, and the originals."""
    originals = b"".join(
        laptop.drive.host_path(f"{user.profile}\\NTUSER.DAT").read_bytes() for user in laptop.state.users
    )
    mounted = [name for name in laptop.registry.subkeys("HKU") if not name.startswith((".DEFAULT", "S-1-5-"))]
    return mounted, laptop.drive.exists(HIVES), originals


def test_distributions_anywhere_in_two_commands(laptop: Laptop) -> None:
    register(laptop, 0, "Own", "C:\\wsl\\own", 1000)
    register(laptop, 1, "Usual", "C:\\Users\\anna\\AppData\\Local\\wsl\\usual", 2000)
    register(laptop, 1, "Elsewhere", "C:\\Data & more\\anna", 3000)
    register(laptop, 1, "Store", "C:\\Users\\anna\\AppData\\Local\\Packages\\Ubuntu\\LocalState", 4000)
    register(laptop, 1, "Closed", "C:\\closed", 5000)
    register(laptop, 1, "Share", "\\\\files.corp.example\\wsl")
    register(laptop, 1, "Gone", "D:\\wsl")
    laptop.permissions.set("c:\\closed", Entry(inherit=False, grants={laptop.state.users[1].sid: "F"}))
    runner = LaptopRunner(laptop)
    result = task(laptop, runner)
    assert len(runner.lines) == 2
    assert not any("files.corp.example" in line for line in runner.lines)
    found = {row["name"]: (row["owner"], row["disk_bytes"], row["disk_problem"]) for row in result["distributions"]}
    nothing = "there is no virtual disk in its folder, or the folder is closed to this account"
    assert found == {
        "Own": ("fleetadmin", 1000, None),
        "Usual": ("anna", 2000, None),
        "Elsewhere": ("anna", 3000, None),
        "Store": ("anna", 4000, None),
        "Closed": ("anna", None, nothing),
        "Share": ("anna", None, "its folder does not lie on a drive of this host"),
        "Gone": ("anna", None, nothing),
    }
    assert "warnings" not in result


def test_nvidia_smi_of_the_driver_store(laptop: Laptop) -> None:
    laptop.drive.host_path(f"{SYSTEM32}\\nvidia-smi.exe").unlink()
    old = f"{SYSTEM32}\\DriverStore\\FileRepository\\nv_dispi.inf_amd64_0000000000000000"
    laptop.drive.host_path(old).mkdir(parents=True)
    result = task(laptop, gather_subset=["nvidia_smi"])
    assert result["nvidia"]["nvidia_smi"] == "confirmed"
    assert result["nvidia"]["gpus"][0]["compute_capability"] == "8.9"


def test_copies_of_users_who_are_not_there(laptop: Laptop) -> None:
    register(laptop, 2, "Debian", "C:\\Users\\ben\\AppData\\Local\\wsl\\x", 2000)
    register(laptop, 2, "Elsewhere", "C:\\Data\\ben", 3000)
    before = shape(laptop)
    unknown = task(laptop)
    assert {user["name"]: user["registry"] for user in unknown["users"]} == {
        "fleetadmin": "loaded",
        "anna": "loaded",
        "ben": "not loaded",
        "carla": "not loaded",
    }
    assert unknown["distributions"] == []
    laptop.drive.host_path("C:\\Users\\carla\\NTUSER.DAT").unlink()
    runner = LaptopRunner(laptop)
    result = task(laptop, runner, unloaded_profiles="copy")
    users = {user["name"]: user for user in result["users"]}
    assert (users["ben"]["registry"], users["ben"]["distributions_known"], users["ben"]["loaded"]) == (
        "copy",
        True,
        False,
    )
    assert "could not be copied" in users["carla"]["registry"]
    assert users["carla"]["distributions_known"] is False
    assert {row["name"]: (row["owner"], row["disk_bytes"]) for row in result["distributions"]} == {
        "Debian": ("ben", 2000),
        "Elsewhere": ("ben", 3000),
    }
    assert (len(runner.lines), "warnings" in result) == (4, False)
    laptop.drive.host_path("C:\\Users\\carla\\NTUSER.DAT").write_bytes(b"regf" + laptop.state.users[3].sid.encode())
    assert shape(laptop) == before
    grants = [words for words in runner.lines if "icacls.exe" in words]
    assert len(grants) == 1
    assert f'"{HIVES}" /inheritance:r' in grants[0]


@pytest.mark.parametrize(("after", "restart"), [(1, False), (3, True), (5, False), (6, False)])
def test_what_a_cut_leaves_is_taken_away_by_the_next_run(laptop: Laptop, after: int, restart: bool) -> None:
    register(laptop, 2, "Debian", "C:\\Users\\ben\\AppData\\Local\\wsl\\x", 2000)
    before = shape(laptop)
    runner = Cut(laptop, after)
    result = task(laptop, runner, unloaded_profiles="copy")
    assert (result["unreachable"], runner.cut) == (True, True)
    assert laptop.drive.exists(HIVES)
    if restart:
        laptop.reboot()
        assert not laptop.state.mounted_hives
        load_hive(laptop, laptop.state.users[1])
    again = LaptopRunner(laptop)
    assert task(laptop, again, gather_subset=["machine"]).get("warnings") is None
    assert (shape(laptop), len(again.lines)) == (before, 2)
    copied = task(laptop, unloaded_profiles="copy")
    assert [row["name"] for row in copied["distributions"]] == ["Debian"]
    assert shape(laptop) == before


def test_a_virus_scanner_that_holds_a_copy(laptop: Laptop) -> None:
    before = shape(laptop)
    laptop.faults.switch_on("hive_held", count=1)
    assert "warnings" not in task(laptop, unloaded_profiles="copy"), "a second try"
    assert shape(laptop) == before
    laptop.faults.switch_on("hive_held")
    (warning,) = task(laptop, unloaded_profiles="copy")["warnings"]
    assert "could not be unloaded from HKU\\wslfleet-S-1-5-21-" in warning
    assert "\n" not in warning
    (warning,) = task(laptop)["warnings"]
    assert "the next run tries again" in warning
    laptop.faults.switch_off("hive_held")
    assert "warnings" not in task(laptop, unloaded_profiles="copy")
    assert shape(laptop) == before


def test_what_is_refused(laptop: Laptop) -> None:
    assert "needs users" in task(laptop, gather_subset=["machine"], unloaded_profiles="copy")["msg"]
    (laptop.drive.host_path(HIVES)).mkdir(parents=True)
    (laptop.drive.host_path(HIVES) / "of somebody else").write_bytes(b"kept")
    (warning,) = task(laptop, unloaded_profiles="copy")["warnings"]
    assert "cannot be made and protected" in warning
    assert [path.name for path in laptop.drive.host_path(HIVES).iterdir()] == ["of somebody else"]
    laptop.state.users[0].admin = False
    (warning,) = task(laptop, unloaded_profiles="copy")["warnings"]
    assert "administrator" in warning
