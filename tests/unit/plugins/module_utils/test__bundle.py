# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program of a bundle: order, references, failures, transactions. It runs for real in test__bundle_archive.py."""

from __future__ import annotations

import io
import json
import os
import typing as t
import zipfile

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
    return {"module": module, "register": register, "arguments": {}, **more}


def test_steps_run_in_order_and_know_earlier_results() -> None:
    modules = Modules({"url": "http://x", "name": "", "current": True}, {"changed": True})
    steps = [
        step("first", "one"),
        step("second", "two", arguments={"name": "n", "a": 1}, from_results={"url": "one.url", "name": "one.name"}),
        step("third", unless="one.current"),
    ]
    rows = b.run(steps, modules)
    assert modules.asked == [("first", {}), ("second", {"name": "n", "a": 1, "url": "http://x"})]
    assert rows[2] == {"module": "third", "register": "", "result": {"changed": False, "skipped": True}}
    assert [row["register"] for row in rows] == ["one", "two", ""]


def test_the_first_failure_is_the_last_step() -> None:
    modules = Modules({"failed": True, "msg": "no"})
    rows = b.run([step("first"), step("second")], modules)
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
    execute = b.in_process({"_ansible_diff": True})
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


@pytest.mark.parametrize(
    ("age", "session", "stop_if", "code"),
    [
        (5, False, "", b.STOP),
        (500, False, "", b.GO_ON),
        (5, True, "", b.GO_ON),
        (500, True, "one.changed", b.STOP),
    ],
)
def test_the_program(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    age: int,
    session: bool,
    stop_if: str,
    code: int,
) -> None:
    content = io.BytesIO()
    document = {"name": "Debian", "settings": {}, "steps": [step("cuda_legacy", "one")], "stop_if": stop_if}
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(b.STEPS_FILE, json.dumps(document))
    imported: list[str] = []
    monkeypatch.setattr(b.importlib, "import_module", imported.append)
    monkeypatch.setattr(b, "in_process", lambda _settings: Modules({"changed": True}))
    monkeypatch.setattr(b, "instance_age", lambda *_texts: age)
    monkeypatch.setenv("WSLFLEET_SESSION", "1")
    if not session:
        monkeypatch.delenv("WSLFLEET_SESSION")
    with pytest.raises(SystemExit) as end:
        b.main(t.cast("t.Any", content))
    assert (end.value.code, imported) == (code, [f"{b.MODULES}.cuda_legacy"])
    rows = [{"module": "cuda_legacy", "register": "one", "result": {"changed": True}}]
    assert json.loads(capsys.readouterr().out) == {"bundle": "Debian", "rows": rows}


def test_secrets_that_are_left_to_the_controller_are_masked_before_anybody_reads_them() -> None:
    printed = {"_ansible_new_secrets": ["horse", "a horse"], "invocation": {"a": ["is a horse", 1]}, "horse": None}
    assert b.parse("m", json.dumps(printed), "", 0) == {"invocation": {"a": ["is ********", 1]}, "********": None}
