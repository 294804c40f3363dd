# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Old keys and stale sources in a real distribution, and an apt that they have killed."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.integration.linux.linux_distribution import REPOSITORY, Distribution, Web

pytestmark = pytest.mark.lab

OLD = (REPOSITORY / "tests/unit/data/7fa2af80.pub").read_bytes()
OLD_FINGERPRINT = "AE09FE4BBD223A84B2CCFCE3F60F4B3D7FA2AF80"
NVIDIA = "https://developer.download.nvidia.com/compute/cuda/repos/wsl-ubuntu/x86_64"


def binary(armored: bytes) -> bytes:
    """Without armor."""
    body = armored.split(b"\n\n", 1)[1].split(b"\n=")[0]
    return base64.b64decode(body)


def test_dead_apt_is_brought_back(distribution: Distribution, web: Web) -> None:
    box = distribution
    archive = Path("/usr/share/keyrings/debian-archive-keyring.gpg").read_bytes()
    box.write("/etc/apt/trusted.gpg", binary(OLD))
    box.write("/etc/apt/trusted.gpg.d/cuda.asc", OLD)
    box.write("/etc/apt/trusted.gpg.d/both.gpg", archive + binary(OLD))
    box.write("/usr/share/keyrings/cuda-archive-keyring.gpg", binary(OLD))
    box.write("/etc/apt/sources.list.d/cuda.list", f"deb {NVIDIA} /\n# a remark\n")
    signed = "[signed-by=/usr/share/keyrings/cuda-archive-keyring.gpg]"
    box.write("/etc/apt/sources.list.d/cuda-wsl-ubuntu-x86_64.list", f"deb {signed} {NVIDIA}/ /\n")
    box.write("/etc/apt/sources.list.d/nvidia-ml.list", f"deb {NVIDIA.replace('cuda', 'machine-learning')} /\n")
    box.write("/etc/apt/sources.list.d/off.list", f"# deb {NVIDIA} /\n")
    box.write("/etc/apt/sources.list.d/two.list", f"deb [trusted=yes] file:/srv/other /\ndeb {NVIDIA} /\n")
    inside = "".join(f" {line or '.'}\n" for line in OLD.decode().splitlines())
    box.write("/etc/apt/sources.list.d/in.sources", f"Types: deb\nURIs: {NVIDIA}/\nSuites: /\nSigned-By:\n{inside}")
    box.run("mkdir -p /srv/other && touch /srv/other/Packages")
    box.run("apt-get install -s gnupg >/dev/null 2>&1; true")
    planned = box.module("cuda_legacy", check_mode=True, repository_url=web.repository())
    assert planned["changed"] and len(planned["diff"]) == 9
    done = box.module("cuda_legacy", repository_url=web.repository())
    assert {item["path"] for item in done["removed_keys"]} == {
        "/etc/apt/trusted.gpg",
        "/etc/apt/trusted.gpg.d/cuda.asc",
        "/etc/apt/trusted.gpg.d/both.gpg",
        "/usr/share/keyrings/cuda-archive-keyring.gpg",
        "/etc/apt/sources.list.d/in.sources",
    }
    assert all(item["fingerprints"] == [OLD_FINGERPRINT] for item in done["removed_keys"])
    assert {item["path"] for item in done["stale_sources"]} == {
        "/etc/apt/sources.list.d/cuda.list",
        "/etc/apt/sources.list.d/cuda-wsl-ubuntu-x86_64.list",
        "/etc/apt/sources.list.d/nvidia-ml.list",
        "/etc/apt/sources.list.d/two.list",
        "/etc/apt/sources.list.d/in.sources",
    }
    assert box.run(f"cat {' '.join(done['backups'])}")
    box.run("apt-get check && apt-get install -s procps && apt-get update")
    assert "file:/srv/other" in box.run("grep ^deb /etc/apt/sources.list.d/two.list")
    assert NVIDIA in box.run("cat /etc/apt/sources.list.d/off.list")
    kept = box.run("base64 /etc/apt/trusted.gpg.d/both.gpg")
    assert base64.b64decode(kept) == archive
    assert not box.module("cuda_legacy", repository_url=web.repository())["changed"]


def test_sources_that_apt_cannot_read_are_never_a_clean_audit(distribution: Distribution) -> None:
    """Stable-Diffusion-WSL2-Docker#7, nvidia-docker#1627, librealsense#13310 in one distribution."""
    box = distribution
    parts = "/etc/apt/sources.list.d"
    containers = "https://nvidia.github.io/libnvidia-container/stable/deb/amd64"
    box.write(f"{parts}/nvidia-docker.list", "<!DOCTYPE html>\n<html></html>\n")
    box.write(f"{parts}/nvidia-a.list", f"deb [signed-by=/a] {containers} /\n")
    box.write(f"{parts}/nvidia-b.list", f"deb [signed-by=/b] {containers} /\n")
    box.write(f"{parts}/other.list", "deb https://librealsense.example/Debian/apt-repo main\n")

    def pin_effect() -> dict[str, str]:
        found: dict[str, str] = next(row for row in box.module("cuda_audit_info")["rows"] if row["id"] == "pin_effect")
        return found

    assert pin_effect()["level"] == "stop" and "apt cannot answer: " in pin_effect()["seen"]
    guard = box.module("cuda_guard")
    assert guard["changed"] and "open_candidates" not in guard, guard
    legacy = box.module("cuda_legacy")
    assert {item["path"] for item in legacy["stale_sources"]} == {
        f"{parts}/nvidia-docker.list",
        f"{parts}/nvidia-b.list",
    }
    named = f"Malformed entry 1 in list file {parts}/other.list (Component)"
    assert named in pin_effect()["seen"] and f"or rename it to {parts}/other.list.disabled" in pin_effect()["seen"]
    plan = box.module("cuda_plan_info", packages=["cuda-toolkit-12-8"])
    assert not plan["allowed"] and named in plan["reasons"][0], plan
    toolkit = box.module("cuda_toolkit", version="12.8", components=["libraries"], check_gpu=False)
    assert named in toolkit["msg"] and "no source" not in toolkit["msg"], toolkit
    box.run(f"mv {parts}/other.list {parts}/other.list.disabled")
    assert pin_effect()["level"] == "ok"
    assert not box.module("cuda_legacy")["changed"]
