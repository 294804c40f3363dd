# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries written without a compiler, opened by the real loader."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import pytest

from lab.repository import elf


def test_the_loader_opens_a_library_and_calls_its_function(tmp_path: Path) -> None:
    file = tmp_path / "libsample.so.3"
    file.write_bytes(elf.shared_library("libsample.so.3", {"first": elf.returns(7), "second": elf.returns(0x12345678)}))
    library = ctypes.CDLL(str(file))
    assert (library.first(), library.second()) == (7, 0x12345678)
    with pytest.raises(AttributeError):
        _ = library.third


def test_a_library_without_functions_loads(tmp_path: Path) -> None:
    file = tmp_path / "libempty.so.1"
    file.write_bytes(elf.shared_library("libempty.so.1"))
    ctypes.CDLL(str(file))


def test_ldconfig_links_by_the_soname(tmp_path: Path) -> None:
    (tmp_path / "libcuda.so.570.1").write_bytes(elf.cuda_driver_library())
    subprocess.run(["/sbin/ldconfig", "-n", str(tmp_path)], check=True)
    assert (tmp_path / "libcuda.so.1").readlink() == Path("libcuda.so.570.1")


def test_libcuda_tells_its_version_and_finds_no_device(tmp_path: Path) -> None:
    file = tmp_path / "libcuda.so.1"
    file.write_bytes(elf.cuda_driver_library(12040))
    library = ctypes.CDLL(str(file))
    version = ctypes.c_int()
    assert library.cuDriverGetVersion(ctypes.byref(version)) == 0
    assert version.value == 12040
    assert library.cuInit(0) == elf.CUDA_ERROR_NO_DEVICE


@pytest.mark.parametrize(
    ("name", "function"),
    [
        (b"cuDriverGetVersion", "cuDriverGetVersion"),
        (b"cuInit", "cuInit"),
        (b"cuGetExportTable", "cuInit"),
        (b"cuGetProcAddress", "cuGetProcAddress_v2"),
    ],
)
def test_libcuda_looks_entry_points_up(tmp_path: Path, name: bytes, function: str) -> None:
    file = tmp_path / "libcuda.so.1"
    file.write_bytes(elf.cuda_driver_library())
    library = ctypes.CDLL(str(file))
    found, status = ctypes.c_void_p(), ctypes.c_int(99)
    arguments = (name, ctypes.byref(found), 12000, ctypes.c_uint64(0))
    assert library.cuGetProcAddress_v2(*arguments, ctypes.byref(status)) == 0
    assert status.value == 0
    assert found.value == ctypes.cast(getattr(library, function), ctypes.c_void_p).value
    assert library.cuGetProcAddress_v2(*arguments, None) == 0, "the status may be left out"


def test_ld_links_against_the_stub_and_takes_the_empty_archive(tmp_path: Path) -> None:
    (tmp_path / "libcuda.so").write_bytes(elf.cuda_driver_library())
    (tmp_path / "libcudadevrt.a").write_bytes(elf.empty_archive())
    (tmp_path / "main.c").write_text("int cuInit(unsigned); int main(void) { return cuInit(0); }\n")
    command = ["gcc", "-o", "main", "main.c", "-L.", "-lcudadevrt", "-lcuda"]
    linked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (linked.returncode, linked.stderr) == (0, "")
    (tmp_path / "libcuda.so.1").symlink_to("libcuda.so")
    ran = subprocess.run([tmp_path / "main"], env={"LD_LIBRARY_PATH": str(tmp_path)})
    assert ran.returncode == elf.CUDA_ERROR_NO_DEVICE
