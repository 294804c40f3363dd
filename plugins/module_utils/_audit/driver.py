# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The audit's rows about Linux drivers and what they leave behind."""

from __future__ import annotations

import os

from ansible_collections.wslfleet.cuda.plugins.module_utils._audit.observe import State
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import installer_log, loader
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import INFO, OK, STOP, WARN, Verdict, some

REPAIR = "run wslfleet.cuda.cuda_repair (playbooks/repair.yml)"


_ALLOW = "take ldconfig=false out of [automount] in /etc/wsl.conf, then run wsl --terminate on Windows"


_LINK = "put a link to the file in /usr/lib/wsl/lib in its place: a copy is stale after the next Windows driver"


def drivers(seen: State) -> Verdict:
    unlike = {package.key: f" ({seen.repair.reasons[package.key]})" for package in seen.repair.unlike}
    names = [f"{item.name} {item.code}{unlike.get(item.key, '')}" for item in seen.repair.drivers]
    if names:
        return Verdict("driver_packages", "G9", STOP, ", ".join(names), REPAIR)
    return Verdict("driver_packages", "G9", OK, "none")


def states(seen: State) -> Verdict:
    broken = [f"{package.name} {package.code}" for package in seen.repair.database.broken]
    if seen.repair.database.journal_dirty:
        broken.append("dpkg was interrupted")
    if broken:
        return Verdict("dpkg_states", "G9", STOP, ", ".join(broken), REPAIR)
    return Verdict("dpkg_states", "G9", OK, "all packages are configured")


def run_file(seen: State) -> Verdict:
    installed = seen.repair.installed
    if installed is not None:
        text = f"driver {installed.version or 'of unknown version'} by NVIDIA's .run installer ({installer_log.LOG})"
        return Verdict("run_file", "G9", STOP, text, REPAIR)
    return Verdict("run_file", "G9", OK, "no driver from a .run file")


def strays(seen: State) -> Verdict:
    strays = [path for path in seen.repair.strays if path not in seen.dkms]
    if strays:
        return Verdict("stray_files", "G9", STOP, some(strays, 20), REPAIR)
    if seen.repair.copies:
        text = f"copies of WSL's files: {some(seen.repair.copies, 20)}"
        return Verdict("stray_files", "G9", WARN, text, _LINK)
    return Verdict("stray_files", "G9", OK, "no driver file outside WSL's folder")


def loader_row(seen: State) -> Verdict:
    if seen.repair.shadowed:
        text = "; ".join(loader.told(seen.repair.shadowed, seen.repair.named))
        return Verdict("loader", "G9", STOP, text, REPAIR)
    if not any(name.startswith("libcuda.so") for name in seen.wsl_files):
        text = "no libcuda in /usr/lib/wsl/lib: no NVIDIA driver on Windows, or no WSL"
        return Verdict("loader", "G9", INFO, text, "see the rows about the driver on Windows")
    if "libcuda.so.1" not in seen.picks:
        remedy = _ALLOW if seen.forbidden else REPAIR
        return Verdict("loader", "G9", STOP, "the loader does not find libcuda.so.1", remedy)
    copied = [f"{name} => {path}" for name, path in sorted(seen.picks.items()) if path in seen.repair.copies]
    if copied:
        return Verdict("loader", "G9", WARN, f"a copy of WSL's file: {', '.join(copied)}", _LINK)
    return Verdict("loader", "G9", OK, f"libcuda.so.1 => {seen.picks['libcuda.so.1']}")


def ld_conf(seen: State) -> Verdict | None:
    if not seen.wsl_files:
        return None
    if seen.ld_wsl_conf:
        return Verdict("ld_wsl_conf", "G9", OK, "/etc/ld.so.conf.d lists /usr/lib/wsl/lib")
    found = seen.picks.get("libcuda.so.1", "")
    if found and not seen.repair.shadowed:
        return Verdict("ld_wsl_conf", "G9", OK, f"the loader gets to WSL's files by {os.path.dirname(found)}")
    text = "nothing in /etc/ld.so.conf.d lists /usr/lib/wsl/lib"
    if seen.forbidden:
        why = "because /etc/wsl.conf has [automount] ldconfig=false"
        return Verdict("ld_wsl_conf", "G9", WARN, f"{text}, {why}", _ALLOW)
    return Verdict("ld_wsl_conf", "G9", WARN, text, REPAIR)


def dkms(seen: State) -> Verdict:
    if seen.dkms:
        return Verdict("dkms", "G9", WARN, ", ".join(seen.dkms), REPAIR)
    return Verdict("dkms", "G9", OK, "no NVIDIA kernel module")
