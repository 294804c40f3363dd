# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Versions and components as names of packages."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia.catalogue import CatalogueError, Version


def toolkit_package(version: str) -> str:
    """The package that every repository with toolkit VERSION contains, whatever the components are:
    ``cuda-toolkit-12-8`` for ``12.8`` and ``12.8.1``, ``cuda-toolkit-12`` for ``12.latest``. Raises CatalogueError.
    """
    asked = catalogue.parse_version(version)
    return catalogue.COMPONENTS["toolkit"].format(v=_dashed(asked) if asked.short else asked.major)


def _dashed(version: Version) -> str:
    """VERSION, whose minor number is known, as it is written in names of packages: ``12-8``."""
    return version.short.replace(".", "-")


def package_names(version: str, components: t.Sequence[str]) -> t.List[str]:
    """The packages to install for COMPONENTS of VERSION, in the order given, without repeats. Raises CatalogueError.

    For ``12.latest`` those of the newest known one.
    """
    asked = catalogue.representative(catalogue.parse_version(version))
    if not components:
        raise CatalogueError(f"cuda_components is empty; name one of: {', '.join(catalogue.COMPONENTS)}")
    names: t.List[str] = []
    for component in components:
        name = catalogue.COMPONENTS[_check_component(component, asked)].format(v=_dashed(asked))
        if name not in names:
            names.append(name)
    return names


def _check_component(component: str, version: Version) -> str:
    asked = (version.major, version.minor or 0)
    if component in catalogue.COMPONENTS:
        since, until = (
            catalogue.COMPONENTS_SINCE.get(component, (12, 0)),
            catalogue.COMPONENTS_UNTIL.get(component, asked),
        )
        if since <= asked <= until:
            return component
        only = f"{since[0]}.{since[1]} and later" if asked < since else f"{until[0]}.{until[1]} and earlier"
        raise CatalogueError(f"cuda_components: {component!r} exists in CUDA {only}, not in {version.short}")
    if re.match(r"^(cuda$|cuda-[0-9]|cuda-drivers|cuda-runtime|cuda-demo-suite|nvidia-|drivers?$)", component):
        reason = "installs a Linux driver, which WSL must not have"
    else:
        reason = "is not known"
    raise CatalogueError(f"cuda_components: {component!r} {reason}; name one of: {', '.join(catalogue.COMPONENTS)}")


def release_name(os_release: str) -> str:
    """NVIDIA's name of the distribution with this text of /etc/os-release: ``ubuntu2404``, ``debian13``, ``fedora42``.

    Releases without a number only have the name. Not every name has a repository.
    """
    values = dict(re.findall(r"(?m)^(ID|VERSION_ID)=\"?([^\"\n]*)\"?$", os_release))
    return f"{values.get('ID', '')}{values.get('VERSION_ID', '').replace('.', '')}"


def is_toolkit_package(name: str) -> bool:
    """Whether NAME is a versioned part of a toolkit (``cuda-nvcc-12-8``, ``libcublas-dev-12-8``), of any version.

    False for metapackages that lead to a driver: ``cuda-12-8``, ``cuda-runtime-12-8``, ``cuda-demo-suite-12-8``.
    """
    if re.match(r"^cuda-(drivers|runtime|demo-suite|compat)-", name):
        return False
    return bool(
        re.match(
            r"^(cuda-[a-z][a-z0-9-]*|lib(cu|np|nv)[a-z0-9-]*|gds-tools)-[0-9]+-[0-9]+(-config-common|-local)?$", name
        )
        or re.match(r"^cuda-toolkit(-[0-9]+)?(-config-common)?$", name)
        or re.match(r"^nsight-(compute|systems)-[0-9]{4}\.", name)
    )


def belongs_to_version(name: str, version: str) -> bool:
    """Whether NAME is a part of toolkit VERSION and of no other."""
    dashed = version.replace(".", "-")
    return is_toolkit_package(name) and bool(re.search(r"-" + re.escape(dashed) + r"(-|$)", name))
