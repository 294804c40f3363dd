# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real nvcc 12.4, from Debian's ``nvidia-cuda-toolkit`` package and NVIDIA's cu12 wheels.

Both are under NVIDIA's licence: they are downloaded on the machine that runs the lab, kept in its cache, laid out in
the way of NVIDIA's own packages, and never committed or published. apt checks the Debian package against its signed
index, pip the wheels against the hashes in data/wheels.txt.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import typing as t
import zipfile
from pathlib import Path

from lab.linux import sources
from lab.repository import elf
from lab.repository.cache import Say, digest, made_once, silent
from lab.repository.deb import File
from lab.repository.model import DATA

RELEASE = "12-4"
DEBIAN_SUITE, DEBIAN_COMPONENT, DEBIAN_PACKAGE = "trixie", "non-free", "nvidia-cuda-toolkit"
DEBIAN_VERSION = "12.4.131"
DEBIAN_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
WHEELS = DATA / "wheels.txt"
TOP = "/usr/local/cuda-12.4"
TARGET = f"{TOP}/targets/x86_64-linux"

PROFILE = """
TOP              = $(_HERE_)/..

CICC_PATH        = $(TOP)/nvvm/bin
NVVMIR_LIBRARY_DIR = $(TOP)/nvvm/libdevice

LD_LIBRARY_PATH += $(TOP)/lib:
PATH            += $(CICC_PATH):$(_HERE_):

INCLUDES        +=  "-I$(TOP)/$(_TARGET_DIR_)/include" $(_SPACE_)

LIBRARIES        =+ $(_SPACE_) "-L$(TOP)/$(_TARGET_DIR_)/lib$(_TARGET_SIZE_)/stubs" \
"-L$(TOP)/$(_TARGET_DIR_)/lib$(_TARGET_SIZE_)"

CUDAFE_FLAGS    +=
PTXAS_FLAGS     +=
"""

# The wheels of 12.4 hold no static runtime, which nvcc links by default. ld reads this text in its place.
STATIC_RUNTIME = b"/* GNU ld script of the lab */ INPUT(libcudart.so.12)\n"


class CompilerError(Exception):
    """The real compiler cannot be had; one line that says why and what to do."""


def compiler_tree(cache: Path, say: Say = silent) -> Path:
    """The unpacked downloads in CACHE: ``debian/`` and ``wheels/``. Raises CompilerError."""
    recipe = digest(DEBIAN_SUITE, DEBIAN_VERSION, WHEELS)
    return made_once(cache / "compiler" / recipe, lambda directory: _fetch(directory, say))


def _fetch(directory: Path, say: Say) -> None:
    say("real compiler: downloading nvcc 12.4 (115 MB, once)")
    with tempfile.TemporaryDirectory(prefix="lab-compiler-") as name:
        scratch = Path(name)
        package = _fetch_debian(scratch)
        _run(["dpkg-deb", "-x", str(package), str(directory / "debian")], "unpacking Debian's package")
        for wheel in _fetch_wheels(scratch):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(directory / "wheels")
    say("real compiler: unpacked")


def _fetch_debian(scratch: Path) -> Path:
    """Download the Debian package with an apt configuration of its own; this machine's apt state is not touched."""
    if not DEBIAN_KEYRING.exists():
        raise CompilerError(f"real compiler: {DEBIAN_KEYRING} is missing; run: apt-get install debian-archive-keyring")
    for folder in ("lists/partial", "cache/archives/partial", "etc/apt.conf.d", "etc/preferences.d"):
        (scratch / folder).mkdir(parents=True)
    (scratch / "status").touch()
    entry = f"deb [signed-by={DEBIAN_KEYRING}] {sources.host_mirror().archive} {DEBIAN_SUITE} {DEBIAN_COMPONENT}\n"
    (scratch / "etc" / "sources.list").write_text(entry, encoding="ascii")
    (scratch / "etc" / "apt.conf").write_text("\n".join(_apt_settings(scratch)) + "\n", encoding="utf-8")
    environment = {**os.environ, "APT_CONFIG": str(scratch / "etc" / "apt.conf"), "LC_ALL": "C.UTF-8"}
    _run(["apt-get", "-q", "update"], "reading Debian's package index", environment, scratch)
    _run(["apt-get", "-q", "download", DEBIAN_PACKAGE], "downloading from Debian", environment, scratch)
    found = sorted(scratch.glob(f"{DEBIAN_PACKAGE}_{DEBIAN_VERSION}*.deb"))
    if not found:
        raise CompilerError(f"real compiler: Debian {DEBIAN_SUITE} no longer has {DEBIAN_PACKAGE} {DEBIAN_VERSION}")
    return found[0]


def _apt_settings(scratch: Path) -> list[str]:
    return [
        f'Dir::Etc "{scratch}/etc";',
        f'Dir::State "{scratch}";',
        f'Dir::State::status "{scratch}/status";',
        f'Dir::Cache "{scratch}/cache";',
        'Acquire::Languages "none";',
        'APT::Architecture "amd64";',
        'APT::Sandbox::User "root";',
        'APT::Update::Error-Mode "any";',
        *sources.host_apt_options(),
    ]


def _fetch_wheels(scratch: Path) -> list[Path]:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--platform=manylinux2014_x86_64", "--python-version=3.11", "--require-hashes"]
    _run([*command, "--dest", str(scratch / "wheels"), "--requirement", str(WHEELS)], "downloading the cu12 wheels")
    return sorted((scratch / "wheels").glob("*.whl"))


def _run(
    command: t.Sequence[str], what: str, environment: t.Mapping[str, str] | None = None, directory: Path | None = None
) -> None:
    try:
        done = subprocess.run(command, capture_output=True, env=environment, cwd=directory, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise CompilerError(f"real compiler: {what} needs {command[0]}, which is not installed") from None
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        first = next((line for line in lines if line.startswith(("E:", "ERROR:"))), lines[-1])
        raise CompilerError(f"real compiler: {what} failed: {first}; check the network and run it again")


# -- layout ----------------------------------------------------------------------------------------------------------


def compiler_files(package: str, tree: Path) -> list[File] | None:
    """The real files of PACKAGE such as ``cuda-nvcc-12-4``; None when the lab has none for it."""
    make = _LAYOUT.get(package.removesuffix(f"-{RELEASE}")) if package.endswith(f"-{RELEASE}") else None
    return make(tree) if make else None


def _programs(tree: Path, names: t.Sequence[str]) -> list[File]:
    return [File(f"{TOP}/bin/{name}", tree / "debian/usr/bin" / name, 0o755) for name in names]


def _below(folder: Path, target: str, mode: int = 0o644) -> list[File]:
    """Every file below FOLDER, placed below TARGET; the empty ``__init__.py`` of a wheel is no part of it."""
    found = (file for file in sorted(folder.rglob("*")) if file.is_file() and file.name != "__init__.py")
    return [File(f"{target}/{file.relative_to(folder)}", file, mode) for file in found]


def _nvcc(tree: Path) -> list[File]:
    private = tree / "debian/usr/lib/nvidia-cuda-toolkit/bin"
    headers = tree / "wheels/nvidia/cuda_nvcc/include"
    return [
        File(f"{TOP}/bin/nvcc", private / "nvcc", 0o755),
        File(f"{TOP}/bin/nvcc.profile", PROFILE.encode()),
        *_programs(tree, ["cudafe++", "ptxas", "fatbinary", "nvlink", "bin2c", "__nvcc_device_query"]),
        *_below(private / "crt", f"{TOP}/bin/crt"),
        *(File(f"{TARGET}/include/{name}", headers / name) for name in ("fatbinary_section.h", "nvPTXCompiler.h")),
    ]


def _nvvm(tree: Path) -> list[File]:
    cicc = tree / "debian/usr/lib/nvidia-cuda-toolkit/bin/cicc"
    library = tree / "wheels/nvidia/cuda_nvcc/nvvm"
    return [File(f"{TOP}/nvvm/bin/cicc", cicc, 0o755), *_below(library, f"{TOP}/nvvm")]


def _crt(tree: Path) -> list[File]:
    return _below(tree / "wheels/nvidia/cuda_nvcc/include/crt", f"{TARGET}/include/crt")


def _cudart(tree: Path) -> list[File]:
    library = tree / "wheels/nvidia/cuda_runtime/lib/libcudart.so.12"
    return [
        File(f"{TARGET}/lib/libcudart.so.12.4.127", library),
        File(f"{TARGET}/lib/libcudart.so.12", link="libcudart.so.12.4.127"),
        File(f"{TOP}/lib64", link="targets/x86_64-linux/lib"),
    ]


def _cudart_dev(tree: Path) -> list[File]:
    return [
        *_below(tree / "wheels/nvidia/cuda_runtime/include", f"{TARGET}/include"),
        File(f"{TARGET}/lib/libcudart.so", link="libcudart.so.12"),
        File(f"{TARGET}/lib/libcudart_static.a", STATIC_RUNTIME),
        File(f"{TARGET}/lib/libcudadevrt.a", elf.empty_archive()),
        File(f"{TOP}/include", link="targets/x86_64-linux/include"),
    ]


def _cccl(tree: Path) -> list[File]:
    return _below(tree / "wheels/nvidia/cuda_cccl/include", f"{TARGET}/include")


_LAYOUT: dict[str, t.Callable[[Path], list[File]]] = {
    "cuda-nvcc": _nvcc,
    "cuda-nvvm": _nvvm,
    "cuda-crt": _crt,
    "cuda-cudart": _cudart,
    "cuda-cudart-dev": _cudart_dev,
    "cuda-cccl": _cccl,
    "cuda-cuobjdump": lambda tree: _programs(tree, ["cuobjdump"]),
    "cuda-cuxxfilt": lambda tree: _programs(tree, ["cu++filt"]),
    "cuda-nvprune": lambda tree: _programs(tree, ["nvprune"]),
}
