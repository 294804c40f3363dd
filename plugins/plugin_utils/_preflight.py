# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Verdicts about a host before anything changes on it: all of them at once, so that an admin fixes them in one go.

The row ids G1, G5, … are those of the page in docs that walks through NVIDIA's "CUDA on WSL User Guide".
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host_state import HostState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._nvidia import version_key

MINIMUM_DRIVER = "495"
"""The first Windows driver that carries CUDA into WSL (guide 1.1)."""


@dataclass(frozen=True)
class Verdict:
    """One row: ok, warn (the run goes on) or stop (nothing is changed on this host)."""

    id: str
    row: str
    """Row of the guide, empty where it is not the guide's concern."""
    level: str
    seen: str
    remedy: str = ""


def preflight(state: HostState, minimum_driver: str = MINIMUM_DRIVER) -> list[Verdict]:
    """The verdicts on STATE. MINIMUM_DRIVER: the lowest Windows driver that the chosen toolkit accepts."""
    return [
        _build(state),
        _architecture(state),
        _elevation(state),
        _policy(state),
        _gpu(state),
        _driver(state, minimum_driver),
        _cuda_library(state),
        _wsl_files(state),
        _pending(state),
    ]


def supported_build(build: int, ubr: int) -> bool:
    """Windows 11, Server 2022 and later, or Windows 10 21H2 (19044), or 19043 with revision 1263 (guide 1, 4)."""
    return build >= 19044 or (build == 19043 and ubr >= 1263)


def _build(state: HostState) -> Verdict:
    seen = f"{state.windows.product} {state.windows.display_version} build {state.windows.version}"
    if supported_build(state.windows.build, state.windows.ubr):
        return Verdict("windows_build", "G5", "ok", seen)
    return Verdict("windows_build", "G5", "stop", seen, "update to Windows 11 or to Windows 10 21H2 (build 19044)")


def _architecture(state: HostState) -> Verdict:
    seen = f"processor architecture {state.windows.architecture or 'unknown'}"
    if state.windows.architecture.upper() == "AMD64":
        return Verdict("architecture", "G1", "ok", seen)
    return Verdict("architecture", "G1", "stop", seen, "CUDA in WSL needs a 64-bit Intel or AMD processor")


def _elevation(state: HostState) -> Verdict:
    if state.elevated:
        return Verdict("elevation", "", "ok", "the logon is elevated")
    remedy = (
        "connect with a domain account that is an administrator of this host, or set"
        " LocalAccountTokenFilterPolicy to 1 for a local one"
    )
    return Verdict("elevation", "", "stop", "the logon has no administrator rights", remedy)


def _policy(state: HostState) -> Verdict:
    if state.wsl.allowed:
        return Verdict("wsl_policy", "G6", "ok", "no policy forbids WSL")
    remedy = "have the policy 'Allow the Windows Subsystem for Linux' changed (HKLM\\SOFTWARE\\Policies\\WSL AllowWSL)"
    return Verdict("wsl_policy", "G6", "stop", "a policy of the organisation forbids WSL", remedy)


def _gpu(state: HostState) -> Verdict:
    if state.gpus:
        return Verdict("nvidia_gpu", "G3", "ok", ", ".join(gpu.name for gpu in state.gpus))
    remedy = "programs will compile but not run here; install the NVIDIA driver for Windows if there is a GPU"
    return Verdict("nvidia_gpu", "G3", "warn", "Windows shows no NVIDIA GPU with a driver", remedy)


def _driver(state: HostState, minimum: str) -> Verdict:
    if not state.gpus:
        return Verdict(
            "nvidia_driver", "G1", "warn", "no NVIDIA driver on Windows", f"install driver {minimum} or later"
        )
    version = state.gpus[0].driver_version
    seen = f"NVIDIA driver {version} on Windows, at least {minimum} needed"
    if version_key(version) >= version_key(minimum):
        return Verdict("nvidia_driver", "G1", "ok", seen)
    return Verdict("nvidia_driver", "G1", "stop", seen, "update the NVIDIA driver on Windows, never inside WSL")


def _cuda_library(state: HostState) -> Verdict:
    if state.cuda_library or not state.gpus:
        return Verdict(
            "wsl_libcuda", "G1", "ok", "the Windows driver brings libcuda.so for WSL" if state.gpus else "no GPU"
        )
    remedy = "reinstall the NVIDIA driver on Windows: C:\\Windows\\System32\\lxss\\lib holds no libcuda.so.1.1"
    return Verdict("wsl_libcuda", "G1", "warn", "the Windows driver brings no libcuda.so for WSL", remedy)


def _wsl_files(state: HostState) -> Verdict:
    if not state.pending.wsl_files:
        return Verdict("wsl_files", "G7", "ok", "no file of WSL waits for a restart")
    seen = f"the next restart would delete or replace {', '.join(state.pending.wsl_files)}"
    return Verdict(
        "wsl_files", "G7", "stop", seen, "repair WSL with its MSI (msiexec /fvamus wsl.msi) before any restart"
    )


def _pending(state: HostState) -> Verdict:
    if not state.pending.reasons:
        return Verdict("pending_reboot", "", "ok", "no restart is pending")
    remedy = "restart the host, or let the role do it: windows_host_reboot: when_required"
    return Verdict("pending_reboot", "", "warn", "; ".join(state.pending.reasons), remedy)


def as_result(verdicts: t.Sequence[Verdict]) -> list[dict[str, str]]:
    """VERDICTS as the module returns them."""
    return [dict(vars(verdict)) for verdict in verdicts]
