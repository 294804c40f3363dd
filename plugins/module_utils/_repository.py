# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""One NVIDIA-like apt source: fetch its key, try it in a folder of its own, then write it.

Nothing is written before the key has the right fingerprint or digest and apt has verified an index with it, so that a
wrong address, key or digest leaves the distribution as it was.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import tarfile
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils import (
    _apt,
    _catalogue,
    _changes,
    _files,
    _openpgp,
    _run,
    _sources,
)

KEYRING = "/usr/share/keyrings/cuda-archive-keyring.gpg"
PIN_600 = "/etc/apt/preferences.d/cuda-repository-pin-600"
PIN_600_TEXT = """\
Package: nsight-compute
Pin: origin *ubuntu.com*
Pin-Priority: -1

Package: nsight-systems
Pin: origin *ubuntu.com*
Pin-Priority: -1

Package: *
Pin: release l=NVIDIA CUDA
Pin-Priority: 600
"""
"""As NVIDIA ships it: its repository before the distribution's own packages of the same names."""


class RepositoryError(Exception):
    """The source cannot be used. One line: what, where, what to do."""


@dataclass(frozen=True)
class Wanted:
    """A source as it should be. Exactly one of ``keyring_url`` and ``key`` is set."""

    name: str
    url: str
    keyring_url: str
    keyring_sha256: str
    key: str
    fingerprint: str

    @property
    def path(self) -> str:
        """The source file."""
        return f"/etc/apt/sources.list.d/cuda-{self.name}.sources"

    @property
    def text(self) -> str:
        """Its content."""
        return _sources.render(self.url, KEYRING)


def resolve(source: str, options: t.Mapping[str, t.Any], os_release: str) -> Wanted:
    """Fill in what OPTIONS leave out for SOURCE (network, mirror, ubuntu). Raises RepositoryError."""
    url = str(options.get("url") or "")
    name = "mirror" if source == "mirror" else "wsl-ubuntu"
    if source == "ubuntu":
        name = _ubuntu_name(os_release)
    if not url and source == "mirror":
        raise RepositoryError("source mirror needs url, the address of the folder that holds Packages and InRelease")
    if not url and name == "ubuntu":
        raise RepositoryError("source ubuntu needs an Ubuntu distribution; set url, or use source network")
    default = f"{_catalogue.NVIDIA_REPOSITORIES}{name}/x86_64/"
    url = _checked_url(url or default)
    key = str(options.get("key") or "")
    keyring_url = str(options.get("keyring_url") or "") or ("" if key else url + _catalogue.KEYRING_DEB)
    sha256 = str(options.get("keyring_sha256") or "").lower()
    if not sha256 and keyring_url == f"{_catalogue.NVIDIA_REPOSITORIES}wsl-ubuntu/x86_64/{_catalogue.KEYRING_DEB}":
        sha256 = _catalogue.WSL_KEYRING_SHA256
    fingerprint = str(options.get("key_fingerprint") or "")
    if not fingerprint and source != "mirror":
        fingerprint = _catalogue.CURRENT_KEY
    if not fingerprint:
        raise RepositoryError("source mirror needs key_fingerprint, the 40 hex digits of the key that signs it")
    try:
        fingerprint = _openpgp.normal_fingerprint(fingerprint)
    except _openpgp.OpenPgpError as error:
        raise RepositoryError(f"key_fingerprint: {error}") from error
    if sha256 and not re.match(r"^[0-9a-f]{64}$", sha256):
        raise RepositoryError(f"keyring_sha256 {sha256!r} is not a digest of 64 hex digits")
    return Wanted(name, url, "" if key else keyring_url, sha256, key, fingerprint)


def _ubuntu_name(os_release: str) -> str:
    values = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    if values.get("ID", "").strip('"') != "ubuntu":
        return "ubuntu"
    return "ubuntu" + values.get("VERSION_ID", "").strip('"').replace(".", "")


def _checked_url(url: str) -> str:
    if not re.match(r"^(https?|file|copy)://?[^\s]+$", url):
        raise RepositoryError(f"url {url!r} is not an http, https, file or copy address")
    if re.match(r"^https?://[^/]*@", url):
        raise RepositoryError("url holds a user name; put credentials into /etc/apt/auth.conf.d/ instead")
    return url.rstrip("/") + "/"


def is_current(wanted: Wanted, root: str = "") -> bool:
    """Whether the source stands as wanted, its key is there and its index has been fetched. Starts no process."""
    try:
        keys = _openpgp.read_keys(_files.read_bytes(root + KEYRING) or b"")
    except _openpgp.OpenPgpError:
        return False
    return (
        any(key.fingerprint == wanted.fingerprint for key in keys)
        and _files.read_text(root + wanted.path) == wanted.text
        and _files.read_text(root + PIN_600) == PIN_600_TEXT
        and not others_of_ours(wanted.path, root)
        and _apt.has_index(wanted.url, root)
    )


def others_of_ours(path: str, root: str = "") -> t.List[str]:
    """Source files that we wrote under another name, for another source."""
    folder = root + "/etc/apt/sources.list.d"
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    found = [
        f"/etc/apt/sources.list.d/{name}" for name in names if name.startswith("cuda-") and name.endswith(".sources")
    ]
    return [item for item in found if item != path and (_files.read_text(root + item) or "").startswith(_sources.MARK)]


def plan(wanted: Wanted, keyring: bytes, root: str = "") -> t.List[_changes.FileChange]:
    """The files to write so that the source stands as WANTED with KEYRING (binary)."""
    changes = [
        _changes.change_to(KEYRING, keyring, root=root),
        _changes.change_to(PIN_600, PIN_600_TEXT, root=root),
        *(_changes.change_to(path, None, root=root) for path in others_of_ours(wanted.path, root)),
        _changes.change_to(wanted.path, wanted.text, root=root),
    ]
    return [change for change in changes if change is not None]


def plan_absent(wanted: Wanted, root: str = "") -> t.List[_changes.FileChange]:
    """The files to remove. The keyring stays while another source names it."""
    paths = [wanted.path, *others_of_ours(wanted.path, root)]
    changes = [_changes.change_to(path, None, root=root) for path in paths]
    folder = root + "/etc/apt/sources.list.d"
    texts = [
        _files.read_text(f"{folder}/{name}") or ""
        for name in (os.listdir(folder) if os.path.isdir(folder) else [])
        if f"/etc/apt/sources.list.d/{name}" not in paths
    ]
    if not any(KEYRING in text for text in texts):
        changes += [_changes.change_to(path, None, root=root) for path in (PIN_600, KEYRING)]
    return [change for change in changes if change is not None]


def fetch_keyring(run: _run.Runner, wanted: Wanted, folder: str) -> bytes:
    """The binary keyring with just the wanted key, fetched into FOLDER. Raises RepositoryError."""
    if wanted.key:
        data = wanted.key.encode() if "BEGIN PGP" in wanted.key else _download(run, wanted.key, "", f"{folder}/key")
        place = "key" if "BEGIN PGP" in wanted.key else wanted.key
    else:
        data = _download(run, wanted.keyring_url, wanted.keyring_sha256, f"{folder}/keyring.deb")
        place = wanted.keyring_url
        data = _from_deb(f"{folder}/keyring.deb", place)
    try:
        keys = _openpgp.read_keys(data)
    except _openpgp.OpenPgpError as error:
        raise RepositoryError(f"{place}: not an OpenPGP key: {error}") from error
    mine = [key.data for key in keys if key.fingerprint == wanted.fingerprint]
    if not mine:
        seen = ", ".join(key.fingerprint for key in keys) or "no key"
        raise RepositoryError(
            f"{place} holds {seen}, not {wanted.fingerprint}; check key_fingerprint and the source of the key"
        )
    return b"".join(mine)


def _download(run: _run.Runner, url: str, sha256: str, target: str) -> bytes:
    """Fetch URL by apt's own helper, so that apt's proxy, certificates and credentials hold for it too."""
    if url.startswith("/"):
        data = _files.read_bytes(url)
        if data is None:
            raise RepositoryError(f"{url}: no such file in the distribution")
        _files.write_file(target, data)
    else:
        done = run(["/usr/lib/apt/apt-helper", "-q", "-o", "Acquire::Retries=2", "download-file", url, target])
        data = _files.read_bytes(target) or b""
        if done.code != 0 or not data:
            raise RepositoryError(f"{url}: {_why(done)}")
    digest = hashlib.sha256(data).hexdigest()
    if sha256 and digest != sha256:
        raise RepositoryError(
            f"{url} has SHA-256 {digest}, not {sha256}; check keyring_sha256 and where the file comes from"
        )
    return data


def _why(done: _run.Completed) -> str:
    """The reason of a failed download in one line."""
    match = re.search(r"(?m)^(?:E|Error): (?:Failed to fetch \S+ +)?(.*)$", done.output)
    return re.sub(r"\s+", " ", match.group(1)).strip() if match else f"download failed with code {done.code}"


def _from_deb(path: str, place: str) -> bytes:
    """The keyring inside the cuda-keyring package at PATH; the package itself is not installed."""
    # The runner decodes what a command prints; this is a tar file.
    command = ["dpkg-deb", "--fsys-tarfile", path]
    done = subprocess.run(command, capture_output=True, check=False)  # pylint: disable=ansible-bad-function
    if done.returncode != 0:
        raise RepositoryError(f"{place} is not a Debian package: {done.stderr.decode('utf-8', 'replace').strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        for member in archive:
            if member.isfile() and re.search(r"/usr/share/keyrings/[^/]+\.(gpg|asc)$", "/" + member.name.lstrip("./")):
                file = archive.extractfile(member)
                if file is not None:
                    return file.read()
    raise RepositoryError(f"{place} holds no file in /usr/share/keyrings")


def try_index(run: _run.Runner, wanted: Wanted, keyring: bytes, folder: str) -> str:
    """Let apt fetch and verify the index in FOLDER; the text of the Packages files. Raises RepositoryError."""
    key_file = f"{folder}/keyring.gpg"
    _files.write_file(key_file, keyring)
    _files.write_file(f"{folder}/try.sources", _sources.render(wanted.url, key_file))
    for name in ("lists/partial", "cache", "none"):
        os.makedirs(f"{folder}/{name}", exist_ok=True)
    # The sandbox user _apt must reach the files.
    os.chmod(folder, 0o755)
    done = run(["apt-get", "update", "-q", *_only(f"{folder}/try.sources", folder)])
    names = [name for name in os.listdir(f"{folder}/lists") if "Packages" in name]
    if done.code != 0 or not names:
        raise RepositoryError(f"{wanted.url}: {explain(done.output, wanted.fingerprint)}")
    return "".join(run(["/usr/lib/apt/apt-helper", "cat-file", f"{folder}/lists/{name}"]).stdout for name in names)


def _only(source: str, folder: str) -> t.List[str]:
    """Options that make apt see SOURCE alone and keep its state in FOLDER."""
    settings = {
        "Dir::Etc::SourceList": source,
        "Dir::Etc::SourceParts": f"{folder}/none",
        "Dir::State::Lists": f"{folder}/lists",
        "Dir::Cache": f"{folder}/cache",
        "APT::Update::Error-Mode": "any",
        "Acquire::Retries": "2",
    }
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def explain(output: str, fingerprint: str) -> str:
    """Why apt refused a source, in one line with the way out."""
    if re.search(r"SHA-?1 is not considered secure|No binding signature", output):
        return f"apt refuses key {fingerprint}: bound by SHA-1; use the repository for this release, or a mirror"
    if re.search(
        r"NO_PUBKEY|Missing key|BADSIG|not signed|invalid signature|Sub-process \S*sqv|couldn't be verified", output
    ):
        signer = re.search(r"(?:NO_PUBKEY|Missing key) ([0-9A-F]+)", output)
        named = f" but by {signer.group(1)}" if signer else ""
        return f"the index is not signed by {fingerprint}{named}; check url and key_fingerprint"
    if "404" in output:
        return "HTTP 404: no apt repository there; check url"
    found = re.findall(r"(?m)^(?:E|W|Err|Error|Warning):[0-9 ]*(.*)$", output)
    reason = re.sub(r"\s+", " ", found[0]).strip() if found else "apt found no package index there"
    return f"{reason}; check url, proxy and network from inside the distribution"


def missing(packages_text: str, names: t.Sequence[str]) -> t.List[str]:
    """Those of NAMES that the index does not hold."""
    held = set(re.findall(r"(?m)^Package: (\S+)$", packages_text))
    return [name for name in names if name not in held]


def refresh(run: _run.Runner, wanted: Wanted, root: str = "") -> None:
    """Fetch the index of the source, and those of the others when there are none yet. Raises RepositoryError."""
    only: t.List[str] = []
    lists = root + "/var/lib/apt/lists"
    ours = _apt.list_prefix(wanted.url)
    if any("Packages" in name and not name.startswith(ours) for name in os.listdir(lists)):
        only = [
            "-o",
            f"Dir::Etc::SourceList={wanted.path}",
            "-o",
            "Dir::Etc::SourceParts=-",
            "-o",
            "APT::Get::List-Cleanup=0",
        ]
    done = _apt.update(run, only)
    if done.code != 0 or not _apt.has_index(wanted.url, root):
        raise RepositoryError(f"apt-get update: {explain(done.output, wanted.fingerprint)}")
