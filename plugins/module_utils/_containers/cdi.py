# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The CDI specification of the GPU: whether it still fits the driver of Windows, and how a new one is made.

NVIDIA's ``nvidia-ctk cdi generate`` writes paths of the driver store into it, which change with every driver of
Windows. From 1.19.1 on NVIDIA's own service updates /var/run/cdi if systemd runs; /etc/cdi always works.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

SPECIFICATION = "/etc/cdi/nvidia.yaml"
REFRESHED = "/var/run/cdi/nvidia.yaml"
"""From NVIDIA's service; engines prefer it."""
RECORD = "/var/lib/wslfleet/cdi.json"
"""For which driver and by which toolkit the specification was written."""
LIBRARIES = "/usr/lib/wsl/lib"
STORE = "/usr/lib/wsl/drivers"
DEVICE = "/dev/dxg"


@dataclass(frozen=True)
class State:
    """What was read. ``texts``: path -> specification there; ``gone``: path -> files it names that do not exist."""

    gpu: bool
    driver: str
    """Digest of the driver's files; empty without a GPU."""
    texts: t.Mapping[str, str]
    gone: t.Mapping[str, t.Tuple[str, ...]]
    record: t.Mapping[str, t.Any]


def observe(system: System) -> State:
    """Read the driver's folders and the specifications. Starts no process."""
    # NVIDIA's own service has the same conditions: both exist only with an NVIDIA driver on Windows.
    gpu = system.exists(DEVICE) and system.exists(f"{LIBRARIES}/nvidia-smi")
    texts = {}
    for path in (SPECIFICATION, REFRESHED):
        text = system.read_text(path)
        if text is not None:
            texts[path] = text
    gone = {path: tuple(name for name in host_paths(text) if not system.exists(name)) for path, text in texts.items()}
    return State(gpu, driver_digest(system) if gpu else "", texts, gone, system.read_json(RECORD))


def driver_digest(system: System) -> str:
    """A digest (hex) that changes with the driver of Windows: files of its library folder, and its store folders.

    Names, sizes and times, not contents: the folders are on a drive of Windows, and slow.
    """
    lines = []
    for name in system.names(LIBRARIES):
        status = os.lstat(system.path(f"{LIBRARIES}/{name}"))
        lines.append(f"{name} {status.st_size} {int(status.st_mtime)}")
    lines += [name for name in system.names(STORE) if name.startswith("nv")]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def host_paths(text: str) -> t.List[str]:
    """The files of the distribution that a specification mounts, in order."""
    return [value.strip("'\"") for value in re.findall(r"(?m)^[ \t-]*hostPath:[ \t]*(\S+)[ \t]*$", text)]


def devices(text: str) -> t.List[str]:
    """The names of the devices of a specification."""
    part = re.split(r"(?m)^devices:", text)
    return re.findall(r"(?m)^[ \t]*-?[ \t]*name:[ \t]*[\"']?([A-Za-z0-9_.:-]+)", part[1]) if len(part) > 1 else []


def stale(state: State, toolkit: str) -> t.Dict[str, str]:
    """The specifications that must be written again: path -> why. TOOLKIT is the version that would write them."""
    if not state.gpu:
        return {}
    found = {path: f"{names[0]} is gone" for path, names in state.gone.items() if names}
    if SPECIFICATION in found:
        return found
    if SPECIFICATION not in state.texts:
        found[SPECIFICATION] = "there is none"
    elif state.record.get("driver") != state.driver:
        found[SPECIFICATION] = "not written for this driver of Windows"
    elif state.record.get("toolkit") != toolkit:
        found[SPECIFICATION] = f"not written by toolkit {toolkit}"
    return found


def generate(system: System) -> str:
    """A new specification from nvidia-ctk. Raises Failure if it is not one for WSL."""
    with files.scratch() as folder:
        target = f"{folder}/nvidia.yaml"
        # Without WSL's folder on the loader's path, as when ld.wsl.conf is missing, dxcore is not found.
        command = ["env", f"LD_LIBRARY_PATH={LIBRARIES}", "nvidia-ctk", "cdi", "generate", "--mode=wsl"]
        done = system.run([*command, f"--output={target}"])
        text = files.read_text(target) or ""
    if done.code != 0:
        raise Failure(f"nvidia-ctk cdi generate: {reason(done.output) or f'ended with code {done.code}'}")
    missing = [name for name in host_paths(text) if not system.exists(name)]
    if "all" not in devices(text) or DEVICE not in text or missing:
        what = f"names {missing[0]}, which does not exist" if missing else f"contains no device all with {DEVICE}"
        raise Failure(f"nvidia-ctk cdi generate: the specification {what}; update nvidia-container-toolkit-base")
    return text


def reason(output: str) -> str:
    """The last error in the log of nvidia-ctk."""
    found = re.findall(r'level=(?:error|fatal) msg="((?:[^"\\]|\\.)*)"', output) or re.findall(
        r"(?m)^(?:ERRO|FATA)\S* *(.*)$", output
    )
    return str(found[-1]) if found else ""


def shortcomings(text: str) -> t.List[str]:
    """What is missing in a well-formed specification: some versions leave out libdxcore.so."""
    if f"{LIBRARIES}/libdxcore.so" not in host_paths(text):
        return [f"the CDI specification lacks {LIBRARIES}/libdxcore.so, without which no container finds the GPU"]
    return []


def changes(
    system: System, paths: t.Iterable[str], text: str, state: State, toolkit: str
) -> t.List[system_changes.FileChange]:
    """Write TEXT to PATHS, then record for which driver."""
    record = json.dumps({"driver": state.driver, "toolkit": toolkit}, sort_keys=True) + "\n"
    wanted = [*((path, text) for path in sorted(paths)), (RECORD, record)]
    return [change for path, content in wanted for change in system_changes.change_to(system, path, content)]


def plan_removal(system: System) -> t.Tuple[t.List[system_changes.FileChange], t.List[str]]:
    """The specifications that are removed with the toolkit, and what stays: one in /etc/cdi without a record is not
    ours."""
    ours = [REFRESHED, *([SPECIFICATION] if system.read_bytes(RECORD) is not None else []), RECORD]
    changes = [change for path in ours for change in system_changes.change_to(system, path, None)]
    left = SPECIFICATION not in ours and system.exists(SPECIFICATION)
    notes = [f"{SPECIFICATION} is kept: this collection did not write it"] if left else []
    return changes, notes
