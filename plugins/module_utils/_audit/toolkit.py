# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The audit's rows about the toolkit: which one, its source, its components, whether it compiles and is found."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit.toolkit_state import State
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import INFO, OK, WARN, Verdict, some
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import host_compiler, path, smoke_test

_INSTALL = "run wslfleet.cuda.cuda_toolkit (playbooks/provision.yml)"
_GUARD = "run wslfleet.cuda.cuda_guard"
_MOST = 8
"""Names in one verdict."""
_OF_RELEASE = re.compile(r"/cuda/repos/((?:ubuntu|debian)[0-9]+)(?:/|$)")
_FOR_WSL = re.compile(r"/cuda/repos/wsl-ubuntu(?:/|$)")
_OURS = re.compile(r"/cuda-[^/]+\.sources$")
_COMPONENTS = {package: component for component, package in catalogue.COMPONENTS.items()}


def rows(state: State, guarded: bool) -> t.List[Verdict]:
    """The verdicts on STATE. GUARDED: the guard is in place."""
    return [
        _toolkit(state),
        _source(state, guarded),
        _components(state),
        _compile(state),
        _nvcc(state),
        _search_paths(state),
    ]


def _toolkit(state: State) -> Verdict:
    versions = versions_of(state.database)
    if not versions:
        return Verdict("toolkit", "G11", INFO, "no CUDA toolkit is installed", "run wslfleet.cuda.cuda_toolkit")
    where = f"; default {state.default}" if state.default else ""
    need = max(catalogue.MINIMUM_WINDOWS_DRIVER.get(int(version.split(".")[0]), (0, 0)) for version in versions)
    return Verdict(
        "toolkit", "G11", OK, f"{', '.join(versions)}{where}; needs Windows driver {need[0]}.{need[1]:02d} or later"
    )


def versions_of(database: dpkg.Database) -> t.List[str]:
    """The toolkits with a compiler that are installed."""
    found = (
        re.match(r"^cuda-(?:toolkit|nvcc|compiler)-([0-9]+-[0-9]+)$", package.name)
        for package in database.packages
        if package.installed
    )
    return sorted({match.group(1).replace("-", ".") for match in found if match})


def _source(state: State, guarded: bool) -> Verdict:
    """Whether the toolkit may come from a repository for ordinary Ubuntu or Debian, which also contains drivers."""
    enabled = [entry for entry in entries.parse_all(state.sources) if entry.enabled]
    matches = [(entry, _OF_RELEASE.search(entry.uri)) for entry in enabled]
    others = {f"{match.group(1)} ({entry.path})" for entry, match in matches if match}
    if others:
        seen = f"NVIDIA's repository of {', '.join(sorted(others))}, which also contains drivers"
        if guarded:
            return Verdict("toolkit_source", "G12", OK, f"{seen}; the guard lets only the toolkit in")
        return Verdict("toolkit_source", "G12", WARN, f"{seen}, and no guard", _GUARD)
    ours = {entry.path for entry in enabled if _is_for_wsl(entry)}
    if ours:
        seen = f"NVIDIA's repository for WSL, a mirror of it or a local installer ({', '.join(sorted(ours))})"
        return Verdict("toolkit_source", "G12", OK, f"{seen}; none that contains drivers")
    seen = "no repository with a CUDA toolkit is set up"
    return Verdict("toolkit_source", "G12", INFO, seen, "run wslfleet.cuda.cuda_repository if updates are wanted")


def _is_for_wsl(entry: entries.Entry) -> bool:
    local = entries.kind_of(entry.uri) == "local-installer"
    return local or bool(_FOR_WSL.search(entry.uri) or _OURS.search(entry.path))


def _components(state: State) -> Verdict:
    """Which parts of a toolkit are installed, as cuda_components names them."""
    found: t.Dict[str, t.List[str]] = {}
    for package in state.database.packages:
        match = re.match(r"^(.+)-([0-9]+)-([0-9]+)$", package.name) if package.installed else None
        component = _COMPONENTS.get(f"{match.group(1)}-{{v}}") if match else None
        if match and component:
            found.setdefault(f"{match.group(2)}.{match.group(3)}", []).append(component)
    if not found:
        remedy = "name what is wanted in cuda_components and run wslfleet.cuda.cuda_toolkit"
        return Verdict("components", "G14", INFO, "no component of a CUDA toolkit is installed", remedy)
    told = [f"{short}: {_listed(names)}" for short, names in sorted(found.items())]
    return Verdict("components", "G14", OK, "; ".join(told))


def _listed(names: t.Sequence[str]) -> str:
    if "toolkit" in names:
        return f"the whole toolkit, {len(names)} components"
    return some(sorted(names), _MOST)


def _compile(state: State) -> Verdict:
    """Whether a new program would compile here, judged by the versions, and the outcome of the last test."""
    if not state.nvcc:
        seen = "no nvcc: programs that exist run by libcuda alone (row loader), new ones do not compile"
        return Verdict("compile", "G15", INFO, seen, _INSTALL)
    host = host_compiler.host_of(state.database.packages)
    match = re.search(r"/cuda-([0-9]+\.[0-9]+)", state.nvcc)
    problem, _colon, way = (host_compiler.problem(match.group(1), host) if match else "").partition(": ")
    if problem:
        return Verdict("compile", "G15", WARN, problem, way)
    if host.gcc is None and not host.others:
        remedy = "install g++, or run role wslfleet.cuda.cuda_toolkit, which does (cuda_host_compiler)"
        return Verdict("compile", "G15", WARN, f"{state.nvcc} is there, and no g++, which it needs", remedy)
    with_what = f"{state.nvcc} with g++ {host.gcc or host.others[-1]}"
    if not state.smoke:
        remedy = "run wslfleet.cuda.cuda_smoke_test, which compiles a program and runs it"
        return Verdict("compile", "G15", INFO, f"{with_what} fits; no program was tried with them", remedy)
    remedy = smoke_test.REMEDIES.get(state.smoke, "run wslfleet.cuda.cuda_smoke_test")
    levels = {"ran_on_gpu": OK, "no_gpu": INFO}
    seen = f"{with_what} compiled a program; it ran: {state.smoke}"
    return Verdict("compile", "G15", levels.get(state.smoke, WARN), seen, remedy)


def _nvcc(state: State) -> Verdict:
    """Whether the nvcc of every shell is that of the default toolkit, as was asked for."""
    if not state.nvcc:
        return Verdict("nvcc", "G24", INFO, "the default toolkit has no nvcc that a shell could find", _INSTALL)
    others = [found for found in state.first_nvccs if found.leads_to != state.nvcc]
    if not others:
        return Verdict("nvcc", "G24", OK, f"every shell finds {state.nvcc}")
    text = some([found.text for found in others], 5, "; ")
    if all(not found.path for found in others):
        return Verdict("nvcc", "G24", WARN, text, "run wslfleet.cuda.cuda_toolkit")
    return Verdict("nvcc", "G24", WARN, f"{text}, not {state.nvcc}", "take it out of that PATH, or put it behind")


def _search_paths(state: State) -> Verdict:
    """The step after the installation: PATH and the loader lead to the default toolkit."""
    if not state.nvcc:
        seen = "no toolkit with a compiler is the default one, so that there is nothing to put into PATH"
        return Verdict("toolkit_path", "G24", INFO, seen, _INSTALL)
    if state.commands_missing:
        seen = f"not written or changed since: {some(state.commands_missing, _MOST)}"
        return Verdict("toolkit_path", "G24", WARN, seen, "run wslfleet.cuda.cuda_toolkit")
    if state.libraries and not state.libraries_named:
        seen = f"no file in /etc/ld.so.conf.d names {state.libraries}: programs do not find the toolkit's libraries"
        remedy = "install the package cuda-toolkit-config-common, or run ldconfig after naming the folder there"
        return Verdict("toolkit_path", "G24", WARN, seen, remedy)
    seen = f"{path.PROFILE} and {path.COMMANDS} lead to {state.default}"
    seen += f", {state.libraries_named[0]} to its libraries" if state.libraries_named else ""
    return Verdict("toolkit_path", "G24", OK, seen)
