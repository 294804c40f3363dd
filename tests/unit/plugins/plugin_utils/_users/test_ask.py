# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked, and what an answer may say. The work on a laptop: tests/integration/windows/test_developers_states."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import ask
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.developer import Answer

from tests.unit.host_answers import GUID, reg

LXSS = "HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Lxss"
SID = "S-1-5-21-1-2-3-1001"
WHOLE = [("DistributionName", "REG_SZ", "Debian"), ("State", "REG_DWORD", "0x1"), ("BasePath", "REG_SZ", "C:\\x")]


def test_the_task_only_looks_and_says_whether_it_could() -> None:
    place = ask.Place("Debian")
    line = ask.task_line(place, SID)
    assert "wsl.exe" not in line
    assert "%" not in line
    assert line.startswith("(C:\\Windows\\System32\\reg.exe query HKCU\\")
    assert line.endswith(f'&&echo ok>"{place.result(SID, "done")}"||echo failed>"{place.result(SID, "done")}"')
    assert place.task(SID) == f"wslfleet\\ask-Debian-{SID}"


@pytest.mark.parametrize(
    ("text", "name", "state"),
    [
        (reg(f"{LXSS}\\{GUID}", *WHOLE), "debian", "installed"),
        (reg(f"{LXSS}\\{GUID}", *WHOLE), "Ubuntu", None),
        (reg(f"HKEY_USERS\\S-1-5-18\\{LXSS.partition(chr(92))[2]}\\{GUID}", *WHOLE), "Debian", None),
        (b"", "Debian", None),
        (b"\xff\x00\x1b]52;c;x\x07" * 100, "Debian", None),
    ],
    ids=["has it", "has another one", "speaks of somebody else", "nothing", "rubbish"],
)
def test_an_answer_tells_of_its_user_alone(text: bytes, name: str, state: str | None) -> None:
    answer = ask.parse(text, name)
    assert (answer.found.state if answer.found else None) == state
    assert (answer.damaged, answer.refused) == (False, "")


def test_an_answer_tells_of_what_breaks_wsl() -> None:
    for lacking in ("DistributionName", "BasePath"):
        values = [value for value in WHOLE if value[0] != lacking]
        assert ask.parse(reg(f"{LXSS}\\{GUID}", *values), "Debian").damaged, lacking
    assert Answer() == ask.parse(b"", "Debian")
