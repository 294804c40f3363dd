# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Read one Windows host: the machine in one WinRS command, the rest, if wanted, in a second one.

The first one reads the distributions of everyone whose profile is loaded, so the second one can measure their disks in
any folder.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import accounts, hive_copies, keys, nvidia, power
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import disks as host_disks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import state as host_state
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import registered_to
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner, CommandTimeout, is_here
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads, fits, read

NVIDIA_SMI_SECONDS = 20
"""Seconds for nvidia-smi: a sleeping GPU needs up to three, and one that hangs would block for ever."""
SEARCH_SECONDS = 60
"""The same where profiles are searched as well."""
SUBSETS = ("users", "battery", "nvidia_smi")
"""Subsets that need the second command; nvidia-smi is last in it, so a hanging one costs nothing else."""


def first_lines(of_users: bool = False, drives: bool = False) -> dict[str, str]:
    """The reads of the first command; wsl.exe is last, in case it does not answer.

    :arg of_users: with the distributions of everyone whose profile is loaded.
    :arg drives: with the drives of the host.
    """
    return {
        **q.whole_host(),
        **hive_copies.first_line(),
        **(q.distributions_of_loaded() if of_users else {}),
        **q.blocked_programs(),
        **q.free_space(),
        **(q.drives() if drives else {}),
        **q.wsl_start(),
    }


def read_host(
    runner: CommandRunner,
    subsets: t.Collection[str] = SUBSETS,
    unloaded_profiles: str = "unknown",
    clean: bool = True,
    drives: bool = False,
) -> host_state.HostState:
    """The state of the host.

    :arg subsets: what to read in addition to the machine: ``users`` (distributions, sessions and virtual disks of every
        profile), ``battery``, ``nvidia_smi`` (confirms what the registry says about GPUs).
    :arg unloaded_profiles: ``copy`` reads the registry of users who are not logged on from copies
        (``_host.hive_copies``); if that fails, they stay unknown and ``HostState.hive_problem`` says why.
    :arg clean: delete copies of an earlier run; check mode does not, and makes no others then.
    :arg drives: read the drives of the host.
    :raises StepFailed, HostUnreachable, CommandTimeout: the first read failed.
    """
    first = first_lines("users" in subsets, drives)
    reads = read(runner, first, partial=True)
    if reads.cut_short and set(first) - set(reads.parts) - set(q.wsl_start()):
        raise StepFailed("reading the host's state took too long: it is busy, or a program in System32 hangs")
    state = host_state.host_state(reads)
    state.here = is_here(runner)
    if not clean and state.hive_leftovers is not None:
        state.hive_problem, state.hive_leftovers = hive_copies.CHECK_MODE, None
    elif unloaded_profiles == "copy":
        _read_copies(runner, state)
    lines = _second_lines(state, subsets)
    if lines:
        _take(state, lines, _second_read(runner, lines, state))
    return state


def _read_copies(runner: CommandRunner, state: host_state.HostState) -> None:
    """Add the registries of users whose profile is not loaded to STATE."""
    if not state.elevated:
        state.hive_problem = "copies of users' registries need administrator rights"
        return
    absent = [user for user in state.users if not user.loaded]
    copies = hive_copies.read_copies(runner, absent, state.hive_leftovers)
    state.users = [replace(user, registry=copies.told.get(user.sid, user.registry)) for user in state.users]
    state.distributions.update(copies.distributions)
    state.hive_problem = copies.problem
    state.hive_leftovers = None


def _second_lines(state: host_state.HostState, subsets: t.Collection[str]) -> dict[str, str]:
    smi = nvidia.smi_lines(state.gpus, state.driver_folder) if "nvidia_smi" in subsets and state.gpus else {}
    battery = q.battery_report() if "battery" in subsets and state.power.battery else {}
    lines: dict[str, str] = {}
    if state.hive_leftovers is not None and state.elevated:
        lines = hive_copies.removal(state.hive_leftovers)
    for part in _user_parts(state) if "users" in subsets else []:
        if fits({**lines, **part, **battery, **smi}):
            lines.update(part)
    return {**lines, **battery, **smi}


def _user_parts(state: host_state.HostState) -> list[dict[str, str]]:
    """The reads of users, the most important first, because the length of a line is limited."""
    others = [user.sid for user in state.users if user.loaded and user.sid not in state.distributions]
    parts = [q.distributions_of(sid) for sid in others]
    parts += [q.session_of(user.sid) for user in state.users if user.loaded]
    parts += [host_disks.profile_lines(user.profile, user.sid) for user in state.users]
    return parts + [{name: line} for name, _sid, _folder, line in _folders(state)]


def _folders(state: host_state.HostState) -> list[tuple[str, str, str, str]]:
    """The folders of distributions outside WSL's own folders: name and line of the read, SID of the owner, folder."""
    found = []
    for user in state.users:
        for entry in state.distributions.get(user.sid, []):
            folder = entry.base_path.rstrip("\\")
            line = host_disks.folder_line(folder)
            if line and entry.version == 2 and not host_disks.is_own_place(user.profile, folder):
                found.append((f"folder_{user.sid}_{entry.guid}", user.sid, folder, line))
    return found


def _second_read(runner: CommandRunner, lines: dict[str, str], state: host_state.HostState) -> Reads:
    only_smi = all(name.startswith("nvidia_smi") for name in lines)
    seconds = NVIDIA_SMI_SECONDS if only_smi else SEARCH_SECONDS
    try:
        reads = read(runner, lines, seconds, partial=True)
    except CommandTimeout:
        reads = Reads(cut_short=True)
    if reads.cut_short and "nvidia_smi" in lines and "nvidia_smi" not in reads.parts:
        state.nvidia_smi = f"nvidia-smi.exe did not answer within {seconds} s"
    return reads


def _take(state: host_state.HostState, lines: dict[str, str], reads: Reads) -> None:
    """Add the results of the second command to STATE."""
    state.users = accounts.with_kinds([_user(user, state, lines, reads) for user in state.users])
    for user in state.users:
        if f"lxss_{user.sid}" in reads.parts:
            state.distributions[user.sid] = registered_to(reads.registry, user.sid)
    state.searched_folders = frozenset(
        folder.lower() for name, _sid, folder, _line in _folders(state) if name in reads.parts
    )
    if "hive_files_left" in reads.parts:
        state.hive_problem = hive_copies.left(reads)
    state.power = power.with_report(state.power, reads)
    _confirm_gpus(state, reads)


def _user(user: accounts.User, state: host_state.HostState, lines: dict[str, str], reads: Reads) -> accounts.User:
    if not any(name.endswith(f"_{user.sid}") for name in lines):
        return user
    domain = reads.registry.text(f"HKU\\{user.sid}\\{keys.VOLATILE_ENVIRONMENT}", "USERDOMAIN") or ""
    kind = user.kind if user.kind != "unknown" else accounts.account_kind(user.sid, domain, state.windows.computer_name)
    asked = f"session_{user.sid}" in reads.parts
    disks = host_disks.profile_disks(reads, user.sid)
    for name, sid, folder, _line in _folders(state) if disks is not None else []:
        if sid == user.sid:
            disks = host_disks.joined(disks or [], host_disks.folder_disks(reads, name, folder))
    return replace(
        user,
        kind=kind,
        logged_on=accounts.has_session(reads.registry, user.sid) if asked else (None if user.loaded else False),
        virtual_disks=None if disks is None else tuple(disks),
    )


def _confirm_gpus(state: host_state.HostState, reads: Reads) -> None:
    if "nvidia_smi" not in reads.parts:
        return
    answer = reads.output("nvidia_smi")
    if not reads.succeeded("nvidia_smi"):
        told = answer.decode("utf-8", "replace").strip().splitlines()
        state.nvidia_smi = f"nvidia-smi.exe failed: {' '.join(told[-1:]) or 'no message'}"
        return
    capabilities = reads.output("nvidia_smi_capability") if reads.succeeded("nvidia_smi_capability") else b""
    try:
        state.gpus = nvidia.confirmed(state.gpus, answer, capabilities)
        state.nvidia_smi = "confirmed"
    except ValueError as error:
        state.nvidia_smi = str(error)
