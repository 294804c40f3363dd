# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read, in two commands. The work itself is tested on simulated laptops: tests/integration/windows."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.goal import DistributionGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.plan import DistributionState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandTimeout, OutputTooLong
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import developer as d
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over as h
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import tasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.hand_over_line import Place
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.tasks import NOT_LOGGED_ON
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import schtasks

from tests.unit.host_answers import BATCH, GUID, HostAnswers, fresh, reg, with_features, with_wsl
from tests.unit.scripted_runner import ScriptedRunner

SID = "S-1-5-21-1111111111-2222222222-3333333333-1002"
PROFILES = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
PLACE = Place("Debian")
GOAL = DistributionGoal("Debian", source="/x.wsl", windows_user=["anna"])


def host(loaded: bool = True) -> HostAnswers:
    """A host with the profile of anna."""
    answers = with_wsl(with_features(fresh()))
    users = q.users()
    answers[users["profiles"]] += reg(f"{PROFILES}\\{SID}", ("ProfileImagePath", "REG_EXPAND_SZ", "C:\\Users\\anna"))
    answers[users["hives"]] += f"HKEY_USERS\\{SID}\r\n".encode() if loaded else b""
    return answers


def has_it() -> HostAnswers:
    """Anna is logged on and has the distribution."""
    key = f"HKEY_USERS\\{SID}\\Software\\Microsoft\\Windows\\CurrentVersion\\Lxss\\{GUID}"
    session = f"HKEY_USERS\\{SID}\\Volatile Environment"
    return HostAnswers(
        {
            q.distributions_of(SID)[f"lxss_{SID}"]: reg(
                key,
                ("State", "REG_DWORD", "0x1"),
                ("DistributionName", "REG_SZ", "Debian"),
                ("BasePath", "REG_SZ", "C:\\x"),
                ("Flags", "REG_DWORD", "0xf"),
            ),
            q.session_of(SID)[f"session_{SID}"]: reg(session)
            + reg(f"{session}\\1", ("SESSIONNAME", "REG_SZ", "Console")),
        }
    )


def observed(first: HostAnswers, second: HostAnswers, *more: t.Any) -> d.Developer:
    """Anna, as two commands show her, and a third where a task of hers left something."""
    with ScriptedRunner([(BATCH, first), (BATCH, second), *((BATCH, one) for one in more)]) as runner:
        [anna] = h.observe(runner, GOAL, None).developers
    return anna


def test_who_has_it() -> None:
    anna = observed(host(), has_it())
    assert (anna.state, anna.logged_on, anna.loaded) == (d.PRESENT, True, True)


def test_a_profile_that_is_not_loaded() -> None:
    disk = HostAnswers({"dir /b C:\\Users\\anna\\AppData\\Local\\wsl\\Debian\\ext4.vhdx": b"ext4.vhdx\r\n"})
    assert observed(host(loaded=False), disk).state == d.PRESENT
    assert observed(host(loaded=False), HostAnswers()).state == d.UNKNOWN


@pytest.mark.parametrize(
    ("text", "state"),
    [(b"ok\r\n", d.PRESENT), (b"failed\r\n", d.RUNNING), (b"ok", d.UNKNOWN), (b"x" * 99, d.UNKNOWN)],
)
def test_only_known_words_are_taken_from_what_a_user_can_write(text: bytes, state: str) -> None:
    done = HostAnswers({cmd_line("type", [PLACE.result(SID, "done")]): text})
    assert observed(host(loaded=False), sized(4), done).state == state


def sized(size: int) -> HostAnswers:
    listing = f"11/28/2026  03:00 PM            {size} {SID}-done.txt\r\n".encode()
    return HostAnswers({tasks.sizes_line(PLACE, SID): b" Directory of C:\\x\r\n\r\n" + listing})


LINK = HostAnswers({cmd_line("dir", ["/b", "/al", PLACE.results(SID)]): b"secret\r\n"})


@pytest.mark.parametrize("spoiled", [LINK, sized(11), sized(3 << 30)], ids=["a link", "too long", "a flood"])
def test_what_a_user_has_spoiled_is_not_read_and_holds_that_user_alone(spoiled: HostAnswers) -> None:
    for loaded in (False, True):
        anna = observed(host(loaded), spoiled)
        assert (anna.state, anna.held) == (d.HELD, tasks.SPOILED)
    # What is registered counts.
    assert observed(host(), HostAnswers({**has_it(), **spoiled})).state == d.PRESENT


@pytest.mark.parametrize("error", [OutputTooLong("x"), CommandTimeout("x", b"")])
def test_a_flood_after_the_look_at_its_size(error: Exception) -> None:
    anna = observed(host(loaded=False), sized(4), error)
    assert (anna.state, anna.held) == (d.HELD, tasks.SPOILED)


def test_a_task_that_waits() -> None:
    line = schtasks.query_line(PLACE.task(SID, at_logon=True))
    row = b'"PC","\\x","N/A","","","","267011",""\r\n'
    assert observed(host(), HostAnswers({line: row})).state == d.WAITING


def test_refusals() -> None:
    plain = host()
    del plain[q.windows()["elevated"]]
    with ScriptedRunner([(BATCH, plain)]) as runner, pytest.raises(StepFailed, match="no administrator rights"):
        h.observe(runner, GOAL, None)


def test_verify_and_result() -> None:
    anna = d.Developer(SID, "anna", "C:\\Users\\anna", loaded=True, logged_on=False)
    after = h.State(DistributionState(None, None, False, ""), [anna], False)
    with pytest.raises(StepFailed, match="not registered for anna"):
        h.verify(after, GOAL, h.Outcome())
    waiting = {SID: NOT_LOGGED_ON}
    h.verify(after, GOAL, h.Outcome(waiting=waiting))
    [row] = h.as_result([anna], waiting)
    assert (row["user"], row["present"], row["waiting"]) == ("anna", False, NOT_LOGGED_ON)
    assert "next logon" in row["reason"]
