# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""NVIDIA's container packages: named much like the driver, depend on none, and must survive every repair."""

from __future__ import annotations

from lab.repository.deb import Deb, File
from lab.repository.model import Package

VERSION = "1.17.8-1"
PACKAGES = (
    Package("libnvidia-container1", VERSION),
    Package("libnvidia-container-tools", VERSION, depends=(f"libnvidia-container1 (= {VERSION})",)),
    Package("nvidia-container-toolkit-base", VERSION),
    Package(
        "nvidia-container-toolkit",
        VERSION,
        depends=(f"libnvidia-container-tools (= {VERSION})", f"nvidia-container-toolkit-base (= {VERSION})"),
    ),
)


def container_debs() -> list[Deb]:
    """The four packages, dependencies first, with nothing in them but a notice."""
    return [
        Deb(package.fields(), [File(f"/usr/share/doc/{package.name}/copyright", b"Stand-in of the lab.\n")])
        for package in PACKAGES
    ]
