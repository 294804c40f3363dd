# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Folders that somebody put before WSL's: LD_LIBRARY_PATH and PATH in the files that shells and logins read.

LD_LIBRARY_PATH overrules the loader's cache, so that a folder with another libcuda in it turns every program of that
user over, however clean the packages are. Files are read as text: no shell runs.
"""

from __future__ import annotations

import glob
import os
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils import _files, _loader

_SYSTEM_FILES = (
    "/etc/environment",
    "/etc/profile",
    "/etc/profile.d/*.sh",
    "/etc/bash.bashrc",
    "/etc/zsh/zshenv",
    "/etc/zsh/zprofile",
    "/etc/environment.d/*.conf",
)
_HOMES = ("/root", "/home/*")
_HOME_FILES = (".bashrc", ".bash_profile", ".profile", ".zshrc", ".zshenv", ".zprofile", ".config/environment.d/*.conf")
_ASSIGNMENT = re.compile(r"""^\s*(?:export\s+)?(LD_LIBRARY_PATH|PATH)=(["']?)(.*?)\2\s*(?:[;#].*)?$""")
MAXIMUM_BYTES = 1 << 20
"""Of one file that shells read; beyond that it is none."""
MAXIMUM_FILES = 100
"""Of one folder in a home."""
_MAXIMUM_LINE = 4096
"""Characters; the file systems of Linux end a path there too."""
_SYSTEM_LIBRARIES = re.compile(r"^(/usr)?/lib(64|/[a-z0-9_]+-linux-gnu)?$")
"""Where every driver package puts its libcuda: listed here, the next one wins over WSL's."""
_DEFAULT_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", _loader.WSL_LIBRARIES)


@dataclass(frozen=True)
class Finding:
    """A folder that comes before WSL's. ``path``: the file that says so, ``line`` counts from 1."""

    path: str
    line: int
    variable: str
    folder: str

    @property
    def text(self) -> str:
        """For a person."""
        return f"{self.path}:{self.line} puts {self.folder} into {self.variable}"


@dataclass(frozen=True)
class Unread:
    """A place that says nothing: what it sets, nobody knows."""

    path: str
    why: str

    @property
    def text(self) -> str:
        """For a person."""
        return f"{self.path} cannot be read: {self.why}"


def findings(root: str = "") -> t.List[t.Union[Finding, Unread]]:
    """Every assignment that turns CUDA over, in the order of the files, and the files that cannot be read."""
    found: t.List[t.Union[Finding, Unread]] = []
    for folder in _folders(root):
        for path in folder[:MAXIMUM_FILES]:
            try:
                found += judge(path[len(root) :], _files.read_text(path, MAXIMUM_BYTES) or "", root)
            except OSError as error:
                found.append(Unread(path[len(root) :], (error.strerror or str(error)).replace(f"{root}/", "/")))
        if len(folder) > MAXIMUM_FILES:
            where = os.path.dirname(folder[0])[len(root) :]
            found.append(Unread(where, f"holds {len(folder)} files, of which {MAXIMUM_FILES} were read"))
    return found


def _folders(root: str) -> t.List[t.List[str]]:
    """The files to read, those of one folder and kind together: a user may make as many as he likes."""
    homes = [home for pattern in _HOMES for home in sorted(glob.glob(glob.escape(root) + pattern))]
    patterns = [glob.escape(root) + name for name in _SYSTEM_FILES]
    patterns += [f"{glob.escape(home)}/{name}" for home in homes for name in _HOME_FILES]
    return [[path for path in sorted(glob.glob(pattern)) if not os.path.isdir(path)] for pattern in patterns]


def judge(path: str, text: str, root: str = "") -> t.List[Finding]:
    """The findings in TEXT, the content of the file PATH."""
    found: t.List[Finding] = []
    for number, line in enumerate(text.splitlines(), 1):
        match = _ASSIGNMENT.match(line[:_MAXIMUM_LINE])
        if match:
            variable = match.group(1)
            folder = shadowing(variable, match.group(3).split(":"), root)
            found += [Finding(path, number, variable, folder)] if folder else []
    return found


def shadowing(variable: str, folders: t.Sequence[str], root: str = "") -> str:
    """The first of FOLDERS that hides WSL's files; empty when none does, or WSL's folder comes before it."""
    for folder in folders:
        bare = os.path.normpath(folder) if folder.startswith("/") else folder
        if bare == _loader.WSL_LIBRARIES:
            return ""
        if variable == "PATH":
            # What is in the usual folders has rows of its own: packages, stray files.
            if bare not in _DEFAULT_PATH and _foreign(root, bare, ("nvidia-smi",)):
                return folder
        elif bare.endswith("/stubs") or _SYSTEM_LIBRARIES.match(bare) or _foreign(root, bare, _loader.NAMES):
            return folder
    return ""


def _foreign(root: str, folder: str, names: t.Iterable[str]) -> bool:
    """Whether FOLDER (absolute, no variable in it) holds one of NAMES that does not lead into WSL's folder."""
    if not folder.startswith("/"):
        return False
    paths = [f"{folder}/{name}" for name in names]
    return any(os.path.lexists(root + path) and not _loader.leads_to_wsl(root, path) for path in paths)


def first_nvidia_smi(root: str = "") -> str:
    """The nvidia-smi that a login shell finds first, WSL's where a link leads there; empty when there is none."""
    paths = (f"{folder}/nvidia-smi" for folder in _DEFAULT_PATH)
    found = next((path for path in paths if os.path.lexists(root + path)), "")
    return f"{_loader.WSL_LIBRARIES}/nvidia-smi" if _loader.leads_to_wsl(root, found) else found
