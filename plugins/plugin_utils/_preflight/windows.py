# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Verdicts about Windows itself: its build, virtualization, space, restarts and power."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import Verdict
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.firmware import virtualization_menu
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.queries import VIRTUAL_MACHINE_PLATFORM
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.state import HostState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight.needs import Needs

LONG_RUN_SECONDS = 1800
"""Seconds that a first run may take while nobody touches the laptop."""
_GIB = 1024**3
_PIN_DEMANDED, _PIN_ALLOWED = 1, 2


def supported_build(build: int, ubr: int) -> bool:
    """Windows 11, Server 2022 and later, or Windows 10 21H2 (19044), or 19043 with revision 1263 (guide 1, 4)."""
    return build >= 19044 or (build == 19043 and ubr >= 1263)


def build(state: HostState) -> Verdict:
    """Windows 11, or Windows 10 21H2 and later."""
    seen = f"{state.windows.product} {state.windows.display_version} build {state.windows.version}"
    if supported_build(state.windows.build, state.windows.ubr):
        return Verdict("windows_build", "G5", "ok", seen)
    return Verdict("windows_build", "G5", "stop", seen, "update to Windows 11 or to Windows 10 21H2 (build 19044)")


def architecture(state: HostState) -> Verdict:
    """There is no CUDA for WSL on ARM."""
    seen = f"processor architecture {state.windows.architecture or 'unknown'}"
    if state.windows.architecture.upper() == "AMD64":
        return Verdict("architecture", "G1", "ok", seen)
    return Verdict("architecture", "G1", "stop", seen, "CUDA in WSL needs a 64-bit Intel or AMD processor")


def virtualization(state: HostState) -> Verdict:
    """The firmware settings cannot be read, but a failure of the hypervisor in this boot can."""
    menu = f"turn virtualization on in the firmware ({state.manufacturer or 'maker unknown'}: "
    menu += virtualization_menu(state.manufacturer) + ")"
    if state.hypervisor is False:
        seen = "the hypervisor could not start in this boot (Hyper-V-Hypervisor event 41)"
        remedy = f"{menu}; if it is on already, run bcdedit /set hypervisorlaunchtype auto"
        return Verdict("virtualization", "G6", "stop", seen, remedy + "; then restart")
    if state.hypervisor:
        return Verdict("virtualization", "G6", "ok", "vmcompute is there, the hypervisor did not fail in this boot")
    seen = "cannot be read before VirtualMachinePlatform is in effect"
    return Verdict("virtualization", "G6", "info", seen, f"if WSL cannot start a virtual machine later: {menu}")


def features(state: HostState) -> Verdict:
    """A chosen feature takes effect after a restart, sometimes two."""
    if state.wsl.services.get("vmcompute") and state.wsl.services.get("hns"):
        return Verdict("features", "G6", "ok", "VirtualMachinePlatform is in effect")
    if state.wsl.features.get(VIRTUAL_MACHINE_PLATFORM):
        seen = "VirtualMachinePlatform was chosen and is not in effect"
        return Verdict("features", "G6", "info", seen, "it takes effect after a restart, sometimes after two")
    seen = "VirtualMachinePlatform is off"
    return Verdict("features", "G6", "info", seen, "the role turns it on, which needs a restart")


def free_space(state: HostState, needs: Needs) -> Verdict:
    """Too little space only stops a first installation; a laptop that has everything passes."""
    if state.free_bytes is None:
        return Verdict("free_space", "", "info", "the free space on C: could not be read", "check the free space on C:")
    seen = f"{state.free_bytes / _GIB:.1f} GiB free on C:, {needs.minimum_free_space} GiB wanted"
    if state.free_bytes >= needs.minimum_free_space * _GIB:
        return Verdict("free_space", "", "ok", seen)
    installed = any(user.connected and state.distributions.get(user.sid) for user in state.users)
    return Verdict("free_space", "", "warn" if installed else "stop", seen, "free some space on C:")


def drives(state: HostState, needs: Needs) -> Verdict:
    """A path on a missing drive only stops a first installation, like too little space."""
    wanted = needs.drives
    if not wanted:
        return Verdict("drives", "", "ok", "no option names a path on this host")
    if state.drives is None:
        return Verdict("drives", "", "info", "the drives of this host could not be read", "check the paths yourself")
    missing = {letter: named for letter, named in wanted.items() if letter not in state.drives}
    if not missing:
        return Verdict("drives", "", "ok", f"every drive that an option names exists: {_letters(wanted)}")
    seen = "; ".join(f"there is no drive {letter}: for {', '.join(named)}" for letter, named in missing.items())
    later = any(user.connected and state.distributions.get(user.sid) for user in state.users)
    remedy = "name a path on one of them; a letter that a user gave to a share does not count"
    seen = f"{seen}; this host has {_letters(state.drives)}"
    return Verdict("drives", "", "info" if later else "stop", seen, remedy)


def _letters(drives: t.Iterable[str]) -> str:
    return ", ".join(f"{letter}:" for letter in sorted(drives))


def pending_reboot(state: HostState) -> Verdict:
    """A pending restart of other software."""
    if not state.pending.reasons:
        return Verdict("pending_reboot", "", "ok", "no restart is pending")
    remedy = "restart the host, or let the role do it: windows_host_reboot: when_required"
    return Verdict("pending_reboot", "", "warn", "; ".join(state.pending.reasons), remedy)


def bitlocker_pin(state: HostState) -> Verdict:
    """With a PIN before Windows starts, the laptop is not reachable after a restart."""
    policy = state.security.bitlocker_pin
    remedy = "restart while its user is there, or suspend BitLocker once (manage-bde -protectors -disable C:)"
    if policy == _PIN_DEMANDED:
        return Verdict("bitlocker_pin", "", "warn", "a policy demands a BitLocker PIN before Windows starts", remedy)
    if policy == _PIN_ALLOWED:
        seen = "a policy allows a BitLocker PIN before Windows starts; whether this laptop has one is not shown"
        return Verdict("bitlocker_pin", "", "info", seen, remedy)
    return Verdict("bitlocker_pin", "", "ok", "no policy asks for a BitLocker PIN before Windows starts")


def wireless(state: HostState) -> Verdict:
    """With Wi-Fi profiles that need a user's logon, the laptop is not reachable after a restart."""
    if state.network.wireless_only is None:
        seen = "which kind of adapter carries the connection could not be read"
        return Verdict("wireless", "", "info", seen, "after a restart, Wi-Fi may need a logon")
    if state.network.wireless_only:
        remedy = "after a restart it may be away until someone logs on, unless the Wi-Fi profile is the computer's"
        return Verdict("wireless", "", "warn", "only Wi-Fi has an address", remedy)
    return Verdict("wireless", "", "ok", "a wired adapter has an address")


def sleep(state: HostState) -> Verdict:
    """WinRM does not keep a laptop awake: if it falls asleep, a long run is interrupted.

    Nearly all laptops fall asleep early on battery, so that warns only where the laptop is known to run on it.
    """
    power = state.power
    mains, battery = power.sleep_ac_seconds, power.sleep_dc_seconds
    if mains is None or battery is None:
        return Verdict("sleep", "", "info", "the idle time before sleep could not be read", "keep the laptop awake")
    seen = f"falls asleep after {_minutes(mains)} on mains"
    seen += f", {_minutes(battery)} on battery" if power.battery else ""
    if not any(_is_early(limit) for limit in ([mains, battery] if power.battery else [mains])):
        return Verdict("sleep", "", "ok", seen)
    remedy = f"keep it awake for {LONG_RUN_SECONDS // 60} minutes, and on mains: a run that is cut is resumed later"
    return Verdict("sleep", "", "warn" if _is_early(battery if power.on_battery else mains) else "info", seen, remedy)


def _is_early(seconds: int) -> bool:
    return 0 < seconds < LONG_RUN_SECONDS


def _minutes(seconds: int) -> str:
    return "never" if seconds == 0 else f"{seconds // 60} minutes"


def battery(state: HostState) -> Verdict:
    """On battery an installation may be interrupted."""
    power = state.power
    if power.on_battery:
        charge = "" if power.charge_percent is None else f", {power.charge_percent} % charged"
        return Verdict("battery", "", "warn", f"runs on battery{charge}", "plug it in")
    if power.battery and power.on_battery is None:
        seen = "has a battery; whether it runs on it was not asked"
        return Verdict("battery", "", "info", seen, "gather_subset: [battery] asks")
    return Verdict("battery", "", "ok", "runs on mains" if power.battery else "has no battery")
