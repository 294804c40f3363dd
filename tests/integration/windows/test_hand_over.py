# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An administrator gives developers a distribution each, on a simulated laptop in this process, without WinRM.

The image is a few files: nothing is started in it, so neither root nor a root file system is needed.
"""

from __future__ import annotations

import io
import json
import re
import tarfile
import typing as t
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import wsl_distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable, Stdin
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import ask, hand_over

from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.linux import disks as linux_disks
from lab.machine.state import User
from lab.windows import fresh
from lab.wsl.registrations import Registrations
from tests.lab.laptop_runner import LaptopRunner
from tests.lab.wsl_bench import FILES

ANNA, BEN = "S-1-5-21-1004336348-1177238915-682003330-1201", "S-1-12-1-1111111111-2222222222-3333333333-4444444444"
LOCAL_BEN = "S-1-5-21-1004336348-1177238915-682003330-1202"
FOLDER = "C:\\Program Files\\wslfleet\\handover-Debian"


class Hosts:
    """A laptop with an administrator, anna who is logged on, and ben who is not."""

    def __init__(self, directory: Path, ben: str = LOCAL_BEN, others: t.Sequence[User] = ()) -> None:
        state = profiles.windows_state("laptop", "de-DE")
        state.boot_seconds = 0.0
        state.gpus = []
        state.users = [
            state.users[0],
            User("anna", ANNA, "x", admin=False, logged_on=True),
            User("Ben Möller", ben, "x", admin=False, hive_loaded=False),
            *others,
        ]
        fresh.make_windows(directory / "laptop", state)
        self.laptop = Laptop(directory / "laptop", directory / "cache")
        profiles.install_wsl(self.laptop)
        anna = self.laptop.state.users[1]
        anna.logged_on = False
        self.laptop.tasks.log_on(anna)
        self.image = directory / "image.wsl"
        with tarfile.open(self.image, "w") as archive:
            for name, text in FILES.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(text.encode())
                archive.addfile(entry, io.BytesIO(text.encode()))
        self.runner = LaptopRunner(self.laptop)

    def task(self, runner: t.Any = None, check_mode: bool = False, **args: t.Any) -> dict[str, t.Any]:
        """Hand Debian over to both, unless ARGS say otherwise."""
        given = {"name": "Debian", "windows_user": ["anna", "CORP\\Ben Möller"], "source": str(self.image), **args}
        given = {name: value for name, value in given.items() if value is not None}
        task = MagicMock(args=given, check_mode=check_mode, diff=False, async_val=0, environment=[])
        module = wsl_distribution.ActionModule(task, *(MagicMock() for _ in range(5)))
        self.runner.lines.clear()
        module.wslfleet_runner = runner or self.runner
        return module.run(task_vars={"inventory_hostname": "laptop"})

    def owners(self) -> list[str]:
        """Who has the distribution Debian."""
        users = self.laptop.state.users
        return [user.name for user in users if Registrations(self.laptop.registry, user.sid).find("Debian")]

    def left(self) -> list[str]:
        """What is left of a hand-over: tasks and files."""
        folder = self.laptop.drive.host_path(FOLDER)
        return [*self.laptop.tasks.names(), *(path.name for path in folder.parent.glob(f"{folder.name}*"))]

    def journal(self, part: str = "--import") -> list[dict[str, t.Any]]:
        """The runs of tasks whose line holds PART."""
        file = self.laptop.directory / "tasks.jsonl"
        runs = [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []
        return [run for run in runs if part in run["line"]]


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_over, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(ask, "WAITS", (0.05,) * 100)


@pytest.fixture
def hosts(tmp_path: Path) -> t.Iterator[Hosts]:
    hosts = Hosts(tmp_path)
    yield hosts
    hosts.laptop.shut_down()


def waiting(result: dict[str, t.Any]) -> dict[str, str]:
    """User -> why that user waits."""
    return {row["user"]: row["waiting"] for row in result["hand_over"]}


def test_each_developer_has_one_and_the_administrator_none(hosts: Hosts) -> None:
    planned = hosts.task(check_mode=True)
    assert (planned["changed"], len(planned["steps"]), hosts.owners()) == (True, 3, [])
    result = hosts.task(default=True)
    assert (result.get("msg"), result["changed"], result["present"]) == (None, True, True)
    assert hosts.owners() == ["anna", "Ben Möller"]
    assert hosts.left() == []
    how = {entry["user"]: (entry["logon_type"], entry["processes"][0]) for entry in hosts.journal()}
    assert how["anna"] == ("InteractiveToken", "C:\\Windows\\System32\\conhost.exe")
    assert how["Ben Möller"] == ("S4U", "C:\\Windows\\System32\\cmd.exe")
    assert all("--terminate Debian" in entry["line"] for entry in hosts.journal())
    again = hosts.task()
    assert (again["changed"], again["present"], len(hosts.runner.lines)) == (False, True, 2)
    assert [row["known"] for row in again["hand_over"]] == [True, False]


def test_no_user_can_change_what_the_tasks_use(hosts: Hosts) -> None:
    """Looked at while the first task is about to be started."""
    attempts: dict[str, int] = {}

    class Watching(LaptopRunner):
        def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
            if " /Run /TN wslfleet\\Debian-" in line and not attempts:
                for user in hosts.laptop.state.users[1:]:
                    mine = LaptopRunner(hosts.laptop, user)
                    for path in ("image.tar", f"{ANNA}.xml", f"{LOCAL_BEN}.xml", "new.txt", f"{ANNA}-done.txt"):
                        attempts[f"{user.name} {path}"] = mine.run(f'echo evil>"{FOLDER}\\{path}"').exit_code
                    attempts[f"{user.name} rd"] = mine.run(f'rd /s /q "{FOLDER}"').exit_code
                    attempts[f"{user.name} del"] = mine.run(f'del "{FOLDER}\\{ANNA}-done.txt"').exit_code
                    attempts[f"{user.name} ren"] = mine.run(f'ren "{FOLDER}\\{ANNA}-done.txt" x').exit_code
                    attempts[f"{user.name} read"] = mine.run(f'dir /b "{FOLDER}\\image.tar"').exit_code
            return super().run(line, stdin, timeout)

    assert hosts.task(Watching(hosts.laptop))["present"] is True
    allowed = sorted(name for name, code in attempts.items() if code == 0)
    assert allowed == ["Ben Möller read", f"anna {ANNA}-done.txt", "anna read"]
    assert len(attempts) == 18


def test_a_file_for_results_that_became_a_link_is_refused(hosts: Hosts) -> None:
    class Linking(LaptopRunner):
        def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
            if " /Run " in line:
                log = hosts.laptop.drive.host_path(f"{FOLDER}\\{ANNA}-log.txt")
                log.unlink()
                log.symlink_to("/etc/hostname")
            return super().run(line, stdin, timeout)

    result = hosts.task(Linking(hosts.laptop), windows_user="anna")
    assert (result["failed"], "has become a link" in result["msg"]) == (True, True)
    assert hosts.left() == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("s4u_refused", "no_token"),
        ("batch_logon_denied", "no_right"),
        ("wsl_needs_session", "denied"),
        ("", "no_token"),
    ],
)
def test_who_has_to_log_on_first(tmp_path: Path, fault: str, reason: str) -> None:
    hosts = Hosts(tmp_path, ben=LOCAL_BEN if fault else BEN)
    if fault:
        hosts.laptop.faults.switch_on(fault)
    result = hosts.task()
    assert (result.get("failed", False), result["changed"], result["present"]) == (False, True, False)
    assert waiting(result) == {"anna": "", "Ben Möller": reason}
    again = hosts.task()
    assert (again["changed"], waiting(again)["Ben Möller"]) == (False, "not_logged_on")
    [name] = hosts.laptop.tasks.names()
    hosts.laptop.tasks.log_on(hosts.laptop.state.users[2])
    hosts.laptop.tasks.wait(name)
    last = hosts.task()
    assert (last.get("msg"), last["present"], hosts.left()) == (None, True, [])
    assert hosts.task()["changed"] is False
    hosts.laptop.shut_down()


def test_an_image_on_a_share(hosts: Hosts) -> None:
    share = "\\\\files\\images"
    hosts.laptop.state.shares = {share: str(hosts.image.parent)}
    refused = hosts.task(source=f"{share}\\image.wsl")
    assert (refused["failed"], "does not pass on credentials" in refused["msg"], hosts.left()) == (True, True, [])
    hosts.laptop.state.credentials_delegated = True
    assert hosts.task(source=f"{share}\\image.wsl")["present"] is True
    assert (hosts.owners(), hosts.left()) == (["anna", "Ben Möller"], [])


def test_told_apart_without_any_change(hosts: Hosts) -> None:
    assert "connecting account itself" in hosts.task(windows_user=profiles.ADMINISTRATOR)["msg"]
    assert (
        "no administrator rights"
        in hosts.task(LaptopRunner(hosts.laptop, hosts.laptop.state.users[1]), windows_user="Ben Möller")["msg"]
    )
    assert "no distribution nowhere" in hosts.task(source=None, from_distribution="nowhere")["msg"]
    assert hosts.left() == []


def test_on_battery(hosts: Hosts) -> None:
    t.cast(t.Any, hosts.laptop.state).on_battery = True
    result = hosts.task(on_battery=False)
    assert waiting(result) == {"anna": "on_battery", "Ben Möller": "on_battery"}
    assert (hosts.owners(), hosts.left()) == ([], [])
    assert hosts.task()["present"] is True


def test_a_failed_import_names_the_code_and_leaves_nothing(hosts: Hosts) -> None:
    hosts.image.write_bytes(b"no archive" * 1000)
    result = hosts.task()
    assert result["failed"] is True
    assert result["msg"].count("WSL_E_IMPORT_FAILED") == 2
    assert "\n" not in result["msg"]
    assert (hosts.owners(), hosts.left()) == ([], [])


def test_built_in_the_administrators_account(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    content = hosts.image.read_bytes()
    monkeypatch.setattr(linux_disks, "export_tar", lambda laptop, disk, sink: sink.write(content))
    hosts.laptop.drive.host_path("C:\\x.tar").write_bytes(content)
    wsl = 'set X=1&"C:\\Program Files\\WSL\\wsl.exe"'
    assert hosts.runner.run(f"{wsl} --import build C:\\wsl-build C:\\x.tar").exit_code == 0
    result = hosts.task(source=None, from_distribution="build", windows_user=["anna"])
    assert (result.get("msg"), hosts.owners()) == (None, ["anna"])


class Cutting(LaptopRunner):
    """Loses the connection at a line in which the pattern TEXT is found, before or after it runs; ends there.

    :arg skip: as many such lines run before that.
    """

    def __init__(self, laptop: Laptop, text: str, after: bool, skip: int = 0) -> None:
        super().__init__(laptop)
        self._text, self._after, self._skip, self._lost = text, after, skip, False

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        """See ``LaptopRunner.run``."""
        found = re.search(self._text, line) is not None
        if found and self._skip:
            self._skip, found = self._skip - 1, False
        if self._lost or (found and not self._after):
            self._lost = True
            raise HostUnreachable("lost")
        completed = super().run(line, stdin, timeout)
        if found:
            self._lost = True
            raise HostUnreachable("lost")
        return completed


CUTS = [
    (text, skip, after)
    for text, skip in (
        (r'icacls.*ask-Debian"', 0),
        (r"tar\.exe -xf", 0),
        (r"/Create /TN wslfleet\\ask-", 0),
        (r"dir /-c", 0),
        (r'type "[^"]*ask-Debian[^"]*done', 0),
        (r"/Delete /TN wslfleet\\ask-", 0),
        (r'icacls.*handover-Debian"', 0),
        (r"tar\.exe -xf", 1),
        (r"tar\.exe -xf", 3),
        (r"/Create /TN wslfleet\\Debian-", 0),
        (r"/Run /TN wslfleet\\Debian-", 0),
        (r"done\.txt", 0),
        (r"/Delete /TN wslfleet\\Debian-.*/Delete", 0),
    )
    for after in (False, True)
]


@pytest.mark.parametrize(("text", "skip", "after"), CUTS)
def test_the_connection_is_lost_anywhere_and_the_next_run_ends_it(
    hosts: Hosts, text: str, skip: int, after: bool
) -> None:
    first = hosts.task(Cutting(hosts.laptop, text, after, skip))
    assert first.get("unreachable") is True
    for name in hosts.laptop.tasks.names():
        hosts.laptop.tasks.wait(name)
    result = hosts.task()
    assert (result.get("msg"), result["present"]) == (None, True)
    assert (hosts.owners(), hosts.left()) == (["anna", "Ben Möller"], [])
    assert hosts.task()["changed"] is False


def test_a_task_that_still_works_is_waited_for(hosts: Hosts) -> None:
    assert hosts.task(Cutting(hosts.laptop, "/Run", after=True), windows_user="anna").get("unreachable") is True
    result = hosts.task(windows_user="anna")
    assert (result.get("msg"), result["present"], hosts.left()) == (None, True, [])
    assert len(hosts.journal()) == 1
