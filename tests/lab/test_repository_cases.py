# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The repositories and the prepared states inside real root file systems, with their own apt and dpkg."""

from __future__ import annotations

import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from lab.laptops import linux_cases
from lab.laptops.laptop import Laptop
from lab.linux import disks, images
from lab.machine.state import WindowsState
from lab.repository import cuda, elf
from lab.repository.keyring import KEYRING_PATH
from lab.repository.keys import OLD_FINGERPRINT, Keys, lab_keys

pytestmark = pytest.mark.lab

CACHE = images.default_cache()
INSIDE = "/run/lab-repositories"


@pytest.fixture(scope="module")
def keys() -> Keys:
    return lab_keys(CACHE)


@dataclass
class Machine:
    """A disk of an image, and commands in it: no instance, only a change of root."""

    image: str
    upper: Path
    scratch: Path

    def sh(self, script: str, real_compiler: bool = False) -> subprocess.CompletedProcess[str]:
        """The exit code and the output (both streams) of SCRIPT."""
        run = self.scratch / f"run{len(list(self.scratch.iterdir()))}"
        (run / "run").mkdir(parents=True)
        log = run / "log"
        folders = {str(cuda.repositories(CACHE, real_compiler)): INSIDE}
        base = images.image(self.image, CACHE)
        environment = "export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin\n"
        try:
            linux_cases.run_in_overlay(base, self.upper, run, folders, environment + script, log, run / "run")
            code = 0
        except linux_cases.CaseError:
            code = 1
        return subprocess.CompletedProcess(script, code, log.read_text(encoding="utf-8", errors="replace"), "")

    def use_repository(self, path: str, keyring: bytes) -> None:
        """Make the repository PATH of the lab the only source of the distribution."""
        entry = f"deb [signed-by={KEYRING_PATH}] file:{INSIDE}/{path}/ /\n"
        linux_cases.write_files(self.upper, {KEYRING_PATH: keyring, "/etc/apt/sources.list": entry.encode()})


def _machine(tmp_path: Path, image: str) -> Machine:
    machine = Machine(image, tmp_path / "upper", tmp_path / "scratch")
    machine.upper.mkdir()
    machine.scratch.mkdir()
    return machine


def _laptop(tmp_path: Path) -> Laptop:
    """As much of a laptop as disks ask for."""
    instances = SimpleNamespace(image_cache=CACHE, terminate=lambda disk_id: None)
    return t.cast(Laptop, SimpleNamespace(directory=tmp_path / "laptop", instances=instances, state=WindowsState()))


HELLO = r"""
cat >/hello.cu <<'EOF'
#include <cstdio>
#include <thrust/device_vector.h>
__global__ void kernel(int *value) { *value = 42; }
int main() {
    int count = -1;
    cudaError_t error = cudaGetDeviceCount(&count);
    std::printf("%d: %s\n", count, cudaGetErrorString(error));
    return 0;
}
EOF
/usr/local/cuda/bin/nvcc -arch=sm_89 -o /hello /hello.cu && /hello
"""


def test_the_real_compiler_builds_a_program_that_finds_no_device(tmp_path: Path, keys: Keys) -> None:
    machine = _machine(tmp_path, "debian-12")
    machine.use_repository(cuda.WSL_UBUNTU, keys.new.binary)
    libraries = {
        "/usr/lib/wsl/lib/libcuda.so.1": elf.cuda_driver_library(12080),
        "/etc/ld.so.conf.d/ld.wsl.conf": b"/usr/lib/wsl/lib\n",
    }
    linux_cases.write_files(machine.upper, libraries)
    install = "apt-get -q update && apt-get -q -y install cuda-nvcc-12-4 || exit 1\n"
    done = machine.sh(install + HELLO + "/usr/local/cuda/bin/nvcc --version", real_compiler=True)
    assert done.returncode == 0, done.stdout
    assert (
        "update-alternatives: using /usr/local/cuda-12.4 to provide /usr/local/cuda (cuda) in auto mode" in done.stdout
    )
    assert "-1: no CUDA-capable device is detected" in done.stdout
    assert "release 12.4, V12.4.131" in done.stdout
    assert "warning" not in done.stdout


def test_the_stand_in_of_nvcc_tells_its_version_and_refuses_to_compile(tmp_path: Path, keys: Keys) -> None:
    machine = _machine(tmp_path, "debian-12")
    machine.use_repository(cuda.WSL_UBUNTU, keys.new.binary)
    script = "apt-get -q update && apt-get -q -y install cuda-toolkit-12-8 || exit 1; cd /usr/local/cuda/bin\n"
    done = machine.sh(script + './nvcc --version; ./nvcc -o x x.cu; echo "exit code $?"; ldconfig -p | grep libcublas')
    assert "release 12.8, V12.8.93" in done.stdout
    assert "lab: not modelled: nvcc -o x x.cu\nexit code 255" in done.stdout
    assert "libcublas.so.12 (libc6,x86-64) => /usr/local/cuda/targets/x86_64-linux/lib/libcublas.so.12" in done.stdout
    removed = machine.sh("apt-get -q -y purge 'cuda-*' 'lib*-12-8' 'nsight-*' && ls /usr/local /usr/local/bin")
    assert removed.returncode == 0, removed.stdout
    assert "cuda" not in removed.stdout.rpartition("/usr/local:")[2]


def test_apt_3_refuses_the_repository_with_the_sha1_key(tmp_path: Path, keys: Keys) -> None:
    machine = _machine(tmp_path, "debian-13")
    machine.use_repository(cuda.SHA1, keys.sha1.binary)
    done = machine.sh("apt-get -q update")
    assert done.returncode == 1
    assert "SHA1 is not considered secure since 2026-02-01" in done.stdout
    machine.use_repository(cuda.WSL_UBUNTU, keys.new.binary)
    accepted = machine.sh("apt-get -q update && apt-cache policy cuda-toolkit-12-8")
    assert accepted.returncode == 0, accepted.stdout
    assert "Candidate: 12.8.1-1" in accepted.stdout


def test_legacy_keys_leaves_apt_dead(tmp_path: Path, keys: Keys) -> None:
    laptop = _laptop(tmp_path)
    disk_id = disks.create_disk(laptop, "debian-12")
    linux_cases.legacy_keys(laptop, disk_id, keys)
    machine = Machine("debian-12", disks.disk(laptop, disk_id).upper, tmp_path / "scratch")
    machine.scratch.mkdir()
    done = machine.sh("apt-get -q update")
    assert done.returncode == 1
    assert "Conflicting values set for option Signed-By" in done.stdout
    shown = machine.sh(
        "apt-key list 2>/dev/null; cat /etc/apt/sources.list; stat -c '%a %n' /etc/apt /etc/apt/trusted.gpg\n"
        "gpg --show-keys --with-colons /usr/share/keyrings/nvidia-cuda-keyring.gpg"
    ).stdout
    spaced = " ".join(OLD_FINGERPRINT[i : i + 4] for i in range(0, 40, 4)).replace("  ", " ")
    assert shown.replace("  ", " ").count(spaced) == 2, "trusted.gpg and trusted.gpg.d"
    assert f"fpr:::::::::{OLD_FINGERPRINT}:" in shown
    assert "Example Mirror <mirror@example.org>" in shown
    assert "755 /etc/apt\n644 /etc/apt/trusted.gpg\n" in shown
    assert shown.count("ubuntu2004/x86_64 /\n") == 1
    assert "bookworm main" in shown, "the distribution's own lines stay"
    keyring = machine.sh(f"dpkg --force-confnew -i {INSIDE}/{cuda.WSL_UBUNTU}/cuda-keyring_1.1-1_all.deb").stdout
    assert "sudo apt-key del 7fa2af80" in keyring


def test_broken_driver_is_broken_and_can_be_purged(tmp_path: Path, keys: Keys) -> None:
    laptop = _laptop(tmp_path)
    disk_id = disks.create_disk(laptop, "debian-12")
    linux_cases.broken_driver(laptop, disk_id, "http://127.0.0.1:1", keys)
    machine = Machine("debian-12", disks.disk(laptop, disk_id).upper, tmp_path / "scratch")
    machine.scratch.mkdir()
    listing = "dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n'"
    before = machine.sh(f"{listing}; readlink -f /usr/lib/x86_64-linux-gnu/libcuda.so; nvidia-smi; echo code $?").stdout
    assert "iF  nvidia-dkms-570" in before
    for name in ("nvidia-driver-570", "cuda-drivers", "cuda-runtime-12-8", "cuda-12-8", "cuda"):
        assert f"iU  {name}\n" in before
    assert "/usr/lib/x86_64-linux-gnu/libcuda.so.570.124.06" in before
    assert "Failed to initialize NVML: GPU access blocked by the operating system" in before
    assert "code 17" in before
    repair = machine.sh("dpkg --configure -a")
    assert repair.returncode == 1
    assert "Bad return status for module build on kernel: 6.6.87.2-microsoft-standard-WSL2" in repair.stdout
    purged = machine.sh(
        "apt-mark manual cuda-toolkit-12-8 >/dev/null\n"
        "apt-get -q -y purge 'nvidia-*-570' 'libnvidia-*-570' 'xserver-*-570' nvidia-modprobe || exit 1\n"
        f"echo STATES; dpkg --audit; {listing}"
    )
    assert purged.returncode == 0, purged.stdout
    states = purged.stdout.rpartition("STATES")[2]
    for name in linux_cases.KEPT_PACKAGES:
        assert f"ii  {name}\n" in states
    assert "570" not in states
    for path in linux_cases.STRAY_LIBRARIES:
        assert disks.exists(laptop, disk_id, path), "no package owns it"
    entry = disks.read_file(laptop, disk_id, "/etc/apt/sources.list.d/cuda-ubuntu2404-x86_64.list") or b""
    assert b"http://127.0.0.1:1/compute/cuda/repos/ubuntu2404/x86_64/ /" in entry


def test_broken_driver_wants_a_copy_of_its_image(tmp_path: Path, keys: Keys) -> None:
    laptop = _laptop(tmp_path)
    with pytest.raises(ValueError, match="no copy of image"):
        linux_cases.broken_driver(laptop, disks.create_disk(laptop, None), "http://127.0.0.1:1", keys)
