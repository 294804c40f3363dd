# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Read one Windows host: the registry in one WinRS command, other users and nvidia-smi in a second where wanted."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_state, _nvidia
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distributions import registered
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host_state import HostState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import CommandRunner, CommandTimeout
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reads import Reads, read

NVIDIA_SMI_SECONDS = 20
"""A sleeping GPU needs up to three seconds; one that hangs would block for ever."""


def first_lines() -> dict[str, str]:
    """The reads of the first command."""
    return {
        **q.windows(),
        **q.services(),
        **q.wsl(),
        **q.pending_reboot(),
        **q.gpus(),
        **q.own_distributions(),
        **q.users(),
    }


def read_host(runner: CommandRunner, other_users: bool = True, nvidia_smi: bool = True) -> HostState:
    """The state of the host.

    :arg other_users: read the distributions of every loaded user, not only of the account that is logged on.
    :arg nvidia_smi: let nvidia-smi confirm what the registry says about GPUs.
    :raises StepFailed, HostUnreachable, CommandTimeout: the first read failed.
    """
    state = _host_state.host_state(read(runner, first_lines()))
    strangers = [user.sid for user in state.users if user.loaded and not user.connected] if other_users else []
    hives = {name: line for sid in strangers for name, line in q.distributions_of(sid).items()}
    smi = _nvidia.smi_lines(state.gpus) if nvidia_smi and state.gpus else {}
    if hives or smi:
        reads = _second_read(runner, hives, smi, state)
        for sid in strangers:
            state.distributions[sid] = registered(reads.registry, f"HKU\\{sid}\\{q.LXSS_USER}")
        _confirm_gpus(state, reads)
    return state


def _second_read(runner: CommandRunner, hives: dict[str, str], smi: dict[str, str], state: HostState) -> Reads:
    """HIVES and SMI in one command; where nvidia-smi hangs, HIVES once more without it."""
    try:
        return read(runner, {**hives, **smi}, timeout=NVIDIA_SMI_SECONDS if smi else 120)
    except CommandTimeout:
        if not smi:
            raise
        state.nvidia_smi = f"nvidia-smi.exe did not answer within {NVIDIA_SMI_SECONDS} s"
        return read(runner, hives) if hives else Reads()


def _confirm_gpus(state: HostState, reads: Reads) -> None:
    if "nvidia_smi" not in reads.parts:
        return
    answer = reads.output("nvidia_smi")
    if not reads.succeeded("nvidia_smi"):
        told = answer.decode("utf-8", "replace").strip().splitlines()
        state.nvidia_smi = f"nvidia-smi.exe failed: {' '.join(told[-1:]) or 'no message'}"
        return
    capabilities = reads.output("nvidia_smi_capability") if reads.succeeded("nvidia_smi_capability") else b""
    try:
        state.gpus = _nvidia.confirmed(state.gpus, answer, capabilities)
        state.nvidia_smi = "confirmed"
    except ValueError as error:
        state.nvidia_smi = str(error)


def as_result(state: HostState) -> dict[str, t.Any]:
    """STATE as the module returns it; the shape is documented in the module ``host_info``."""
    owners = {user.sid: user.name for user in state.users}
    return {
        "windows": {**vars(state.windows), "version": state.windows.version},
        "elevated": state.elevated,
        "account": next((user.name for user in state.users if user.connected), ""),
        "wsl": _wsl_result(state),
        "distributions": [
            {"owner": owners.get(sid, ""), "sid": sid, **vars(distribution)}
            for sid, entries in state.distributions.items()
            for distribution in entries
        ],
        "users": [{**vars(user), "distributions_known": user.sid in state.distributions} for user in state.users],
        "nvidia": {
            "gpus": [vars(gpu) for gpu in state.gpus],
            "cuda_library": state.cuda_library,
            "nvidia_smi": state.nvidia_smi,
        },
        "reboot": {
            "pending": bool(state.pending.reasons),
            "reasons": list(state.pending.reasons),
            "boot_id": state.pending.boot_id,
        },
    }


def _wsl_result(state: HostState) -> dict[str, t.Any]:
    wsl = state.wsl
    return {
        "installed": wsl.version is not None,
        "version": wsl.version,
        "executable": wsl.executable if wsl.version else None,
        "services": {name.lower(): present for name, present in wsl.services.items()},
        "policies": wsl.policies,
        "allowed": wsl.allowed,
    }
