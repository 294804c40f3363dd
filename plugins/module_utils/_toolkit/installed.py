# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The toolkit that is installed: its nvcc and its release."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg, versions
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


def nvcc_path(system: System, version: str) -> str:
    """The compiler of VERSION (of a patch release: of its toolkit), or else the default one; empty if there is none.

    No VERSION, and one whose minor number is open (``12.latest``), mean the default one. Raises CatalogueError.
    """
    short = catalogue.parse_version(version).short if version else ""
    for path in (f"/usr/local/cuda-{short}/bin/nvcc", "/usr/local/cuda/bin/nvcc"):
        if system.is_program(path):
            return path
    return ""


def default_toolkit(system: System) -> str:
    """Where /usr/local/cuda leads, by the alternatives; empty if it does not exist."""
    target = system.resolved("/usr/local/cuda")
    return target if system.isdir(target) else ""


def release(system: System, short: str) -> str:
    """The patch release of toolkit SHORT that is installed, by its metapackages; empty if none of them is installed."""
    dashed = short.replace(".", "-")
    names = {f"cuda-{word}-{dashed}" for word in ("toolkit", "compiler", "libraries", "libraries-dev", "tools")}
    found = {
        versions.upstream(item.version)
        for item in dpkg.read_database(system).packages
        if item.name in names and item.installed
    }
    return max(found, key=versions.key) if found else ""
