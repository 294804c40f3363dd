# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Problems of the variables of a host, found before anything changes: names, shapes and contradictions. Pure.

Ansible itself ignores names that no role knows, makes lists of text, and text of numbers.
"""

from __future__ import annotations

import difflib
import re
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue, package_names
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import CmdLineError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles import forms, variables
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles import shapes as roles_shapes
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles.shapes import Specs
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout import settings
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import paths
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import distribution_name

ALIKE = 0.8
"""How similar names must be after their prefix, by difflib: one or two letters differ."""
_LINUX_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}\Z")
_LOCATION = "windows_host_distribution_location"
_PATHS = (
    _LOCATION,
    "windows_host_distribution_source",
    "windows_host_driver_installer",
    "windows_host_image",
    "windows_host_wsl_msi",
)
"""Variables that may be a path on the host; the first one must be."""
_DEFAULT_VERSION = "12.8"
"""The version for checking components if the version itself is wrong."""


def unknown(names: t.Iterable[str], known: t.Collection[str], ignored: t.Collection[str] = ()) -> list[str]:
    """One sentence for each of NAMES that begins like those of a role, or nearly so, and is not in KNOWN."""
    problems = []
    mine = set(known) | set(ignored) | variables.RESULTS
    prefixes = (*variables.PREFIXES.values(), variables.PLAYBOOK_PREFIX)
    for name in sorted(names):
        # Nearly all names begin differently, and comparing is slow.
        near = [prefix for prefix in prefixes if name[:3] == prefix[:3]]
        if not near or name in mine:
            continue
        meant = next((found for found in (_meant(name, prefix, known) for prefix in near) if found), "")
        ours = any(name.startswith(prefix) for prefix in near)
        if meant:
            problems.append(f"{name} is no variable of this collection: write {meant}, or {_own(name)}")
        elif ours:
            problems.append(f"{name} is no variable of this collection: take it out, or {_own(name)}")
    return problems


def _own(name: str) -> str:
    return f"if it is your own, name it in wslfleet_ignore_variables: [{name}]"


def _meant(name: str, prefix: str, known: t.Collection[str]) -> str:
    """The one of KNOWN that is similar to NAME; empty if none is. PREFIX is ignored, as all have it."""
    cut = len(prefix) if name.startswith(prefix) else 0
    ends = {each[cut:]: each for each in sorted(known) if each.startswith(prefix)}
    return next((ends[end] for end in difflib.get_close_matches(name[cut:], ends, n=1, cutoff=ALIKE)), "")


def toolkit_problems(version: t.Any, components: t.Any) -> list[str]:
    """The problems of a toolkit VERSION and its COMPONENTS against the catalogue, one sentence each."""
    problems = []
    asked = version
    try:
        catalogue.check_version(asked)
    except catalogue.CatalogueError as error:
        problems.append(str(error))
        asked = _DEFAULT_VERSION
    try:
        package_names.package_names(asked, [str(component) for component in components])
    except catalogue.CatalogueError as error:
        problems.append(str(error))
    return problems


def contradictions(values: t.Mapping[str, t.Any], specs: Specs) -> list[str]:
    """The contradictions in VALUES of the right shapes, one sentence each; unset ones have their default of SPECS."""
    every = {**{name: spec.get("default") for name, spec in specs.items()}, **values}
    return [*forms.problems(values, specs), *_of_toolkit(every), *_of_host(every), *settings.problems(every)]


def _of_toolkit(every: t.Mapping[str, t.Any]) -> list[str]:
    problems = toolkit_problems(every["cuda_version"], every["cuda_components"])
    for version in every["cuda_additional_versions"]:
        problems += toolkit_problems(version, every["cuda_components"])
    source, users = every["cuda_source"], ("cuda_repository", "cuda_proxy", "container_toolkit_repository")
    rules = [
        (
            every["cuda_additional_versions"] and every["cuda_other_versions"] == "remove",
            "cuda_additional_versions needs cuda_other_versions: keep",
        ),
        (
            source == "local_installer"
            and not (every["cuda_local_installer"] and every["cuda_local_installer_sha256"]),
            "cuda_source local_installer needs cuda_local_installer and cuda_local_installer_sha256",
        ),
        (
            source == "local_installer" and every["cuda_repository_url"],
            "cuda_source local_installer takes no cuda_repository_url: all of it is in the package",
        ),
        (
            every["cuda_proxy_username"] and not every["cuda_proxy"],
            "cuda_proxy_username and cuda_proxy_password belong to cuda_proxy",
        ),
        (
            source == "mirror" and not (every["cuda_repository_url"] and every["cuda_key_fingerprint"]),
            "cuda_source mirror needs cuda_repository_url and cuda_key_fingerprint",
        ),
        (
            source == "ubuntu" and not boolean(every["cuda_guard"], strict=False),
            "cuda_source ubuntu needs cuda_guard: true, because that repository contains drivers",
        ),
        *(
            (
                bool(every[f"{name}_username"]) != bool(every[f"{name}_password"]),
                f"{name}_username and {name}_password belong together",
            )
            for name in users
        ),
    ]
    return problems + [text for wrong, text in rules if wrong]


def _of_host(every: t.Mapping[str, t.Any]) -> list[str]:
    problems = []
    for name in ("windows_host_distribution", "windows_host_build"):
        try:
            distribution_name(every[name])
        except CmdLineError as error:
            problems.append(f"{name} {error}")
    user = every["windows_host_distribution_default_user"]
    if user and not _LINUX_USER.match(user):
        problems.append(
            f"windows_host_distribution_default_user {user!r} cannot be a Linux user: small letters, digits, underscore"
            " and hyphen, 32 at most"
        )
    for name in _PATHS:
        path = every[name]
        judge = paths.problem if name == _LOCATION else paths.source_problem
        wrong = judge(path) if path else ""
        if wrong:
            problems.append(f"{name} {path!r} {wrong}")
    if every["windows_host_driver_installer"] and not every["windows_host_driver_sha256"]:
        problems.append("windows_host_driver_installer needs windows_host_driver_sha256")
    return problems


def problems(values: t.Mapping[str, t.Any], names: t.Iterable[str]) -> list[str]:
    """All problems of VALUES, templated, and of NAMES, which are those of all variables of the host."""
    specs = variables.all_variables()
    ignored = values.get("wslfleet_ignore_variables") or []
    found = unknown(names, specs, ignored if isinstance(ignored, (list, tuple)) else [])
    # A value of the wrong shape cannot contradict others.
    shapes = {name: roles_shapes.wrong_shapes({name: value}, specs) for name, value in values.items()}
    sound = {name: value for name, value in values.items() if value is not None and not shapes.get(name)}
    return found + [text for texts in shapes.values() for text in texts] + contradictions(sound, specs)
