# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The distribution that a module works on: where its files are, and how its programs are run."""

from __future__ import annotations

import glob
import os
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files

ENVIRONMENT = {
    "DEBIAN_FRONTEND": "noninteractive",
    "DEBCONF_NONINTERACTIVE_SEEN": "true",
    "NEEDRESTART_SUSPEND": "1",
    "NEEDRESTART_MODE": "l",
    "APT_LISTCHANGES_FRONTEND": "none",
    "UCF_FORCE_CONFFOLD": "1",
    "LC_ALL": "C.UTF-8",
    "TERM": "dumb",
}
"""Nothing may ask a question: there is nobody to answer."""


class Completed(t.NamedTuple):
    """The result of a command, with decoded output."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Both streams, errors last."""
        return self.stdout + ("\n" if self.stdout and self.stderr else "") + self.stderr

    @property
    def last_line(self) -> str:
        """The last line of the output that is not blank, for a message."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        return lines[-1] if lines else "no reason given"


Runner = t.Callable[[t.Sequence[str]], Completed]


def _refused(arguments: t.Sequence[str]) -> Completed:
    raise Failure(f"no program is run here, and {arguments[0]} was asked for; report this as a bug")


@dataclass(frozen=True)
class System:
    """Made once, in ``entry.py``, and passed on. All paths are those of the distribution."""

    root: str = ""
    """The root folder; empty for the distribution that this runs in, another one in tests."""
    run: Runner = _refused

    def path(self, name: str) -> str:
        """Where the file NAME really is."""
        return self.root + name

    def read_bytes(self, name: str) -> bytes | None:
        """The content of NAME; None when there is no such file. Raises UnreadableFile."""
        return files.read_bytes(self.root + name)

    def read_text(self, name: str) -> str | None:
        """The text of NAME; None when there is no such file. Raises UnreadableFile."""
        return files.read_text(self.root + name)

    def read_json(self, name: str) -> t.Dict[str, t.Any]:
        """The JSON object in NAME, a file of ours; empty if there is no file, or no object in it."""
        return files.read_json(self.root + name)

    def exists(self, name: str) -> bool:
        """Whether there is something at NAME, links followed."""
        return os.path.exists(self.root + name)

    def lexists(self, name: str) -> bool:
        """Whether there is something at NAME, even a dangling link."""
        return os.path.lexists(self.root + name)

    def isfile(self, name: str) -> bool:
        """Whether NAME is a file, links followed."""
        return os.path.isfile(self.root + name)

    def isdir(self, name: str) -> bool:
        """Whether NAME is a folder, links followed."""
        return os.path.isdir(self.root + name)

    def is_program(self, name: str) -> bool:
        """Whether NAME is a file that we may run, links followed."""
        return self.isfile(name) and os.access(self.root + name, os.X_OK)

    def link(self, name: str) -> str:
        """The target of the link NAME as it is written; empty if NAME is not a link."""
        try:
            return os.readlink(self.root + name)
        except OSError:
            return ""

    def names(self, folder: str) -> t.List[str]:
        """What is in FOLDER, sorted; nothing if there is no such folder, or a file in its place.

        Raises OSError when the folder is there and cannot be read.
        """
        try:
            return sorted(os.listdir(self.root + folder))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def matching(self, pattern: str) -> t.List[str]:
        """The paths that PATTERN (of glob) matches, sorted."""
        return [path[len(self.root) :] for path in sorted(glob.glob(glob.escape(self.root) + pattern))]

    def resolved(self, path: str) -> str:
        """Where PATH leads when all links are followed; for a dangling link, where it would lead."""
        todo = [part for part in reversed(path.split("/")) if part not in ("", ".")]
        found: t.List[str] = []
        hops = 0
        while todo:
            part = todo.pop()
            if part == "..":
                found = found[:-1]
                continue
            try:
                link = os.readlink("/".join([self.root, *found, part]))
            except OSError:
                found.append(part)
                continue
            hops += 1
            if hops > 40:  # as the kernel
                return path
            found = [] if link.startswith("/") else found
            todo += [item for item in reversed(link.split("/")) if item not in ("", ".")]
        return "/" + "/".join(found)
