# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual disks as Windows sees them: files ``ext4.vhdx`` on C: that name a disk of the lab.

The file holds ``{"lab_disk": "<id>"}``, with ``bytes`` after a resize and ``sparse`` when set; the file system is the
business of lab/linux/disks.py. Copying the file on C: copies the reference, as nobody copies a disk in use;
``--import --vhd`` and ``--export --vhd`` make a disk of their own.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
import shutil
import typing as t
from pathlib import Path

from lab.linux import disks, images
from lab.machine.machine import Machine
from lab.wsl.errors import WslError
from lab.wsl.registrations import Distribution

CHUNK = 1 << 20
_EMPTY_TAR = b"\0" * 1024


def read_disk_id(laptop: Machine, vhd: str) -> str | None:
    """The disk that the file VHD (a Windows path) names; None when it is no virtual disk of the lab. Raises OSError."""
    try:
        content = json.loads(laptop.drive.host_path(vhd).read_text(encoding="utf-8"))
    except ValueError:
        return None
    return content.get("lab_disk") if isinstance(content, dict) else None


def write_disk_file(laptop: Machine, vhd: str, disk: str) -> None:
    """Put the file VHD on C:."""
    laptop.drive.host_path(vhd).write_text(json.dumps({"lab_disk": disk}), encoding="utf-8")


WSL1_FILE = "rootfs\\lab.json"
"""Where a WSL 1 distribution, which has no virtual disk, names the disk of the lab that stands for its files."""


def write_wsl1(laptop: Machine, folder: str, disk: str) -> None:
    """Make FOLDER (a Windows path) that of a WSL 1 distribution with the files of DISK."""
    file = laptop.drive.host_path(f"{folder}\\{WSL1_FILE}")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"lab_disk": disk}), encoding="utf-8")


def convert_wsl1(laptop: Machine, folder: str) -> None:
    """Turn the files of a WSL 1 distribution in FOLDER into a virtual disk. Raises OSError where there are none."""
    file = laptop.drive.host_path(f"{folder}\\{WSL1_FILE}")
    disk = json.loads(file.read_text(encoding="utf-8"))["lab_disk"]
    write_disk_file(laptop, f"{folder}\\ext4.vhdx", disk)
    shutil.rmtree(file.parent)


def note(laptop: Machine, vhd: str, **facts: int | bool) -> None:
    """Write FACTS beside the disk's id in the file VHD. Raises OSError, ValueError."""
    file = laptop.drive.host_path(vhd)
    content = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**content, **facts}), encoding="utf-8")


def running_disk(laptop: Machine, item: Distribution) -> str | None:
    """The disk of ITEM when an instance runs on it, else None; never raises for a broken registration."""
    disk = known_disk(laptop, item)
    return disk if disk is not None and disk in laptop.instances.running() else None


def known_disk(laptop: Machine, item: Distribution) -> str | None:
    """The disk of ITEM; None when its file is missing or damaged."""
    if item.vhd is None:
        return None
    try:
        return read_disk_id(laptop, item.vhd)
    except OSError:
        return None


def attach(laptop: Machine, vhd: str, context: str) -> str:
    """The disk in the file VHD for a start in CONTEXT; raises WslError as the virtual machine's service would."""
    try:
        disk = read_disk_id(laptop, vhd)
    except OSError:
        code = "ERROR_FILE_NOT_FOUND" if _folder_exists(laptop, vhd) else "ERROR_PATH_NOT_FOUND"
        raise WslError(code, f"{context}/MountDisk/HCS", "FailedToAttachDisk", (vhd,), inner=code) from None
    if disk is None:
        raise WslError("WSL_E_DISK_CORRUPTED", context, "DiskCorrupted")
    return disk


def _folder_exists(laptop: Machine, vhd: str) -> bool:
    return laptop.drive.exists(vhd.rsplit("\\", 1)[0])


# -- tar files -------------------------------------------------------------------------------------------------------


class NotATar(Exception):
    """The file cannot be read as an archive; the text is bsdtar's reason."""


class NotADistribution(Exception):
    """The archive holds no Linux distribution."""


def from_tar(laptop: Machine, file: Path) -> str:
    """A new disk with what the tar FILE (a path of this machine, compressed or not) holds.

    The tarball of an image of the lab becomes a layer over that image instead of a copy. Raises NotATar,
    NotADistribution; then no disk is left behind.
    """
    with file.open("rb") as content:
        head = content.read(len(_EMPTY_TAR))
    if not head.strip(b"\0"):
        raise NotADistribution
    image = images.stands_for(head) or images.known_image(_sha256(file), laptop.instances.image_cache)
    disk = disks.create_disk(laptop, image)
    if image is None:
        try:
            _extract(laptop, disk, file)
        except BaseException:
            disks.delete_disk(laptop, disk)
            raise
    return disk


def _extract(laptop: Machine, disk: str, file: Path) -> None:
    try:
        with file.open("rb") as content:
            disks.extract_tar(laptop, disk, content)
    except disks.NotADistribution as error:
        raise NotADistribution from error
    except disks.BadArchive as error:
        raise NotATar("Unrecognized archive format") from error


def to_tar(laptop: Machine, disk: str, sink: t.BinaryIO, compression: str) -> None:
    """Write what DISK holds to SINK; COMPRESSION is ``tar``, ``tar.gz`` or ``tar.xz``. An instance on it is ended."""
    if compression == "tar.gz":
        with gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=1) as packed:
            disks.export_tar(laptop, disk, packed)
    elif compression == "tar.xz":
        with lzma.LZMAFile(sink, "wb", preset=0) as packed_xz:
            disks.export_tar(laptop, disk, packed_xz)
    else:
        disks.export_tar(laptop, disk, sink)


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while part := content.read(CHUNK):
            digest.update(part)
    return digest.hexdigest()
