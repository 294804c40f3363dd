# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""NVIDIA's container packages: which are needed, in which version, and how they are installed. Never with a driver.

All four have the same version and depend on each other by it. The base package (nvidia-ctk) is enough for CDI; docker
and containerd also need the hook. 1.19.1 is the first whose refresh service works in WSL. Before 1.13.0 there is no CDI
for WSL.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command, dpkg, query, versions
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import plan as apt_plan
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import engines as containers_engines
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import deb822, version_text
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import space
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

BASE = "nvidia-container-toolkit-base"
PACKAGES = ("libnvidia-container1", "libnvidia-container-tools", BASE, "nvidia-container-toolkit")
RECOMMENDED = "1.19.1"
FLOOR = (1, 13, 0)
_OPTIONS = ("--allow-downgrades",)
"""Every version is given, so a downgrade is always wanted."""

Version = t.Tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """What apt has to install: of NVIDIA, and engines."""

    packages: t.Tuple[str, ...] = ()
    engines: t.Tuple[str, ...] = ()
    version: str = ""
    """Of the toolkit once the plan has run, without Debian's revision."""

    @property
    def install(self) -> t.Tuple[str, ...]:
        """Everything, as ``apt-get install`` takes it."""
        return (*self.packages, *self.engines)


def numbers(version: str) -> Version:
    """``1.19.1-1`` -> (1, 19, 1). Empty for anything else, also for candidates (``1.20.0~rc.1-1``)."""
    match = re.match(r"^(\d+)\.(\d+)\.(\d+)(-\d+)?$", version)
    return tuple(int(part) for part in match.groups()[:3]) if match else ()


def check(version: t.Any, minimum: t.Any) -> None:
    """Refuse invalid versions and those that cannot work. Raises Failure."""
    for option, text in (("version", version), ("minimum_version", minimum)):
        problem = version_text.problem(option, text)
        if problem:
            raise Failure(problem)
        if text is not None and not re.match(r"^\d+\.\d+\.\d+$", text):
            raise Failure(f'{option} {text!r}: write three numbers, quoted, as in "{RECOMMENDED}"')
        if text is not None and numbers(text) < FLOOR:
            floor = ".".join(str(part) for part in FLOOR)
            raise Failure(f"{option} {text}: no CDI for WSL before {floor}; name a later one")
    if version is not None and numbers(version) < numbers(minimum):
        raise Failure(f"version {version} is below minimum_version {minimum}; lower that one too")


def needed(engines: t.Sequence[str]) -> t.Tuple[str, ...]:
    """The packages that ENGINES need."""
    return PACKAGES if {"docker", "containerd"} & set(engines) else (BASE,)


def suits(database: dpkg.Database, engines: t.Sequence[str], version: str | None, minimum: str) -> bool:
    """Whether the packages that ENGINES need are installed in one version, which is the wanted one or new enough."""
    mine = {
        package.name: package.version for package in database.packages if package.name in PACKAGES and package.present
    }
    if any(not database.installed(name) for name in (*needed(engines), *mine)) or len(set(mine.values())) != 1:
        return False
    have = numbers(next(iter(mine.values())))
    return have == numbers(version) if version else have >= numbers(minimum)


def pick(available: t.Iterable[str], version: str | None, minimum: str) -> str:
    """The newest suitable version among AVAILABLE (Debian versions). Raises Failure."""
    known = sorted((numbers(item), item) for item in available if numbers(item))
    fitting = [item for item in known if (item[0] == numbers(version) if version else item[0] >= numbers(minimum))]
    if not fitting:
        what = version or f"{minimum} or later"
        newest = f"the newest is {versions.upstream(known[-1][1])}" if known else f"it contains no {BASE}"
        raise Failure(f"the source contains no toolkit {what}: {newest}; update the mirror or check url")
    return fitting[-1][1]


def versions_in(packages_text: str) -> t.List[str]:
    """The versions of the base package in a Packages file, or in the output of ``apt-cache show``."""
    stanzas = deb822.parse_stanzas(packages_text)
    return [stanza.get("Version", "") for stanza in stanzas if stanza.get("Package") == BASE]


def make_plan(
    database: dpkg.Database, engines: t.Sequence[str], deb_version: str, engine_packages: t.Sequence[str]
) -> Plan:
    """Install what ENGINES need, and those of the four that are there already, in DEB_VERSION; empty: keep what is
    there."""
    if not deb_version:
        return Plan((), tuple(engine_packages), versions.upstream(database.version(BASE)))
    present = {package.name for package in database.packages if package.name in PACKAGES and package.present}
    exact = [f"{name}={deb_version}" for name in PACKAGES if name in present or name in needed(engines)]
    return Plan(tuple(exact), tuple(engine_packages), versions.upstream(deb_version))


def engine_packages(system: System, engine: str) -> t.List[str]:
    """The packages to install for ENGINE: the first that the sources contain, and its companions. Raises AptError and
    Failure.
    """
    names, companions = containers_engines.CANDIDATES[engine], containers_engines.COMPANIONS.get(engine, ())
    stanzas = query.records(system, [*names, *companions], all_versions=False)
    offered = {stanza.get("Package", ""): stanza.get("Version", "") for stanza in stanzas}
    for name in names:
        if name not in offered:
            continue
        if engine == "podman" and containers_engines.podman_too_old(offered[name]):
            raise Failure(
                f"podman {offered[name]} of this release cannot read CDI specifications, 4.1.0 or later can; "
                "use docker, or a later release of the distribution"
            )
        return [name, *(companion for companion in companions if companion in offered)]
    raise Failure(
        f"no source of the distribution contains {' or '.join(names)}; add a source that does, or install {engine}"
        " first"
    )


def judge(system: System, plan: Plan, database: dpkg.Database) -> apt_plan.Judgement:
    """What apt would do. Raises Failure if that is refused, mainly because of a driver."""
    judged = query.plan_install(system, plan.install, _OPTIONS, installed=database.packages)
    if not judged.allowed:
        raise Failure(f"refused before anything was downloaded: {' '.join(plan.install)}: {judged.why}")
    space.check(system, judged.needed_bytes)
    return judged


def commands(plan: Plan, interrupted: bool) -> t.List[t.List[str]]:
    """The commands of the transaction; an interrupted dpkg is repaired first."""
    found: t.List[t.List[str]] = []
    if interrupted:
        found.append(list(command.CONFIGURE))
    found.append(command.install(*plan.install, options=_OPTIONS))
    return found
