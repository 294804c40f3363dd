# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Read and write a Windows user's ``.wslconfig``. What may stand in it is in ``_wsl_settings.settings``.

The profile of another user is a place of that user, who may put a link there at any moment. So the file is written with
that user's own rights (``_users.as_user``), and only after the user has read what the administrator has read: what an
administrator alone may read never comes into the hands of the user. In the profile of the connecting account a link is
refused in the very line that copies.
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
    """The file and what decides over its settings."""

    path: str
    text: str | None
    """None if there is no file. Bytes that are no UTF-8 survive the way back."""
    host: Host
    executable: str
    user: User | None = None
    """Whose it is; None: the connecting account's."""
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
    """What PATH holds. A link is refused: writing as an administrator would change what it leads to."""
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
    """Put TEXT into the file as UTF-8 without a mark, and read it again; raises StepFailed.

    It is copied: a copy takes over the permissions of the profile, a move would not.
    """
    content = text.encode("utf-8", "surrogateescape")
    if seen.user:
        _write_as(runner, seen, seen.user, content)
    else:
        _write_own(runner, seen, content)
    if _content(runner, seen.path) != text:
        raise StepFailed(f"{seen.path} could not be written: check its permissions and the free space on C:, run again")


def _write_own(runner: CommandRunner, seen: State, content: bytes) -> None:
    """Without an administrator's rights there are none that a link could lead astray: the draft is the user's then."""
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
