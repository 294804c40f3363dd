# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The wanted state of a distribution, and contradictions in it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import paths, sources

_LINUX_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}\Z")


@dataclass(frozen=True)
class DistributionGoal:
    """What is wanted."""

    name: str
    state: str = "present"
    distribution_id: str | None = None
    manifest: str | None = None
    source: str | None = None
    sha256: str | None = None
    location: str | None = None
    default: bool | None = None
    default_user: str | None = None
    version: int = 2
    path: str | None = None
    format: str = "tar"
    force: bool = False
    stop_running: bool = False
    windows_user: list[str] | None = None
    from_distribution: str | None = None
    on_battery: bool = True


def check(goal: DistributionGoal) -> None:
    """Raise StepFailed for a goal that no host can reach, before any host is asked."""
    name = goal.name
    if goal.sha256 and not sources.is_sha256(goal.sha256):
        raise StepFailed(f"distribution {name}: sha256 {goal.sha256!r} is no SHA-256: 64 hexadecimal digits")
    judged = (("location", goal.location), ("path", goal.path), ("source", goal.source))
    for option, path in judged:
        judge = paths.source_problem if option == "source" else paths.problem
        wrong = judge(path) if path else ""
        if wrong:
            raise StepFailed(f"distribution {name}: {option} {path!r} {wrong}; nothing was changed")
    if goal.default_user is not None and not _LINUX_USER.match(goal.default_user):
        raise StepFailed(
            f"distribution {name}: {goal.default_user!r} cannot be a Linux user: lower-case letters, digits, _ and -,"
            " at most 32, no digit first"
        )
    if goal.source and sources.is_virtual_disk(goal.source) and goal.version == 1:
        raise StepFailed(f"distribution {name}: a virtual disk can only be imported as WSL 2; set version=2")
    exposed = addresses.exposed("source", goal.source, goal.sha256)
    if exposed:
        raise StepFailed(f"distribution {name}: {exposed}")
    if goal.manifest:
        _check_manifest(name, goal.manifest)
    if goal.state == "exported":
        _check_export(goal)


def _check_manifest(name: str, manifest: str) -> None:
    """The list contains addresses and digests, so it must arrive unchanged; and everybody on the host can read it."""
    if not manifest.lower().startswith(("https://", "file://")):
        raise StepFailed(
            f"distribution {name}: manifest {addresses.masked(manifest)} must be an https or file address: nothing"
            " vouches for what comes by http"
        )
    if addresses.holds_credentials(manifest):
        raise StepFailed(
            f"distribution {name}: manifest {addresses.masked(manifest)} must not contain a password or a query:"
            " Windows keeps the address where every user can read it"
        )


def _check_export(goal: DistributionGoal) -> None:
    if not goal.path or not sources.is_host_path(goal.path):
        raise StepFailed(f"distribution {goal.name}: state=exported needs path, a file such as C:\\images\\x.tar")
    if goal.path.lower().endswith(".vhdx") != (goal.format == "vhdx"):
        raise StepFailed(
            f"distribution {goal.name}: path {goal.path} and format={goal.format} contradict each other:"
            " .vhdx goes with vhdx and with nothing else"
        )
