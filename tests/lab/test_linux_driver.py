# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-ins of NVIDIA's Linux files on Windows."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from lab.linux import driver
from lab.machine.state import Gpu
from lab.repository import container_cli


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a laptop with one GPU."""
    base = tmp_path_factory.mktemp("driver")
    driver.write_driver_files(base / "lib", [Gpu()], base / "cache")
    return base / "lib"


@pytest.mark.parametrize(
    ("windows", "cuda"),
    [("572.61", 12080), ("572.60", 12080), ("551.61", 12040), ("551.60", 12030), ("581.15", 13000), ("527.41", 12000)],
)
def test_cuda_version(windows: str, cuda: int) -> None:
    assert driver.cuda_version(windows) == cuda


def test_a_driver_that_is_too_old_is_an_error() -> None:
    with pytest.raises(driver.DriverError, match=r"driver 411\.70: too old"):
        driver.cuda_version("411.70")


def test_no_gpu_no_files(tmp_path: Path) -> None:
    driver.write_driver_files(tmp_path / "lib", [])
    assert list((tmp_path / "lib").iterdir()) == []


def test_every_driver_has_its_own_folder_in_the_store(files: Path, tmp_path: Path) -> None:
    cache = files.parent / "cache"
    first = driver.write_driver_store(tmp_path, [Gpu()], cache)
    assert first is not None and (first / "libcuda.so.1.1").stat().st_size > 0
    assert all((first / name).is_file() for name in container_cli.DRIVER_FILES)
    second = driver.write_driver_store(tmp_path, [Gpu(driver="572.83")], cache)
    assert second is not None and second != first and not first.exists()
    assert driver.write_driver_store(tmp_path, []) is None and list(tmp_path.iterdir()) == []


def test_three_regular_files_with_one_soname(files: Path) -> None:
    for name in ("libcuda.so", "libcuda.so.1", "libcuda.so.1.1"):
        assert (files / name).is_file()
        assert not (files / name).is_symlink()
        dump = subprocess.run(["objdump", "-p", files / name], capture_output=True, text=True, check=True).stdout
        assert "SONAME               libcuda.so.1\n" in dump
        assert "NEEDED" not in dump


_ASK = """
import ctypes, sys
cuda = ctypes.CDLL(sys.argv[1])
number, count, function, name = ctypes.c_int(), ctypes.c_int(7), ctypes.c_void_p(), ctypes.c_char_p()
assert cuda.cuInit(0) == 100
assert cuda.cuDriverGetVersion(ctypes.byref(number)) == 0 and number.value == 12080
assert cuda.cuDeviceGetCount(ctypes.byref(count)) == 100 and count.value == 0
assert cuda.cuGetErrorName(100, ctypes.byref(name)) == 0 and name.value == b"CUDA_ERROR_NO_DEVICE"
for symbol in (b"cuInit", b"cuMemAlloc_v2", b"cuGetProcAddress"):
    assert cuda.cuGetProcAddress_v2(symbol, ctypes.byref(function), 12040, ctypes.c_ulonglong(0), None) == 0
    assert function.value
assert cuda.cuGetProcAddress_v2(b"cuMemAlloc_v2", ctypes.byref(function), 12040, ctypes.c_ulonglong(0), None) == 0
assert ctypes.CFUNCTYPE(ctypes.c_int)(function.value)() == 100
"""


def test_libcuda_loads_and_has_no_device(files: Path) -> None:
    subprocess.run([sys.executable, "-c", _ASK, files / "libcuda.so.1"], check=True)


def test_nvml_loads_and_has_no_driver(files: Path) -> None:
    nvml = ctypes.CDLL(str(files / "libnvidia-ml.so.1"))
    nvml.nvmlErrorString.restype = ctypes.c_char_p
    assert nvml.nvmlErrorString(nvml.nvmlInit_v2()) == b"Driver Not Loaded"


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([], 0, "| NVIDIA-SMI 570.124.06             Driver Version: 572.61         CUDA Version: 12.8     |"),
        (["-L"], 0, "GPU 0: NVIDIA RTX 2000 Ada Generation Laptop GPU (UUID: GPU-"),
        (["--query-gpu=compute_cap,memory.total", "--format=csv,noheader"], 0, "8.9, 8188 MiB\n"),
        (["--query-gpu=name,nonsense", "--format=csv,noheader"], 2, 'Field "nonsense" is not a valid field to query.'),
        (["-q"], 255, ""),
    ],
)
def test_nvidia_smi(files: Path, arguments: list[str], code: int, text: str) -> None:
    done = subprocess.run([files / "nvidia-smi", *arguments], capture_output=True, text=True)
    assert done.returncode == code
    assert text in done.stdout
    assert ("lab: not modelled: nvidia-smi -q" in done.stderr) == (code == 255)
