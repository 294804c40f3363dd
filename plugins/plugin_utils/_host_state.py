# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What is known about one Windows host: plain data, built from what was read, no I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distributions import Distribution, registered
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._nvidia import Gpu, gpus
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._pending_reboot import PendingReboot, pending_reboot
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reads import Reads
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._registry import RegistryTree

_ACCOUNT_SID = re.compile(r"S-1-(5-21|12-1)-[0-9-]+\Z", re.IGNORECASE)
"""Local and domain accounts, and Entra accounts; not services, not the ``_Classes`` hives."""

DEFAULT_LOCATION = "C:\\Program Files\\WSL\\"
"""Where the MSI package puts WSL."""


@dataclass(frozen=True)
class Windows:
    """The operating system."""

    product: str
    edition: str
    display_version: str
    build: int
    ubr: int
    """Update build revision: the last part of 10.0.22631.3155."""
    architecture: str
    """AMD64 or ARM64."""
    ui_language: str
    computer_name: str

    @property
    def version(self) -> str:
        """Build and revision as people write them: ``22631.3155``."""
        return f"{self.build}.{self.ubr}"


@dataclass(frozen=True)
class Wsl:
    """The WSL package and what it needs of Windows."""

    version: str | None
    """None when the WSL of the MSI package is not installed."""
    install_location: str | None
    services: dict[str, bool]
    policies: dict[str, int]

    @property
    def executable(self) -> str:
        """wsl.exe of the package; where it would be when WSL is not installed."""
        return (self.install_location or DEFAULT_LOCATION).rstrip("\\") + "\\wsl.exe"

    @property
    def allowed(self) -> bool:
        """False when a policy of the organisation forbids WSL."""
        return self.policies.get("AllowWSL", 1) != 0


@dataclass(frozen=True)
class User:
    """A Windows account that has a profile on the host."""

    sid: str
    name: str
    profile: str
    loaded: bool
    """Its registry hive can be read; otherwise its distributions are unknown."""
    connected: bool
    """The account that this run is logged on with."""


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
    distributions: dict[str, list[Distribution]] = field(default_factory=dict)
    """By SID of the owner; users whose profile is not loaded are missing."""
    nvidia_smi: str = "not asked"
    """confirmed, not asked, or what went wrong."""


def windows(registry: RegistryTree) -> Windows:
    """From the reads ``_host_queries.windows``."""
    build = registry.text(q.WINDOWS, "CurrentBuild") or registry.text(q.WINDOWS, "CurrentBuildNumber") or "0"
    return Windows(
        product=_product(registry.text(q.WINDOWS, "ProductName") or "Windows", int(build)),
        edition=registry.text(q.WINDOWS, "EditionID") or "",
        display_version=registry.text(q.WINDOWS, "DisplayVersion") or "",
        build=int(build),
        ubr=registry.number(q.WINDOWS, "UBR") or 0,
        architecture=registry.text(q.ENVIRONMENT, "PROCESSOR_ARCHITECTURE") or "",
        ui_language=_language(registry),
        computer_name=registry.text(q.ACTIVE_COMPUTER_NAME, "ComputerName") or "",
    )


def _product(name: str, build: int) -> str:
    """Windows 11 still calls itself Windows 10 in the registry."""
    return name.replace("Windows 10", "Windows 11") if build >= 22000 else name


def _language(registry: RegistryTree) -> str:
    for key in (q.USER_LANGUAGES, q.MACHINE_LANGUAGES):
        languages = registry.get(key, "PreferredUILanguages")
        if isinstance(languages, list) and languages:
            return languages[0]
    return registry.text(q.REGION, "LocaleName") or ""


def wsl(reads: Reads) -> Wsl:
    """From the reads ``_host_queries.wsl`` and ``_host_queries.services``."""
    registry = reads.registry
    return Wsl(
        version=registry.text(q.LXSS_MSI, "Version"),
        install_location=registry.text(q.LXSS_MSI, "InstallLocation"),
        services={name: reads.succeeded(f"service_{name.lower()}") for name in q.SERVICE_NAMES},
        policies={
            name: value.data for name, value in registry.values(q.POLICIES).items() if isinstance(value.data, int)
        },
    )


def users(reads: Reads) -> list[User]:
    """From the reads ``_host_queries.users`` and ``own_profile``; profiles of services are left out."""
    own = own_profile(reads).lower()
    loaded = {key.upper() for key in reads.registry.subkeys("HKU")}
    found = []
    for key in reads.registry.subkeys(q.PROFILE_LIST):
        sid = key.rpartition("\\")[2]
        path = reads.registry.text(key, "ProfileImagePath") or ""
        if _ACCOUNT_SID.match(sid):
            name = path.rpartition("\\")[2]
            found.append(User(sid, name, path, f"HKU\\{sid}".upper() in loaded, path.lower() == own))
    return found


def own_profile(reads: Reads) -> str:
    """The profile folder of the account that is logged on, from the read ``own_profile``."""
    for line in reads.output("own_profile").decode("utf-8", "replace").splitlines():
        name, _equals, value = line.partition("=")
        if name.upper() == "USERPROFILE":
            return value.strip()
    return ""


def own_distributions(registry: RegistryTree) -> list[Distribution]:
    """The distributions of the account that is logged on, from the read ``own_lxss``."""
    return registered(registry, f"HKCU\\{q.LXSS_USER}")


def host_state(reads: Reads) -> HostState:
    """Everything that the first read of a host tells."""
    state = HostState(
        windows=windows(reads.registry),
        elevated=reads.succeeded("elevated"),
        wsl=wsl(reads),
        pending=pending_reboot(reads),
        gpus=gpus(reads.registry),
        cuda_library=reads.succeeded("cuda_library"),
        users=users(reads),
    )
    for user in state.users:
        if user.connected:
            state.distributions[user.sid] = own_distributions(reads.registry)
    return state
