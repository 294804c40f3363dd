# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Changes to files as values: made by a plan, shown as a diff, applied in order."""

from __future__ import annotations

import os
import shutil
import stat
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import as_user, backups, files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


@dataclass(frozen=True)
class FileChange:
    """One file before and after. None means that there is no such file. ``backup``: where the old content goes."""

    path: str
    before: bytes | None
    after: bytes | None
    backup: str = ""
    mode: int | None = None
    """Permissions of a written file; None keeps those of the old one, or 0644."""
    shown_before: str = ""
    """What a diff shows instead of content that is not text."""
    shown_after: str = ""
    user: as_user.User | None = None
    """The user in whose home the file is, and as whom it is changed; None: only root can write there."""
    link: str = ""
    """The target, if the path becomes a symbolic link; ``after`` is then only shown."""


def change_to(system: System, path: str, text: t.Union[str, bytes, None], mode: int = 0o644) -> t.List[FileChange]:
    """The change after which PATH contains TEXT and has MODE: none if that is so already. TEXT None: remove the
    file."""
    before = system.read_bytes(path)
    after = _data(text)
    if before == after and (after is None or stat.S_IMODE(os.stat(system.path(path)).st_mode) == mode):
        return []
    return [FileChange(path, before, after, mode=mode)]


def rewritten(path: str, before: str | None, after: str | None, **more: t.Any) -> FileChange:
    """The change of PATH from one text to another, None for no file; MORE fields of a FileChange."""
    return FileChange(path, _data(before), _data(after), **more)


def _data(text: t.Union[str, bytes, None]) -> bytes | None:
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text


def text_of(data: bytes | None) -> str | None:
    """The text of a FileChange's DATA; None for no file."""
    return None if data is None else data.decode("utf-8", "surrogateescape")


def link_to(system: System, path: str, target: str) -> t.List[FileChange]:
    """The change that makes PATH a link to TARGET: none if there is something already, or nothing at TARGET."""
    if system.lexists(path) or not system.exists(target):
        return []
    return [FileChange(path, None, f"-> {target}\n".encode(), link=target)]


def unlinked(system: System, path: str, target: str) -> t.List[FileChange]:
    """The change that removes the link from PATH to TARGET: none if there is something else."""
    if system.link(path) != target:
        return []
    return [FileChange(path, f"-> {target}\n".encode(), None)]


def apply(system: System, changes: t.Iterable[FileChange]) -> t.List[str]:
    """Apply CHANGES in order. Returns the paths of the backups that were made.

    A file is never removed before its backup exists.
    """
    return [backup[len(system.root) :] for backup in (_apply_one(system, change) for change in changes) if backup]


def _apply_one(system: System, change: FileChange) -> str:
    """Apply one change; the path of its backup, empty when it has none."""
    path, backup = system.path(change.path), ""
    if change.user is not None:
        _apply_as_user(change, change.user, path)
        return ""
    if change.backup:
        # A backup of the same second may have this name already.
        backup = backups.free_name(system.path(change.backup))
        os.makedirs(os.path.dirname(backup), exist_ok=True)
        if change.after is None:
            shutil.move(path, backup)
            return backup
        shutil.copy2(path, backup)
    if change.after is None:
        files.remove_file(path)
    elif change.link:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(change.link, path)
    else:
        files.write_file(path, change.after, _mode(change, path), _owner(path))
    return backup


def _apply_as_user(change: FileChange, user: as_user.User, path: str) -> None:
    """This way a new file and the folders that are made for it belong to USER."""
    if change.after is None:
        as_user.remove(user, path)
    else:
        as_user.write(user, path, change.after)


def _mode(change: FileChange, path: str) -> int:
    if change.mode is not None:
        return change.mode
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        return 0o644


def _owner(path: str) -> t.Tuple[int, int] | None:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return (status.st_uid, status.st_gid)


def diff(changes: t.Iterable[FileChange]) -> t.List[t.Dict[str, str]]:
    """CHANGES in the form of Ansible's diff mode."""
    return [
        {
            "before_header": change.path,
            "after_header": change.backup if change.after is None and change.backup else change.path,
            "before": change.shown_before or _shown(change.before),
            "after": change.shown_after or _shown(change.after),
        }
        for change in changes
    ]


def listed(what: str, before: str, after: str) -> t.Dict[str, str]:
    """A difference of something that is not a file, in the same form: WHAT before and after, as lines of text."""
    return {"before_header": what, "after_header": what, "before": before, "after": after}


def _shown(data: bytes | None) -> str:
    if data is None:
        return ""
    try:
        return addresses.masked(data.decode("utf-8"))
    except UnicodeDecodeError:
        return f"({len(data)} bytes)\n"
