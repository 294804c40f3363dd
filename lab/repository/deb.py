# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian binary packages, written directly.

Eighty small packages take 0.8 s with dpkg-deb and 0.01 s this way. The same input gives the same bytes: every time
stamp is 0, every owner root, members are sorted.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import typing as t
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

AR_MAGIC = b"!<arch>\n"
COMPRESS_ABOVE = 1 << 20
"""Bytes of file content above which the data member is compressed with gzip."""
COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class File:
    """One file of a package: bytes, a file to copy, or a symbolic link (``link`` set)."""

    path: str
    """Absolute path in the distribution."""
    content: bytes | Path = b""
    mode: int = 0o644
    link: str = ""

    @property
    def size(self) -> int:
        """Bytes; 0 for a link."""
        if self.link:
            return 0
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size


@dataclass(frozen=True)
class Deb:
    """A package as it is to be written. ``fields`` are control fields without Installed-Size, in any order."""

    fields: t.Mapping[str, str]
    files: t.Sequence[File] = ()
    scripts: t.Mapping[str, str] = field(default_factory=dict)
    """preinst, postinst, prerm, postrm and triggers -> text."""
    conffiles: t.Sequence[str] = ()

    @property
    def name(self) -> str:
        return self.fields["Package"]

    @property
    def file_name(self) -> str:
        """``name_version_architecture.deb``; a colon of an epoch is written %3a, as apt does."""
        version = self.fields["Version"].replace(":", "%3a")
        return f"{self.name}_{version}_{self.fields['Architecture']}.deb"

    @property
    def control(self) -> dict[str, str]:
        """The control fields with Installed-Size (KiB)."""
        size = sum(file.size for file in self.files)
        return {**self.fields, "Installed-Size": str(max(1, -(-size // 1024)))}


def write_deb(deb: Deb, directory: Path) -> Path:
    """Write DEB into DIRECTORY under its usual name and return the path."""
    target = directory / deb.file_name
    with target.open("wb") as output:
        output.write(AR_MAGIC)
        _member(output, "debian-binary", b"2.0\n")
        _member(output, "control.tar.gz", gzip.compress(_control_tar(deb), 6, mtime=0))
        _data_member(output, deb)
    return target


def control_text(fields: t.Mapping[str, str]) -> str:
    """A control paragraph; fields without a value are left out."""
    return "".join(f"{key}: {value}\n" for key, value in fields.items() if value)


def _member_header(name: str, size: int) -> bytes:
    return f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{size:<10}`\n".encode("ascii")


def _member(output: t.BinaryIO, name: str, data: bytes) -> None:
    output.write(_member_header(name, len(data)) + data + b"\n" * (len(data) % 2))


def _data_member(output: t.BinaryIO, deb: Deb) -> None:
    """The data member, streamed: its header is written again once the size is known."""
    compressed = sum(file.size for file in deb.files) > COMPRESS_ABOVE
    name = "data.tar.gz" if compressed else "data.tar"
    start = output.tell()
    output.write(_member_header(name, 0))
    if compressed:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=output, mtime=0) as stream:
            _data_tar(t.cast(t.BinaryIO, stream), deb)
    else:
        _data_tar(output, deb)
    end = output.tell()
    size = end - start - len(_member_header(name, 0))
    output.write(b"\n" * (size % 2))
    output.seek(start)
    output.write(_member_header(name, size))
    output.seek(0, io.SEEK_END)


def _control_tar(deb: Deb) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        _add_directory(tar, "./")
        _add(tar, "./control", control_text(deb.control).encode(), 0o644)
        _add(tar, "./md5sums", _md5sums(deb).encode(), 0o644)
        if deb.conffiles:
            _add(tar, "./conffiles", "".join(f"{path}\n" for path in deb.conffiles).encode(), 0o644)
        for name, text in sorted(deb.scripts.items()):
            _add(tar, f"./{name}", text.encode(), 0o644 if name == "triggers" else 0o755)
    return buffer.getvalue()


def _md5sums(deb: Deb) -> str:
    lines = []
    for file in deb.files:
        if not file.link and file.path not in deb.conffiles:
            lines.append(f"{_md5(file)}  {file.path.lstrip('/')}\n")
    return "".join(sorted(lines, key=lambda line: line.split("  ", 1)[1]))


def _md5(file: File) -> str:
    if isinstance(file.content, bytes):
        return hashlib.md5(file.content).hexdigest()
    digest = hashlib.md5()
    with file.content.open("rb") as source:
        while part := source.read(COPY_BYTES):
            digest.update(part)
    return digest.hexdigest()


def _data_tar(output: t.BinaryIO, deb: Deb) -> None:
    with tarfile.open(fileobj=output, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for directory in _directories(deb.files):
            _add_directory(tar, directory)
        for file in sorted(deb.files, key=lambda file: file.path):
            name = f".{file.path}"
            if file.link:
                _add_link(tar, name, file.link)
            elif isinstance(file.content, bytes):
                _add(tar, name, file.content, file.mode)
            else:
                _add_copy(tar, name, file.content, file.mode)


def _directories(files: t.Iterable[File]) -> list[str]:
    """Every parent directory, parents first: dpkg owns and later removes them."""
    found = {"./"}
    for file in files:
        found.update(f".{parent}/" for parent in PurePosixPath(file.path).parents if str(parent) != "/")
    return sorted(found)


def _add_directory(tar: tarfile.TarFile, name: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, 0o755
    tar.addfile(entry)


def _add_link(tar: tarfile.TarFile, name: str, target: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, target, 0o777
    tar.addfile(entry)


def _add(tar: tarfile.TarFile, name: str, data: bytes, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), mode
    tar.addfile(entry, io.BytesIO(data))


def _add_copy(tar: tarfile.TarFile, name: str, source: Path, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = source.stat().st_size, mode
    with source.open("rb") as stream:
        tar.addfile(entry, stream)
