# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that NVIDIA's Windows driver puts into C:\\Windows\\System32\\lxss\\lib, as loadable stand-ins.

libcuda.so, libcuda.so.1 and libcuda.so.1.1 are three regular files with the SONAME libcuda.so.1, as the real driver
ships them; that is why ldconfig warns "is not a symbolic link" in every WSL. The C sources are in driver/; the built
files are cached.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
import typing as t
import uuid
from pathlib import Path

from lab.linux import images
from lab.machine.state import Gpu

_SOURCES = Path(__file__).resolve().parent / "driver"
_PLAIN_LIBRARIES = ("libdxcore.so", "libd3d12.so", "libd3d12core.so")
_STORE_FILES = {
    "libcuda.so.1.1": "libcuda.so.1",
    "libcuda_loader.so": "libcuda.so.1",
    "libnvidia-ml.so.1": "libnvidia-ml.so.1",
    "libnvidia-ml_loader.so": "libnvidia-ml.so.1",
    **dict.fromkeys(("libnvidia-ptxjitcompiler.so.1", "libnvdxgdmal.so.1", "nvcubins.bin"), "libdxcore.so"),
}
"""File of the driver store -> what stands in for it."""

# First Windows driver of each CUDA release and the Linux driver of the same release (CUDA release notes, table 3).
_RELEASES: tuple[tuple[str, int, str], ...] = (
    ("580.0", 13000, "580.65.06"),
    ("576.02", 12090, "575.51.03"),
    ("572.61", 12080, "570.124.06"),
    ("570.65", 12080, "570.26"),
    ("560.76", 12060, "560.28.03"),
    ("555.85", 12050, "555.42.02"),
    ("551.61", 12040, "550.54.14"),
    ("545.84", 12030, "545.23.06"),
    ("536.25", 12020, "535.54.03"),
    ("531.14", 12010, "530.30.02"),
    ("527.41", 12000, "525.60.13"),
    ("522.06", 11080, "520.61.05"),
    ("452.39", 11000, "450.80.02"),
)


class DriverError(Exception):
    """The stand-ins cannot be built; one line."""


def cuda_version(windows_driver: str) -> int:
    """The CUDA version of a Windows driver as cuDriverGetVersion gives it: ``572.61`` -> 12080."""
    return _release(windows_driver)[1]


def write_driver_files(directory: Path, gpus: t.Sequence[Gpu], cache: Path | None = None) -> None:
    """Write the driver's Linux files for GPUS into DIRECTORY; none without a GPU. Raises DriverError.

    CACHE holds the built libraries; default as for the images.
    """
    directory.mkdir(parents=True, exist_ok=True)
    if not gpus:
        return
    built = _built(cuda_version(gpus[0].driver), cache or images.default_cache())
    for name in ("libcuda.so", "libcuda.so.1", "libcuda.so.1.1"):
        _copy(built / "libcuda.so.1", directory / name)
    for name in ("libnvidia-ml.so.1", *_PLAIN_LIBRARIES):
        _copy(built / name, directory / name)
    script = directory / "nvidia-smi"
    script.write_text(nvidia_smi(gpus), encoding="utf-8")
    script.chmod(0o555)


def store_name(driver: str) -> str:
    """The name of the folder of DRIVER in the driver store."""
    return f"nv_dispi.inf_amd64_{hashlib.sha256(driver.encode()).hexdigest()[:16]}"


def write_driver_store(directory: Path, gpus: t.Sequence[Gpu], cache: Path | None = None) -> Path | None:
    """Write the driver's folder into DIRECTORY, the driver store, in place of an earlier one; None without a GPU.

    Its name changes with every driver. The names of the files are those that NVIDIA's container toolkit looks for.
    """
    for old in directory.glob("nv_dispi.inf_amd64_*"):
        shutil.rmtree(old)
    if not gpus:
        return None
    built = _built(cuda_version(gpus[0].driver), cache or images.default_cache())
    folder = directory / store_name(gpus[0].driver)
    folder.mkdir(parents=True)
    for name, source in _STORE_FILES.items():
        _copy(built / source, folder / name)
    script = folder / "nvidia-smi"
    script.write_text(nvidia_smi(gpus), encoding="utf-8")
    script.chmod(0o555)
    return folder


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    target.chmod(0o555)


@functools.lru_cache(maxsize=None)
def _release(windows_driver: str) -> tuple[str, int, str]:
    for release in _RELEASES:
        if _numbers(windows_driver) >= _numbers(release[0]):
            return release
    raise DriverError(f"driver {windows_driver}: too old; the lab knows drivers from {_RELEASES[-1][0]} on")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _built(version: int, cache: Path) -> Path:
    """The folder with the libraries for CUDA VERSION; built when it is not in CACHE."""
    sources = [_SOURCES / name for name in ("libcuda.c", "libnvidia-ml.c", "empty.c")]
    digest = hashlib.sha256(b"".join([str(version).encode(), *(file.read_bytes() for file in sources)])).hexdigest()
    folder = cache / "driver" / f"{version}-{digest[:12]}"
    if folder.is_dir():
        return folder
    if shutil.which("gcc") is None:
        raise DriverError("gcc is not installed, and the driver's stand-ins must be compiled; run: apt-get install gcc")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        unfinished = Path(scratch) / "built"
        unfinished.mkdir()
        _compile(sources[0], unfinished / "libcuda.so.1", f"-DLAB_CUDA_VERSION={version}")
        _compile(sources[1], unfinished / "libnvidia-ml.so.1")
        for name in _PLAIN_LIBRARIES:
            _compile(sources[2], unfinished / name)
        try:
            unfinished.rename(folder)
        except OSError:
            if not folder.is_dir():  # else somebody else was faster
                raise
    return folder


def _compile(source: Path, target: Path, *options: str) -> None:
    command = ["gcc", "-shared", "-fPIC", "-O1", "-nostdlib", "-ffreestanding", f"-Wl,-soname,{target.name}", *options]
    done = subprocess.run(
        [*command, "-o", str(target), str(source)], capture_output=True, text=True, env=_environment()
    )
    if done.returncode != 0:
        raise DriverError(f"{source}: gcc failed: {' '.join(done.stderr.split())}")


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C"}


# -- nvidia-smi ------------------------------------------------------------------------------------------------------


def nvidia_smi(gpus: t.Sequence[Gpu]) -> str:
    """A shell script that answers as nvidia-smi of the Windows driver does inside WSL; three ways to call it."""
    version = cuda_version(gpus[0].driver)
    list_lines = [f"GPU {index}: {gpu.name} (UUID: {_uuid(index, gpu)})" for index, gpu in enumerate(gpus)]
    return _SCRIPT.format(
        table=_table(gpus, _release(gpus[0].driver)[2], f"{version // 1000}.{version % 1000 // 10}"),
        listing="\n".join(list_lines),
        cases="\n".join(_case(index, gpu) for index, gpu in enumerate(gpus)),
        count=len(gpus),
    )


def _table(gpus: t.Sequence[Gpu], smi: str, cuda: str) -> str:
    line = f"| NVIDIA-SMI {smi:<22} Driver Version: {gpus[0].driver:<14} CUDA Version: {cuda:<9}|"
    rule = "+" + "-" * (len(line) - 2) + "+"
    rows = [
        f"|   {index}  {gpu.name:<40} {gpu.memory_mib:>9}MiB".ljust(len(line) - 1) + "|"
        for index, gpu in enumerate(gpus)
    ]
    return "\n".join([rule, line, rule, *rows, rule])


def _case(index: int, gpu: Gpu) -> str:
    """One GPU's branch of the query: field -> value."""
    values = {
        "index": str(index),
        "name": gpu.name,
        "gpu_name": gpu.name,
        "uuid": _uuid(index, gpu),
        "driver_version": gpu.driver,
        "driver_model.current": gpu.driver_model,
        "compute_cap": gpu.compute_capability,
        "memory.total": f"{gpu.memory_mib} MiB",
    }
    return "\n".join(f"    {index}:{field}) echo '{value}' ;;" for field, value in values.items())


def _uuid(index: int, gpu: Gpu) -> str:
    return f"GPU-{uuid.uuid5(uuid.NAMESPACE_OID, f'{index} {gpu.name}')}"


_SCRIPT = """#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
value() {{
    case "$1" in
{cases}
    *) return 1 ;;
    esac
}}
query() {{
    gpu=0
    while [ "$gpu" -lt {count} ]; do
        row=
        for field in $(echo "$1" | tr , ' '); do
            if ! one=$(value "$gpu:$field"); then
                echo "Field \\"$field\\" is not a valid field to query."
                echo
                exit 2
            fi
            row="${{row:+$row, }}$one"
        done
        echo "$row"
        gpu=$((gpu + 1))
    done
}}
case "$*" in
"") cat <<'END'
{table}
END
    ;;
-L) cat <<'END'
{listing}
END
    ;;
"--query-gpu="*" --format=csv,noheader") fields=${{1#--query-gpu=}}; query "$fields" ;;
*) echo "lab: not modelled: nvidia-smi $*" >&2; exit 255 ;;
esac
"""
