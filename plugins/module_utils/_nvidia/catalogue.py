# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What is known about the CUDA toolkits: versions, components, minimum drivers, keys, addresses.

Sources: NVIDIA's release notes (table of drivers), the metapackages of 12.4.0, 12.8.1 and 13.3.0, the key rotation
of 2022-04-27. "The guide" is NVIDIA's "CUDA on WSL User Guide"; its table of what works in WSL 2 (1.1) is that of the
editions 13.1 to 13.4.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import version_text
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure

OLD_KEY = "AE09FE4BBD223A84B2CCFCE3F60F4B3D7FA2AF80"
"""7fa2af80, rsa4096 of 2016; signed the CUDA and machine-learning repositories until 2022-04-27."""
CURRENT_KEY = "EB693B3035CD5710E231E123A4B469963BF863CC"
"""3bf863cc, rsa4096 of 2022; signs wsl-ubuntu and ubuntu1604 to ubuntu2404."""

REPOSITORY_KEYS = {
    "debian13": "02182E60104FCDC26EAE1B8597A5D4CB8793F200",
    "ubuntu2604": "14BAFBC7562AD710CA04E69905FBB6DA60DF8A40",
}
"""Repositories for new releases have their own keys, which apt 3 accepts; the others have CURRENT_KEY."""

KEYRING_DEB = "cuda-keyring_1.1-1_all.deb"
WSL_KEYRING_SHA256 = "eea6cc5f0eaeb99082d054b8c05ae206a378e31e88048df0310d59f651dceed2"
"""The copy in wsl-ubuntu/x86_64; other folders contain other debs with the same name."""

VERSIONS = (
    "12.0", "12.1", "12.2", "12.3", "12.4", "12.5", "12.6", "12.8", "12.9",
    "13.0", "13.1", "13.2", "13.3", "13.4", "13.5",
)  # fmt: skip
"""Toolkit versions that exist as ``cuda-toolkit-X-Y``. There is no 12.7."""

MINIMUM_WINDOWS_DRIVER = {12: (527, 41), 13: (580, 0)}
"""Major version of the toolkit -> lowest Windows driver for minor-version compatibility."""

MINIMUM_KERNEL = (4, 19, 121)
RECOMMENDED_KERNEL = (5, 10, 16)
"""Of WSL (guide 5.2.2): what CUDA needs, and what the guide recommends."""

LEGACY_IPC_DRIVER = (510, 0)
"""The first Windows driver with legacy CUDA IPC in WSL (guide 1.1)."""


@dataclass(frozen=True)
class DeveloperTool:
    """What a tool for developers needs in WSL (guide 1.1)."""

    id: str
    name: str
    capability: t.Tuple[int, int]
    """The lowest compute capability."""
    generation: str
    """The first GPUs with it."""
    driver: t.Tuple[int, int] = (495, 0)
    """The lowest driver on Windows 11; CUDA in WSL itself needs 495."""
    driver_windows_10: t.Tuple[int, int] | None = None
    """The lowest driver on Windows 10; None: the same."""
    build_windows_10: int = 0
    """The lowest build of Windows 10; 0: the same as for CUDA in WSL."""


DEVELOPER_TOOLS = (
    DeveloperTool("compute_sanitizer", "Compute Sanitizer", (6, 0), "Pascal"),
    DeveloperTool("nsight_systems", "Nsight Systems (command line) and traces by CUPTI", (7, 0), "Volta"),
    DeveloperTool("debuggers", "debuggers (cuda-gdb)", (6, 0), "Pascal", (535, 0)),
    DeveloperTool("profilers", "profilers (Nsight Compute)", (7, 0), "Volta", (525, 0), (545, 0), 19044),
)

LIBRARY_FLOORS = {"nccl": ("libnccl2", (2, 12)), "ucx": ("libucx0", (1, 10))}
"""Library of several processes -> its package and the first version that works in WSL (guide 1.1)."""
RAPIDS_FLOOR = "22.04"
"""The first RAPIDS that works in WSL (guide 1.1). It is installed with pip or conda; no distribution has a package of
it."""

_OF_CUDA = """
    toolkit compiler libraries libraries-dev tools command-line-tools visual-tools documentation nvcc crt cudart
    cudart-dev cccl nvrtc nvrtc-dev nvml-dev driver-dev profiler-api opencl opencl-dev cupti cupti-dev nvtx gdb
    sanitizer cuobjdump cuxxfilt nvdisasm nvprune nvprof nvvp nsight nsight-compute nsight-systems
"""
_LIBRARIES = """
    cublas cublas-dev cufft cufft-dev cufile cufile-dev curand curand-dev cusolver cusolver-dev cusparse
    cusparse-dev npp npp-dev nvjitlink nvjitlink-dev nvfatbin nvfatbin-dev nvjpeg nvjpeg-dev
"""
COMPONENTS: t.Dict[str, str] = {
    **{name: f"cuda-{name}-{{v}}" for name in _OF_CUDA.split()},
    "gds-tools": "gds-tools-{v}",
    **{name: f"lib{name}-{{v}}" for name in _LIBRARIES.split()},
}
"""Component -> package name, ``{v}`` being the version with dashes. None of them leads to a driver."""

COMPONENTS_SINCE = {"nvfatbin": (12, 4), "nvfatbin-dev": (12, 4)}
"""Component -> first toolkit that has it, where that is not 12.0."""
COMPONENTS_UNTIL = {"nvprof": (12, 9), "nvvp": (12, 9), "nsight": (12, 9)}
"""Component -> last toolkit that has it (the package list of 13.3 has none of them)."""

_CAPABILITIES = (
    ((12, 0), (5, 0), (9, 0)),
    ((12, 8), (5, 0), (12, 0)),
    ((12, 9), (5, 0), (12, 1)),
    ((13, 0), (7, 5), (12, 1)),
)
"""From toolkit on, lowest and highest compute capability that nvcc builds for."""


class CatalogueError(Failure):
    """A version or a component that does not exist; the message names those that do."""


@dataclass(frozen=True)
class Version:
    """A toolkit as it can be asked for: ``12.8``, ``12.8.1``, or ``12.latest`` (no minor number)."""

    major: int
    minor: int | None
    patch: int | None = None

    @property
    def short(self) -> str:
        """``12.8``; empty while the minor number is open."""
        return "" if self.minor is None else f"{self.major}.{self.minor}"

    @property
    def exact(self) -> str:
        """``12.8.1`` when a patch release was asked for, else empty."""
        return "" if self.patch is None else f"{self.short}.{self.patch}"


def parse_version(version: t.Any) -> Version:
    """VERSION (``12.8``, ``12.8.1``, ``12.latest``) as its parts. Raises CatalogueError for a toolkit that is not
    known.

    Later versions of 13 than those in this table are accepted: the source shows whether they exist.
    """
    problem = version_text.problem("cuda_version", version)
    if problem:
        raise CatalogueError(problem)
    match = re.match(r"^(12|13)\.(latest|0|[1-9][0-9]?)(?:\.(0|[1-9][0-9]?))?\Z", version)
    if match:
        major, minor, patch = match.groups()
        if minor == "latest" and patch is None:
            return Version(int(major), None)
        if f"{major}.{minor}" in VERSIONS or (major == "13" and minor != "latest"):
            return Version(int(major), int(minor), None if patch is None else int(patch))
    hint = 'write major and minor, quoted, as in "12.8"' if re.match(r"^[0-9]+$", version) else "no such toolkit"
    if version.strip() == "latest":
        hint = 'say of which major version, as in "12.latest"'
    raise CatalogueError(
        f"cuda_version {version!r}: {hint}; known: {', '.join(VERSIONS)}, patch releases such as 12.8.1, and 12.latest"
    )


def check_version(version: t.Any) -> str:
    """VERSION if it can be asked for. Raises CatalogueError."""
    parse_version(version)
    return str(version)


def number(version: t.Any) -> t.Tuple[int, int]:
    """Major and minor number of VERSION, of the newest known one for ``12.latest``. Raises CatalogueError."""
    asked = representative(parse_version(version))
    return asked.major, asked.minor or 0


def representative(version: Version) -> Version:
    """VERSION with a minor number: the newest known one when it is open."""
    if version.minor is not None:
        return version
    return Version(version.major, max(int(item.split(".")[1]) for item in VERSIONS if int(item[:2]) == version.major))


def minimum_driver(version: str) -> t.Tuple[int, int]:
    """The lowest Windows driver (as in ``nvidia-smi``: 527.41) for toolkit VERSION."""
    return MINIMUM_WINDOWS_DRIVER[parse_version(version).major]


def capabilities(version: str) -> t.Tuple[t.Tuple[int, int], t.Tuple[int, int]]:
    """Lowest and highest compute capability that nvcc of toolkit VERSION builds for."""
    asked = number(version)
    return next((low, high) for since, low, high in reversed(_CAPABILITIES) if since <= asked)


def repository_url(name: str) -> str:
    """NVIDIA's repository for NAME, which is ``wsl-ubuntu`` or what ``release_name`` gives."""
    return f"https://developer.download.nvidia.com/compute/cuda/repos/{name}/x86_64/"
