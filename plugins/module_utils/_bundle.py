# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""An order: several modules one after the other inside the distribution, without a controller between them.

An archive of modules and their steps arrives whole and is carried out by a process of its own, which no lost connection
ends; every step runs in a process of its own again. Whoever brought the order waits beside it and goes away when a
transaction of apt takes longer; later looks find the outcome of it in a file. Only one order works at a time. A step
may take values from the results of earlier ones, and is left out where one of them says so. The first failure ends it.
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
"""Holds ``lock``, which the process of an order holds, and ``state.json``: what is done, and what is under way."""

STOP = 0
"""Exit code: the distribution shall end now."""
GO_ON = 10
"""Exit code: it shall go on, or end when WSL thinks so."""
SESSION = "WSLFLEET_SESSION"
"""Set in the environment where the Windows user is logged on."""
PYTHON = "WSLFLEET_PYTHON"
"""Set where Python was missing and has been installed."""
GRACE = 2.0
"""Seconds that a transaction may take before whoever brought the order goes away."""
PROGRESS = "wslfleet-progress "
"""Begins a line on stderr that tells where an order is. Read in the file of a task, while that still works."""
TELL_SECONDS = 2.0
"""How soon after one such line there may be another."""
NOTE_SECONDS = 1.0
"""How often the state of a step that works is written down."""
_JUST_STARTED = 60.0
"""Seconds; an instance that is younger was started for this program."""

Result = t.Dict[str, t.Any]
State = t.Dict[str, t.Any]
Execute = t.Callable[[str, t.Mapping[str, t.Any]], Result]


def value_of(results: t.Mapping[str, Result], reference: str) -> t.Any:
    """What REFERENCE (``register.key``) names; None if it is missing."""
    register, _dot, key = reference.partition(".")
    return results.get(register, {}).get(key)


def run(steps: t.Sequence[t.Mapping[str, t.Any]], execute: Execute, record: Record) -> t.List[t.Dict[str, t.Any]]:
    """Run STEPS: name, module, arguments, from_results (option -> reference), unless (reference), register.

    One row for each step that was reached: name, module, register, seconds, result. RECORD is told of each.
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
    """Run MODULE, again and again while it reports that its transaction still works, as its action plugin does."""
    looks = [execute(module, arguments)]
    while (looks[-1].get("transaction") or {}).get("running") and not looks[-1].get("failed"):
        looks.append(execute(module, {**arguments, "transaction": looks[-1]["transaction"]["id"]}))
    return together(looks)


def parse(module: str, stdout: str, stderr: str, code: int) -> Result:
    """The result in what MODULE printed; a failure of one line where it printed none."""
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
    """RESULT with its secrets masked. From ansible-core 2.22 on a module leaves that to the controller and lists them,
    but what is written here the developer reads too."""
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
    """What can be seen of an order from outside, in the file ``state.json`` of FOLDER."""

    def __init__(self, folder: str, document: t.Mapping[str, t.Any]) -> None:
        """DOCUMENT: name (of the distribution) and id of the order."""
        self.rows: t.List[t.Dict[str, t.Any]] = []
        self._path = f"{folder}/state.json"
        self._shown: State = {"bundle": document["name"], "id": document["id"], "python": PYTHON in os.environ}
        self._step = ""

    def begin(self, step: str) -> None:
        """STEP is under way now."""
        self._step = step
        self.note()

    def note(self, **ended: t.Any) -> None:
        """Write down where the order is. ENDED: ``stop``, whether the distribution shall end, or ``crash``, why not."""
        running = None if ended else transaction.find_running(System(""))
        shown = {**self._shown, "rows": self.rows, "step": self._step, "ended": bool(ended), **ended}
        shown["transaction"] = running.shown() if running else None
        files.write_file(self._path, json.dumps(shown), 0o600)


def read_state(folder: str) -> State:
    """What the last order in FOLDER has come to; empty if there is none, or where it cannot be read."""
    try:
        with open(f"{folder}/state.json", encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def take_lock(folder: str) -> int | None:
    """The open lock of FOLDER; None while an order works. It is free as soon as the last process with it has ended."""
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
    """Remove FOLDER, whose lock is held: nothing is left of an order whose result was told."""
    for name in ("state.json", "lock"):
        os.unlink(f"{folder}/{name}")
    for path in (folder, os.path.dirname(folder)):
        with contextlib.suppress(OSError):  # something else is in it
            os.rmdir(path)


def in_process(settings: t.Mapping[str, t.Any], note: t.Callable[[], None]) -> Execute:
    """An executor that runs each module in a process of its own; SETTINGS are the controller's, for every module.

    NOTE is called again and again while one works.
    """

    def execute(module: str, arguments: t.Mapping[str, t.Any]) -> Result:
        # In memory: nothing that a module prints touches the disk.
        with os.fdopen(os.memfd_create("stdout"), "w+b") as out, os.fdopen(os.memfd_create("stderr"), "w+b") as err:
            lives, held = os.pipe()
            process = os.fork()
            if process == 0:
                _become(module, {**arguments, **settings, "_ansible_module_name": module}, out.fileno(), err.fileno())
            os.close(held)
            # Closed with the end of the child: programs that it starts do not inherit it.
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
    """Go on as MODULE, in a child; leaves through the end of the interpreter, so that modules clean up after them."""
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    from ansible.module_utils import basic  # late: only the archive and a module have it beside them

    untyped: t.Any = basic
    untyped._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    untyped._ANSIBLE_PROFILE = "legacy"  # how modules of collections speak with ansible-core 2.19 and later
    runpy.run_module(f"{MODULES}.{module}", run_name="__main__", alter_sys=True)
    raise SystemExit(0)


def asked(rows: t.Sequence[t.Mapping[str, t.Any]], reference: str) -> bool:
    """Whether what REFERENCE names in ROWS is true; an empty one never is."""
    return bool(reference) and bool(value_of({row["register"]: row["result"] for row in rows}, reference))


def instance_age(stat: str, uptime: str, ticks: int) -> float:
    """Seconds since process 1 started, from /proc/1/stat, /proc/uptime and the ticks of a second."""
    started = int(stat.rpartition(")")[2].split()[19]) / ticks
    return float(uptime.split()[0]) - started


def work(document: t.Mapping[str, t.Any], record: Record, started: bool) -> None:
    """Carry the order of DOCUMENT out. STARTED: the distribution was started for it."""
    this = os.getpid()
    os.environ.update(document["environment"])
    try:
        for module in {step["module"] for step in document["steps"]}:
            # Once here instead of once in every child: it compiles everything that the module imports.
            importlib.import_module(f"{MODULES}.{module}")
        rows = run(document["steps"], in_process(document["settings"], record.note), record)
        record.note(stop=started or asked(rows, document["stop_if"]))
    except Exception as error:
        # What a module raises in its own process is for parse().
        if os.getpid() == this:
            record.note(crash=traceback.format_exception_only(type(error), error)[-1].strip()[:300])
        raise


def start(document: t.Mapping[str, t.Any], lock: int) -> None:
    """Carry the order of DOCUMENT out in a process of its own, which holds LOCK; without a terminal and without pipes.

    Without a session nobody but this can have started an instance that is young.
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
            # The processes of modules, which come by here too, leave through the end of the interpreter.
            if os.getpid() == this:
                os._exit(0)
    os.close(lock)


class Teller:
    """Tells where an order is, line by line, on stderr: few lines, because all of them are read again and again."""

    def __init__(self) -> None:
        self._told: t.Tuple[t.Any, ...] = ()
        self._next = 0.0

    def tell(self, state: State) -> None:
        """Write a line where STATE is of another step than before, or apt is another percent further."""
        transaction = state.get("transaction") or {}
        now, place = time.monotonic(), (state.get("id"), state.get("step"), int(transaction.get("progress") or 0))
        if place == self._told or now < self._next:
            return
        self._told, self._next = place, now + TELL_SECONDS
        shown = {"id": state.get("id", ""), "step": state.get("step", ""), "transaction": transaction, "ended": False}
        with contextlib.suppress(OSError):  # nobody reads it any more; the order goes on
            sys.stderr.write(f"{PROGRESS}{json.dumps(shown)}\n")
            sys.stderr.flush()


def attend(document: t.Mapping[str, t.Any], tell: t.Callable[[State], None] | None = None) -> State:
    """Start the order of DOCUMENT, or find it at work; what it has come to when it has ended, or takes longer.

    With ``hold`` (seconds) only what ends soon is waited for, else everything. While another order works, the state is
    that one's. What has ended is told once. TELL is given every state on the way.
    """
    folder, hold = document["folder"], document["hold"]
    begun, began, pause, patient = False, time.monotonic(), 0.01, 0.0
    while True:
        lock = take_lock(folder)
        if lock is not None and not begun:
            start(document, lock)
            begun = True
            continue
        state = read_state(folder)
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
    """Bring the order in ARCHIVE, print one line, tell by the exit code whether the distribution shall end."""
    with zipfile.ZipFile(archive) as content:
        document = json.loads(content.read(STEPS_FILE))
    # Whoever waits for everything is a task, whose streams are files.
    state = attend(document, Teller().tell if document["hold"] is None else None)
    sys.stdout.write(json.dumps({"ended": False, **state, "bundle": document["name"]}) + "\n")
    raise SystemExit(STOP if state.get("ended") and state.get("stop") else GO_ON)
