# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registering a distribution: what --import, --import-in-place and --install have in common (RegisterDistribution).

A source makes the disk; everything that can be refused is refused before. What was made is removed on failure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from pathlib import Path

from lab.linux import disks as linux_disks
from lab.machine.drive import NoSuchDrive
from lab.wsl import disks, linux_files
from lab.wsl.errors import REGISTER, WslError
from lab.wsl.registrations import FLAGS_WSL2, VHD, Distribution, State, new_id, valid_name
from lab.wsl.session import Session

Source = t.Callable[[], str]
"""Makes or finds the disk; returns its id. Raises WslError."""


@dataclass
class Request:
    """One new distribution."""

    source: Source
    name: str | None
    """None: the name that the distribution brings along (oobe.defaultName)."""
    folder: str | None = None
    """Windows path of its folder; None: %LocalAppData%\\wsl\\{guid}."""
    version: int = 2
    modern: bool = False
    """Installed from the tar of a manifest or a .wsl file: the first launch runs its OOBE."""
    in_place: str | None = None
    """Windows path of a virtual disk that is used where it is."""


def register(session: Session, request: Request) -> Distribution:
    """Make the disk and the registration; raises WslError and leaves nothing behind then."""
    if request.name is not None:
        check_name(session, request.name)
    if request.version == 1:
        session.check_wsl1(REGISTER)
    guid = new_id()
    folder = request.folder or f"{session.user.profile}\\AppData\\Local\\wsl\\{guid}"
    if request.in_place is None:
        _check_folder(session, folder)
    session.check_space(REGISTER)
    session.start_virtual_machine(REGISTER)
    disk = request.source()
    try:
        return _finish(session, request, guid, folder, disk)
    except (WslError, NoSuchDrive):
        if request.in_place is None:
            linux_disks.delete_disk(session.laptop, disk)
        raise


def leave_unfinished(session: Session, name: str, folder: str) -> None:
    """What a power loss in the middle leaves: a registration that is still Installing, and half a virtual disk.

    When only the client goes away, the service takes both back.
    """
    if session.distributions.find(name) is not None:
        return
    path = session.laptop.drive.host_path(folder)
    path.mkdir(parents=True, exist_ok=True)
    (path / VHD).write_bytes(b"half a disk")
    item = Distribution(new_id(), name, folder, VHD, state=State.INSTALLING, flags=FLAGS_WSL2)
    session.distributions.add(item, modern=False, os_release={})


def check_name(session: Session, name: str, context: str = REGISTER) -> None:
    """Raise WslError for a name that is not allowed or taken."""
    if not valid_name(name):
        raise WslError("E_INVALIDARG", context, "InvalidInstallDistributionName", (name,))
    if session.distributions.find(name) is not None:
        raise WslError("ERROR_ALREADY_EXISTS", context, "DistroNameAlreadyExists")


def _check_folder(session: Session, folder: str) -> None:
    used = (item.base_path for item in session.distributions.all() if item.base_path is not None)
    if folder.lower().rstrip("\\") in {path.lower().rstrip("\\") for path in used}:
        raise WslError("ERROR_FILE_EXISTS", REGISTER, "DistroInstallPathAlreadyExists")
    vhd = f"{folder}\\{VHD}"
    if session.laptop.drive.exists(vhd):
        raise WslError("ERROR_FILE_EXISTS", REGISTER, "FailedToCreateDisk", (vhd,), inner="ERROR_FILE_EXISTS")


def _finish(session: Session, request: Request, guid: str, folder: str, disk: str) -> Distribution:
    laptop = session.laptop
    name = request.name
    if name is None:
        settings = linux_files.config(_read(session, disk, linux_files.DISTRIBUTION_CONF), keys=None).values
        name = settings.get("oobe.defaultname")
        if not name:
            raise WslError("WSL_E_DISTRIBUTION_NAME_NEEDED", REGISTER, "DistributionNameNeeded")
        check_name(session, name)
    vhd_file_name = VHD
    if request.in_place is not None:
        folder, vhd_file_name = request.in_place.rsplit("\\", 1)
    else:
        laptop.drive.host_path(folder).mkdir(parents=True, exist_ok=True)
        disks.write_disk_file(laptop, f"{folder}\\{VHD}", disk)
    item = Distribution(guid, name, folder, vhd_file_name, flags=FLAGS_WSL2, default_uid=0, run_oobe=request.modern)
    release = linux_files.os_release(_read(session, disk, linux_files.OS_RELEASE))
    session.distributions.add(item, modern=request.modern, os_release=release)
    return item


def _read(session: Session, disk: str, path: str) -> str:
    return (linux_disks.read_file(session.laptop, disk, path) or b"").decode("utf-8", "replace")


# -- sources ---------------------------------------------------------------------------------------------------------


def tar_source(session: Session, file: Path) -> Source:
    """A tar file of this machine."""

    def make() -> str:
        try:
            return disks.from_tar(session.laptop, file)
        except FileNotFoundError:
            if file.exists():
                raise
            # Somebody has deleted it since the service looked for it.
            raise WslError("ERROR_FILE_NOT_FOUND", REGISTER) from None
        except disks.NotADistribution:
            raise WslError("WSL_E_NOT_A_LINUX_DISTRO", REGISTER, "InvalidDistributionTar") from None
        except disks.NotATar as error:
            session.process.stderr.write(f"bsdtar: Error opening archive: {error}\n".encode())
            raise WslError("WSL_E_IMPORT_FAILED", REGISTER, "ImportFailed") from None

    return make


def vhd_source(session: Session, path: str) -> Source:
    """A copy of the virtual disk at the Windows path PATH."""
    return lambda: linux_disks.copy_disk(session.laptop, _disk_in(session, path))


def in_place_source(session: Session, path: str) -> Source:
    """The virtual disk at the Windows path PATH itself."""
    return lambda: _disk_in(session, path)


def _disk_in(session: Session, path: str) -> str:
    return disks.attach(session.laptop, path, REGISTER)
