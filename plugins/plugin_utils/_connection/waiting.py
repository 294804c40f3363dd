# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Commands and files that wait for the next command, and are done in the same launch. Pure.

For a module that needs a file, core makes a temporary folder, puts the file there, and changes its mode, each a launch
into the distribution. Their only result is success, so they are reported as done at once, and are done before anything
else. A command waits only if it is written exactly as core writes it, and concerns a temporary folder that was made
this way.
"""

from __future__ import annotations

import re
import shlex

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.program import inner_command
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.before import Step

MOST_BYTES = 4 << 20
"""Most bytes of the files that wait together: they are kept in memory."""

_PATH = r"/[A-Za-z0-9._/-]+"
# Texts, not compiled patterns: every task starts a process that loads this file, and most need none of them.
_MAKES_FOLDER = (
    rf'\( umask [0-7]+ && mkdir -p "` echo (?P<parent>{_PATH}) `"&& mkdir "` echo (?P<path>{_PATH}) `"'
    rf' && echo (?P<name>[A-Za-z0-9._-]+)="` echo (?P<again>{_PATH}) `" \)\Z'
)
_REMOVES = rf"rm -f -r ({_PATH}) > /dev/null 2>&1\Z"
_MODE = r"[0-7ugoarwxX+=,-]+\Z"


class Waiting:
    """The steps that wait, of one connection."""

    def __init__(self) -> None:
        self._steps: list[tuple[str, Step]] = []
        """Each step with its temporary folder."""
        self._folders: set[str] = set()
        """Temporary folders that were made this way."""
        self.in_base64 = False
        """Send content in base64, because bare bytes arrived changed."""

    def __bool__(self) -> bool:
        return bool(self._steps)

    def command(self, command: str) -> bytes | None:
        """What COMMAND prints if it can wait (its exit code is 0 then); None if it cannot."""
        inner = inner_command(command)
        if inner is None:
            return None
        if inner.startswith("( umask ") and (match := re.match(_MAKES_FOLDER, inner)) is not None:
            return self._make_folder(inner, match)
        if inner.startswith("rm ") and (match := re.match(_REMOVES, inner)) is not None:
            return b"" if self._never_needed(match.group(1).rstrip("/")) else None
        return self._change_modes(inner) if inner.startswith("chmod ") else None

    def file(self, path: str, content: bytes) -> bool:
        """Whether the file PATH with CONTENT waits."""
        size = sum(len(step.content) for _folder, step in self._steps) + len(content)
        folder = self._folder_of(path)
        if folder is None or size > MOST_BYTES:
            return False
        self._steps.append((folder, Step("", path, content)))
        return True

    def take(self) -> list[Step]:
        """Return all waiting steps, and forget them."""
        steps = [step for _folder, step in self._steps]
        self._steps.clear()
        return steps

    def _make_folder(self, inner: str, match: re.Match[str]) -> bytes | None:
        path, name = match["path"], match["name"]
        if match["again"] != path or path != f"{match['parent'].rstrip('/')}/{name}" or ".." in path:
            return None
        self._folders.add(path)
        self._steps.append((path, Step(inner)))
        return f"{name}={path}\n".encode()

    def _never_needed(self, folder: str) -> bool:
        """Drop the steps for FOLDER, which is to be removed; returns whether it was not made yet."""
        mine = [step for for_folder, step in self._steps if for_folder == folder]
        self._steps = [entry for entry in self._steps if entry[0] != folder]
        self._folders.discard(folder)
        return bool(mine) and re.match(_MAKES_FOLDER, mine[0].command) is not None

    def _change_modes(self, inner: str) -> bytes | None:
        try:
            words = shlex.split(inner)
        except ValueError:
            return None
        if len(words) < 3 or words[0] != "chmod" or not re.match(_MODE, words[1]) or shlex.join(words) != inner:
            return None
        folders = [self._folder_of(path) for path in words[2:]]
        if folders[0] is None or folders != folders[:1] * len(folders):
            return None
        self._steps.append((folders[0], Step(inner)))
        return b""

    def _folder_of(self, path: str) -> str | None:
        """The folder of ours that PATH is in, or names."""
        if ".." in path:
            return None
        return next((folder for folder in self._folders if f"{path}/".startswith(f"{folder}/")), None)
