# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person would check in a provisioned distribution; the same for every scenario."""

from __future__ import annotations

import typing as t

from lab.laptops import linux_cases

PROGRAM = r"""
#include <cstdio>
__global__ void kernel(int *value) { *value = 42; }
int main() { int count = -1; printf("%s\n", cudaGetErrorString(cudaGetDeviceCount(&count))); return 0; }
"""


def test_the_toolkit_is_installed_and_nothing_is_half_configured(distribution: t.Any) -> None:
    assert distribution.package("cuda-toolkit-12-4").is_installed
    assert distribution.run("dpkg --audit").stdout == ""
    assert distribution.run("apt-get check").rc == 0


def test_no_driver_package_is_there(distribution: t.Any) -> None:
    names = distribution.run("dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n'").stdout.splitlines()
    assert len(names) > 100
    wrong = (
        "nvidia-driver",
        "nvidia-dkms",
        "nvidia-utils",
        "libnvidia-compute",
        "libnvidia-gl",
        "cuda-drivers",
        "cuda-runtime",
    )
    assert [name for name in names if name.split()[-1].startswith(wrong)] == []


def test_libcuda_comes_from_windows(distribution: t.Any) -> None:
    cache = distribution.run("ldconfig -p").stdout
    libcuda = [line for line in cache.splitlines() if "libcuda.so" in line]
    assert libcuda, "the loader must know libcuda.so.1"
    assert all("/usr/lib/wsl/lib/" in line for line in libcuda), libcuda


def test_the_compiler_builds_a_program_that_finds_no_gpu(distribution: t.Any) -> None:
    script = (
        "cd $(mktemp -d) && cat > hello.cu <<'END'\n" + PROGRAM + "\nEND\n"
        # The lab has a real runtime of 12.4 only; where 12.8 is the default, its stand-in would be loaded.
        "/usr/local/cuda-12.4/bin/nvcc -Xlinker -rpath=/usr/local/cuda-12.4/lib64 -o hello hello.cu && ./hello"
    )
    result = distribution.run(script)
    assert result.rc == 0, result.stderr
    assert "no CUDA-capable device is detected" in result.stdout


def test_apt_refuses_the_driver_and_takes_the_next_toolkit(distribution: t.Any) -> None:
    refused = distribution.run("apt-get -s install cuda-drivers")
    assert refused.rc != 0
    allowed = distribution.run("apt-get -s install cuda-toolkit-12-8")
    assert allowed.rc == 0, allowed.stderr
    assert "Inst cuda-toolkit-12-8" in allowed.stdout or "already the newest version" in allowed.stdout


def test_what_was_there_before_stays(distribution: t.Any, scenario: str) -> None:
    before = linux_cases.KEPT_PACKAGES if scenario == "broken_driver" else ("default-jre", "g++", "gnupg", "python3")
    listed = distribution.run("dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n'").stdout.splitlines()
    installed = {line.split()[1] for line in listed if line.startswith("ii ")}
    assert set(before) <= installed


def test_the_old_key_is_nowhere(distribution: t.Any) -> None:
    command = (
        "for f in /etc/apt/trusted.gpg /etc/apt/trusted.gpg.d/* /etc/apt/keyrings/* /usr/share/keyrings/*; do "
        "case $f in *.wslfleet-*) continue ;; esac; "
        "[ -f $f ] && gpg --show-keys --with-colons $f 2>/dev/null; done; "
        "for f in /etc/apt/sources.list.d/*.sources; do "
        "[ -f $f ] && sed -n 's/^ //p' $f | sed 's/^[.]$//' | gpg --show-keys --with-colons 2>/dev/null; done; true"
    )
    assert "AE09FE4BBD223A84B2CCFCE3F60F4B3D7FA2AF80" not in distribution.run(command).stdout
