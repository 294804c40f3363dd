# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Ask a host the questions of the probe, and store the answers in a format that can be sent and replayed."""

from __future__ import annotations

import base64
import time
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import port
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import Batch, BatchError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.judges import Answer
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.line_questions import SILENCE
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.question import Question
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import fits

FORMAT = 1
"""Version of the JSON; raised if a reader of an older one would misunderstand it."""

_CODES = "exit codes do not arrive as they are"
_STDIN = "standard input does not arrive whole"
NEEDED: t.Mapping[str, str] = {
    "percent": "cmd.exe does not read the lines",
    "quotes": "quotes protect nothing",
    "variable": "variables do not reach the rest of a line",
    "loop": "loops over lines do not work",
    "length_4000": "long lines do not arrive whole",
    "length_8000": "long lines do not arrive whole",
    **{f"exit_{code}": _CODES for code in ("0", "1", "255", "3010", "-1", "-1073741819")},
    "stdin_text": _STDIN,
    "stdin_empty": _STDIN,
    "wsl_start": "the distribution does not start in this logon",
    "wsl_stdin": "bytes do not reach the distribution unchanged",
}
"""Rows without which nothing works, and why. Without bytes on Windows itself (stdin_binary), because base64 replaces
them."""

TOGETHER_SECONDS = 180
"""Seconds for all questions of one command."""

Row = t.Dict[str, t.Any]


def probe(
    runner: port.CommandRunner, questions: t.Sequence[Question], sleep: t.Callable[[float], None] = time.sleep
) -> list[Row]:
    """One row for each of QUESTIONS: raw bytes in base64, and the answer.

    If a question breaks the connection, that is the answer, and the next one gets a new connection. The probe only ends
    if the host refuses the account, or does not answer the first question.

    :raises HostUnreachable: see above.
    """
    rows: list[Row] = []
    noise = b""
    for group in _groups(questions):
        together = _ask_together(runner, group) if len(group) > 1 else []
        for question in [] if together else group:
            if question.wait:
                sleep(question.wait)
            rows.append(_ask(runner, question, noise, first=not rows))
            if question.id == SILENCE:
                noise = base64.b64decode(rows[-1]["stdout"])
        rows += together
    return rows


def _groups(questions: t.Sequence[Question]) -> list[list[Question]]:
    """QUESTIONS in their order, in groups for one command each."""
    groups: list[list[Question]] = []
    for question in questions:
        last = groups[-1] if groups else []
        if question.together and last and last[-1].together and fits({one.id: one.line for one in (*last, question)}):
            last.append(question)
        else:
            groups.append([question])
    return groups


def _ask_together(runner: port.CommandRunner, group: t.Sequence[Question]) -> list[Row]:
    """One row for each of GROUP; none if answers are missing, so each question is asked separately."""
    started = time.monotonic()
    batch = Batch([question.line for question in group])
    try:
        parts = batch.split(runner.run(batch.line, timeout=TOGETHER_SECONDS).stdout)
    except port.AuthenticationFailed:
        raise
    except (BatchError, port.CommandTimeout, port.HostUnreachable, port.OutputTooLong):
        return []
    seconds = (time.monotonic() - started) / len(group)
    return [
        _row(question, completed, seconds, question.judge(completed))
        for question, completed in zip(group, (port.Completed(part.exit_code, part.stdout, b"") for part in parts))
    ]


def _ask(runner: port.CommandRunner, question: Question, noise: bytes, first: bool) -> Row:
    """NOISE is the output of an AutoRun command before every answer: kept in the raw bytes, but not judged."""
    started = time.monotonic()
    completed, answer = _run(runner, question, noise, first)
    return _row(question, completed, time.monotonic() - started, answer)


def _row(question: Question, completed: port.Completed | None, seconds: float, answer: Answer) -> Row:
    return {
        "id": question.id,
        "question": question.text,
        "line": question.line,
        "stdin": _base64(question.stdin),
        "exit_code": completed.exit_code if completed else None,
        "stdout": _base64(completed.stdout) if completed else "",
        "stderr": _base64(completed.stderr) if completed else "",
        "seconds": round(seconds, 3),
        "verdict": answer.verdict,
        "answer": answer.text,
    }


def _run(
    runner: port.CommandRunner, question: Question, noise: bytes, first: bool
) -> tuple[port.Completed | None, Answer]:
    try:
        completed = runner.run(question.line, question.stdin, question.timeout)
    except port.CommandTimeout:
        return None, Answer("differs", f"not finished within {question.timeout:g} s")
    except port.OutputTooLong as error:
        return None, Answer("differs", str(error))
    except port.AuthenticationFailed:
        raise
    except port.HostUnreachable as error:
        if first:
            raise
        return None, Answer("differs", str(error))
    heard = port.Completed(completed.exit_code, completed.stdout.removeprefix(noise), completed.stderr)
    return completed, question.judge(heard)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def document(host: str, connection: str, rows: t.Sequence[Row]) -> dict[str, t.Any]:
    """The content of the file. CONNECTION: that to the host, by its name in ``_port.roads``."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {"format": FORMAT, "host": host, "connection": connection, "time": stamp, "rows": list(rows)}


def hindrances(rows: t.Sequence[Row]) -> list[str]:
    """Why the host cannot be managed, one sentence each: differences for which the collection has no other way.

    The collection can handle every other difference, but it should be reported too.
    """
    differing = {row["id"]: row["answer"] for row in rows if row["verdict"] == "differs"}
    return [f"{why} ({name}: {differing[name]})" for name, why in NEEDED.items() if name in differing]


def table(rows: t.Sequence[Row]) -> list[str]:
    """ROWS for a person: those that differ from the assumptions first, those about missing things last."""
    order = {"differs": 0, "holds": 1, "noted": 2, "missing": 3}
    width = max((len(row["id"]) for row in rows), default=0)
    ordered = sorted(rows, key=lambda row: order[row["verdict"]])
    return [f"{row['verdict']:8} {row['id']:{width}} {row['answer']}" for row in ordered]
