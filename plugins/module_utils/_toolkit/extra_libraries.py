# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""NCCL and cuDNN, which are not in the wsl-ubuntu repository, from a source from which nothing else may be installed.

NVIDIA's repositories for ordinary distributions contain drivers, and have the same origin, label and host as
wsl-ubuntu, so no apt pin can distinguish them. That is why this source is never written to /etc/apt/sources.list.d: apt
only sees it in commands with OPTIONS, in which all other names are pinned away.
"""

from __future__ import annotations

import os
import re
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command, dpkg, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import plan as apt_plan
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import cause as network_cause
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue, package_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files as system_files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed, System

FOLDER = "/var/lib/wslfleet/libraries"
OPTIONS = (
    "-o", f"Dir::Etc::SourceList={FOLDER}/source.list",
    "-o", "Dir::Etc::SourceParts=-",
    "-o", f"Dir::Etc::Preferences={FOLDER}/preferences",
    "-o", f"Dir::State::Lists={FOLDER}/lists",
    # A release that this source does not know would be an error.
    "-o", "APT::Default-Release=",
    # The caches of the real sources stay as they are.
    "-o", "Dir::Cache::pkgcache=",
    "-o", "Dir::Cache::srcpkgcache=",
)  # fmt: skip
"""For every apt command that may see the source. The guard's pin in preferences.d is also used."""

LIBRARIES = {
    "nccl": ("libnccl2",),
    "nccl-dev": ("libnccl2", "libnccl-dev"),
    "cudnn": ("libcudnn9-cuda-{major}",),
    "cudnn-dev": ("libcudnn9-cuda-{major}", "libcudnn9-headers-cuda-{major}", "libcudnn9-dev-cuda-{major}"),
}
"""Library -> its packages. NCCL has the toolkit in its version (``2.25.1-1+cuda12.8``), cuDNN in its name."""

_NAMES = re.compile(r"^lib(nccl2|nccl-dev|cudnn9-(cuda|headers-cuda|dev-cuda)-[0-9]+)$")


@dataclass(frozen=True)
class Goal:
    """Package names in order, and the major version of the toolkit that they must be made for."""

    packages: t.Tuple[str, ...]
    major: str


def wanted(libraries: t.Sequence[str], version: t.Any) -> Goal:
    """The packages of LIBRARIES for toolkit VERSION (``12.8``, ``12.latest``, ``12``). Raises Failure."""
    unknown = [name for name in libraries if name not in LIBRARIES]
    if unknown or not libraries:
        raise Failure(f"libraries: {unknown or 'nothing'} given; name some of: {', '.join(LIBRARIES)}")
    try:
        major = version if version in ("12", "13") else str(catalogue.parse_version(version).major)
    except catalogue.CatalogueError as error:
        raise Failure(str(error).replace("cuda_version", "version")) from None
    return Goal(tuple(_names(libraries, major)), major)


def _names(libraries: t.Iterable[str], major: str) -> t.List[str]:
    """The packages of LIBRARIES for toolkits of MAJOR, without repeats."""
    return list(dict.fromkeys(name.format(major=major) for library in libraries for name in LIBRARIES[library]))


def fits(version: str, name: str, major: str) -> bool:
    """Whether VERSION of package NAME is made for toolkits of MAJOR."""
    return "nccl" not in name or f"+cuda{major}." in version


def present(what: Goal, database: dpkg.Database) -> t.List[str]:
    """The packages of WHAT that are installed in a version that fits, as ``name=version``."""
    return sorted(
        f"{item.name}={item.version}"
        for item in database.packages
        if item.name in what.packages and item.installed and fits(item.version, item.name, what.major)
    )


def missing(what: Goal, database: dpkg.Database) -> t.List[str]:
    """The names of WHAT that are not installed in a version that fits."""
    there = {item.split("=")[0] for item in present(what, database)}
    return [name for name in what.packages if name not in there]


def installed(libraries: t.Sequence[str], what: Goal, database: dpkg.Database) -> t.List[str]:
    """The packages of LIBRARIES, including development files, of which something is left."""
    names = _names([f"{library.split('-')[0]}-dev" for library in libraries], what.major)
    return sorted({item.name for item in database.packages if item.name in names and item.left})


def default_url(os_release: str) -> str:
    """NVIDIA's repository for this distribution. Raises Failure for an unknown one."""
    name = package_names.release_name(os_release)
    if not re.match(r"^(ubuntu(20|22|24|26)04|debian1[1-3])$", name):
        raise Failure(f"NVIDIA has no repository for {name or 'this distribution'} that is known here; set url")
    return catalogue.repository_url(name)


def files(what: Goal, url: str, keyring: str) -> t.Dict[str, str]:
    """Path -> text of the source, and of the pin that excludes everything else in it. Raises Failure."""
    if not re.match(r"^(https?|file|copy):[^\s\[\]]+$", url):
        raise Failure(f"url {addresses.masked(url)!r} is not an address of an apt repository")
    if "@" in url:
        raise Failure(f"url {addresses.masked(url)!r} contains a user name: write it to /etc/apt/auth.conf.d instead")
    if not re.match(r"^/[^\s\[\]]+$", keyring):
        raise Failure(f"keyring {keyring!r} is not an absolute path")
    pins = [("*", -1), (" ".join(what.packages), 990)]
    return {
        f"{FOLDER}/source.list": f"deb [signed-by={keyring}] {url.rstrip('/')}/ /\n",
        f"{FOLDER}/preferences": "\n".join(
            f"Package: {names}\nPin: release *\nPin-Priority: {priority}\n" for names, priority in pins
        ),
    }


def open_source(system: System, what: Goal, url: str, keyring: str) -> None:
    """Write the source and fetch its index. Raises Failure."""
    if not system.exists(keyring):
        raise Failure(f"{keyring}: no such keyring; add the toolkit's source first, or set keyring")
    for path, text in files(what, url, keyring).items():
        system_files.write_file(system.path(path), text)
    os.makedirs(system.path(f"{FOLDER}/lists/partial"), exist_ok=True)
    done = query.update(system, OPTIONS)
    if done.code != 0:
        found = apt_plan.errors(done.output)
        cause = network_cause.named(system, addresses.masked(url), done.output) or "; ".join(found[:2])
        raise Failure(f"{addresses.masked(url)}: {cause or f'apt-get update failed with {done.code}'}")


def choose(what: Goal, names: t.Sequence[str], madison: str) -> t.List[str]:
    """``name=version`` for NAMES, from the output of ``apt-cache madison``, in which the first fitting line is the
    newest.

    Raises Failure.
    """
    rows = [[part.strip() for part in line.split("|")] for line in madison.splitlines()]
    offers: t.Dict[str, t.List[str]] = {}
    for row in rows:
        if len(row) >= 3 and fits(row[1], row[0], what.major):
            offers.setdefault(row[0], []).append(row[1])
    nothing = [name for name in names if name not in offers]
    if nothing:
        raise Failure(f"the source contains no {', '.join(nothing)} for CUDA {what.major}")
    return [f"{name}={offers[name][0]}" for name in names]


def plan(system: System, what: Goal, names: t.Sequence[str], database: dpkg.Database) -> apt_plan.Judgement:
    """What installing NAMES from the open source would do. Raises Failure when that is refused."""
    asked = choose(what, names, query.ask(system, command.cache("madison", *OPTIONS, *names)).stdout)

    def with_source(arguments: t.Sequence[str]) -> Completed:
        return system.run([arguments[0], *OPTIONS, *arguments[1:]])

    judged = query.plan_install(replace(system, run=with_source), asked, installed=database.packages)
    others = [action.name for action in judged.installs if not _NAMES.match(action.name)]
    reasons = [apt_plan.Reason(name, f"would install {name}, which this source is not asked for") for name in others]
    judged = replace(judged, reasons=(*judged.reasons, *reasons))
    if not judged.allowed:
        raise Failure(f"refused before anything was downloaded: {' '.join(asked)}: {judged.why}")
    return judged


def install_command(judged: apt_plan.Judgement) -> t.List[str]:
    """The command that installs what was judged, and nothing else."""
    exact = [f"{action.name}={action.new}" for action in judged.installs]
    return command.install(*exact, options=OPTIONS)
