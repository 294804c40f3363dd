# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import kernel_module as k

from tests.unit.plugins.module_utils.scripted_run import system_at


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/var/lib/dkms/nvidia/570.124.06/build/make.log", "/var/lib/dkms/nvidia"),
        ("/var/lib/dkms/nvidia-current/x", "/var/lib/dkms/nvidia-current"),
        ("/usr/src/nvidia-570.124.06/dkms.conf", "/usr/src/nvidia-570.124.06"),
        ("/usr/src/nvidia-current-535.261.03/dkms.conf", "/usr/src/nvidia-current-535.261.03"),
        ("/lib/modules/6.6/updates/dkms/nvidia-uvm.ko.xz", "/lib/modules/6.6/updates/dkms/nvidia-uvm.ko.xz"),
        ("/lib/modules/6.6/kernel/drivers/video/nvidia.ko", "/lib/modules/6.6/kernel/drivers/video/nvidia.ko"),
        ("/lib/modules/6.6/kernel/drivers/video/nvidiafb.ko", None),
        ("/var/lib/dkms/gdrdrv/2.5/x", "/var/lib/dkms/gdrdrv"),
        ("/usr/src/gdrdrv-2.5/dkms.conf", "/usr/src/gdrdrv-2.5"),
        ("/lib/modules/6.6/updates/dkms/nv_peer_mem.ko", "/lib/modules/6.6/updates/dkms/nv_peer_mem.ko"),
        ("/var/lib/dkms/zfs/x", None),
        ("/usr/src/nvidia/readme", None),
        ("/usr/src/linux-headers-6.6/x", None),
    ],
)
def test_leftovers(path: str, found: str | None, tmp_path: Path) -> None:
    (tmp_path / path.lstrip("/")).parent.mkdir(parents=True)
    (tmp_path / path.lstrip("/")).touch()
    assert k.leftovers(system_at(tmp_path)) == ([found] if found else [])


def test_odd_root(tmp_path: Path) -> None:
    root = tmp_path / "a[b]*"
    (root / "var/lib/dkms/nvidia").mkdir(parents=True)
    assert k.leftovers(system_at(root)) == ["/var/lib/dkms/nvidia"]
