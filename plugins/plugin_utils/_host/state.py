# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What is known about one Windows host: plain data, made from reads, without I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import distributions as host_distributions
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import firmware, hive_copies, keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User, own_environment, users
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.events import events
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.network import Network, network
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.nvidia import Gpu, driver_folder, gpus, has_hardware
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.pending_reboot import PendingReboot, pending_reboot
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.power import Power, power
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.security import Security, security
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.windows import FIRST_NUMBER, Windows, windows
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.wsl import Wsl, wsl
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.registry import RegistryTree, parse


@dataclass
class HostState:
    """Everything that a run needs to decide."""

    windows: Windows
    elevated: bool
    wsl: Wsl
    pending: PendingReboot
    gpus: list[Gpu]
    cuda_library: bool
    """The Windows driver serves WSL: its libcuda.so lies where WSL takes it from."""
    users: list[User]
    distributions: dict[str, list[host_distributions.Distribution]] = field(default_factory=dict)
    """By SID of the owner; users whose profile is not loaded are missing."""
    damaged_registrations: list[str] = field(default_factory=list)
    """Keys of the connecting account that WSL cannot read, see ``_host.distributions.damaged``."""
    searched_folders: frozenset[str] = frozenset()
    """Folders outside WSL's own ones, in lower case, that were searched for virtual disks."""
    hive_leftovers: list[str] | None = None
    """SIDs whose copies of the registry an earlier run has left, see ``_host.hive_copies``; None if there are none."""
    hive_problem: str | None = None
    """The problem with copies of users' registries."""
    driver_folder: str | None = None
    """The folder of the NVIDIA driver in the driver store."""
    here: bool = False
    """It is the laptop on which Ansible runs, in one of its distributions."""
    nvidia_smi: str = "not asked"
    """confirmed, not asked, or what went wrong."""
    nvidia_hardware: bool | None = None
    """An NVIDIA device is known on the PCI bus, with or without a driver; None if it was not looked at."""
    hypervisor: bool | None = None
    """False when the hypervisor could not be launched in this boot; None while nothing needs it."""
    manufacturer: str = ""
    machine_id: str = ""
    free_bytes: int | None = None
    """On C:."""
    drives: frozenset[str] | None = None
    """Letters, in capitals; None if they were not asked for, or could not be read."""
    power: Power = field(default_factory=Power)
    network: Network = field(default_factory=Network)
    security: Security = field(default_factory=Security)


def own_profile(reads: Reads) -> str:
    """The profile folder of the account that is logged on, from the read ``own_profile``."""
    return own_environment(reads).get("USERPROFILE", "")


def own_distributions(registry: RegistryTree) -> list[host_distributions.Distribution]:
    """The distributions of the account that is logged on, from the read ``own_lxss``."""
    return host_distributions.registered(registry, f"HKCU\\{keys.LXSS_USER}")


def free_bytes(reads: Reads) -> int | None:
    """The first number that fsutil.exe prints: free bytes, with digit groups of any language; None if it failed."""
    line = next(iter(reads.output("free_space").decode("utf-8", "replace").strip().splitlines()), "")
    number = FIRST_NUMBER.search(line)
    return int(re.sub(r"\D", "", number.group())) if number and reads.succeeded("free_space") else None


def drives(reads: Reads) -> frozenset[str] | None:
    """From the read ``_host.queries.drives``."""
    found = re.findall(r"\b([A-Z]):\\", reads.output("drives").decode("utf-8", "replace").upper())
    return frozenset(found) if found and reads.succeeded("drives") else None


def _hypervisor(reads: Reads) -> bool | None:
    """Whether the hypervisor started in this boot. Without VirtualMachinePlatform nothing tries to start it."""
    boots, failures = events(reads.output("boot_event")), events(reads.output("hypervisor_failed"))
    if failures and boots and failures[0].record > boots[0].record:
        return False
    return True if boots and reads.succeeded("service_vmcompute") else None


def host_state(reads: Reads) -> HostState:
    """The state from the first read of a host."""
    state = HostState(
        windows=windows(reads.registry),
        elevated=reads.succeeded("elevated"),
        wsl=wsl(reads),
        pending=pending_reboot(reads),
        gpus=gpus(reads.registry),
        cuda_library=reads.succeeded("cuda_library"),
        users=users(reads),
        nvidia_hardware=has_hardware(reads.registry) if reads.succeeded("pci") else None,
        hypervisor=_hypervisor(reads),
        manufacturer=reads.registry.text(keys.FIRMWARE, "SystemManufacturer") or "",
        machine_id=firmware.machine_id(reads.registry.text(keys.HARDWARE, "LastConfig") or ""),
        free_bytes=free_bytes(reads),
        drives=drives(reads),
        power=power(reads),
        network=network(reads.registry),
        security=security(reads),
        driver_folder=driver_folder(reads.registry),
        hive_leftovers=hive_copies.leftovers(reads),
        damaged_registrations=host_distributions.damaged(reads.registry, f"HKCU\\{keys.LXSS_USER}"),
    )
    of_others = _of_loaded(reads)
    for user in state.users:
        if user.connected:
            state.distributions[user.sid] = own_distributions(reads.registry)
        elif user.sid.upper() in of_others:
            state.distributions[user.sid] = of_others[user.sid.upper()]
    return state


def _of_loaded(reads: Reads) -> dict[str, list[host_distributions.Distribution]]:
    """SID in capitals -> distributions, from the read ``_host.queries.distributions_of_loaded``; one tree for each."""
    if "lxss_loaded" not in reads.parts:
        return {}
    sections = reads.parts["lxss_loaded"].sections
    sids = {key.rpartition("\\")[2].upper(): output for key, output in sections.items()}
    return {
        sid: host_distributions.registered_to(parse(output, host_distributions.scope_of(sid)), sid)
        for sid, output in sids.items()
    }
