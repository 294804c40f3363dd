# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Observes everything that is in the report of a distribution."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import containers, toolkit_state
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard, kernel_module, loader
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import repair as driver_repair
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import pin_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import legacy_keys
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import path, search_path


@dataclass(frozen=True)
class State:
    """Everything that the report needs."""

    repair: driver_repair.State
    legacy: legacy_keys.State
    kernel: str
    """/proc/version."""
    picks: t.Mapping[str, str]
    wsl_files: t.Tuple[str, ...]
    ld_wsl_conf: bool
    forbidden: bool
    """/etc/wsl.conf keeps WSL from writing ld.wsl.conf."""
    dkms: t.Tuple[str, ...]
    """Kernel modules, their sources and DKMS folders."""
    library_path: t.Tuple[str, ...]
    """Where folders come before WSL's in LD_LIBRARY_PATH or PATH, in words."""
    nvidia_smi: str
    """The one that a login shell finds first; empty if there is none."""
    guard_missing: t.Tuple[str, ...]
    open_candidates: t.Mapping[str, str]
    """Driver package -> version that apt would install."""
    apt_problem: str
    """Why apt cannot answer; empty if it can."""
    toolkit: toolkit_state.State
    containers: containers.State
    meminfo: str
    """/proc/meminfo."""
    nvidia_smi_for_root: bool
    """/usr/local/bin, which is in everybody's PATH, leads to WSL's nvidia-smi."""


def observe(system: System, fingerprints: t.Sequence[str]) -> State:
    """Read the system; two quick processes of apt, for the effect of the pin."""
    repair, legacy = driver_repair.observe(system), legacy_keys.observe(system, fingerprints)
    return State(
        repair,
        legacy,
        (system.read_text("/proc/version") or "").strip(),
        loader.read_picks(system),
        tuple(loader.wsl_files(system)),
        loader.lists_wsl_folder(system),
        loader.forbids_configuration(system.read_text("/etc/wsl.conf") or ""),
        tuple(kernel_module.leftovers(system)),
        tuple(search_path.findings(system)),
        search_path.first_nvidia_smi(system),
        tuple(file.path for file in guard.files("") if not system.exists(file.path)),
        *_candidates_or_problem(system),
        toolkit_state.observe(system, repair.database, legacy.sources),
        containers.observe(system, repair.database),
        system.read_text("/proc/meminfo") or "",
        system.lexists(path.NVIDIA_SMI) and loader.leads_to_wsl(system, path.NVIDIA_SMI),
    )


def open_candidates(system: System) -> t.Dict[str, str]:
    """Driver packages that apt would install: the effect of the pin is checked, not its file.

    The plan and the hook check names that the pin does not list (for example kernel modules of one kernel). Raises
    AptError.
    """
    names = [name for name in query.names(system) if pin_names.is_pinned(name)]
    if not names:
        return {}
    return guard.effective(query.ask(system, command.cache("policy", *sorted(names))).stdout)


def _candidates_or_problem(system: System) -> t.Tuple[t.Mapping[str, str], str]:
    try:
        return open_candidates(system), ""
    except query.AptError as error:
        return {}, str(error)
