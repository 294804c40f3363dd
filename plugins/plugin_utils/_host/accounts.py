# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The Windows accounts of a host: who has a profile, and who is logged on."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.disks import VirtualDisk
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.local_paths import why_not_opened
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.registry import RegistryTree

_ACCOUNT_SID = re.compile(r"S-1-(5-21|12-1)-[0-9-]+\Z", re.IGNORECASE)
"""Local and domain accounts, and Entra accounts; not services, not the ``_Classes`` hives."""


@dataclass(frozen=True)
class User:
    """A Windows account that has a profile on the host."""

    sid: str
    name: str
    profile: str
    loaded: bool
    """Its registry hive can be read; otherwise its distributions are unknown."""
    connected: bool
    """The account that this run is logged on with."""
    kind: str = "unknown"
    """domain, local, entra, or unknown if nothing on the host distinguishes domain and local accounts."""
    logged_on: bool | None = None
    """Has a session at the screen; None if this was not checked."""
    registry: str = "not loaded"
    """How this user's part of the registry was read: loaded, copy, not loaded, or why a copy could not be read."""
    virtual_disks: tuple[VirtualDisk, ...] | None = None
    """The disks in WSL's own folders below the profile; None if they were not checked."""

    @property
    def problem(self) -> str | None:
        """Why the profile is not searched; None if it is."""
        why = why_not_opened(self.profile)
        return f"its profile {self.profile} {why}: nothing was looked for in it" if why else None


def users(reads: Reads) -> list[User]:
    """From the reads ``_host.queries.users`` and ``own_profile``; profiles of services are left out."""
    environment = own_environment(reads)
    own = environment.get("USERPROFILE", "").lower()
    domain = environment.get("USERDOMAIN", "")
    computer = reads.registry.text(keys.ACTIVE_COMPUTER_NAME, "ComputerName") or ""
    loaded = {key.upper() for key in reads.registry.subkeys("HKU")}
    found = []
    for key in reads.registry.subkeys(keys.PROFILE_LIST):
        sid = key.rpartition("\\")[2]
        path = reads.registry.text(key, "ProfileImagePath") or ""
        if _ACCOUNT_SID.match(sid):
            name = path.rpartition("\\")[2]
            connected = path.lower() == own
            kind = account_kind(sid, domain if connected else "", computer)
            there = f"HKU\\{sid}".upper() in loaded
            found.append(User(sid, name, path, there, connected, kind, registry="loaded" if there else "not loaded"))
    return with_kinds(found)


def choose(users: t.Sequence[User], wanted: t.Sequence[str], absent: bool = False) -> list[User]:
    """The users in WANTED, by SID or by name, without case; a domain before the name is ignored.

    :arg absent: an unknown name is a user without a profile, whose ``profile`` is empty.
    :raises StepFailed: a name matches no user, several, the connecting account, or a profile in another place.
    """
    chosen: list[User] = []
    for name in wanted:
        user = _one(users, name, absent)
        if user.connected:
            raise StepFailed(f"windows_user {name!r} is the connecting account itself: leave windows_user out for it")
        why = user.profile and why_not_opened(user.profile)
        if why:
            raise StepFailed(f"windows_user {name!r}: the profile folder {user.profile!r} {why}; nothing was changed")
        if user not in chosen:
            chosen.append(user)
    return chosen


def _one(users: t.Sequence[User], wanted: str, absent: bool) -> User:
    short = wanted.rpartition("\\")[2].partition("@")[0].lower()
    by_sid = [user for user in users if user.sid.lower() == wanted.lower()]
    exact = [user for user in users if user.name.lower() == short]
    found = by_sid or exact or [user for user in users if user.name.lower().startswith(f"{short}.")]
    if not found and absent:
        return User(wanted, wanted, "", loaded=False, connected=False)
    if not found:
        raise StepFailed(
            f"windows_user {wanted!r} has no profile on this host: let that user log on once, or name the SID if the"
            " profile folder has another name"
        )
    if len(found) > 1:
        sids = ", ".join(user.sid for user in found)
        raise StepFailed(f"windows_user {wanted!r} fits several profiles on this host: name one SID of {sids}")
    return found[0]


def has_session(registry: RegistryTree, sid: str) -> bool:
    """Whether SID is logged on at the screen, from the read ``_host.queries.session_of``."""
    return bool(registry.subkeys(f"HKU\\{sid}\\{keys.VOLATILE_ENVIRONMENT}"))


def account_kind(sid: str, domain: str, computer: str) -> str:
    """domain, local, entra or unknown for the account SID that logged on to DOMAIN at COMPUTER."""
    if sid.upper().startswith("S-1-12-1-"):
        return "entra"
    if not domain or not computer:
        return "unknown"
    return "local" if domain.lower() == computer.lower() else "domain"


def with_kinds(found: list[User]) -> list[User]:
    """FOUND with kinds that follow from the connected account: SIDs that only differ at the end have one authority.

    Other users could forge this in their own registry, so what is known of them only counts for themselves.
    """
    told = [user for user in found if user.connected and user.kind in ("domain", "local")]
    known = {user.sid.rpartition("-")[0]: user.kind for user in told}
    return [
        replace(user, kind=known.get(user.sid.rpartition("-")[0], user.kind)) if user.kind == "unknown" else user
        for user in found
    ]


def own_environment(reads: Reads) -> dict[str, str]:
    """USERDOMAIN, USERNAME and USERPROFILE of the account that is logged on, from the read ``own_profile``."""
    lines = reads.output("own_profile").decode("utf-8", "replace").splitlines()
    return {name.upper(): value.strip() for name, _equals, value in (line.partition("=") for line in lines)}
