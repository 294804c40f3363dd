# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What an organisation's settings mean for an administrator who is connected remotely."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import own_environment
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.events import blocked_wsl
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import certificates
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads

_PROTECTED = 2
"""TypeOfAdminApprovalMode of Administrator Protection."""


@dataclass(frozen=True)
class Security:
    """What the organisation's settings mean for a remote administrator."""

    system_account: bool = False
    """The logon is LocalSystem, which WSL refuses."""
    administrator_protection: bool = False
    """Administrators work in a hidden account; nobody can use distributions that are registered there."""
    blocked_wsl: tuple[str, ...] = ()
    """Starts of wsl.exe that App Control or AppLocker has blocked, newest first."""
    bitlocker_pin: int | None = None
    """Policy about a PIN before Windows starts: 0 forbids, 1 requires, 2 allows; None without a policy."""
    organisation_roots: int = 0
    """Root certificates that the organisation distributes by policy."""
    autorun: tuple[str, ...] = ()
    """AutoRun commands of cmd.exe, ``root: command``."""
    autorun_prints: bool = False
    """They print something before every command."""


def security(reads: Reads) -> Security:
    """From the reads ``_host.queries.security`` and ``_host.queries.blocked_programs``."""
    registry = reads.registry
    profile = own_environment(reads).get("USERPROFILE", "").lower()
    found = {root: registry.text(f"{root}\\{keys.COMMAND_PROCESSOR}", "AutoRun") for root in ("HKLM", "HKCU")}
    return Security(
        system_account=profile.endswith("\\config\\systemprofile"),
        administrator_protection=registry.number(keys.SYSTEM_POLICIES, "TypeOfAdminApprovalMode") == _PROTECTED,
        blocked_wsl=tuple(blocked_wsl(reads.output("app_control"), reads.output("applocker"))),
        bitlocker_pin=registry.number(keys.BITLOCKER_POLICIES, "UseTPMPIN"),
        organisation_roots=len(registry.subkeys(certificates.POLICY)),
        autorun=tuple(f"{root}: {command}" for root, command in found.items() if command),
        autorun_prints=bool(reads.preamble.strip()),
    )
