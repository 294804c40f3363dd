# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's own archive: the driver rule over every package of it, and its packages that bring a driver along."""

from __future__ import annotations

import fnmatch
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import closure
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages, pin_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import deb822

from lab.linux import images
from tests.integration.linux.linux_distribution import Distribution

pytestmark = [pytest.mark.lab, pytest.mark.archive]

# -- the rule over the whole index -----------------------------------------------------------------------------------

DRIVER_SOURCES = (
    "nvidia-graphics-drivers", "nvidia-open-gpu-kernel-modules", "nvidia-support", "nvidia-modprobe",
    "nvidia-persistenced", "nvidia-xconfig",
)  # fmt: skip
"""All binaries of these sources are a driver's; looked through by hand."""
DECIDED = {
    "glx-alternative-nvidia", "bumblebee-nvidia", "primus-nvidia", "primus-vk-nvidia", "nvidia-primus-vk-common",
    "nvidia-primus-vk-wrapper", "nvidia-fs-dkms", "firmware-nvidia-graphics",
}  # fmt: skip
"""Of other sources, and of use only with a Linux driver."""
BAIT = (
    "*nvidia*", "libcuda*", "*cuda*", "libnv*", "nvtop", "libxnvctrl0", "glx-alternative-mesa", "update-glx",
    "firmware-*",
)  # fmt: skip
"""What a careless rule would hit."""
QUIET = {
    "debian-12": {
        "nvidia-cg-toolkit", "libnvidia-egl-wayland1", "libnvidia-egl-gbm1", "mate-sensors-applet-nvidia",
        "nvidia-openjdk-8-jre", "libcudart11.0", "nvtop", "libxnvctrl0", "glx-alternative-mesa", "update-glx",
    },
    "debian-13": {
        "nvidia-cg-toolkit", "libnvidia-egl-wayland1", "libnvidia-egl-gbm1", "mate-sensors-applet-nvidia",
        "libcudart12", "nvtop", "libxnvctrl0", "glx-alternative-mesa", "update-glx",
    },
}  # fmt: skip
"""Bait that is known to be there."""

Stanzas = t.List[t.Dict[str, str]]


def whole_index(image: str) -> Stanzas:
    """Every stanza that apt has in IMAGE: main, contrib, non-free, non-free-firmware, updates, security."""
    lists = images.image(image, images.default_cache()) / "var/lib/apt/lists"
    files = sorted(lists.glob("*_Packages"))
    assert {name for name in ("main", "contrib", "non-free") if any(f"_{name}_" in f.name for f in files)} == {
        "main",
        "contrib",
        "non-free",
    }
    return [stanza for file in files for stanza in deb822.parse_stanzas(file.read_text("utf-8"))]


def names_in(field: str) -> list[set[str]]:
    """The groups of alternatives of a dependency field; written apart from the code under test."""
    return [{part.split("(")[0].split(":")[0].strip() for part in group.split("|")} for group in field.split(",")]


def installable(index: Stanzas, without: t.Collection[str]) -> set[str]:
    """The packages of INDEX whose dependencies hold, when those of WITHOUT are not to be had; versions aside."""
    needs = {
        stanza["Package"]: [group for name in ("Pre-Depends", "Depends") if name in stanza
                            for group in names_in(stanza[name])]
        for stanza in index
    }  # fmt: skip
    provides = {
        stanza["Package"]: {stanza["Package"], *set().union(*names_in(stanza.get("Provides", "")))} for stanza in index
    }
    free = set(needs) - set(without)
    waiting: t.Iterable[str] = list(free)
    while waiting:
        there = set().union(*(provides[name] for name in free))
        out = {name for name in waiting if any(not group & there for group in needs[name])}
        free -= out
        gone = set().union(*(provides[name] for name in out)) if out else set()
        waiting = [name for name in free if any(group & gone for group in needs[name])]
    return free


@pytest.mark.parametrize("image", ["debian-12", "debian-13"])
def test_no_false_alarm_in_all_of_debian(image: str, capsys: pytest.CaptureFixture[str]) -> None:
    index = whole_index(image)
    packages = {stanza["Package"]: stanza for stanza in index}
    assert len(packages) > 60_000
    drivers = {
        name for name, stanza in packages.items()
        if stanza.get("Source", name).startswith(DRIVER_SOURCES) or name in DECIDED
    }  # fmt: skip
    by_source = {
        name for name, stanza in packages.items() if driver_packages.is_driver_source(stanza.get("Source") or name)
    }
    by_name = {name for name in packages if driver_packages.why_driver(name, "unknown")}
    by_closure = set(closure.pullers(index))
    needing = installable(index, ()) - installable(index, drivers) - drivers
    false = (by_source | by_name) - drivers | by_closure - needing
    missed = drivers - by_name | needing - by_closure
    bait = {name for name in packages if any(fnmatch.fnmatch(name, pattern) for pattern in BAIT)}
    quiet = bait - by_source - by_name - by_closure
    with capsys.disabled():
        print(
            f"\n{image}: {len(packages)} packages read; alarms: {len(by_source)} by Source, {len(by_name)} by name, "
            f"{len(by_closure)} by closure; false alarms {len(false)}, missed {len(missed)}; "
            f"bait quiet: {len(quiet)} of {len(bait)} names like a driver's"
        )
    assert false == set() and missed == set()
    assert by_source <= by_name
    assert quiet >= QUIET[image]
    assert quiet == bait - drivers - needing
    refused = {name for name, item in packages.items() if driver_packages.why_refused(name, item.get("Source", ""))}
    pinned = {name for name, item in packages.items() if pin_names.is_pinned(name, item.get("Source", ""))}
    assert refused == drivers == pinned


# -- packages that bring a driver along ------------------------------------------------------------------------------

PULLERS = ("nvidia-cuda-toolkit", "python3-pycuda", "hashcat-nvidia")
ADVERSARIES = ("nvidia-driver", *PULLERS)


def test_real_adversaries_are_refused_by_plan_and_by_pin(distribution: Distribution) -> None:
    box = distribution
    for guarded in (False, True):
        plan = box.module("cuda_plan_info", packages=ADVERSARIES)
        told = {(item["package"], item["by"]) for item in plan["findings"]}
        # Each of the four would be refused alone, and the cause is named, with the pin in its way or not.
        assert told >= {("nvidia-driver", "source"), ("libcuda1", "source"), ("nvidia-opencl-icd", "source")}, told
        assert told >= {(name, "closure") for name in PULLERS}, told
        assert not plan["allowed"] and {by for _name, by in told} <= {"source", "name", "closure"}
        if not guarded:
            assert box.module("cuda_guard")["changed"]
    for package in ADVERSARIES:
        output = box.run(f"apt-get install -y {package}; echo code=$?", check=False)
        assert "code=100" in output and "kept out of WSL: the driver comes from Windows" in output, output
    # Neighbours that need no driver install as ever.
    output = box.run("apt-get install -s --no-install-recommends libxnvctrl0 libnvidia-egl-wayland1")
    assert "Inst libxnvctrl0" in output and "Inst libnvidia-egl-wayland1" in output


def test_installed_libcuda1_lets_nothing_in_and_is_repaired(distribution: Distribution) -> None:
    box = distribution
    box.run("apt-get install -y --no-install-recommends libcuda1 libxnvctrl0")
    assert "libcuda.so.1" in box.run("ls /usr/lib/x86_64-linux-gnu/")
    box.module("cuda_guard")
    # To apt the dependency holds, with the pin and all.
    puller = box.run("apt-cache pkgnames libcuinj64-").split()[0]
    assert f"Inst {puller}" in box.run(f"apt-get install -s --no-install-recommends {puller}")
    plan = box.module("cuda_plan_info", packages=[puller])
    assert [(item["package"], item["by"]) for item in plan["findings"]] == [(puller, "closure")], plan
    result = box.module("cuda_repair")
    assert "libcuda1" in result["purged"], result
    assert "libcuda" not in box.run("ls /usr/lib/x86_64-linux-gnu/; ldconfig -p")
    assert "ii  libxnvctrl0" in box.run("dpkg -l libxnvctrl0")
    assert box.run("dpkg --audit") == ""
    assert not box.module("cuda_repair")["changed"]
    assert box.module("cuda_audit_info")["clean"]
