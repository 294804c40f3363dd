# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The names in the guard's apt pin.

The pin cannot use patterns: with 65,000 names in the index, each glob of a preferences file costs every apt command
about 50 ms, and each regular expression costs seconds (measured with apt 2.6 and 3.0). 10,000 exact names cost nothing,
so the pin lists sources and exact names.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages

_SUFFIXED = (
    "libnvidia-cfg1", "libnvidia-common", "libnvidia-compute", "libnvidia-decode", "libnvidia-encode",
    "libnvidia-extra", "libnvidia-fbc1", "libnvidia-gl", "libnvidia-ifr1", "nvidia-compute-utils",
    "nvidia-dkms", "nvidia-driver", "nvidia-headless", "nvidia-headless-no-dkms", "nvidia-kernel-common",
    "nvidia-kernel-source", "nvidia-utils", "nvidia-firmware", "nvidia-open", "nvidia-fabricmanager",
    "nvidia-imex", "libnvidia-nscq", "libnvsdm", "xserver-xorg-video-nvidia", "cuda-drivers",
    "cuda-drivers-fabricmanager", "nvidia-linux-grid", "nvidia-vgpu-ubuntu", "nvidia-vgpu-debian", "nvidia-vgpu-kvm",
)  # fmt: skip
"""Names with the driver branch as a suffix (Ubuntu, NVIDIA); from branch 590 on also without it."""
_DATA_CENTRE = (
    "nvidia-fabricmanager", "nvidia-imex", "libnvidia-nscq", "libnvsdm", "cuda-drivers", "cuda-drivers-fabricmanager",
    "nvidia-linux-grid", "nvidia-vgpu-ubuntu", "nvidia-vgpu-debian", "nvidia-vgpu-kvm",
)  # fmt: skip
"""Those of them that have no ``-server`` flavour."""
_OPEN = ("nvidia-dkms", "nvidia-driver", "nvidia-headless", "nvidia-headless-no-dkms", "nvidia-kernel-source")
_UNSUFFIXED = (
    "libcuda1", "libcudadebugger1", "libnvcuvid1", "libnvidia-ml1", "libnvidia-encode1", "libnvidia-gpucomp",
    "libnvidia-ptxjitcompiler1", "libnvidia-opticalflow1", "libnvidia-present", "libnvidia-vksc-core",
    "libnvidia-sandboxutils", "nvidia-smi", "nvidia-modprobe", "nvidia-persistenced", "nvidia-xconfig",
    "nvidia-driver-bin", "nvidia-driver-cuda", "nvidia-driver-libs", "nvidia-driver-full", "nvidia-driver-assistant",
    "nvidia-kernel-dkms", "nvidia-kernel-open-dkms", "nvidia-open-kernel-dkms", "nvidia-kernel-support",
    "nvidia-alternative", "nvidia-opencl-icd", "nvidia-cuda-mps", "nvidia-powerd", "glx-alternative-nvidia",
    "bumblebee-nvidia", "primus-nvidia", "primus-vk-nvidia", "nvidia-primus-vk-common", "nvidia-primus-vk-wrapper",
    "nvidia-fs", "nvidia-fs-dkms", "nvidia-gds", "firmware-nvidia-graphics", "cuda", "gdrdrv-dkms", "nvidia-peermem",
    "nvidia-peermem-dkms", "nvidia-peer-memory", "nvidia-peer-memory-dkms",
)  # fmt: skip
_BRANCHES = (304, 340, 384, 396, 418, *range(390, 800, 5))
"""NVIDIA's branches have been multiples of five since 390, with the exceptions named."""
_TOOLKITS = tuple(f"{major}-{minor}" for major in range(8, 16) for minor in range(10))


def names() -> t.List[str]:
    """The exact names for the pin, sorted. ``src:`` covers Debian's."""
    found = {*_SUFFIXED, *_UNSUFFIXED}
    for branch in _BRANCHES:
        found |= {f"{name}-{branch}" for name in _SUFFIXED}
        found |= {f"{name}-{branch}-server" for name in _SUFFIXED if name not in _DATA_CENTRE}
        found |= {f"{name}-{branch}{flavour}" for name in _OPEN for flavour in ("-open", "-server-open")}
    for toolkit in _TOOLKITS:
        found |= {
            f"{name}-{toolkit}" for name in ("cuda", "cuda-runtime", "cuda-demo-suite", "cuda-compat", "nvidia-gds")
        }
    return sorted(found)


def is_pinned(name: str, source: str = "") -> bool:
    """Whether the pin blocks package NAME built from SOURCE (empty: of the same name)."""
    return name in _PINNED or driver_packages.is_driver_source(source or name)


_PINNED = frozenset(names())
