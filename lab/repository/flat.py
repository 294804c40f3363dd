# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flat apt repositories in NVIDIA's format: every file in one folder, the fields of Release and their order as there.

    Packages  Packages.gz  Release  Release.gpg  InRelease  *.deb

Release has no Suite, Codename or Components, and says ``Architecture: x86_64``.
"""

from __future__ import annotations

import email.utils
import gzip
import hashlib
import typing as t
from pathlib import Path

from lab.repository.deb import Deb, control_text, write_deb
from lab.repository.keys import Key, clear_signature, detached_signature

STANZA_ORDER = (
    "Package",
    "Version",
    "Architecture",
    "Multi-Arch",
    "Priority",
    "Section",
    "Source",
    "Origin",
    "Maintainer",
    "Original-Maintainer",
    "Bugs",
    "Installed-Size",
    "Provides",
    "Depends",
    "Recommends",
    "Suggests",
    "Conflicts",
    "Breaks",
    "Replaces",
    "Filename",
    "Size",
    "MD5sum",
    "SHA1",
    "SHA256",
    "SHA512",
    "Homepage",
    "Description",
)
_RELEASE_HASHES = (("MD5Sum", "md5"), ("SHA1", "sha1"), ("SHA256", "sha256"))


def add_debs(directory: Path, debs: t.Iterable[Deb]) -> list[str]:
    """Write DEBS into DIRECTORY; the stanza of each for Packages, in the order given (NVIDIA appends new ones)."""
    return [stanza(deb, write_deb(deb, directory)) for deb in debs]


def stanza(deb: Deb, file: Path) -> str:
    """The paragraph of DEB, which was written to FILE, for Packages."""
    fields = {**deb.control, "Filename": f"./{file.name}", "Size": str(file.stat().st_size)}
    hashes = {"MD5sum": hashlib.md5(), "SHA1": hashlib.sha1(), "SHA256": hashlib.sha256(), "SHA512": hashlib.sha512()}
    with file.open("rb") as content:
        while part := content.read(1 << 20):
            for total in hashes.values():
                total.update(part)
    fields.update({name: total.hexdigest() for name, total in hashes.items()})
    unknown = set(fields) - set(STANZA_ORDER)
    if unknown:
        raise ValueError(f"{file.name}: control fields without a place in Packages: {', '.join(sorted(unknown))}")
    return control_text({name: fields.get(name, "") for name in STANZA_ORDER})


def write_index(directory: Path, stanzas: t.Sequence[str], key: Key, label: str = "NVIDIA CUDA") -> None:
    """Write Packages, Packages.gz, Release and its two signatures into DIRECTORY."""
    packages = "\n".join(stanzas).encode("utf-8")
    indexes = {"Packages": packages, "Packages.gz": gzip.compress(packages, 9, mtime=0)}
    for name, content in indexes.items():
        (directory / name).write_bytes(content)
    release = _release(indexes, label)
    (directory / "Release").write_bytes(release)
    (directory / "Release.gpg").write_bytes(detached_signature(key, release))
    (directory / "InRelease").write_bytes(clear_signature(key, release))


def _release(indexes: t.Mapping[str, bytes], label: str) -> bytes:
    lines = ["Origin: NVIDIA", f"Label: {label}", "Architecture: x86_64", f"Date: {email.utils.formatdate()}"]
    for title, algorithm in _RELEASE_HASHES:
        lines.append(f"{title}:")
        for name, content in indexes.items():
            lines.append(f" {hashlib.new(algorithm, content).hexdigest()} {len(content):16d} {name}")
    lines.append("Acquire-By-Hash: no")
    return ("\n".join(lines) + "\n").encode("ascii")
