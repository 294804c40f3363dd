# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Verdicts about the remote logon, and about proxies between the host and the network."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import Verdict
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.state import HostState


def account(state: HostState) -> Verdict:
    """WSL refuses LocalSystem."""
    if state.security.system_account:
        remedy = "connect as an administrator's account; management agents that run as SYSTEM cannot use WSL"
        return Verdict("account", "", "stop", "the logon is LocalSystem, which WSL refuses", remedy)
    return Verdict("account", "", "ok", "the logon is a user's account")


def elevation(state: HostState) -> Verdict:
    """Whether the token carries administrator rights."""
    if state.elevated:
        return Verdict("elevation", "", "ok", "the logon is elevated")
    if state.here:
        remedy = "what needs an administrator is refused with the command for it; or start WSL as administrator"
        return Verdict("elevation", "", "info", "WSL was started without administrator rights", remedy)
    remedy = (
        "connect with a domain account that is an administrator of this host, or set"
        " LocalAccountTokenFilterPolicy to 1 for a local one"
    )
    return Verdict("elevation", "", "stop", "the logon has no administrator rights", remedy)


def administrator_protection(state: HostState) -> Verdict:
    """With Administrator Protection, elevated work and registrations of distributions are in a hidden account."""
    if not state.security.administrator_protection:
        return Verdict("administrator_protection", "", "ok", "Administrator Protection is off")
    seen = "Administrator Protection is on: elevated work uses a hidden account with its own distributions"
    remedy = "turn it off for this host by policy (TypeOfAdminApprovalMode), or import as the developer (windows_user)"
    return Verdict("administrator_protection", "", "stop", seen, remedy)


def autorun(state: HostState) -> Verdict:
    """The output of an AutoRun command comes before the output of every command."""
    security = state.security
    where = "; ".join(security.autorun) or "an AutoRun command of cmd.exe"
    if security.autorun_prints:
        remedy = "delete the value AutoRun below Software\\Microsoft\\Command Processor, or let it print nothing"
        return Verdict("autorun", "", "warn", f"{where} prints before every command", remedy)
    seen = f"{where} prints nothing" if security.autorun else "cmd.exe has no AutoRun command"
    return Verdict("autorun", "", "ok", seen)


def proxy(state: HostState) -> Verdict:
    """curl.exe and apt cannot use a configuration script; they need the address of a proxy."""
    network = state.network
    named = {"account": network.proxy, "services": network.services_proxy}
    seen = ", ".join(f"{user}: {address}" for user, address in named.items() if address)
    if network.automatic and not network.proxy:
        remedy = "programs of the role evaluate no script: name the proxy in its variables, or use internal mirrors"
        return Verdict("proxy", "", "warn", f"a script names the proxy: {network.automatic}", remedy)
    if seen:
        return Verdict("proxy", "", "info", f"proxy of {seen}", "name it in the role's variables if need be")
    return Verdict("proxy", "", "ok", "no proxy is set")


def certificates(state: HostState) -> Verdict:
    """TLS inspection cannot be detected, but root certificates from the organisation can."""
    count = state.security.organisation_roots
    if not count:
        return Verdict("certificates", "", "ok", "the organisation hands out no root certificate by policy")
    seen = f"the organisation hands out {count} root certificate{'s' if count > 1 else ''} by policy"
    remedy = "if its proxy inspects TLS, distributions need them too"
    return Verdict("certificates", "", "info", seen, remedy)
