# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Read and write a Windows user's ``.wslconfig``. What may stand in it is in ``_wsl_settings``."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings import Host
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import (
    _host_accounts,
    _host_files,
    _host_state,
    _protected_folder,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import CommandRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reads import read
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_command import run_wsl
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_plan import version_key

STAGING = f"{_host_files.FOLDER}\\config"


@dataclass(frozen=True)
class Seen:
    """The file and what decides over its settings."""

    path: str
    text: str | None
    """None where there is no file. Bytes that are no UTF-8 survive the way back."""
    host: Host
    executable: str


def observe(runner: CommandRunner, windows_user: str | None) -> Seen:
    """Two WinRS commands: the host, then the file of WINDOWS_USER (None: the connecting account).

    :raises StepFailed: there is no such user, or the file cannot be read.
    """
    lines = {**q.windows(), **q.services(), **q.wsl(), **q.own_distributions(), **(q.users() if windows_user else {})}
    reads = read(runner, lines)
    wsl = _host_state.wsl(reads)
    profile = _host_accounts.choose(_host_accounts.users(reads), [windows_user])[0].profile if windows_user else ""
    path = f"{profile or _host_state.own_profile(reads)}\\.wslconfig"
    host = Host(
        version_key(wsl.version) if wsl.version else None, _host_state.windows(reads.registry).build, wsl.policies
    )
    return Seen(path, _content(runner, path), host, wsl.executable)


def _content(runner: CommandRunner, path: str) -> str | None:
    """What PATH holds. A link is refused: writing as an administrator would change what it leads to."""
    reads = read(
        runner,
        {
            "link": cmd_line("dir", ["/b", "/al", path]),
            "there": cmd_line("dir", ["/b", "/a", path]),
            "text": cmd_line("type", [path]),
        },
    )
    if reads.succeeded("link"):
        raise StepFailed(f"{path} is a link to another file; nothing was changed: put a file there, or delete the link")
    if not reads.succeeded("there"):
        return None
    if not reads.succeeded("text"):
        raise StepFailed(f"{path} exists and cannot be read: look at its permissions, administrator rights are needed")
    return reads.output("text").decode("utf-8", "surrogateescape")


def write(runner: CommandRunner, path: str, text: str) -> None:
    """Put TEXT into PATH as UTF-8 without a mark, and read it again; raises StepFailed.

    It is copied from a protected folder: a copy takes over the permissions of the profile, a move would not.
    """
    staged = f"{STAGING}\\wslconfig"
    _protected_folder.make(runner, {STAGING: {}})
    _host_files.upload_contents(runner, {staged: text.encode("utf-8", "surrogateescape")}, 120)
    copied = runner.run(cmd_line("copy", ["/y", "/b", staged, path]), timeout=60)
    runner.run(cmd_line("rd", ["/s", "/q", STAGING]), timeout=60)
    if copied.exit_code != 0 or _content(runner, path) != text:
        raise StepFailed(f"{path} could not be written: look at its permissions and for free space on C:, run again")


def shut_down(runner: CommandRunner, seen: Seen) -> None:
    """End every distribution of the connecting account, so that the next start reads the file; raises StepFailed."""
    run_wsl(runner, seen.executable, ["--shutdown"], "shutting WSL down")
