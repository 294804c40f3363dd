# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Read what the process of an order has printed, which is not trusted, and what it means."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.module_utils._bundle import PROGRESS
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import result_shape
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import launch
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order.rows import Row, damage, row_of
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import (
    LinuxNotFinished,
    decode_text,
    error_code,
    linux_result,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.errors import explain


@dataclass(frozen=True)
class Answer:
    """What the process of an order has reported so far."""

    id: str = ""
    rows: tuple[Row, ...] = ()
    ended: bool = True
    alive: bool = False
    step: str = ""
    """Name of the current step."""
    transaction: t.Mapping[str, t.Any] = field(default_factory=dict)
    """What apt is doing."""
    python: bool = False
    """Python was missing and has been installed."""
    crash: str = ""


def answer_of_task(where: str, stdout: bytes, stderr: bytes, name: str) -> Answer:
    """The answer in the output of a task with the order for the distribution NAME, after its end.

    :arg where: "distribution Debian of anna", for errors.
    :raises StepFailed: the order did not end.
    """
    try:
        completed = linux_result(Completed(0, stdout, stderr))
    except LinuxNotFinished:
        raise StepFailed(f"{where}: {_not_finished(stdout, stderr)}") from None
    return answer_in(where, completed, name)


def progress_of_task(stderr: bytes) -> Answer | None:
    """The last report in the stderr of a task that still works; None if there is none yet."""
    for line in reversed(stderr.decode("utf-8", "replace").splitlines()):
        answer = _answer(line[len(PROGRESS) :], None) if line.startswith(PROGRESS) else None
        if answer is not None:
            return answer
    return None


def shown(answer: Answer | None, identity: str) -> str:
    """The progress in ANSWER, for a person who waits for the order IDENTITY; None: Python is being installed."""
    if answer is None:
        return "installing Python"
    what = "" if answer.id in ("", identity) else "waiting for another run: "
    transaction = answer.transaction
    if not transaction:
        return clean(f"{what}{answer.step or 'working'}")
    return clean(f"{what}{of_apt(transaction)}")


def of_apt(transaction: t.Mapping[str, t.Any]) -> str:
    """The progress of TRANSACTION, as a distribution reports it: in percent if possible, and the package."""
    percent = transaction.get("progress")
    apt = f"apt {percent:.0f}%" if isinstance(percent, (int, float)) and 0 <= percent <= 100 else "apt"
    return f"{apt}: {transaction.get('text') or transaction.get('package') or 'working'}"


def outcome(where: str, answer: Answer, steps: t.Sequence[plans.Step]) -> plans.Outcome:
    """The outcome of the order of STEPS, with the steps that were done before a failure.

    :raises StepFailed: ANSWER does not belong to STEPS.
    """
    whole = answer.ended and not answer.crash
    reached = steps[: None if whole else len(answer.rows)]
    wrong = damage(answer.rows, [(step["module"], step["register"]) for step in reached])
    if wrong:
        raise StepFailed(f"{where}: damaged result: {wrong}; check the distribution, and do not trust it")
    if not whole:
        failure = why_unfinished(answer)
        return plans.Outcome(failure=failure, rows=answer.rows, under_way=True, python=answer.python)
    return plans.Outcome(rows=answer.rows, python=answer.python)


def answer_in(where: str, completed: Completed, name: str) -> Answer:
    """The answer in the output of the program in the distribution NAME. Raises StepFailed if there is none."""
    known = _KNOWN_CODES.get(completed.exit_code)
    if known:
        raise StepFailed(f"{where}: {known}{_said(completed) if completed.exit_code in _EXPLAINED else ''}")
    for line in reversed(completed.stdout.decode("utf-8", "replace").splitlines()):
        answer = _answer(line, name)
        if answer is not None:
            return answer
    said = _said(completed) or " (nothing was printed)"
    raise StepFailed(f"{where}: the work ended without a result{said}; run again, or check {launch.INTERPRETER} there")


def _said(completed: Completed) -> str:
    lines = completed.stderr.decode("utf-8", "replace").strip().splitlines()
    told = [line for line in lines if not line.startswith(PROGRESS)][-1:]
    return f" ({told[0][:300]})" if told else ""


def why_unfinished(answer: Answer) -> str:
    """Why an order stopped before its end, which steps were done, and which one was interrupted."""
    done = ", ".join(row["name"] for row in answer.rows) or "none"
    what = f"the work broke off ({answer.crash})" if answer.crash else "the distribution was stopped"
    return f"{what} in the middle of step {answer.step!r} (done before: {done}); run again"


_KNOWN_CODES = {
    launch.NO_PYTHON: f"it has no {launch.INTERPRETER}, a real run installs it (package python3)",
    launch.NOT_INSTALLED: f"it has no {launch.INTERPRETER}, and apt could not install python3",
    launch.OLD_PYTHON: "its Python is older than 3.8; use a newer release of the distribution",
    launch.DAMAGED: "the work arrived damaged on the host and was not started; run again, and if that does not"
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
    told = progress_of_task(stderr)
    step = f" in the middle of step {told.step!r}" if told else ""
    return (
        f"it stopped before the work ended{step}; run again; a logoff or `wsl.exe --shutdown` on the laptop does this"
    )


_EXPLAINED = (launch.NOT_INSTALLED,)


def _answer(line: str, name: str | None) -> Answer | None:
    """The answer in LINE, None if it is none; with NAME only that of an order for the distribution NAME."""
    try:
        found = result_shape.loads(line)
        if name is not None and found["bundle"] != name:
            return None
        transaction = found.get("transaction") or {}
        return Answer(
            id=str(found.get("id", "")),
            rows=tuple(row_of(row) for row in found.get("rows", ())),
            ended=bool(found.get("ended", True)),
            alive=bool(found.get("alive")),
            step=str(found.get("step", "")),
            transaction={key: transaction[key] for key in ("id", "progress", "package", "text") if key in transaction},
            python=bool(found.get("python")),
            crash=str(found.get("crash", "")),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
