# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers get the GPU and lose it again: podman for real, Debian's docker and containerd; never with a driver."""

from __future__ import annotations

import typing as t

import pytest

from lab.linux import images
from lab.repository import container_cli, cuda
from lab.repository.keys import lab_keys
from tests.integration.linux.linux_distribution import Distribution, Web

pytestmark = [pytest.mark.lab, pytest.mark.archive]

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


def options(web: Web, path: str = cuda.CONTAINER) -> dict[str, str]:
    """A repository of the lab instead of NVIDIA's."""
    return {
        "url": f"{web.url}/{path}/",
        "key": f"{web.url}/{path.split('/')[0]}/gpgkey",
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


def test_podman_from_nothing_and_out_again(debian12: Distribution, web: Web) -> None:
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
    # And out again: podman stays, a second removal changes nothing.
    gone = box.role("--diff", role="container_toolkit", container_toolkit_state="absent", **wanted)
    assert gone.code == 0, gone.output
    left = box.run(
        "dpkg-query -W -f '${db:Status-Abbrev}${Package}\\n'; ls /etc/apt/sources.list.d /usr/share/keyrings"
    )
    assert "ii podman" in left and "nvidia-container-toolkit" not in left, left
    assert box.run(f"ls {SPECIFICATION} /var/lib/wslfleet/cdi.json 2>/dev/null; true") == ""
    assert "00-wslfleet-guard.pref" in box.run("ls /etc/apt/preferences.d")
    assert not box.module("container_toolkit", state="absent")["changed"]


def test_docker_desktop_is_left_alone_and_a_driver_is_refused(debian12: Distribution, web: Web) -> None:
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
    # A repository that offers a driver as dependency of the toolkit is refused by the plan, without any guard.
    assert "wslfleet" not in box.run("ls /etc/apt/preferences.d")
    adversary = {**options(web, cuda.CONTAINER_DRIVER), "engines": ["podman"]}
    refused = box.module("container_toolkit", **adversary)
    assert refused["failed"] and "refused before anything was downloaded" in refused["msg"], refused
    assert "nvidia-driver-570" in refused["msg"] or "libnvidia-compute-570" in refused["msg"], refused
    states = box.run("dpkg-query -W -f '${Package}\\n'; ls /var/cache/apt/archives")
    assert "nvidia" not in states and "podman" not in states
    assert "1.19.9" in box.run("apt-cache policy nvidia-container-toolkit-base"), "it must be on offer"
    assert box.module("container_toolkit", state="absent")["changed"]
    assert box.run("ls /etc/apt/sources.list.d | grep nvidia; true") == ""


DAEMON = '{\n  "log-driver": "local",\n\n  "dns": [ "192.0.2.1" ]\n}\n'
CONTAINERD = "/etc/containerd/config.toml"
DROP_IN = "/etc/containerd/conf.d/own.toml"
SETS = 'version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  max_container_log_line_size = 1717\n'


def test_debians_docker_and_containerd_on_apt_3(debian13: Distribution, web: Web) -> None:
    """The real engines read what was written, the mirror asks for a password, and its key is bound by SHA-1."""
    box, secret = debian13, "s3cr%t#:@"
    windows_driver(box, "nv_dispi.inf_amd64_aaaa")
    box.write("/etc/dpkg/dpkg.cfg.d/lab", "force-unsafe-io\n")
    plain: dict[str, t.Any] = {**options(web), "engines": ["docker", "containerd"]}
    old = {"version": "1.17.8", "minimum_version": "1.17.8"}
    box.write("/etc/docker/daemon.json", "{\n")
    broken = box.module("container_toolkit", **plain)
    assert broken["failed"] and "it is no JSON" in broken["msg"] and "\n" not in broken["msg"], broken
    assert "nothing was changed" in broken["msg"] and "nvidia" not in box.run("ls /etc/apt/sources.list.d; dpkg -l")
    box.write("/etc/docker/daemon.json", DAEMON)
    planned = box.module("container_toolkit", check_mode=True, **plain, **old)
    assert planned["changed"] and "nvidia-ctk" not in box.run("ls /usr/bin"), planned
    assert box.module("container_toolkit", **plain, **old)["version"] == "1.17.8"
    runtime = '"runtimes": {\n    "nvidia": {\n      "args": [],\n      "path": "nvidia-container-runtime"\n    }\n  }'
    assert box.run("cat /etc/docker/daemon.json") == DAEMON.replace("\n}\n", f",\n  {runtime}\n}}\n")
    shipped = box.run(f"cat {CONTAINERD}").split("# wslfleet.cuda: begin")[0]
    assert "/usr/lib/cni" in shipped and box.run("dpkg-query -W docker.io containerd")
    assert "configuration OK" in box.run("dockerd --validate --config-file=/etc/docker/daemon.json")
    # From below the floor to a mirror with a password, whose key apt 3 refuses unless this one source is excepted.
    mirror: dict[str, t.Any] = {**options(web, cuda.CONTAINER_SHA1), "engines": ["docker", "containerd"]}
    mirror["key_fingerprint"] = web.keys.sha1.fingerprint
    web.server.accounts[f"/{cuda.CONTAINER_SHA1.split('/')[0]}/"] = ("builder", secret)
    try:
        box.run("touch /mark && sleep 0.1")
        wrong = box.module("container_toolkit", **mirror, username="builder", password="wrong-one")
        assert wrong["failed"] and "401" in wrong["msg"] and "wrong-one" not in str(wrong), wrong
        mirror = {**mirror, "username": "builder", "password": secret}
        refused = box.module("container_toolkit", **mirror)
        assert refused["failed"] and "bound by SHA-1" in refused["msg"] and "source ubuntu" not in refused["msg"], (
            refused
        )
        assert box.run("find /etc /usr /opt -newer /mark -type f; true") == "" and secret not in str(refused)
        # containerd takes a plugin's settings from its last file: the runtime has to stand there.
        box.write(CONTAINERD, f'imports = ["/etc/containerd/conf.d/*.toml"]\n{shipped}')
        box.write(DROP_IN, SETS)
        done = box.module("container_toolkit", sha1="this_source", **mirror)
        assert done["changed"] and done["version"] == "1.19.1" and secret not in str(done), done
        auth = "/etc/apt/auth.conf.d/wslfleet-containers.conf"
        assert box.run(f"stat -c '%a %U' {auth}") == "600 root\n"
        source = "/etc/apt/sources.list.d/nvidia-container-toolkit.sources"
        assert secret not in box.run(f"cat {source}; grep -r . /var/lib/wslfleet /var/log 2>/dev/null; true")
        dump = box.run("containerd config dump")
        assert "max_container_log_line_size = 1717" in dump and "containerd.runtimes.nvidia]" in dump
        assert 'BinaryName = "/usr/bin/nvidia-container-runtime"' in dump
        assert box.run(f"cat {DROP_IN}").startswith(SETS)
        assert not box.module("container_toolkit", sha1="this_source", **mirror)["changed"]
    finally:
        web.server.accounts.clear()
    # Out again: not while nvidia is the default runtime; then every file holds what it held, the engines stay.
    kept = box.run("cat /etc/docker/daemon.json")
    box.write("/etc/docker/daemon.json", kept.replace("{", '{"default-runtime": "nvidia",', 1))
    refused = box.module("container_toolkit", state="absent")
    assert refused["failed"] and "default runtime" in refused["msg"] and "ii  nvidia" in box.run("dpkg -l")
    box.write("/etc/docker/daemon.json", kept)
    gone = box.module("container_toolkit", state="absent")
    assert gone["changed"] and gone["engines"] == ["docker", "containerd"], gone
    assert box.run("cat /etc/docker/daemon.json") == DAEMON and box.run(f"cat {DROP_IN}") == SETS
    states = box.run(f"dpkg -l; ls /etc/cdi /etc/apt/sources.list.d; ls {auth} 2>/dev/null; true")
    assert "ii  docker.io" in states and "ii  containerd" in states and "nvidia" not in states, states
    assert not box.module("container_toolkit", state="absent")["changed"]
    # The docker of a developer without root: the file is hers, the one of root stays as it is; and out again.
    box.run("useradd --create-home --shell /bin/bash anna")
    own = {**plain, "engines": ["docker"], "rootless_users": ["anna"]}
    done = box.module("container_toolkit", **own)
    assert done["changed"] and done["notes"][-1].startswith("anna must restart docker"), done
    seen = box.run(
        "cd /home/anna && stat -c %U .config .config/docker .config/docker/daemon.json; cat .config/docker/*"
    )
    assert seen.startswith("anna\nanna\nanna\n") and "nvidia-container-runtime" in seen, seen
    assert "no-cgroups = true" in box.run("cat /etc/nvidia-container-runtime/config.toml")
    assert box.run("cat /etc/docker/daemon.json") == DAEMON
    assert box.module("container_toolkit", state="absent")["changed"]
    assert box.run("ls /home/anna/.config/docker/daemon.json /etc/nvidia-container-runtime/* 2>/dev/null; true") == ""
