# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of the lab's repositories.

NVIDIA's secret keys are not to be had, so the lab generates stand-ins once and keeps them in its cache:

    new      for 3BF863CC, the key that signs the repositories today; same user id as the old one, as in reality
    sha1     the same, bound to its user id with SHA-1, as the real 3BF863CC is: apt 3 refuses it since 2026-02-01
    other    somebody else's key: signs the repository that must be refused
    installer  the key inside the local installer

The old key 7FA2AF80 is the real public key (data/7fa2af80.pub): what must be found and removed is exactly what lies
on people's machines.
"""

from __future__ import annotations

import base64
import contextlib
import os
import subprocess
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path

from lab.repository.cache import made_once

OLD_KEY_FILE = Path(__file__).parent / "data" / "7fa2af80.pub"
OLD_FINGERPRINT = "AE09FE4BBD223A84B2CCFCE3F60F4B3D7FA2AF80"

_NVIDIA = "cudatools <cudatools@nvidia.com>"
_INSTALLER = ("Local Installer <cudatools@nvidia.com>", "SHA512")
"""Every build of NVIDIA's local installers has a key of its own."""

_KINDS: dict[str, tuple[str, str]] = {
    # name -> (user id, digest of the binding signature)
    "new": (_NVIDIA, "SHA512"),
    "sha1": (_NVIDIA, "SHA1"),
    "other": ("Example Mirror <mirror@example.org>", "SHA512"),
}


class SigningError(Exception):
    """gpg is missing or failed; one line."""


@dataclass(frozen=True)
class Key:
    """A signing key: its three files and its fingerprint."""

    directory: Path
    name: str

    @property
    def fingerprint(self) -> str:
        """Forty hex digits, upper case."""
        return (self.directory / f"{self.name}.fingerprint").read_text(encoding="ascii").strip()

    @property
    def armored(self) -> bytes:
        """The public key as a ``.pub`` or ``.asc`` file holds it."""
        return (self.directory / f"{self.name}.asc").read_bytes()

    @property
    def binary(self) -> bytes:
        """The public key as a ``.gpg`` keyring holds it."""
        return dearmor(self.armored)

    @property
    def secret(self) -> bytes:
        return (self.directory / f"{self.name}.secret").read_bytes()


@dataclass(frozen=True)
class Keys:
    """The lab's keys."""

    new: Key
    sha1: Key
    other: Key
    installer: Key

    @property
    def old_armored(self) -> bytes:
        """The real 7FA2AF80, armored."""
        return OLD_KEY_FILE.read_bytes()

    @property
    def old_binary(self) -> bytes:
        """The real 7FA2AF80 as packets."""
        return dearmor(self.old_armored)


def lab_keys(cache: Path) -> Keys:
    """The keys in CACHE; generated on the first call. Raises SigningError."""
    directory = made_once(cache / "keys", _generate_all)
    own = made_once(cache / "keys-installer", lambda folder: _generate(folder, "installer", *_INSTALLER))
    return Keys(**{name: Key(directory, name) for name in _KINDS}, installer=Key(own, "installer"))


def dearmor(armored: bytes) -> bytes:
    """The packets in the first ASCII-armored block. Raises ValueError when there is none."""
    lines = armored.decode("ascii", errors="replace").replace("\r", "").split("\n")
    start = next((i for i, line in enumerate(lines) if line.startswith("-----BEGIN PGP ")), None)
    if start is None:
        raise ValueError("no ASCII-armored block")
    body_at = lines.index("", start) + 1
    body = []
    for line in lines[body_at:]:
        if line.startswith(("=", "-----END")):
            break
        body.append(line)
    return base64.b64decode("".join(body))


def detached_signature(key: Key, data: bytes) -> bytes:
    """An armored detached signature, SHA512 as NVIDIA's Release.gpg."""
    return _sign(key, data, ["--armor", "--digest-algo", "SHA512", "--detach-sign"])


def clear_signature(key: Key, data: bytes) -> bytes:
    """DATA clearsigned, SHA256 as NVIDIA's InRelease."""
    return _sign(key, data, ["--digest-algo", "SHA256", "--clearsign"])


def _sign(key: Key, data: bytes, options: t.Sequence[str]) -> bytes:
    with _home() as home:
        _gpg(home, ["--import"], key.secret)
        return _gpg(home, ["--local-user", key.fingerprint, *options], data)


def _generate_all(directory: Path) -> None:
    for name, (user_id, binding_digest) in _KINDS.items():
        _generate(directory, name, user_id, binding_digest)


def _generate(directory: Path, name: str, user_id: str, binding_digest: str) -> None:
    directory.chmod(0o700)
    with _home() as home:
        options = ["--cert-digest-algo", binding_digest, "--passphrase", "", "--quick-generate-key"]
        _gpg(home, [*options, user_id, "rsa3072", "cert,sign", "never"])
        listing = _gpg(home, ["--with-colons", "--list-keys"]).decode()
        fingerprint = next(line.split(":")[9] for line in listing.splitlines() if line.startswith("fpr:"))
        (directory / f"{name}.fingerprint").write_text(fingerprint + "\n", encoding="ascii")
        (directory / f"{name}.asc").write_bytes(_gpg(home, ["--armor", "--export", fingerprint]))
        (directory / f"{name}.secret").write_bytes(_gpg(home, ["--export-secret-keys", fingerprint]))


@contextlib.contextmanager
def _home() -> t.Iterator[Path]:
    """A GnuPG home of its own with a short path (its sockets allow 107 characters); its agent ends with it."""
    with tempfile.TemporaryDirectory(prefix="lab-gpg-", dir="/tmp") as name:
        home = Path(name)
        home.chmod(0o700)
        try:
            yield home
        finally:
            with contextlib.suppress(OSError):
                subprocess.run(
                    ["gpgconf", "--homedir", name, "--kill", "all"], env=_environment(home), capture_output=True
                )


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "GNUPGHOME": str(home), "LC_ALL": "C.UTF-8"}


def _gpg(home: Path, arguments: t.Sequence[str], data: bytes = b"") -> bytes:
    command = ["gpg", "--batch", "--yes", "--no-tty", "--pinentry-mode", "loopback", *arguments]
    try:
        done = subprocess.run(command, input=data, capture_output=True, env=_environment(home))
    except FileNotFoundError:
        raise SigningError("repository keys: gpg is not installed; run: apt-get install gnupg") from None
    if done.returncode != 0:
        message = " ".join(done.stderr.decode(errors="replace").split())
        raise SigningError(f"repository keys: gpg {arguments[0]} ended with {done.returncode}: {message}")
    return done.stdout
