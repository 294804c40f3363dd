# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The commands of the default toolkit for everybody: in login shells by a profile, everywhere else by /usr/local/bin.

``wsl.exe -d NAME nvcc``, cron, services and Ansible do not start a login shell and read no profile, but they all have
/usr/local/bin in their PATH. For each command of /usr/local/cuda/bin there is a small script in it, not a link, because
nvcc looks for its parts beside the path by which it was called. Other files there stay.

WSL's nvidia-smi gets a link there. WSL appends its folder to the PATH of what it starts itself. sudo (secure_path),
``su``, cron and services set their own PATH, and root's contains /usr/local/bin. No setting of sudo is changed.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

PROFILE = "/etc/profile.d/wslfleet-cuda.sh"
PROFILE_TEXT = """\
# Written by wslfleet.cuda: the default CUDA toolkit, and WSL's nvidia-smi also for root.
for wslfleet_dir in /usr/local/cuda/bin /usr/lib/wsl/lib; do
  case ":$PATH:" in
    *":$wslfleet_dir:"*) ;;
    *)
      # The toolkit goes first, so that nvcc is the one that alternatives chose; WSL's folder last.
      case $wslfleet_dir in
        */cuda/bin) PATH=$wslfleet_dir:$PATH ;;
        *) PATH=$PATH:$wslfleet_dir ;;
      esac ;;
  esac
done
unset wslfleet_dir
export PATH
"""
TOOLS = "/usr/local/cuda/bin"
"""Of the default toolkit, set by the packages' alternatives."""
COMMANDS = "/usr/local/bin"
NVIDIA_SMI = f"{COMMANDS}/nvidia-smi"
WSL_NVIDIA_SMI = "/usr/lib/wsl/lib/nvidia-smi"
_MARK = "# Written by wslfleet.cuda: "


def script(name: str) -> str:
    """The script that stands for command NAME."""
    return f'#!/bin/sh\n{_MARK}{name} of the default CUDA toolkit.\nexec {TOOLS}/{name} "$@"\n'


def changes(system: System, present: bool) -> t.List[system_changes.FileChange]:
    """The files to write so that the default toolkit's commands can be found, or to remove if not PRESENT."""
    found = system_changes.change_to(system, PROFILE, PROFILE_TEXT if present else None)
    wanted = set(_tools(system)) if present else set()
    there = set(system.names(COMMANDS))
    for name in sorted(wanted | there):
        path = f"{COMMANDS}/{name}"
        if name in there and not _is_ours(system, path):
            continue
        found += system_changes.change_to(system, path, script(name) if name in wanted else None, mode=0o755)
    bring = system_changes.link_to if present else system_changes.unlinked
    return found + bring(system, NVIDIA_SMI, WSL_NVIDIA_SMI)


def leads_to(system: System, path: str) -> str:
    """The program behind PATH, through links and through our own scripts."""
    target = system.resolved(path)
    return system.resolved(f"{TOOLS}/{os.path.basename(target)}") if _is_ours(system, target) else target


def _tools(system: System) -> t.List[str]:
    """The commands of the default toolkit. /usr/local/cuda is a link to a link with an absolute target."""
    folder = system.resolved(TOOLS)
    return [name for name in system.names(folder) if system.is_program(f"{folder}/{name}")]


def _is_ours(system: System, path: str) -> bool:
    """Whether we have written the file PATH. Links and programs are not read."""
    if system.link(path) or not system.isfile(path) or os.path.getsize(system.path(path)) > 1000:
        return False
    return _MARK in (system.read_text(path) or "")
