# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program of a bundle: order, references, failures, transactions. It runs for real in _order/test_archive.py."""

from __future__ import annotations

import io
import json
import os
import time
import typing as t
import zipfile
from pathlib import Path

import pytest
from ansible.module_utils import basic
from ansible_collections.wslfleet.cuda.plugins.module_utils import _bundle as b


class Modules:
    """Scripted modules; ``asked`` keeps what each was given."""

    def __init__(self, *answers: dict[str, t.Any]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, dict[str, t.Any]]] = []

    def __call__(self, module: str, arguments: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        self.asked.append((module, dict(arguments)))
        return self._answers.pop(0)


def step(module: str, register: str = "", **more: t.Any) -> dict[str, t.Any]:
    return {"name": f"Do {module}", "module": module, "register": register, "arguments": {}, **more}


def document(folder: Path, *steps: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
    """An order of STEPS."""
    common = {"name": "Debian", "id": "1", "environment": {}, "settings": {}, "stop_if": "", "started": None}
    return {**common, "folder": str(folder / "wslfleet" / "order"), "hold": None, "steps": list(steps), **more}


@pytest.fixture
def record(tmp_path: Path) -> b.Record:
    return b.Record(str(tmp_path / "order"), document(tmp_path))


def test_steps_run_in_order_and_know_earlier_results(record: b.Record, tmp_path: Path) -> None:
    modules = Modules({"url": "http://x", "name": "", "current": True}, {"changed": True})
    steps = [
        step("first", "one"),
        step("second", "two", arguments={"name": "n", "a": 1}, from_results={"url": "one.url", "name": "one.name"}),
        step("third", unless="one.current"),
    ]
    rows = b.run(steps, modules, record)
    assert modules.asked == [("first", {}), ("second", {"name": "n", "a": 1, "url": "http://x"})]
    assert (rows[2]["name"], rows[2]["result"]) == ("Do third", {"changed": False, "skipped": True})
    assert [row["register"] for row in rows] == ["one", "two", ""]
    assert all(row["seconds"] >= 0 for row in rows)
    state = json.loads((tmp_path / "order/state.json").read_text())
    assert (state["step"], len(state["rows"]), state["ended"]) == ("Do third", 2, False)


def test_the_first_failure_is_the_last_step(record: b.Record) -> None:
    modules = Modules({"failed": True, "msg": "no"})
    rows = b.run([step("first"), step("second")], modules, record)
    assert [row["result"] for row in rows] == [{"failed": True, "msg": "no"}]


def test_a_transaction_is_followed_to_its_end() -> None:
    running = {"transaction": {"id": "t1", "running": True}}
    ended = {"changed": True, "transaction": {"id": "t1", "running": False}}
    modules = Modules(running, running, ended)
    assert b.follow(modules, "cuda_toolkit", {"version": "12.8"}) == ended
    assert modules.asked[2] == ("cuda_toolkit", {"version": "12.8", "transaction": "t1"})
    # What the first look saw of the packages is told too.
    diff = [{"before_header": "packages", "after_header": "packages", "before": "", "after": "a 1\n"}]
    first = {**running, "diff": diff, "warnings": ["old driver"]}
    assert b.follow(Modules(first, ended), "cuda_toolkit", {}) == {**ended, "diff": diff, "warnings": ["old driver"]}
    failed = {"failed": True, "transaction": {"id": "t1", "running": True}}
    assert b.follow(Modules(failed), "cuda_toolkit", {}) == failed


@pytest.mark.parametrize(
    ("stdout", "stderr", "message"),
    [
        ("", "Traceback\nKeyError: 'x'\n", "module m ended with 3 and without a result: KeyError: 'x'"),
        ("hello\n", "", "module m ended with 3 and without a result: hello"),
        ("{no json\n", "", "module m ended with 3 and without a result: {no json"),
        ("", "", "module m ended with 3 and without a result: it printed nothing"),
    ],
)
def test_no_result_is_a_failure_of_one_line(stdout: str, stderr: str, message: str) -> None:
    assert b.parse("m", stdout, stderr, 3) == {"changed": False, "failed": True, "msg": message}


def test_the_result_is_the_last_line_of_json() -> None:
    assert b.parse("m", 'noise\n{"a": 0}\n{"changed": false}\nmore\n', "", 0) == {"changed": False}


def test_age_of_an_instance() -> None:
    fields = " ".join(str(number) for number in range(3, 22))
    assert b.instance_age(f"1 (init) (x)) {fields} 500 99", "12.5 3.0\n", 100) == pytest.approx(7.5)


@pytest.mark.parametrize(
    ("reference", "expected"), [("", False), ("repair.restart_wsl", True), ("repair.changed", False), ("x.y", False)]
)
def test_whether_the_distribution_shall_end(reference: str, expected: bool) -> None:
    rows = [{"module": "cuda_repair", "register": "repair", "result": {"restart_wsl": True, "changed": False}}]
    assert b.asked(rows, reference) is expected


def test_each_module_runs_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def become(module: str, arguments: t.Mapping[str, t.Any], out: int, err: int) -> None:
        os.write(out, json.dumps({"module": module, "given": dict(arguments)}).encode())
        os.write(err, b"gone\n")
        os._exit(3 if arguments.get("dies") else 0)

    monkeypatch.setattr(b, "_become", become)
    execute = b.in_process({"_ansible_diff": True}, lambda: None)
    given = {"a": 1, "_ansible_diff": True, "_ansible_module_name": "m"}
    assert execute("m", {"a": 1}) == {"module": "m", "given": given}
    monkeypatch.setattr(b, "_become", lambda *_arguments: os.kill(os.getpid(), 9))
    assert execute("m", {})["msg"].startswith("module m ended with 137")


def test_a_child_becomes_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[t.Any, ...]] = []
    monkeypatch.setattr(os, "dup2", lambda one, other: ran.append((other,)))
    monkeypatch.setattr(b.runpy, "run_module", lambda name, run_name, alter_sys: ran.append((name, run_name)))
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", None)
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", None, raising=False)
    with pytest.raises(SystemExit) as end:
        b._become("cuda_legacy", {"a": 1}, 1, 2)
    assert end.value.code == 0
    assert ran == [(0,), (1,), (2,), (f"{b.MODULES}.cuda_legacy", "__main__")]
    assert json.loads(t.cast("t.Any", basic)._ANSIBLE_ARGS) == {"ANSIBLE_MODULE_ARGS": {"a": 1}}


def test_where_an_order_is_can_be_seen_while_a_module_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(b, "NOTE_SECONDS", 0.01)

    def become(_module: str, _arguments: t.Mapping[str, t.Any], out: int, _err: int) -> None:
        time.sleep(0.2)
        os.write(out, b"{}")
        os._exit(0)

    monkeypatch.setattr(b, "_become", become)
    noted: list[int] = []
    assert b.in_process({}, lambda: noted.append(1))("m", {}) == {}
    assert len(noted) > 2


class Transaction:
    """One of apt that works."""

    @staticmethod
    def shown() -> dict[str, t.Any]:
        """As its module shows it."""
        return {"id": "t1", "running": True, "progress": 40.0}


def work(monkeypatch: pytest.MonkeyPatch, seconds: float = 0.0, age: float = 500.0, running: bool = False) -> None:
    """Modules take so long in an instance of that AGE; RUNNING: apt works meanwhile."""
    monkeypatch.setattr(b.importlib, "import_module", lambda _name: None)
    monkeypatch.setattr(b, "instance_age", lambda *_texts: age)
    monkeypatch.setattr(b.transaction, "find_running", lambda system: Transaction() if running else None)

    def become(_module: str, _arguments: t.Mapping[str, t.Any], out: int, _err: int) -> None:
        time.sleep(seconds)
        os.write(out, b'{"changed": true}')
        os._exit(0)

    monkeypatch.setattr(b, "_become", become)
    monkeypatch.setattr(b, "NOTE_SECONDS", 0.05)


@pytest.mark.parametrize(
    ("age", "session", "started", "stop_if", "code"),
    [
        (5, False, None, "", b.STOP),
        (500, False, None, "", b.GO_ON),
        (5, True, None, "", b.GO_ON),
        (500, True, None, "one.changed", b.STOP),
        (5, False, False, "", b.GO_ON),
        (500, True, True, "", b.STOP),
    ],
)
def test_the_program(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    age: int,
    session: bool,
    started: bool | None,
    stop_if: str,
    code: int,
) -> None:
    content = io.BytesIO()
    order = document(tmp_path, step("cuda_legacy", "one"), stop_if=stop_if, started=started)
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(b.STEPS_FILE, json.dumps(order))
    work(monkeypatch, age=age)
    monkeypatch.setenv("WSLFLEET_SESSION", "1")
    if not session:
        monkeypatch.delenv("WSLFLEET_SESSION")
    with pytest.raises(SystemExit) as end:
        b.main(t.cast("t.Any", content))
    assert end.value.code == code
    told = json.loads(capsys.readouterr().out)
    assert (told["bundle"], told["id"], told["ended"], told["python"]) == ("Debian", "1", True, False)
    [row] = told["rows"]
    assert (row["name"], row["register"], row["result"]) == ("Do cuda_legacy", "one", {"changed": True})
    assert list(tmp_path.iterdir()) == [], "what was told is not kept"


def test_who_brings_an_order_goes_away_when_apt_takes_longer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    work(monkeypatch, seconds=1.0, running=True)
    monkeypatch.setattr(b, "GRACE", 0.1)
    order = document(tmp_path, step("cuda_toolkit"), step("cuda_audit_info"), hold=60)
    state = b.attend(order)
    assert (state["alive"], state["ended"], state["step"]) == (True, False, "Do cuda_toolkit")
    assert state["transaction"]["progress"] == 40.0
    other = b.attend(document(tmp_path, step("cuda_guard"), id="2", hold=60))
    assert (other["id"], other["alive"]) == ("1", True), "another order is told which one works"
    ended = b.attend({**order, "hold": None})
    assert (ended["ended"], len(ended["rows"])) == (True, 2), "the same order is found at work, and its result taken"


def test_a_task_tells_where_its_order_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = [100.0]
    monkeypatch.setattr(b.time, "monotonic", lambda: now[0])
    tell = b.Teller().tell
    apt = [{"id": "1", "step": "b", "transaction": {"progress": percent}} for percent in (1.1, 1.9, 2.0, 3.0)]
    for state in ({}, {"id": "1", "step": "a"}, {"id": "1", "step": "a"}, *apt):
        tell(state)
        now[0] += b.TELL_SECONDS
    tell({"id": "1", "step": "c"})
    now[0] += 0.1
    tell({"id": "1", "step": "d"})  # too soon
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith(b.PROGRESS) for line in lines)
    told = [json.loads(line[len(b.PROGRESS) :]) for line in lines]
    places = [(one["id"], one["step"], one["transaction"].get("progress")) for one in told]
    assert places == [
        ("", "", None),
        ("1", "a", None),
        ("1", "b", 1.1),
        ("1", "b", 2.0),
        ("1", "b", 3.0),
        ("1", "c", None),
    ]


@pytest.mark.parametrize("hold", [None, 60])
def test_only_who_waits_for_everything_tells(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], hold: float | None
) -> None:
    work(monkeypatch, seconds=0.3, running=True)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(b.STEPS_FILE, json.dumps(document(tmp_path, step("cuda_toolkit"), hold=hold)))
    with pytest.raises(SystemExit):
        b.main(t.cast("t.Any", content))
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith(b.PROGRESS)]
    assert bool(told) is (hold is None)


def test_an_order_that_was_killed_is_known_as_such(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    work(monkeypatch, seconds=30)
    monkeypatch.setattr(b, "GRACE", 0.0)
    pids: list[int] = []
    fork = os.fork
    monkeypatch.setattr(os, "fork", lambda: pids.append(fork()) or pids[-1])
    order = document(tmp_path, step("cuda_toolkit"), hold=0.3)
    assert b.attend(order)["alive"] is True
    group = pids[0]
    os.killpg(group, 9)
    os.waitpid(group, 0)
    work(monkeypatch)
    while (lock := b.take_lock(order["folder"])) is None:
        time.sleep(0.01)
    os.close(lock)
    assert json.loads(Path(order["folder"], "state.json").read_text())["ended"] is False
    # The next order does not wait for it, and neither takes it for its own.
    assert b.attend({**order, "hold": None})["ended"] is True


def test_a_crash_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    work(monkeypatch)

    def missing(name: str) -> None:
        raise ImportError(f"no {name}")

    monkeypatch.setattr(b.importlib, "import_module", missing)
    state = b.attend(document(tmp_path, step("cuda_guard")))
    assert state["ended"] and state["crash"].startswith("ImportError: no ")


def test_secrets_that_are_left_to_the_controller_are_masked_before_anybody_reads_them() -> None:
    printed = {"_ansible_new_secrets": ["horse", "a horse"], "invocation": {"a": ["is a horse", 1]}, "horse": None}
    assert b.parse("m", json.dumps(printed), "", 0) == {"invocation": {"a": ["is ********", 1]}, "********": None}
