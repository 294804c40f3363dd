# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Verdicts about WSL: whether it is allowed, which one it is, and whether it can be started."""

from __future__ import annotations

import re

from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import Verdict
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import Distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.state import HostState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.package import fetches_package

_ALLOW = "allow it for C:\\Program Files\\WSL in App Control or AppLocker (Microsoft's recommended block list names it)"
_MOST_NAMES = 10
"""Most distributions in one verdict."""
_OLD_CLIENT = "the wsl.exe of this Windows cannot fetch its package (before KB5020030)"
_NAME_IT = (
    "name the package (windows_host_wsl_msi or windows_host_wsl_version), or install the updates of Windows first"
)


def policy(state: HostState) -> Verdict:
    """The organisation's policy AllowWSL."""
    if state.wsl.allowed:
        return Verdict("wsl_policy", "G6", "ok", "no policy forbids WSL")
    remedy = "have the policy 'Allow the Windows Subsystem for Linux' changed (HKLM\\SOFTWARE\\Policies\\WSL AllowWSL)"
    return Verdict("wsl_policy", "G6", "stop", "a policy of the organisation forbids WSL", remedy)


def kind(state: HostState) -> Verdict:
    """Only the package by MSI can be used from a remote logon."""
    wsl = state.wsl
    if wsl.kind == "msi":
        return Verdict("wsl_kind", "G6", "ok", f"WSL {wsl.version} from the MSI package")
    fetches = fetches_package(state.windows.build, state.windows.ubr)
    if wsl.kind == "none" and not fetches:
        return Verdict("wsl_kind", "G6", "info", f"WSL is not installed, and {_OLD_CLIENT}", _NAME_IT)
    if wsl.kind == "none":
        return Verdict("wsl_kind", "G6", "ok", "WSL is not installed")
    names = {"store": "WSL from the Store", "inbox": "the WSL that is part of Windows"}
    remedy = "it cannot be used from a remote logon; the role installs the MSI package, distributions stay registered"
    if wsl.kind == "store":
        # Its wsl.exe, which Windows starts for --install too, does not start in a remote logon (microsoft/WSL#9231).
        remedy = (
            "a remote logon cannot use it, nor install another one with it: name the MSI package (windows_host_wsl_msi"
            " or windows_host_wsl_version); distributions stay registered"
        )
    if not fetches:
        return Verdict("wsl_kind", "G6", "warn", f"only {names[wsl.kind]} is there, and {_OLD_CLIENT}", _NAME_IT)
    return Verdict("wsl_kind", "G6", "warn", f"only {names[wsl.kind]} is there", remedy)


def app_control(state: HostState) -> Verdict:
    """Whether wsl.exe may be started: it has started, or an event says why it has not."""
    blocked = state.security.blocked_wsl
    last = f"App Control or AppLocker blocked {blocked[0]}" if blocked else ""
    if state.wsl.starts:
        return Verdict("app_control", "", "ok", f"wsl.exe starts{f'; earlier, {last}' if last else ''}")
    if state.wsl.starts is False:
        seen = f"wsl.exe does not start: {last or 'no event says why'}"
        return Verdict("app_control", "", "stop", seen, _ALLOW if last else "repair WSL, or check the event logs")
    if last:
        return Verdict("app_control", "", "warn", last, _ALLOW)
    if state.wsl.kind == "msi":
        return Verdict("app_control", "", "warn", "wsl.exe did not answer", "restart the host or repair WSL")
    return Verdict("app_control", "", "ok", "nothing has blocked a wsl.exe")


def files(state: HostState) -> Verdict:
    """Files of WSL that the next restart would delete. This stops no run: module wsl repairs them before that."""
    if not state.pending.wsl_files:
        return Verdict("wsl_files", "G7", "ok", "no file of WSL waits for a restart")
    seen = f"the next restart would delete or replace {', '.join(state.pending.wsl_files)}"
    remedy = "let wslfleet.cuda.wsl repair WSL, or repair it with its MSI (msiexec /fvamus wsl.msi), before any restart"
    return Verdict("wsl_files", "G7", "warn", seen, remedy)


def registrations(state: HostState) -> Verdict:
    """Keys of the connecting account that make every start of WSL fail. Only the owner knows what they were."""
    if not state.damaged_registrations:
        return Verdict("wsl_registrations", "G8", "ok", "every registered distribution has a name and a folder")
    remedy = "save its virtual disk if it is wanted, then delete the key (reg.exe delete): WSL fails while it is there"
    return Verdict("wsl_registrations", "G8", "warn", "; ".join(state.damaged_registrations), remedy)


def distributions(state: HostState) -> Verdict:
    """The distributions and their owners. Only WSL 2 has the GPU."""
    owners = {user.sid: user.name for user in state.users}
    found = [(entry, owners.get(sid) or sid) for sid, entries in state.distributions.items() for entry in entries]
    if not found:
        seen = "no distribution is registered for anyone whose profile is loaded"
        return Verdict("distributions", "G8", "info", seen, "run provision.yml, which installs or imports one")
    more = f" and {len(found) - _MOST_NAMES} more" if len(found) > _MOST_NAMES else ""
    seen = ", ".join(_distribution(entry, owner) for entry, owner in found[:_MOST_NAMES]) + more
    if any(entry.version == 1 for entry, _owner in found):
        remedy = "WSL 1 has no GPU: let its owner run wsl.exe --set-version NAME 2 if programs in it need one"
        return Verdict("distributions", "G8", "warn", seen, remedy)
    return Verdict("distributions", "G8", "ok", seen)


def _distribution(entry: Distribution, owner: str) -> str:
    words = [f"WSL {entry.version}", *(["default"] if entry.default else [])]
    words += [] if entry.state == "installed" else [entry.state]
    words += ["opens as root"] if entry.default_uid == 0 else []
    return f"{entry.name} of {owner} ({', '.join(words)})"


def kernel(state: HostState) -> Verdict:
    """Whether WSL has a kernel that is new enough; without one, wsl.exe warns and waits for a key."""
    wsl = state.wsl
    if wsl.kind == "none":
        seen = "WSL is not installed, and so neither is its kernel"
        return Verdict("wsl_kernel", "G23", "info", seen, "run provision.yml: the package of WSL contains a kernel")
    if wsl.kind != "msi":
        seen = "the kernel of this WSL is not known; without one, wsl.exe warns and waits for a key"
        return Verdict("wsl_kernel", "G23", "info", seen, "run provision.yml: the MSI package contains a kernel")
    numbers = tuple(int(part) for part in re.findall(r"\d+", wsl.kernel or "")[:3])
    if len(numbers) < 3:
        seen = f"wsl.exe of WSL {wsl.version} did not show its kernel"
        return Verdict("wsl_kernel", "G23", "info", seen, "see the row app_control; repair WSL if it does not start")
    seen = f"WSL {wsl.version} brings kernel {wsl.kernel}"
    if numbers < catalogue.MINIMUM_KERNEL:
        floor = ".".join(str(part) for part in catalogue.MINIMUM_KERNEL)
        return Verdict("wsl_kernel", "G23", "warn", f"{seen}, below {floor}", "run wsl.exe --update on Windows")
    return Verdict("wsl_kernel", "G23", "ok", seen)
