# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""One of NVIDIA's apt sources, or one like them, as it should be: from the options."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials as network_credentials
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue, package_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import armour, local_installer, openpgp
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import sha1 as repository_sha1
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import files as sources_files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

KEYRING = "/usr/share/keyrings/cuda-archive-keyring.gpg"


@dataclass(frozen=True)
class Goal:
    """A source as it should be. Exactly one of ``keyring_url``, ``key`` and ``installer`` is set."""

    name: str
    url: str
    """Without user name and password, with a slash at its end."""
    path: str
    """The source file."""
    keyring: str
    """The keyring file. NVIDIA's own is shared with sources that people add by hand; every other source has its own."""
    fingerprint: str
    """Empty if the local installer may contain any key."""
    keyring_url: str = ""
    keyring_sha256: str = ""
    key: str = ""
    installer: local_installer.Installer | None = None
    credentials: network_credentials.Credentials | None = None
    credentials_path: str = network_credentials.PATH
    """The file with user name and password."""
    sha1: str = "refuse"
    """refuse, this_source or all_sources."""
    better_signed: str = "the repository that NVIDIA signs for this release (source ubuntu), "
    """Which other source has a key that apt 3 accepts, for a message; empty if none is known."""

    @property
    def holds_drivers(self) -> bool:
        """Whether the repository is one for ordinary distributions."""
        name = self.installer.distribution if self.installer else self.name
        return name not in ("wsl-ubuntu", "mirror")

    @property
    def warning(self) -> str:
        """What a person should know about the connection; empty if nothing."""
        exposed = self.credentials is not None and self.url.startswith("http:")
        return f"the password for {self.url} travels unencrypted; use https" if exposed else ""

    def text(self, system: System, keyring: bytes) -> str:
        """The content of the source file. Its keys are KEYRING (binary)."""
        return entries.render(self.url, self.keyring, note=self.note(system, keyring))

    def note(self, system: System, keyring: bytes) -> str:
        """The line that marks a source with an exception from the SHA-1 cut-off; empty if none is needed."""
        return repository_sha1.NOTE if self.sha1 == "this_source" and repository_sha1.concerns(system, keyring) else ""


def own_keyring(name: str) -> str:
    """The keyring file of the source NAME, which is not shared."""
    return f"/usr/share/keyrings/cuda-{name}-keyring.gpg"


def resolve(source: str, options: t.Mapping[str, t.Any], os_release: str) -> Goal:
    """Fill in what OPTIONS leave out for SOURCE (network, mirror, local_installer, ubuntu). Raises Failure."""
    if source == "local_installer":
        return _resolve_installer(options)
    url = str(options.get("url") or "")
    name = "mirror" if source == "mirror" else "wsl-ubuntu"
    if source == "ubuntu":
        release = package_names.release_name(os_release)
        name = release if re.match(r"^(ubuntu|debian)[0-9]+$", release) else "ubuntu"
    if not url and source == "mirror":
        raise Failure("source mirror needs url, the address of the folder that contains Packages and InRelease")
    if not url and name == "ubuntu":
        raise Failure("source ubuntu needs an Ubuntu or Debian distribution; set url, or use source network")
    url, credentials = address_of(url or catalogue.repository_url(name), options)
    key = str(options.get("key") or "")
    keyring_url = str(options.get("keyring_url") or "") or ("" if key else url + catalogue.KEYRING_DEB)
    sha256 = str(options.get("keyring_sha256") or "").lower()
    if not sha256 and keyring_url == catalogue.repository_url("wsl-ubuntu") + catalogue.KEYRING_DEB:
        sha256 = catalogue.WSL_KEYRING_SHA256
    fingerprint = str(options.get("key_fingerprint") or "")
    if not fingerprint and source != "mirror":
        fingerprint = catalogue.REPOSITORY_KEYS.get(name, catalogue.CURRENT_KEY)
    if not fingerprint:
        raise Failure("source mirror needs key_fingerprint, the 40 hex digits of the key that signs it")
    if sha256 and not re.match(r"^[0-9a-f]{64}$", sha256):
        raise Failure(f"keyring_sha256 {sha256!r} is not a digest of 64 hex digits")
    return Goal(
        name=name,
        url=url,
        path=sources_files.own(name),
        keyring=own_keyring(name) if name == "mirror" else KEYRING,
        fingerprint=normal_fingerprint(fingerprint),
        keyring_url="" if key else keyring_url,
        keyring_sha256=sha256,
        key=key,
        credentials=credentials,
        sha1=str(options.get("sha1") or "refuse"),
    )


def _resolve_installer(options: t.Mapping[str, t.Any]) -> Goal:
    """The source that is in a local installer."""
    unused = [name for name in ("url", "key", "keyring_url", "username", "password") if options.get(name)]
    if unused:
        raise Failure(f"source local_installer takes no {', '.join(unused)}: all of it is in the package")
    if not options.get("installer"):
        raise Failure("source local_installer needs installer, the path or address of NVIDIA's .deb file")
    installer = local_installer.parse(str(options["installer"]), str(options.get("installer_sha256") or ""))
    fingerprint = str(options.get("key_fingerprint") or "")
    return Goal(
        name=installer.name,
        url=installer.url,
        path=sources_files.own(installer.name),
        keyring=own_keyring(installer.name),
        fingerprint=normal_fingerprint(fingerprint) if fingerprint else "",
        installer=installer,
        sha1=str(options.get("sha1") or "refuse"),
    )


def normal_fingerprint(text: str) -> str:
    """The option key_fingerprint in one form. Raises Failure."""
    try:
        return openpgp.normal_fingerprint(text)
    except armour.OpenPgpError as error:
        raise Failure(f"key_fingerprint: {error}") from error


def address_of(url: str, options: t.Mapping[str, t.Any]) -> t.Tuple[str, network_credentials.Credentials | None]:
    """The checked address without credentials, and the credentials in it or in OPTIONS. Raises Failure."""
    user, word = str(options.get("username") or ""), str(options.get("password") or "")
    bare, credentials = network_credentials.taken_from(url, user, word)
    if not re.match(r"^(https?|file|copy)://?[^\s]+$", bare):
        raise Failure(f"url {addresses.masked(bare)!r} is not an http, https, file or copy address")
    if credentials and not bare.startswith("http"):
        raise Failure("username and password are for http and https addresses")
    return bare.rstrip("/") + "/", credentials
