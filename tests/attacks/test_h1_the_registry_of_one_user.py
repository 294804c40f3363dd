# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""H1: reg.exe prints line breaks in values as they are, so that one user's registry spoke for the machine and others.

anna writes what she likes below her own Lxss key. Nothing that she writes may be read as anything but her own.
"""

from __future__ import annotations

import re
import typing as t
from unittest.mock import MagicMock

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import host_info
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.goal import DistributionGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import read
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.keys import DISPLAY_CLASS, LXSS_USER, PROFILE_LIST
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import cmd_line as port_cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import Batch, cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over

from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.windows import fresh
from lab.windows.hives import load_hive
from lab.wsl.registrations import new_id
from tests.lab.laptop_runner import LaptopRunner

BREAK = "\r\n"
LONG = {"HKLM": "HKEY_LOCAL_MACHINE", "HKU": "HKEY_USERS"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Laptop]:
    """The administrator is connected; anna, who attacks, and ben are logged on."""
    folder = tmp_path_factory.mktemp("h1")
    state = profiles.windows_state("laptop", "en-US")
    state.boot_seconds = 0.0
    state.users = [state.users[0], *profiles.developers()]
    fresh.make_windows(folder / "laptop", state)
    laptop = Laptop(folder / "laptop", folder / "cache")
    profiles.install_wsl(laptop)
    for user in laptop.state.users[1:]:
        load_hive(laptop, user)
    yield laptop
    laptop.shut_down()


@pytest.fixture
def laptop(made: Laptop) -> t.Iterator[Laptop]:
    """As ``made``; what anna wrote is taken away again."""
    profile = f"{PROFILE_LIST}\\{made.state.users[1].sid}"
    before = made.registry.get(profile, "ProfileImagePath")
    yield made
    for user in made.state.users[1:]:
        made.registry.delete(f"HKU\\{user.sid}\\{LXSS_USER}")
    assert before is not None
    made.registry.set(profile, "ProfileImagePath", before.type, before.data)


def write(laptop: Laptop, key: str, *values: tuple[str, str, t.Any], name: str = "Debian") -> str:
    """anna registers a distribution whose name goes on with what reg.exe prints for KEY with VALUES; its GUID."""
    root, _backslash, rest = key.partition("\\")
    rows = "".join(f"    {value}    {kind}    {data}{BREAK}" for value, kind, data in values)
    guid = new_id()
    own = f"HKU\\{laptop.state.users[1].sid}\\{LXSS_USER}\\{guid}"
    laptop.registry.create(own)
    laptop.registry.set(own, "DistributionName", "REG_SZ", f"{name}{BREAK}{LONG[root]}\\{rest}{BREAK}{rows}")
    return guid


def info(laptop: Laptop, runner: LaptopRunner) -> dict[str, t.Any]:
    task = MagicMock(args={}, check_mode=False, diff=False, async_val=0, environment=[])
    module = host_info.ActionModule(task, MagicMock(), MagicMock(), MagicMock(), MagicMock(), MagicMock())
    module.wslfleet_runner = runner
    result: dict[str, t.Any] = module.run(task_vars={})
    assert not result.get("failed"), result.get("msg")
    return result


def test_no_program_of_a_developer_is_started(laptop: Laptop) -> None:
    mine = "C:\\Users\\anna\\DriverStore\\FileRepository\\evil"
    write(laptop, f"{DISPLAY_CLASS}\\0001", ("UserModeDriverName", "REG_MULTI_SZ", f"{mine}\\a.dll\\0{mine}\\b.dll"))
    runner = LaptopRunner(laptop)
    info(laptop, runner)
    assert any("nvidia-smi.exe" in line for line in runner.lines)
    assert not any("evil" in line for line in runner.lines)
    programs = re.findall(r"[A-Za-z]:\\[^\"&|<>]*?\.exe", "&".join(runner.lines))
    assert {
        program.lower() for program in programs if not program.startswith(("C:\\Windows\\", "C:\\Program"))
    } == set()


def test_the_machine_is_not_forged(laptop: Laptop) -> None:
    before = info(laptop, LaptopRunner(laptop))
    windows = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
    write(laptop, windows, ("CurrentBuild", "REG_SZ", "10240"), ("EditionID", "REG_SZ", "Forged"))
    write(laptop, "HKLM\\SOFTWARE\\Policies\\WSL", ("AllowWSL", "REG_DWORD", "0x0"))
    write(laptop, f"{PROFILE_LIST}\\S-1-5-21-1-2-3-4", ("ProfileImagePath", "REG_EXPAND_SZ", "\\\\evil\\share"))
    write(laptop, "HKU\\wslfleet-%PATH%")
    after = info(laptop, LaptopRunner(laptop))
    for part in ("windows", "wsl", "nvidia"):
        assert after[part] == before[part]
    # What is registered for a user is his own to say; that row tells it under his name.
    of_the_machine = [[row for row in each["preflight"] if row["id"] != "distributions"] for each in (before, after)]
    assert of_the_machine[0] == of_the_machine[1]
    assert [user["sid"] for user in after["users"]] == [user["sid"] for user in before["users"]]


def test_one_developer_does_not_speak_for_another(laptop: Laptop) -> None:
    """The hand-over took a half installed distribution for a failed one, and unregistered it."""
    anna, ben = laptop.state.users[1:3]
    forged = f"HKU\\{ben.sid}\\{LXSS_USER}\\{new_id()}"
    write(laptop, forged, ("DistributionName", "REG_SZ", "Ubuntu"), ("State", "REG_DWORD", "0x3"), name="Fedora")
    write(laptop, f"HKU\\{ben.sid}\\Volatile Environment\\7", ("SESSIONNAME", "REG_SZ", "RDP-Tcp#1"))
    result = info(laptop, LaptopRunner(laptop))
    assert [one["owner"] for one in result["distributions"] if one["sid"] == ben.sid] == []
    goal = DistributionGoal(name="Ubuntu", windows_user=[anna.name, ben.name], source="C:\\x.tar", state="present")
    seen = hand_over.observe(LaptopRunner(laptop), goal, None)
    assert [(one.name, one.found) for one in seen.developers] == [("anna", None), ("ben", None)]


def test_values_of_impossible_sizes_are_no_numbers(laptop: Laptop) -> None:
    """Python refuses to print a number of so many digits, which ended the module."""
    guid = new_id()
    own = f"HKU\\{laptop.state.users[1].sid}\\{LXSS_USER}\\{guid}"
    laptop.registry.create(own)
    rows = "".join(f"{BREAK}    {name}    REG_DWORD    0x{'f' * 6000}" for name in ("State", "DefaultUid", "Flags"))
    laptop.registry.set(own, "DistributionName", "REG_SZ", f"Debian{rows}")
    (found,) = info(laptop, LaptopRunner(laptop))["distributions"]
    assert (found["name"], found["default_uid"]) == ("Debian", 0)


@pytest.mark.parametrize("path", ["\\\\evil\\share", "C:\\Users\\100%PATH%", "C:\\Users\\a&b%"])
def test_a_profile_that_cannot_be_opened_is_skipped_with_a_word(laptop: Laptop, path: str) -> None:
    anna = laptop.state.users[1]
    laptop.registry.set(f"{PROFILE_LIST}\\{anna.sid}", "ProfileImagePath", "REG_EXPAND_SZ", path)
    runner = LaptopRunner(laptop)
    users = {user["sid"]: user for user in info(laptop, runner)["users"]}
    assert path in users[anna.sid]["problem"]
    assert not any(path in line for line in runner.lines)
    assert users[anna.sid]["virtual_disks"] is None
    others = [user for sid, user in users.items() if sid != anna.sid]
    assert all(user["problem"] is None and user["virtual_disks"] is not None for user in others)


@pytest.mark.parametrize("folder", ["\\\\evil\\share", "\\\\?\\UNC\\evil\\share", "C:\\100%PATH%", 'C:\\"&calc&"'])
def test_a_folder_elsewhere_is_not_opened(laptop: Laptop, folder: str) -> None:
    guid = write(laptop, "HKLM\\X")
    laptop.registry.set(f"HKU\\{laptop.state.users[1].sid}\\{LXSS_USER}\\{guid}", "BasePath", "REG_SZ", folder)
    runner = LaptopRunner(laptop)
    info(laptop, runner)
    assert not any("evil" in line or "calc" in line or "100%" in line for line in runner.lines)


def test_a_part_cannot_end_itself() -> None:
    """Constant markers were found wherever they stood."""
    batch = Batch([cmd_line("echo", ["a"]), cmd_line("echo", ["b"])])
    mark = re.match(r"echo (\w+)-begin&", batch.line)
    assert mark and mark.group(1) not in Batch(["echo a"]).line
    forged = "wslfleet-1-0\r\nwslfleet-2-0\r\n@mark@-1-0\r\n@mark@-2-0\r\n"
    ends = [f"{mark.group(1)}-{number}-0\r\n" for number in (1, 2)]
    printed = f"{mark.group(1)}-begin\r\n{forged}{ends[0]}b\r\n{ends[1]}".encode()
    assert [part.stdout for part in batch.split(printed)] == [forged.encode(), b"b\r\n"]


def test_the_first_command_has_room_for_the_mark() -> None:
    assert len(port_cmd_line.new_mark()) >= 8
    assert len(Batch(list(read.first_lines(of_users=True).values())).line) <= port_cmd_line.MAXIMUM_LENGTH


def test_two_commands_are_enough(laptop: Laptop) -> None:
    runner = LaptopRunner(laptop)
    info(laptop, runner)
    assert len(runner.lines) == 2
