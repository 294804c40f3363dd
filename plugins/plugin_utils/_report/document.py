# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""One document for each laptop and run: findings, changes, what the laptop waits for, and errors. Pure.

Its published shape is ``document.schema.json`` in this folder. A document is plain data; every text is one line,
cleaned and without credentials, because text from a laptop is not trusted.
"""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses, foreign_text
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import words
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.from_results import LINUX, PROFILES, WINDOWS, State

SCHEMA = 1
"""Raised if a reader of the last version would misunderstand a document."""
MAXIMUM_TEXT = 2000
"""Most characters that are taken from one text."""
LONGEST_TEXT = 2100
"""Most characters of a text after cleaning."""

Document = t.Dict[str, t.Any]


@dataclass(frozen=True)
class Run:
    """The run that a document belongs to."""

    id: str
    playbook: str
    started: str
    """UTC, ISO 8601 with Z."""
    collection: str
    check: bool = False


@dataclass(frozen=True)
class Failure:
    """Why a laptop dropped out of the run."""

    step: str
    message: str
    cause: str = ""
    """Why it cannot be reached, as in the table at the end of a run: off, no WinRM."""
    unreachable: bool = False


def make(
    laptop: str,
    groups: t.Sequence[str],
    run: Run,
    time: str,
    seen: State,
    failure: Failure | None = None,
    finished: bool = True,
) -> Document:
    """The document of LAPTOP.

    :arg time: when it is made; UTC, ISO 8601 with Z.
    :arg finished: whether the run has ended for this laptop.
    """
    state, status, reason = verdict(laptop, seen, failure, finished)
    made: Document = cleaned(
        {
            "schema": SCHEMA,
            "laptop": laptop,
            "groups": sorted(groups),
            "time": time,
            "run": {**asdict(run), "finished": finished},
            "state": state,
            "status": status,
            "reason": reason,
            "error": asdict(failure) if failure else None,
            "computer": seen.computer,
            "machine": seen.machine,
            **judged(seen.findings.values()),
            "windows": seen.windows,
            "wsl": seen.wsl,
            "gpus": seen.gpus,
            "distributions": seen.distributions,
            "toolkits": list(seen.toolkits.values()) if seen.toolkits else None,
            "containers": seen.containers,
            "changes": seen.changes,
            "waits_for": list(seen.waits.values()),
        }
    )
    return made


def tells_all(one: t.Mapping[str, t.Any]) -> bool:
    """Whether the document ONE covers Windows and a distribution. That of an interrupted run does not."""
    return bool(one.get("windows")) and one.get("toolkits") is not None


def cleaned(value: t.Any) -> t.Any:
    """VALUE with every text in one line, harmless, limited in length, and without credentials."""
    if isinstance(value, str):
        # A short cut for nearly every text: a large fleet has half a million.
        if value.isprintable() and len(value) <= MAXIMUM_TEXT and "://" not in value and "  " not in value:
            return value.strip()
        # A character that acts on a terminal becomes up to six characters.
        return foreign_text.clean(" ".join(addresses.masked(value).split()), MAXIMUM_TEXT)[:LONGEST_TEXT]
    if isinstance(value, t.Mapping):
        return {cleaned(str(name)): cleaned(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [cleaned(part) for part in value]
    return value


def judged(findings: t.Iterable[t.Mapping[str, str]]) -> dict[str, t.Any]:
    """``findings``, the worst first, and ``rows``: the worst level of each row of the guide."""
    ordered = sorted(findings, key=lambda one: words.LEVELS.index(one["level"]))
    levels = {row: words.worst([one["level"] for one in ordered if one["row"] == row]) for row in words.ROWS}
    return {"rows": levels, "findings": ordered}


def verdict(laptop: str, seen: State, failure: Failure | None, finished: bool) -> tuple[str, str, str]:
    """The state of LAPTOP, its status in words, and the reason."""
    if failure:
        message = failure.message.strip().removeprefix(f"{laptop}: ")
        if failure.unreachable:
            return words.UNREACHABLE, failure.cause or "unreachable", message
        return words.NOT_CONFORMING, "failed", message
    if seen.put_off:
        return words.UNKNOWN_STATE, "put off", seen.put_off
    if not finished:
        return words.UNKNOWN_STATE, "not finished", f"the run did not end; last step: {seen.step or 'none'}"
    if seen.waits:
        first = next(iter(seen.waits.values()))
        return words.NOT_CONFORMING, f"awaiting {first['what']}", first["reason"]
    fails = [one for one in seen.findings.values() if one["level"] == words.FAIL]
    if fails:
        return words.NOT_CONFORMING, "not in order", "; ".join(f"{one['id']}: {one['seen']}" for one in fails)
    if seen.would_change:
        return words.NOT_CONFORMING, "would be provisioned", "a run without check mode would change it"
    if missing := _missing(seen):
        return words.NOT_CONFORMING, "not provisioned", missing
    if not (seen.looked_at_windows and seen.looked_at_linux):
        side = "the distribution" if seen.looked_at_windows else "the laptop" if not seen.looked_at_linux else "Windows"
        return words.UNKNOWN_STATE, "not looked at", f"this run did not look at {side}"
    return words.CONFORMING, "in order", ""


def _missing(seen: State) -> str:
    """What the laptop lacks; empty if nothing is missing, or if that is not known."""
    if seen.without_toolkit:
        whose = ", ".join(sorted(seen.without_toolkit - {LINUX}))
        return f"no CUDA toolkit is installed{f' in the distribution of {whose}' if whose else ''}"
    if seen.looked_at_linux or not seen.looked_at_windows:
        return ""
    if seen.wsl and seen.wsl["installed"] is False:
        return "WSL is not installed"
    hidden = (WINDOWS, PROFILES) in seen.findings
    return "no distribution is registered" if seen.distributions == [] and not hidden else ""
