# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Fetch a keyring: over HTTPS, or from a package."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tarfile
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._network import cause as network_cause
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials as network_credentials
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import armour, openpgp
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository.goal import Goal
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed, System

MAXIMUM_KEYRING = 1 << 20
"""Bytes. NVIDIA's has 3 kB."""


def fetch_keyring(system: System, wanted: Goal, folder: str) -> bytes:
    """The binary keyring with only the wanted key, fetched into FOLDER. Raises Failure."""
    if wanted.key:
        inside = "BEGIN PGP" in wanted.key
        data = wanted.key.encode() if inside else _fetch(system, wanted, wanted.key, "", f"{folder}/key")
        place = "key" if inside else addresses.masked(wanted.key)
    else:
        data = _fetch(system, wanted, wanted.keyring_url, wanted.keyring_sha256, f"{folder}/keyring.deb")
        place = addresses.masked(wanted.keyring_url)
        data = _from_deb(f"{folder}/keyring.deb", place)
    try:
        keys = openpgp.read_keys(data)
    except armour.OpenPgpError as error:
        raise Failure(f"{place}: not an OpenPGP key: {error}") from error
    mine = [key.data for key in keys if key.fingerprint == wanted.fingerprint]
    if not mine:
        seen = ", ".join(key.fingerprint for key in keys) or "no key"
        raise Failure(
            f"{place} contains {seen}, not {wanted.fingerprint}; check key_fingerprint and the source of the key"
        )
    return b"".join(mine)


def download(system: System, url: str, target: str, options: t.Sequence[str] = ()) -> None:
    """Fetch URL with apt's own helper, so that apt's proxy, certificates and credentials are used.

    Credentials in URL go into a file beside TARGET that only root can read, because every user can see command lines.
    """
    try:
        url, credentials = network_credentials.taken_from(url, "", "")
    except network_credentials.CredentialsError as error:
        raise Failure(f"{addresses.masked(url)}: {error}") from error
    options = options or network_credentials.for_trial(system, credentials, url, os.path.dirname(target))
    helper = ["/usr/lib/apt/apt-helper", "-q", "-o", "Acquire::Retries=2", *options]
    done, shown = system.run([*helper, "download-file", url, target]), addresses.masked(url)
    if done.code != 0 or not os.path.exists(target) or not os.path.getsize(target):
        raise Failure(f"{shown}: {network_cause.named(system, url, done.output) or _why(done)}")
    if files.head(target, 100).lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise Failure(f"{shown}: {network_cause.explain(network_cause.PAGE, url, network_cause.State())}")


def _fetch(system: System, wanted: Goal, url: str, sha256: str, target: str) -> bytes:
    """The content of URL (an address, or a path in the distribution), which must have the digest SHA256 if given."""
    if url.startswith("/"):
        data = system.read_bytes(url)
        if data is None:
            raise Failure(f"{url}: no such file in the distribution")
        files.write_file(target, data)
    else:
        options: t.List[str] = []
        if addresses.split(url).netloc == addresses.split(wanted.url).netloc:
            options = network_credentials.for_trial(
                system, wanted.credentials, url, os.path.dirname(target), path=wanted.credentials_path
            )
        download(system, url, target, options)
        data = files.read_bytes(target) or b""
    digest = hashlib.sha256(data).hexdigest()
    if sha256 and digest != sha256:
        raise Failure(
            f"{addresses.masked(url)} has SHA-256 {digest}, not {sha256}; check keyring_sha256 and the "
            "origin of the file"
        )
    return data


def _why(done: Completed) -> str:
    """The reason of a failed download in one line."""
    match = re.search(r"(?m)^(?:E|Error): (?:Failed to fetch \S+ +)?(.*)$", done.output)
    return re.sub(r"\s+", " ", match.group(1)).strip() if match else f"download failed with code {done.code}"


def _from_deb(path: str, place: str) -> bytes:
    """The keyring inside the cuda-keyring package at PATH; the package itself is not installed.

    It is unpacked as a stream: a package of a megabyte may contain gigabytes.
    """
    # The runner decodes what a command prints; this is a tar file.
    command = ["dpkg-deb", "--fsys-tarfile", path]
    with subprocess.Popen(  # pylint: disable=ansible-bad-function
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as unpacking:
        try:
            with tarfile.open(fileobj=unpacking.stdout, mode="r|") as archive:
                return _keyring_in(archive, place)
        except tarfile.TarError as error:
            raise Failure(f"{place} is not a Debian package: {error}") from error
        finally:
            unpacking.kill()


def _keyring_in(archive: tarfile.TarFile, place: str) -> bytes:
    for member in archive:
        if member.isfile() and re.search(r"/usr/share/keyrings/[^/]+\.(gpg|asc)$", "/" + member.name.lstrip("./")):
            file = archive.extractfile(member)
            if member.size > MAXIMUM_KEYRING:
                raise Failure(f"{place}: {member.name} is too big for a keyring ({member.size} bytes)")
            if file is not None:
                return file.read()
    raise Failure(f"{place} contains no file in /usr/share/keyrings")
