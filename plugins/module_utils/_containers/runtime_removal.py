# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Removes NVIDIA's runtime from the configuration of docker and containerd."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import containerd_toml, daemon_json, runtimes
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers.runtimes import Texts
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import as_user
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


@dataclass(frozen=True)
class Removal:
    """The changes that restore the configuration of the engines, and what a person should know."""

    changes: t.Tuple[system_changes.FileChange, ...] = ()
    engines: t.Tuple[str, ...] = ()
    notes: t.Tuple[str, ...] = ()


def plan_removal(system: System, others: t.Callable[[System, Texts], t.Sequence[system_changes.FileChange]]) -> Removal:
    """The changes that remove the entries that ``plan`` made, and no others. Raises Failure.

    OTHERS does the same for other files of the record.
    """
    known = runtimes.record(system)
    changes: t.List[system_changes.FileChange] = []
    engines: t.List[str] = []
    notes: t.List[str] = []
    for engine, found in (
        ("docker", _system_docker_removal(system, known, notes)),
        ("containerd", _containerd_removal(system, known, notes)),
    ):
        changes += found
        engines += [engine] if found else []
    changes += others(system, known)
    for gone in system_changes.change_to(system, runtimes.RECORD, None):
        changes.append(replace(gone, shown_before="(the files before)\n"))
    return Removal(tuple(changes), tuple(engines), tuple(notes))


def _system_docker_removal(system: System, known: Texts, notes: t.List[str]) -> t.List[system_changes.FileChange]:
    text = system.read_text(runtimes.DAEMON_JSON)
    if text is None:
        return []
    if runtimes.DAEMON_JSON in known:
        return docker_removal(runtimes.DAEMON_JSON, text, known[runtimes.DAEMON_JSON])
    if docker_removal(runtimes.DAEMON_JSON, text, text):
        notes.append(
            f"the runtime nvidia is kept in {runtimes.DAEMON_JSON}: it was there before, but its program is gone"
        )
    return []


def docker_removal(
    path: str, text: str, before: str | None, user: as_user.User | None = None
) -> t.List[system_changes.FileChange]:
    """The change that removes our entry from TEXT of the daemon.json at PATH, which was BEFORE. Raises Failure."""
    with runtimes.naming(path):
        if not daemon_json.knows(text):
            return []
        if daemon_json.is_default(text):
            raise Failure(
                f"{path} makes nvidia the default runtime, without which no container would start; remove "
                "default-runtime first, nothing was changed"
            )
        after = _old_daemon_json(text, before)
    return [system_changes.rewritten(path, text, after, user=user)]


def _old_daemon_json(text: str, before: str | None) -> str | None:
    """TEXT without our entry: exactly BEFORE if nothing else has changed."""
    if text == daemon_json.with_runtime(before):
        return before
    after = daemon_json.without_runtime(text, keep_empty=daemon_json.has_runtimes(before))
    return None if before is None and daemon_json.is_empty(after) else after


def _containerd_removal(system: System, known: Texts, notes: t.List[str]) -> t.List[system_changes.FileChange]:
    files = runtimes.containerd_files(system)
    mine = [path for path, text in files.items() if containerd_toml.has_block(text)]
    if not mine:
        if containerd_toml.knows(files):
            notes.append(
                f"the runtime nvidia of containerd is kept in {containerd_toml.place(files)}: it was there before"
            )
        return []
    if containerd_toml.is_default(files):
        raise Failure(
            f"{containerd_toml.PATH} or a file that it imports makes nvidia the default runtime, without which no "
            "container would start; remove default_runtime_name first, nothing was changed"
        )
    found = []
    for path in mine:
        text = files[path] or ""
        after: str | None = containerd_toml.without_runtime(text)
        if path in known and containerd_toml.with_runtime({**files, path: known[path]}) == text:
            after = known[path]
        found.append(system_changes.rewritten(path, text, after))
    return found
