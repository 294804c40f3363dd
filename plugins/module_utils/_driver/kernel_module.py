# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What builds of the kernel module leave behind. WSL's kernel does not load modules from here, and dkms builds again
with every upgrade of a kernel package.

``dkms(8)`` for the folders; Debian, Ubuntu and the ``.run`` installer use the same ones.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

_MODULES = ("nvidia", "gdrdrv", "nv_peer_mem")
"""The beginnings of the names of the driver's modules, and of those that only work with it."""
_PATTERNS = (
    "/var/lib/dkms/{}*",
    "/usr/src/{}*-[0-9]*",
    "/lib/modules/*/updates/dkms/{}*.ko*",
    "/lib/modules/*/updates/{}*.ko*",
    "/lib/modules/*/extra/{}*.ko*",
    "/lib/modules/*/kernel/drivers/video/{}*.ko*",
)
_NO_DRIVER = ("nvidiafb.ko",)
"""Part of Linux itself."""


def leftovers(system: System) -> t.List[str]:
    """Folders and files of NVIDIA's kernel module, in order."""
    patterns = [pattern.format(name) for pattern in _PATTERNS for name in _MODULES]
    paths = {path for pattern in patterns for path in system.matching(pattern)}
    return sorted(path for path in paths if not any(name in path for name in _NO_DRIVER))
