# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Everything that the report of a distribution is made of, observed."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import containers, toolkit_state
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard, kernel_module, loader
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import repair as driver_repair
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import pin_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import legacy_keys
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import run as system_run
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import path, search_path


@dataclass(frozen=True)
class State:
    """Everything that the report is made of."""

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
    """The one that a login shell finds first; empty when none."""
    guard_missing: t.Tuple[str, ...]
    open_candidates: t.Mapping[str, str]
    """Driver package -> version that apt would install."""
    apt_problem: str
    """Why apt cannot tell; empty when it can."""
    toolkit: toolkit_state.State
    containers: containers.State
    meminfo: str
    """/proc/meminfo."""
    nvidia_smi_for_root: bool
    """/usr/local/bin, which is in everybody's PATH, leads to WSL's nvidia-smi."""


def observe(run: system_run.Runner, fingerprints: t.Sequence[str], instead: str = "", root: str = "") -> State:
    """Read the system; two quick processes of apt, for the effect of the pin."""
    repair, legacy = driver_repair.observe(root), legacy_keys.observe(fingerprints, root)
    return State(
        repair,
        legacy,
        (files.read_text(root + "/proc/version") or "").strip(),
        loader.read_picks(root),
        tuple(loader.wsl_files(root)),
        loader.lists_wsl_folder(root),
        loader.forbids_configuration(files.read_text(f"{root}/etc/wsl.conf") or ""),
        tuple(kernel_module.leftovers(root)),
        tuple(finding.text for finding in search_path.findings(root)),
        search_path.first_nvidia_smi(root),
        tuple(file.path for file in guard.files(instead) if not os.path.exists(root + file.path)),
        *_candidates_or_problem(run),
        toolkit_state.observe(repair.database, legacy.sources, root),
        containers.observe(repair.database, root),
        files.read_text(root + "/proc/meminfo") or "",
        os.path.lexists(root + path.NVIDIA_SMI) and loader.leads_to_wsl(root, path.NVIDIA_SMI),
    )


def open_candidates(run: system_run.Runner) -> t.Dict[str, str]:
    """Driver packages that apt knows and would install: what counts is the pin's effect, not its file.

    Names that the pin does not list (kernel modules of one kernel, say) are left to the plan and the hook. Raises
    AptError.
    """
    names = [name for name in query.names(run) if pin_names.is_pinned(name)]
    if not names:
        return {}
    return guard.effective(query.ask(run, command.cache("policy", *sorted(names))).stdout)


def _candidates_or_problem(run: system_run.Runner) -> t.Tuple[t.Mapping[str, str], str]:
    try:
        return open_candidates(run), ""
    except query.AptError as error:
        return {}, str(error)
