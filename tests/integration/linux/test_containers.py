# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers get the GPU: podman from nothing to a second run without change, a new driver of Windows, docker."""

from __future__ import annotations

import json
import typing as t

import pytest

from lab.linux import images
from lab.repository import container_cli
from lab.repository.keys import lab_keys
from tests.integration.linux.linux_distribution import Distribution, Web

pytestmark = pytest.mark.lab

LIST_FOLDER = "/etc/apt/sources.list.d"
SPECIFICATION = "/etc/cdi/nvidia.yaml"
RUN = (
    "podman --storage-driver vfs --events-backend file --cgroup-manager cgroupfs "
    "run --cgroups disabled --network none --device nvidia.com/gpu={} --rootfs /srv"
)


def windows_driver(box: Distribution, folder: str) -> None:
    """What WSL shows of the driver in FOLDER of the driver store."""
    store = f"/usr/lib/wsl/drivers/{folder}"
    names = " ".join(f"{store}/{name}" for name in container_cli.DRIVER_FILES)
    box.run(
        f"rm -rf /usr/lib/wsl && mkdir -p {store} /usr/lib/wsl/lib && touch {names} "
        "/usr/lib/wsl/lib/libdxcore.so /usr/lib/wsl/lib/nvidia-smi && test -e /dev/dxg || mknod /dev/dxg c 1 3"
    )


def options(web: Web) -> dict[str, str]:
    """The lab's repository instead of NVIDIA's."""
    return {
        "url": f"{web.url}/libnvidia-container/stable/deb/amd64/",
        "key": f"{web.url}/libnvidia-container/gpgkey",
        "key_fingerprint": lab_keys(images.default_cache()).other.fingerprint,
    }


def role_variables(web: Web) -> dict[str, t.Any]:
    """The same for the role."""
    wanted = options(web)
    return {
        "container_toolkit_repository_url": wanted["url"],
        "container_toolkit_key": wanted["key"],
        "container_toolkit_key_fingerprint": wanted["key_fingerprint"],
    }


def test_podman_from_nothing_and_after_a_new_driver(debian12: Distribution, web: Web) -> None:
    box, wanted = debian12, {**role_variables(web), "container_toolkit_engines": ["podman"]}
    windows_driver(box, "nv_dispi.inf_amd64_aaaa")
    box.write("/etc/dpkg/dpkg.cfg.d/lab", "force-unsafe-io\n")
    # Lists of three generations, one of which kills apt beside the new one, and the key that every source trusts.
    key = lab_keys(images.default_cache()).other.binary
    box.write("/etc/apt/trusted.gpg.d/nvidia-docker.gpg", key)
    box.write(f"{LIST_FOLDER}/nvidia-docker.list", "deb https://nvidia.github.io/nvidia-docker/debian10/amd64 /\n")
    box.write(f"{LIST_FOLDER}/libnvidia-container.list", f"deb [trusted=yes] {options(web)['url']} /\n")
    box.write(f"{LIST_FOLDER}/kept.list", "# deb https://nvidia.github.io/nvidia-container-runtime/debian10/amd64 /\n")
    first = box.role("--diff", role="container_toolkit", **wanted)
    assert first.code == 0, first.output
    assert box.run(f"ls {LIST_FOLDER} | grep -v bak").split() == ["kept.list", "nvidia-container-toolkit.sources"]
    assert "nvidia-docker.gpg" not in box.run("ls /etc/apt/trusted.gpg.d | grep -v bak")
    states = box.run("dpkg-query -W -f '${db:Status-Abbrev}${Package} ${Version}\\n'")
    assert "ii nvidia-container-toolkit-base 1.19.1-1" in states and "ii podman 4" in states, states
    assert "libcuda1" not in states and "nvidia-container-toolkit 1" not in states
    assert "00-wslfleet-guard.pref" in box.run("ls /etc/apt/preferences.d")
    # A real container finds the driver; a single GPU is no device.
    box.run("mount -t sysfs sysfs /sys && mount -t tmpfs cgroup /sys/fs/cgroup && mount -t tmpfs run /run")
    box.run("mount --bind / /srv")
    inside = box.run(f"{RUN.format('all')} cat /proc/self/mounts")
    assert " /usr/lib/wsl/drivers/nv_dispi.inf_amd64_aaaa/libcuda.so.1.1 " in inside, inside
    refused = box.run(f"{RUN.format('0')} true; echo code=$?", check=False)
    assert "nvidia.com/gpu=0" in refused and "code=0" not in refused, refused
    second = box.role("-v", role="container_toolkit", **wanted)
    assert (second.code, second.changed) == (0, 0), second.output
    assert second.output.count("TASK [") <= 7, second.output
    # Windows gets a new driver: other folder, same names.
    windows_driver(box, "nv_dispi.inf_amd64_bbbb")
    third = box.role(role="container_toolkit", **wanted)
    assert (third.code, third.changed) == (0, 1), third.output
    text = box.run(f"cat {SPECIFICATION}")
    assert "_bbbb/libcuda.so.1.1" in text and "_aaaa" not in text


def test_docker_desktop_is_left_alone_and_docker_is_configured(debian12: Distribution, web: Web) -> None:
    box = debian12
    windows_driver(box, "nv_dispi.inf_amd64_aaaa")
    box.run("ln -s /mnt/wsl/docker-desktop/cli-tools/usr/bin/docker /usr/bin/docker; touch /mark; sleep 0.1")
    desktop = box.module("container_toolkit", **options(web))
    assert not desktop["failed"] and not desktop["changed"] and desktop["docker_desktop"] == "/usr/bin/docker", desktop
    refused = box.module("container_toolkit", engines=["docker"], **options(web))
    assert refused["failed"] and "Docker Desktop serves docker here" in refused["msg"]
    for wrong, words in (
        ({"minimum_version": "1.99.0"}, "the newest is 1.19.1"),
        ({"url": f"{web.url}/nothing/"}, "404"),
    ):
        result = box.module("container_toolkit", **{**options(web), "engines": ["podman"], **wrong})
        assert result["failed"] and words in result["msg"] and "\n" not in result["msg"], result
    assert box.run("find /etc /usr /var/lib /opt -newer /mark -type f; true") == ""
    # The developer goes over to docker's own engine; an old toolkit is there.
    box.run("rm /usr/bin/docker; printf '#!/bin/sh\\n' >/usr/bin/dockerd; chmod 755 /usr/bin/dockerd")
    box.write("/etc/docker/daemon.json", '{"log-driver": "local"}')
    old = {"version": "1.17.8", "minimum_version": "1.17.8"}
    planned = box.module("container_toolkit", check_mode=True, **options(web), **old)
    assert planned["changed"] and "nvidia-ctk" not in box.run("ls /usr/bin"), planned
    assert box.module("container_toolkit", **options(web), **old)["version"] == "1.17.8"
    done = box.module("container_toolkit", **options(web))
    assert done["changed"] and done["version"] == "1.19.1" and done["engines"] == ["docker"], done
    config = json.loads(box.run("cat /etc/docker/daemon.json"))
    assert config["log-driver"] == "local" and config["runtimes"]["nvidia"]["path"] == "nvidia-container-runtime"
    assert "ii  nvidia-container-toolkit " in box.run("dpkg -l nvidia-container-toolkit")
    assert not box.module("container_toolkit", **options(web))["changed"]
