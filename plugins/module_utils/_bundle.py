# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Several modules one after the other inside the distribution, without a controller between them.

The program of a bundle: an archive of modules and their steps arrives whole, every step runs in a process of its own,
and one line of JSON goes back. A step may take values from the results of earlier ones, and is left out where one of
them says so. The first failure ends the run.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import sys
import typing as t
import zipfile

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import looks as apt_looks

STEPS_FILE = "steps.json"
MODULES = "ansible_collections.wslfleet.cuda.plugins.modules"

STOP = 0
"""Exit code: the distribution shall end now."""
GO_ON = 10
"""Exit code: it shall go on, or end when WSL thinks so."""
SESSION = "WSLFLEET_SESSION"
"""Set in the environment where the Windows user is logged on."""
_JUST_STARTED = 60.0
"""Seconds; an instance that is younger was started for this program."""

Result = t.Dict[str, t.Any]
Execute = t.Callable[[str, t.Mapping[str, t.Any]], Result]


def value_of(results: t.Mapping[str, Result], reference: str) -> t.Any:
    """What REFERENCE (``register.key``) names; None where it is missing."""
    register, _dot, key = reference.partition(".")
    return results.get(register, {}).get(key)


def run(steps: t.Sequence[t.Mapping[str, t.Any]], execute: Execute) -> t.List[t.Dict[str, t.Any]]:
    """Run STEPS: module, arguments, from_results (option -> reference), unless (reference), register.

    One row for each step that was reached: module, register, result.
    """
    rows: t.List[t.Dict[str, t.Any]] = []
    known: t.Dict[str, Result] = {}
    for step in steps:
        unless = step.get("unless")
        if unless and value_of(known, unless):
            result: Result = {"changed": False, "skipped": True}
        else:
            found = {name: value_of(known, wanted) for name, wanted in (step.get("from_results") or {}).items()}
            given = {name: value for name, value in found.items() if value}
            result = follow(execute, step["module"], {**step["arguments"], **given})
        rows.append({"module": step["module"], "register": step.get("register") or "", "result": result})
        known[step.get("register") or ""] = result
        if result.get("failed"):
            break
    return rows


def follow(execute: Execute, module: str, arguments: t.Mapping[str, t.Any]) -> Result:
    """Run MODULE, again and again while it reports that its transaction still works, as its action plugin does."""
    looks = [execute(module, arguments)]
    while (looks[-1].get("transaction") or {}).get("running") and not looks[-1].get("failed"):
        looks.append(execute(module, {**arguments, "transaction": looks[-1]["transaction"]["id"]}))
    return apt_looks.together(looks)


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


def in_process(settings: t.Mapping[str, t.Any]) -> Execute:
    """An executor that runs each module in a process of its own; SETTINGS are the controller's, for every module."""

    def execute(module: str, arguments: t.Mapping[str, t.Any]) -> Result:
        # In memory: nothing that a module prints touches the disk.
        with os.fdopen(os.memfd_create("stdout"), "w+b") as out, os.fdopen(os.memfd_create("stderr"), "w+b") as err:
            process = os.fork()
            if process == 0:
                _become(module, {**arguments, **settings, "_ansible_module_name": module}, out.fileno(), err.fileno())
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


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def main(archive: str) -> t.NoReturn:
    """Run the steps in ARCHIVE, print one line, tell by the exit code whether the distribution shall end.

    Without a session nobody but this can have started one that is young.
    """
    age = instance_age(_read("/proc/1/stat"), _read("/proc/uptime"), os.sysconf("SC_CLK_TCK"))
    with zipfile.ZipFile(archive) as content:
        document = json.loads(content.read(STEPS_FILE))
    for module in {step["module"] for step in document["steps"]}:
        # Once here instead of once in every child: it compiles everything that the module imports.
        importlib.import_module(f"{MODULES}.{module}")
    rows = run(document["steps"], in_process(document["settings"]))
    sys.stdout.write(json.dumps({"bundle": document["name"], "rows": rows}) + "\n")
    started_for_this = SESSION not in os.environ and age < _JUST_STARTED
    raise SystemExit(STOP if started_for_this or asked(rows, document["stop_if"]) else GO_ON)
