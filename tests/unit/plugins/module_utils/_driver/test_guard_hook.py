# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard_hook as h

from tests.unit.plugins.module_utils import deb_builder

# What apt says: protocol version 3, name old arch ma sign new arch ma action

SETTINGS = "VERSION 3\nAPT::Architecture=amd64\nDPkg::Options::=--force-confold\n\n"
DEB = "/var/cache/apt/archives/x_1_amd64.deb"
LOCAL = "/home/jörg/My Debs/x.deb"


def line(name: str, action: str, old: str = "-", new: str = "1") -> str:
    return (
        f"{name} {old} {'-' if old == '-' else 'amd64'} {'-' if old == '-' else 'none'} < {new} amd64 none {action}\n"
    )


HOOK_CASES = [
    pytest.param("", [], id="nothing"),
    pytest.param(line("cuda-nvcc-12-8", DEB) + line("cuda-driver-dev-12-8", DEB), [], id="toolkit"),
    pytest.param(line("libnvidia-compute-570", DEB), ["libnvidia-compute-570"], id="with =version"),
    pytest.param(
        line("libnvidia-compute-570", LOCAL), ["libnvidia-compute-570"], id="a local file, blanks in its path"
    ),
    pytest.param(line("libcuda1", DEB, old="535"), ["libcuda1"], id="upgrade"),
    pytest.param(line("cuda", DEB), ["cuda"], id="metapackage"),
    pytest.param(
        line("cuda-nvcc-12-8", DEB) + line("nvidia-driver-570", DEB) + line("libc6", DEB) + line("nvidia-smi", DEB),
        ["nvidia-driver-570", "nvidia-smi"],
        id="several",
    ),
    pytest.param(line("nvidia-dkms-570", "**CONFIGURE**", old="570"), [], id="configuring goes on: a repair"),
    pytest.param(line("libcuda1", "**REMOVE**", old="535", new="-"), [], id="purge"),
    pytest.param(line("libnvidia-container1", DEB) + line("cuda-keyring", DEB), [], id="keep-list"),
    pytest.param(line("xcuda", DEB) + line("cudax", DEB), [], id="whole names only"),
    pytest.param(line("nvidia-linux-grid-570", LOCAL), ["nvidia-linux-grid-570"], id="for a virtual GPU"),
    pytest.param(line("gdrdrv-dkms", DEB), ["gdrdrv-dkms"], id="a kernel module beside the driver"),
    pytest.param("libcuda1 - cut off\n", [], id="a line that is cut off"),
]


@pytest.mark.parametrize("packages, refused", HOOK_CASES)
def test_by_name(packages: str, refused: list[str]) -> None:
    assert h.refused(h.unpacked(SETTINGS + packages)) == refused


def test_a_path_may_hold_blanks() -> None:
    assert h.unpacked(SETTINGS + line("x", LOCAL) + line("y", "**CONFIGURE**")) == [("x", LOCAL)]


# A driver under a name that nobody knows: its file tells

STRANGE = "libjoerg-gpu"
FILE_CASES = [
    pytest.param("Source: nvidia-graphics-drivers-570", [], "built from nvidia-graphics-drivers-570", id="branch"),
    pytest.param("Source: nvidia-support (535)", [], "built from nvidia-support", id="with the version of the source"),
    pytest.param("Source: nvidia-cuda-samples", [], "", id="another source of NVIDIA's"),
    pytest.param("Source: nvidia-supportive", [], "", id="longer than a driver's"),
    pytest.param("", [], "", id="no source field"),
    pytest.param("Provides: a, libcuda1 (= 535), b", [], "provides libcuda1", id="provides"),
    pytest.param("Provides: a,\n nvidia-kernel-535.1,\n b", [], "provides nvidia-kernel-535.1", id="provides, folded"),
    pytest.param("Source: own\nProvides: libcuda.so.1", [], "provides libcuda.so.1", id="with a source"),
    pytest.param("Provides: nvidia-settings-gtk-535, libcudart1", [], "", id="provides what is harmless"),
    pytest.param("", ["/usr/lib/libcuda.so.1"], "brings /usr/lib/libcuda.so.1", id="a library"),
    pytest.param("", ["/usr/src/nvidia-570.1/dkms.conf"], "brings /usr/src/nvidia-570.1/dkms.conf", id="sources"),
    pytest.param("", ["/lib/modules/6.1/updates/nvidia.ko.xz"], "brings /lib/modules", id="a kernel module"),
    pytest.param("", ["/usr/local/cuda-12.8/lib/stubs/libcuda.so"], "", id="stubs"),
]


@pytest.mark.parametrize("sums", [True, False])
@pytest.mark.parametrize(("fields", "files", "told"), FILE_CASES)
def test_by_what_the_file_tells(fields: str, files: list[str], told: str, sums: bool, tmp_path: Path) -> None:
    file = deb_builder.deb(tmp_path / "x.deb", f"Package: {STRANGE}\nVersion: 1\n{fields}", files, sums)
    harmless = deb_builder.deb(tmp_path / "y.deb", "Package: libc6\nVersion: 1", ["/usr/lib/libc.so.6"])
    found = h.refused([("libc6", str(harmless)), (STRANGE, str(file))])
    assert len(found) == (1 if told else 0)
    assert not told or found[0].startswith(f"{STRANGE} ({told}")


def test_the_keep_list_overrules_names_only(tmp_path: Path) -> None:
    text = "Package: libnvidia-container1\nVersion: 1\n"
    file = deb_builder.deb(tmp_path / "x.deb", text + "Source: nvidia-graphics-drivers-570")
    assert len(h.refused([("libnvidia-container1", str(file))])) == 1
    file = deb_builder.deb(tmp_path / "x.deb", text + "Provides: libnvidia-container")
    assert h.refused([("libnvidia-container1", str(file))]) == []


def test_the_name_in_the_file_counts_too(tmp_path: Path) -> None:
    file = deb_builder.deb(tmp_path / "x.deb", "Package: nvidia-driver-570\nVersion: 1")
    assert h.refused([("x", str(file))]) == ["x (part of the NVIDIA driver by its name)"]


def test_what_cannot_be_read_passes(tmp_path: Path) -> None:
    (tmp_path / "x.deb").write_bytes(b"nvidia-graphics-drivers")
    assert h.refused([("x", str(tmp_path / "x.deb")), ("y", str(tmp_path / "gone.deb"))]) == []


def test_no_more_data_is_looked_at_when_the_time_is_over(tmp_path: Path) -> None:
    """Lists of files and fields still are: they cost next to nothing."""
    library = ["/usr/lib/libcuda.so.1"]
    listed = deb_builder.deb(tmp_path / "x.deb", "Package: x\nVersion: 1", library)
    unlisted = deb_builder.deb(tmp_path / "y.deb", "Package: y\nVersion: 1", library, sums=False)
    packages = [("x", str(listed)), ("y", str(unlisted))]
    assert [text.split()[0] for text in h.refused(packages)] == ["x", "y"]
    assert [text.split()[0] for text in h.refused(packages, seconds=0)] == ["x"]
