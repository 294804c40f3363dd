# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole role against real apt: from nothing to a program built by a real nvcc, and nothing the second time."""

from __future__ import annotations

import pytest

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
        ({"cuda_version": "12.9"}, "does not hold cuda-toolkit-12-9"),
        ({"cuda_components": ["cuda"]}, "brings a Linux driver"),
        ({"cuda_components": ["cuda-drivers"]}, "brings a Linux driver"),
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
