# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What the audit sees of a toolkit."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import loader_conf
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import (
    installed,
    path,
    search_path,
    smoke_test,
)

_LIBRARIES = "targets/x86_64-linux/lib"


@dataclass(frozen=True)
class State:
    """What was read, without a process."""

    database: dpkg.Database
    sources: t.Mapping[str, str] = field(default_factory=dict)
    """File of apt's sources -> its text."""
    default: str = ""
    """Where /usr/local/cuda leads; empty if it does not exist."""
    nvcc: str = ""
    """Of the default toolkit; empty when it has none."""
    first_nvccs: t.Tuple[search_path.FirstNvcc, ...] = ()
    commands_missing: t.Tuple[str, ...] = ()
    """Our files that put the default toolkit's commands on every PATH, if they are missing or changed."""
    libraries: str = ""
    """The folder of the default toolkit's libraries; empty when there is none."""
    libraries_named: t.Tuple[str, ...] = ()
    """The files of the loader's configuration that name this folder."""
    smoke: str = ""
    """The verdict of the last smoke test with today's compiler and driver; empty when there was none."""


def observe(system: System, database: dpkg.Database, sources: t.Mapping[str, str]) -> State:
    """Read what is not in DATABASE and SOURCES."""
    default = installed.default_toolkit(system)
    nvcc = system.resolved("/usr/local/cuda/bin/nvcc")
    nvcc = nvcc if system.isfile(nvcc) else ""
    libraries = f"{default}/{_LIBRARIES}" if default and system.isdir(f"{default}/{_LIBRARIES}") else ""
    named = loader_conf.naming(system, libraries, loader_conf.named(system)) if libraries else []
    missing = [change.path for change in path.changes(system, True) if change.path != path.NVIDIA_SMI] if nvcc else []
    tested = smoke_test.cached(system, smoke_test.key(system, nvcc)) if nvcc else None
    return State(
        database,
        sources,
        default,
        nvcc,
        tuple(search_path.first_nvccs(system)),
        tuple(missing),
        libraries,
        tuple(entry.path for entry in named),
        tested.verdict if tested else "",
    )
