# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""NVIDIA's container packages: named much like the driver, depend on none, and must survive every repair.

Two releases: one from before NVIDIA's own refresh service worked in WSL, and the first where it does. Their relations
are those of NVIDIA's debian/control template; the library's own dependencies are inferred. ``nvidia-ctk`` is
container_cli.py. ``nvidia-cdi-hook`` makes neither links nor a loader cache in a container, so that engines can start
one; the other programs are there and refuse to do anything.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lab.repository.deb import Deb, File
from lab.repository.model import Package

OLD_VERSION = "1.17.8-1"
VERSION = "1.19.1-1"
ADVERSARY_VERSION = "1.19.9-1"
"""Never released: a base package that depends on a driver, to be refused."""
BASE = "nvidia-container-toolkit-base"
NAMES = (
    "libnvidia-container1",
    "libnvidia-container-tools",
    BASE,
    "nvidia-container-toolkit",
)
CLI = Path(__file__).parent / "container_cli.py"

_PROGRAMS = {
    "libnvidia-container-tools": ("nvidia-container-cli",),
    "nvidia-container-toolkit-base": ("nvidia-container-runtime",),
    "nvidia-container-toolkit": ("nvidia-container-runtime-hook",),
}
_STAND_IN = b"#!/bin/sh\necho 'lab: not modelled: '\"$0 $*\" >&2\nexit 255\n"
_HOOK = b"""#!/bin/sh
# An engine gives the state of the container on the standard input.
cat >/dev/null
case "$1" in
create-symlinks | update-ldcache) ;;
*) echo "lab: not modelled: $0 $*" >&2; exit 255 ;;
esac
"""
_OBSOLETE = "nvidia-container-runtime (<= 3.5.0-1), nvidia-container-runtime-hook"


def container_debs(version: str, driver: str = "") -> list[Deb]:
    """The four packages of VERSION, dependencies first. DRIVER: what the base package depends on, against all habit."""
    debs = [_deb(name, version) for name in NAMES]
    return [
        replace(deb, fields={**deb.fields, "Depends": driver}) if driver and deb.name == BASE else deb for deb in debs
    ]


def container_package(name: str, version: str) -> Package:
    """The package NAME with its dependencies."""
    depends = {
        "libnvidia-container1": ("libc6", "libcap2"),
        "libnvidia-container-tools": (f"libnvidia-container1 (>= {version})", "libc6", "libcap2"),
        "nvidia-container-toolkit-base": (),
        "nvidia-container-toolkit": (
            f"nvidia-container-toolkit-base (= {version})",
            f"libnvidia-container-tools (= {version})",
            "libnvidia-container-tools (<< 2.0.0)",
        ),
    }
    return Package(name, version, depends=depends[name])


def _deb(name: str, version: str) -> Deb:
    fields = container_package(name, version).fields()
    if name == "nvidia-container-toolkit":
        fields = {**fields, "Breaks": _OBSOLETE, "Replaces": _OBSOLETE}
    files = [File(f"/usr/share/doc/{name}/copyright", b"Stand-in of the lab.\n")]
    files += [File(f"/usr/bin/{program}", _STAND_IN, 0o755) for program in _PROGRAMS.get(name, ())]
    if name == "nvidia-container-toolkit-base":
        text = CLI.read_text(encoding="utf-8").replace("@VERSION@", version.rpartition("-")[0])
        files += [File("/usr/bin/nvidia-ctk", text.encode(), 0o755), File("/usr/bin/nvidia-cdi-hook", _HOOK, 0o755)]
    return Deb(fields, files)
