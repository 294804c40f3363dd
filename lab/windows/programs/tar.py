# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``tar -xf -|FILE [-C DIR]``, ``tar -tf -|FILE`` (bsdtar; recognises compression by itself) and ``tar --version``."""

from __future__ import annotations

import lzma
import tarfile
import typing as t
import zlib

from lab.machine.drive import BadName
from lab.machine.process import NotModelled, Process, program
from lab.windows.access import may_write
from lab.windows.disk_space import DiskFull, require
from lab.windows.program_io import arguments_of, err, out, path_of

FAILED = 1
VERSION = "bsdtar 3.7.7 - libarchive 3.7.7 zlib/1.2.13.1-motley liblzma/5.4.3 bz2lib/1.0.8 libzstd/1.5.5 cng/2.0"


class _Failure(Exception):
    """tar ends with exit code 1 and this text."""


@program("tar")
def main(process: Process) -> int:
    """Extract or list; other modes are not modelled."""
    words = arguments_of(process)
    if words == ["--version"]:
        out(process, VERSION)
        return 0
    try:
        if words[:1] == ["-tf"] and len(words) == 2:
            _list(process, words[1])
        else:
            archive, folder = _request(process, words)
            _extract(process, archive, folder)
    except _Failure as failure:
        err(process, f"tar.exe: {failure}")
        return FAILED
    return 0


def _request(process: Process, words: list[str]) -> tuple[str, str]:
    """The archive ("-" for stdin) and the Windows path of the folder to extract to."""
    archive, folder = "", process.cwd
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in ("-xf", "xf", "-x", "-f", "-xzf", "xzf") and (rest or word == "-x"):
            if word != "-x":
                archive = rest.pop(0)
        elif word == "-C" and rest:
            folder = path_of(process, rest.pop(0))
        else:
            raise NotModelled(f"tar {word}: {process.command_line}")
    if not archive or not any("x" in word for word in words[:2]):
        raise NotModelled(process.command_line)
    if not process.laptop.drive.is_dir(folder):
        raise _Failure(f"could not chdir to '{folder}'")
    return archive, folder


def _list(process: Process, archive: str) -> None:
    """Print the name of every member; bzip2 and xz check their sums on the way."""
    _read(process, archive, lambda _members, member: out(process, member.name))


def _extract(process: Process, archive: str, folder: str) -> None:
    _read(process, archive, lambda members, member: _extract_member(process, members, member, folder))


def _read(process: Process, archive: str, handle: t.Callable[[tarfile.TarFile, tarfile.TarInfo], None]) -> None:
    """HANDLE every member in its order; raises _Failure."""
    source = _source(process, archive)
    members = _open(source)
    if members is None:
        return
    try:
        with members:
            for member in members:
                handle(members, member)
    except (EOFError, tarfile.TarError, OSError, lzma.LZMAError, zlib.error) as error:
        if isinstance(error, BrokenPipeError):
            raise
        if isinstance(error, DiskFull):
            raise _Failure("Write failed: No space left on device") from None
        raise _Failure("Truncated or damaged archive") from None
    while source.read(65536):
        pass  # padding behind the end mark; a client that still writes must not block


def _open(source: _Input) -> tarfile.TarFile | None:
    """The archive; None for no input at all, which libarchive takes for an empty archive: a lost stdin is a success."""
    try:
        return tarfile.open(fileobj=t.cast(t.BinaryIO, source), mode="r|*")
    except (tarfile.ReadError, EOFError, lzma.LZMAError, zlib.error):
        if source.total == 0:
            return None
        raise _Failure("Error opening archive: Unrecognized archive format") from None


def _source(process: Process, archive: str) -> _Input:
    if archive == "-":
        return _Input(lambda size: process.stdin.read(size) or b"")
    path = path_of(process, archive)
    if not process.laptop.drive.is_file(path):
        raise _Failure(f"Error opening archive: Failed to open '{archive}'")
    return _Input(process.laptop.drive.host_path(path).open("rb").read)


class _Input:
    """What tarfile wants of a stream: read(n) gives n bytes unless the end is near. Counts the bytes in ``total``."""

    def __init__(self, read: t.Callable[[int], bytes]) -> None:
        self._read = read
        self.total = 0

    def read(self, size: int) -> bytes:
        """Up to SIZE bytes; fewer only at the end."""
        parts = bytearray()
        while len(parts) < size:
            part = self._read(size - len(parts))
            if not part:
                break
            parts += part
        self.total += len(parts)
        return bytes(parts)


def _extract_member(process: Process, members: tarfile.TarFile, member: tarfile.TarInfo, folder: str) -> None:
    name = member.name.replace("/", "\\").strip("\\")
    if ".." in name.split("\\") or ":" in name:
        raise _Failure(f"{member.name}: Path contains '..'")
    target = path_of(process, f"{folder}\\{name}")
    if not may_write(process.user, target, process.laptop):
        raise _Failure(f"{member.name}: Can't create '{target}': Permission denied")
    try:
        path = process.laptop.drive.host_path(target)
    except BadName:
        raise NotModelled(f"tar: a member with a name that no file on Windows can have: {member.name}") from None
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return
    content = members.extractfile(member)
    if content is None:
        raise NotModelled(f"tar: {member.name} is neither a file nor a directory")
    require(process.laptop, member.size)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        while block := content.read(1 << 20):
            file.write(block)
