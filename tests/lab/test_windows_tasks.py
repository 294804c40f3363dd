# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""schtasks.exe and the tasks that it registers: who they run as, when they start, what they leave behind."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.machine.process import NOT_MODELLED_EXIT_CODE
from lab.windows import tasks
from tests.lab.windows_laptop import ADMIN_SID, OTHER_SID, make_laptop, run

SCHTASKS = "C:\\Windows\\System32\\schtasks.exe"
NAME = "box\\job"
FILE = "C:\\Windows\\Temp\\job.xml"
OUT = "C:\\Users\\dev\\out.txt"
XML = """<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers>{trigger}</Triggers>
  <Principals><Principal id="Author"><UserId>{user}</UserId><LogonType>{logon}</LogonType></Principal></Principals>
  <Settings><DisallowStartIfOnBatteries>{battery}</DisallowStartIfOnBatteries></Settings>
  <Actions Context="Author"><Exec><Command>{command}</Command><Arguments>{arguments}</Arguments></Exec></Actions>
</Task>
"""
CMD = "C:\\Windows\\System32\\cmd.exe"
LOGON = f"<LogonTrigger><Enabled>true</Enabled><UserId>{OTHER_SID}</UserId></LogonTrigger>"


@pytest.fixture
def laptop(tmp_path: Path) -> t.Iterator[Laptop]:
    laptop = make_laptop(tmp_path)
    yield laptop
    laptop.shut_down()


def create(
    laptop: Laptop, encoding: str = "utf-16-le", caller: str = "admin", mark: str = "\ufeff", **settings: str
) -> int:
    """Register a task; the exit code of schtasks.exe."""
    values = {
        "trigger": "",
        "user": OTHER_SID,
        "logon": "S4U",
        "battery": "false",
        "command": CMD,
        "arguments": f"/d /c echo %USERNAME%&gt;{OUT}",
        **settings,
    }
    laptop.drive.host_path(FILE).write_bytes((mark + XML.format(**values)).encode(encoding))
    return t.cast(int, run(laptop, f"{SCHTASKS} /Create /TN {NAME} /XML {FILE} /F", user=caller).code)


def start(laptop: Laptop) -> int:
    """Run it and wait; its last result as schtasks.exe tells it."""
    assert run(laptop, f"{SCHTASKS} /Run /TN {NAME}").code == 0
    laptop.tasks.wait(NAME)
    line = run(laptop, f"{SCHTASKS} /Query /TN {NAME} /FO CSV /V /NH").out
    return int(line.split('","')[6]) & 0xFFFFFFFF


def output(laptop: Laptop) -> str:
    file = laptop.drive.host_path(OUT)
    return file.read_text("utf-8").strip() if file.exists() else ""


def test_s4u_runs_for_a_user_who_is_not_logged_on(laptop: Laptop) -> None:
    assert create(laptop) == 0
    assert start(laptop) == 0
    assert output(laptop) == "dev"
    assert not laptop.state.users[1].hive_loaded
    journal = json.loads((laptop.directory / "tasks.jsonl").read_text("utf-8"))
    assert (journal["user"], journal["logon_type"], journal["processes"]) == ("dev", "S4U", [CMD])


def test_the_session_of_a_user_who_is_logged_on(laptop: Laptop) -> None:
    laptop.tasks.log_on(laptop.state.users[1])
    headless = {"command": "C:\\Windows\\System32\\conhost.exe", "arguments": f"--headless {CMD} /d /c echo x&gt;{OUT}"}
    assert create(laptop, logon="InteractiveToken", **headless) == 0
    assert start(laptop) == 0
    assert output(laptop) == "x"
    assert laptop.state.users[1].hive_loaded


def test_nobody_is_logged_on(laptop: Laptop) -> None:
    create(laptop, logon="InteractiveToken")
    assert start(laptop) == tasks.REFUSED
    assert output(laptop) == ""


def test_at_the_next_logon(laptop: Laptop) -> None:
    create(laptop, logon="InteractiveToken", trigger=LOGON)
    laptop.tasks.log_on(laptop.state.users[1])
    laptop.tasks.wait(NAME)
    assert output(laptop) == "dev"


@pytest.mark.parametrize("allowed", [True, False])
def test_battery(laptop: Laptop, allowed: bool) -> None:
    t.cast(t.Any, laptop.state).on_battery = True
    create(laptop, battery="false" if allowed else "true")
    assert start(laptop) == (0 if allowed else tasks.REFUSED)


def test_no_right_to_log_on_as_a_batch_job(laptop: Laptop) -> None:
    laptop.faults.switch_on("batch_logon_denied")
    create(laptop)
    assert start(laptop) == tasks.NO_BATCH_RIGHT


def test_an_entra_account_cannot_be_impersonated(laptop: Laptop) -> None:
    laptop.state.users[1].sid = "S-1-12-1-1-2-3-4"
    assert create(laptop, user="S-1-12-1-1-2-3-4") == 0
    assert start(laptop) == tasks.LOGON_FAILED


def test_the_exit_code_of_the_program(laptop: Laptop) -> None:
    create(laptop, arguments="/d /c exit 7")
    assert start(laptop) == 7


def test_refusals(laptop: Laptop) -> None:
    assert create(laptop, encoding="utf-8", mark="") == 1
    assert create(laptop, user="S-1-5-21-9-9-9-9") == 1
    laptop.faults.switch_on("s4u_refused", count=1)
    assert create(laptop) == 1
    assert create(laptop, logon="Password") == NOT_MODELLED_EXIT_CODE
    assert create(laptop, arguments="x</Arguments><Other/><Arguments>") == NOT_MODELLED_EXIT_CODE
    assert laptop.tasks.names() == []


def test_a_user_registers_no_task_for_another(laptop: Laptop) -> None:
    assert create(laptop, caller="dev", user=ADMIN_SID) == 1


def test_delete(laptop: Laptop) -> None:
    create(laptop)
    assert run(laptop, f"{SCHTASKS} /Delete /TN \\{NAME} /F").code == 0
    for action in ("/Run /TN", "/Query /FO CSV /V /NH /TN"):
        assert run(laptop, f"{SCHTASKS} {action} {NAME}").code == 1
    assert not laptop.drive.exists(f"{tasks.FOLDER}\\{NAME}")


@pytest.mark.parametrize("line", ["/Create /TN x /TR cmd.exe /RU dev", "/Query", "/Query /TN job", "/End /TN box\\job"])
def test_what_is_not_modelled(laptop: Laptop, line: str) -> None:
    create(laptop)
    assert run(laptop, f"{SCHTASKS} {line}").code in (1, NOT_MODELLED_EXIT_CODE)


def test_power_off_ends_a_task(laptop: Laptop) -> None:
    create(laptop, arguments="/d /c C:\\Windows\\System32\\find.exe &quot;x&quot;")
    run(laptop, f"{SCHTASKS} /Run /TN {NAME}")
    laptop.reboot()
    laptop.tasks.wait(NAME)
    assert NAME in laptop.tasks.names()
