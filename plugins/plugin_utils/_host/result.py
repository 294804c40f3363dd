# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A host's state as the module ``host_info`` returns it; the shape is documented there."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.disks import VirtualDisk, is_own_place
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import Distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.state import HostState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.local_paths import why_not_opened


def as_result(state: HostState) -> dict[str, t.Any]:
    """STATE as plain data."""
    users = {user.sid: user for user in state.users}
    return {
        "windows": {
            **vars(state.windows),
            "version": state.windows.version,
            "manufacturer": state.manufacturer,
            "machine_id": state.machine_id,
        },
        "elevated": state.elevated,
        "account": next((user.name for user in state.users if user.connected), ""),
        "wsl": _wsl(state),
        "distributions": [
            _distribution(distribution, users.get(sid), sid, state.searched_folders)
            for sid, entries in state.distributions.items()
            for distribution in entries
        ],
        "users": [_user(user, user.sid in state.distributions) for user in state.users],
        "nvidia": {
            "gpus": [vars(gpu) for gpu in state.gpus],
            "hardware": state.nvidia_hardware,
            "cuda_library": state.cuda_library,
            "nvidia_smi": state.nvidia_smi,
        },
        "virtualization": {"hypervisor": state.hypervisor, "features": state.wsl.features},
        "reboot": {
            "pending": bool(state.pending.reasons),
            "reasons": list(state.pending.reasons),
            "boot_id": state.pending.boot_id,
            "boot_record": state.pending.boot_record,
        },
        "free_space_bytes": state.free_bytes,
        "power": vars(state.power),
        "network": vars(state.network),
        "logged_on": [user.name for user in state.users if user.logged_on],
    }


def _wsl(state: HostState) -> dict[str, t.Any]:
    wsl = state.wsl
    return {
        "installed": wsl.version is not None,
        "kind": wsl.kind,
        "version": wsl.version,
        "kernel": wsl.kernel,
        "executable": wsl.executable if wsl.version else None,
        "starts": wsl.starts,
        "services": {name.lower(): present for name, present in wsl.services.items()},
        "policies": wsl.policies,
        "allowed": wsl.allowed,
    }


def _distribution(
    distribution: Distribution, owner: User | None, sid: str, searched: frozenset[str]
) -> dict[str, t.Any]:
    disk = _disk_of(distribution, owner)
    return {
        "owner": owner.name if owner else "",
        "owner_kind": owner.kind if owner else "unknown",
        "sid": sid,
        **vars(distribution),
        "disk": disk.path if disk else None,
        "disk_bytes": disk.size_bytes if disk else None,
        "disk_problem": _disk_problem(distribution, owner, disk, searched),
    }


def _disk_of(distribution: Distribution, owner: User | None) -> VirtualDisk | None:
    """The virtual disk directly in the folder of DISTRIBUTION, if the owner's disks were read."""
    folder = _folder(distribution)
    disks = owner.virtual_disks if owner and owner.virtual_disks else ()
    return next((disk for disk in disks if disk.folder.lower() == folder), None)


def _folder(distribution: Distribution) -> str:
    return distribution.base_path.rstrip("\\").lower()


def _disk_problem(
    distribution: Distribution, owner: User | None, disk: VirtualDisk | None, searched: frozenset[str]
) -> str | None:
    """Why path and size of the virtual disk are not known; ``dir`` only distinguishes a closed folder from an empty one
    by localised text."""
    if disk is not None:
        return None if disk.size_bytes is not None else "its size could not be read"
    if distribution.version == 1:
        return "a distribution of WSL 1 has no virtual disk"
    if owner is None or owner.virtual_disks is None:
        return (owner.problem if owner else None) or "it was not looked for"
    folder = _folder(distribution)
    if folder in searched or is_own_place(owner.profile, folder):
        return "there is no virtual disk in its folder, or the folder is closed to this account"
    why = why_not_opened(folder)
    if why:
        return f"its folder {why}"
    return "it was not looked for: too many users and distributions for one command"


def _user(user: User, known: bool) -> dict[str, t.Any]:
    disks = None if user.virtual_disks is None else [vars(disk) for disk in user.virtual_disks]
    return {**vars(user), "virtual_disks": disks, "distributions_known": known, "problem": user.problem}
