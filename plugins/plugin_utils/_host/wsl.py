# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The WSL of a host."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import decode_text

_KERNEL = re.compile(r"\d+(?:\.\d+)+\S*")


DEFAULT_LOCATION = "C:\\Program Files\\WSL\\"
"""The folder of the MSI package of WSL."""


@dataclass(frozen=True)
class Wsl:
    """The WSL package and what it needs of Windows."""

    version: str | None
    """None when the WSL of the MSI package is not installed."""
    install_location: str | None
    services: dict[str, bool]
    policies: dict[str, int]
    store: bool = False
    """The Store's package of WSL is installed; the MSI package installs it too."""
    kernel: str | None = None
    """Version of the kernel in the package; None if wsl.exe did not print it."""
    starts: bool | None = None
    """wsl.exe of the package starts in this logon; None if there is none, or it did not answer."""
    features: dict[str, bool] = field(default_factory=dict)
    """Optional feature -> whether it is chosen, even if not yet in effect. Features unknown to Windows are missing."""

    @property
    def kind(self) -> str:
        """How WSL was installed: msi, store, inbox or none. Only msi can be used from a remote logon."""
        if self.version is not None:
            return "msi"
        if self.store:
            return "store"
        return "inbox" if self.services.get("LxssManager") else "none"

    @property
    def executable(self) -> str:
        """The path of wsl.exe of the package, even if WSL is not installed."""
        return (self.install_location or DEFAULT_LOCATION).rstrip("\\") + "\\wsl.exe"

    @property
    def allowed(self) -> bool:
        """False when a policy of the organisation forbids WSL."""
        return self.policies.get("AllowWSL", 1) != 0


def wsl(reads: Reads) -> Wsl:
    """From the reads ``_host.queries.wsl`` and ``_host.queries.services``."""
    registry = reads.registry
    return Wsl(
        version=registry.text(keys.LXSS_MSI, "Version"),
        install_location=registry.text(keys.LXSS_MSI, "InstallLocation"),
        services={name: reads.succeeded(f"service_{name.lower()}") for name in q.SERVICE_NAMES},
        policies={name: data for name, data in registry.values(keys.POLICIES).items() if isinstance(data, int)},
        store=any(q.STORE_WSL.lower() in key.lower() for key in registry.subkeys(keys.STORE_PACKAGES)),
        kernel=_kernel(reads),
        starts=_starts(reads),
        features={
            name: registry.number(f"{keys.FEATURES}\\{name}", "Selection") == 1
            for name in q.FEATURE_NAMES
            if f"{keys.FEATURES}\\{name}" in registry
        },
    )


def _starts(reads: Reads) -> bool | None:
    if "wsl_version" not in reads.parts or reads.registry.text(keys.LXSS_MSI, "Version") is None:
        return None
    return reads.succeeded("wsl_version")


def _kernel(reads: Reads) -> str | None:
    """The second line of ``wsl --version``: labels are localised, the order of the lines is not."""
    lines = decode_text(reads.output("wsl_version")).splitlines()
    found = _KERNEL.search(lines[1]) if reads.succeeded("wsl_version") and len(lines) > 1 else None
    return found.group() if found else None
