# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the real compiler's files go, and what happens when it cannot be downloaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lab.linux import sources
from lab.repository import compiler
from lab.repository.deb import File

WHEELS = "wheels/nvidia"
TREE = {
    "debian/usr/bin": ("cudafe++", "ptxas", "fatbinary", "nvlink", "bin2c", "__nvcc_device_query", "cuobjdump"),
    "debian/usr/lib/nvidia-cuda-toolkit/bin": ("nvcc", "cicc", "crt/link.stub"),
    f"{WHEELS}/cuda_nvcc/include": ("__init__.py", "fatbinary_section.h", "nvPTXCompiler.h", "crt/mma.h"),
    f"{WHEELS}/cuda_nvcc/nvvm": ("lib64/libnvvm.so", "libdevice/libdevice.10.bc"),
    f"{WHEELS}/cuda_runtime": ("include/cuda_runtime.h", "lib/libcudart.so.12"),
    f"{WHEELS}/cuda_cccl/include": ("thrust/version.h", "cuda/__cccl_config"),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder, names in TREE.items():
        for name in names:
            file = tmp_path / folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("package", "path", "source"),
    [
        ("cuda-nvcc-12-4", "bin/nvcc", "debian/usr/lib/nvidia-cuda-toolkit/bin/nvcc"),
        ("cuda-nvcc-12-4", "bin/ptxas", "debian/usr/bin/ptxas"),
        ("cuda-nvcc-12-4", "bin/crt/link.stub", "debian/usr/lib/nvidia-cuda-toolkit/bin/crt/link.stub"),
        ("cuda-nvvm-12-4", "nvvm/bin/cicc", "debian/usr/lib/nvidia-cuda-toolkit/bin/cicc"),
        ("cuda-nvvm-12-4", "nvvm/libdevice/libdevice.10.bc", f"{WHEELS}/cuda_nvcc/nvvm/libdevice/libdevice.10.bc"),
        ("cuda-crt-12-4", "targets/x86_64-linux/include/crt/mma.h", f"{WHEELS}/cuda_nvcc/include/crt/mma.h"),
        (
            "cuda-cccl-12-4",
            "targets/x86_64-linux/include/thrust/version.h",
            f"{WHEELS}/cuda_cccl/include/thrust/version.h",
        ),
        ("cuda-cuobjdump-12-4", "bin/cuobjdump", "debian/usr/bin/cuobjdump"),
    ],
)
def test_files_stand_where_nvidias_packages_have_them(tree: Path, package: str, path: str, source: str) -> None:
    files = {file.path: file for file in compiler.compiler_files(package, tree) or []}
    file = files[f"/usr/local/cuda-12.4/{path}"]
    assert file.content == tree / source
    assert file.mode == (0o755 if "bin/" in path and "/crt/" not in path else 0o644)


def test_no_two_packages_hold_the_same_path(tree: Path) -> None:
    packages = ("nvcc", "nvvm", "crt", "cudart", "cudart-dev", "cccl", "cuobjdump", "cuxxfilt", "nvprune")
    found: list[File] = []
    for name in packages:
        found += compiler.compiler_files(f"cuda-{name}-12-4", tree) or []
    paths = [file.path for file in found]
    assert len(paths) == len(set(paths))
    assert not [path for path in paths if path.endswith("__init__.py")]


@pytest.mark.parametrize("package", ["cuda-nvcc-12-8", "cuda-gdb-12-4", "cuda-toolkit-12-4", "nvidia-utils-570"])
def test_other_packages_are_not_real(tree: Path, package: str) -> None:
    assert compiler.compiler_files(package, tree) is None


def test_a_failed_download_is_one_line_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "host_mirror", lambda: sources.Mirror("http://127.0.0.1:9/debian", ""))
    monkeypatch.setattr(sources, "host_apt_options", lambda: ['Acquire::Retries "0";'])
    with pytest.raises(compiler.CompilerError) as failure:
        compiler.compiler_tree(tmp_path)
    message = str(failure.value)
    assert message.startswith("real compiler: reading Debian's package index failed: ")
    assert "127.0.0.1" in message
    assert message.endswith("; check the network and run it again")
    assert "\n" not in message
    assert not [file for file in (tmp_path / "compiler").iterdir() if file.is_dir()]


def test_the_command_line_says_it_in_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lab.repository.cuda", "--cache", str(tmp_path), "--without-compiler"]
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, env={"PATH": "/nonexistent"})
    assert done.returncode == 1
    assert done.stderr == "lab: repository keys: gpg is not installed; run: apt-get install gnupg\n"
