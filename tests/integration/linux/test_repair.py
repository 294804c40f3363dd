# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drivers really installed, half configured, killed while unpacking: out again, with everything else kept."""

from __future__ import annotations

import pytest

from tests.integration.linux.linux_distribution import Distribution, Web

pytestmark = pytest.mark.lab


def nvidia(box: Distribution) -> dict[str, str]:
    """Package -> state, for what looks like NVIDIA's."""
    lines = box.run("dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' '*nvidia*' 'cuda*' 'libcuda*'", check=False)
    pairs = [line.split() for line in lines.splitlines() if len(line.split()) == 2]
    return {name: state for state, name in pairs if state != "un"}


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
    box.write("/usr/lib/x86_64-linux-gnu/libcuda.so.999.1", "from a .run file")
    audit = box.module("cuda_audit_info")
    assert not audit["clean"] and "nvidia-dkms-570" in audit["driver_packages"], audit
    assert box.module("cuda_repair", check_mode=True)["changed"]
    assert nvidia(box) == before
    box.module("cuda_guard")
    result = box.module("cuda_repair")
    assert "nvidia-driver-570" in result["purged"], result
    assert result["strays"] == ["/usr/lib/x86_64-linux-gnu/libcuda.so.999.1"]
    after = nvidia(box)
    assert after["cuda-nvcc-12-8"] == "ii"
    assert not [name for name in after if "-570" in name], after
    assert "cuda-nvcc-12-8" in box.run("apt-mark showmanual")
    assert box.run("dpkg --audit") == ""
    assert box.run("ls /var/lib/wslfleet/backup/*/usr/lib/x86_64-linux-gnu/").strip() == "libcuda.so.999.1"
    again = box.module("cuda_repair")
    assert not again["changed"], again
    assert box.module("cuda_audit_info")["clean"]


def test_interrupted_dpkg_and_packages_in_need_of_reinstallation(distribution: Distribution, web: Web) -> None:
    box = distribution
    line = f"deb [trusted=yes] {web.repository('ubuntu2404')} /"
    box.write("/etc/apt/sources.list.d/cuda-ubuntu2404.list", line + "\n")
    box.run("apt-get update && apt-get install -y --no-install-recommends libnvidia-compute-570 cuda-nvcc-12-8")
    for name in ("libnvidia-compute-570", "cuda-nvcc-12-8"):
        change = "s/^Status: .*/Status: install reinstreq half-installed/"
        box.run(f"sed -i '/^Package: {name}$/,/^$/{change}' /var/lib/dpkg/status")
    # The journal as a killed dpkg leaves it: the newest stanza of one package.
    stanza = "sed -n '/^Package: procps$/,/^$/p' /var/lib/dpkg/status"
    box.run(f"{stanza} | sed 's/ installed$/ unpacked/' >/var/lib/dpkg/updates/0000")
    assert "iHR" in nvidia(box)["libnvidia-compute-570"] or "HR" in nvidia(box)["libnvidia-compute-570"]
    box.module("cuda_guard")
    result = box.module("cuda_repair")
    assert result.get("changed"), result
    after = nvidia(box)
    assert after.get("cuda-nvcc-12-8") == "ii", after
    assert "libnvidia-compute-570" not in after
    assert "ii  procps" in box.run("dpkg -l procps")
    assert not box.module("cuda_repair")["changed"]
