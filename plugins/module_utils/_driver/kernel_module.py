# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What builds of the kernel module leave behind. No kernel of WSL takes a module from here, and dkms tries again at
every upgrade of a kernel package.

``dkms(8)`` for the folders; Debian, Ubuntu and the ``.run`` installer use the same ones.
"""

from __future__ import annotations

import glob
import typing as t

_MODULES = ("nvidia", "gdrdrv", "nv_peer_mem")
"""How the names of the driver's modules, and of those that only work beside it, begin."""
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


def leftovers(root: str = "") -> t.List[str]:
    """Folders and files of NVIDIA's kernel module, in order. Paths without ROOT."""
    patterns = [pattern.format(name) for pattern in _PATTERNS for name in _MODULES]
    paths = {path[len(root) :] for pattern in patterns for path in glob.glob(glob.escape(root) + pattern)}
    return sorted(path for path in paths if not any(name in path for name in _NO_DRIVER))
