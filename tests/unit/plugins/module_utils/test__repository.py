# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import subprocess
import typing as t
from collections.abc import Sequence
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils import _catalogue, _changes, _openpgp, _repository
from ansible_collections.wslfleet.cuda.plugins.module_utils._run import Completed

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun

KEY = (Path(__file__).parents[2] / "data" / "7fa2af80.pub").read_text()
FINGERPRINT = _catalogue.OLD_KEY
BINARY = _openpgp.read_keys(KEY.encode())[0].data
UBUNTU = 'ID=ubuntu\nVERSION_ID="24.04"\n'
NVIDIA_WSL = _catalogue.NVIDIA_REPOSITORIES + "wsl-ubuntu/x86_64/"
URL = "http://mirror/x/"


def wanted(**options: t.Any) -> _repository.Wanted:
    return _repository.resolve("mirror", {"url": URL, "key_fingerprint": FINGERPRINT, **options}, "")


@pytest.mark.parametrize(
    ("source", "options", "name", "url", "keyring", "sha256"),
    [
        (
            "network", {}, "wsl-ubuntu", NVIDIA_WSL,
            NVIDIA_WSL + "cuda-keyring_1.1-1_all.deb", _catalogue.WSL_KEYRING_SHA256,
        ),
        (
            "ubuntu", {}, "ubuntu2404", _catalogue.NVIDIA_REPOSITORIES + "ubuntu2404/x86_64/",
            _catalogue.NVIDIA_REPOSITORIES + "ubuntu2404/x86_64/cuda-keyring_1.1-1_all.deb", "",
        ),
        ("network", {"url": "http://a/b"}, "wsl-ubuntu", "http://a/b/", "http://a/b/cuda-keyring_1.1-1_all.deb", ""),
        ("mirror", {"url": URL, "key": "/k", "key_fingerprint": "1" * 40}, "mirror", URL, "", ""),
    ],
)  # fmt: skip
def test_resolve(source: str, options: dict[str, t.Any], name: str, url: str, keyring: str, sha256: str) -> None:
    found = _repository.resolve(source, options, UBUNTU)
    assert (found.name, found.url, found.keyring_url, found.keyring_sha256) == (name, url, keyring, sha256)


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        ("mirror", {}, "needs url"),
        ("mirror", {"url": URL}, "needs key_fingerprint"),
        ("mirror", {"url": URL, "key_fingerprint": "3bf863cc"}, "not a fingerprint of 40 hex digits"),
        ("ubuntu", {}, "needs an Ubuntu distribution"),
        ("network", {"url": "ftp://x/"}, "not an http"),
        ("network", {"url": "https://me:secret@x/"}, "auth.conf.d"),
        ("network", {"keyring_sha256": "abc"}, "64 hex digits"),
    ],
)
def test_resolve_refuses(source: str, options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(_repository.RepositoryError, match=words) as caught:
        _repository.resolve(source, options, "ID=debian\n")
    assert "secret" not in str(caught.value)


def test_written_once_and_removed(tmp_path: Path) -> None:
    root = str(tmp_path)
    source = wanted(key=KEY)
    (tmp_path / "etc/apt/sources.list.d").mkdir(parents=True)
    (tmp_path / "etc/apt/sources.list.d/cuda-old.sources").write_text("# Written by wslfleet.cuda\nTypes: deb\n")
    (tmp_path / "etc/apt/sources.list.d/cuda-mine.sources").write_text("Types: deb\n")
    assert not _repository.is_current(source, root)
    _changes.apply(_repository.plan(source, BINARY, root), root)
    assert not _repository.is_current(source, root), "no index yet"
    lists = tmp_path / "var/lib/apt/lists"
    lists.mkdir(parents=True)
    (lists / "mirror_x_Packages").write_text("")
    assert _repository.is_current(source, root)
    assert _repository.plan(source, BINARY, root) == []
    assert sorted(path.name for path in (tmp_path / "etc/apt/sources.list.d").iterdir()) == [
        "cuda-mine.sources",
        "cuda-mirror.sources",
    ]
    _changes.apply(_repository.plan_absent(source, root), root)
    assert not (tmp_path / "etc/apt/sources.list.d/cuda-mirror.sources").exists()
    assert not (tmp_path / _repository.KEYRING.lstrip("/")).exists()


def download(content: bytes) -> t.Callable[[Sequence[str]], Completed]:
    def answer(arguments: Sequence[str]) -> Completed:
        Path(arguments[-1]).write_bytes(content)
        return Completed(0, "", "")

    return answer


def test_key_from_text_address_and_path(tmp_path: Path) -> None:
    run = ScriptedRun(("apt-helper .* download-file http://k/key.asc", download(KEY.encode())))
    file = tmp_path / "key.gpg"
    file.write_bytes(BINARY)
    for key in (KEY, str(file), "http://k/key.asc"):
        assert _repository.fetch_keyring(run, wanted(key=key), str(tmp_path)) == BINARY
    run.done()


@pytest.mark.parametrize(
    ("options", "content", "words"),
    [
        ({"key": "http://k"}, b"<html>no</html>", "http://k: not an OpenPGP key"),
        ({"key": "http://k", "key_fingerprint": "2" * 40}, KEY.encode(), f"holds {FINGERPRINT}, not 2222"),
        ({"keyring_url": "http://d", "keyring_sha256": "0" * 64}, b"deb", "http://d has SHA-256 .*, not 0000"),
        ({"keyring_url": "http://d"}, b"not a deb", "http://d is not a Debian package"),
    ],
)
def test_wrong_keys(tmp_path: Path, options: dict[str, str], content: bytes, words: str) -> None:
    with pytest.raises(_repository.RepositoryError, match=words) as caught:
        _repository.fetch_keyring(ScriptedRun(("download-file", download(content))), wanted(**options), str(tmp_path))
    assert "\n" not in str(caught.value)


def test_keyring_package(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        "Package: cuda-keyring\nVersion: 1\nArchitecture: all\nMaintainer: x <x@y>\nDescription: x\n"
    )
    keyrings = tree / "usr/share/keyrings"
    keyrings.mkdir(parents=True)
    (keyrings / "cuda-archive-keyring.gpg").write_bytes(BINARY)
    subprocess.run(["dpkg-deb", "-b", str(tree), str(tmp_path / "k.deb")], check=True, capture_output=True)
    run = ScriptedRun(("download-file", download((tmp_path / "k.deb").read_bytes())))
    assert _repository.fetch_keyring(run, wanted(), str(tmp_path)) == BINARY


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("E: The repository 'x' does not have a Release file.\nErr:1 404  Not Found", "HTTP 404"),
        ("W: GPG error: x: NO_PUBKEY A4B469963BF863CC\nE: The repository is not signed.", "but by A4B469963BF863CC"),
        ("Missing key EB693B3035CD5710E231E123A4B469963BF863CC, which is needed", "but by EB693B30"),
        ("No binding signature at time 2026\nSHA1 is not considered secure since 2026-02-01", "bound by SHA-1"),
        (
            "W: Failed to fetch http://x/InRelease  Could not connect",
            "Failed to fetch http://x/InRelease Could not connect",
        ),
        ("", "apt found no package index there"),
    ],
)
def test_explain(output: str, words: str) -> None:
    text = _repository.explain(output, FINGERPRINT)
    assert words in text and "\n" not in text


def test_missing_packages() -> None:
    assert _repository.missing("Package: a\nVersion: 1\n\nPackage: b-1\n", ["a", "b", "b-1"]) == ["b"]
