# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Read and write a Windows user's ``.wslconfig``. Its possible settings are in ``_wsl_settings.settings``.

Other users control their profiles and may put a link there at any time. So their file is written with their own rights
(``_users.as_user``), and only after their task has read the same content as the administrator: they must not get a copy
of a file that only administrators may read. In the profile of the connecting account the line that copies also refuses
a link.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings.settings import Host
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import accounts, state, windows
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import wsl as host_wsl
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import Batch, cmd_line, first_that_succeeds
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import as_user
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import archives, files, protected_folder
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import read
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.package import version_key
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import run_wsl

STAGING = f"{files.FOLDER}\\config"
OWN_DRAFTS = "\\AppData\\Local\\Temp"
"""Below a profile."""
PLACE = as_user.Place("wslconfig")


@dataclass(frozen=True)
class State:
    """The file, and what its settings depend on."""

    path: str
    text: str | None
    """None if there is no file. Bytes that are not UTF-8 are kept."""
    host: Host
    executable: str
    user: User | None = None
    """The owner; None: the connecting account."""
    elevated: bool = True
    """The connecting account has the rights of an administrator in this session."""


def observe(runner: CommandRunner, windows_user: str | None) -> State:
    """Two WinRS commands: the host, then the file of WINDOWS_USER (None: the connecting account).

    :raises StepFailed: there is no such user, or the file cannot be read.
    """
    lines = {**q.windows(), **q.services(), **q.wsl(), **q.own_distributions(), **(q.users() if windows_user else {})}
    reads = read(runner, lines)
    wsl = host_wsl.wsl(reads)
    user = accounts.choose(accounts.users(reads), [windows_user])[0] if windows_user else None
    path = f"{user.profile if user else state.own_profile(reads)}\\.wslconfig"
    host = Host(version_key(wsl.version) if wsl.version else None, windows.windows(reads.registry).build, wsl.policies)
    return State(path, _content(runner, path), host, wsl.executable, user, reads.succeeded("elevated"))


def _content(runner: CommandRunner, path: str) -> str | None:
    """The content of PATH; None if it does not exist. A link is refused: an administrator would change its target."""
    reads = read(
        runner,
        {
            "link": files.links_line(path),
            "there": cmd_line("dir", ["/b", "/a", path]),
            "text": cmd_line("type", [path]),
            "link_after": files.links_line(path),
        },
    )
    if reads.succeeded("link") or reads.succeeded("link_after"):
        raise StepFailed(f"{path} is a link to another file; nothing was changed: put a file there, or delete the link")
    if not reads.succeeded("there"):
        return None
    if not reads.succeeded("text"):
        raise StepFailed(f"{path} exists and cannot be read: check its permissions, administrator rights are needed")
    return reads.output("text").decode("utf-8", "surrogateescape")


def write(runner: CommandRunner, seen: State, text: str) -> None:
    """Write TEXT to the file as UTF-8 without a byte order mark, and read it again; raises StepFailed.

    By ``copy``, because a copy inherits the permissions of the profile, and a moved file would not.
    """
    content = text.encode("utf-8", "surrogateescape")
    if seen.user:
        _write_as(runner, seen, seen.user, content)
    else:
        _write_own(runner, seen, content)
    if _content(runner, seen.path) != text:
        raise StepFailed(f"{seen.path} could not be written: check its permissions and the free space on C:, run again")


def _write_own(runner: CommandRunner, seen: State, content: bytes) -> None:
    """Without administrator rights a link can do no harm: then the draft is in a folder of the user."""
    folder, name = (STAGING, "wslconfig") if seen.elevated else (f"{_profile(seen)}{OWN_DRAFTS}", "wslfleet-wslconfig")
    staged = f"{folder}\\{name}"
    if seen.elevated:
        protected_folder.make(runner, folder, [name])
    archives.upload_contents(runner, {staged: content}, 120)
    copied = cmd_line("copy", ["/y", "/b", staged, seen.path])
    runner.run(first_that_succeeds(files.links_line(seen.path), copied), timeout=60)
    deleted = cmd_line("del", ["/f", "/q", "/a", staged])
    runner.run(Batch(protected_folder.removal(folder, [name])).line if seen.elevated else deleted, timeout=60)


def _profile(seen: State) -> str:
    return seen.path.rpartition("\\")[0]


def _write_as(runner: CommandRunner, seen: State, user: User, content: bytes) -> None:
    try:
        if seen.text is not None:
            told = as_user.run_as(runner, PLACE, user, cmd_line("type", [seen.path]))
            if told != seen.text.encode("utf-8", "surrogateescape"):
                raise StepFailed("it changed while it was read; run again")
        as_user.run_as(runner, PLACE, user, cmd_line("copy", ["/y", "/b", PLACE.new, seen.path]), content)
    except StepFailed as error:
        raise StepFailed(f"{seen.path} was not changed: {error}") from None


def shut_down(runner: CommandRunner, seen: State) -> None:
    """End every distribution of the connecting account, so that the next start reads the file; raises StepFailed."""
    run_wsl(runner, seen.executable, ["--shutdown"], "shutting WSL down")
