# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""NCCL and cuDNN from a repository that is full of drivers: they come, and nothing else of it."""

from __future__ import annotations

import pytest

from tests.integration.linux.linux_distribution import Distribution, Web

pytestmark = pytest.mark.lab


def test_they_come_alone_and_once(distribution: Distribution, web: Web) -> None:
    box = distribution
    options = {"libraries": ["nccl-dev", "cudnn"], "version": "12.8", "url": web.repository("ubuntu2404")}
    without = box.module("cuda_extra_libraries", **options)
    assert "cuda-archive-keyring.gpg: no such keyring" in without["msg"], without
    box.module("cuda_repository", url=web.repository(), key_fingerprint=web.fingerprint)
    assert box.module("cuda_extra_libraries", check_mode=True, **options)["changed"]
    assert "libnccl" not in box.run("dpkg -l | cat; ls /var/lib/wslfleet 2>/dev/null; true")
    # Without the guard: the pin of the source itself must do.
    first = box.module("cuda_extra_libraries", **options)
    versions = ["libcudnn9-cuda-12=9.8.0.87-1", "libnccl-dev=2.25.1-1+cuda12.8", "libnccl2=2.25.1-1+cuda12.8"]
    assert first["installed"] == versions, first
    assert not first["failed"] and not first["transaction"]["running"]
    states = box.run("dpkg-query -W -f '${Package}=${Version}\\n' 'libnccl*' 'libcudnn*'")
    assert sorted(states.split()) == versions
    # To every other command of apt the source does not exist, its indexes are as they were.
    assert "nvidia-driver-570" not in box.run("apt-cache pkgnames; ls /var/lib/apt/lists /etc/apt/sources.list.d")
    hidden = box.run("grep -h . /var/lib/wslfleet/libraries/preferences").splitlines()
    assert hidden[:3] == ["Package: *", "Pin: release *", "Pin-Priority: -1"]
    assert not box.module("cuda_extra_libraries", **options)["changed"]
    unknown = box.module("cuda_extra_libraries", **{**options, "version": "14.1"})
    assert "version '14.1': no such toolkit" in unknown["msg"], unknown
    gone = box.module("cuda_extra_libraries", state="absent", **{**options, "libraries": ["nccl"]})
    assert gone["changed"] and "libnccl" not in box.run("dpkg-query -W -f '${Package}\\n'"), gone
    assert not box.module("cuda_extra_libraries", state="absent", **{**options, "libraries": ["nccl"]})["changed"]
