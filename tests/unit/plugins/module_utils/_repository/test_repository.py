# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import openpgp, repository
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes

KEY = (Path(__file__).parents[3] / "data" / "7fa2af80.pub").read_text()
FINGERPRINT = catalogue.OLD_KEY
BINARY = openpgp.read_keys(KEY.encode())[0].data
UBUNTU = 'ID=ubuntu\nVERSION_ID="24.04"\n'
NVIDIA = "https://developer.download.nvidia.com/compute/cuda/repos/"
NVIDIA_WSL = NVIDIA + "wsl-ubuntu/x86_64/"
URL = "http://mirror/x/"
INSTALLER = "/mnt/c/cuda-repo-wsl-ubuntu-12-8-local_12.8.1-1_amd64.deb"


def wanted(**options: t.Any) -> repository.Wanted:
    return repository.resolve("mirror", {"url": URL, "key_fingerprint": FINGERPRINT, **options}, "")


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
    found = repository.resolve(source, options, UBUNTU)
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
        ("network", {"url": "https://me:secret@x/", "username": "me"}, "give one of them"),
        ("network", {"url": "https://x/", "password": "secret"}, "one of them is missing"),
        ("network", {"url": "https://x/", "username": "me", "password": "sec ret"}, "password holds a blank"),
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
        repository.resolve(source, options, "ID=fedora\n")
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


def test_written_once_and_removed(tmp_path: Path) -> None:
    root = str(tmp_path)
    source = wanted(key=KEY)
    (tmp_path / "etc/apt/sources.list.d").mkdir(parents=True)
    (tmp_path / "etc/apt/sources.list.d/cuda-old.sources").write_text("# Written by wslfleet.cuda\nTypes: deb\n")
    (tmp_path / "etc/apt/sources.list.d/cuda-mine.sources").write_text("Types: deb\n")
    assert not repository.is_current(source, root)
    system_changes.apply(repository.plan(source, BINARY, root), root)
    assert not repository.is_current(source, root), "no index yet"
    lists = tmp_path / "var/lib/apt/lists"
    lists.mkdir(parents=True)
    (lists / "mirror_x_Packages").write_text("")
    assert repository.is_current(source, root)
    assert repository.plan(source, BINARY, root) == []
    assert sorted(path.name for path in (tmp_path / "etc/apt/sources.list.d").iterdir()) == [
        "cuda-mine.sources",
        "cuda-mirror.sources",
    ]
    system_changes.apply(repository.plan_absent(source, root), root)
    assert not (tmp_path / "etc/apt/sources.list.d/cuda-mirror.sources").exists()
    assert not (tmp_path / source.keyring.lstrip("/")).exists()


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
    found = repository.resolve("ubuntu", {}, os_release)
    assert (found.name, found.fingerprint, found.holds_drivers) == (name, key, drivers)


def test_local_installer() -> None:
    found = repository.resolve("local_installer", {"installer": INSTALLER, "installer_sha256": "A" * 64}, "")
    assert found.installer is not None
    assert (found.name, found.url) == ("wsl-ubuntu-12-8-local", "file:/var/cuda-repo-wsl-ubuntu-12-8-local/")
    assert found.keyring == "/usr/share/keyrings/cuda-wsl-ubuntu-12-8-local-keyring.gpg"
    assert (found.installer.version, found.installer.sha256, found.holds_drivers) == ("12.8.1-1", "a" * 64, False)
    ubuntu = INSTALLER.replace("wsl-ubuntu", "ubuntu2404")
    other = repository.resolve("local_installer", {"installer": ubuntu, "installer_sha256": "0" * 64}, "")
    assert other.holds_drivers


@pytest.mark.parametrize(
    "options",
    [
        {"url": "http://me:s%40cret@mirror/x"},
        {"url": URL, "username": "me", "password": "s@cret"},
    ],
)
def test_credentials_go_to_a_file_of_their_own(tmp_path: Path, options: dict[str, str]) -> None:
    root = str(tmp_path)
    source = wanted(key=KEY, **options)
    assert source.url == URL and "s@cret" not in repr(source)
    changes = repository.plan(source, BINARY, root)
    assert "s@cret" not in str(system_changes.diff(changes)) and "readable by root only" in str(
        system_changes.diff(changes)
    )
    system_changes.apply(changes, root)
    file = tmp_path / credentials.PATH.lstrip("/")
    assert file.read_text().endswith("\nmachine http://mirror/x login me password s@cret\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "s@cret" not in (tmp_path / source.path.lstrip("/")).read_text()
    # Without credentials the file goes, and one of somebody else stays.
    system_changes.apply(repository.plan(wanted(key=KEY), BINARY, root), root)
    assert not file.exists()
    file.write_text("machine x login y password z\n")
    system_changes.apply(repository.plan_absent(wanted(key=KEY), root), root)
    assert file.exists()


def test_keys_of_others_in_nvidias_file_stay(tmp_path: Path) -> None:
    other = b"\x98\x15\x04" + b"k" * 20
    ring = tmp_path / repository.KEYRING.lstrip("/")
    ring.parent.mkdir(parents=True)
    ring.write_bytes(BINARY + other)
    source = repository.resolve("network", {"key": KEY, "key_fingerprint": "1" * 40}, "")
    mine = b"\x98\x15\x04" + b"m" * 20
    system_changes.apply(repository.plan(source, mine, str(tmp_path)), str(tmp_path))
    assert ring.read_bytes() == mine + other, "the retired key goes, another one stays"


def test_switching_the_source_leaves_no_keyring_behind(tmp_path: Path) -> None:
    root = str(tmp_path)
    system_changes.apply(repository.plan(wanted(key=KEY), BINARY, root), root)
    mirror = tmp_path / "usr/share/keyrings/cuda-mirror-keyring.gpg"
    assert mirror.exists()
    network = repository.resolve("network", {"key": KEY, "key_fingerprint": FINGERPRINT}, "")
    system_changes.apply(repository.plan(network, BINARY, root), root)
    assert not mirror.exists() and (tmp_path / repository.KEYRING.lstrip("/")).exists()


@pytest.mark.parametrize(
    ("name", "text", "stays"),
    [
        ("sources.list", f"deb [signed-by={repository.KEYRING}] http://x/ /\n", True),
        ("sources.list.d/mine.sources", f"Signed-By: {repository.KEYRING}\n", True),
        ("sources.list.d/mine.list.save", f"deb [signed-by={repository.KEYRING}] http://x/ /\n", True),
        ("sources.list", "deb http://x/ /\n", False),
    ],
)
def test_keyring_stays_while_another_source_names_it(name: str, text: str, stays: bool, tmp_path: Path) -> None:
    root = str(tmp_path)
    network = repository.resolve("network", {"key": KEY, "key_fingerprint": FINGERPRINT}, "")
    system_changes.apply(repository.plan(network, BINARY, root), root)
    (tmp_path / "etc/apt" / name).write_text(text)
    system_changes.apply(repository.plan_absent(network, root), root)
    assert (tmp_path / repository.KEYRING.lstrip("/")).exists() is stays
    assert (tmp_path / repository.PIN_600.lstrip("/")).exists() is stays


def test_list_of_the_local_installer_gives_way(tmp_path: Path) -> None:
    root = str(tmp_path)
    source = repository.resolve("local_installer", {"installer": INSTALLER, "installer_sha256": "0" * 64}, "")
    folder = tmp_path / "etc/apt/sources.list.d"
    folder.mkdir(parents=True)
    line = "deb [signed-by=/usr/share/keyrings/cuda-1-keyring.gpg] file:///var/cuda-repo-wsl-ubuntu-12-8-local /\n"
    (folder / "cuda-wsl-ubuntu-12-8-local.list").write_text(line)
    (folder / "mine.list").write_text(line + "deb http://x/ /\n")
    system_changes.apply(repository.plan(source, BINARY, root), root)
    names = sorted(path.name for path in folder.iterdir())
    assert [name.split(".wslfleet")[0] for name in names] == [
        "cuda-wsl-ubuntu-12-8-local.list",
        "cuda-wsl-ubuntu-12-8-local.sources",
        "mine.list",
    ]
    assert names[0].endswith(".bak")
