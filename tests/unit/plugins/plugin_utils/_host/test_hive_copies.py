# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import hive_copies, keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandTimeout, Completed, HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import registry_query

from tests.unit.host_answers import GUID, HostAnswers, reg
from tests.unit.scripted_runner import ScriptedRunner

BEN = User("S-1-5-21-1-2-3-1001", "ben", "C:\\Users\\Ben & Co", loaded=False, connected=False)
KEY = f"HKU\\wslfleet-{BEN.sid}"
LONG_KEY = f"HKEY_USERS\\wslfleet-{BEN.sid}"
ICACLS = re.compile(r"icacls\.exe")
ROBOCOPY = re.compile(r"robocopy\.exe")
REMOVAL = re.compile(r'rd "C:\\Program Files\\wslfleet\\hives"&&(?!.*robocopy)')


def protecting(line: str, stdin: bytes) -> Completed:
    """Every part succeeds."""
    numbers = [int(number) for number in re.findall(r"echo wslfleet-(\d+)-0", line)]
    text = "".join(f"wslfleet-{number}-0\r\n" for number in numbers)
    return Completed(0, b"wslfleet-begin\r\n" + text.encode(), b"")


def copied(*without: str) -> HostAnswers:
    """A host where Ben's copy can be read; the reads WITHOUT fail."""
    answers = HostAnswers()
    for name, line in hive_copies._lines(BEN).items():
        if name.partition("_")[0] not in without:
            answers[line] = b"\r\n"
    lxss = f"{LONG_KEY}\\{keys.LXSS_USER}\\{GUID}"
    values = (("DistributionName", "REG_SZ", "Ubuntu"), ("BasePath", "REG_SZ", "D:\\x"), ("Flags", "REG_DWORD", "0xf"))
    if "lxss" not in without:
        answers[hive_copies._lines(BEN)[f"lxss_{BEN.sid}"]] = reg(lxss, *values)
    answers[registry_query("HKU")] = b"\r\nHKEY_USERS\\.DEFAULT\r\n"
    return answers


def still_loaded() -> HostAnswers:
    """A host where the copy stays loaded."""
    answers = copied()
    answers[registry_query("HKU")] += f"{LONG_KEY}\r\n".encode()
    return answers


def test_the_lines() -> None:
    folder = f"C:\\Program Files\\wslfleet\\hives\\{BEN.sid}"
    assert list(hive_copies._lines(BEN).values()) == [
        '((dir /b /al "C:\\Users\\Ben & Co\\NTUSER.DAT*")||(C:\\Windows\\System32\\robocopy.exe "C:\\Users\\Ben & Co"'
        f' "{folder}" NTUSER.DAT NTUSER.DAT.LOG1 NTUSER.DAT.LOG2 /B /R:0 /W:0 /NP /NJH /NJS /NFL /NDL))',
        f'dir /b /a "{folder}\\NTUSER.DAT"',
        f'C:\\Windows\\System32\\reg.exe load {KEY} "{folder}\\NTUSER.DAT"',
        f"C:\\Windows\\System32\\reg.exe query {KEY}\\Environment /v TEMP",
        f"C:\\Windows\\System32\\reg.exe query {KEY}\\{keys.LXSS_USER} /s",
        f"C:\\Windows\\System32\\reg.exe unload {KEY}",
        f'del /f /q /a "{folder}\\NTUSER.DAT*"',
        f'rd "{folder}"',
    ]


@pytest.mark.parametrize(
    ("without", "told", "names"),
    [
        ((), "copy", ["Ubuntu"]),
        (("lxss",), "copy", []),
        (("present",), "could not be copied", None),
        (("loaded", "real", "lxss", "unloaded"), "damaged", None),
        (("real",), "damaged", None),
    ],
)
def test_what_a_copy_tells(without: tuple[str, ...], told: str, names: list[str] | None) -> None:
    with ScriptedRunner([(ICACLS, protecting), (ROBOCOPY, copied(*without))]) as runner:
        copies = hive_copies.read_copies(runner, [BEN])
    assert told in copies.told[BEN.sid]
    found = copies.distributions.get(BEN.sid)
    assert (None if found is None else [entry.name for entry in found]) == names
    assert copies.problem is None


@pytest.mark.parametrize(
    ("profile", "why"),
    [
        ("\\\\server\\profiles\\ben", "does not lie on a drive of this host"),
        ("", "does not lie on a drive of this host"),
        ("C:\\", "does not lie on a drive of this host"),
        ("C:\\Users\\50 %", "has a name that cmd.exe cannot carry"),
    ],
)
def test_only_profiles_on_drives(profile: str, why: str) -> None:
    roaming = User("S-1-5-21-1-2-3-1002", "ben", profile, loaded=False, connected=False)
    copies = hive_copies.read_copies(ScriptedRunner([]), [roaming])
    assert copies.told[roaming.sid].startswith(f"its profile {why}")


def test_as_many_as_fit_in_one_line_and_the_folder_goes_with_the_last() -> None:
    users = [
        User(
            f"S-1-12-1-1111111111-2222222222-3333333333-{number}",
            "x",
            f"C:\\Users\\{'long ' * 8}{number}",
            False,
            False,
        )
        for number in range(10)
    ]
    script: list[t.Any] = [(ICACLS, protecting), (ROBOCOPY, copied()), (ROBOCOPY, copied())]
    with ScriptedRunner(script) as runner:
        hive_copies.read_copies(runner, users)
    loaded = [
        [user for user in users if f"reg.exe load {hive_copies._key(user.sid)} " in line]
        for line, _stdin in runner.calls
    ]
    assert loaded[1] + loaded[2] == users and all(loaded[1:])
    assert ['dir /b /a "C:\\Program Files\\wslfleet\\hives"&&' in line for line, _stdin in runner.calls] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ([(ROBOCOPY, still_loaded()), (REMOVAL, copied())], None),
        ([(ROBOCOPY, still_loaded()), (REMOVAL, still_loaded()), (REMOVAL, still_loaded())], "could not be unloaded"),
        ([(ROBOCOPY, CommandTimeout("120 s")), (REMOVAL, copied())], "120 s"),
        ([(ROBOCOPY, CommandTimeout("120 s")), (REMOVAL, CommandTimeout("later"))], "120 s; later"),
        ([(ROBOCOPY, Completed(1, b"wslfleet-begin\r\n", b"")), (REMOVAL, copied())], "ended before"),
    ],
    ids=["held once", "held", "time", "time twice", "ended"],
)
def test_whatever_happens_it_is_taken_away(script: list[t.Any], problem: str | None) -> None:
    with ScriptedRunner([(ICACLS, protecting), *script]) as runner:
        copies = hive_copies.read_copies(runner, [BEN])
    assert copies.problem is None if problem is None else problem in (copies.problem or "")
    assert f"reg.exe unload {KEY}&&" in runner.calls[-1][0]


def test_a_lost_connection_is_one() -> None:
    script: list[t.Any] = [(ICACLS, protecting), (ROBOCOPY, HostUnreachable("lost"))]
    with ScriptedRunner(script) as runner, pytest.raises(HostUnreachable):
        hive_copies.read_copies(runner, [BEN])


def test_leftovers_go_first_and_without_protection_nothing_is_copied() -> None:
    refused = Completed(0, protecting("echo wslfleet-1-0", b"").stdout, b"")
    with ScriptedRunner([(REMOVAL, copied()), (ICACLS, refused)]) as runner:
        copies = hive_copies.read_copies(runner, [BEN], [BEN.sid])
    assert "making C:\\Program Files\\wslfleet\\hives" in (copies.problem or "")
    assert runner.calls[0][0].startswith(f"echo wslfleet-begin&C:\\Windows\\System32\\reg.exe unload {KEY}&&")


def test_files_that_stay_are_told() -> None:
    answers = copied()
    answers['dir /b /a "C:\\Program Files\\wslfleet\\hives"'] = b"S-1\r\n"
    with ScriptedRunner([(ICACLS, protecting), (ROBOCOPY, answers), (REMOVAL, answers), (REMOVAL, answers)]) as runner:
        copies = hive_copies.read_copies(runner, [BEN])
    assert "could not be deleted" in (copies.problem or "")
