# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""docker without root: NVIDIA's runtime in a user's own daemon.json, and no cgroups of NVIDIA's own.

A daemon without root may not change cgroups, so NVIDIA's hook must not try (``no-cgroups``). That setting holds for the
whole distribution, and containers of root's daemons lose the GPU, so both kinds together are refused.
"""

from __future__ import annotations

import pwd
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import runtime_removal, runtimes
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import as_user, changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

CONFIG_TOML = "/etc/nvidia-container-runtime/config.toml"
_SECTION = re.compile(r"(?m)^[ \t]*\[nvidia-container-cli\][^\n]*\n?")
_SETTING = re.compile(r"(?m)^[ \t]*#?[ \t]*no-cgroups[ \t]*=[^\n]*")


@dataclass(frozen=True)
class DockerUser(as_user.User):
    """A user of the distribution with their own docker."""

    @property
    def path(self) -> str:
        """The configuration of this user's docker."""
        return f"{self.home}/.config/docker/daemon.json"


def users(names: t.Sequence[str], serve: t.Sequence[str]) -> t.List[DockerUser]:
    """The users NAMES. SERVE: the engines that are configured. Raises Failure."""
    if names and "containerd" in serve:
        raise Failure(
            "rootless_users and containerd do not go together: no-cgroups, which docker without root needs, takes the "
            "GPU from containers that containerd starts; name engines without containerd"
        )
    if names and "docker" not in serve:
        raise Failure("rootless_users: docker is not here or not among engines; add docker to engines")
    found = []
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            raise Failure(f"rootless_users: this distribution has no user {name!r}") from None
        if entry.pw_uid == 0:
            raise Failure("rootless_users: root has no docker without root; leave root out")
        found.append(_docker_user(entry))
    return found


def unconfigured(system: System, wanted: t.Sequence[DockerUser]) -> t.List[DockerUser]:
    """Those of WANTED whose docker does not know the runtime.

    Raises Failure for a file that docker cannot read, or that the user cannot read or write.
    """
    found = [user for user in wanted if not runtimes.docker_knows(system, user.path, user)]
    for user in found:
        as_user.check_writable(user, system.path(user.path))
    return found


def plan(system: System, wanted: t.Sequence[DockerUser]) -> t.List[changes.FileChange]:
    """The changes that configure the docker of WANTED; the record comes first. Raises Failure."""
    written = [runtimes.with_runtime(system, user.path, user) for user in unconfigured(system, wanted)]
    before = system.read_text(CONFIG_TOML)
    after = without_cgroups(before or "")
    if wanted and after != (before or ""):
        written.append(changes.rewritten(CONFIG_TOML, before, after))
    texts = {change.path: changes.text_of(change.before) for change in written}
    return [*runtimes.remember(system, texts), *written] if written else []


def without_cgroups(text: str) -> str:
    """TEXT of NVIDIA's config.toml with ``no-cgroups = true``. Every other line stays."""
    section = _SECTION.search(text)
    if section is None:
        return text + ("" if not text or text.endswith("\n") else "\n") + "[nvidia-container-cli]\nno-cgroups = true\n"
    following = re.compile(r"(?m)^[ \t]*\[").search(text, section.end())
    end = following.start() if following else len(text)
    inside = text[section.end() : end]
    lines = list(_SETTING.finditer(inside))
    active = [match for match in lines if "#" not in match.group().partition("=")[0]]
    if active and re.search(r"=[ \t]*true\b", active[0].group()):
        return text
    if lines:
        chosen = (active or lines)[0]
        inside = inside[: chosen.start()] + "no-cgroups = true" + inside[chosen.end() :]
    else:
        inside = "no-cgroups = true\n" + inside
    head = text[: section.end()]
    return head + ("" if head.endswith("\n") else "\n") + inside + text[end:]


def plan_removal(system: System, known: runtimes.Texts) -> t.List[changes.FileChange]:
    """The changes that restore the files of the record KNOWN that only we have changed.

    Raises Failure. Files in the home of a user who does not exist any more stay.
    """
    found = []
    for path, before in sorted(known.items()):
        user = _owner_of(path)
        if path == CONFIG_TOML:
            text = system.read_text(path)
            if text is not None and text == without_cgroups(before or ""):
                found.append(changes.rewritten(path, text, before))
        elif user is not None:
            text = as_user.read_text(user, system.path(path))
            found += [] if text is None else runtime_removal.docker_removal(path, text, before, user)
    return found


def _owner_of(path: str) -> DockerUser | None:
    """The user whose docker is configured by PATH."""
    accounts = map(_docker_user, pwd.getpwall())
    return next((user for user in accounts if user.path == path and user.uid != 0), None)


def _docker_user(entry: pwd.struct_passwd) -> DockerUser:
    return DockerUser(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir.rstrip("/"))
