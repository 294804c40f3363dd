# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A source is written only after apt has verified it; whatever is wrong with it changes nothing."""

from __future__ import annotations

import hashlib
import typing as t
import urllib.request

import pytest

from tests.integration.linux.linux_distribution import Distribution, Web

pytestmark = pytest.mark.lab

SNAPSHOT = (
    "find /etc /usr/local /usr/share/keyrings /var/lib/apt/lists /var/lib/wslfleet -newer /mark 2>/dev/null; true"
)


def options(web: Web, name: str = "wsl-ubuntu") -> dict[str, t.Any]:
    """What the module needs for a repository of the lab."""
    return {"url": web.repository(name), "key_fingerprint": web.fingerprint}


def test_source_is_written_once_and_used(distribution: Distribution, web: Web) -> None:
    deb = urllib.request.urlopen(web.repository() + "cuda-keyring_1.1-1_all.deb").read()
    wanted = {**options(web), "keyring_sha256": hashlib.sha256(deb).hexdigest()}
    assert distribution.module("cuda_repository", check_mode=True, **wanted)["changed"]
    assert "cuda-" not in distribution.run("ls /etc/apt/sources.list.d /usr/share/keyrings")
    first = distribution.module("cuda_repository", **wanted)
    assert first["changed"] and first["path"] == "/etc/apt/sources.list.d/cuda-wsl-ubuntu.sources", first
    assert "600 http" in distribution.run("apt-cache policy cuda-nvcc-12-8")
    assert distribution.run("apt-get update 2>&1 | grep -E '^(W|E):'; true") == ""
    distribution.run("touch /mark && sleep 0.1")
    assert not distribution.module("cuda_repository", **wanted)["changed"]
    assert distribution.run(SNAPSHOT) == ""
    other = distribution.module("cuda_repository", source="ubuntu", **options(web, "ubuntu2404"))
    assert other["changed"], other
    assert distribution.module("cuda_repository", state="absent", source="ubuntu", **options(web, "ubuntu2404"))[
        "changed"
    ]
    assert "cuda" not in distribution.run("ls /etc/apt/sources.list.d /usr/share/keyrings /etc/apt/preferences.d")


def test_wrong_sources_change_nothing(distribution: Distribution, web: Web) -> None:
    distribution.run("touch /mark && sleep 0.1")
    cases: list[tuple[dict[str, t.Any], str]] = [
        ({**options(web), "url": web.url + "/nothing/"}, "404"),
        ({**options(web), "keyring_sha256": "0" * 64}, "has SHA-256"),
        ({**options(web), "key_fingerprint": "1" * 40}, "not " + "1" * 40),
        (
            {**options(web, "wsl-ubuntu-foreign"), "keyring_url": web.repository() + "cuda-keyring_1.1-1_all.deb"},
            "not signed by",
        ),
        ({**options(web), "packages": ["cuda-toolkit-12-9"]}, "does not hold cuda-toolkit-12-9"),
        ({"source": "mirror"}, "needs url"),
        ({"url": "http://user:secret@127.0.0.1/x/"}, "auth.conf.d"),
        ({"url": "http://127.0.0.1:9/x/"}, "127.0.0.1:9"),
    ]
    for wanted, words in cases:
        result = distribution.module("cuda_repository", **wanted)
        assert result["failed"], wanted
        assert words in result["msg"] and "\n" not in result["msg"], result["msg"]
    assert distribution.run(SNAPSHOT) == ""


def test_sha1_key_is_explained_where_apt_refuses_it(distribution: Distribution, web: Web) -> None:
    from lab.linux import images
    from lab.repository.keys import lab_keys

    wanted: dict[str, t.Any] = {
        "url": web.repository("wsl-ubuntu-sha1"),
        "key_fingerprint": lab_keys(images.default_cache()).sha1.fingerprint,
    }
    result = distribution.module("cuda_repository", state="verified", **wanted)
    old_apt = "apt 2" in distribution.run("apt-get --version")
    assert result["failed"] is not old_apt, result
    if not old_apt:
        assert "SHA-1" in result["msg"]
