# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drivers really installed, half configured, killed while unpacking: out again, with everything else kept."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import threading
import typing as t

import pytest

from lab.linux import driver
from lab.machine.state import Gpu
from tests.integration.linux.linux_distribution import Distribution, Web

pytestmark = pytest.mark.lab


def nvidia(box: Distribution) -> dict[str, str]:
    """Package -> state, for what looks like NVIDIA's."""
    lines = box.run("dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' '*nvidia*' 'cuda*' 'libcuda*'", check=False)
    pairs = [line.split() for line in lines.splitlines() if len(line.split()) == 2]
    return {name: state for state, name in pairs if state != "un"}


def installed(box: Distribution) -> set[str]:
    """Every package with its architecture and state, as ``dpkg -l`` lists them."""
    form = "${db:Status-Abbrev} ${Package}:${Architecture} ${Version}\\n"
    return set(box.run(f"dpkg-query -W -f '{form}'").splitlines())


def lost(before: set[str], after: set[str]) -> list[str]:
    """The names (with architecture) of the packages that went. Nothing else may have changed."""
    assert not after - before, after - before
    return sorted(line.split()[1] for line in before - after)


def package(box: Distribution, name: str, architecture: str = "all", prerm: str = "", **fields: str) -> str:
    """Build a package of somebody; its path."""
    folder = f"/root/{name}-{architecture}"
    more = "".join(f"{field.replace('_', '-')}: {value}\n" for field, value in fields.items())
    control = f"Package: {name}\nVersion: 1\nArchitecture: {architecture}\nMaintainer: x\nDescription: x\n{more}"
    box.write(f"{folder}/DEBIAN/control", control)
    if prerm:
        box.write(f"{folder}/DEBIAN/prerm", prerm)
        box.run(f"chmod 755 {folder}/DEBIAN/prerm")
    box.run(f"dpkg-deb --build {folder} {folder}.deb")
    return f"{folder}.deb"


def half_removed(box: Distribution, name: str) -> None:
    """A package that was killed while it was unpacked."""
    box.run(
        f"sed -i '/^Package: {name}$/,/^$/s/^Status: .*/Status: install reinstreq half-installed/' /var/lib/dpkg/status"
    )


def dress_without_loader_entry(box: Distribution) -> None:
    """WSL's folder with the Windows driver's library, which nothing lists."""
    folder = box.scratch / "driver"
    driver.write_driver_files(folder, [Gpu()])
    for name in ("libcuda.so", "libcuda.so.1", "libcuda.so.1.1"):
        box.write(f"/usr/lib/wsl/lib/{name}", (folder / name).read_bytes())


def run_file_driver(box: Distribution) -> None:
    """A driver that NVIDIA's .run installer brought, with the log that it keeps."""
    library = "/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14"
    box.write(library, "a library")
    box.write("/usr/bin/nvidia-uninstall", "#!/bin/sh\n")
    box.write("/usr/share/doc/NVIDIA_GLX-1.0/README.txt", "read me")
    box.write("/var/lib/nvidia/100", "as it was before")
    box.write(
        "/var/lib/nvidia/log",
        "1.0-550.54.14\nNVIDIA Accelerated Graphics Driver for Linux-x86_64 (550.54.14)\n"
        f"1: {library}\n1\n1: /usr/bin/nvidia-uninstall\n2\n1: /usr/share/doc/NVIDIA_GLX-1.0/README.txt\n3\n"
        "100: /etc/xdg/old.conf\n4 100644 0 0\n",
    )


def test_half_configured_driver_goes_and_the_toolkit_stays(distribution: Distribution, web: Web) -> None:
    box = distribution
    line = f"deb [trusted=yes] {web.repository('ubuntu2404')} /"
    box.write("/etc/apt/sources.list.d/cuda-ubuntu2404.list", line + "\n")
    box.run(
        "apt-get update && apt-get install -y --no-install-recommends libxnvctrl0 nvidia-container-toolkit-base; true"
    )
    box.run("apt-get install -y --no-install-recommends cuda-nvcc-12-8 && apt-mark auto cuda-nvcc-12-8")
    output = box.run("apt-get install -y --no-install-recommends nvidia-driver-570", check=False)
    before = nvidia(box)
    assert before["libnvidia-compute-570"] == "ii", output
    assert "iF" in before.values(), output
    dress_without_loader_entry(box)
    run_file_driver(box)
    box.write("/var/lib/dkms/nvidia/535.1/source", "")
    box.write("/home/ann/.bashrc", "export LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu:$LD_LIBRARY_PATH\n")
    audit = box.module("cuda_audit_info")
    assert not audit["clean"] and "nvidia-dkms-570" in audit["driver_packages"], audit
    rows = {row["id"]: row for row in audit["rows"]}
    assert rows["run_file"]["seen"].startswith("driver 550.54.14 by NVIDIA's .run installer")
    assert "/usr/bin/nvidia-uninstall" in rows["stray_files"]["seen"]
    assert "libcuda.so.1 => /lib/x86_64-linux-gnu/libcuda.so.1" in rows["loader"]["seen"]
    assert rows["ld_wsl_conf"]["level"] == "warn"
    assert "/var/lib/dkms/nvidia" in rows["dkms"]["seen"]
    assert rows["library_path"]["seen"].startswith("/home/ann/.bashrc:1 puts /usr/lib/x86_64-linux-gnu into LD_")
    assert box.module("cuda_repair", check_mode=True)["changed"]
    assert nvidia(box) == before
    box.module("cuda_guard")
    everything = installed(box)
    result = box.module("cuda_repair")
    assert "nvidia-driver-570" in result["purged"], result
    gone = {name.partition(":")[0] for name in lost(everything, installed(box))}
    assert gone == {*result["purged"], *result["dependents"]}
    assert result["strays"] == [
        "/usr/bin/nvidia-uninstall",
        "/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14",
        "/usr/share/doc/NVIDIA_GLX-1.0/README.txt",
        "/var/lib/dkms/nvidia",
    ], result
    assert result["restart_wsl"]
    after = nvidia(box)
    assert after["cuda-nvcc-12-8"] == "ii"
    assert not [name for name in after if "-570" in name], after
    assert "cuda-nvcc-12-8" in box.run("apt-mark showmanual")
    assert box.run("dpkg --audit") == ""
    backup = result["backup"]
    assert box.run(f"ls {backup}/usr/lib/x86_64-linux-gnu/").strip() == "libcuda.so.550.54.14"
    assert "550.54.14" in box.run(f"cat {backup}/var/lib/nvidia/log")
    assert box.run("cat /etc/xdg/old.conf; ls /var/lib/dkms /usr/src; true").strip().startswith("as it was before")
    assert "libcuda.so.1 (libc6,x86-64) => /usr/lib/wsl/lib/libcuda.so.1" in box.run("ldconfig -p")
    again = box.module("cuda_repair")
    assert not again["changed"], again
    assert box.module("cuda_audit_info")["clean"]


def test_a_system_that_is_not_tidy_loses_its_drivers_and_nothing_else(distribution: Distribution, web: Web) -> None:
    """AutomaticRemove in apt.conf, a half removed driver, drivers of a foreign architecture, one whose removal script
    fails, a hold, and packages of somebody else that are unpacked only, lack a dependency, or are not needed any more.
    """
    box = distribution
    line = f"deb [trusted=yes] {web.repository('ubuntu2404')} /"
    box.write("/etc/apt/sources.list.d/cuda-ubuntu2404.list", line + "\n")
    box.run("apt-get update && apt-get install -y --no-install-recommends libnvidia-compute-570 cuda-nvcc-12-8")
    box.run("dpkg --add-architecture i386")
    foreign = package(box, "libnvidia-decode-570", "i386", Multi_Arch="same")
    stubborn = package(box, "nvidia-utils-570", prerm="#!/bin/sh\nexit 7\n")
    orphan = package(box, "hashcat-like")
    box.run(
        f"dpkg -i {foreign} {stubborn} {orphan} && apt-mark auto hashcat-like && apt-mark hold libnvidia-compute-570"
    )
    tool = package(box, "vendor-tool", Depends="nothing-there")
    box.run(f"dpkg -i {tool}", check=False)
    half_removed(box, "libnvidia-compute-570")
    box.write("/etc/apt/apt.conf.d/99site", 'APT::Get::AutomaticRemove "true"; APT::Get::Purge "true";\n')
    box.write("/etc/apt/sources.list.d/page.list", "<!DOCTYPE html>\n")
    before = installed(box)
    planned = box.module("cuda_repair", check_mode=True)
    assert "libnvidia-decode-570:i386" in planned["purged"], planned
    assert installed(box) == before
    result = box.module("cuda_repair")
    assert lost(before, installed(box)) == [
        "libnvidia-compute-570:amd64",
        "libnvidia-decode-570:i386",
        "nvidia-utils-570:all",
    ], result
    assert result["others"] == ["vendor-tool is iU", "vendor-tool needs nothing-there, which is not there"], result
    again = box.module("cuda_repair")
    assert not again["changed"] and again["others"] == result["others"], again


def test_a_removal_that_dpkg_refuses_is_told_before_anything(distribution: Distribution) -> None:
    box = distribution
    paths = [package(box, "libcuda1"), package(box, "nvidia-smi", Essential="yes")]
    box.run(f"dpkg -i {' '.join(paths)}")
    before = installed(box)
    result = box.module("cuda_repair")
    assert "refused, nothing was changed: dpkg refuses: error processing package nvidia-smi" in result["msg"], result
    assert "essential" in result["msg"] and installed(box) == before
    box.run(f"dpkg --purge --force-remove-essential nvidia-smi; dpkg -i {package(box, 'ours', Depends='libcuda1')}")
    box.run("apt-mark hold ours")
    held = box.module("cuda_repair")
    assert "ours is held and would go with the driver that it needs: apt-mark unhold ours" in held["msg"], held
    box.run("apt-mark unhold ours")
    before = installed(box)
    box.run("mount --bind /usr /usr && mount -o remount,ro,bind /usr")
    fixed = box.module("cuda_repair")
    assert "nothing was changed: /usr cannot be written: the file system is read-only" in fixed["msg"], fixed
    assert installed(box) == before
    box.run("umount -l /usr")
    assert box.module("cuda_repair")["dependents"] == ["ours"]
    assert lost(before, installed(box)) == ["libcuda1:all", "ours:all"]


def test_interrupted_dpkg_and_packages_in_need_of_reinstallation(distribution: Distribution, web: Web) -> None:
    box = distribution
    line = f"deb [trusted=yes] {web.repository('ubuntu2404')} /"
    box.write("/etc/apt/sources.list.d/cuda-ubuntu2404.list", line + "\n")
    box.run("apt-get update && apt-get install -y --no-install-recommends libnvidia-compute-570 cuda-nvcc-12-8")
    whole = installed(box)
    for name in ("libnvidia-compute-570", "cuda-nvcc-12-8"):
        half_removed(box, name)
    # The journal as a killed dpkg leaves it: the newest stanza of one package.
    stanza = "sed -n '/^Package: procps$/,/^$/p' /var/lib/dpkg/status"
    box.run(f"{stanza} | sed 's/ installed$/ unpacked/' >/var/lib/dpkg/updates/0000")
    assert "iHR" in nvidia(box)["libnvidia-compute-570"] or "HR" in nvidia(box)["libnvidia-compute-570"]
    box.module("cuda_guard")
    result = box.module("cuda_repair")
    assert result.get("changed"), result
    assert nvidia(box).get("cuda-nvcc-12-8") == "ii"
    assert lost(whole, installed(box)) == ["libnvidia-compute-570:amd64"]
    assert "ii  procps" in box.run("dpkg -l procps")
    assert not box.module("cuda_repair")["changed"]


HOLD = "import fcntl, sys; file = open(sys.argv[1], 'r+b'); fcntl.lockf(file, fcntl.LOCK_EX); print('held'); input()"


@contextlib.contextmanager
def held(command: list[str]) -> t.Iterator[subprocess.Popen[bytes]]:
    """A process that holds a lock file until the end of the block."""
    with subprocess.Popen([*command], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None and holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield holder
        finally:
            holder.stdin.close()


def test_locked_dpkg_is_waited_for(distribution: Distribution) -> None:
    box = distribution
    box.write("/usr/bin/nvidia-smi", "from a .run file")
    box.run("touch /var/lib/dpkg/lock /var/lib/dpkg/lock-frontend")
    inside = ["nsenter", "-t", str(box.pid), "-m", "-p", "-r", "-w", "python3", "-uc", HOLD, "/var/lib/dpkg/lock"]
    with held(inside):
        refused = box.module("cuda_repair", timeout=1)
        assert re.search(r"/var/lib/dpkg/lock is still held by process [0-9]+ after 1 s; run again", refused["msg"]), (
            refused
        )
    # Of a process outside, the kernel tells that it holds the lock, and no number.
    outside = [sys.executable, "-uc", HOLD, f"/proc/{box.pid}/root/var/lib/dpkg/lock-frontend"]
    with held(outside) as holder:
        refused = box.module("cuda_repair", timeout=1)
        assert "lock-frontend is still held by a process outside this pid namespace" in refused["msg"], refused
        assert box.run("cat /usr/bin/nvidia-smi") == "from a .run file", "nothing was changed"
        assert holder.stdin is not None
        threading.Timer(3.0, holder.stdin.close).start()
        waited = box.module("cuda_repair", timeout=120)
    assert waited["strays"] == ["/usr/bin/nvidia-smi"], waited
