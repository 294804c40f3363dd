# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, versions and dependencies of NVIDIA's packages, read from data/ (see data/README.md for what is observed)."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"
RELEASES = ("12-4", "12-8")
"""In every repository."""
NEXT_RELEASES = ("13-0", "13-3")
"""In wsl-ubuntu alone: they need a driver that the lab has no Linux packages of."""
DRIVER_VERSION = "570.124.06"
DRIVER_BRANCH = "570"

OLDER_PATCHES = ("12-8-0",)
"""Patch releases that wsl-ubuntu still holds beside the newest one, ``MAJOR-MINOR-PATCH``."""

_META_VERSION = {"12-4": "12.4.0-1", "12-8": "12.8.1-1", "13-0": "13.0.0-1", "13-3": "13.3.0-1"}
_EXTRA_DEPENDENCIES = {"nsight-systems-2023.4.4": ("libtinfo5",)}


@dataclass(frozen=True)
class Package:
    """One binary package of the model; relations are written as in a control file."""

    name: str
    version: str
    architecture: str = "amd64"
    depends: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    source: str = ""
    release: str = ""
    """The toolkit it belongs to, such as ``12-8``; empty for the driver."""

    @property
    def upstream(self) -> str:
        """The version without the Debian revision."""
        return self.version.rpartition("-")[0]

    def fields(self) -> dict[str, str]:
        """Control fields, without Installed-Size."""
        return {
            "Package": self.name,
            "Version": self.version,
            "Architecture": self.architecture,
            "Priority": "optional",
            "Section": "multiverse/devel",
            "Source": self.source,
            "Maintainer": "cudatools <cudatools@nvidia.com>",
            "Provides": ", ".join(self.provides),
            "Depends": ", ".join(self.depends),
            "Conflicts": ", ".join(self.conflicts),
            "Description": f"{self.name} of the lab\n Name, version, dependencies of NVIDIA's package, other content.",
        }


def older_patch(patch: str) -> list[Package]:
    """Every package of the patch release PATCH (``12-8-0``) whose name or version the newest one does not have."""
    release = patch.rpartition("-")[0]
    newest = {(package.name, package.version) for package in toolkit(release)}
    return [package for package in toolkit(release, patch) if (package.name, package.version) not in newest]


def toolkit(release: str, patch: str = "") -> list[Package]:
    """Every package of toolkit RELEASE (``12-4``), dependencies first, with its three metapackages; no driver.

    PATCH (``12-8-0``) is a patch release instead of the newest one.
    """
    rows = _table(f"toolkit_{patch or release}.tsv")
    versions = {name: version for name, version, _arch in rows}
    built = {name: version for name, version, _arch in _table(f"compiler_{release}.tsv")}
    edges = _edges(release, versions)
    packages = [
        Package(name, built.get(name, version), architecture, edges.get(name, ()), release=release)
        for name, version, architecture in rows
    ]
    newest = f"cuda-toolkit-{release}"
    depends = (_at_least(newest, versions[newest]),)
    for name in (f"cuda-toolkit-{release.split('-')[0]}", "cuda-toolkit"):
        packages.append(Package(name, versions[newest], depends=depends, release=release))
    return packages


def driverless_metapackages(release: str) -> list[Package]:
    """``cuda-12-8`` and ``cuda`` as wsl-ubuntu has them: the toolkit and the demo suite, no driver."""
    versions = {package.name: package.version for package in toolkit(release)}
    # 13 has no demo suite.
    names = [name for name in (f"cuda-toolkit-{release}", f"cuda-demo-suite-{release}") if name in versions]
    depends = tuple(_at_least(name, versions[name]) for name in names)
    return _metapackages(release, depends)


def driver_metapackages(release: str) -> list[Package]:
    """The same as every other distribution's repository has them: through ``cuda-runtime`` to ``cuda-drivers``."""
    version = _META_VERSION[release]
    runtime = f"cuda-runtime-{release}"
    needs = (_at_least(f"cuda-libraries-{release}", version), _at_least("cuda-drivers", _DRIVER_NEEDED[release]))
    packages = [Package(runtime, version, depends=needs, release=release)]
    plain = driverless_metapackages(release)[0]
    return packages + _metapackages(release, (_at_least(runtime, version), *plain.depends))


_DRIVER_NEEDED = {"12-4": "550.54.14-1", "12-8": f"{DRIVER_VERSION}-1"}


def demo_suite_needs_runtime(packages: t.Iterable[Package], release: str) -> list[Package]:
    """PACKAGES with the edge cuda-demo-suite -> cuda-runtime, which only the driver repositories have."""
    demo = f"cuda-demo-suite-{release}"
    return [
        Package(**{**package.__dict__, "depends": (f"cuda-runtime-{release}",)}) if package.name == demo else package
        for package in packages
    ]


def driver() -> list[Package]:
    """The packages behind ``cuda-drivers``: the driver for Ubuntu."""
    return [
        Package(
            name=row["Package"],
            version=row["Version"],
            architecture=row["Architecture"],
            depends=_relations(row.get("Depends", "")),
            provides=_relations(row.get("Provides", "")),
            conflicts=("nvidia-smi",) if row["Package"] == f"nvidia-utils-{DRIVER_BRANCH}" else (),
            source=_driver_source(row["Package"]),
        )
        for row in json.loads((DATA / "driver_570.json").read_text(encoding="utf-8"))
    ]


_NCCL = ("2.23.4-1+cuda12.6", "2.25.1-1+cuda12.8", "2.28.3-1+cuda13.0")
_CUDNN = "9.8.0.87-1"


def extra_libraries() -> list[Package]:
    """NCCL for three toolkits, whose versions sort wrong on purpose, and cuDNN for two; not in wsl-ubuntu."""
    packages = [
        Package(name, version, depends=depends, source="nccl")
        for version in _NCCL
        for name, depends in (("libnccl2", ()), ("libnccl-dev", (f"libnccl2 (= {version})",)))
    ]
    for major in ("12", "13"):
        library, headers = f"libcudnn9-cuda-{major}", f"libcudnn9-headers-cuda-{major}"
        needs = (f"{library} (= {_CUDNN})", f"{headers} (= {_CUDNN})")
        packages += [Package(library, _CUDNN), Package(headers, _CUDNN)]
        packages.append(Package(f"libcudnn9-dev-cuda-{major}", _CUDNN, depends=needs))
    return packages


def _driver_source(name: str) -> str:
    if name.startswith("cuda-drivers"):
        return ""
    return "" if name == "nvidia-modprobe" else f"nvidia-graphics-drivers-{DRIVER_BRANCH}"


def _metapackages(release: str, depends: tuple[str, ...]) -> list[Package]:
    version = _META_VERSION[release]
    named = Package(f"cuda-{release}", version, depends=depends, release=release)
    return [named, Package("cuda", version, depends=(_at_least(named.name, version),), release=release)]


def _table(file_name: str) -> list[tuple[str, str, str]]:
    """The rows of a table: name, version, architecture. A table that does not exist has none."""
    file = DATA / file_name
    if not file.exists():
        return []
    rows = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, version, architecture = line.split("\t")[:3]
            rows.append((name, version, architecture))
    return rows


def _edges(release: str, versions: t.Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Package -> relations, with the placeholders of toolkit_dependencies.json filled in."""
    templates: dict[str, list[str]] = json.loads((DATA / "toolkit_dependencies.json").read_text(encoding="utf-8"))
    edges: dict[str, tuple[str, ...]] = {name: needs for name, needs in _EXTRA_DEPENDENCIES.items() if name in versions}
    for template, needed in templates.items():
        relations = [_relation(need, release, versions) for need in needed]
        edges[_fill(template, release, versions)] = tuple(relation for relation in relations if relation)
    return edges


def _relation(template: str, release: str, versions: t.Mapping[str, str]) -> str:
    """The relation, empty when it is to a part of the toolkit that this release does not have."""
    name, versioned, _nothing = template.partition(" >=")
    filled = _fill(name, release, versions)
    if "{" in name and filled not in versions:
        return ""
    return _at_least(filled, versions[filled]) if versioned else filled


def _fill(template: str, release: str, versions: t.Mapping[str, str]) -> str:
    """``cuda-nvcc-{toolkit}`` -> ``cuda-nvcc-12-8``; ``nsight-compute-*`` -> the one package that begins so."""
    name = template.replace("{toolkit}", release).replace("{major}", release.split("-")[0])
    if name.endswith("*"):
        return next(known for known in versions if known.startswith(name[:-1]))
    return name


def _at_least(name: str, version: str) -> str:
    return f"{name} (>= {version.rpartition('-')[0]})"


def _relations(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
