# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import subprocess
import typing as t
from collections.abc import Sequence
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import fetch as repository_fetch
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import goal as repository_goal
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import openpgp
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

KEY = (Path(__file__).parents[3] / "data" / "7fa2af80.pub").read_text()

FINGERPRINT = catalogue.OLD_KEY

BINARY = openpgp.read_keys(KEY.encode())[0].data

URL = "http://mirror/x/"


def wanted(**options: t.Any) -> repository_goal.Goal:
    return repository_goal.resolve("mirror", {"url": URL, "key_fingerprint": FINGERPRINT, **options}, "")


def download(content: bytes) -> t.Callable[[Sequence[str]], Completed]:
    def answer(arguments: Sequence[str]) -> Completed:
        Path(arguments[-1]).write_bytes(content)
        return Completed(0, "", "")

    return answer


def test_key_from_text_address_and_path(tmp_path: Path) -> None:
    run = ScriptedRun(("apt-helper .* download-file http://k/key.asc", download(KEY.encode())))
    (tmp_path / "key.gpg").write_bytes(BINARY)
    for key in (KEY, "/key.gpg", "http://k/key.asc"):
        assert repository_fetch.fetch_keyring(system_at(tmp_path, run), wanted(key=key), str(tmp_path)) == BINARY
    run.done()


@pytest.mark.parametrize(
    ("options", "content", "words"),
    [
        ({"key": "http://k"}, b"nothing", "http://k: not an OpenPGP key"),
        ({"key": "http://k"}, b"\n<HTML>Log in</HTML>", "http://k: something on the way answers .* its own page"),
        ({"key": "http://k", "key_fingerprint": "2" * 40}, KEY.encode(), f"contains {FINGERPRINT}, not 2222"),
        ({"keyring_url": "http://d", "keyring_sha256": "0" * 64}, b"deb", "http://d has SHA-256 .*, not 0000"),
        ({"keyring_url": "http://d"}, b"not a deb", "http://d is not a Debian package"),
    ],
)
def test_wrong_keys(tmp_path: Path, options: dict[str, str], content: bytes, words: str) -> None:
    with pytest.raises(Failure, match=words) as caught:
        repository_fetch.fetch_keyring(
            system_at(run=ScriptedRun(("download-file", download(content)))), wanted(**options), str(tmp_path)
        )
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
    assert repository_fetch.fetch_keyring(system_at(run=run), wanted(), str(tmp_path)) == BINARY
