# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import disks, hive_copies, keys, nvidia
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import read as host_read
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import result as host_result
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import MAXIMUM_LENGTH, Batch
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandTimeout, Completed

from tests.unit.conftest import MARK
from tests.unit.host_answers import (
    BATCH,
    GUID,
    SID,
    HostAnswers,
    fresh,
    reg,
    with_distribution,
    with_features,
    with_wsl,
)
from tests.unit.scripted_runner import ScriptedRunner

OTHER = "S-1-12-1-4444444444-5555555555-6666666666-7777777777"
ABSENT = "S-1-5-21-1111111111-2222222222-3333333333-1002"
SMI = re.compile(r"nvidia-smi\.exe")


def read(answers: HostAnswers, second: HostAnswers | None = None) -> host_read.HostState:
    script = [(BATCH, answers)] + ([(BATCH, second)] if second is not None else [])
    with ScriptedRunner(script) as runner:
        return host_read.read_host(runner, host_read.SUBSETS if second is not None else ())


def test_first_command_fits_into_one_line() -> None:
    assert len(Batch(list(host_read.first_lines(of_users=True).values())).line) < MAXIMUM_LENGTH * 0.98
    assert len(Batch(list(host_read.first_lines(of_users=True, drives=True).values())).line) < MAXIMUM_LENGTH * 0.99


@pytest.mark.parametrize(
    ("printed", "drives"),
    [
        (b"\r\nDrives: C:\\ D:\\ \r\n", {"C", "D"}),
        (b"\r\nLaufwerke: A:\\\0C:\\\0 \r\n", {"A", "C"}),
        (b"", None),
        (b"Zugriff verweigert\r\n", None),
    ],
)
def test_the_drives_are_asked_where_paths_are_named(printed: bytes, drives: set[str] | None) -> None:
    answers = fresh()
    if printed:
        answers[q.drives()["drives"]] = printed
    with ScriptedRunner([(BATCH, answers)]) as runner:
        assert host_read.read_host(runner, (), drives=True).drives == drives
    with ScriptedRunner([(BATCH, fresh())]) as runner:
        assert host_read.read_host(runner, ()).drives is None
    assert "fsinfo" not in runner.calls[0][0]


def test_fresh_host() -> None:
    state = read(fresh())
    assert (state.windows.product, state.windows.version) == ("Windows 11 Pro", "22631.3155")
    assert (state.windows.ui_language, state.windows.architecture) == ("de-DE", "AMD64")
    assert (state.windows.computer_name, state.elevated) == ("LAPTOP-7", True)
    assert (state.wsl.version, state.wsl.allowed, set(state.wsl.services.values())) == (None, True, {False})
    assert (state.pending.reasons, state.pending.boot_id) == ((), 41)
    assert [gpu.driver_version for gpu in state.gpus] == ["551.61"]
    assert state.cuda_library is True
    assert [(user.name, user.connected, user.loaded) for user in state.users] == [("Jörg", True, True)]
    assert state.distributions == {SID: []}


def test_distribution_of_the_connected_account() -> None:
    result = host_result.as_result(read(with_distribution(with_wsl(with_features(fresh())))))
    assert result["wsl"]["version"] == "2.6.3.0"
    assert result["wsl"]["executable"] == "C:\\Program Files\\WSL\\wsl.exe"
    assert result["account"] == "Jörg"
    assert result["distributions"] == [
        {
            "owner": "Jörg",
            "owner_kind": "domain",
            "sid": SID,
            "name": "Debian",
            "guid": GUID,
            "version": 2,
            "default": True,
            "default_uid": 1000,
            "base_path": f"C:\\Users\\Jörg\\AppData\\Local\\wsl\\{GUID}",
            "state": "installed",
            "disk": None,
            "disk_bytes": None,
            "disk_problem": "it was not looked for",
        }
    ]
    assert (result["wsl"]["kind"], result["wsl"]["kernel"], result["wsl"]["starts"]) == ("msi", "6.6.87.2-1", True)


def test_wsl_1_is_told_by_the_flags() -> None:
    state = read(with_distribution(with_wsl(fresh()), flags=7))
    assert [entry.version for entry in state.distributions[SID]] == [1]


def two_more_users() -> HostAnswers:
    answers = fresh()
    answers[q.users()["hives"]] += f"HKEY_USERS\\{OTHER}\r\n".encode()
    key = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\"
    for sid, name in ((OTHER, "AdaLovelace"), (ABSENT, "Grace")):
        answers[q.users()["profiles"]] += reg(key + sid, ("ProfileImagePath", "REG_EXPAND_SZ", f"C:\\Users\\{name}"))
    return answers


def second_answers() -> HostAnswers:
    lxss = f"HKEY_USERS\\{OTHER}\\Software\\Microsoft\\Windows\\CurrentVersion\\Lxss\\{GUID}"
    folder = f"C:\\Users\\AdaLovelace\\AppData\\Local\\wsl\\{GUID}"
    answers = HostAnswers()
    answers[q.distributions_of(OTHER)[f"lxss_{OTHER}"]] = reg(
        lxss, ("DistributionName", "REG_SZ", "Ubuntu"), ("BasePath", "REG_SZ", folder), ("Flags", "REG_DWORD", "0xf")
    )
    session = f"HKEY_USERS\\{OTHER}\\Volatile Environment"
    answers[q.session_of(OTHER)[f"session_{OTHER}"]] = (
        reg(session, ("USERDOMAIN", "REG_SZ", "AzureAD")) + f"{session}\\1\r\n".encode()
    )
    lines = disks.profile_lines("C:\\Users\\AdaLovelace", OTHER)
    answers[lines[f"disks_{OTHER}"]] = f"{folder}\\ext4.vhdx\r\n".encode()
    answers[lines[f"sizes_{OTHER}"]] = (
        " Volume in Laufwerk C: ist Windows\r\n\r\n"
        f" Verzeichnis von {folder}\r\n\r\n22.11.2026  20:15     1234567890 ext4.vhdx\r\n"
        "               1 Datei(en),     1234567890 Bytes\r\n"
    ).encode()
    hidden = disks.profile_lines("C:\\Users\\Grace", ABSENT)
    answers[hidden[f"store_{ABSENT}"]] = b"C:\\Users\\Grace\\AppData\\Local\\Packages\\X\\LocalState\\ext4.vhdx\r\n"
    smi = nvidia.smi_lines([nvidia.Gpu("", "551.61", "")])
    answers[smi["nvidia_smi"]] = b"NVIDIA RTX A2000 Laptop GPU, 551.61, WDDM, 4096\r\n"
    answers[smi["nvidia_smi_capability"]] = b"8.6\r\n"
    return answers


def test_everything_else_in_a_second_command() -> None:
    result = host_result.as_result(read(two_more_users(), second_answers()))
    (distribution,) = result["distributions"]
    assert (distribution["owner"], distribution["owner_kind"], distribution["version"]) == ("AdaLovelace", "entra", 2)
    assert (distribution["disk"], distribution["disk_bytes"]) == (
        f"C:\\Users\\AdaLovelace\\AppData\\Local\\wsl\\{GUID}\\ext4.vhdx",
        1234567890,
    )
    assert (result["nvidia"]["gpus"][0]["compute_capability"], result["nvidia"]["nvidia_smi"]) == ("8.6", "confirmed")
    users = {user["name"]: user for user in result["users"]}
    assert {name: user["distributions_known"] for name, user in users.items()} == {
        "Jörg": True,
        "AdaLovelace": True,
        "Grace": False,
    }
    assert {name: user["kind"] for name, user in users.items()} == {
        "Jörg": "domain",
        "AdaLovelace": "entra",
        "Grace": "domain",
    }
    assert result["logged_on"] == ["AdaLovelace"]
    assert len(users["Grace"]["virtual_disks"]) == 1


ELSEWHERE = "D:\\Linux & more"


def loaded_elsewhere(folder: str, flags: str = "0xf") -> HostAnswers:
    """Ada's distribution lies in FOLDER; the first command tells it."""
    lxss = f"HKEY_USERS\\{OTHER}\\Software\\Microsoft\\Windows\\CurrentVersion\\Lxss\\{GUID}"
    values = (("DistributionName", "REG_SZ", "Ubuntu"), ("BasePath", "REG_SZ", folder), ("Flags", "REG_DWORD", flags))
    answers = two_more_users()
    answers[q.distributions_of_loaded()["lxss_loaded"]] = f"{MARK} HKEY_USERS\\{OTHER}\r\n".encode() + reg(
        lxss, *values
    )
    return answers


def listed(folder: str) -> HostAnswers:
    """What ``dir`` prints of a disk in FOLDER, and nothing below the profile."""
    answers = HostAnswers()
    line = disks.folder_line(folder)
    assert line is not None
    answers[line] = b"22.11.2026  20:15        1234567890 ext4.vhdx\r\n"
    return answers


@pytest.mark.parametrize(
    ("folder", "flags", "second", "size", "problem"),
    [
        (ELSEWHERE, "0xf", listed(ELSEWHERE), 1234567890, None),
        (ELSEWHERE, "0xf", HostAnswers(), None, "or the folder is closed"),
        (ELSEWHERE, "0x7", HostAnswers(), None, "WSL 1 has no virtual disk"),
        ("\\\\evil.example\\share", "0xf", HostAnswers(), None, "does not lie on a drive of this host"),
        ("C:\\100 % mine", "0xf", HostAnswers(), None, "cmd.exe cannot carry"),
        ("C:\\Users\\AdaLovelace\\AppData\\Local\\wsl\\x", "0xf", HostAnswers(), None, "or the folder is closed"),
    ],
)
def test_disks_of_others_anywhere(
    folder: str, flags: str, second: HostAnswers, size: int | None, problem: str | None
) -> None:
    with ScriptedRunner([(BATCH, loaded_elsewhere(folder, flags)), (BATCH, second)]) as runner:
        result = host_result.as_result(host_read.read_host(runner, ["users"]))
    (distribution,) = result["distributions"]
    assert (distribution["owner"], distribution["disk_bytes"]) == ("AdaLovelace", size)
    told = distribution["disk_problem"]
    assert told is None if problem is None else problem in told
    assert "evil.example" not in runner.calls[1][0]


def test_a_hive_that_the_first_command_did_not_reach_is_asked_again() -> None:
    state = read(two_more_users(), second_answers())
    assert [entry.name for entry in state.distributions[OTHER]] == ["Ubuntu"]


def test_nvidia_smi_that_hangs_costs_nothing_but_itself() -> None:
    def cut(line: str, stdin: bytes) -> Completed:
        output = second_answers()(line, stdin).stdout
        raise CommandTimeout("60 s", output[: output.index(b"NVIDIA RTX")])

    with ScriptedRunner([(BATCH, two_more_users()), (SMI, cut)]) as runner:
        state = host_read.read_host(runner)
    assert state.nvidia_smi == "nvidia-smi.exe did not answer within 60 s"
    assert [entry.name for entry in state.distributions[OTHER]] == ["Ubuntu"]


def test_nvidia_smi_alone_has_less_time() -> None:
    with ScriptedRunner([(BATCH, fresh()), (SMI, CommandTimeout("20 s"))]) as runner:
        state = host_read.read_host(runner, ["nvidia_smi"])
    assert state.nvidia_smi == "nvidia-smi.exe did not answer within 20 s"


def test_wsl_that_does_not_answer_is_no_failure() -> None:
    def cut(line: str, stdin: bytes) -> Completed:
        output = with_wsl(fresh())(line, stdin).stdout
        raise CommandTimeout("120 s", output[: output.index(b"WSL-Version")])

    with ScriptedRunner([(BATCH, cut)]) as runner:
        state = host_read.read_host(runner, ())
    assert (state.wsl.version, state.wsl.starts) == ("2.6.3.0", None)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Total free bytes                : 214,748,364,800 (200.0 GB)", 214748364800),
        ("Nombre total d’octets libres    : 214\u202f748\u202f364\u202f800 (200,0 Go)", 214748364800),
        ("空きバイト総数                  : 214,748,364,800 (200.0 GB)", 214748364800),
        ("Total free bytes                : 2,14,74,83,64,800 (200.0 GB)", 214748364800),
        ("Total free bytes                : 214748364800", 214748364800),
        ("Zugriff verweigert", None),
    ],
)
def test_free_space_in_any_language(line: str, expected: int | None) -> None:
    answers = fresh()
    answers[q.free_space()["free_space"]] = f"{line}\r\n".encode()
    assert read(answers).free_bytes == expected


def test_a_first_read_that_was_cut_is_a_failure() -> None:
    def cut(line: str, stdin: bytes) -> Completed:
        raise CommandTimeout("120 s", fresh()(line, stdin).stdout[:900])

    with ScriptedRunner([(BATCH, cut)]) as runner, pytest.raises(StepFailed, match="too long"):
        host_read.read_host(runner, ())


def test_many_users_still_fit_into_one_line() -> None:
    answers = fresh()
    for number in range(60):
        sid = f"S-1-5-21-1111111111-2222222222-3333333333-{2000 + number}"
        answers[q.users()["hives"]] += f"HKEY_USERS\\{sid}\r\n".encode()
        key = f"HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\{sid}"
        answers[q.users()["profiles"]] += reg(key, ("ProfileImagePath", "REG_EXPAND_SZ", f"C:\\Users\\user{number}"))
    state = read(answers, HostAnswers())
    assert 10 < len(state.distributions) < 61
    result = host_result.as_result(state)
    assert any(not user["distributions_known"] and user["loaded"] for user in result["users"])


def test_nvidia_smi_that_fails_is_told() -> None:
    with ScriptedRunner([(BATCH, fresh()), (SMI, HostAnswers())]) as runner:
        state = host_read.read_host(runner, ["nvidia_smi"])
    assert state.nvidia_smi == "nvidia-smi.exe failed: no message"
    assert state.gpus[0].driver_version == "551.61"


def test_a_batch_that_was_cut_short_is_no_host_without_wsl() -> None:
    answer = Completed(1, b"wslfleet-begin\r\n", b"Zugriff verweigert\r\n")
    with ScriptedRunner([(BATCH, answer)]) as runner, pytest.raises(StepFailed, match="Zugriff verweigert"):
        host_read.read_host(runner)


HIVE = f"HKEY_USERS\\wslfleet-{ABSENT}"


def copied() -> HostAnswers:
    """A host where the copy of Grace's registry can be read and taken away again."""
    answers = HostAnswers()
    grace = User(ABSENT, "Grace", "C:\\Users\\Grace", loaded=False, connected=False)
    lines = hive_copies._lines(grace)
    answers.update(dict.fromkeys(lines.values(), b"\r\n"))
    values = (("DistributionName", "REG_SZ", "Kali"), ("BasePath", "REG_SZ", ELSEWHERE), ("Flags", "REG_DWORD", "0xf"))
    answers[lines[f"lxss_{ABSENT}"]] = reg(f"{HIVE}\\{keys.LXSS_USER}\\{GUID}", *values)
    return answers


def protecting(line: str, stdin: bytes) -> Completed:
    """Every part succeeds."""
    numbers = [int(number) for number in re.findall(r"echo wslfleet-(\d+)-0", line)]
    text = "".join(f"wslfleet-{number}-0\r\n" for number in numbers)
    return Completed(0, b"wslfleet-begin\r\n" + text.encode(), b"")


def test_users_who_are_not_there_from_copies() -> None:
    script: list[tuple[t.Any, t.Any]] = [
        (BATCH, two_more_users()),
        (re.compile(r"icacls\.exe"), protecting),
        (re.compile(r"robocopy\.exe"), copied()),
        (BATCH, listed(ELSEWHERE)),
    ]
    with ScriptedRunner(script) as runner:
        state = host_read.read_host(runner, ["users"], "copy")
    result = host_result.as_result(state)
    (distribution,) = result["distributions"]
    assert (distribution["owner"], distribution["name"], distribution["disk_bytes"]) == ("Grace", "Kali", 1234567890)
    assert {user["name"]: user["registry"] for user in result["users"]} == {
        "Jörg": "loaded",
        "AdaLovelace": "loaded",
        "Grace": "copy",
    }
    assert state.hive_problem is None


def test_copies_need_an_administrator() -> None:
    answers = two_more_users()
    del answers[q.windows()["elevated"]]
    with ScriptedRunner([(BATCH, answers), (BATCH, HostAnswers())]) as runner:
        state = host_read.read_host(runner, ["users"], "copy")
    assert state.hive_problem == "copies of users' registries need administrator rights"


@pytest.mark.parametrize(("still", "told"), [(b"", None), (f"{HIVE}\r\n".encode(), "could not be unloaded")])
def test_what_an_earlier_run_has_left_goes_with_the_second_command(still: bytes, told: str | None) -> None:
    first, second = two_more_users(), HostAnswers()
    first[q.users()["hives"]] += f"{HIVE}\r\n".encode()
    second[q.users()["hives"]] = b"\r\nHKEY_USERS\\.DEFAULT\r\n" + still
    with ScriptedRunner([(BATCH, first), (BATCH, second)]) as runner:
        state = host_read.read_host(runner, ["users"])
    assert f"reg.exe unload HKU\\wslfleet-{ABSENT}&&" in runner.calls[1][0]
    assert state.hive_problem is None if told is None else told in (state.hive_problem or "")


def test_copies_that_a_restart_has_unloaded_go_too() -> None:
    first = fresh()
    first[hive_copies.first_line()["hive_files"]] = b"S-1-5-21-1\r\n"
    removal = re.compile(r'rd "C:\\Program Files\\wslfleet\\hives\\S-1-5-21-1"&&')
    with ScriptedRunner([(BATCH, first), (removal, HostAnswers())]) as runner:
        assert host_read.read_host(runner, ()).hive_problem is None
