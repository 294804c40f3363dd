# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is inside the packages of the Linux driver: what they do to a distribution, without the driver.

Their libcuda and libnvidia-ml stand in /usr/lib/x86_64-linux-gnu with every link, their nvidia-smi in /usr/bin, and
nvidia-dkms ends as it does against a Microsoft kernel: half configured.
"""

from __future__ import annotations

from lab.repository import elf
from lab.repository.deb import File
from lab.repository.model import DRIVER_BRANCH, DRIVER_VERSION, Package
from lab.repository.payload import LDCONFIG_TRIGGER, Content

LIBRARY_FOLDER = "/usr/lib/x86_64-linux-gnu"
CUDA_VERSION = 12080
"""What libcuda 570 tells through cuDriverGetVersion."""

# NVML_ERROR_OPERATING_SYSTEM is 17.
NVIDIA_SMI = """#!/bin/sh
echo "Failed to initialize NVML: GPU access blocked by the operating system"
echo "Failed to properly shut down NVML: GPU access blocked by the operating system"
exit 17
"""

_DKMS_TREE = f"/var/lib/dkms/nvidia/{DRIVER_VERSION}"

_DKMS_POSTINST = f"""#!/bin/sh
set -e
[ "$1" = configure ] || exit 0
kernel=$(sed -n 's/^Linux version \\([^ ]*\\).*/\\1/p' /proc/version)
echo "Loading new nvidia-{DRIVER_VERSION} DKMS files..."
echo "Building for $kernel"
echo "Building for architecture x86_64"
case $kernel in
*[Mm]icrosoft*) ;;
*)
    echo "lab: not modelled: a DKMS build for kernel $kernel" >&2
    exit 255
    ;;
esac
echo "Building initial module for $kernel"
mkdir -p {_DKMS_TREE}/build
echo "make: *** /lib/modules/$kernel/build: No such file or directory.  Stop." >{_DKMS_TREE}/build/make.log
echo "Error! Bad return status for module build on kernel: $kernel (x86_64)" >&2
echo "Consult {_DKMS_TREE}/build/make.log for more information." >&2
exit 10
"""

_DKMS_PRERM = f"""#!/bin/sh
set -e
rm -rf {_DKMS_TREE}
rmdir /var/lib/dkms/nvidia /var/lib/dkms 2>/dev/null || true
"""

_PERSISTENCED_UNIT = """[Unit]
Description=NVIDIA Persistence Daemon

[Service]
Type=forking
ExecStart=/usr/bin/nvidia-persistenced --verbose

[Install]
WantedBy=multi-user.target
"""

_LIBRARIES = {
    f"libnvidia-gl-{DRIVER_BRANCH}": ("libGLX_nvidia.so.0", "libEGL_nvidia.so.0"),
    f"libnvidia-extra-{DRIVER_BRANCH}": ("libnvidia-ngx.so.1",),
    f"libnvidia-decode-{DRIVER_BRANCH}": ("libnvcuvid.so.1",),
    f"libnvidia-encode-{DRIVER_BRANCH}": ("libnvidia-encode.so.1",),
    f"libnvidia-cfg1-{DRIVER_BRANCH}": ("libnvidia-cfg.so.1",),
    f"libnvidia-fbc1-{DRIVER_BRANCH}": ("libnvidia-fbc.so.1",),
}


def driver_content(package: Package) -> Content:
    """The content of one driver PACKAGE; metapackages have none."""
    name = package.name.removesuffix(f"-{DRIVER_BRANCH}")
    if package.name in _LIBRARIES:
        return _libraries(_LIBRARIES[package.name])
    if name == "libnvidia-compute":
        return _compute()
    if name == "nvidia-dkms":
        dkms = File(f"/usr/src/nvidia-{DRIVER_VERSION}/dkms.conf", _dkms_conf().encode())
        return Content([dkms], {"postinst": _DKMS_POSTINST, "prerm": _DKMS_PRERM})
    return Content([File(path, text.encode(), mode) for path, text, mode in _FILES.get(name, ())])


_FILES: dict[str, tuple[tuple[str, str, int], ...]] = {
    "nvidia-utils": (
        ("/usr/bin/nvidia-smi", NVIDIA_SMI, 0o755),
        ("/usr/bin/nvidia-debugdump", NVIDIA_SMI, 0o755),
        ("/usr/bin/nvidia-bug-report.sh", NVIDIA_SMI, 0o755),
    ),
    "nvidia-compute-utils": (
        ("/usr/bin/nvidia-persistenced", NVIDIA_SMI, 0o755),
        ("/usr/bin/nvidia-cuda-mps-control", NVIDIA_SMI, 0o755),
        ("/lib/systemd/system/nvidia-persistenced.service", _PERSISTENCED_UNIT, 0o644),
    ),
    "nvidia-kernel-common": (
        ("/lib/udev/rules.d/71-nvidia.rules", "# Stand-in of the lab.\n", 0o644),
        ("/lib/modprobe.d/nvidia-graphics-drivers.conf", "blacklist nouveau\n", 0o644),
    ),
    "nvidia-kernel-source": ((f"/usr/src/nvidia-{DRIVER_VERSION}/Makefile", "# Stand-in of the lab.\n", 0o644),),
    "xserver-xorg-video-nvidia": (
        ("/usr/share/X11/xorg.conf.d/nvidia-drm-outputclass.conf", "# Stand-in of the lab.\n", 0o644),
    ),
    "nvidia-modprobe": (("/usr/bin/nvidia-modprobe", NVIDIA_SMI, 0o4755),),
}


def _dkms_conf() -> str:
    return f'PACKAGE_NAME="nvidia"\nPACKAGE_VERSION="{DRIVER_VERSION}"\nAUTOINSTALL="yes"\n'


def _compute() -> Content:
    """libnvidia-compute: what shadows the Windows driver's libraries, the unsuffixed links included."""
    libcuda = File(f"{LIBRARY_FOLDER}/libcuda.so.{DRIVER_VERSION}", elf.cuda_driver_library(CUDA_VERSION))
    content = _libraries(("libnvidia-ml.so.1", "libnvidia-opencl.so.1", "libnvidia-ptxjitcompiler.so.1"))
    content.files += [
        libcuda,
        File(f"{LIBRARY_FOLDER}/libcuda.so.1", link=f"libcuda.so.{DRIVER_VERSION}"),
        File(f"{LIBRARY_FOLDER}/libcuda.so", link="libcuda.so.1"),
        File(f"{LIBRARY_FOLDER}/libnvidia-ml.so", link="libnvidia-ml.so.1"),
        File("/etc/OpenCL/vendors/nvidia.icd", b"libnvidia-opencl.so.1\n"),
    ]
    content.conffiles.append("/etc/OpenCL/vendors/nvidia.icd")
    return content


def _libraries(sonames: tuple[str, ...]) -> Content:
    content = Content(scripts={"triggers": LDCONFIG_TRIGGER})
    for soname in sonames:
        real = f"{soname.partition('.so')[0]}.so.{DRIVER_VERSION}"
        content.files += [
            File(f"{LIBRARY_FOLDER}/{real}", elf.shared_library(soname)),
            File(f"{LIBRARY_FOLDER}/{soname}", link=real),
        ]
    return content
