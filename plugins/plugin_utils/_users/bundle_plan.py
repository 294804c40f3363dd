# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Work in a distribution of another Windows user: the steps, the task's line, and what it left behind. Pure.

What comes back was written where that user, who is root in the distribution, can write: it is read as data only.
"""

from __future__ import annotations

import itertools
import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.module_utils._bundle import SESSION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import result_shape
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import bundle_archive, tasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.developer import HELD_REASONS
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import (
    LinuxNotFinished,
    decode_text,
    error_code,
    linux_line,
    linux_result,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import later_wsl_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.errors import explain

MOST_BYTES = 8 << 20
"""A result that is larger is not read."""

REASONS = {
    **HELD_REASONS,
    tasks.NOT_LOGGED_ON: "that user is not logged on; run again when they are",
    tasks.NO_RIGHT: "that user is not logged on, and their account may not log on as a batch job (a group"
    " policy); run again when they are logged on",
    tasks.NO_TOKEN: "that user is not logged on, and Windows cannot act for their account without its"
    " password (Entra, or no domain controller in reach); run again when they are logged on",
}

Step = t.Dict[str, t.Any]


@dataclass(frozen=True)
class Place(tasks.Place):
    """Where things lie on the host while a bundle works in the distribution called NAME."""

    FOLDER_PREFIX = TASK_PREFIX = "bundle-"
    RESULTS = ("out", "err", "done")
    FILES = (*tasks.Place.FILES, "payload.bin", "identity.txt")

    @property
    def payload(self) -> str:
        """What was sent; it is gone when every user has a copy."""
        return f"{self.folder}\\payload.bin"

    def payload_of(self, sid: str) -> str:
        """What the task of SID reads, and deletes when it has done so: it may hold passwords. Nobody else reads it."""
        return f"{self.folder}\\{sid}-payload.bin"

    @property
    def identity(self) -> str:
        """Names the payload, so that a later run knows its own."""
        return f"{self.folder}\\identity.txt"


@dataclass(frozen=True)
class Outcome:
    """What became of one user's bundle: either WAITING, or FAILURE, or ROWS (perhaps with a failure in the last)."""

    waiting: str = ""
    failure: str = ""
    rows: tuple[t.Mapping[str, t.Any], ...] = field(default=())

    @property
    def message(self) -> str:
        """Why it failed, in the words of the module that did; empty where nothing failed."""
        last = self.rows[-1]["result"] if self.rows else {}
        return self.failure or (str(last.get("msg", "it gave no reason")) if last.get("failed") else "")


def expand(steps: t.Sequence[t.Mapping[str, t.Any]], stop_if: str | None = None) -> list[Step]:
    """The steps that are to run: without those whose ``when`` is false, and one for each value of ``for_each``.

    :raises StepFailed: there are none, or a reference names no earlier step (STOP_IF: no step).
    """
    expanded: list[Step] = []
    registers: set[str] = set()
    for step in steps:
        for reference in [*(step.get("from_results") or {}).values(), step.get("unless") or ""]:
            _check_reference(reference, registers, f"steps: {reference!r} of {step['module']}")
        registers.add(step.get("register") or "")
        if "terminate" in (step.get("arguments") or {}):
            raise StepFailed(
                f"steps: terminate of {step['module']} would end the work with the distribution; use stop_if"
            )
        if step.get("when") is False:
            continue
        names, values = zip(*(step.get("for_each") or {"": [None]}).items())
        for chosen in itertools.product(*values):
            given = {name: value for name, value in zip(names, chosen) if name}
            expanded.append(
                {
                    "module": step["module"],
                    "arguments": {**(step.get("arguments") or {}), **given},
                    "from_results": dict(step.get("from_results") or {}),
                    "unless": step.get("unless") or "",
                    "register": step.get("register") or "",
                }
            )
    _check_reference(stop_if or "", registers, f"stop_if: {stop_if!r}")
    if not expanded:
        raise StepFailed("steps: there is none to run")
    return expanded


def _check_reference(reference: t.Any, registers: t.Collection[str], shown: str) -> None:
    if reference and (not re.fullmatch(r"\w+\.\w+", str(reference)) or reference.partition(".")[0] not in registers):
        raise StepFailed(f"{shown} is no result (register.key) of an earlier step")


def settings(check_mode: bool, diff: bool, version: str) -> dict[str, t.Any]:
    """What ansible-core tells every module beside its options; what is missing has a default there."""
    return {
        "_ansible_check_mode": check_mode,
        "_ansible_diff": diff,
        "_ansible_no_log": False,
        "_ansible_remote_tmp": "~/.ansible/tmp",
        "_ansible_verbosity": 0,
        "_ansible_version": version,
    }


def task_line(name: str, sid: str, executable: str, logged_on: bool) -> str:
    """What the task of SID runs: the constant line into Linux, its streams in files, and a mark at the end.

    Exit code 0 asks for the end of the distribution. Without a session that is so where nobody else needs it: WSL keeps
    the rights of whoever started it, and those of such a task are not filtered. In a session WSL stops it by itself.
    """
    place = Place(name)
    payload, (out, err, done) = place.payload_of(sid), (place.result(sid, name) for name in Place.RESULTS)
    streams = f'<"{payload}" >"{out}" 2>"{err}"'
    session = f"set {SESSION}=1&set WSLENV={SESSION}/u&" if logged_on else ""
    stop = later_wsl_line(executable, ["--terminate", name])
    return (
        f'{session}{linux_line(name, "root", executable)} {streams}&&{stop}&del /f /q "{payload}"&echo ended>"{done}"'
    )


def rows_of(where: str, stdout: bytes, stderr: bytes, name: str) -> tuple[t.Mapping[str, t.Any], ...]:
    """What the bundle called NAME printed: one row a step.

    :arg where: "distribution Debian of anna", for errors.
    :raises StepFailed: it did not come to its end.
    """
    try:
        completed = linux_result(Completed(0, stdout, stderr))
    except LinuxNotFinished:
        raise StepFailed(f"{where}: {_not_finished(stdout, stderr)}") from None
    known = _KNOWN_CODES.get(completed.exit_code)
    if known:
        raise StepFailed(f"{where}: {known}")
    for line in reversed(completed.stdout.decode("utf-8", "replace").splitlines()):
        rows = _rows(line, name)
        if rows is not None:
            return rows
    told = completed.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    raise StepFailed(f"{where}: the work ended without a result ({told[0][:300] if told else 'nothing was printed'})")


_KNOWN_CODES = {
    bundle_archive.NO_PYTHON: f"it has no {bundle_archive.PYTHON}; install python3 there (apt-get install python3)",
    bundle_archive.OLD_PYTHON: "its Python is older than 3.8; use a newer release of the distribution",
    bundle_archive.DAMAGED: "the work arrived damaged on the host and was not begun; run again, and if that does not"
    " help run the doctor, which tests the connection",
}


def _not_finished(stdout: bytes, stderr: bytes) -> str:
    text = decode_text(stdout)
    code = error_code(text)
    if code:
        known = explain(code, text)
        return f"{known.meaning} ({known.code}); {known.remedy}"
    if "execvpe(/bin/sh) failed" in decode_text(stderr):
        return "it has no /bin/sh; use another image"
    return "it stopped before the work ended; run again; a logoff or `wsl.exe --shutdown` on the laptop does this"


def _rows(line: str, name: str) -> tuple[t.Mapping[str, t.Any], ...] | None:
    """The rows in LINE when it is the result of the bundle NAME and has the shape of one."""
    try:
        document = result_shape.loads(line)
        if document["bundle"] != name:
            return None
        return tuple(
            {"module": str(row["module"]), "register": str(row["register"]), "result": _result(row["result"])}
            for row in document["rows"]
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def damage(rows: t.Sequence[t.Mapping[str, t.Any]], steps: t.Sequence[tuple[str, str]]) -> str | None:
    """What is wrong with ROWS as the results of STEPS (module, register), the end of a sentence; None: nothing."""
    for number, (row, step) in enumerate(zip(rows, steps), 1):
        if (row["module"], row["register"]) != step:
            return f"row {number} is of {row['module']}, not of {step[0]}"
        wrong = result_shape.damage(row["module"], row["result"])
        if wrong:
            return f"{wrong} ({row['module']})"
    ended_early = bool(rows) and rows[-1]["result"]["failed"]
    if len(rows) > len(steps) or (len(rows) < len(steps) and not ended_early):
        return f"it has {len(rows)} rows for {len(steps)} steps"
    return None


def _result(result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """RESULT as Ansible registers one: ``failed`` is there, warnings are texts, nothing that Ansible would act on."""
    kept = {
        str(key): value
        for key, value in result.items()
        if not str(key).startswith("_ansible") and key not in ("ansible_facts", "exception")
    }
    kept.setdefault("failed", False)
    for key in ("warnings", "deprecations"):
        if isinstance(kept.get(key), list):
            kept[key] = [_text(one) for one in kept[key]]
    return kept


def _text(message: t.Any) -> str:
    """A warning; modules of ansible-core 2.19 and later send an object with an event that holds the text."""
    event = message.get("event", message) if isinstance(message, dict) else {"msg": message}
    return " ".join(str(event.get("msg", "") if isinstance(event, dict) else event).split())


def as_result(users: t.Sequence[User], outcomes: t.Mapping[str, Outcome], diff: bool) -> dict[str, t.Any]:
    """What the module returns: changed, developers (one row each), warnings, and with DIFF the steps' diffs."""
    rows = [_developer(user, outcomes.get(user.sid, Outcome())) for user in users]
    result: dict[str, t.Any] = {"changed": any(row["changed"] for row in rows), "developers": rows}
    warnings, diffs = [], []
    for user in users:
        for row in outcomes.get(user.sid, Outcome()).rows:
            told = row["result"].get("warnings")
            warnings += [f"{user.name}: {text}" for text in (told if isinstance(told, list) else [])]
            found = row["result"].get("diff") or []
            diffs += [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]
    if warnings:
        result["warnings"] = warnings
    if diff and diffs:
        result["diff"] = diffs
    return result


def _developer(user: User, outcome: Outcome) -> dict[str, t.Any]:
    results = [(row, row["result"]) for row in outcome.rows]
    return {
        "user": user.name,
        "sid": user.sid if user.profile else "",
        "waiting": outcome.waiting,
        "reason": REASONS.get(outcome.waiting, ""),
        "failed": bool(outcome.message),
        "msg": outcome.message,
        "changed": any(bool(result.get("changed")) for _row, result in results),
        "results": {row["register"]: result for row, result in results if row["register"]},
        "steps": [
            {"module": row["module"], "changed": bool(result.get("changed")), "failed": bool(result.get("failed"))}
            for row, result in results
        ],
    }
