# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The apt source of NVIDIA's container packages, and the old lists and keys that it replaces.

Until 1.6 the packages came from nvidia.github.io/nvidia-docker and nvidia-container-runtime, then from
libnvidia-container with a list for each distribution, now from libnvidia-container/stable/deb for all. Old lists
conflict with the new one, because they have another keyring or none.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials as network_credentials
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import goal as repository_goal
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import legacy_keys, repository
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository.goal import Goal
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries as sources_entries
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import faults, judgement
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import files as sources_files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

URL = "https://nvidia.github.io/libnvidia-container/stable/deb/amd64/"
KEY_URL = "https://nvidia.github.io/libnvidia-container/gpgkey"
FINGERPRINT = "C95B321B61E88C1809C4F759DDCAE044F796ECB0"
"""``NVIDIA CORPORATION (Open Source Projects)``, 2017."""
KEYRING = "/usr/share/keyrings/nvidia-container-toolkit-keyring.gpg"
SOURCE = f"{sources_files.FOLDER}/nvidia-container-toolkit.sources"
CREDENTIALS = f"{network_credentials.PARTS}/wslfleet-containers.conf"
_HOST = "nvidia.github.io"
_REPOSITORY = re.compile(r"/(libnvidia-container|nvidia-docker|nvidia-container-runtime)(/|$)")


def resolve(options: t.Mapping[str, t.Any]) -> Goal:
    """The source of the container packages, with what OPTIONS (of the module) leave out. Raises Failure."""
    address, credentials = repository_goal.address_of(str(options.get("url") or URL), options)
    key = str(options.get("key") or "")
    if not key and address != URL:
        raise Failure("a mirror needs key: the public key, or an address or a path where it is")
    fingerprint = repository_goal.normal_fingerprint(str(options.get("key_fingerprint") or FINGERPRINT))
    sha1 = str(options.get("sha1") or "refuse")
    return Goal(
        name="nvidia-container-toolkit",
        url=address,
        path=SOURCE,
        keyring=KEYRING,
        fingerprint=fingerprint,
        key=key or KEY_URL,
        credentials=credentials,
        credentials_path=CREDENTIALS,
        sha1=sha1,
        better_signed="",
    )


def is_current(system: System, wanted: Goal) -> bool:
    """Whether source, key and index are there. Starts no process."""
    return repository.stands(system, wanted, repository.keys_of(system, wanted))


def plan(system: System, wanted: Goal, keyring: bytes) -> t.List[system_changes.FileChange]:
    """The keyring, the credentials and the source file, where they are not as WANTED."""
    text = wanted.text(system, keyring)
    return [
        *system_changes.change_to(system, KEYRING, keyring),
        *network_credentials.change(system, wanted.credentials, wanted.url, CREDENTIALS),
        *system_changes.change_to(system, SOURCE, text),
    ]


def plan_absent(system: System) -> t.List[system_changes.FileChange]:
    """The files to remove: our source, its credentials, and its keyring unless another source uses it."""
    text = system.read_text(SOURCE) or ""
    if not text.startswith(sources_entries.MARK):
        return []
    named = sources_files.naming(system, KEYRING, [SOURCE])
    # The source is removed last: it shows that the rest is ours.
    return [
        *network_credentials.change(system, None, "", CREDENTIALS),
        *([] if named else system_changes.change_to(system, KEYRING, None)),
        *system_changes.change_to(system, SOURCE, None),
    ]


def is_container_source(uri: str) -> bool:
    """Whether URI is a repository of NVIDIA's container packages, at NVIDIA or in a mirror."""
    return _REPOSITORY.search(addresses.split(uri).path) is not None


def judge(entries: t.Sequence[sources_entries.Entry], wanted: str) -> t.List[judgement.Stale]:
    """The entries that must be removed for the source WANTED (a URL). Disabled ones and mirrors stay.

    The experimental repository stays if it is signed: somebody has enabled it.
    """
    address = sources_entries.normal_address(wanted, "/")
    stale = []
    for entry in entries:
        if not entry.enabled or entry.path == SOURCE:
            continue
        at_nvidia = f"net:{_HOST}/" in entry.address and is_container_source(entry.uri)
        if entry.address == address:
            stale.append(judgement.Stale(entry, "duplicate of the source that wslfleet.cuda writes"))
        elif at_nvidia and not ("/experimental/" in entry.uri and entry.signed_by):
            stale.append(judgement.Stale(entry, "old source of NVIDIA's container packages"))
    return stale


def plan_legacy(state: legacy_keys.State, wanted: Goal, when: str) -> t.Tuple[system_changes.FileChange, ...]:
    """Remove old entries, and the key from the keyrings that every source trusts. WHEN names the backups.

    The key stays there as long as a mirror of these packages without a keyring of its own needs it.
    """
    entries = sources_entries.parse_all(state.sources)
    stale = judge(entries, wanted.url)
    stale += faults.nvidias(state.sources, {item.entry for item in stale}, state.missing_keyrings)
    gone = {item.entry for item in stale}
    found = sources_files.changed(state.sources, judgement.plan_edits(state.sources, stale, when), when)
    needed = any(
        entry.enabled and not entry.signed_by and is_container_source(entry.uri)
        for entry in entries
        if entry not in gone
    )
    if not needed:
        trusted = [path for path in sorted(state.removals) if path.startswith("/etc/apt/trusted.gpg")]
        found += [legacy_keys.key_change(state, path, state.removals[path], when) for path in trusted]
    return tuple(found)
