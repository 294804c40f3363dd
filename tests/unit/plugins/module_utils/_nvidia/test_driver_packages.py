# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dependencies
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue as c
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages as d
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import package_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import pin_names as p

from tests.unit.plugins.module_utils.index_data import BOOKWORM, TRIXIE, UBUNTU2404, contents, names, stanzas

# Debian: what the source packages say is the truth

SOURCES = (
    "nvidia-graphics-drivers", "nvidia-open-gpu-kernel-modules", "nvidia-support", "nvidia-modprobe",
    "nvidia-persistenced", "nvidia-xconfig", "glx-alternatives",
)  # fmt: skip
HARMLESS = {"glx-alternative-mesa", "glx-diversions", "update-glx"}
"""From the source glx-alternatives, but of use without NVIDIA."""
FAMILY = {
    "bumblebee-nvidia", "primus-nvidia", "primus-vk-nvidia", "nvidia-primus-vk-common", "nvidia-primus-vk-wrapper",
    "nvidia-fs-dkms", "firmware-nvidia-graphics",
}  # fmt: skip


def source_of(stanza: dict[str, str]) -> str:
    return stanza.get("Source", stanza["Package"])


def drivers_of(index: str) -> set[str]:
    built = {stanza["Package"] for stanza in stanzas(index) if source_of(stanza).startswith(SOURCES)}
    return (built - HARMLESS) | (FAMILY & set(names(index)))


@pytest.mark.parametrize("index, built, others", [(BOOKWORM, 171, 6), (TRIXIE, 97, 6)])
def test_the_truth_has_the_size_it_should_have(index: str, built: int, others: int) -> None:
    """Guards the tests below: an empty set would match everything. One of the built is glx-alternative-mesa."""
    assert len(drivers_of(index)) == built - 1 + others


@pytest.mark.parametrize("index", [BOOKWORM, TRIXIE])
def test_every_driver_by_its_source_and_nothing_else(index: str) -> None:
    found = {item["Package"] for item in stanzas(index) if d.why_driver(item["Package"], item.get("Source", ""))}
    assert found == drivers_of(index)


@pytest.mark.parametrize("index", [BOOKWORM, TRIXIE])
def test_every_driver_by_its_name_alone(index: str) -> None:
    """The name must do when the source is unknown: a local file, a foreign repository."""
    assert {name for name in names(index) if d.why_driver(name, "unknown")} == drivers_of(index)


# Ubuntu's and NVIDIA's names

UBUNTU_FAMILIES = (
    "libnvidia-cfg1", "libnvidia-common", "libnvidia-compute", "libnvidia-decode", "libnvidia-encode",
    "libnvidia-extra", "libnvidia-fbc1", "libnvidia-gl", "libnvidia-ifr1", "nvidia-compute-utils", "nvidia-dkms",
    "nvidia-driver", "nvidia-headless", "nvidia-headless-no-dkms", "nvidia-kernel-common", "nvidia-kernel-source",
    "nvidia-utils", "nvidia-firmware", "xserver-xorg-video-nvidia",
)  # fmt: skip
BRANCHES = (390, 450, 470, 535, 550, 565, 570, 580, 590, 595)


# Long tables of names are one test each, since ansible-test starts a process for every test: what is wrong is listed.


def let_in(found: t.Iterable[str]) -> list[str]:
    """Those that are taken for no driver, or that the pin lets pass."""
    return [name for name in found if not (d.why_driver(name) and p.is_pinned(name))]


def test_ubuntu_families() -> None:
    suffixes = ["", *[f"-{branch}" for branch in BRANCHES], "-535-server", "-580-server"]
    assert let_in(family + suffix for family in UBUNTU_FAMILIES for suffix in suffixes) == []


OTHERS = (
    "cuda-drivers", "cuda-drivers-570", "cuda-drivers-fabricmanager", "cuda-drivers-fabricmanager-570",
    "cuda-compat-12-8", "nvidia-driver-570-open", "nvidia-dkms-570-open", "nvidia-driver-570-server-open",
    "nvidia-kernel-source-570-open", "nvidia-headless-570-server", "nvidia-headless-no-dkms-570-server-open",
    "nvidia-open", "nvidia-open-570", "nvidia-open-580", "libcuda1", "libcudadebugger1", "libnvidia-ml1", "libnvcuvid1",
    "nvidia-smi", "nvidia-modprobe", "nvidia-persistenced", "nvidia-xconfig", "nvidia-fabricmanager-570",
    "nvidia-imex-570", "libnvidia-nscq-570", "libnvsdm-570", "nvidia-fs", "nvidia-fs-dkms", "nvidia-gds",
    "nvidia-gds-12-8", "nvidia-driver-assistant", "libnvidia-gpucomp", "nvidia-cuda-mps", "nvidia-linux-grid-570",
    "nvidia-vgpu-ubuntu-570", "gdrdrv-dkms", "nvidia-peermem-dkms", "nvidia-peer-memory-dkms",
)  # fmt: skip


def test_other_driver_names() -> None:
    assert let_in(OTHERS) == []


@pytest.mark.parametrize(
    "name", ["linux-modules-nvidia-570-generic", "linux-objects-nvidia-570-6.8.0-31-generic",
             "linux-signatures-nvidia-6.8.0-31-generic", "nvidia-driver-local-repo-ubuntu2404-570.124.06",
             "nvidia-firmware-570-570.124.06", "libnvidia-compute-570-server", "firmware-nvidia-gsp",
             "firmware-nvidia-tesla-535-gsp"]
)  # fmt: skip
def test_driver_name_that_no_list_can_hold(name: str) -> None:
    """Names with a version in the middle: the plan and the hook refuse them, an exact pin cannot."""
    assert d.why_driver(name)


@pytest.mark.parametrize(
    "name", ["cuda", "cuda-12-8", "cuda-13-0", "cuda-11-8", "cuda-runtime-12-8", "cuda-demo-suite-12-8"]
)
def test_metapackage_is_refused_but_is_no_driver(name: str) -> None:
    assert d.is_metapackage(name)
    assert "cuda-toolkit-X-Y only" in (d.why_refused(name) or "")
    assert d.why_driver(name) is None
    assert p.is_pinned(name)


# What must never be touched

KEEP = (
    "cuda-driver-dev-12-8", "cuda-driver-dev-13-0", "cuda-driver-dev-11-8", "libnvidia-container1",
    "libnvidia-container-tools", "nvidia-container-toolkit", "nvidia-container-toolkit-base",
    "nvidia-container-runtime", "nvidia-docker2", "cuda-keyring", "libxnvctrl0", "libxnvctrl-dev",
    "libnvidia-egl-wayland1", "libnvidia-egl-gbm1", "libnvidia-egl-xcb1", "libnvidia-egl-xlib1",
)  # fmt: skip
INNOCENT = (
    "nvidia-cg-toolkit", "nvidia-cg-dev", "nvidia-cudnn", "libcudart11.0", "libcudart12", "mate-sensors-applet-nvidia",
    "nvtop", "nvidia-openjdk-8-jre", "libcudnn9-cuda-12", "libcudnn9-dev-cuda-12", "libcudnn8", "libnccl2",
    "libnccl-dev", "cudnn9-cuda-12", "glx-diversions", "glx-alternative-mesa", "update-glx", "nvidia-settings",
    "nvidia-settings-tesla", "nvidia-cuda-toolkit", "nvidia-cuda-dev", "nvidia-cuda-gdb", "nvidia-opencl-dev",
    "gpustat", "nvitop", "boinc-client-nvidia-cuda", "leela-zero", "python3-pynvml", "libnvidia-ml-dev",
    "libcuinj64-12.4", "libnvvm4", "libnvjpeg12", "libnvtoolsext1", "libnvjitlink12", "cuda-toolkit", "cuda-toolkit-12",
    "cuda-toolkit-12-8", "cuda-toolkit-config-common", "gds-tools-12-8", "libcufile-12-8", "cuda-compiler-12-8",
    "cuda-nvml-dev-12-8", "nvidia-prime", "xserver-xorg-video-nouveau", "libdrm-nouveau2", "firmware-misc-nonfree",
    "tensorrt", "libcudd-dev", "libgdrapi", "gdrcopy", "gdrcopy-tests", "nvidia-mig-manager",
    "nvidia-vgpu-device-manager", "pcp-testsuite", "linux-image-amd64", "dkms", "v4l2loopback-dkms",
)  # fmt: skip


def kept_out(found: t.Iterable[str], source: str = "") -> list[str]:
    """Those that are refused, or that the pin holds back."""
    return [name for name in found if d.why_refused(name, source) or p.is_pinned(name)]


def test_keep_list() -> None:
    assert [name for name in KEEP if not d.is_kept(name)] == []
    assert kept_out(KEEP) == []
    assert kept_out(KEEP, "nvidia-settings") == []


def test_no_false_alarm() -> None:
    assert kept_out(INNOCENT) == []


@pytest.mark.parametrize("version", c.VERSIONS)
def test_no_part_of_any_toolkit_is_refused(version: str) -> None:
    dashed = version.replace(".", "-")
    parts = [name.replace("12-8", dashed) for name in names(UBUNTU2404) if package_names.is_toolkit_package(name)]
    assert len(parts) > 60
    assert [name for name in parts if d.why_refused(name) or p.is_pinned(name)] == []


@pytest.mark.parametrize(
    "source, driver",
    [
        ("nvidia-graphics-drivers", True),
        ("nvidia-graphics-drivers-tesla-470", True),
        ("nvidia-graphics-drivers-570-server", True),
        ("nvidia-graphics-drivers (535.261.03-1)", True),
        ("nvidia-open-gpu-kernel-modules", True),
        ("nvidia-modprobe", True),
        ("nvidia-cuda-toolkit (12.4.1-2)", False),
        ("nvidia-cg-toolkit", False),
        ("nvidia-settings", False),
        ("egl-gbm", False),
        ("glx-alternatives", False),
        ("", False),
    ],
)
def test_driver_source(source: str, driver: bool) -> None:
    assert d.is_driver_source(source) is driver


def test_the_source_comes_first_in_the_reason() -> None:
    assert d.why_driver("libfoo", "nvidia-graphics-drivers (535.261.03-1)") == "built from nvidia-graphics-drivers"
    assert d.why_driver("nvidia-modprobe") == "built from nvidia-modprobe"
    assert d.why_driver("libcuda1", "mystery") == "part of the NVIDIA driver by its name"
    assert d.why_driver("bumblebee-nvidia", "bumblebee") == "of use only with a Linux NVIDIA driver"


# What a package provides


@pytest.mark.parametrize("index", [BOOKWORM, TRIXIE, UBUNTU2404])
def test_only_drivers_provide_a_driver(index: str) -> None:
    """Over the whole of Debian 12 and 13 (63,440 and 68,829 packages of main) there is no other one either."""
    found = {item["Package"] for item in stanzas(index) if d.why_provider(dependencies.provided(item))}
    assert found
    assert [name for name in found if not d.why_driver(name, source_of(by_name(index)[name]))] == []


def by_name(index: str) -> dict[str, dict[str, str]]:
    return {item["Package"]: item for item in stanzas(index)}


def test_the_keep_list_never_overrules_a_source() -> None:
    assert (
        d.why_driver("libnvidia-container1", "nvidia-graphics-drivers-570") == "built from nvidia-graphics-drivers-570"
    )
    assert d.why_driver("libnvidia-container1", "libnvidia-container") is None


# What a package brings


@pytest.mark.parametrize("index, bringing", [(BOOKWORM, 14), (TRIXIE, 8)])
def test_only_drivers_bring_the_files_of_a_driver(index: str, bringing: int) -> None:
    """Over all 7,530,114 files of the 64,533 packages of Debian 12 there is no other one either."""
    found = {package for path, package in contents(index) if d.is_carried(path)}
    assert len(found) == bringing
    assert {package for package in found if not d.why_driver(package)} == set()


@pytest.mark.parametrize("index", [BOOKWORM, TRIXIE])
def test_every_package_with_a_library_or_a_module_of_a_driver_is_found(index: str) -> None:
    """Written apart from the rule: whatever is called like one, save what is looked through by hand."""
    wanted = {
        package
        for path, package in contents(index)
        if re.search(r"/lib(cuda|nvidia-ml)\.so|/usr/src/nvidia-.*/dkms.conf", path) and "/stubs/" not in path
    }
    assert wanted - {package for path, package in contents(index) if d.is_carried(path)} <= {"pcp-testsuite"}


CARRIED = (
    "/usr/lib/x86_64-linux-gnu/libcuda.so", "/usr/lib/x86_64-linux-gnu/libcuda.so.1", "/lib/libcuda.so.570.124.06",
    "/opt/vendor/gpu/lib64/libnvidia-ml.so.1", "/usr/lib/x86_64-linux-gnu/nvidia/current/libcuda.so.535.261.03",
    "/usr/local/cuda-12.8/compat/libcuda.so.1", "/libcuda.so", "/usr/src/nvidia-570.124.06/dkms.conf",
    "/usr/src/nvidia-current-open-550.163.01/dkms.conf", "/usr/src/gdrdrv-2.5/dkms.conf",
    "/usr/src/nvidia-fs-2.24.3/dkms.conf", "/usr/src/nvidia-peermem-1.3/dkms.conf",
    "/usr/src/nvidia-peer-memory-1.3/dkms.conf", "/usr/src/nv_peer_mem-1.3/dkms.conf",
    "/lib/modules/6.8.0-31-generic/kernel/nvidia-570/nvidia-drm.ko", "/lib/modules/6.1/updates/dkms/nvidia.ko.xz",
    "/usr/lib/modules/6.12/extra/nvidia-current-uvm.ko.zst", "/lib/modules/6.1/updates/gdrdrv.ko",
    "/lib/modules/6.1/updates/nvidia-fs.ko", "/lib/modules/6.1/updates/nvidia_peermem.ko.gz",
)  # fmt: skip
HARMLESS_FILES = (
    "/usr/local/cuda-12.8/targets/x86_64-linux/lib/stubs/libcuda.so", "/usr/lib/x86_64-linux-gnu/stubs/libnvidia-ml.so",
    "/usr/local/cuda-12.8/targets/x86_64-linux/lib/stubs/libcuda.so.1",
    "/usr/local/cuda-12.8/targets/x86_64-linux/lib/libcudart.so.12", "/usr/lib/x86_64-linux-gnu/libcudadebug.so",
    "/opt/nvidia/nsight-compute/2025.1/target/linux-desktop-glibc_2_11_3-x64/libcuda-injection.so",
    "/var/lib/pcp/testsuite/src/libnvidia-ml.so", "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1.debug",
    "/usr/share/doc/libcuda.so", "/lib/modules/6.1.0-50-amd64/kernel/drivers/platform/x86/nvidia-wmi-ec-backlight.ko",
    "/lib/modules/6.1.0-50-amd64/kernel/drivers/usb/typec/altmodes/typec_nvidia.ko",
    "/lib/modules/6.1/kernel/drivers/video/fbdev/nvidia/nvidiafb.ko", "/lib/modules/6.1/kernel/fs/ext4/ext4.ko",
    "/usr/src/v4l2loopback-0.12.7/dkms.conf", "/usr/src/nvidia-570.124.06/nvidia/nv.c",
    "/usr/lib/x86_64-linux-gnu/libnvidia-container.so.1", "/usr/share/lintian/overrides/libcuda1",
)  # fmt: skip


def test_files_of_a_driver() -> None:
    assert [path for path in CARRIED if not d.is_carried(path)] == []
    assert [path for path in HARMLESS_FILES if d.is_carried(path)] == []


def test_what_a_package_brings_comes_after_what_it_is() -> None:
    brings = ["/usr/share/doc/x", "/opt/x/libcuda.so.1", "/opt/x/libcuda.so"]
    assert d.why_driver("joerg-gpu", "", (), brings) == "brings /opt/x/libcuda.so.1, which only a driver does"
    assert (d.why_refused("joerg-gpu", "", ["libcuda1"], brings) or "").startswith("provides libcuda1")
    assert (d.why_driver("libnvidia-container1", "", (), brings) or "").startswith("brings")
    assert d.why_driver("cuda-driver-dev-12-8", "", (), HARMLESS_FILES) is None
