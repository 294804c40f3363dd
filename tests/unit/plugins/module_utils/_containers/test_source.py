# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import source as containers_source
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import legacy_keys, openpgp, sha1
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries

from tests.unit.plugins.module_utils.scripted_run import system_at

KEY = (Path(__file__).parents[3] / "data" / "7fa2af80.pub").read_bytes()
FINGERPRINT = catalogue.OLD_KEY
"""Any key will do here; this one is at hand."""
LISTS = "/etc/apt/sources.list.d"
MIRROR = "http://mirror/libnvidia-container/stable/deb/amd64/"


def wanted(url: str = MIRROR, **options: str) -> containers_source.Goal:
    return containers_source.resolve({"url": url, "key": "/key", "key_fingerprint": FINGERPRINT, **options})


def test_defaults_are_nvidias() -> None:
    made = containers_source.resolve({})
    assert (made.url, made.key, made.fingerprint) == (
        containers_source.URL, containers_source.KEY_URL, containers_source.FINGERPRINT,
    )  # fmt: skip
    assert f"Signed-By: {containers_source.KEYRING}\n" in made.text(system_at(), b"")
    assert made.path == f"{LISTS}/nvidia-container-toolkit.sources"


@pytest.mark.parametrize(
    ("url", "key", "fingerprint", "words"),
    [
        ("ftp://x/", "/k", None, "not an http"),
        ("https://user:sec ret@x/", "/k", None, "password contains a blank"),
        ("https://user@x/", "/k", None, "belong together"),
        ("https://x/", None, None, "a mirror needs key"),
        (None, None, "12", "key_fingerprint"),
    ],
)
def test_wrong_options(url: str | None, key: str | None, fingerprint: str | None, words: str) -> None:
    with pytest.raises(Failure, match=words) as caught:
        containers_source.resolve({"url": url, "key": key, "key_fingerprint": fingerprint})
    assert "sec ret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("deb https://nvidia.github.io/nvidia-docker/ubuntu18.04/amd64 /", ["old source"]),
        ("deb https://nvidia.github.io/nvidia-container-runtime/stable/debian10/amd64 /", ["old source"]),
        (
            "deb [signed-by=/k] https://nvidia.github.io/libnvidia-container/stable/ubuntu18.04/$(ARCH) /",
            ["old source"],
        ),
        ("deb [signed-by=/k] https://nvidia.github.io/libnvidia-container/stable/deb/amd64 /", ["old source"]),
        ("deb [signed-by=/k] https://nvidia.github.io/libnvidia-container/experimental/deb/amd64 /", []),
        ("deb https://nvidia.github.io/libnvidia-container/experimental/deb/amd64 /", ["old source"]),
        ("deb [trusted=yes] https://mirror/libnvidia-container/stable/deb/amd64 /", ["duplicate"]),
        ("deb https://other/libnvidia-container/stable/deb/amd64 /", []),
        ("# deb https://nvidia.github.io/nvidia-docker/ubuntu18.04/amd64 /", []),
        ("deb https://nvidia.github.io/nvidia-dockerish/x /", []),
        ("deb https://developer.download.nvidia.com/compute/cuda/repos/wsl-ubuntu/x86_64 /", []),
        ("deb http://deb.debian.org/debian bookworm main", []),
        ("deb http://[x/nvidia-docker /", []),
    ],
)
def test_judge(text: str, reasons: list[str]) -> None:
    stale = containers_source.judge(entries.parse(f"{LISTS}/x.list", text), MIRROR)
    assert [item.reason.split()[0] for item in stale] == [reason.split()[0] for reason in reasons]
    assert (
        containers_source.judge(entries.parse(containers_source.SOURCE, wanted().text(system_at(), b"")), MIRROR) == []
    )


def put(root: Path, path: str, data: bytes) -> None:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def test_old_lists_and_trusted_keys_go(tmp_path: Path) -> None:
    other = "deb http://deb.debian.org/debian bookworm main\n"
    put(tmp_path, "/etc/apt/sources.list", f"{other}deb https://nvidia.github.io/nvidia-docker/a/amd64 /\n".encode())
    put(tmp_path, f"{LISTS}/nvidia-docker.list", b"deb https://nvidia.github.io/nvidia-docker/a/amd64 /\n")
    put(tmp_path, "/etc/apt/trusted.gpg.d/nvidia.asc", KEY)
    put(tmp_path, containers_source.KEYRING, KEY)
    state = legacy_keys.observe(system_at(tmp_path), [FINGERPRINT])
    changes = {change.path: change for change in containers_source.plan_legacy(state, wanted(), "now")}
    assert set(changes) == {
        "/etc/apt/sources.list", f"{LISTS}/nvidia-docker.list", "/etc/apt/trusted.gpg.d/nvidia.asc",
    }  # fmt: skip
    assert changes[f"{LISTS}/nvidia-docker.list"].after is None
    assert changes["/etc/apt/sources.list"].after == (
        f"{other}# wslfleet now: deb https://nvidia.github.io/nvidia-docker/a/amd64 /\n".encode()
    )
    key = changes["/etc/apt/trusted.gpg.d/nvidia.asc"]
    assert key.after is None and key.backup and FINGERPRINT in key.shown_before and "no key left" in key.shown_after


def test_a_mirror_without_keyring_keeps_the_trusted_key(tmp_path: Path) -> None:
    put(tmp_path, "/etc/apt/trusted.gpg.d/nvidia.asc", KEY)
    put(tmp_path, f"{LISTS}/mirror.list", b"deb https://other/libnvidia-container/stable/deb/amd64 /\n")
    state = legacy_keys.observe(system_at(tmp_path), [FINGERPRINT])
    assert containers_source.plan_legacy(state, wanted(), "now") == ()


def test_source_as_wanted(tmp_path: Path) -> None:
    root, source = str(tmp_path), wanted()
    assert not containers_source.is_current(system_at(root), source)
    binary = openpgp.read_keys(KEY)[0].data
    changes = containers_source.plan(system_at(root), source, binary)
    assert [change.path for change in changes] == [containers_source.KEYRING, containers_source.SOURCE]
    for change in changes:
        put(tmp_path, change.path, change.after or b"")
    assert not containers_source.is_current(system_at(root), source), "no index yet"
    put(tmp_path, "/var/lib/apt/lists/mirror_libnvidia-container_stable_deb_amd64_Packages", b"")
    assert containers_source.is_current(system_at(root), source)
    put(tmp_path, containers_source.KEYRING, b"\x00")
    assert not containers_source.is_current(system_at(root), source)


def test_credentials_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    system = system_at(tmp_path)
    for made in (wanted(username="apt", password="secret"), wanted(MIRROR.replace("//", "//apt:secret@"))):
        assert made.url == MIRROR and "secret" not in repr(made) + made.text(system_at(), b"")
        assert made.credentials_path == containers_source.CREDENTIALS
        change = containers_source.plan(system, made, b"")[1]
        assert (change.path, change.mode) == (containers_source.CREDENTIALS, 0o600)
        assert change.after is not None and b" login apt password secret\n" in change.after
        assert "secret" not in change.shown_after


def test_the_exception_from_sha1_is_written_into_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sha1, "concerns", lambda system, keyring: keyring == b"weak")
    assert sha1.NOTE in wanted(sha1="this_source").text(system_at(), b"weak")
    assert sha1.NOTE not in wanted(sha1="this_source").text(system_at(), b"strong") + wanted().text(
        system_at(), b"weak"
    )


@pytest.mark.parametrize("shared", [False, True])
def test_our_source_goes_with_its_keyring_and_credentials(tmp_path: Path, shared: bool) -> None:
    system = system_at(tmp_path)
    assert containers_source.plan_absent(system) == []
    for change in containers_source.plan(system, wanted(username="apt", password="secret"), KEY):
        put(tmp_path, change.path, change.after or b"")
    if shared:
        line = f"deb [signed-by={containers_source.KEYRING}] https://other/libnvidia-container/stable/deb/amd64 /\n"
        put(tmp_path, f"{LISTS}/own.list", line.encode())
    gone = [change.path for change in containers_source.plan_absent(system)]
    keyring = [] if shared else [containers_source.KEYRING]
    assert gone == [containers_source.CREDENTIALS, *keyring, containers_source.SOURCE]
    put(tmp_path, containers_source.SOURCE, b"Types: deb\n")
    assert containers_source.plan_absent(system) == [], "somebody's own"
