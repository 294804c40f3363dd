# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages as files: as dpkg-deb makes them, and as it never would."""

from __future__ import annotations

import gzip
import io
import lzma
import subprocess
import tarfile
import typing as t
from pathlib import Path

COMPRESSED: dict[str, t.Callable[[bytes], bytes]] = {
    "": lambda data: data,
    ".gz": gzip.compress,
    ".xz": lzma.compress,
    ".bz2": lambda data: b"BZh9" + data,
}


def tar(files: t.Mapping[str, bytes], tar_format: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar archive of FILES; a content that begins with -> is a link."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tar_format) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            if content.startswith(b"->"):
                entry.type, entry.linkname = tarfile.SYMTYPE, content[2:].decode()
                content = b""
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def ar(members: t.Sequence[tuple[str, bytes]]) -> bytes:
    """An ar archive."""
    parts = [
        f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode() + data + b"\n" * (len(data) % 2)
        for name, data in members
    ]
    return b"!<arch>\n" + b"".join(parts)


def deb(
    path: Path,
    control: str,
    files: t.Sequence[str] = (),
    sums: bool = True,
    ending: str = ".xz",
    tar_format: int = tarfile.GNU_FORMAT,
) -> Path:
    """A package with the fields CONTROL and FILES (absolute, empty), with md5sums or without."""
    parts = {"./control": (control.strip("\n") + "\n").encode()}
    if sums:
        parts["./md5sums"] = "".join(f"{'0' * 32}  {name.lstrip('/')}\n" for name in files).encode()
    data = tar({f".{name}": b"" for name in files}, tar_format)
    compress = COMPRESSED[ending]
    members = [("control.tar" + ending, compress(tar(parts))), ("data.tar" + ending, compress(data))]
    path.write_bytes(ar([("debian-binary", b"2.0\n"), *members]))
    return path


def built(
    folder: Path, name: str, fields: str = "", files: t.Sequence[str] = (), options: t.Sequence[str] = ()
) -> Path:
    """The same by dpkg-deb itself, which writes no md5sums."""
    tree = folder / f"{name}.tree"
    (tree / "DEBIAN").mkdir(parents=True)
    control = f"Package: {name}\nVersion: 1\nArchitecture: amd64\nMaintainer: x <x@invalid.example>\n{fields}"
    (tree / "DEBIAN/control").write_text(control + "Description: test\n")
    for file in files:
        target = tree / file.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("x")
    target = folder / f"{name}_1_amd64.deb"
    command = ["dpkg-deb", *options, "--root-owner-group", "--build", str(tree), str(target)]
    subprocess.run(command, capture_output=True, check=True)
    return target
