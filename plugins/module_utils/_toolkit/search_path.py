# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Folders that come before WSL's and the toolkit's: LD_LIBRARY_PATH and PATH in the files of shells and logins.

LD_LIBRARY_PATH overrides the loader's cache: with a folder that has another libcuda, every program of that user gets
that one, however clean the packages are. PATH decides which nvcc a developer gets. Files are read as text; no shell
runs. They belong to users: what is not a plain file, or too long, is reported and not read.
"""

from __future__ import annotations

import glob
import os
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import loader
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files as system_files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import path as toolkit_path
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import shell_text

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
_BASH_LOGIN = (".bash_profile", ".bash_login", ".profile")
_ZSH = ("/etc/zsh/zshenv", "~/.zshenv", "/etc/zsh/zprofile", "~/.zprofile", "/etc/zsh/zshrc", "~/.zshrc")
_LONGEST_FILE = 262144
"""Bytes. A longer file is not one that a shell should read."""
_MOST_FILES = 100
"""Of one folder in a home."""
_MOST_SOURCED = 30
_MOST_LINES = 200
"""Of /etc/passwd."""
_SYSTEM_LIBRARIES = re.compile(r"^(/usr)?/lib(64|/[a-z0-9_]+-linux-gnu)?$")
"""Where every driver package puts its libcuda: if such a folder is listed, the next driver comes before WSL's."""
_DEFAULT_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", loader.WSL_LIBRARIES)


def findings(system: System) -> t.List[str]:
    """Every assignment that puts a folder before WSL's, in the order of the files, and the files that cannot be read.

    For a person: file, line (counted from 1), folder and variable.
    """
    found: t.List[str] = []
    for folder in _folders(system):
        for path in folder[:_MOST_FILES]:
            try:
                found += judge(system, path, system_files.read_text(system.path(path), _LONGEST_FILE) or "")
            except OSError as error:
                why = (error.strerror or str(error)).replace(system.path("/"), "/")
                found.append(f"{path} cannot be read: {why}")
        if len(folder) > _MOST_FILES:
            why = f"contains {len(folder)} files, of which {_MOST_FILES} were read"
            found.append(f"{os.path.dirname(folder[0])} cannot be read: {why}")
    return list(dict.fromkeys(found))


def _folders(system: System) -> t.List[t.List[str]]:
    """The files to read, those of one folder and kind together: a user can create any number."""
    homes = [home for pattern in _HOMES for home in system.matching(pattern)]
    patterns = [*_SYSTEM_FILES, *(f"{glob.escape(home)}/{name}" for home in homes for name in _HOME_FILES)]
    return [[path for path in system.matching(name) if not system.isdir(path)] for name in patterns]


def _text(system: System, path: str) -> str | None:
    """The content of PATH; None if it is not a plain file, too long, or cannot be read."""
    try:
        return system_files.read_text(system.path(path), _LONGEST_FILE)
    except OSError:
        return None


def _reader(system: System) -> shell_text.Read:
    """Reads sourced files, at most _MOST_SOURCED: a file that sources itself would never end."""
    left = [_MOST_SOURCED]

    def read(path: str) -> str | None:
        left[0] -= 1
        return _text(system, path) if left[0] >= 0 and path.startswith("/") else None

    return read


def judge(system: System, path: str, text: str) -> t.List[str]:
    """The findings in TEXT, the content of the file PATH, and in what it sources."""
    home = re.match(r"^(/root|/home/[^/]+)/", path)
    variables = {"HOME": home.group(1) if home else "/root", "PATH": ":".join(_DEFAULT_PATH)}
    found: t.Dict[t.Tuple[str, str], str] = {}
    for change in shell_text.changes(text, path, variables, _reader(system)):
        if change.name not in ("LD_LIBRARY_PATH", "PATH"):
            continue
        folder = shadowing(system, change.name, change.value.split(":"))
        if folder:
            said = f"{change.path}:{change.line} puts {folder} into {change.name}"
            found.setdefault((change.name, folder), said)
        elif change.sure:
            # The value before does not matter any more.
            found = {key: finding for key, finding in found.items() if key[0] != change.name}
    return list(found.values())


def shadowing(system: System, variable: str, folders: t.Sequence[str]) -> str:
    """The first of FOLDERS that hides WSL's files; empty when none does, or WSL's folder comes before it."""
    for folder in folders:
        bare = os.path.normpath(folder) if folder.startswith("/") else folder
        if bare == loader.WSL_LIBRARIES:
            return ""
        if variable == "PATH":
            # The audit has other rows for the usual folders: packages, stray files.
            if bare not in _DEFAULT_PATH and _foreign(system, bare, ("nvidia-smi",)):
                return folder
        elif bare.endswith("/stubs") or _SYSTEM_LIBRARIES.match(bare) or _foreign(system, bare, loader.NAMES):
            return folder
    return ""


def _foreign(system: System, folder: str, names: t.Iterable[str]) -> bool:
    """Whether FOLDER (absolute, without variables) contains one of NAMES that does not lead into WSL's folder."""
    if not folder.startswith("/"):
        return False
    paths = [f"{folder}/{name}" for name in names]
    return any(system.lexists(path) and not loader.leads_to_wsl(system, path) for path in paths)


def first_nvidia_smi(system: System) -> str:
    """The nvidia-smi that a login shell finds first, WSL's where a link leads there; empty when there is none."""
    paths = (f"{folder}/nvidia-smi" for folder in _DEFAULT_PATH)
    found = next((path for path in paths if system.lexists(path)), "")
    return f"{loader.WSL_LIBRARIES}/nvidia-smi" if loader.leads_to_wsl(system, found) else found


@dataclass(frozen=True)
class FirstNvcc:
    """The nvcc that somebody's shell finds first."""

    shell: str
    path: str
    """Empty when it finds none."""
    leads_to: str
    """Through links, and through the scripts that this collection puts into /usr/local/bin."""

    @property
    def text(self) -> str:
        """For a person."""
        by = f", which leads to {self.leads_to}" if self.leads_to != self.path else ""
        return f"{self.shell} finds {self.path or 'no nvcc'}{by}"


def first_nvccs(system: System) -> t.List[FirstNvcc]:
    """What commands without a shell, and the shells of every user, find first."""
    found = [_first_nvcc(system, "sh, sudo and what wsl.exe starts", list(_DEFAULT_PATH))]
    for user, home, shell in _users(system):
        for kind, paths in _startup_files(system, home, shell).items():
            variables = {"HOME": home, "PATH": ":".join(_DEFAULT_PATH)}
            for path in paths:
                text = _text(system, path) or ""
                for _change in shell_text.changes(text, path, variables, _reader(system)):
                    pass
            found.append(_first_nvcc(system, f"the {kind} shell of {user}", variables["PATH"].split(":")))
    return found


def _users(system: System) -> t.Iterator[t.Tuple[str, str, str]]:
    """(name, home, shell) of root and of people."""
    lines = (system.read_text("/etc/passwd") or "").splitlines()
    for fields in [line.split(":") for line in lines][:_MOST_LINES]:
        person = len(fields) == 7 and fields[2].isdigit() and (fields[2] == "0" or 1000 <= int(fields[2]) < 65000)
        if person and fields[5].startswith("/") and system.isdir(fields[5]):
            yield fields[0], fields[5], fields[6]


def _startup_files(system: System, home: str, shell: str) -> t.Dict[str, t.List[str]]:
    """Kind of shell -> the files that it reads."""
    profiles = system.matching("/etc/profile.d/*.sh")
    if shell.endswith("/zsh"):
        files = [path.replace("~", home) for path in _ZSH]
        return {"login": files, "interactive": [path for path in files if "profile" not in path]}
    own = next((f"{home}/{name}" for name in _BASH_LOGIN if system.isfile(f"{home}/{name}")), "")
    return {
        "login": ["/etc/profile", *profiles, "/etc/bash.bashrc", *([own] if own else [])],
        "interactive": ["/etc/bash.bashrc", f"{home}/.bashrc"],
    }


def _first_nvcc(system: System, shell: str, folders: t.Sequence[str]) -> FirstNvcc:
    for folder in folders:
        path = f"{folder.rstrip('/')}/nvcc"
        target = toolkit_path.leads_to(system, path)
        if folder.startswith("/") and system.is_program(target):
            return FirstNvcc(shell, path, target)
    return FirstNvcc(shell, "", "")
