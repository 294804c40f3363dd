# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""H2: whoever delivers a keyring hangs a key of his own onto the pinned one, in a packet that apt reads as a key."""

from __future__ import annotations

import shutil
import struct
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import source as containers_source
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import (
    armour,
    fetch,
    local_installer,
    openpgp,
    packets,
    repository,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import goal as repository_goal
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils.scripted_run import system_at

INDEX = b"Origin: NVIDIA\n"


@dataclass(frozen=True)
class Signer:
    """A key of gpg."""

    home: Path
    fingerprint: str

    def gpg(self, *arguments: str, stdin: bytes = b"") -> bytes:
        command = ["gpg", "--homedir", str(self.home), "--batch", "--quiet", "--no-autostart", *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout

    def export(self) -> bytes:
        return self.gpg("--export", self.fingerprint)


@pytest.fixture(scope="module")
def signers(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[tuple[Signer, Signer]]:
    """NVIDIA and the attacker."""
    if shutil.which("gpg") is None or shutil.which("gpgv") is None:
        pytest.skip("needs gpg and gpgv")
    made = []
    for name in ("nvidia", "attacker"):
        home = tmp_path_factory.mktemp(name)
        home.chmod(0o700)
        command = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--passphrase", ""]
        subprocess.run(
            [*command, "--quick-generate-key", name, "ed25519", "sign", "0"], check=True, capture_output=True
        )
        listed = subprocess.run([*command, "--list-keys", "--with-colons"], check=True, capture_output=True, text=True)
        made.append(Signer(home, next(line.split(":")[9] for line in listed.stdout.splitlines() if "fpr:" in line)))
    yield made[0], made[1]
    for signer in made:
        subprocess.run(["gpgconf", "--homedir", str(signer.home), "--kill", "gpg-agent"], check=False)


def packet(tag: int, body: bytes) -> bytes:
    return bytes([0xC0 | tag, 255]) + struct.pack(">I", len(body)) + body


def retagged(key: bytes, tag: int) -> bytes:
    """KEY, its first packet under another tag."""
    first, *others = packets.split_packets(key)
    return packet(tag, first.body) + b"".join(other.raw for other in others)


def partial(key: bytes) -> bytes:
    """KEY, its first packet in two parts (RFC 4880 section 4.2.2.4)."""
    first, *others = packets.split_packets(key)
    head, tail = first.body[:32], first.body[32:]
    return b"\xc6" + b"\xe5" + head + bytes([len(tail)]) + tail + b"".join(other.raw for other in others)


def indeterminate(key: bytes) -> bytes:
    """KEY, its first packet as long as the file."""
    first, *others = packets.split_packets(key)
    return bytes([0x80 | 6 << 2 | 3]) + first.body + b"".join(other.raw for other in others)


def secret(signer: Signer) -> bytes:
    """The key of SIGNER with its secret half, as a packet of tag 5."""
    command = ["gpg", "--homedir", str(signer.home), "--batch", "--quiet", "--pinentry-mode", "loopback"]
    command += ["--passphrase", "", "--export-secret-keys", signer.fingerprint]
    return subprocess.run(command, capture_output=True, check=True).stdout


ATTACHED: dict[str, t.Callable[[bytes, bytes], bytes]] = {
    "public key as secret key": lambda key, _secret: retagged(key, 5),
    "secret key": lambda _key, secret_key: secret_key,
    "secret subkey": lambda _key, secret_key: retagged(secret_key, 7),
    "encrypted data with integrity": lambda key, _secret: packet(20, key),
    "compressed": lambda key, _secret: packet(8, b"\x00" + key),
    "literal": lambda key, _secret: packet(11, key),
    "marker": lambda key, _secret: packet(10, b"PGP") + retagged(key, 5),
    "padding": lambda key, _secret: packet(21, b"\x00" * 8) + retagged(key, 5),
    "unknown": lambda key, _secret: packet(40, key),
    "private use": lambda key, _secret: packet(60, key),
    "reserved": lambda key, _secret: packet(0, key),
    "partial lengths": lambda key, _secret: partial(key),
    "indeterminate length": lambda key, _secret: indeterminate(key),
    "cut off": lambda key, _secret: key[:40],
    "text": lambda key, _secret: b"hello" + key,
}


def wanted(fingerprint: str, key: str, **more: str) -> repository_goal.Goal:
    keyring = repository_goal.own_keyring("mirror")
    settings = {"name": "mirror", "path": "/mirror.sources", "keyring": keyring, **more}
    return repository_goal.Goal(url="https://m.example/x/", fingerprint=fingerprint, key=key, **settings)


def no_command(arguments: t.Sequence[str]) -> Completed:
    raise AssertionError(arguments)


@pytest.mark.parametrize("how", ATTACHED)
@pytest.mark.parametrize("armored", [False, True], ids=["binary", "armored"])
def test_nothing_can_be_attached_to_the_pinned_key(
    how: str, armored: bool, signers: tuple[Signer, Signer], tmp_path: Path
) -> None:
    good, evil = signers
    keyring = good.export() + ATTACHED[how](evil.export(), secret(evil))
    path = tmp_path / "key"
    path.write_bytes(armour.armor(keyring) if armored else keyring)
    with pytest.raises(Failure, match="not an OpenPGP key"):
        fetch.fetch_keyring(system_at("", no_command), wanted(good.fingerprint, str(path)), str(tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        lambda good, evil: armour.armor(good) + evil,
        lambda good, evil: evil + armour.armor(good),
        lambda good, evil: armour.armor(good) + armour.armor(evil),
        lambda good, evil: armour.armor(evil + good),
        lambda good, evil: good + evil,
    ],
    ids=["binary after armor", "binary before armor", "two blocks", "two in a block", "two keys"],
)
def test_what_was_pinned_is_what_is_written(
    text: t.Callable[[bytes, bytes], bytes], signers: tuple[Signer, Signer], tmp_path: Path
) -> None:
    good, evil = signers
    (tmp_path / "key").write_bytes(text(good.export(), evil.export()))
    found = fetch.fetch_keyring(system_at("", no_command), wanted(good.fingerprint, f"{tmp_path}/key"), str(tmp_path))
    assert found == good.export()


def test_a_key_that_poses_as_a_subkey_of_the_pinned_one_verifies_nothing(
    signers: tuple[Signer, Signer], tmp_path: Path
) -> None:
    """Packets of subkeys belong to keys; gpgv and sqv want the primary key's word for each."""
    good, evil = signers
    ring = good.export() + retagged(evil.export(), 14)
    (tmp_path / "key").write_bytes(ring)
    found = fetch.fetch_keyring(system_at("", no_command), wanted(good.fingerprint, f"{tmp_path}/key"), str(tmp_path))
    (tmp_path / "ring.gpg").write_bytes(found)
    signed = {}
    for signer in signers:
        command = ["gpg", "--homedir", str(signer.home), "--batch", "--quiet", "--clearsign"]
        signed[signer] = subprocess.run(command, input=INDEX, capture_output=True, check=True).stdout
    accepted = []
    for signer, text in signed.items():
        command = ["gpgv", "--keyring", f"{tmp_path}/ring.gpg"]
        accepted += [signer] if subprocess.run(command, input=text, capture_output=True).returncode == 0 else []
    assert accepted == [good]


@pytest.mark.parametrize("tag", [2, 12, 13, 14, 17])
def test_no_key_without_its_primary_packet(tag: int, signers: tuple[Signer, Signer]) -> None:
    with pytest.raises(armour.OpenPgpError):
        openpgp.read_keys(retagged(signers[1].export(), tag))


def test_the_keyring_of_a_local_installer(signers: tuple[Signer, Signer], tmp_path: Path) -> None:
    good, evil = signers
    place = "/x/cuda-repo-wsl-ubuntu-12-8-local_12.8.1-1_amd64.deb"
    installer = local_installer.parse(place, "0" * 64)
    folder = tmp_path / installer.folder.lstrip("/")
    folder.mkdir(parents=True)
    (folder / "cuda-12345678-keyring.gpg").write_bytes(good.export() + retagged(evil.export(), 5))
    with pytest.raises(Failure, match="not an OpenPGP key"):
        local_installer.keyring(system_at(tmp_path), installer, good.fingerprint)


def test_the_keyring_in_a_package(signers: tuple[Signer, Signer], tmp_path: Path) -> None:
    good, evil = signers
    root = tmp_path / "root"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN/control").write_text(
        "Package: cuda-keyring\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n"
    )
    (root / "usr/share/keyrings").mkdir(parents=True)
    (root / "usr/share/keyrings/cuda.gpg").write_bytes(good.export() + retagged(evil.export(), 5))
    package = tmp_path / "keyring.deb"
    subprocess.run(["dpkg-deb", "-b", str(root), str(package)], check=True, capture_output=True)
    source = wanted(good.fingerprint, "", keyring_url=str(package))
    with pytest.raises(Failure, match="not an OpenPGP key"):
        fetch.fetch_keyring(system_at("", no_command), source, str(tmp_path))


@pytest.mark.parametrize("kind", ["mirror", "containers", "shared"])
def test_a_key_that_was_added_to_the_keyring_later(kind: str, signers: tuple[Signer, Signer], tmp_path: Path) -> None:
    """A keyring of ours holds the pinned key and nothing else. NVIDIA's own is shared, but with keys alone."""
    good, evil = signers
    source: repository_goal.Goal = {
        "mirror": wanted(good.fingerprint, "x"),
        "shared": wanted(good.fingerprint, "x", keyring=repository_goal.KEYRING),
        "containers": wanted(good.fingerprint, "x", keyring=containers_source.KEYRING),
    }[kind]
    path = tmp_path / source.keyring.lstrip("/")
    path.parent.mkdir(parents=True)
    path.write_bytes(good.export())
    assert repository.keys_of(system_at(tmp_path), source) == good.export()
    path.write_bytes(good.export() + (retagged(evil.export(), 5) if kind == "shared" else evil.export()))
    assert repository.keys_of(system_at(tmp_path), source) == b""


def test_a_package_that_unpacks_to_more_than_memory_holds(tmp_path: Path) -> None:
    """What compresses well costs the server nothing: 1 GiB of zeros is a megabyte on the way."""
    root = tmp_path / "root"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN/control").write_text(
        "Package: cuda-keyring\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n"
    )
    (root / "usr/share/keyrings").mkdir(parents=True)
    with (root / "usr/share/keyrings/cuda.gpg").open("wb") as file:
        file.truncate(64 << 20)
    package = tmp_path / "keyring.deb"
    subprocess.run(["dpkg-deb", "-Zgzip", "-z1", "-b", str(root), str(package)], check=True, capture_output=True)
    source = wanted("0" * 40, "", keyring_url=str(package))
    with pytest.raises(Failure, match="too big"):
        fetch.fetch_keyring(system_at("", no_command), source, str(tmp_path))
