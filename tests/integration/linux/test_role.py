# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole role against real apt: from nothing to a program built by a real nvcc, and nothing the second time."""

from __future__ import annotations

import pytest

from lab.repository import cuda
from tests.integration.linux.linux_distribution import Distribution, Web

pytestmark = pytest.mark.lab


def test_fresh_distribution_becomes_a_compiler(debian12: Distribution, web: Web) -> None:
    first = debian12.role(cuda_version="12.4", **web.role_variables())
    assert first.code == 0, first.output
    assert "release 12.4" in debian12.run("/usr/local/cuda-12.4/bin/nvcc --version")
    assert "error=" in debian12.run("/var/lib/wslfleet/smoke/program", check=False)
    debian12.run("touch /mark && sleep 0.1")
    before = len(web.server.requests)
    second = debian12.role("-v", cuda_version="12.4", **web.role_variables())
    assert (second.code, second.changed) == (0, 0), second.output
    # Not a byte is fetched: no request to the repository, and apt wrote nothing of Debian's either.
    assert web.server.requests[before:] == []
    assert debian12.run("find /var/lib/apt /var/cache/apt -newer /mark -type f") == ""


def test_wrong_input_changes_nothing(debian12: Distribution, web: Web) -> None:
    debian12.run("touch /mark && sleep 0.1")
    right = {"cuda_version": "12.4", **web.role_variables()}
    for wrong, words in (
        ({"cuda_version": 12}, "cuda_version is the number 12: quote it"),
        ({"cuda_version": "12.99"}, "no such toolkit"),
        ({"cuda_version": "12.9"}, "does not contain cuda-toolkit-12-9"),
        ({"cuda_components": ["cuda"]}, "installs a Linux driver"),
        ({"cuda_components": ["cuda-drivers"]}, "installs a Linux driver"),
        ({"cuda_repository_url": web.url + "/nothing/"}, "404"),
        ({"cuda_key_fingerprint": "1" * 40}, "check key_fingerprint"),
        ({"cuda_source": "ubuntu", "cuda_guard": False}, "needs cuda_guard: true"),
        ({"cuda_wsl_conf": {"boot": {"systemd": "perhaps"}}}, "is not true or false"),
    ):
        played = debian12.role(**{**right, **wrong})
        assert played.code != 0, wrong
        assert words in played.output, played.output
        assert played.changed == 0
    assert debian12.run("find /etc /usr /var/lib /opt -newer /mark -type f; true") == ""


def test_broken_and_legacy_distribution_is_made_whole(distribution: Distribution, web: Web) -> None:
    box = distribution
    box.write("/etc/apt/sources.list.d/cuda-ubuntu2404.list", f"deb [trusted=yes] {web.repository('ubuntu2404')} /\n")
    box.run("apt-get update")
    box.run("apt-get install -y --no-install-recommends nvidia-driver-570", check=False)
    # Apt is dead from here on: the same address with two different options.
    box.write(
        "/etc/apt/sources.list.d/cuda.list", f"deb {web.repository()} /\ndeb [trusted=yes] {web.repository()} /\n"
    )
    assert "Conflicting values" in box.run("apt-get check", check=False)
    wanted = {"cuda_version": "12.8", "cuda_components": ["nvcc", "cudart-dev"], "cuda_host_compiler": False}
    wanted = {**wanted, "cuda_smoke_test": False, "cuda_wsl_conf": {"user": {"default": "dev"}}, **web.role_variables()}
    assert box.role("--check", "--diff", **wanted).code == 0
    first = box.role(**wanted)
    assert first.code == 0, first.output
    assert "-570" not in box.run("dpkg-query -W -f '${Package}\\n'")
    assert box.run("dpkg --audit") == ""
    assert "default=dev\n" in box.run("cat /etc/wsl.conf")
    again = box.role(**wanted)
    assert (again.code, again.changed) == (0, 0), again.output
    # Out again: nothing of ours is left but backups, and what the developer added stays.
    gone = box.role(tasks="remove", **wanted)
    assert gone.code == 0, gone.output
    ours = box.run(
        "grep -rIl wslfleet /etc /usr/local /usr/share/keyrings | grep -v '[.]bak$'; "
        "ls -d /var/lib/wslfleet/smoke /etc/apt/preferences.d/* /usr/share/keyrings/cuda*; dpkg-query -W 'cuda*'",
        check=False,
    )
    left = [line for line in ours.splitlines() if not line.startswith(("ls: ", "dpkg-query: "))]
    assert left == [], ours
    assert "cuda-ubuntu2404.list" in box.run("ls /etc/apt/sources.list.d && apt-get -q check && dpkg --audit")


GUARD = "/etc/apt/preferences.d/00-wslfleet-guard.pref /etc/apt/apt.conf.d/99wslfleet-guard /usr/local/lib/wslfleet/*"


def test_both_roles_with_an_exact_release_and_lists_that_apt_cannot_read(debian12: Distribution, web: Web) -> None:
    """Containers first, on a laptop with a broken list, then the toolkit; at the end neither rewrites anything."""
    box, html = debian12, "<!DOCTYPE html>\n<html><body>404</body></html>\n"
    variables = {
        "cuda_version": "12.8.1", "cuda_components": ["cudart"], "cuda_host_compiler": False, "cuda_smoke_test": False,
        "container_toolkit_engines": ["docker"], "container_toolkit_repository_url": f"{web.url}/{cuda.CONTAINER}/",
        "container_toolkit_key": f"{web.url}/{cuda.CONTAINER.split('/')[0]}/gpgkey",
        "container_toolkit_key_fingerprint": web.keys.other.fingerprint, **web.role_variables(),
    }  # fmt: skip
    box.run("printf '#!/bin/sh\n' >/usr/bin/dockerd; chmod 755 /usr/bin/dockerd")
    # Somebody else's list is named, and nothing but the guard has come.
    box.write("/etc/apt/sources.list.d/editor.list", html)
    box.run("touch /mark && sleep 0.1")
    refused = box.role(role="container_toolkit", **variables)
    assert refused.code != 0 and "/etc/apt/sources.list.d/editor.list" in refused.output, refused.output
    new = box.run("find /etc /usr /var/lib /opt -newer /mark -type f").split()
    assert sorted(new) == box.run(f"ls -d {GUARD}").split(), new
    # NVIDIA's own is switched off.
    box.run("mv /etc/apt/sources.list.d/editor.list /etc/apt/sources.list.d/nvidia-container-toolkit.list")
    for role in ("container_toolkit", "cuda_toolkit"):
        first = box.role(role=role, **variables)
        assert first.code == 0 and first.changed > 0, first.output
    assert "nvidia-container-toolkit.list\n" not in box.run("ls /etc/apt/sources.list.d")
    states = box.run("dpkg-query -W -f '${db:Status-Abbrev}${Package}\n'")
    assert "i cuda-cudart-12-8\n" in states and "i nvidia-container-toolkit\n" in states, states
    assert "Install cuda-toolkit-12-8 instead." in box.run(f"cat {GUARD}")
    box.run("touch /mark && sleep 0.1")
    for role in ("container_toolkit", "cuda_toolkit"):
        second = box.role("-v", role=role, **variables)
        assert (second.code, second.changed) == (0, 0), second.output
    assert box.run("find /etc /usr /var/lib /opt -newer /mark -type f; true") == ""
