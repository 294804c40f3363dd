# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual disks of distributions: what is inside an ext4.vhdx of the lab.

    <laptop>/distributions/<id>/disk.json       {"image": "debian-12", "layer": "debian-12-1a2b…"}, nulls without image
    <laptop>/distributions/<id>/{upper,work}    what differs from the image, or everything; work is overlayfs's own
    <laptop>/distributions/<id>/root/           mount point, only used inside an instance
    <laptop>/distributions/<id>/instance.json   the running instance; instance.log its log (lab/linux/instances.py)

Owners, permissions and extended attributes are kept, which needs root.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import shlex
import shutil
import stat
import subprocess
import tarfile
import tempfile
import typing as t
import uuid
import zlib
from dataclasses import dataclass
from pathlib import Path

from lab.linux import images
from lab.linux.layers import OPAQUE, Layers
from lab.machine.machine import Machine

_MAGIC: tuple[tuple[bytes, t.Callable[[t.BinaryIO], t.Any]], ...] = (
    (b"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file)),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
    (b"BZh", bz2.BZ2File),
)
_CHUNK_BYTES = 1 << 20


class BadArchive(tarfile.ReadError):
    """The stream is no tar archive, or it is cut off. One line."""


class NotADistribution(Exception):
    """The archive holds no Linux root file system. One line."""


class ByteWriter(t.Protocol):
    """Where an export goes."""

    def write(self, data: bytes, /) -> object: ...


@dataclass(frozen=True)
class Disk:
    """One disk; the files may or may not exist."""

    directory: Path

    @property
    def upper(self) -> Path:
        """The layer that is written to."""
        return self.directory / "upper"

    @property
    def work(self) -> Path:
        """overlayfs's own folder."""
        return self.directory / "work"

    def layer(self) -> str | None:
        """The name of the image's tree; None for a disk without image. Raises FileNotFoundError for no disk."""
        layer: str | None = json.loads((self.directory / "disk.json").read_text(encoding="utf-8"))["layer"]
        return layer

    def lower(self, image_cache: Path) -> Path | None:
        """The image's tree; None for a disk without image. Raises FileNotFoundError when it is gone."""
        layer = self.layer()
        if layer is None:
            return None
        tree = images.layer_path(layer, image_cache)
        if not tree.is_dir():
            raise FileNotFoundError(f"{tree}: the image of disk {self.directory.name} is gone; make the laptop anew")
        return tree

    def trees(self, image_cache: Path) -> list[Path]:
        """Its layers, the topmost first."""
        lower = self.lower(image_cache)
        return [self.upper] if lower is None else [self.upper, lower]


def disk(laptop: Machine, disk_id: str) -> Disk:
    """The disk called DISK_ID of LAPTOP."""
    return Disk(laptop.directory / "distributions" / disk_id)


def create_disk(laptop: Machine, image: str | None) -> str:
    """A new disk: a copy of IMAGE, which is built when needed, or an empty one. Returns its id."""
    layer = None if image is None else images.image(image, laptop.instances.image_cache).name
    disk_id = _new(laptop, {"image": image, "layer": layer})
    if image is not None and not laptop.state.package_archive:
        forget_archive(disk(laptop, disk_id).upper)
    return disk_id


def forget_archive(upper: Path) -> None:
    """Hide in the new layer UPPER the sources of the image and their indexes.

    Their 60,000 packages cost each command of apt a second.
    """
    lists = upper / "var/lib/apt/lists"
    for folder in (lists, upper / "etc/apt"):
        folder.mkdir(parents=True)
    os.setxattr(lists, OPAQUE, b"y")
    os.mknod(upper / "etc/apt/sources.list", stat.S_IFCHR, os.makedev(0, 0))


def _new(laptop: Machine, content: dict[str, t.Any]) -> str:
    disk_id = uuid.uuid4().hex[:12]
    new = disk(laptop, disk_id)
    for folder in (new.upper, new.work):
        folder.mkdir(parents=True)
    new.upper.chmod(0o755)
    (new.directory / "disk.json").write_text(json.dumps(content), encoding="utf-8")
    return disk_id


def copy_disk(laptop: Machine, disk_id: str) -> str:
    """A copy of the disk under a new id; terminates its instance, so that the copy is of a disk at rest."""
    laptop.instances.terminate(disk_id)
    old = disk(laptop, disk_id)
    new_id = _new(laptop, json.loads((old.directory / "disk.json").read_text(encoding="utf-8")))
    source, target = f"{old.upper}/.", f"{disk(laptop, new_id).upper}/"
    subprocess.run(["cp", "-a", "--reflink=auto", "--", source, target], check=True)
    return new_id


def delete_disk(laptop: Machine, disk_id: str) -> None:
    """Terminate the instance and delete the disk; no error when it is gone."""
    laptop.instances.terminate(disk_id)
    directory = disk(laptop, disk_id).directory
    subprocess.run(["rm", "-rf", "--one-file-system", "--", str(directory)], check=True)


def extract_tar(laptop: Machine, disk_id: str, file: t.BinaryIO) -> None:
    """Unpack the tar stream FILE (plain, gzip, xz or bzip2) onto the empty disk.

    Raises BadArchive when it is no whole tar archive, NotADistribution when it holds no /etc or no /bin/sh.
    """
    upper = disk(laptop, disk_id).upper
    command = ["tar", "-x", "-p", "--numeric-owner", "--xattrs", "--xattrs-include=*", "--xattrs-exclude=trusted.*"]
    command += ["-C", str(upper), "-f", "-"]
    with tempfile.TemporaryFile() as messages:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=messages) as tar:
            assert tar.stdin is not None
            try:
                size = _copy(_decompressed(file), tar.stdin)
            except (EOFError, OSError, lzma.LZMAError, zlib.error) as error:
                tar.kill()
                raise BadArchive(f"the archive is damaged: {error}") from error
        messages.seek(0)
        first_line = messages.read(4096).decode(errors="replace").split("\n")[0]
    if tar.returncode != 0 or size == 0:
        raise BadArchive(f"not a tar archive, or cut off: {first_line or 'it is empty'}")
    if not (exists(laptop, disk_id, "/etc") and exists(laptop, disk_id, "/bin/sh")):
        raise NotADistribution("the archive holds no /etc or no /bin/sh: not a Linux distribution")


def _decompressed(file: t.BinaryIO) -> t.BinaryIO:
    """FILE, unpacked when its first bytes say that it is packed."""
    start = _read_at_least(file, 6)
    whole = t.cast(t.BinaryIO, _Rejoined(start, file))
    for magic, opener in _MAGIC:
        if start.startswith(magic):
            return t.cast(t.BinaryIO, opener(whole))
    return whole


def _read_at_least(file: t.BinaryIO, size: int) -> bytes:
    data = b""
    while len(data) < size and (part := file.read(size - len(data))):
        data += part
    return data


class _Rejoined:
    """START followed by the rest of FILE, for readers that only go forward."""

    def __init__(self, start: bytes, file: t.BinaryIO) -> None:
        self._start = start
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """As a file's."""
        if not self._start:
            return self._file.read(size)
        if size < 0:
            data, self._start = self._start + self._file.read(), b""
        else:
            data, self._start = self._start[:size], self._start[size:]
        return data

    def readable(self) -> bool:
        """lzma and bz2 ask."""
        return True

    def seekable(self) -> bool:
        """lzma and bz2 ask."""
        return False


def _copy(source: t.BinaryIO, target: t.IO[bytes]) -> int:
    """Copy SOURCE to TARGET and close it; a reader that has gone is not an error here. Returns the bytes read."""
    size = 0
    try:
        while data := source.read(_CHUNK_BYTES):
            size += len(data)
            target.write(data)
        target.close()
    except BrokenPipeError:
        pass  # tar's exit code and message say why
    return size


def export_tar(laptop: Machine, disk_id: str, sink: ByteWriter) -> None:
    """Write the merged tree as a plain tar archive to SINK; terminates the instance, as ``wsl --export`` does."""
    laptop.instances.terminate(disk_id)
    at_rest = disk(laptop, disk_id)
    trees = ":".join(str(tree) for tree in at_rest.trees(laptop.instances.image_cache))
    root = at_rest.directory / "root"
    root.mkdir(exist_ok=True)
    if ":" in trees:
        mount = ["mount", "-t", "overlay", "overlay", "-o", f"ro,lowerdir={trees},redirect_dir=off", str(root)]
    else:
        mount = ["mount", "--bind", trees, str(root)]
    tar = ["tar", "-c", "--numeric-owner", "--xattrs", "--xattrs-exclude=trusted.*", "-C", str(root), "-f", "-", "."]
    # The mount lives and dies with this process: nothing of it is visible to the host.
    script = f"{shlex.join(mount)} && exec {shlex.join(tar)}"
    command = ["unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-c", script]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as packer:
        assert packer.stdout is not None and packer.stderr is not None
        try:
            shutil.copyfileobj(packer.stdout, t.cast(t.BinaryIO, sink), _CHUNK_BYTES)
        except BaseException:
            packer.kill()
            raise
        messages = packer.stderr.read().decode(errors="replace").strip()
    if packer.returncode != 0:
        raise OSError(f"disk {disk_id}: export failed with {packer.returncode}: {' '.join(messages.split())}")


def read_file(laptop: Machine, disk_id: str, path: str) -> bytes | None:
    """The content of the file PATH (as seen inside, links followed inside); None when absent or a folder."""
    found = _layers(laptop, disk_id).find(path)
    return found.read_bytes() if found is not None and found.is_file() else None


def exists(laptop: Machine, disk_id: str, path: str) -> bool:
    """True when PATH (as seen inside, links followed inside) is on the disk."""
    return _layers(laptop, disk_id).find(path) is not None


def _layers(laptop: Machine, disk_id: str) -> Layers:
    return Layers(disk(laptop, disk_id).trees(laptop.instances.image_cache))
