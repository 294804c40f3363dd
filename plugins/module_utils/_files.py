# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Files that are replaced in one step, and backups that apt does not read."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import time
import typing as t

BACKUP_ROOT = "/var/lib/wslfleet/backup"


def read_bytes(path: str) -> bytes | None:
    """The content of PATH; None when there is no such file (or it is a dangling link)."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def read_text(path: str) -> str | None:
    """As read_bytes, decoded as UTF-8; bytes that are not UTF-8 survive a round trip through write_file."""
    data = read_bytes(path)
    return None if data is None else data.decode("utf-8", "surrogateescape")


def read_json(path: str) -> t.Dict[str, t.Any]:
    """The object in a file of ours; empty when there is none, or nothing that can be read as one."""
    try:
        found = json.loads(read_text(path) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def names(folder: str) -> t.List[str]:
    """What is in FOLDER, sorted; nothing where there is no such folder, or a file in its place.

    Raises OSError when the folder is there and cannot be read.
    """
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def write_file(
    path: str, content: t.Union[str, bytes], mode: int = 0o644, owner: t.Tuple[int, int] | None = None
) -> None:
    """Replace PATH in one step, so that a reader or a power cut never meets half a file.

    OWNER (user and group) owns the file, and the folders that had to be made for it; None: who runs this.
    """
    data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    directory = os.path.dirname(path)
    _make_folders(directory, owner)
    # The leading dot and the missing extension keep apt from reading it should we be killed here.
    handle, temporary = tempfile.mkstemp(prefix=".wslfleet-", dir=directory)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        if owner is not None:
            os.chown(temporary, *owner)
        os.rename(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


@contextlib.contextmanager
def scratch(parent: str | None = None) -> t.Iterator[str]:
    """An empty folder in PARENT (None: where temporary files go) that is gone afterwards. Only its owner may enter."""
    folder = tempfile.mkdtemp(prefix="wslfleet-", dir=parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_folders(directory: str, owner: t.Tuple[int, int] | None) -> None:
    missing = []
    while directory and not os.path.isdir(directory):
        missing.append(directory)
        directory = os.path.dirname(directory)
    for folder in reversed(missing):
        os.makedirs(folder, exist_ok=True)
        if owner is not None:
            os.chown(folder, *owner)


def resolved(path: str, root: str = "") -> str:
    """Where PATH leads inside ROOT, links of files and of folders followed; of a dangling one, where it would lead."""
    todo = [part for part in reversed(path.split("/")) if part not in ("", ".")]
    found: t.List[str] = []
    hops = 0
    while todo:
        part = todo.pop()
        if part == "..":
            found = found[:-1]
            continue
        try:
            link = os.readlink("/".join([root, *found, part]))
        except OSError:
            found.append(part)
            continue
        hops += 1
        if hops > 40:  # as the kernel
            return path
        found = [] if link.startswith("/") else found
        todo += [item for item in reversed(link.split("/")) if item not in ("", ".")]
    return "/" + "/".join(found)


def link_file(path: str, target: str) -> None:
    """Make PATH, where nothing is, a symbolic link to TARGET."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(target, path)


def remove_file(path: str) -> None:
    """Remove PATH; no error when it is gone already."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def stamp(now: float | None = None) -> str:
    """Date and time (UTC) for names of backups: ``20260131T235959``."""
    return time.strftime("%Y%m%dT%H%M%S", time.gmtime(now))


def backup_name(path: str, when: str) -> str:
    """The name of a backup beside PATH. apt ignores ``*.bak`` without a word in every folder it reads."""
    return f"{path}.wslfleet-{when}.bak"


def free_name(path: str) -> str:
    """PATH, or PATH with a number when something has that name already."""
    name, number = path, 1
    while os.path.lexists(name):
        number += 1
        name = f"{path}.{number}"
    return name
