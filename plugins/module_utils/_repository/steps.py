# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Bring one apt source to the state that was asked for: look, try, then write."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command, dpkg, follow, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction as apt_transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import (
    local_installer,
    repository,
    spare_installers,
    trial,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository.repository import Wanted
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files, leftovers, space
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import run as system_run

INSTALL_SECONDS = 3600.0
"""How long the module waits for the package of a local installer; 3 GB take about two minutes."""
INSTALLER_FOLDER = "/var/cache/wslfleet-installer"
"""Where a local installer is checked and unpacked from."""


@dataclass(frozen=True)
class Outcome:
    """What happened, or would happen."""

    changed: bool = False
    current: bool = False
    """The source stood as wanted before."""
    changes: t.Tuple[system_changes.FileChange, ...] = ()
    package: str = ""
    """The package of the local installer when it comes."""
    gone: t.Tuple[t.Tuple[str, int], ...] = ()
    """Packages of local installers that go, and the bytes that they free."""


def bring(
    run: system_run.Runner, wanted: Wanted, state: str, packages: t.Sequence[str], others: str, check_mode: bool
) -> Outcome:
    """Bring the source to STATE (present, absent, verified). Raises Failure.

    OTHERS: what happens to local installers that are not the chosen source, see _spare_installers.
    """
    if not check_mode and state != "verified":
        _sweep()
    if state == "absent":
        return _take_out(run, wanted, others, check_mode)
    current = repository.is_current(wanted)
    spare = spare_installers.find(others, wanted.url)
    if current and (state == "verified" or not (spare.packages or spare.changes)):
        return Outcome(current=not (spare.packages or spare.changes))
    if current:
        _let_go(run, spare.changes, spare.packages, check_mode)
        return Outcome(True, False, spare.changes, gone=spare.packages)
    arriving = ""
    if wanted.installer and not local_installer.installed(wanted.installer):
        if state == "verified" or check_mode:
            _check_installer(run, wanted.installer)
            return Outcome(changed=state == "present", package=wanted.installer.package, gone=spare.packages)
        _install(run, wanted.installer)
        arriving = wanted.installer.package
    changes = tuple(repository.plan(wanted, _tried(run, wanted, packages)))
    if state == "verified":
        return Outcome()
    if wanted.holds_drivers and not check_mode and files.read_bytes(guard.PIN) is None:
        raise Failure(
            f"{wanted.url} holds Linux drivers and there is no guard in this distribution; run cuda_guard first"
        )
    # In check mode what mends NVIDIA's own sources, cuda_legacy, has changed nothing either.
    if not check_mode:
        trial.check_sources(run, changes)
        system_changes.apply(changes)
        trial.refresh(run, wanted)
    # The old repository goes when the new source works.
    _let_go(run, spare.changes, spare.packages, check_mode)
    return Outcome(True, False, (*changes, *spare.changes), arriving, spare.packages)


def _tried(run: system_run.Runner, wanted: Wanted, packages: t.Sequence[str]) -> bytes:
    """The keyring of WANTED, once apt has verified the index with it. Leaves nothing behind."""
    with files.scratch() as folder:
        if wanted.installer:
            keyring = local_installer.keyring(wanted.installer, wanted.fingerprint)
        else:
            keyring = trial.fetch_keyring(run, wanted, folder)
        missing = trial.missing(trial.try_index(run, wanted, keyring, folder), packages)
    if missing:
        raise Failure(f"{wanted.url} does not hold {', '.join(missing)}; check cuda_version and url")
    return keyring


def _take_out(run: system_run.Runner, wanted: Wanted, others: str, check_mode: bool) -> Outcome:
    spare = spare_installers.find(others)
    changes = (*repository.plan_absent(wanted), *spare.changes)
    gone = dict(spare.packages)
    if wanted.installer:
        package = wanted.installer.package
        if any(item.name == package and item.left for item in dpkg.read_database().packages):
            gone.setdefault(package, spare_installers.size(wanted.installer.folder))
    _let_go(run, changes, tuple(gone.items()), check_mode)
    return Outcome(bool(changes or gone), False, changes, gone=tuple(gone.items()))


def _let_go(
    run: system_run.Runner,
    changes: t.Sequence[system_changes.FileChange],
    packages: t.Sequence[t.Tuple[str, int]],
    check_mode: bool,
) -> None:
    """Apply CHANGES, sources and keys, then purge PACKAGES: an interrupted run leaves what the next one finds again."""
    names = [name for name, _size in packages]
    if names and not check_mode:
        running = apt_transaction.find_running()
        if running is not None:
            follow.to_the_end(running, INSTALL_SECONDS)
        judged = query.plan_purge(run, names, ())
        if judged.reasons:
            raise Failure(f"cannot remove {' '.join(names)}: {judged.reasons[0].text}")
    if check_mode:
        return
    system_changes.apply(changes)
    if names:
        follow.to_the_end(apt_transaction.start("source", [command.purge(*names)]), INSTALL_SECONDS)
        left = [item.name for item in dpkg.read_database().packages if item.name in names and item.present]
        if left:
            raise Failure(f"{', '.join(left)} was not removed; see {apt_transaction.ROOT}")


# -- local installer -------------------------------------------------------------------------------------------------


def _check_installer(run: system_run.Runner, installer: local_installer.Installer) -> None:
    """Refuse a file that is not there, not the one that was meant, or too big. An address is looked at when it is
    fetched: the file has gigabytes."""
    path = _local_path(installer)
    if path:
        _check_space(installer, path)
        _check_file(run, installer, path, _copied(path))


def _local_path(installer: local_installer.Installer) -> str:
    """The path when the installer is a file in the distribution (/mnt/c/... too), else empty."""
    place = installer.place
    return "/" + place[len("file:") :].lstrip("/") if place.startswith("file:") else place if place[0] == "/" else ""


def _copied(path: str, target: str = "") -> str:
    """The digest of the installer PATH, which is copied to TARGET if that is not empty. Raises Failure."""
    try:
        return files.copy(path, target)
    except FileNotFoundError:
        raise Failure(f"installer {path}: no such file in the distribution; put it there or name an address") from None
    except OSError as error:
        raise Failure(f"installer cannot be read: {error}; check installer and the space in /var") from error


def _check_space(installer: local_installer.Installer, path: str) -> None:
    """Room for the copy, if PATH is to be copied, and for what is unpacked from it. Raises Failure."""
    copies = 1 if path.startswith(f"{INSTALLER_FOLDER}/") else 2
    size = os.path.getsize(path) if os.path.exists(path) else 0
    short = space.shortage(copies * size, space.free_bytes("/var"), "/var")
    if short:
        raise Failure(f"{installer.package}: {short}")


def _check_file(run: system_run.Runner, installer: local_installer.Installer, path: str, digest: str) -> None:
    if digest != installer.sha256:
        raise Failure(
            f"{_local_path(installer) or addresses.masked(installer.place)} has SHA-256 {digest}, not "
            f"{installer.sha256}; check installer_sha256 and the copy"
        )
    problem = local_installer.fields_problem(installer, run(["dpkg-deb", "-f", path, "Package", "Version"]).stdout)
    if problem:
        raise Failure(problem)


def _install(run: system_run.Runner, installer: local_installer.Installer) -> None:
    """Unpack the repository, by a transaction that outlives the connection.

    The installer lies where others may write, or comes from the network. It is brought to a folder of root's, and what
    is checked there is what is unpacked.
    """
    running = apt_transaction.find_running()
    if running is not None:
        follow.to_the_end(running, INSTALL_SECONDS)
        if local_installer.installed(installer):
            return
    path = _local_path(installer)
    if path:
        _check_space(installer, path)
    with _installer_folder() as folder:
        copy = f"{folder}/{installer.package}_{installer.version}_amd64.deb"
        if path:
            digest = _copied(path, copy)
        else:
            trial.download(run, installer.place, copy)
            _check_space(installer, copy)
            digest = _copied(copy)
        _check_file(run, installer, copy, digest)
        _unpack(copy)
    if not local_installer.installed(installer):
        raise Failure(f"{installer.package} {installer.version} was not installed; see {apt_transaction.ROOT}")


@contextlib.contextmanager
def _installer_folder() -> t.Iterator[str]:
    """A new folder for the installer, for root alone, gone afterwards. One run at a time. Raises Failure."""
    _sweep()
    try:
        os.mkdir(INSTALLER_FOLDER, 0o700)
    except FileExistsError:
        raise Failure(f"another run brings an installer to {INSTALLER_FOLDER}; run again when that has ended") from None
    handle = os.open(INSTALLER_FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield INSTALLER_FOLDER
    finally:
        os.close(handle)
        _sweep()


def _sweep() -> None:
    """Remove what an interrupted run left. The copy of an installer goes where nobody holds it and no transaction
    runs."""
    leftovers.sweep(files.SCRATCH)
    if not os.path.isdir(INSTALLER_FOLDER) or apt_transaction.find_running() is not None:
        return
    handle = os.open(INSTALLER_FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(INSTALLER_FOLDER)
    except BlockingIOError:
        return  # another run is at work
    finally:
        os.close(handle)


def _unpack(path: str) -> None:
    words = command.install(path, options=["--allow-downgrades"])
    # The transaction takes the copy away too, however it ends: this module may be gone by then.
    tidy = ["rm", "-rf", os.path.dirname(path)]
    follow.to_the_end(apt_transaction.start("source", [words, tidy], stop_on_failure=False), INSTALL_SECONDS)
