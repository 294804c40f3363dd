# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Which packages contain an NVIDIA driver: by source package, name, what they provide, and which files they contain.

By dependencies: _apt/closure.py. The names are exact: wide globs such as ``*nvidia*`` or ``libcuda*`` hit CUDA
runtimes, container tools and EGL helpers.
"""

from __future__ import annotations

import fnmatch
import re
import typing as t

DRIVER_SOURCES = (
    "nvidia-graphics-drivers*",
    "nvidia-open-gpu-kernel-modules*",
    "nvidia-support",
    "nvidia-modprobe",
    "nvidia-persistenced",
    "nvidia-xconfig",
)
"""Source packages whose binaries are all part of a driver (globs). Debian 12 and 13, Ubuntu."""

_LINE = "(tesla(-[0-9]+)?|legacy-[0-9]+xx|current)"
"""Debian's parallel driver lines."""
_BRANCH = "(-[0-9]+)?(-server|-open)*"
"""Ubuntu's suffix: branch and flavour; from branch 590 on NVIDIA's names have none."""
_LIBRARIES = (
    "allocator|api|cbl|cfg|common|compiler|compute|cuda|cudadebugger|decode|eglcore|encode|extra|fbc|gl|glcore|"
    "glvkspirv|gpucomp|ifr|ml|ngx|nvcuvid|nvoptix|nvvm|opticalflow|pkcs11|pkcs11-openssl3|present|ptxjitcompiler|"
    "rtcore|sandboxutils|vksc-core"
)

NAME_PATTERNS = (
    # NVIDIA's metapackages, and the compatibility package with its own libcuda.
    "cuda-drivers(-.*)?",
    "cuda-compat-[0-9].*",
    # Debian: libcuda1, libegl-nvidia0, libgl1-nvidia-tesla-470-glvnd-glx, libnvidia-ml1, libnvidia-tesla-535-ml1 …
    "libcuda1(-(i386|340|304|384|390))?",
    "lib(cudadebugger|nvcuvid|nvoptix)[0-9]+",
    f"lib(egl|gl|gl1|gles|gles1|gles2|glx)-nvidia(-{_LINE})?(-?[0-9]+|-glvnd-glx|-glx)?",
    f"libnvidia-({_LINE}-)?({_LIBRARIES})[0-9]*",
    # Ubuntu and NVIDIA: libnvidia-compute-570, libnvidia-cfg1-570-server, libnvidia-gl …
    f"libnvidia-({_LIBRARIES})[0-9]*{_BRANCH}",
    "libnvidia-nscq(-[0-9]+)?",
    "libnvsdm(-[0-9]+)?",
    # Debian: nvidia-driver-libs, nvidia-tesla-470-kernel-dkms, nvidia-open-kernel-source …
    f"nvidia-({_LINE}-)?(alternative|driver|driver-bin|driver-full|driver-libs|driver-libs-i386|egl-common|egl-icd|icd|"
    "kernel-dkms|kernel-source|kernel-support|kernel-common|legacy-check|opencl-common|opencl-icd|smi|suspend-common|"
    "vdpau-driver|vulkan-common|vulkan-icd)",
    "nvidia-(cuda-mps|detect|installer-cleanup|libopencl1|modprobe|persistenced|powerd|support|xconfig)",
    "nvidia-open(-[0-9]+.*|-kernel-(dkms|source|support))?",
    "nvidia-kernel-open-dkms",
    # Ubuntu and NVIDIA: nvidia-driver-570-server-open, nvidia-dkms-570, nvidia-headless-no-dkms-570 …
    f"nvidia-(compute-utils|dkms|dkms-open|driver|driver-cuda|driver-local-repo.*|firmware|headless|headless-no-dkms|kernel-common|kernel-open|"
    f"kernel-source|kernel-source-open|utils){_BRANCH}(-[0-9.]+)?",
    "nvidia-driver-assistant",
    "nvidia-(fabricmanager|imex)(-dev)?(-[0-9]+)?",
    # For the guests and hosts of virtual GPUs, from NVIDIA's licensing portal: their control files name no source.
    "nvidia-linux-grid(-[0-9.]+)?",
    "nvidia-vgpu-(ubuntu|debian|kvm)(-[0-9.]+)?",
    "linux-(modules|objects|signatures)-nvidia-.*",
    "firmware-nvidia-([a-z0-9-]+-)?gsp",
    f"xserver-xorg-video-nvidia(-{_LINE})?{_BRANCH}",
    "glx-alternative-nvidia",
)
"""Packages that are part of a driver, whatever their source is called."""

FAMILY_PATTERNS = (
    "bumblebee-nvidia",
    "primus-nvidia",
    "primus-vk-nvidia",
    "nvidia-primus-vk-(common|wrapper)",
    "nvidia-(fs|fs-dkms|gds)(-[0-9]+-[0-9]+)?",
    # Kernel modules that work with the driver: GPU memory for network cards and for the CPU.
    "gdrdrv-dkms",
    "nvidia-(peermem|peer-memory)(-dkms)?",
    "firmware-nvidia-graphics",
)
"""From other sources, but only useful with a Linux driver or a kernel module."""

METAPACKAGES = ("cuda", "cuda-[0-9]+-[0-9]+", "cuda-runtime-[0-9]+-[0-9]+", "cuda-demo-suite-[0-9]+-[0-9]+")
"""NVIDIA's guide forbids them in WSL: outside the wsl-ubuntu repository they pull in the driver."""

KEEP_PATTERNS = (
    "cuda-driver-dev-[0-9]+-[0-9]+",
    "cuda-keyring",
    "libnvidia-container.*",
    "nvidia-container-.*",
    "nvidia-docker2",
    "libxnvctrl0",
    "libxnvctrl-dev",
    "libnvidia-egl-.*",
    "libnvidia-ml-dev",
)
"""Names similar to a driver's that must never be refused or purged."""

PROVIDED = (
    "libcuda.so",
    "libcuda.so.1",
    "libcuda1",
    "libcuda1-any",
    "libcuda-[0-9]*-1",
    "libnvidia-ml.so",
    "libnvidia-ml.so.1",
    "libnvidia-ml1",
    "libnvidia-compute",
    "libnvidia-compute-*",
    "nvidia-driver",
    "nvidia-driver-*",
    "nvidia-kernel-*",
)
"""What only a driver has in its ``Provides:`` field (globs), whatever the name of the package."""

_MODULE = (
    "(nvidia([-_](current|open|tesla|legacy)[a-z0-9_-]*)?([-_](drm|modeset|uvm|peermem|fs|vgpu[-_]vfio))?"
    "|gdrdrv|nv_peer_mem|efa_nv_peermem)"
)
"""The driver's kernel modules and those that work with it; not Linux's own modules for NVIDIA's hardware."""
FILES = (
    # Not in data of programs: Debian's pcp-testsuite has a libnvidia-ml.so below /var for its tests.
    r"/(?!var/|usr/share/)([^/]+/)*lib(cuda|nvidia-ml)\.so(\.[0-9][0-9.]*)?",
    rf"/(usr/)?lib/modules/([^/]+/)+{_MODULE}\.ko(\.(gz|xz|zst))?",
    r"/usr/src/(nvidia[a-z0-9_-]*|gdrdrv|nv[-_]peer[-_]mem[a-z]*|efa[-_]nv[-_]peermem)-[0-9][^/]*/dkms\.conf",
)
"""What only a driver contains (regular expressions of whole paths), whatever the name of the package. In a folder
``stubs`` such files are for linkers: toolkits contain them."""
FILE_MARKS = ("/libcuda.so", "/libnvidia-ml.so", ".ko", "/dkms.conf")
"""Each path that FILES match contains one of them: a quick test before the expressions."""


def _one_of(patterns: t.Sequence[str]) -> t.Pattern[str]:
    return re.compile("^(" + "|".join(patterns) + ")$")


_DRIVER = _one_of(NAME_PATTERNS)
_FAMILY = _one_of(FAMILY_PATTERNS)
_META = _one_of(METAPACKAGES)
_KEEP = _one_of(KEEP_PATTERNS)
_FILE = _one_of(FILES)


def is_kept(name: str) -> bool:
    """Whether NAME is on the keep-list."""
    return bool(_KEEP.match(name))


def is_metapackage(name: str) -> bool:
    """Whether NAME is one of the metapackages that the guide forbids in WSL."""
    return bool(_META.match(name))


def is_driver_source(source: str) -> bool:
    """Whether all binaries of SOURCE (a name, a version in parentheses is ignored) belong to a driver."""
    bare = source.split(" ")[0]
    return any(fnmatch.fnmatchcase(bare, pattern) for pattern in DRIVER_SOURCES)


def why_provider(provides: t.Iterable[str]) -> str | None:
    """Why a package that provides the names PROVIDES is a driver; None when it is not."""
    for name in provides:
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in PROVIDED):
            return f"provides {name}, which only a driver does"
    return None


def is_carried(path: str) -> bool:
    """Whether a package that contains the file PATH (absolute) is a driver."""
    return bool(_FILE.match(path)) and "/stubs/" not in path


def why_carrier(paths: t.Iterable[str]) -> str | None:
    """Why a package that contains the files PATHS (absolute) is a driver; None if it is not."""
    found = next((path for path in paths if is_carried(path)), None)
    return None if found is None else f"brings {found}, which only a driver does"


def why_driver(name: str, source: str = "", provides: t.Iterable[str] = (), files: t.Iterable[str] = ()) -> str | None:
    """Why package NAME is a driver package, in a few words; None when it is not.

    SOURCE is the value of its ``Source:`` field, empty when the field is absent (then the source has the same name).
    PROVIDES and FILES: what is known about what it provides and contains.
    """
    if is_driver_source(source or name):
        return f"built from {(source or name).split(' ')[0]}"
    return _by_name(name) or why_provider(provides) or why_carrier(files)


def _by_name(name: str) -> str | None:
    # The keep-list overrides names, nothing else.
    if is_kept(name):
        return None
    if _DRIVER.match(name):
        return "part of the NVIDIA driver by its name"
    if _FAMILY.match(name):
        return "of use only with a Linux NVIDIA driver"
    return None


def why_refused(name: str, source: str = "", provides: t.Iterable[str] = (), files: t.Iterable[str] = ()) -> str | None:
    """As why_driver, and for the metapackages that the guide forbids."""
    if is_metapackage(name):
        return "metapackage that pulls in the driver (guide: install cuda-toolkit-X-Y only)"
    return why_driver(name, source, provides, files)


def name_patterns() -> t.List[str]:
    """Every pattern of a name that is refused, as regular expressions of whole names."""
    return [*NAME_PATTERNS, *FAMILY_PATTERNS, *METAPACKAGES]
