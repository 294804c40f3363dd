# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/containers.yml over WinRM: a podman laptop, a docker laptop and one with Docker Desktop, side by side.

podman is installed by the role. docker is a program of that name, since linux/test_containers.py has the real one.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

import pytest

from lab.repository import cuda
from lab.windows.programs import nvidia_setup
from tests.integration.laboratory import Lab, Run, StartLab

pytestmark = pytest.mark.lab

PODMAN, DOCKER, DESKTOP = "ready-1", "ready-2", "docker-desktop-1"
DRIVER = "580.88"
MOST_LINUX_TASKS = 8
DAEMON = '{"log-driver": "local"}'
LISTS = "/etc/apt/sources.list.d"
OLD_LISTS = ("nvidia-docker.list", "libnvidia-container.list", "nvidia-container-runtime.list")


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    """The laptops; on the one with docker old lists of NVIDIA's and a setting of the developer are there."""
    lab = start_lab("--profile", "ready", "--profile", "docker_desktop", "--laptops", "2", "--without-compiler")
    lines = [
        f"echo 'deb https://nvidia.github.io/nvidia-docker/debian10/amd64 /' >{LISTS}/{name}" for name in OLD_LISTS
    ]
    lines.append("printf '#!/bin/sh\n' >/usr/bin/dockerd; chmod 755 /usr/bin/dockerd")
    prepared = lab.linux(
        DOCKER, f"{'; '.join(lines)}; mkdir /etc/docker; printf '%s' '{DAEMON}' >/etc/docker/daemon.json"
    )
    assert prepared.code == 0, prepared.output
    for laptop in (PODMAN, DOCKER):
        # The disks of the lab are thrown away anyway.
        lab.linux(laptop, "echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/lab")
    return lab


def play(lab: Lab, *arguments: str, **variables: t.Any) -> Run:
    """The playbook; each laptop gets the engine of its name."""
    engines = {PODMAN: ["podman"], DOCKER: ["docker"], DESKTOP: []}
    return lab.playbook(
        "containers",
        "--limit",
        ",".join(engines),
        *arguments,
        variables={"container_toolkit_engines": f"{{{{ {engines}[inventory_hostname] }}}}", **variables},
    )


def changes(run: Run) -> dict[str, int]:
    """Laptop -> changed tasks of a run in which nothing failed."""
    assert run.code == 0, run.output
    return {laptop: numbers["changed"] for laptop, numbers in run.recap.items()}


def inside(lab: Lab, laptop: str, command: str) -> str:
    """What COMMAND prints in the distribution."""
    done = lab.linux(laptop, command)
    assert done.code == 0, done.output
    return done.output


def packages(lab: Lab, laptop: str) -> str:
    return inside(lab, laptop, "dpkg-query -W -f '${db:Status-Abbrev}${Package} ${Version}\\n'")


def test_a_toolkit_that_needs_a_driver_is_refused_behind_the_guard(lab: Lab) -> None:
    address = str(lab.variables["container_toolkit_repository_url"]).replace(cuda.CONTAINER, cuda.CONTAINER_DRIVER)
    run = play(lab, "--limit", PODMAN, container_toolkit_repository_url=address)
    assert run.recap[PODMAN]["failed"] == 1 and "refused before anything was downloaded" in run.output, run.output
    assert "-driver-570" in run.output or "libnvidia-compute-570" in run.output
    seen = inside(lab, PODMAN, "ls /etc/apt/preferences.d /usr/bin; apt-cache policy nvidia-container-toolkit-base")
    assert "00-wslfleet-guard.pref" in seen and "podman" not in seen and "1.19.9" in seen
    assert "nvidia" not in packages(lab, PODMAN)


def test_the_first_run(lab: Lab) -> None:
    run = play(lab)
    assert {laptop: number > 0 for laptop, number in changes(run).items()} == {
        PODMAN: True, DOCKER: True, DESKTOP: True,
    }, run.output  # fmt: skip
    assert "docker is left alone: Docker Desktop serves it (/usr/bin/docker)" in run.output
    states = packages(lab, PODMAN)
    assert "ii podman 4" in states and "ii nvidia-container-toolkit-base 1.19.1-1" in states, states
    states = packages(lab, DOCKER)
    assert "ii nvidia-container-toolkit 1.19.1-1" in states and "ii libnvidia-container1 1.19.1-1" in states, states
    for laptop in (PODMAN, DOCKER, DESKTOP):
        assert "ii libcuda" not in packages(lab, laptop) and "nvidia-driver" not in packages(lab, laptop)
    # Of Docker Desktop's laptop only the guard is new.
    assert "nvidia" not in packages(lab, DESKTOP) + inside(lab, DESKTOP, f"ls {LISTS} /etc")
    lists = inside(lab, DOCKER, f"ls {LISTS} | grep -v bak; cat /etc/docker/daemon.json")
    assert not any(name in lists for name in OLD_LISTS), lists
    assert DAEMON[:-1] + ', "runtimes": {"nvidia": {"args": [], "path": "nvidia-container-runtime"}}}' in lists


def test_the_second_run_changes_nothing_and_is_cheap(lab: Lab) -> None:
    before = {laptop: len(lab.journal(laptop)) for laptop in (PODMAN, DOCKER, DESKTOP)}
    assert changes(play(lab)) == {PODMAN: 0, DOCKER: 0, DESKTOP: 0}
    for laptop, number in before.items():
        assert 0 < len(lab.journal(laptop)) - number <= MOST_LINUX_TASKS


def test_a_new_driver_on_windows_brings_a_new_specification(lab: Lab) -> None:
    content = nvidia_setup.installer(DRIVER)
    (lab.state / "web" / "driver.exe").write_bytes(content)
    options = {
        "minimum": DRIVER,
        "installer": f"{str(lab.variables['cuda_repository_url']).partition('/compute')[0]}/driver.exe",
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    old = inside(lab, PODMAN, "grep -o 'nv_dispi[^/]*' /etc/cdi/nvidia.yaml | sort -u; ls /usr/lib/wsl/drivers")
    done = lab.task(PODMAN, "wslfleet.cuda.nvidia_driver", json.dumps(options))
    assert done.code == 0 and "CHANGED" in done.output, done.output
    assert changes(play(lab)) == {PODMAN: 1, DOCKER: 0, DESKTOP: 0}
    new = inside(lab, PODMAN, "grep -o 'nv_dispi[^/]*' /etc/cdi/nvidia.yaml | sort -u; ls /usr/lib/wsl/drivers")
    for text in (old, new):
        assert len({line for line in text.split() if line.startswith("nv_dispi")}) == 1, text
    assert old != new


def test_absent_leaves_the_engines_and_their_settings(lab: Lab) -> None:
    run = play(lab, container_toolkit_state="absent")
    assert {laptop: number > 0 for laptop, number in changes(run).items()} == {
        PODMAN: True, DOCKER: True, DESKTOP: False,
    }, run.output  # fmt: skip
    assert "toolkit: removed" in run.output and "docker is left alone" not in run.output
    for laptop, engine in ((PODMAN, "podman"), (DOCKER, "dockerd")):
        assert "nvidia-container" not in packages(lab, laptop)
        left = inside(lab, laptop, f"ls {LISTS} /usr/share/keyrings /etc/cdi /usr/bin/{engine}")
        assert "nvidia-container-toolkit" not in left and "nvidia.yaml" not in left, left
    text = inside(lab, DOCKER, "cat /etc/docker/daemon.json; echo")
    assert DAEMON in text and "runtimes" not in text
