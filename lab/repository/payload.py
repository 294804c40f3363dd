# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is inside the toolkit's packages when it is not the real thing: small files where the real ones stand.

The maintainer scripts, alternatives and loader configuration are those of NVIDIA's packages.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from lab.repository import elf
from lab.repository.deb import Deb, File
from lab.repository.model import Package

LDCONFIG_TRIGGER = "activate-noawait ldconfig\n"

_NVCC_VERSION = {
    "12-4": (
        "nvcc: NVIDIA (R) Cuda compiler driver\n"
        "Copyright (c) 2005-2024 NVIDIA Corporation\n"
        "Built on Thu_Mar_28_02:18:24_PDT_2024\n"
        "Cuda compilation tools, release 12.4, V12.4.131\n"
        "Build cuda_12.4.r12.4/compiler.34097967_0\n"
    ),
    "12-8": (
        "nvcc: NVIDIA (R) Cuda compiler driver\n"
        "Copyright (c) 2005-2025 NVIDIA Corporation\n"
        "Built on Fri_Feb_21_20:23:50_PST_2025\n"
        "Cuda compilation tools, release 12.8, V12.8.93\n"
        "Build cuda_12.8.r12.8/compiler.35583870_0\n"
    ),
    "13-0": (
        "nvcc: NVIDIA (R) Cuda compiler driver\n"
        "Copyright (c) 2005-2025 NVIDIA Corporation\n"
        "Cuda compilation tools, release 13.0, V13.0.48\n"
    ),
    "13-3": (
        "nvcc: NVIDIA (R) Cuda compiler driver\n"
        "Copyright (c) 2005-2026 NVIDIA Corporation\n"
        "Cuda compilation tools, release 13.3, V13.3.33\n"
    ),
}

_PROGRAMS = {
    "cuda-cuobjdump": "cuobjdump",
    "cuda-cuxxfilt": "cu++filt",
    "cuda-nvprune": "nvprune",
    "cuda-nvdisasm": "nvdisasm",
    "cuda-gdb": "cuda-gdb",
    "cuda-nvprof": "nvprof",
    "cuda-sanitizer": "compute-sanitizer",
    "cuda-nsight": "nsight",
    "cuda-nvvp": "nvvp",
    "cuda-demo-suite": "deviceQuery",
}

_LIBRARIES = {
    "cuda-cudart": "libcudart.so.12",
    "cuda-nvrtc": "libnvrtc.so.12",
    "cuda-opencl": "libOpenCL.so.1",
    "cuda-cupti": "libcupti.so.12",
    "cuda-nvtx": "libnvToolsExt.so.1",
    "libcublas": "libcublas.so.12",
    "libcufft": "libcufft.so.11",
    "libcufile": "libcufile.so.0",
    "libcurand": "libcurand.so.10",
    "libcusolver": "libcusolver.so.11",
    "libcusparse": "libcusparse.so.12",
    "libnpp": "libnppc.so.12",
    "libnvjitlink": "libnvJitLink.so.12",
    "libnvfatbin": "libnvfatbin.so.12",
    "libnvjpeg": "libnvjpeg.so.12",
}
_SONAMES_OF_13 = {"libcufft": "libcufft.so.12", "libcusolver": "libcusolver.so.12", "libcusparse": "libcusparse.so.12"}
"""Those of 13 that are not numbered as the toolkit."""


@dataclass
class Content:
    """What goes into one package beside its control fields."""

    files: list[File] = field(default_factory=list)
    scripts: dict[str, str] = field(default_factory=dict)
    conffiles: list[str] = field(default_factory=list)

    def deb(self, package: Package) -> Deb:
        """The package, with the copyright file that every one has."""
        text = f"{package.name} of the lab: same name as NVIDIA's package, other content.\n"
        notice = File(f"/usr/share/doc/{package.name}/copyright", text.encode())
        return Deb(package.fields(), [*self.files, notice], self.scripts, tuple(self.conffiles))


def stand_in(package: Package) -> Content:
    """The small content of a toolkit PACKAGE; metapackages have none but the copyright file."""
    release = package.release
    stem = package.name.removesuffix(f"-{release}")
    top = f"/usr/local/cuda-{release.replace('-', '.')}"
    if package.name.endswith("config-common"):
        return _config_common(package, top)
    if stem == "cuda-nvcc":
        return Content([_script(f"{top}/bin/nvcc", _nvcc_script(release))])
    if stem == "cuda-driver-dev":
        stub = elf.cuda_driver_library(soname="libcuda.so.1")
        return Content([File(f"{top}/targets/x86_64-linux/lib/stubs/libcuda.so", stub)])
    if stem in _LIBRARIES:
        return _library(stem, top, package)
    if stem in _PROGRAMS:
        name = _PROGRAMS[stem]
        return Content([_script(f"{top}/bin/{name}", _not_modelled(name))])
    if package.name.startswith("nsight-systems-"):
        return _nsight_systems(package.name.removeprefix("nsight-systems-"))
    return Content()


def library_content(stem: str, files: t.Sequence[File], top: str, package: Package) -> Content:
    """FILES of a library package, with what its maintainer scripts set up."""
    content = Content(list(files), {"triggers": LDCONFIG_TRIGGER})
    if stem == "libcufile":
        _add_cufile(content, top, package)
    return content


def _library(stem: str, top: str, package: Package) -> Content:
    soname = _soname(stem, package.release)
    folder = f"{top}/targets/x86_64-linux/lib"
    real = f"{soname.partition('.so')[0]}.so.{package.upstream}"
    files = [File(f"{folder}/{real}", elf.shared_library(soname)), File(f"{folder}/{soname}", link=real)]
    if stem == "cuda-cudart":
        files.append(File(f"{top}/lib64", link="targets/x86_64-linux/lib"))
    return library_content(stem, files, top, package)


def _soname(stem: str, release: str) -> str:
    soname = _LIBRARIES[stem]
    if not release.startswith("13-"):
        return soname
    return _SONAMES_OF_13.get(stem, re.sub(r"\.12$", ".13", soname))


def _add_cufile(content: Content, top: str, package: Package) -> None:
    loader = f"/etc/ld.so.conf.d/gds-{package.release}.conf"
    content.files += [
        File(loader, f"{top}/targets/x86_64-linux/lib\n".encode()),
        File(f"{top}/gds/cufile.json", b"{}\n"),
    ]
    content.conffiles.append(loader)
    arguments = [("/etc/cufile.json", "cufile.json", f"{top}/gds/cufile.json")]
    content.scripts.update(_alternatives(arguments, _priority(package.release)))


def _config_common(package: Package, top: str) -> Content:
    """The three packages that make /usr/local/cuda and the loader configuration."""
    if package.name == "cuda-toolkit-config-common":
        return _loader_file("000_cuda", "/usr/local/cuda")
    major = package.release.split("-")[0]
    if package.name == f"cuda-toolkit-{major}-config-common":
        return _loader_file(f"988_cuda-{major}", f"/usr/local/cuda-{major}")
    links = [("/usr/local/cuda", "cuda", top), (f"/usr/local/cuda-{major}", f"cuda-{major}", top)]
    scripts = _alternatives(links, _priority(package.release), 'echo "Setting alternatives"\n')
    scripts["triggers"] = LDCONFIG_TRIGGER
    return Content([File(f"{top}/EULA.txt", b"Stand-in of the lab.\n")], scripts)


def _loader_file(name: str, top: str) -> Content:
    path = f"/etc/ld.so.conf.d/{name}.conf"
    text = f"{top}/targets/x86_64-linux/lib\n"
    return Content([File(path, text.encode())], {"triggers": LDCONFIG_TRIGGER}, [path])


def _nsight_systems(version: str) -> Content:
    folder = f"/opt/nvidia/nsight-systems/{version}"
    programs = {"nsys": f"{folder}/target-linux-x64/nsys", "nsys-ui": f"{folder}/host-linux-x64/nsys-ui"}
    links = [(f"/usr/local/bin/{name}", name, path) for name, path in programs.items()]
    priority = int(re.sub(r"\D", "", version))
    files = [_script(path, _not_modelled(name)) for name, path in programs.items()]
    return Content(files, _alternatives(links, priority))


def _priority(release: str) -> int:
    return int(release.replace("-", ""))


def _alternatives(links: t.Sequence[tuple[str, str, str]], priority: int, before: str = "") -> dict[str, str]:
    """postinst and prerm for LINKS of (link, name, target)."""
    install = [f"    update-alternatives --install {link} {name} {target} {priority}\n" for link, name, target in links]
    remove = [f"    update-alternatives --remove {name} {target}\n" for _link, name, target in links]
    head = "#!/bin/sh\nset -e\n"
    start = f"    {before}" if before else ""
    return {
        "postinst": head + 'if [ "$1" = configure ]; then\n' + start + "".join(install) + "fi\n",
        "prerm": head + 'if [ "$1" = remove ]; then\n' + "".join(remove) + "fi\n",
    }


def _script(path: str, text: str) -> File:
    return File(path, text.encode(), 0o755)


def _not_modelled(name: str) -> str:
    return f'#!/bin/sh\necho "lab: not modelled: {name} $*" >&2\nexit 255\n'


def _nvcc_script(release: str) -> str:
    """An nvcc that tells its version and refuses everything else, loudly."""
    return (
        f"#!/bin/sh\ncase \"$*\" in\n-V | --version)\n    cat <<'EOF'\n{_NVCC_VERSION[release]}EOF\n    ;;\n"
        f'*)\n    echo "lab: not modelled: nvcc $*" >&2\n    exit 255\n    ;;\nesac\n'
    )
