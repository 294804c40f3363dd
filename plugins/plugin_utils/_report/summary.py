# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A table with the outcome of each laptop of a run and its reason; those that need a person come first. Pure.

A failed laptop takes part in no later task, so the reason is in the result of its last task: every task of the roles
registers its result under a name that begins with two underscores.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import foreign_text
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.from_results import message

KEPT = ("__windows_host_", "__cuda_toolkit_", "__container_toolkit_", "__wslfleet_")
"""Prefixes of the names under which tasks register results."""
PROVISIONED, WOULD_BE, FAILED = "provisioned", "would be provisioned", "failed"
NOT_AS_ASKED = "not as asked"
"""Everything is installed, but some shell finds another nvcc first."""
_GOOD = (PROVISIONED, "handed over")
NOT_BEGUN, PUT_OFF = "not begun", "put off"
PARTLY = "partly run"
"""Nothing failed, but tags left out something that the verdict needs."""
_WAITING = ("awaiting", WOULD_BE, NOT_BEGUN, PUT_OFF, PARTLY)
_ABOUT_THE_RUN = "__wslfleet_run_"
"""Prefix of results that are not about one laptop: a task with run_once registers them for many."""

Variables = t.Mapping[str, t.Any]
Row = t.Dict[str, str]


def rows(hosts: t.Sequence[str], variables: t.Mapping[str, Variables]) -> list[Row]:
    """One row for each of HOSTS, from its VARIABLES; failed ones first, then those that wait, good ones last."""
    found = [_row(host, variables[host]) for host in hosts]
    return sorted(found, key=lambda row: _rank(row["status"]))


def _rank(status: str) -> int:
    return 2 if status in _GOOD else 1 if status.startswith(_WAITING) else 0


def _row(host: str, variables: Variables) -> Row:
    side = variables.get("windows_host_result") or {}
    toolkit = variables.get("cuda_toolkit_result") or {}
    status, reason = _status(host, variables, side, toolkit)
    place = side.get("hand_over") or side.get("distribution") or {}
    compiler = toolkit.get("compiler")
    return {
        "laptop": host,
        "status": status,
        "WSL": str(side.get("wsl_version") or ""),
        "distribution": str(place.get("name") or ""),
        "toolkit": _toolkit(toolkit),
        "driver_packages": (", ".join(toolkit.get("driver_packages") or ()) or "none") if toolkit else "",
        "compiled_program": f"nvcc {compiler}: {toolkit.get('verdict')}" if compiler else "",
        "reason": reason,
    }


def _toolkit(toolkit: Variables) -> str:
    """The version, and what a developer has to know of it."""
    version, found = str(toolkit.get("version", "")), foreign_text.clean(str(toolkit.get("default_nvcc") or ""))
    if not toolkit.get("installed", True):
        return f"{version} (would be installed)"
    return f"{version} (shells find {found})" if found and found != toolkit.get("nvcc") else version


def _status(host: str, variables: Variables, side: Variables, toolkit: Variables) -> tuple[str, str]:
    """The status of the laptop, and the reason."""
    failure = _failure(variables)
    if failure:
        word = str(failure.get("cause") or "unreachable") if failure.get("unreachable") else FAILED
        text = foreign_text.clean(" ".join(message(failure).split()))
        return word, text.removeprefix(f"{host}: ")
    if variables.get("__wslfleet_put_off"):
        return PUT_OFF, str(variables["__wslfleet_put_off"])
    if not (side or _results(variables)):
        return NOT_BEGUN, ""
    status = str(side.get("status") or NOT_BEGUN)
    if status == NOT_BEGUN or (status == "ready" and not toolkit):
        if _by_tags(variables):
            return PARTLY, "--tags or --skip-tags left out the rest"
        return FAILED, "see its messages above"
    other = toolkit.get("other_nvcc") if toolkit.get("installed", True) and toolkit.get("clean") else ""
    if status == "ready" and other:
        return NOT_AS_ASKED, foreign_text.clean(" ".join(str(other).split()))
    if status == "ready":
        return (PROVISIONED if toolkit.get("installed", True) and toolkit.get("clean") else WOULD_BE), ""
    return status, " ".join(str(side.get("reason") or "").split())


def _by_tags(variables: Variables) -> bool:
    """Whether the command line selects or skips tasks by tags."""
    return "all" not in (variables.get("ansible_run_tags") or ["all"]) or bool(variables.get("ansible_skip_tags"))


def _failure(variables: Variables) -> Variables | None:
    """The result because of which the host dropped out of the run; None if there is none."""
    found = (one for one in _results(variables) if one.get("failed") or one.get("unreachable"))
    return next(found, None)


def _results(variables: Variables) -> list[Variables]:
    """The results that tasks have registered for the host."""
    names = [name for name in variables if name.startswith(KEPT) and not name.startswith(_ABOUT_THE_RUN)]
    return [result for name in names if isinstance(result := variables[name], t.Mapping)]
