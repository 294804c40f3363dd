# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Releases of the toolkit in an apt index: which ones there are, and which package versions belong to one.

A release such as 12.8.1 is only the version of metapackages; the parts have their own versions (cuda-nvcc 12.8.93,
libcublas 12.8.4.1). A metapackage depends on at least the versions of its release, so the lowest version that satisfies
it belongs to that release.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import versions as apt_versions
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import package_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure

Stanza = t.Mapping[str, str]
Index = t.Mapping[str, t.Mapping[str, Stanza]]
"""Name -> version -> stanza."""


def minors(names: t.Iterable[str], major: int) -> t.List[int]:
    """The minor numbers of the toolkits among package NAMES (``cuda-toolkit-12-8``), ascending."""
    found = (re.match(rf"^cuda-toolkit-{major}-([0-9]+)$", name) for name in names)
    return sorted({int(match.group(1)) for match in found if match})


def index_of(records: t.Iterable[Stanza]) -> Index:
    """RECORDS (``apt-cache show``) by name and version."""
    index: t.Dict[str, t.Dict[str, Stanza]] = {}
    for record in records:
        index.setdefault(record.get("Package", ""), {}).setdefault(record.get("Version", ""), record)
    return index


def releases(index: Index, package: str) -> t.List[str]:
    """The releases of metapackage PACKAGE, ascending: ``12.8.0``, ``12.8.1``."""
    versions = sorted(index.get(package, {}), key=apt_versions.key)
    return [apt_versions.upstream(version) for version in versions]


def parts(index: Index, version: str, wanted: t.Iterable[str]) -> t.Dict[str, str]:
    """Package -> version for everything of the exact release VERSION (``12.8.1``) that WANTED (names) need.

    apt chooses the versions of packages that several releases share (the loader's configuration). Raises Failure.
    """
    short = version.rpartition(".")[0]
    package = package_names.toolkit_package(version)
    known = releases(index, package)
    if version not in known:
        held = f"there are {', '.join(known)}" if known else "there is none"
        raise Failure(f"no source of this distribution contains toolkit {version}; of {short} {held}")
    whole = _walk(index, short, {package: _version_of(index, package, version)})
    missing = [name for name in wanted if name not in whole]
    if missing:
        raise Failure(f"toolkit {version} has no {', '.join(missing)} in the sources of this distribution")
    found: t.Dict[str, str] = {}
    todo = list(wanted)
    while todo:
        name = todo.pop()
        if name not in found:
            found[name] = whole[name]
            todo += [need for need, _op, _at in _needs(index[name][whole[name]]) if need in whole]
    return found


def _version_of(index: Index, package: str, release: str) -> str:
    return next(version for version in index[package] if apt_versions.upstream(version) == release)


def _walk(index: Index, short: str, start: t.Mapping[str, str]) -> t.Dict[str, str]:
    """The versions of the whole release: first dependencies with a version, then those that have the version of their
    dependent."""
    found = dict(start)
    for versioned in (True, False):
        todo = list(found)
        while todo:
            name = todo.pop()
            for need, operator, at in _needs(index[name][found[name]]):
                if need in found or bool(operator) is not versioned or not _belongs(need, short):
                    continue
                fitting = [item for item in index.get(need, {}) if apt_versions.satisfies(item, operator, at)]
                if not versioned:
                    fitting = [item for item in fitting if item == found[name]] or fitting
                if fitting:
                    found[need] = min(fitting, key=apt_versions.key)
                    todo.append(need)
    return found


def _belongs(name: str, short: str) -> bool:
    return package_names.belongs_to_version(name, short) or bool(
        re.match(r"^nsight-(compute|systems)-[0-9]{4}\.", name)
    )


def _needs(stanza: Stanza) -> t.Iterator[t.Tuple[str, str, str]]:
    """(name, operator, version) of each dependency; of alternatives the first."""
    for group in f"{stanza.get('Pre-Depends', '')},{stanza.get('Depends', '')}".split(","):
        match = re.match(r"^\s*([^\s(:|]+)(?::\w+)?\s*(?:\(\s*([<>=]+)\s*([^)\s]+)\s*\))?", group)
        if match:
            yield match.group(1), match.group(2) or "", match.group(3) or ""
