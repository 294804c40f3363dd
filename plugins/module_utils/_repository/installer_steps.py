# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Check a local installer, and unpack it to where its source points."""

from __future__ import annotations

import contextlib
import os
import shutil
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command, follow
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction as apt_transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import (
    fetch,
    local_installer,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files, leftovers, space
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

INSTALL_SECONDS = 3600.0
"""How long the module waits for the package of a local installer; 3 GB take about two minutes."""


INSTALLER_FOLDER = "/var/cache/wslfleet-installer"
"""A local installer is checked and unpacked from here."""


def check_installer(system: System, installer: local_installer.Installer) -> None:
    """Refuse a file that does not exist, is not the right one, or is too big. A file at an address is checked when it
    is fetched, because it has gigabytes."""
    path = _local_path(installer)
    if path:
        _check_space(system, path)
        _check_file(system, installer, system.path(path), _copied(system, path))


def _local_path(installer: local_installer.Installer) -> str:
    """The path when the installer is a file in the distribution (/mnt/c/... too), else empty."""
    place = installer.place
    return "/" + place[len("file:") :].lstrip("/") if place.startswith("file:") else place if place[0] == "/" else ""


def _copied(system: System, path: str, target: str = "") -> str:
    """The digest of the installer PATH, which is copied to TARGET if that is not empty. Raises Failure."""
    try:
        return files.copy(system.path(path), target)
    except FileNotFoundError:
        raise Failure(f"installer {path}: no such file in the distribution; put it there or name an address") from None
    except OSError as error:
        raise Failure(f"installer cannot be read: {error}; check installer and the space in /var") from error


def _check_space(system: System, path: str) -> None:
    """Raise Failure without room for the copy, if PATH is to be copied, and for what is unpacked from it."""
    copies = 1 if path.startswith(f"{INSTALLER_FOLDER}/") else 2
    size = os.path.getsize(system.path(path)) if system.exists(path) else 0
    space.check(system, copies * size, "/var")


def _check_file(system: System, installer: local_installer.Installer, path: str, digest: str) -> None:
    if digest != installer.sha256:
        raise Failure(
            f"{_local_path(installer) or addresses.masked(installer.place)} has SHA-256 {digest}, not "
            f"{installer.sha256}; check installer_sha256 and the copy"
        )
    fields = system.run(["dpkg-deb", "-f", path, "Package", "Version"]).stdout
    problem = local_installer.fields_problem(installer, fields)
    if problem:
        raise Failure(problem)


def install(system: System, installer: local_installer.Installer) -> None:
    """Unpack the repository, by a transaction that does not depend on the connection.

    The installer is where others may write, or comes from the network. It is copied to a folder of root's, checked
    there, and unpacked from there.
    """
    running = apt_transaction.find_running(system)
    if running is not None:
        follow.to_the_end(system, running, INSTALL_SECONDS)
        if local_installer.installed(system, installer):
            return
    path = _local_path(installer)
    if path:
        _check_space(system, path)
    with _installer_folder(system):
        name = f"{INSTALLER_FOLDER}/{installer.package}_{installer.version}_amd64.deb"
        copy = system.path(name)
        if path:
            digest = _copied(system, path, copy)
        else:
            fetch.download(system, installer.place, copy)
            _check_space(system, name)
            digest = _copied(system, name)
        _check_file(system, installer, copy, digest)
        _unpack(system, copy)
    if not local_installer.installed(system, installer):
        raise Failure(f"{installer.package} {installer.version} was not installed; see {apt_transaction.FOLDER}")


@contextlib.contextmanager
def _installer_folder(system: System) -> t.Iterator[None]:
    """A new folder for the installer, only for root, removed afterwards. One run at a time. Raises Failure."""
    sweep(system)
    folder = system.path(INSTALLER_FOLDER)
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        raise Failure(f"another run brings an installer to {INSTALLER_FOLDER}; run again when that has ended") from None
    try:
        with leftovers.in_use(folder):
            yield
    finally:
        sweep(system)


def sweep(system: System) -> None:
    """Remove what an interrupted run has left: the copy of an installer only if it is not in use, and no transaction
    runs."""
    leftovers.sweep(system.path(files.SCRATCH))
    if system.isdir(INSTALLER_FOLDER) and apt_transaction.find_running(system) is None:
        folder = system.path(INSTALLER_FOLDER)
        with contextlib.suppress(BlockingIOError), leftovers.in_use(folder, wait=False):  # blocked by another run
            shutil.rmtree(folder)


def _unpack(system: System, path: str) -> None:
    words = command.install(path, options=["--allow-downgrades"])
    # The transaction also removes the copy, however it ends, because this module may have ended by then.
    tidy = ["rm", "-rf", os.path.dirname(path)]
    begun = apt_transaction.start(system, "source", [words, tidy], stop_on_failure=False)
    follow.to_the_end(system, begun, INSTALL_SECONDS)
