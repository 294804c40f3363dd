# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""In a provisioned distribution apt itself refuses drivers, also with a repository that offers one; toolkits go in."""

from __future__ import annotations

import pytest

from tests.integration.laboratory import QUICK, Lab, StartLab

pytestmark = pytest.mark.lab

LAPTOP = "ready-1"
REFUSED = [
    "cuda",
    "cuda-12-8",
    "cuda-drivers",
    "cuda-runtime-12-8",
    "nvidia-driver-570",
    "libnvidia-compute-570",
    "libnvidia-compute-570=570.124.06-0ubuntu1",
]


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    """A provisioned laptop to which somebody has added the repository of an ordinary Ubuntu."""
    lab = start_lab("--profile", "ready", "--without-compiler")
    run = lab.playbook("provision", variables={**QUICK, "cuda_components": ["cudart"]})
    assert run.code == 0, run.output
    ubuntu = str(lab.variables["cuda_repository_url"]).replace("wsl-ubuntu", "ubuntu2404")
    entry = f"deb [signed-by=/usr/share/keyrings/cuda-archive-keyring.gpg] {ubuntu}/ /"
    added = lab.linux(LAPTOP, f"echo '{entry}' > /etc/apt/sources.list.d/cuda-ubuntu2404.list && apt-get -q update")
    assert added.code == 0, added.output
    offered = lab.linux(LAPTOP, "apt-cache show nvidia-driver-570 | grep -c ^Version")
    assert offered.code == 0, f"the driver must be on offer, or this proves nothing: {offered.output}"
    return lab


def test_apt_refuses_a_driver(lab: Lab) -> None:
    """All of them in one connection: each takes apt a moment, and a process of ansible a second."""
    script = [
        f"DEBIAN_FRONTEND=noninteractive apt-get -y install {package}; echo {package} ended with $?; "
        f"dpkg-query -W -f '{package} is ${{db:Status-Status}}\\n' {package.split('=')[0]}"
        for package in REFUSED
    ]
    run = lab.linux(LAPTOP, "; ".join([*script, "true"]))
    assert run.code == 0, run.output
    for package in REFUSED:
        (ended,) = run.lines(f"{package} ended with ")
        assert not ended.endswith(" 0"), run.output
        assert not run.lines(f"{package} is installed"), run.output


def test_the_refusal_says_why_and_what_to_install(lab: Lab) -> None:
    run = lab.linux(LAPTOP, "apt-get -y install cuda")
    assert "Windows" in run.output, run.output
    assert "cuda-toolkit-12" in run.output


def test_apt_takes_the_toolkit(lab: Lab) -> None:
    run = lab.linux(LAPTOP, "DEBIAN_FRONTEND=noninteractive apt-get -y install cuda-toolkit-12-8")
    assert run.code == 0, run.output
    drivers = lab.linux(LAPTOP, "dpkg-query -W -f '${Package}\\n' 'nvidia-*' 'libnvidia-*' 'cuda-drivers*'; true")
    assert "nvidia-driver" not in drivers.output


def test_the_local_file_of_a_driver_is_refused_too(lab: Lab) -> None:
    run = lab.linux(
        LAPTOP,
        "cd $(mktemp -d) && chmod 755 . && apt-get -q download libnvidia-compute-570:amd64=570.124.06-0ubuntu1; "
        "ls *.deb && DEBIAN_FRONTEND=noninteractive apt-get -y install ./*.deb",
    )
    assert run.code != 0, run.output
    assert ".deb" in run.output, "the package must have been downloaded, or this proves nothing"


def test_repair_takes_it_out_and_stops_the_distribution_only_when_asked(lab: Lab) -> None:
    for asked in (False, True):
        forced = lab.linux(
            LAPTOP,
            "cd $(mktemp -d) && chmod 755 . && apt-get -q download libnvidia-compute-570:amd64=570.124.06-0ubuntu1; "
            "dpkg -i --force-depends ./*.deb && echo forced",
        )
        assert "forced" in forced.output, forced.output
        before = len(lab.journal(LAPTOP))
        run = lab.playbook("repair", variables={"wslfleet_stop_distribution": asked})
        assert run.code == 0, run.output
        assert "purge: libnvidia-compute-570" in run.output
        assert ("programs that are running may still use the Linux driver" in run.output) is not asked
        lines = [str(entry) for entry in lab.journal(LAPTOP)[before:]]
        assert any("--terminate" in line for line in lines) is asked
        assert not any("--shutdown" in line for line in lines)
    run = lab.playbook("repair", variables={"wslfleet_stop_distribution": True})
    assert run.code == 0 and run.recap[LAPTOP]["changed"] == 0, run.output
    assert "nothing was wrong" in run.output


DEVELOPERS = ("/home/ann/work.cu", "/usr/local/bin/own-tool", "/etc/apt/sources.list.d/cuda-ubuntu2404.list")


def test_remove_takes_out_what_provision_brought_and_nothing_else(lab: Lab) -> None:
    """Runs last: the developer has a toolkit, a source and a program of his own by now."""
    listing = "dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n'"
    made = lab.linux(LAPTOP, f"mkdir -p /home/ann && touch {' '.join(DEVELOPERS)} && {listing}")
    before = set(made.lines("ii "))
    variables = {**QUICK, "cuda_components": ["cudart"]}
    open_version = lab.playbook("remove", variables={**variables, "cuda_version": "12.latest"})
    assert open_version.code != 0 and "say which toolkit to remove" in open_version.output, open_version.output
    # Somebody's package needs a part of the toolkit: everything stays.
    needing = "Package: needing\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n"
    needing += "Depends: cuda-cudart-12-4\n"
    built = lab.linux(
        LAPTOP,
        f"mkdir -p /tmp/n/DEBIAN && printf '{needing}' >/tmp/n/DEBIAN/control && dpkg-deb -b /tmp/n /tmp/n.deb && "
        "dpkg -i /tmp/n.deb",
    )
    assert built.code == 0, built.output
    refused = lab.playbook("remove", variables=variables)
    assert refused.code != 0 and refused.recap[LAPTOP]["changed"] == 0, refused.output
    assert "would remove needing" in refused.output, refused.output
    assert lab.linux(LAPTOP, "dpkg --purge needing").code == 0
    planned = lab.playbook("remove", "--check", "--diff", variables=variables)
    assert planned.code == 0 and "toolkit 12.4 would be removed" in planned.output, planned.output
    assert set(lab.linux(LAPTOP, listing).lines("ii ")) == before
    run = lab.playbook("remove", variables=variables)
    assert run.code == 0 and "guard removed" in run.output, run.output
    gone = before - set(lab.linux(LAPTOP, listing).lines("ii "))
    assert gone and all("-12-4" in name for name in gone), gone
    left = lab.linux(
        LAPTOP, f"ls {' '.join(DEVELOPERS)}; find /etc /usr/local /usr/share/keyrings; ls /var/lib/wslfleet"
    )
    assert left.code == 0, left.output
    assert "wslfleet-guard" not in left.output and "cuda-wsl-ubuntu.sources" not in left.output
    assert "/usr/share/keyrings/cuda-archive-keyring.gpg" in left.output, "the developer's source still needs it"
    assert lab.linux(LAPTOP, "apt-get -q update && apt-get -q check && dpkg --audit").code == 0
    again = lab.playbook("remove", variables=variables)
    assert again.code == 0 and again.recap[LAPTOP]["changed"] == 0, again.output
    assert "there was nothing to remove" in again.output
