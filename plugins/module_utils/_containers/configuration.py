# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Configures the engines for NVIDIA's runtime: CDI, docker, containerd, rootless docker."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import cdi, runtimes
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import engines as containers_engines
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import rootless as containers_rootless
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers.report import Report, Request
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


def bring_specification(system: System, request: Request, report: Report) -> None:
    """Write the CDI specification if it does not fit the driver of Windows. Raises Failure."""
    state = cdi.observe(system)
    report.gpu = state.gpu
    if not state.gpu:
        report.notes.append(f"no NVIDIA GPU here ({cdi.DEVICE} or {cdi.LIBRARIES}/nvidia-smi is missing): no CDI")
        return
    stale = cdi.stale(state, report.version)
    if not stale:
        return
    if request.check_mode:
        shown = [
            system_changes.FileChange(path, None, None, shown_after=f"(written again: {why})\n")
            for path, why in stale.items()
        ]
        report.add(shown)
        return
    text = cdi.generate(system)
    report.notes += cdi.shortcomings(text)
    changes = cdi.changes(system, stale, text, state, report.version)
    system_changes.apply(system, changes)
    report.add(changes)


def configure(system: System, request: Request, report: Report, serve: t.Sequence[str]) -> None:
    """Add NVIDIA's runtime to docker and containerd, and reload them. Raises Failure."""
    for engine in runtimes.unconfigured(system, serve):
        changes = runtimes.plan(system, engine)
        if not request.check_mode:
            runtimes.check_docker(system, changes)
            system_changes.apply(system, changes)
            if engine == "containerd":
                runtimes.check_containerd(system, changes)
            reread(system, report, engine)
        report.add(changes)


def serve_rootless(
    system: System, request: Request, report: Report, users: t.Sequence[containers_rootless.DockerUser]
) -> None:
    """Add the runtime to the users' own docker. Raises Failure."""
    changes = containers_rootless.plan(system, users)
    if not request.check_mode:
        system_changes.apply(system, changes)
    report.add(changes)
    paths = {change.path for change in changes}
    report.notes += [
        f"{user.name} must restart docker: systemctl --user restart docker" for user in users if user.path in paths
    ]


def reread(system: System, report: Report, engine: str) -> None:
    """Make a running ENGINE read its configuration. Containers go on: docker gets a signal, containerd's have shims."""
    if engine == "docker":
        containers_engines.reload_docker(system)
    elif system.isdir("/run/systemd/system"):
        done = system.run(["systemctl", "try-restart", "containerd"])
        if done.code != 0:
            report.notes.append(f"containerd did not restart: {done.output.strip()}")
    else:
        report.notes.append("restart containerd to let it read its configuration")
