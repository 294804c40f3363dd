# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Verdicts about what CUDA in WSL can do on this laptop: legacy IPC, the tools of developers, and general limits.

The level is warn if an update of this laptop would help, info if nothing helps or a row with level stop already says
it. None of these stops a run, because programs compile and run anyway.
"""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia.catalogue import DeveloperTool
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import version_text
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import Verdict
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.state import HostState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight.gpu import best_capability, lowest_driver
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight.needs import Needs
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight.windows import supported_build

_FIRST_WINDOWS_11 = 22000
_NO_DRIVER = "there is no NVIDIA driver on Windows that could show it"
_INSTALL_DRIVER = "install the NVIDIA driver for Windows if there is a GPU"
_SEE_DRIVER = "see the row nvidia_driver"
_UPDATE_DRIVER = "update the NVIDIA driver on Windows, never inside WSL"

LIMITS = (
    (
        "managed_memory",
        "4.1",
        "managed memory (unified memory) works in part only and is slower than on Linux",
        "allocate with cudaMalloc and copy where speed matters",
    ),
    (
        "concurrent_access",
        "4.1",
        "the processor must not touch managed memory while the GPU works on it",
        "programs ask cudaDevAttrConcurrentManagedAccess, and wait with cudaDeviceSynchronize first",
    ),
    (
        "nvml",
        "4.2",
        "NVML and nvidia-smi do not show everything (use of the GPU, its processes) and set neither ECC, compute mode"
        " nor persistence mode",
        "look and set on Windows (Task Manager, nvidia-smi.exe)",
    ),
    (
        "opengl_interop",
        "4.2",
        "CUDA and OpenGL cannot share buffers",
        "copy through memory of the processor, or run the program on Windows",
    ),
)
"""Limits of WSL on all laptops: id, section of the guide, the limit, what to do instead."""


def legacy_ipc(state: HostState, needs: Needs) -> Verdict:
    """Handles that one process opens and another one uses (cudaIpcGetMemHandle)."""
    since = _version(catalogue.LEGACY_IPC_DRIVER)
    if not state.gpus:
        seen = f"legacy CUDA IPC works since driver {since}; {_NO_DRIVER}"
        return Verdict("legacy_ipc", "G2", "info", seen, _INSTALL_DRIVER)
    version = lowest_driver(state.gpus)
    if version_text.numbers(version) >= catalogue.LEGACY_IPC_DRIVER:
        return Verdict("legacy_ipc", "G2", "ok", f"legacy CUDA IPC works with driver {version}")
    seen = f"legacy CUDA IPC needs driver {since}, here is {version}"
    if _below(version, needs):
        return Verdict("legacy_ipc", "G2", "info", seen, _SEE_DRIVER)
    return Verdict("legacy_ipc", "G2", "warn", seen, _UPDATE_DRIVER)


def _below(version: str, needs: Needs) -> bool:
    """Whether the row nvidia_driver stops for VERSION."""
    return version_text.numbers(version) < version_text.numbers(needs.minimum_driver)


def developer_tools(state: HostState, needs: Needs) -> list[Verdict]:
    """Which of NVIDIA's tools for developers work on this laptop; one verdict each."""
    return [_tool(state, needs, tool) for tool in catalogue.DEVELOPER_TOOLS]


def _tool(state: HostState, needs: Needs, tool: DeveloperTool) -> Verdict:
    def verdict(level: str, seen: str, remedy: str = "") -> Verdict:
        return Verdict(tool.id, "G17", level, f"{tool.name}: {seen}", remedy)

    lowest = f"compute capability {version_text.dotted(tool.capability)} ({tool.generation})"
    if not state.gpus:
        return verdict("info", f"needs {lowest}; {_NO_DRIVER}", _INSTALL_DRIVER)
    found = best_capability(state.gpus)
    if found is None:
        return verdict("info", f"needs {lowest}, and that of this GPU is not known", "gather_subset: [nvidia_smi] asks")
    value, source, _sure = found
    here = f"compute capability {version_text.dotted(value)} {source}"
    if value < tool.capability:
        return verdict("info", f"needs {lowest}, here is {here}", "no update fixes this: use it on another laptop")
    version, minimum = lowest_driver(state.gpus), _minimum_driver(state, tool)
    if version_text.numbers(version) < minimum:
        seen = f"needs driver {_version(minimum)}, here is {version}"
        return verdict("info", seen, _SEE_DRIVER) if _below(version, needs) else verdict("warn", seen, _UPDATE_DRIVER)
    windows = f"{state.windows.product} build {state.windows.version}"
    if state.windows.build < min(tool.build_windows_10, _FIRST_WINDOWS_11):
        level = "warn" if supported_build(state.windows.build, state.windows.ubr) else "info"
        return verdict(level, f"needs Windows 10 build {tool.build_windows_10}, here is {windows}", "update Windows")
    return verdict("ok", f"supported with driver {version}, {here}, {windows}")


def _minimum_driver(state: HostState, tool: DeveloperTool) -> tuple[int, int]:
    on_windows_10 = state.windows.build < _FIRST_WINDOWS_11
    return tool.driver_windows_10 or tool.driver if on_windows_10 else tool.driver


def known_limits(state: HostState) -> list[Verdict]:
    """Limits of CUDA in WSL on all laptops; one verdict each, so that nobody searches for a fault."""
    where = f"{', '.join(gpu.name for gpu in state.gpus)}, as every GPU in WSL" if state.gpus else "no NVIDIA GPU here"
    return [
        Verdict(name, "G21", "info", f"{limit} (guide {section}); {where}", instead)
        for name, section, limit, instead in LIMITS
    ]


def _version(value: tuple[int, int]) -> str:
    """A driver's version in the usual notation: ``535``, ``527.41``."""
    return f"{value[0]}.{value[1]:02d}" if value[1] else str(value[0])
