# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""An order: several modules one after the other inside the distribution, without a controller between them.

The order arrives as one archive with the modules and the steps. A separate process carries it out, which does not end
with the connection, and runs each step in another process. The program that brought the order waits for it, but not for
a long transaction of apt; later looks read the outcome from a file. Only one order runs at a time. A step can use
values from the results of earlier ones, and be skipped because of one. The first failure ends the order.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import json
import os
import runpy
import select
import sys
import time
import traceback
import typing as t
import zipfile

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.looks import together
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

STEPS_FILE = "steps.json"
MODULES = "ansible_collections.wslfleet.cuda.plugins.modules"
FOLDER = "/var/lib/wslfleet/order"
"""Contains ``lock``, which the process of an order holds, and ``state.json``: what is done, and what is running."""

STOP = 0
"""Exit code: stop the distribution now."""
GO_ON = 10
"""Exit code: leave it running, until WSL stops it."""
SESSION = "WSLFLEET_SESSION"
"""Set in the environment if the Windows user is logged on."""
PYTHON = "WSLFLEET_PYTHON"
"""Set if Python was missing and has been installed."""
GRACE = 2.0
"""Seconds that a transaction may take before the program that brought the order ends."""
PROGRESS = "wslfleet-progress "
"""The start of a line on stderr with the progress of an order. The controller reads it in the file of a running
task."""
TELL_SECONDS = 2.0
"""Least seconds between two such lines."""
NOTE_SECONDS = 1.0
"""Seconds between two records of the state of a running step."""
_JUST_STARTED = 60.0
"""Seconds. A younger instance was started for this program."""

Result = t.Dict[str, t.Any]
State = t.Dict[str, t.Any]
Execute = t.Callable[[str, t.Mapping[str, t.Any]], Result]


def value_of(results: t.Mapping[str, Result], reference: str) -> t.Any:
    """What REFERENCE (``register.key``) names; None if it is missing."""
    register, _dot, key = reference.partition(".")
    return results.get(register, {}).get(key)


def run(steps: t.Sequence[t.Mapping[str, t.Any]], execute: Execute, record: Record) -> t.List[t.Dict[str, t.Any]]:
    """Run STEPS: name, module, arguments, from_results (option -> reference), unless (reference), register.

    One row for each step that was reached: name, module, register, seconds, result. RECORD is updated with each.
    """
    known: t.Dict[str, Result] = {}
    for step in steps:
        record.begin(step["name"])
        began = time.monotonic()
        unless = step.get("unless")
        if unless and value_of(known, unless):
            result: Result = {"changed": False, "skipped": True}
        else:
            found = {name: value_of(known, wanted) for name, wanted in (step.get("from_results") or {}).items()}
            given = {name: value for name, value in found.items() if value}
            result = follow(execute, step["module"], {**step["arguments"], **given})
        row = {"name": step["name"], "module": step["module"], "register": step.get("register") or ""}
        record.rows.append({**row, "seconds": round(time.monotonic() - began, 2), "result": result})
        known[step.get("register") or ""] = result
        if result.get("failed"):
            break
    return record.rows


def follow(execute: Execute, module: str, arguments: t.Mapping[str, t.Any]) -> Result:
    """Run MODULE, and run it again while it reports a running transaction, as its action plugin does."""
    looks = [execute(module, arguments)]
    while (looks[-1].get("transaction") or {}).get("running") and not looks[-1].get("failed"):
        looks.append(execute(module, {**arguments, "transaction": looks[-1]["transaction"]["id"]}))
    return together(looks)


def parse(module: str, stdout: str, stderr: str, code: int) -> Result:
    """The result in the output of MODULE; a failure in one line if there is none."""
    for line in reversed(stdout.splitlines()):
        if line.startswith("{"):
            try:
                return without_secrets(json.loads(line))
            except ValueError:
                break
    told = (stderr.strip() or stdout.strip()).splitlines()[-1:]
    why = told[0][:300] if told else "it printed nothing"
    return {"changed": False, "failed": True, "msg": f"module {module} ended with {code} and without a result: {why}"}


def without_secrets(result: Result) -> Result:
    """RESULT with its secrets masked. From ansible-core 2.22 on a module only lists them, and the controller masks
    them, but the developer can read what is written here."""
    secrets = sorted(result.pop("_ansible_new_secrets", []), key=len, reverse=True)

    def masked(value: t.Any) -> t.Any:
        if isinstance(value, str):
            for secret in secrets:
                value = value.replace(secret, "********")
            return value
        if isinstance(value, dict):
            return {masked(key): masked(each) for key, each in value.items()}
        return [masked(each) for each in value] if isinstance(value, list) else value

    return t.cast("Result", masked(result)) if secrets else result


class Record:
    """The state of an order, in the file ``state.json`` of FOLDER."""

    def __init__(self, folder: str, document: t.Mapping[str, t.Any]) -> None:
        """DOCUMENT: name (of the distribution) and id of the order."""
        self.rows: t.List[t.Dict[str, t.Any]] = []
        self._path = f"{folder}/state.json"
        self._shown: State = {"bundle": document["name"], "id": document["id"], "python": PYTHON in os.environ}
        self._step = ""

    def begin(self, step: str) -> None:
        """STEP is running now."""
        self._step = step
        self.note()

    def note(self, **ended: t.Any) -> None:
        """Write the state of the order. ENDED: ``stop`` (whether to stop the distribution) or ``crash`` (what went
        wrong)."""
        running = None if ended else transaction.find_running(System(""))
        shown = {**self._shown, "rows": self.rows, "step": self._step, "ended": bool(ended), **ended}
        shown["transaction"] = running.shown() if running else None
        files.write_file(self._path, json.dumps(shown), 0o600)


def take_lock(folder: str) -> int | None:
    """The open lock of FOLDER; None while an order runs. It is free as soon as the last process with it has ended."""
    while True:
        os.makedirs(folder, 0o700, exist_ok=True)
        try:
            lock = os.open(f"{folder}/lock", os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:  # taken away between the two lines
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return None
        if os.fstat(lock).st_nlink:
            return lock
        os.close(lock)


def take_away(folder: str) -> None:
    """Remove FOLDER, whose lock is held: nothing is left of an order whose result was reported."""
    for name in ("state.json", "lock"):
        os.unlink(f"{folder}/{name}")
    for path in (folder, os.path.dirname(folder)):
        with contextlib.suppress(OSError):  # something else is in it
            os.rmdir(path)


def in_process(settings: t.Mapping[str, t.Any], note: t.Callable[[], None]) -> Execute:
    """An executor that runs each module in a separate process. SETTINGS: of the controller, for every module.

    NOTE is called repeatedly while one runs.
    """

    def execute(module: str, arguments: t.Mapping[str, t.Any]) -> Result:
        # In memory: the output of a module is never on the disk.
        with os.fdopen(os.memfd_create("stdout"), "w+b") as out, os.fdopen(os.memfd_create("stderr"), "w+b") as err:
            lives, held = os.pipe()
            process = os.fork()
            if process == 0:
                _become(module, {**arguments, **settings, "_ansible_module_name": module}, out.fileno(), err.fileno())
            os.close(held)
            # Closed when the child ends. Programs that it starts do not inherit it.
            while not select.select([lives], [], [], NOTE_SECONDS)[0]:
                note()
            os.close(lives)
            status = os.waitpid(process, 0)[1]
            out.seek(0)
            err.seek(0)
            texts = [stream.read().decode("utf-8", "replace") for stream in (out, err)]
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
        return parse(module, texts[0], texts[1], code)

    return execute


def _become(module: str, arguments: t.Mapping[str, t.Any], out: int, err: int) -> t.NoReturn:
    """Continue as MODULE, in a child. Ends with the exit handlers of Python, so that modules clean up."""
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    from ansible.module_utils import basic  # late: only available in the archive and in a module

    untyped: t.Any = basic
    untyped._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    untyped._ANSIBLE_PROFILE = "legacy"  # the profile of modules of collections, for ansible-core 2.19 and later
    runpy.run_module(f"{MODULES}.{module}", run_name="__main__", alter_sys=True)
    raise SystemExit(0)


def asked(rows: t.Sequence[t.Mapping[str, t.Any]], reference: str) -> bool:
    """Whether the value that REFERENCE names in ROWS is true; False for an empty REFERENCE."""
    return bool(reference) and bool(value_of({row["register"]: row["result"] for row in rows}, reference))


def instance_age(stat: str, uptime: str, ticks: int) -> float:
    """Seconds since process 1 started, from /proc/1/stat, /proc/uptime and the ticks of a second."""
    started = int(stat.rpartition(")")[2].split()[19]) / ticks
    return float(uptime.split()[0]) - started


def work(document: t.Mapping[str, t.Any], record: Record, started: bool) -> None:
    """Carry out the order of DOCUMENT. STARTED: the distribution was started for it."""
    this = os.getpid()
    os.environ.update(document["environment"])
    try:
        for module in {step["module"] for step in document["steps"]}:
            # Once here instead of in every child: this compiles everything that the module imports.
            importlib.import_module(f"{MODULES}.{module}")
        rows = run(document["steps"], in_process(document["settings"], record.note), record)
        record.note(stop=started or asked(rows, document["stop_if"]))
    except Exception as error:
        # parse() reports what a module raises in its own process.
        if os.getpid() == this:
            record.note(crash=traceback.format_exception_only(type(error), error)[-1].strip()[:300])
        raise


def start(document: t.Mapping[str, t.Any], lock: int) -> None:
    """Carry out the order of DOCUMENT in a separate process, which holds LOCK, without a terminal and without pipes.

    Without a session, only this program can have started a young instance.
    """
    stat, uptime = (files.read_text(path) or "" for path in ("/proc/1/stat", "/proc/uptime"))
    age = instance_age(stat, uptime, os.sysconf("SC_CLK_TCK"))
    started = document["started"]
    if started is None:
        started = SESSION not in os.environ and age < _JUST_STARTED
    record = Record(document["folder"], document)
    record.note()
    if os.fork() == 0:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        this = os.getpid()
        try:
            work(document, record, started)
        finally:
            # The processes of modules also get here, but end with the exit handlers of Python.
            if os.getpid() == this:
                os._exit(0)
    os.close(lock)


class Teller:
    """Writes the progress of an order to stderr, in few lines, because all of them are read repeatedly."""

    def __init__(self) -> None:
        self._told: t.Tuple[t.Any, ...] = ()
        self._next = 0.0

    def tell(self, state: State) -> None:
        """Write a line if STATE shows another step, or another percentage of apt, than before."""
        transaction = state.get("transaction") or {}
        now, place = time.monotonic(), (state.get("id"), state.get("step"), int(transaction.get("progress") or 0))
        if place == self._told or now < self._next:
            return
        self._told, self._next = place, now + TELL_SECONDS
        shown = {"id": state.get("id", ""), "step": state.get("step", ""), "transaction": transaction, "ended": False}
        with contextlib.suppress(OSError):  # nobody reads it any more, but the order goes on
            sys.stderr.write(f"{PROGRESS}{json.dumps(shown)}\n")
            sys.stderr.flush()


def attend(document: t.Mapping[str, t.Any], tell: t.Callable[[State], None] | None = None) -> State:
    """Start the order of DOCUMENT, or find it running. Returns its state when it has ended, or takes longer.

    With ``hold`` (seconds) this only waits for what ends soon, otherwise for everything. While another order runs, the
    state is that one's. An ended order is reported once. TELL is called with every state meanwhile.
    """
    folder, hold = document["folder"], document["hold"]
    begun, began, pause, patient = False, time.monotonic(), 0.01, 0.0
    while True:
        lock = take_lock(folder)
        if lock is not None and not begun:
            start(document, lock)
            begun = True
            continue
        state = files.read_json(f"{folder}/state.json")
        mine = state.get("id") == document["id"]
        begun = begun or mine
        if lock is not None:
            if mine:
                take_away(folder)
            os.close(lock)
            return {**state, "alive": False}
        if tell:
            tell(state)
        now = time.monotonic()
        patient = patient if state.get("transaction") or not mine else now
        if hold is not None and (now - began > hold or now - max(patient, began) > GRACE):
            return {**state, "alive": True}
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)


def main(archive: str) -> t.NoReturn:
    """Attend to the order in ARCHIVE, and print its state in one line. The exit code says whether to stop the
    distribution."""
    with zipfile.ZipFile(archive) as content:
        document = json.loads(content.read(STEPS_FILE))
    # Only a task waits for everything. Its streams are files.
    state = attend(document, Teller().tell if document["hold"] is None else None)
    sys.stdout.write(json.dumps({"ended": False, **state, "bundle": document["name"]}) + "\n")
    raise SystemExit(STOP if state.get("ended") and state.get("stop") else GO_ON)
