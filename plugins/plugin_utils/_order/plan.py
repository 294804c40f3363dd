# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""An order for a distribution: its files and tasks on the host, its outcome, and the result of the module. Pure.

The outcome is not trusted, because root in the distribution can write it: it is only read as data.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.wslfleet.cuda.plugins.module_utils._bundle import SESSION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import tasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.developer import HELD_REASONS
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import linux_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import later_wsl_line

MOST_BYTES = 8 << 20
"""A larger result is not read."""

REASONS = {**HELD_REASONS, **tasks.RUN_AGAIN}

Step = t.Dict[str, t.Any]

_PYTHON = "Install Python"


@dataclass(frozen=True)
class Place(tasks.Place):
    """The folder and the tasks of orders for the distribution called NAME."""

    FOLDER_PREFIX = TASK_PREFIX = "bundle-"
    RESULTS = ("out", "err", "done")
    FILES = (*tasks.Place.FILES, "payload.bin", "identity.txt")

    @property
    def payload(self) -> str:
        """What was sent; deleted when every user has a copy."""
        return f"{self.folder}\\payload.bin"

    def payload_of(self, sid: str) -> str:
        """The copy for SID, which only that user can read. The task deletes it, because it may contain passwords."""
        return f"{self.folder}\\{sid}-payload.bin"


@dataclass(frozen=True)
class Outcome:
    """The outcome of one order: WAITING, FAILURE, or ROWS (the last one may have failed).

    With FAILURE, ROWS are the steps that were done before.
    """

    waiting: str = ""
    failure: str = ""
    rows: tuple[t.Mapping[str, t.Any], ...] = field(default=())
    under_way: bool = False
    """FAILURE happened during the step after ROWS."""
    python: bool = False
    """Python was missing and has been installed."""

    @property
    def message(self) -> str:
        """Why it failed: the message of the failed module; empty if nothing failed."""
        last = self.rows[-1]["result"] if self.rows else {}
        return self.failure or (str(last.get("msg", "it gave no reason")) if last.get("failed") else "")


def settings(check_mode: bool, diff: bool, version: str) -> dict[str, t.Any]:
    """The internal options that ansible-core passes to every module; the missing ones have defaults."""
    return {
        "_ansible_check_mode": check_mode,
        "_ansible_diff": diff,
        "_ansible_no_log": False,
        "_ansible_remote_tmp": "~/.ansible/tmp",
        "_ansible_verbosity": 0,
        "_ansible_version": version,
    }


def task_line(name: str, sid: str, executable: str, logged_on: bool) -> str:
    """The line of the task of SID: the constant line into Linux with files as its streams, then a mark of the end.

    The program exits with 0 if the distribution is to be stopped. Without a session it does so if nobody else uses the
    distribution, because WSL keeps the rights of the task that started it, which are not filtered. In a session WSL
    stops it by itself.
    """
    place = Place(name)
    payload, (out, err, done) = place.payload_of(sid), (place.result(sid, name) for name in Place.RESULTS)
    streams = f'<"{payload}" >"{out}" 2>"{err}"'
    session = f"set {SESSION}=1&set WSLENV={SESSION}/u&" if logged_on else ""
    stop = later_wsl_line(executable, ["--terminate", name])
    return (
        f'{session}{linux_line(name, "root", executable)} {streams}&&{stop}&del /f /q "{payload}"&echo ended>"{done}"'
    )


def judged(outcome: Outcome, steps: t.Sequence[Step]) -> Outcome:
    """OUTCOME, with rows marked as failed if the result is not what their step expects (``clean``: true)."""
    rows = tuple(
        {**row, "result": _unmet(row["result"], step["expect"])}
        if step["expect"] and not row["result"].get("failed") and not row["result"].get(step["expect"])
        else row
        for row, step in zip(outcome.rows, steps)
    )
    return replace(outcome, rows=rows)


def _unmet(result: t.Mapping[str, t.Any], wanted: str) -> dict[str, t.Any]:
    failures = result.get("failures") or [f"{wanted} is not true"]
    return {**result, "failed": True, "msg": "; ".join(failures)}


def as_result(people: t.Sequence[tuple[str, str, Outcome]], planned: t.Sequence[Step], diff: bool) -> dict[str, t.Any]:
    """The result of the module for the steps PLANNED: changed, windows_users, steps, warnings, and with DIFF the diffs.

    :arg people: name, SID and outcome of each owner of a distribution; the connecting account has no name and SID.
    """
    rows = [_developer(*one, planned, diff) for one in people]
    result: dict[str, t.Any] = {"changed": any(row["changed"] for row in rows), "windows_users": rows}
    steps = [(f"{row['user']}: " if row["user"] else "", step) for row in rows for step in row["steps"]]
    warnings = [f"{who}{text}" for who, step in steps for text in step["warnings"]]
    diffs = [_named(f"{who}{step['name']}", one) for who, step in steps for one in step.get("diff", ())]
    installed = [f"{user}: {_PYTHON}" if user else _PYTHON for user, _sid, outcome in people if outcome.python]
    result["steps"] = [*installed, *(f"{who}{step['name']}" for who, step in steps if step["changed"])]
    if warnings:
        result["warnings"] = warnings
    if diffs:
        result["diff"] = diffs
    return result


def failures(host: str, name: str, rows: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    """One line for each of ROWS (``windows_users``) that failed: HOST, the distribution NAME, user, step, reason."""
    found = []
    for row in rows:
        if row["failed"]:
            whose = f" of {row['user']}" if row["user"] else ""
            step = next((f"{step['name']}: " for step in row["steps"] if step["failed"]), "")
            told = row["msg"].removeprefix(f"distribution {name}{whose}: ")
            found.append(f"{host}: distribution {name}{whose}: {step}{told}")
    return found


def _named(step: str, diff: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """DIFF with the name of its STEP in the header."""
    if "prepared" in diff:
        return {**diff, "prepared": f"{step}\n{diff['prepared']}"}
    about = str(diff.get("after_header") or diff.get("before_header") or "")
    header = f"{step}: {about}" if about else step
    return {**diff, "before_header": header, "after_header": header}


def _developer(user: str, sid: str, outcome: Outcome, planned: t.Sequence[Step], diff: bool) -> dict[str, t.Any]:
    return {
        "user": user,
        "sid": sid,
        "waiting": outcome.waiting,
        "reason": REASONS.get(outcome.waiting, ""),
        "failed": bool(outcome.message),
        "msg": outcome.message,
        "changed": outcome.python or any(bool(row["result"].get("changed")) for row in outcome.rows),
        "results": {row["register"]: _without_bulk(row["result"]) for row in outcome.rows if row["register"]},
        "steps": [_step(row, step, diff) for row, step in zip(outcome.rows, planned)],
        "not_begun": [
            f"{step['name']} ({step['item']})" if step["item"] else step["name"]
            for step in _not_begun(outcome, planned)
        ],
    }


def _without_bulk(result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """RESULT without its diff, which is shown with the steps, and its arguments: core prints all of it on a failure."""
    return {key: value for key, value in result.items() if key not in ("diff", "invocation")}


def _not_begun(outcome: Outcome, planned: t.Sequence[Step]) -> t.Sequence[Step]:
    """The steps of PLANNED that were not begun; empty if OUTCOME does not show how far the work came."""
    if outcome.failure and not outcome.under_way:
        return ()
    return planned[len(outcome.rows) + outcome.under_way :]


def _step(row: t.Mapping[str, t.Any], step: Step, diff: bool) -> dict[str, t.Any]:
    result = row["result"]
    shown: dict[str, t.Any] = {key: step[key] for key in ("name", "module", "item")}
    shown["seconds"] = row["seconds"]
    shown.update({key: bool(result.get(key)) for key in ("changed", "skipped", "failed")})
    shown["warnings"] = result["warnings"] if isinstance(result.get("warnings"), list) else []
    if diff:
        found = result.get("diff") or []
        shown["diff"] = [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]
    return shown
