# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The audit's rows about containers: whether NVIDIA's container toolkit is new enough, and whether containers start."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg, versions
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import cdi, engines, packages, runtimes
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import INFO, OK, WARN, Verdict
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

_ROLE = "run role wslfleet.cuda.container_toolkit (playbooks/containers.yml)"


@dataclass(frozen=True)
class State:
    """What was read, without a process."""

    version: str
    """Of NVIDIA's container toolkit; empty when it is not installed."""
    engines: engines.State
    gone: t.Mapping[str, t.Tuple[str, ...]] = field(default_factory=dict)
    """CDI specification -> files in it that do not exist."""
    unconfigured: t.Tuple[str, ...] = ()
    """Engines that do not know NVIDIA's runtime."""
    problem: str = ""
    """Why the configuration of an engine cannot be read; empty when it can."""


def observe(system: System, database: dpkg.Database) -> State:
    """Read what is not in DATABASE."""
    version, seen = database.version(packages.BASE), engines.observe(system)
    unconfigured, problem = [], ""
    if version:
        try:
            unconfigured = runtimes.unconfigured(system, engines.choose(None, seen).serve)
        except Failure as error:
            problem = str(error)
    return State(version, seen, cdi.observe(system).gone, tuple(unconfigured), problem)


def rows(state: State) -> t.List[Verdict]:
    """The verdicts on STATE."""
    return [_version(state), _start(state)]


def _version(state: State) -> Verdict:
    """The versions that the guide asks for, and the one that works best."""
    if state.engines.desktop:
        seen = f"Docker Desktop serves docker here ({state.engines.desktop}), and the GPU with it"
        return Verdict("containers", "G16", OK, seen)
    if not state.version and not state.engines.engines:
        seen = "neither a container engine nor NVIDIA's container toolkit is installed"
        return Verdict("containers", "G16", INFO, seen, f"{_ROLE} if containers are wanted")
    if not state.version:
        seen = f"{', '.join(state.engines.engines)} without NVIDIA's container toolkit: no GPU in containers"
        return Verdict("containers", "G16", INFO, seen, f"{_ROLE} if containers need the GPU")
    text = f"NVIDIA's container toolkit {versions.upstream(state.version)}"
    if packages.numbers(state.version) < packages.numbers(packages.RECOMMENDED):
        return Verdict("containers", "G16", WARN, f"{text}, below the recommended {packages.RECOMMENDED}", _ROLE)
    return Verdict("containers", "G16", OK, f"{text}; in WSL a container gets all GPUs (--gpus all) or none")


def _start(state: State) -> Verdict:
    """What would make the start of a container fail."""
    if not state.version:
        seen = "NVIDIA's container toolkit is not installed, so that its runtime cannot fail"
        return Verdict("container_start", "G22", INFO, seen, "see the row containers")
    for specification, gone in sorted(state.gone.items()):
        if gone:
            seen = f"{specification} is for another Windows driver: {gone[0]} is gone"
            return Verdict("container_start", "G22", WARN, seen, _ROLE)
    if state.problem:
        return Verdict("container_start", "G22", WARN, state.problem, f"repair the file, then {_ROLE}")
    if state.unconfigured:
        seen = f"{', '.join(state.unconfigured)} does not know NVIDIA's runtime"
        return Verdict("container_start", "G22", WARN, seen, f"{_ROLE}, which restarts it too")
    seen = "no CDI specification names a missing file, every engine has NVIDIA's runtime"
    return Verdict("container_start", "G22", OK, seen)
