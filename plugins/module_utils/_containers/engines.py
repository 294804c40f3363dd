# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Container engines of a distribution: which are there, and whose they are.

Docker Desktop creates links to /mnt/wsl/docker-desktop in the distributions that it serves, and provides the GPU
itself. Such a docker is never changed. podman needs no configuration: from 4.1.0 on it reads CDI specifications.
"""

from __future__ import annotations

import os
import signal
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import versions
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

ENGINES = ("docker", "containerd", "podman")
DESKTOP = "/mnt/wsl/docker-desktop"
PODMAN_MINIMUM = (4, 1)

CANDIDATES = {
    "docker": ("docker-ce", "docker.io"),
    "containerd": ("containerd.io", "containerd"),
    "podman": ("podman",),
}
"""Packages of an engine; the vendor's own comes first."""

COMPANIONS = {"podman": ("uidmap", "slirp4netns", "passt", "fuse-overlayfs", "catatonit", "netavark", "aardvark-dns")}
"""What an engine only recommends but developers need, mainly for containers without root. Those that exist are
installed."""

_DESKTOP_LINKS = ("/usr/bin/docker", "/usr/local/bin/docker", "/usr/bin/docker-compose", "/run/docker.sock")
_PROGRAMS = {"docker": "dockerd", "containerd": "containerd", "podman": "podman"}
_FOLDERS = ("/usr/bin", "/usr/local/bin", "/usr/sbin", "/usr/local/sbin")


@dataclass(frozen=True)
class State:
    """What is there. ``desktop``: the link of Docker Desktop; empty if it does not serve this distribution."""

    engines: t.Tuple[str, ...]
    desktop: str = ""


@dataclass(frozen=True)
class Choice:
    """The engines to serve, those of them to install first, and what a person should know."""

    serve: t.Tuple[str, ...]
    install: t.Tuple[str, ...] = ()
    notes: t.Tuple[str, ...] = ()


def observe(system: System) -> State:
    """Look for programs and links. Starts no process."""
    desktop = next((path for path in _DESKTOP_LINKS if system.link(path).startswith(DESKTOP)), "")
    here = [engine for engine in ENGINES if any(system.isfile(f"{folder}/{_PROGRAMS[engine]}") for folder in _FOLDERS)]
    return State(tuple(here), desktop)


def choose(wanted: t.Sequence[str] | None, seen: State) -> Choice:
    """Which engines to serve. WANTED None: those that are there. Raises Failure."""
    if wanted is None:
        # If there is docker too, containerd is docker's own.
        own = [engine for engine in seen.engines if not (engine == "containerd" and "docker" in seen.engines)]
        if not seen.desktop:
            return Choice(tuple(own))
        note = f"docker is left alone: Docker Desktop serves it ({seen.desktop}), and the GPU with it"
        return Choice(tuple(engine for engine in own if engine == "podman"), notes=(note,))
    if seen.desktop and set(wanted) & {"docker", "containerd"}:
        raise Failure(
            f"Docker Desktop serves docker here ({seen.desktop} leads to {DESKTOP}) and the GPU with it; "
            "name podman only, or switch off the integration of this distribution in Docker Desktop"
        )
    missing = tuple(engine for engine in wanted if engine not in seen.engines)
    return Choice(tuple(dict.fromkeys(wanted)), missing)


def podman_too_old(version: str) -> bool:
    """Whether podman of this Debian VERSION (``3.4.4+ds1-1ubuntu1``) cannot read CDI specifications."""
    numbers = versions.numbers(version)
    return numbers is not None and numbers < PODMAN_MINIMUM


def reload_docker(system: System) -> bool:
    """Make a running dockerd read its runtimes again, without a restart of containers. Returns whether it runs."""
    text = (system.read_text("/run/docker.pid") or "").strip()
    if not text.isdigit() or (system.read_text(f"/proc/{text}/comm") or "").strip() != "dockerd":
        return False
    os.kill(int(text), signal.SIGHUP)
    return True
