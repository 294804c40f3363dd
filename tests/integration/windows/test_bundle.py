# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work in developers' distributions by tasks, on a simulated laptop in this process, without WinRM and without Linux.

What the distributions answer is written here; that the payload itself works is shown by tests/unit and by
tests/integration/test_bundle.py.
"""

from __future__ import annotations

import json
import threading
import typing as t
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import cuda_bundle
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import tasks as users_bundle
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable, Stdin
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over

from lab.machine.process import Process
from lab.windows import tasks
from lab.wsl.registrations import FLAGS_WSL1, Registrations, State
from tests.integration.windows.test_hand_over import ANNA, Cutting, Hosts
from tests.lab.laptop_runner import LaptopRunner

FOLDER = "C:\\Program Files\\wslfleet"
SECRET = "correct horse"
STEPS: list[dict[str, t.Any]] = [
    {"module": "cuda_repository", "arguments": {"password": SECRET}, "register": "source"},
    {"module": "cuda_audit_info", "register": "audit"},
]
Said = t.Tuple[int, str, str]


def ended(*results: dict[str, t.Any], code: int = 10) -> Said:
    """What the program of a bundle leaves behind after STEPS returned RESULTS."""
    rows = [
        {"module": step["module"], "register": step["register"], "result": result}
        for step, result in zip(STEPS, results)
    ]
    return code, json.dumps({"bundle": "Debian", "rows": rows}) + "\n", f"wslfleet-exit-{code}\n"


SOURCE = {"changed": True, "name": "cuda", "url": "https://mirror.example/", "current": True, "freed": [], "path": "/x"}
AUDIT = {
    "changed": False,
    "clean": True,
    "driver_packages": [],
    "toolkits": [],
    "default_nvcc": "",
    "rows": [],
    "failures": [],
}
GOOD = ended(SOURCE, {**AUDIT, "warnings": ["a  b"], "_ansible_x": 1})


class Bundles(Hosts):
    """Anna, who is logged on, and ben, who is not, have the distribution Debian."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        handed = super().task()
        assert handed.get("present") is True, handed
        self.first = 0
        self.said: dict[str, Said] = {}
        self.started: list[str] = []
        self.payloads: dict[str, bytes] = {}
        self.forget()

    def forget(self) -> None:
        """Answer as at the beginning, and forget what was asked."""
        t.cast("t.Any", self.laptop.instances).run = self._run
        self.laptop.state.on_battery = False
        self.said, self.started, self.payloads = {}, [], {}
        self.first = len(self.journal(""))

    def _run(self, disk: str, argv: list[str], user: str, *rest: t.Any, **named: t.Any) -> int:
        process: Process = rest[2]
        assert (argv[:2], user, named["name"]) == (["/bin/sh", "-c"], "root", "Debian")
        self.started.append(process.user.name)
        self.payloads[process.user.name] = b"".join(iter(lambda: process.stdin.read(1 << 16), b""))
        code, stdout, stderr = self.said.get(process.user.name, GOOD)
        process.stdout.write(stdout.encode())
        process.stderr.write(stderr.encode())
        return code

    def bundle(self, runner: t.Any = None, check_mode: bool = False, **args: t.Any) -> dict[str, t.Any]:
        """Run STEPS in both distributions, unless ARGS say otherwise."""
        given = {"name": "Debian", "windows_user": ["anna", "Ben Möller"], "steps": STEPS, **args}
        task = MagicMock(args=given, check_mode=check_mode, diff=True, async_val=0, environment=[])
        module = cuda_bundle.ActionModule(task, *(MagicMock() for _ in range(5)))
        self.runner.lines.clear()
        module.wslfleet_runner = runner or self.runner
        return module.run(task_vars={"inventory_hostname": "laptop"})

    def remains(self) -> list[str]:
        """Tasks and files of bundles."""
        folder = self.laptop.drive.host_path(FOLDER)
        return [*self.laptop.tasks.names(), *(path.name for path in folder.glob("bundle*"))]


@pytest.fixture(scope="module", autouse=True)
def short_waits() -> t.Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users_bundle, "WAITS", (0.02,) * 500)
        patch.setattr(users_bundle, "POLL_SECONDS", 0.05)
        patch.setattr(hand_over, "POLL_SECONDS", 0.05)
        yield


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory, short_waits: None) -> t.Iterator[Bundles]:
    hosts = Bundles(tmp_path_factory.mktemp("laptop"))
    yield hosts
    hosts.laptop.shut_down()


@pytest.fixture
def hosts(laptop: Bundles) -> t.Iterator[Bundles]:
    """The same laptop for every test: that a bundle leaves nothing behind is what is tested."""
    laptop.forget()
    yield laptop
    laptop.forget()
    assert laptop.remains() == []


def row(result: dict[str, t.Any], user: str = "anna") -> dict[str, t.Any]:
    """What became of USER."""
    found: dict[str, t.Any] = next(row for row in result["windows_users"] if row["user"] == user)
    return found


def test_one_task_each_and_the_results_back(hosts: Bundles) -> None:
    result = hosts.bundle()
    assert (result.get("msg"), result["changed"], hosts.remains()) == (None, True, [])
    assert row(result)["results"] == {
        "source": {**SOURCE, "failed": False},
        "audit": {**AUDIT, "failed": False, "warnings": ["a b"]},
    }
    assert [step["module"] for step in row(result)["steps"]] == ["cuda_repository", "cuda_audit_info"]
    assert result["warnings"] == ["anna: a b", "Ben Möller: a b"]
    runs = hosts.journal("")[hosts.first :]
    assert {run["user"]: run["logon_type"] for run in runs} == {"Ben Möller": "S4U", "anna": "InteractiveToken"}
    assert len(runs) == 2
    assert hosts.payloads["anna"] == hosts.payloads["Ben Möller"]
    lines = "".join(hosts.runner.lines) + "".join(run["line"] for run in runs)
    assert SECRET not in lines
    polls = [line for line in hosts.runner.lines if "done.txt" in line]
    # Host, users, folder, files, start, end; one more for those who ended together.
    assert len(hosts.runner.lines) - len(polls) in (8, 9)


def test_a_distribution_that_was_started_without_a_session_is_stopped(hosts: Bundles) -> None:
    hosts.said = {"anna": GOOD, "Ben Möller": ended(SOURCE, AUDIT, code=0)}
    assert hosts.bundle().get("msg") is None
    stops = {run["user"]: len(run["processes"]) for run in hosts.journal("")[hosts.first :]}
    assert stops == {"anna": 3, "Ben Möller": 3}  # conhost, cmd, wsl; cmd, wsl, wsl --terminate


def test_no_user_can_change_the_work_or_read_another_result(hosts: Bundles) -> None:
    """Looked at while the tasks work."""
    attempts: dict[str, int] = {}
    looked, inner = threading.Event(), hosts._run

    def slow(*args: t.Any, **named: t.Any) -> int:
        assert looked.wait(60)
        return inner(*args, **named)

    t.cast("t.Any", hosts.laptop.instances).run = slow

    class Watching(LaptopRunner):
        def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
            if "done.txt" in line and not attempts:
                for user in hosts.laptop.state.users[1:]:
                    mine, folder = LaptopRunner(hosts.laptop, user), f"{FOLDER}\\bundle-Debian"
                    for path in ("payload.bin", "identity.txt", f"{ANNA}.xml", f"{ANNA}-out.txt", f"{ANNA}-new.txt"):
                        attempts[f"{user.name} write {path}"] = mine.run(f'echo x>"{folder}\\{path}"').exit_code
                    attempts[f"{user.name} rd"] = mine.run(f'rd /s /q "{folder}"').exit_code
                    attempts[f"{user.name} link"] = mine.run(f'del "{folder}\\{ANNA}-out.txt"').exit_code
                    attempts[f"{user.name} read"] = mine.run(f'type "{folder}\\{ANNA}-payload.bin"').exit_code
                    attempts[f"{user.name} result"] = mine.run(f'type "{folder}\\{ANNA}-out.txt"').exit_code
                stranger = LaptopRunner(hosts.laptop, hosts.laptop.state.users[2])
                stranger._user = type(stranger._user)("eve", "S-1-5-21-9-9-9-9", "x", admin=False)
                attempts["eve read"] = stranger.run(f'type "{FOLDER}\\bundle-Debian\\payload.bin"').exit_code
                looked.set()
            return super().run(line, stdin, timeout)

    assert hosts.bundle(Watching(hosts.laptop)).get("msg") is None
    allowed = sorted(name for name, code in attempts.items() if code == 0)
    assert allowed == ["anna read", "anna result", f"anna write {ANNA}-out.txt"]
    assert len(attempts) == 19


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ((11, "", "wslfleet-exit-11\n"), "distribution Debian of anna: it has no /usr/bin/python3"),
        ((12, "", "wslfleet-exit-12\n"), "its Python is older than 3.8"),
        ((13, "", "wslfleet-exit-13\n"), "arrived damaged on the host and was not started"),
        ((1, "", ""), "it stopped before the work ended; run again"),
        ((1, "", "<3>WSL (8 - Relay) ERROR: execvpe(/bin/sh) failed"), "it has no /bin/sh"),
        ((-1, "Oops\r\nWsl/Service/E_UNEXPECTED\r\n", ""), "E_UNEXPECTED"),
        ((1, "", "Traceback\nKeyError: 1\nwslfleet-exit-1\n"), "ended without a result (KeyError: 1)"),
        ((10, '{"bundle": "other", "rows": []}', "wslfleet-exit-10\n"), "ended without a result (nothing was printed)"),
        ((10, GOOD[1][:40], "wslfleet-exit-10\n"), "distribution Debian of anna: the work ended without a result"),
        ((0, "[1]\n", "wslfleet-exit-0\n"), "ended without a result (nothing was printed)"),
        (ended({"failed": True, "msg": "no key"}), "distribution Debian of anna: cuda_repository: no key"),
    ],
)
def test_each_failure_is_one_line_and_the_other_developer_is_served(hosts: Bundles, said: Said, message: str) -> None:
    hosts.said = {"anna": said}
    result = hosts.bundle()
    assert (result["failed"], message in result["msg"], "\n" in result["msg"]) == (True, True, False), result["msg"]
    assert (row(result, "Ben Möller")["failed"], hosts.remains()) == (False, [])


def test_told_apart_before_anything_is_started(hosts: Bundles) -> None:
    found = hosts.bundle(name="Ubuntu", windows_user="anna")["msg"]
    assert found.startswith(
        "laptop: distribution Ubuntu of anna: no distribution has that name for this account (WSL_E_DIS"
    )
    anna = LaptopRunner(hosts.laptop, hosts.laptop.state.users[1])
    assert "no administrator rights" in hosts.bundle(anna, windows_user="Ben Möller")["msg"]
    assert "is no result (register.key)" in hosts.bundle(steps=[{"module": "cuda_legacy", "unless": "x.y"}])["msg"]
    assert (hosts.started, hosts.remains()) == ([], [])


def test_what_nobody_can_work_in_now_is_told_and_the_other_is_served(hosts: Bundles) -> None:
    """Never logged on, WSL 1, half deleted, without a folder in the registry: no failure, and no task is begun."""
    registrations = Registrations(hosts.laptop.registry, ANNA)
    item = registrations.find("Debian")
    assert item is not None
    for name, value, why in (("Flags", FLAGS_WSL1, "wsl_1"), ("State", State.UNINSTALLING, "unfinished")):
        before = {"Flags": item.flags, "State": item.state}[name]
        registrations.set_number(item, name, value)
        try:
            result = hosts.bundle()
        finally:
            registrations.set_number(item, name, before)
        assert (result.get("msg"), row(result)["waiting"], hosts.started) == (None, why, ["Ben Möller"])
        assert row(result)["reason"]
        hosts.started.clear()
    result = hosts.bundle(windows_user=["carl", "anna"])
    assert (result.get("msg"), row(result, "carl")["waiting"], row(result, "carl")["sid"]) == (None, "no_profile", "")
    assert hosts.started == ["anna"]


@pytest.mark.parametrize(
    ("fault", "reason"), [("s4u_refused", "no_token"), ("batch_logon_denied", "no_right"), ("", "no_token")]
)
def test_who_has_to_log_on_first(hosts: Bundles, monkeypatch: pytest.MonkeyPatch, fault: str, reason: str) -> None:
    if fault:
        hosts.laptop.faults.switch_on(fault)
    else:
        monkeypatch.setattr(tasks, "ENTRA", "S-1-5-21-")
    try:
        result = hosts.bundle()
    finally:
        if fault:
            hosts.laptop.faults.switch_off(fault)
    assert (result.get("failed", False), row(result, "Ben Möller")["waiting"]) == (False, reason), result
    assert "run again when they are logged on" in row(result, "Ben Möller")["reason"]
    assert (row(result)["waiting"], hosts.started) == ("", ["anna"])


def test_on_battery(hosts: Bundles) -> None:
    hosts.laptop.state.on_battery = True
    result = hosts.bundle(on_battery=False)
    assert {one["waiting"] for one in result["windows_users"]} == {"on_battery"}
    assert (hosts.started, hosts.remains()) == ([], [])
    assert hosts.bundle().get("msg") is None


def test_a_link_or_a_giant_is_not_read(hosts: Bundles, monkeypatch: pytest.MonkeyPatch) -> None:
    class Linking(LaptopRunner):
        def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
            if " /Run " in line:
                completed = super().run(line, stdin, timeout)
                folder = hosts.laptop.drive.host_path(f"{FOLDER}\\bundle-Debian")
                (folder / f"{ANNA}-secret.txt").symlink_to("/etc/hostname")
                return completed
            return super().run(line, stdin, timeout)

    assert "has become a link" in hosts.bundle(Linking(hosts.laptop), windows_user="anna")["msg"]
    monkeypatch.setattr("ansible_collections.wslfleet.cuda.plugins.plugin_utils._order.plan.MOST_BYTES", 50)
    assert "bytes and was not read" in hosts.bundle(windows_user="anna")["msg"]
    assert hosts.remains() == []


@pytest.mark.parametrize(
    ("state", "message"), [(0x41301, "did not end within 1 s"), (0x41303, "has not started"), (5, "last result 0x5")]
)
def test_a_task_that_leaves_nothing(hosts: Bundles, monkeypatch: pytest.MonkeyPatch, state: int, message: str) -> None:
    monkeypatch.setattr(users_bundle, "START_SECONDS", 0.1)
    monkeypatch.setattr(users_bundle, "WAITS", (0.02,))
    monkeypatch.setattr(hosts.laptop.tasks, "start", lambda task: None)
    monkeypatch.setattr(hosts.laptop.tasks, "last_result", lambda path: state)
    assert message in hosts.bundle(windows_user="anna", timeout=1)["msg"]
    assert hosts.remains() == []


CUTS = [
    (text, after)
    for text in ("icacls", "tar.exe -xf", "/Create", "done.txt", "out.txt", "/Delete")
    for after in (False, True)
]


@pytest.mark.parametrize(("text", "after"), CUTS)
def test_the_connection_is_lost_anywhere_and_the_next_run_ends_it(hosts: Bundles, text: str, after: bool) -> None:
    first = hosts.bundle(Cutting(hosts.laptop, text, after))
    assert first.get("unreachable") is True
    for name in hosts.laptop.tasks.names():
        hosts.laptop.tasks.wait(name)
    result = hosts.bundle()
    assert (result.get("msg"), hosts.remains()) == (None, [])
    assert all(one["results"]["audit"]["clean"] for one in result["windows_users"])


@pytest.mark.parametrize("same", [True, False])
def test_a_task_that_still_works_is_waited_for(hosts: Bundles, same: bool) -> None:
    """Its result is taken where the work is the same; other work follows it."""
    go_on = threading.Event()
    inner = hosts._run

    def slow(*args: t.Any, **named: t.Any) -> int:
        assert go_on.wait(60)
        return inner(*args, **named)

    t.cast("t.Any", hosts.laptop.instances).run = slow

    class Releasing(LaptopRunner):
        def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
            if "done.txt" in line:
                go_on.set()
            return super().run(line, stdin, timeout)

    cut = Cutting(hosts.laptop, "/Create", after=True)
    assert hosts.bundle(cut, windows_user="anna").get("unreachable") is True
    result = hosts.bundle(Releasing(hosts.laptop), windows_user="anna", check_mode=not same)
    assert (result.get("msg"), hosts.remains()) == (None, [])
    assert hosts.started == ["anna"] * (1 if same else 2)
    assert row(result)["results"]["audit"]["clean"] is True


def test_a_laptop_that_is_off(hosts: Bundles) -> None:
    class Off(LaptopRunner):
        def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
            raise HostUnreachable("laptop is off")

    result = hosts.bundle(Off(hosts.laptop))
    assert (result["unreachable"], result["msg"]) == (True, "laptop is off")
