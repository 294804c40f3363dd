# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Read the results of tasks for a document. The rest of the report does not know the shapes of results. Pure.

Modules are recognised by name; the results of several modules inside that of a bundle are recognised by their shape.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import verdict
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import words

Result = t.Mapping[str, t.Any]
Finding = t.Dict[str, str]

LEVELS = {
    verdict.OK: words.PASS,
    verdict.INFO: words.UNKNOWN,
    verdict.WARN: words.WARN,
    verdict.STOP: words.FAIL,
}
"""Level of a verdict -> level of a finding."""
GOOD_TO_KNOW = frozenset(
    {
        "certificates",
        "components",
        "container_start",
        "containers",
        "distributions",
        "drives",
        "elevation",
        "features",
        "legacy_ipc",
        "loader",
        "memory",
        "nccl",
        "nvcc",
        "nvidia_smi",
        "proxy",
        "rapids",
        "toolkit",
        "toolkit_path",
        "toolkit_source",
        "ucx",
        "wsl_kind",
    }
)
"""Findings of level info that are not unknown: this laptop has nothing to judge, or another row judges it."""
NOT_OF_THIS_LAPTOP = ("G17", "G21")
"""The rows of tools and limits of newer GPUs, or of all laptops: nothing on this laptop can be right or wrong."""
_BUNDLE = "cuda_bundle"
_WORK = (_BUNDLE, "host_probe")
MAXIMUM_CHANGES = 100
PROFILES = "profiles"
"""The finding that distributions of some users are not known."""
WINDOWS, LINUX = "Windows", "Linux"
"""What a finding is about; it can also be the name of a Windows user, for that user's distribution."""


@dataclass
class State:
    """What the tasks of a run have returned about one laptop so far."""

    step: str = ""
    """The last task that returned something."""
    computer: str = ""
    machine: str = ""
    windows: dict[str, t.Any] | None = None
    wsl: dict[str, t.Any] | None = None
    gpus: list[dict[str, t.Any]] | None = None
    distributions: list[dict[str, t.Any]] | None = None
    toolkits: dict[str, dict[str, t.Any]] = field(default_factory=dict)
    """What it is about -> the toolkit."""
    without_toolkit: set[str] = field(default_factory=set)
    """Owners of distributions that were checked and have none."""
    containers: dict[str, t.Any] | None = None
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)
    """(What it is about, what was checked) -> the finding."""
    changes: list[dict[str, t.Any]] = field(default_factory=list)
    waits: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    """(What is waited for, who waits) -> the entry of the document."""
    would_change: bool = False
    put_off: str = ""
    """Why the run put this laptop off; empty if it did not."""
    worked: bool = False
    """Whether an order was carried out in a distribution, or the doctor has done its tests."""
    looked_at_windows: bool = False
    looked_at_linux: bool = False
    people: set[str] = field(default_factory=set)
    """Names of users, which can be left out of documents."""


def take(seen: State, module: str, step: str, result: Result) -> None:
    """Add to SEEN the RESULT of the task STEP, which ran MODULE (its name without the collection)."""
    seen.step = step
    items = result.get("results")
    for one in items if isinstance(items, list) else [result]:
        if not isinstance(one, t.Mapping) or one.get("skipped"):
            continue
        if one.get("changed"):
            _changed(seen, step, one)
        # A failed bundle also returns what was done before.
        seen.worked = seen.worked or module in _WORK
        usable = module == _BUNDLE or not (one.get("failed") or one.get("unreachable"))
        if usable and module in _TAKERS:
            _TAKERS[module](seen, one, LINUX)


def failed_step(step: str, result: Result) -> str:
    """The step that failed: inside a bundle, otherwise the task STEP."""
    people = result.get("windows_users")
    for person in people if isinstance(people, list) else ():
        for one in person.get("steps") or ():
            if one.get("failed"):
                return str(one.get("name") or one.get("module"))
    return step


def message(result: Result) -> str:
    """The message of RESULT; of a loop, that of its first failed item."""
    items = result.get("results")
    ours = [one for one in items if isinstance(one, t.Mapping)] if isinstance(items, list) else []
    failed = next((one for one in ours if one.get("failed") or one.get("unreachable")), result)
    return str(failed.get("msg") or "no reason given")


def _changed(seen: State, step: str, result: Result) -> None:
    if len(seen.changes) < MAXIMUM_CHANGES:
        steps = result.get("steps")
        texts = [one for one in steps if isinstance(one, str)] if isinstance(steps, list) else []
        seen.changes.append({"step": step, "what": texts[:MAXIMUM_CHANGES]})


def _judged(seen: State, verdicts: t.Any, about: str) -> None:
    """Replace all findings about ABOUT, so those that are not checked any more are removed."""
    for key in [key for key in seen.findings if key[0] == about]:
        del seen.findings[key]
    for one in verdicts or ():
        _found(seen, one, about)


def _found(seen: State, one: Result, about: str) -> None:
    level = LEVELS.get(str(one.get("level")), words.UNKNOWN)
    texts = {name: str(one.get(name) or "") for name in ("id", "row", "seen", "remedy")}
    if one.get("level") == verdict.INFO and (texts["row"] in NOT_OF_THIS_LAPTOP or texts["id"] in GOOD_TO_KNOW):
        level = words.NOT_APPLICABLE
    seen.findings[about, texts["id"]] = {"about": about, **texts, "level": level}


def _host(seen: State, result: Result, _about: str) -> None:
    if not isinstance(result.get("windows"), t.Mapping):
        return
    windows, wsl = result["windows"], result.get("wsl") or {}
    seen.computer = str(windows.get("computer_name") or seen.computer)
    seen.machine = str(windows.get("machine_id") or seen.machine)
    seen.windows = _chosen(
        windows, "product", "display_version", "version", "architecture", "ui_language", "manufacturer"
    )
    seen.wsl = _chosen(wsl, "installed", "kind", "version", "kernel")
    gpus = (result.get("nvidia") or {}).get("gpus") or ()
    seen.gpus = [
        _chosen(gpu, "name", "driver_version", "driver_model", "compute_capability", "memory_mib") for gpu in gpus
    ]
    seen.distributions = [
        _chosen(one, "owner", "name", "version", "default", "state", "disk_bytes")
        for one in result.get("distributions") or ()
    ]
    seen.people.update(str(user.get("name")) for user in result.get("users") or () if user.get("name"))
    seen.people.update(one["owner"] for one in seen.distributions if one["owner"])
    if result.get("account"):
        seen.people.add(str(result["account"]))
    if result.get("preflight"):
        seen.looked_at_windows = True
        _judged(seen, result["preflight"], WINDOWS)
    _unknown_profiles(seen, result.get("users") or ())


def _unknown_profiles(seen: State, users: t.Iterable[Result]) -> None:
    unknown = [str(user.get("name")) for user in users if user.get("distributions_known") is False]
    if unknown:
        text = f"the distributions of {', '.join(sorted(unknown))} are unknown: their profiles could not be read"
        remedy = "run again while they are logged on, or set windows_host_unloaded_profiles to copy"
        finding = {"about": WINDOWS, "id": PROFILES, "row": "", "seen": text, "remedy": remedy}
        seen.findings[WINDOWS, PROFILES] = {**finding, "level": words.UNKNOWN}


def _chosen(values: Result, *names: str) -> dict[str, t.Any]:
    return {name: values.get(name) for name in names}


def _audit(seen: State, result: Result, about: str) -> None:
    seen.looked_at_linux = True
    _judged(seen, result.get("rows"), about)
    toolkit = _toolkit_of(seen, about)
    toolkit["driver_packages"] = [str(name) for name in result.get("driver_packages") or ()]
    if isinstance(result.get("toolkits"), list):
        # The audit does not count a toolkit without a compiler, but this run may have installed one.
        without = not (result["toolkits"] or toolkit["version"])
        toolkit["version"] = ", ".join(str(version) for version in result["toolkits"]) or toolkit["version"]
        seen.without_toolkit.discard(about)
        seen.without_toolkit.update([about] if without else [])


def _toolkit_of(seen: State, about: str) -> dict[str, t.Any]:
    empty = {"about": about, "version": "", "release": "", "compiler": "", "verdict": "", "driver_packages": None}
    return seen.toolkits.setdefault(about, empty)


def _toolkit(seen: State, result: Result, about: str) -> None:
    if about in seen.toolkits and _toolkit_of(seen, about)["version"]:
        return  # The requested toolkit comes first, further ones after it.
    _toolkit_of(seen, about).update(version=str(result.get("version") or ""), release=str(result.get("release") or ""))


def _program(seen: State, result: Result, about: str) -> None:
    _toolkit_of(seen, about).update(
        compiler=str(result.get("compiler") or ""), verdict=str(result.get("verdict") or "")
    )


def _containers(seen: State, result: Result, _about: str) -> None:
    seen.containers = {
        "engines": [str(name) for name in result.get("engines") or ()],
        "version": str(result.get("version") or ""),
        "docker_desktop": bool(result.get("docker_desktop")),
        "notes": [str(note) for note in result.get("notes") or ()],
    }


def _wsl(seen: State, result: Result, _about: str) -> None:
    if result.get("version"):
        seen.wsl = {**(seen.wsl or _chosen({}, "installed", "kind", "version", "kernel")), "version": result["version"]}


def _reboot(seen: State, result: Result, _about: str) -> None:
    _waits(seen, "restart", "", bool(result.get("awaiting_reboot")), str(result.get("msg") or ""))


def _waits(seen: State, what: str, who: str, waiting: bool, reason: str) -> None:
    if waiting:
        seen.waits[what, who] = {"what": what, "who": who, "reason": reason}
    else:
        seen.waits.pop((what, who), None)


_WAITING = {"not_logged_on": "logon", "on_battery": "mains power"}
"""A module's reason why a user's task has not begun -> what is waited for."""


def _hand_over(seen: State, result: Result, _about: str) -> None:
    for one in result.get("hand_over") or ():
        _waiting_user(seen, one)


def _waiting_user(seen: State, one: Result) -> None:
    user, waiting = str(one.get("user") or ""), str(one.get("waiting") or "")
    if not user:
        return  # The connecting account never waits.
    seen.people.add(user)
    for key in [key for key in seen.waits if key[1] == user]:
        del seen.waits[key]
    if waiting:
        what = _WAITING.get(waiting, waiting.replace("_", " "))
        reason = str(one.get("reason") or "")
        _waits(seen, f"{what} of {user}" if what == "logon" else what, user, True, f"{user}: {reason}")


def _bundle(seen: State, result: Result, _about: str) -> None:
    for one in result.get("windows_users") or ():
        user = str(one.get("user") or LINUX)
        if one.get("user"):
            _waiting_user(seen, one)
        for part in (one.get("results") or {}).values():
            taker = _by_shape(part) if isinstance(part, t.Mapping) else None
            if taker:
                taker(seen, part, user)
        if one.get("failed") and one.get("user"):
            seen.looked_at_linux = True
            failed = verdict.Verdict("distribution", "G8", verdict.STOP, str(one.get("msg") or "failed"))
            _found(seen, vars(failed), user)


def _by_shape(result: Result) -> t.Callable[[State, Result, str], None] | None:
    """The function for RESULT of a module whose name is not known."""
    for names, taker in (
        ({"rows", "clean"}, _audit),
        ({"verdict", "compiler"}, _program),
        ({"packages", "nvcc"}, _toolkit),
        ({"engines", "docker_desktop"}, _containers),
    ):
        if names <= set(result):
            return taker
    return None


def _facts(seen: State, result: Result, _about: str) -> None:
    """Facts of the roles that no module returns: whether the laptop waits for a restart, and where check mode ends."""
    facts = result.get("ansible_facts") or {}
    side, toolkit = facts.get("windows_host_result"), facts.get("cuda_toolkit_result")
    seen.put_off = str(facts.get("__wslfleet_put_off") or seen.put_off)
    if isinstance(side, t.Mapping):
        waiting = side.get("status") == "awaiting restart"
        _waits(seen, "restart", "", waiting, str(side.get("reason") or ""))
        seen.would_change = seen.would_change or side.get("status") == "would be provisioned"
    if isinstance(toolkit, t.Mapping):
        seen.would_change = seen.would_change or toolkit.get("installed") is False


_TAKERS: dict[str, t.Callable[[State, Result, str], None]] = {
    "host_info": _host,
    "wsl": _wsl,
    "reboot": _reboot,
    "wsl_distribution": _hand_over,
    "cuda_audit_info": _audit,
    "cuda_toolkit": _toolkit,
    "cuda_smoke_test": _program,
    "container_toolkit": _containers,
    _BUNDLE: _bundle,
    "set_fact": _facts,
}
