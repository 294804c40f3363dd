# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import goal as repository_goal
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure

KEY = (Path(__file__).parents[3] / "data" / "7fa2af80.pub").read_text()

FINGERPRINT = catalogue.OLD_KEY

UBUNTU = 'ID=ubuntu\nVERSION_ID="24.04"\n'

NVIDIA = "https://developer.download.nvidia.com/compute/cuda/repos/"

NVIDIA_WSL = NVIDIA + "wsl-ubuntu/x86_64/"

URL = "http://mirror/x/"

INSTALLER = "/mnt/c/cuda-repo-wsl-ubuntu-12-8-local_12.8.1-1_amd64.deb"


def wanted(**options: t.Any) -> repository_goal.Goal:
    return repository_goal.resolve("mirror", {"url": URL, "key_fingerprint": FINGERPRINT, **options}, "")


@pytest.mark.parametrize(
    ("source", "options", "name", "url", "keyring", "sha256"),
    [
        (
            "network", {}, "wsl-ubuntu", NVIDIA_WSL,
            NVIDIA_WSL + "cuda-keyring_1.1-1_all.deb", catalogue.WSL_KEYRING_SHA256,
        ),
        (
            "ubuntu", {}, "ubuntu2404", NVIDIA + "ubuntu2404/x86_64/",
            NVIDIA + "ubuntu2404/x86_64/cuda-keyring_1.1-1_all.deb", "",
        ),
        ("network", {"url": "http://a/b"}, "wsl-ubuntu", "http://a/b/", "http://a/b/cuda-keyring_1.1-1_all.deb", ""),
        ("mirror", {"url": URL, "key": "/k", "key_fingerprint": "1" * 40}, "mirror", URL, "", ""),
    ],
)  # fmt: skip
def test_resolve(source: str, options: dict[str, t.Any], name: str, url: str, keyring: str, sha256: str) -> None:
    found = repository_goal.resolve(source, options, UBUNTU)
    assert (found.name, found.url, found.keyring_url, found.keyring_sha256) == (name, url, keyring, sha256)


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        ("mirror", {}, "needs url"),
        ("mirror", {"url": URL}, "needs key_fingerprint"),
        ("mirror", {"url": URL, "key_fingerprint": "3bf863cc"}, "not a fingerprint of 40 hex digits"),
        ("ubuntu", {}, "needs an Ubuntu or Debian distribution"),
        ("network", {"url": "ftp://x/"}, "not an http"),
        ("network", {"url": "https://me@x/"}, "username and password belong together"),
        ("network", {"url": "https://me:secret@x/", "username": "me"}, "set only one"),
        ("network", {"url": "https://x/", "password": "secret"}, "one of them is missing"),
        ("network", {"url": "https://x/", "username": "me", "password": "sec ret"}, "password contains a blank"),
        ("network", {"url": "https://[me:secret@x/"}, "url is not an address"),
        ("network", {"url": "file:/srv/x", "username": "me", "password": "secret"}, "for http and https"),
        ("local_installer", {}, "needs installer"),
        ("local_installer", {"installer": "/a.deb", "url": "http://x"}, "takes no url"),
        ("local_installer", {"installer": "/a.deb"}, "does not end in NVIDIA's name"),
        ("local_installer", {"installer": INSTALLER}, "needs installer_sha256"),
        ("local_installer", {"installer": INSTALLER[1:], "installer_sha256": "0" * 64}, "neither an absolute path"),
        (
            "local_installer",
            {"installer": INSTALLER, "installer_sha256": "0" * 64, "key_fingerprint": "1"},
            "not a fingerprint",
        ),
        ("network", {"keyring_sha256": "abc"}, "64 hex digits"),
    ],
)
def test_resolve_refuses(source: str, options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(Failure, match=words) as caught:
        repository_goal.resolve(source, options, "ID=fedora\n")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "options", "warned"),
    [
        ("http://mirror/x/", {"username": "me", "password": "s3cret"}, True),
        ("https://mirror/x/", {"username": "me", "password": "s3cret"}, False),
        ("http://mirror/x/", {}, False),
    ],
)
def test_a_password_in_the_open_is_told(url: str, options: dict[str, str], warned: bool) -> None:
    warning = wanted(url=url, key=KEY, **options).warning
    assert warning.startswith("the password for http://mirror/x/ travels unencrypted") is warned
    assert bool(warning) is warned and "s3cret" not in warning


@pytest.mark.parametrize(
    ("os_release", "name", "key", "drivers"),
    [
        (UBUNTU, "ubuntu2404", catalogue.CURRENT_KEY, True),
        ('ID=ubuntu\nVERSION_ID="26.04"\n', "ubuntu2604", catalogue.REPOSITORY_KEYS["ubuntu2604"], True),
        ('ID=debian\nVERSION_ID="13"\n', "debian13", catalogue.REPOSITORY_KEYS["debian13"], True),
        ('ID=debian\nVERSION_ID="12"\n', "debian12", catalogue.CURRENT_KEY, True),
    ],
)
def test_the_repository_of_a_release_has_its_own_key(os_release: str, name: str, key: str, drivers: bool) -> None:
    found = repository_goal.resolve("ubuntu", {}, os_release)
    assert (found.name, found.fingerprint, found.holds_drivers) == (name, key, drivers)


def test_local_installer() -> None:
    found = repository_goal.resolve("local_installer", {"installer": INSTALLER, "installer_sha256": "A" * 64}, "")
    assert found.installer is not None
    assert (found.name, found.url) == ("wsl-ubuntu-12-8-local", "file:/var/cuda-repo-wsl-ubuntu-12-8-local/")
    assert found.keyring == "/usr/share/keyrings/cuda-wsl-ubuntu-12-8-local-keyring.gpg"
    assert (found.installer.version, found.installer.sha256, found.holds_drivers) == ("12.8.1-1", "a" * 64, False)
    ubuntu = INSTALLER.replace("wsl-ubuntu", "ubuntu2404")
    other = repository_goal.resolve("local_installer", {"installer": ubuntu, "installer_sha256": "0" * 64}, "")
    assert other.holds_drivers
