# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads files of a disk without mounting it: the upper layer over the image's tree, as overlayfs shows them.

A file that was deleted in the upper layer is a character device 0/0 there; a folder that replaced another carries the
attribute trusted.overlay.opaque. Disks are mounted without redirects, so nothing else has to be followed.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from pathlib import Path

_MOST_LINKS = 40
OPAQUE = "trusted.overlay.opaque"


class Layers:
    """The merged view of a stack of trees, the topmost first."""

    def __init__(self, trees: list[Path]) -> None:
        self._trees = trees

    def find(self, path: str) -> Path | None:
        """Where the file or folder PATH (as seen inside) stands; links are followed inside; None when absent."""
        todo = deque(part for part in path.split("/") if part)
        done: list[str] = []
        links = 0
        while todo:
            part = todo.popleft()
            if part == ".":
                continue
            if part == "..":
                del done[-1:]
                continue
            found = self._look_up([*done, part])
            if found is None:
                return None
            if not found.is_symlink():
                done.append(part)
                continue
            links += 1
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
            target = str(found.readlink())
            if target.startswith("/"):
                done = []
            todo.extendleft(reversed([part for part in target.split("/") if part]))
        return self._look_up(done)

    def _look_up(self, parts: list[str]) -> Path | None:
        """The topmost layer's file PARTS, none of whose folders is a link; None when absent or deleted."""
        for tree in self._trees:
            verdict, path = _in_tree(tree, parts)
            if verdict == "here":
                return path
            if verdict == "hidden":
                return None
        return None


def _in_tree(tree: Path, parts: list[str]) -> tuple[str, Path]:
    """``here``, ``hidden`` (this layer says that it does not exist) or ``below`` (ask the next layer)."""
    path = tree
    opaque = False
    for part in parts:
        path = path / part
        try:
            status = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return ("hidden" if opaque else "below"), path
        if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:
            return "hidden", path
        if not stat.S_ISDIR(status.st_mode) and part is not parts[-1]:
            return "hidden", path
        opaque = opaque or _is_opaque(path, status)
    return "here", path


def _is_opaque(path: Path, status: os.stat_result) -> bool:
    if not stat.S_ISDIR(status.st_mode):
        return False
    try:
        return os.getxattr(path, OPAQUE) == b"y"
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.ENOTSUP):
            return False
        raise
