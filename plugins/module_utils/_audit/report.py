# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The read-only report of one distribution, row by row of NVIDIA's guide. Observing and judging are apart.

Rows are those of the guide's table (G7 kernel, G9 no driver, G10 old key, …). This file has those about the driver and
the keys; the other files of this room have the rest.
"""

from __future__ import annotations

import os
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import containers, libraries, memory, toolkit
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard, installer_log, kernel_module, loader
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import repair as driver_repair
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue, driver_packages, pin_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import legacy_keys
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import INFO, OK, STOP, WARN, Verdict
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import run as system_run
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import path, search_path

_REPAIR = "run wslfleet.cuda.cuda_repair (playbooks/repair.yml)"
_ALLOW = "take ldconfig=false out of [automount] in /etc/wsl.conf, then run wsl --terminate on Windows"
_LINK = "put a link to the file in /usr/lib/wsl/lib in its place: a copy is stale after the next Windows driver"
_MEND_APT = "run wslfleet.cuda.cuda_legacy, which takes out NVIDIA's own broken sources; mend others by hand"
_GUARD = "run wslfleet.cuda.cuda_guard"


@dataclass(frozen=True)
class Seen:
    """Everything that the report is made of."""

    repair: driver_repair.State
    legacy: legacy_keys.State
    kernel: str
    """/proc/version."""
    picks: t.Mapping[str, str]
    wsl_files: t.Tuple[str, ...]
    ld_wsl_conf: bool
    forbidden: bool
    """/etc/wsl.conf keeps WSL from writing ld.wsl.conf."""
    dkms: t.Tuple[str, ...]
    """Kernel modules, their sources and DKMS folders."""
    library_path: t.Tuple[str, ...]
    """Where folders come before WSL's in LD_LIBRARY_PATH or PATH, in words."""
    nvidia_smi: str
    """The one that a login shell finds first; empty when none."""
    guard_missing: t.Tuple[str, ...]
    open_candidates: t.Mapping[str, str]
    """Driver package -> version that apt would install."""
    apt_problem: str
    """Why apt cannot tell; empty when it can."""
    toolkit: toolkit.State
    containers: containers.State
    meminfo: str
    """/proc/meminfo."""
    nvidia_smi_for_root: bool
    """/usr/local/bin, which is in everybody's PATH, leads to WSL's nvidia-smi."""


def observe(run: system_run.Runner, fingerprints: t.Sequence[str], instead: str = "", root: str = "") -> Seen:
    """Read the system; two quick processes of apt, for the effect of the pin."""
    repair, legacy = driver_repair.observe(root), legacy_keys.observe(fingerprints, root)
    return Seen(
        repair,
        legacy,
        (files.read_text(root + "/proc/version") or "").strip(),
        loader.read_picks(root),
        tuple(loader.wsl_files(root)),
        loader.lists_wsl_folder(root),
        loader.forbids_configuration(files.read_text(f"{root}/etc/wsl.conf") or ""),
        tuple(kernel_module.leftovers(root)),
        tuple(finding.text for finding in search_path.findings(root)),
        search_path.first_nvidia_smi(root),
        tuple(file.path for file in guard.files(instead) if not os.path.exists(root + file.path)),
        *_candidates_or_problem(run),
        toolkit.observe(repair.database, legacy.sources, root),
        containers.observe(repair.database, root),
        files.read_text(root + "/proc/meminfo") or "",
        os.path.lexists(root + path.NVIDIA_SMI) and loader.leads_to_wsl(root, path.NVIDIA_SMI),
    )


def open_candidates(run: system_run.Runner) -> t.Dict[str, str]:
    """Driver packages that apt knows and would install: what counts is the pin's effect, not its file.

    Names that the pin does not list (kernel modules of one kernel, say) are left to the plan and the hook. Raises
    AptError.
    """
    names = [name for name in query.names(run) if pin_names.is_pinned(name)]
    if not names:
        return {}
    return guard.effective(query.ask(run, command.cache("policy", *sorted(names))).stdout)


def _candidates_or_problem(run: system_run.Runner) -> t.Tuple[t.Mapping[str, str], str]:
    try:
        return open_candidates(run), ""
    except query.AptError as error:
        return {}, str(error)


def rows(seen: Seen) -> t.List[Verdict]:
    """The verdicts on what was SEEN."""
    found = [
        _kernel(seen.kernel),
        _drivers(seen),
        _states(seen),
        _run_file(seen),
        _strays(seen),
        _loader_row(seen),
        _ld_conf(seen),
        _environment(seen),
        _dkms(seen),
        _guard(seen),
        _pin(seen),
        _metapackages(seen),
        _keys(seen),
        _sources_row(seen),
        *toolkit.rows(seen.toolkit, guarded=not seen.guard_missing),
        *libraries.rows(seen.repair.database),
        _nvidia_smi(seen),
        memory.row(seen.meminfo),
        *containers.rows(seen.containers),
    ]
    return [row for row in found if row is not None]


def _kernel(text: str) -> Verdict:
    match = re.search(r"version (\d+)\.(\d+)\.(\d+)", text)
    if not match:
        return Verdict("kernel", "G7", WARN, "/proc/version holds no version", "run wsl --update on Windows")
    version = tuple(int(part) for part in match.groups())
    seen = ".".join(match.groups())
    if version < catalogue.MINIMUM_KERNEL:
        return Verdict("kernel", "G7", STOP, f"{seen}, below 4.19.121", "run wsl --update on Windows")
    if version < catalogue.RECOMMENDED_KERNEL:
        return Verdict("kernel", "G7", WARN, f"{seen}, below the recommended 5.10.16", "run wsl --update on Windows")
    return Verdict("kernel", "G7", OK, seen)


def _drivers(seen: Seen) -> Verdict:
    unlike = {package.key: f" ({seen.repair.reasons[package.key]})" for package in seen.repair.unlike}
    names = [f"{item.name} {item.code}{unlike.get(item.key, '')}" for item in seen.repair.drivers]
    if names:
        return Verdict("driver_packages", "G9", STOP, ", ".join(names), _REPAIR)
    return Verdict("driver_packages", "G9", OK, "none")


def _states(seen: Seen) -> Verdict:
    broken = [f"{package.name} {package.code}" for package in seen.repair.database.broken]
    if seen.repair.database.journal_dirty:
        broken.append("dpkg was interrupted")
    if broken:
        return Verdict("dpkg_states", "G9", STOP, ", ".join(broken), _REPAIR)
    return Verdict("dpkg_states", "G9", OK, "all packages are configured")


def _run_file(seen: Seen) -> Verdict:
    installed = seen.repair.installed
    if installed is not None:
        text = f"driver {installed.version or 'of unknown version'} by NVIDIA's .run installer ({installer_log.LOG})"
        return Verdict("run_file", "G9", STOP, text, _REPAIR)
    return Verdict("run_file", "G9", OK, "no driver from a .run file")


def _strays(seen: Seen) -> Verdict:
    strays = [path for path in seen.repair.strays if path not in seen.dkms]
    if strays:
        more = f" and {len(strays) - 20} more" if len(strays) > 20 else ""
        return Verdict("stray_files", "G9", STOP, ", ".join(strays[:20]) + more, _REPAIR)
    if seen.repair.copies:
        text = f"copies of WSL's files: {', '.join(seen.repair.copies[:20])}"
        return Verdict("stray_files", "G9", WARN, text, _LINK)
    return Verdict("stray_files", "G9", OK, "no driver file outside WSL's folder")


def _loader_row(seen: Seen) -> Verdict:
    if seen.repair.shadowed:
        text = "; ".join(loader.told(seen.repair.shadowed, seen.repair.named))
        return Verdict("loader", "G9", STOP, text, _REPAIR)
    if not any(name.startswith("libcuda.so") for name in seen.wsl_files):
        text = "no libcuda in /usr/lib/wsl/lib: no NVIDIA driver on Windows, or no WSL"
        return Verdict("loader", "G9", INFO, text, "see the rows about the driver on Windows")
    if "libcuda.so.1" not in seen.picks:
        remedy = _ALLOW if seen.forbidden else _REPAIR
        return Verdict("loader", "G9", STOP, "the loader does not find libcuda.so.1", remedy)
    copied = [f"{name} => {path}" for name, path in sorted(seen.picks.items()) if path in seen.repair.copies]
    if copied:
        return Verdict("loader", "G9", WARN, f"a copy of WSL's file: {', '.join(copied)}", _LINK)
    return Verdict("loader", "G9", OK, f"libcuda.so.1 => {seen.picks['libcuda.so.1']}")


def _ld_conf(seen: Seen) -> Verdict | None:
    if not seen.wsl_files:
        return None
    if seen.ld_wsl_conf:
        return Verdict("ld_wsl_conf", "G9", OK, "/etc/ld.so.conf.d lists /usr/lib/wsl/lib")
    found = seen.picks.get("libcuda.so.1", "")
    if found and not seen.repair.shadowed:
        return Verdict("ld_wsl_conf", "G9", OK, f"the loader gets to WSL's files by {os.path.dirname(found)}")
    text = "nothing in /etc/ld.so.conf.d lists /usr/lib/wsl/lib"
    if seen.forbidden:
        return Verdict("ld_wsl_conf", "G9", WARN, f"{text}, since /etc/wsl.conf has [automount] ldconfig=false", _ALLOW)
    return Verdict("ld_wsl_conf", "G9", WARN, text, _REPAIR)


def _environment(seen: Seen) -> Verdict:
    if seen.library_path:
        text = ", ".join(seen.library_path)
        return Verdict("library_path", "G9", WARN, text, "take it out, or put /usr/lib/wsl/lib before it")
    return Verdict("library_path", "G9", OK, "neither LD_LIBRARY_PATH nor PATH comes before WSL's folder")


def _dkms(seen: Seen) -> Verdict:
    if seen.dkms:
        return Verdict("dkms", "G9", WARN, ", ".join(seen.dkms), _REPAIR)
    return Verdict("dkms", "G9", OK, "no NVIDIA kernel module")


def _guard(seen: Seen) -> Verdict:
    if seen.guard_missing:
        return Verdict("guard", "G9", WARN, "missing: " + ", ".join(seen.guard_missing), _GUARD)
    return Verdict("guard", "G9", OK, "pin and hooks are in place")


def _pin(seen: Seen) -> Verdict:
    if seen.apt_problem:
        text = f"nobody can tell whether the guard holds: {seen.apt_problem}"
        return Verdict("pin_effect", "G9", STOP, text, _MEND_APT)
    if not seen.open_candidates:
        return Verdict("pin_effect", "G9", OK, "apt would install no driver package")
    names = sorted(seen.open_candidates)
    text = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    level = WARN if seen.guard_missing else STOP
    remedy = (
        _GUARD
        if seen.guard_missing
        else "look for an entry in /etc/apt/preferences or one that sorts before 00-wslfleet-guard.pref"
    )
    return Verdict("pin_effect", "G9", level, f"apt would install {text}", remedy)


def _metapackages(seen: Seen) -> Verdict:
    names = [
        package.name
        for package in seen.repair.database.packages
        if package.present and driver_packages.is_metapackage(package.name)
    ]
    if names:
        remedy = "mark the toolkit as manually installed, then purge them: from another source they bring a driver"
        return Verdict("metapackages", "G13", WARN, ", ".join(names), remedy)
    return Verdict("metapackages", "G13", OK, "none of cuda, cuda-X-Y, cuda-runtime-X-Y")


def _keys(seen: Seen) -> Verdict:
    remedy = "run wslfleet.cuda.cuda_legacy"
    if seen.legacy.removals:
        return Verdict("old_keys", "G10", STOP, ", ".join(sorted(seen.legacy.removals)), remedy)
    if seen.legacy.unread:
        text = ", ".join(f"{path} ({why})" for path, why in sorted(seen.legacy.unread.items()))
        return Verdict(
            "old_keys", "G10", WARN, f"cannot be read and may hold the old key: {text}", "look at the file by hand"
        )
    return Verdict("old_keys", "G10", OK, "not found")


def _sources_row(seen: Seen) -> Verdict:
    stale = legacy_keys.plan(seen.legacy, "", "", "").stale
    if stale:
        text = ", ".join(f"{item.entry.path} ({item.reason})" for item in stale)
        return Verdict("stale_sources", "G10", WARN, text, "run wslfleet.cuda.cuda_legacy")
    return Verdict("stale_sources", "G10", OK, "none")


def _nvidia_smi(seen: Seen) -> Verdict:
    """Which nvidia-smi a login shell finds: a Linux driver's comes before WSL's in PATH; and whether root finds one."""
    wsl = f"{loader.WSL_LIBRARIES}/nvidia-smi"
    if "nvidia-smi" not in seen.wsl_files:
        return Verdict("nvidia_smi", "G19", INFO, f"there is no {wsl}", "see the rows about the driver on Windows")
    if seen.nvidia_smi not in ("", wsl):
        return Verdict("nvidia_smi", "G19", WARN, f"{seen.nvidia_smi} comes before {wsl} in PATH", _REPAIR)
    if not seen.nvidia_smi_for_root:
        remedy = "run wslfleet.cuda.cuda_toolkit, or call it by its full path"
        return Verdict("nvidia_smi", "G19", WARN, f"{wsl} is not in the PATH of root, sudo and cron", remedy)
    return Verdict("nvidia_smi", "G19", OK, f"{wsl}; root finds it by {path.COMMANDS}")


def is_clean(found: t.Sequence[Verdict]) -> bool:
    """Whether no verdict is a failure."""
    return all(verdict.level != STOP for verdict in found)
