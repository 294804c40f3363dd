# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""NVIDIA's local installer: a package that is an apt repository, for laptops without a network.

``cuda-repo-wsl-ubuntu-X-Y-local_X.Y.Z-1_amd64.deb`` unpacks to /var/cuda-repo-wsl-ubuntu-X-Y-local/ with the index, the
packages and a key (another one for each build), and installs a one-line source. The key is copied to where the source
expects it; the source is replaced by one in deb822 form.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import armour, openpgp
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses, deb822
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import files as sources_files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

_NAME = re.compile(r"^(cuda-repo-(wsl-ubuntu|ubuntu[0-9]{4}|debian[0-9]+)-([0-9]+-[0-9]+)-local)_([^_/]+)_amd64\.deb$")


@dataclass(frozen=True)
class Installer:
    """One local installer, according to its file name."""

    place: str
    """Path in the distribution, or address."""
    sha256: str
    package: str
    version: str
    distribution: str
    release: str
    """The toolkit, with a dash: ``12-8``."""

    @property
    def name(self) -> str:
        """The name of the source."""
        return f"{self.distribution}-{self.release}-local"

    @property
    def folder(self) -> str:
        """Where the package puts the repository."""
        return f"/var/{self.package}"

    @property
    def url(self) -> str:
        """The address of the repository, with a slash at its end."""
        return f"file:{self.folder}/"


def parse(place: str, sha256: str) -> Installer:
    """The installer at PLACE (a path or an address that ends in NVIDIA's file name). Raises Failure."""
    match = _NAME.match(place.rsplit("/", 1)[-1])
    if not match:
        raise Failure(
            f"installer {addresses.masked(place)!r} does not end in NVIDIA's name, such as "
            "cuda-repo-wsl-ubuntu-12-8-local_12.8.1-1_amd64.deb; keep the name, which shows package and version"
        )
    if not re.match(r"^(/|https?://|file:/)", place):
        raise Failure(
            f"installer {addresses.masked(place)!r} is neither an absolute path nor an http, https or file address"
        )
    if not re.match(r"^[0-9a-f]{64}$", sha256.lower()):
        raise Failure("source local_installer needs installer_sha256, the 64 hex digits of the file's digest")
    package, distribution, release, version = match.groups()
    return Installer(place, sha256.lower(), package, version, distribution, release)


def installed(system: System, installer: Installer) -> bool:
    """Whether the package is there in this version. Reads dpkg's status file."""
    return dpkg.read_database(system).version(installer.package) == installer.version


def keyring(system: System, installer: Installer, fingerprint: str) -> bytes:
    """The key inside the repository, binary; the one with FINGERPRINT if that is not empty. Raises Failure."""
    patterns = (f"{installer.folder}/*keyring.gpg", f"{installer.folder}/*.pub")
    keys: t.List[openpgp.Key] = []
    for path in sorted(path for pattern in patterns for path in system.matching(pattern)):
        try:
            keys += openpgp.read_keys(system.read_bytes(path) or b"")
        except armour.OpenPgpError as error:
            raise Failure(f"{path}: not an OpenPGP key: {error}") from error
    mine = [key.data for key in keys if fingerprint in ("", key.fingerprint)]
    if not mine:
        held = ", ".join(key.fingerprint for key in keys) or "no key"
        raise Failure(f"{installer.folder} contains {held}, not {fingerprint or 'a keyring'}; check the installer")
    return b"".join(dict.fromkeys(mine))


def fields_problem(installer: Installer, fields: str) -> str:
    """What is wrong with the control FIELDS (``dpkg-deb -f``) of the file; empty if they fit its name."""
    stanza = (deb822.parse_stanzas(fields) or [{}])[0]
    found = (stanza.get("Package", ""), stanza.get("Version", ""))
    if found == (installer.package, installer.version):
        return ""
    package = " ".join(found).strip() or "none"
    return f"{addresses.masked(installer.place)} contains package {package}, not what its name says"


def own_lists(system: System, installer: Installer) -> t.List[str]:
    """The one-line sources that the package has installed."""
    found = []
    for path, text in sources_files.read(system).items():
        if path == sources_files.MAIN or not path.endswith(".list"):
            continue
        active = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        if active and all(re.search(rf"(file|copy):/+{re.escape(installer.folder[1:])}/*\s", line) for line in active):
            found.append(path)
    return found
