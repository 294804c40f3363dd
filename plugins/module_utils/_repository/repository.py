# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""One of NVIDIA's apt sources, or one like them: whether it is as it should be, and the files that are needed for that.

Nothing is written until the key has the right fingerprint or digest and apt has verified an index with it (see
``trial.py``), so a wrong address, key or digest changes nothing.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import query
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials as network_credentials
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import armour, local_installer, openpgp
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import goal as repository_goal
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import sha1 as repository_sha1
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import files as sources_files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

PIN_600 = "/etc/apt/preferences.d/cuda-repository-pin-600"
PIN_600_TEXT = """\
Package: nsight-compute
Pin: origin *ubuntu.com*
Pin-Priority: -1

Package: nsight-systems
Pin: origin *ubuntu.com*
Pin-Priority: -1

Package: *
Pin: release l=NVIDIA CUDA
Pin-Priority: 600
"""
"""The same as NVIDIA's: its repository comes before the distribution's packages with the same names."""


def is_current(system: System, wanted: repository_goal.Goal) -> bool:
    """Whether the source is as requested and needs no further work. Starts no process."""
    keys = keys_of(system, wanted)
    return (
        stands(system, wanted, keys)
        and system.read_text(PIN_600) == PIN_600_TEXT
        and repository_sha1.site_change(system, _needs_policy(system, wanted, keys)) == []
        and not others_of_ours(system, wanted.path)
        and (wanted.installer is None or local_installer.installed(system, wanted.installer))
    )


def keys_of(system: System, wanted: repository_goal.Goal) -> bytes:
    """The keys of the source in its keyring file, binary. Empty if there are none, if the file cannot be read, and if a
    keyring that is not shared also contains another key, which apt would trust as well."""
    try:
        keys = openpgp.read_keys(system.read_bytes(wanted.keyring) or b"")
    except armour.OpenPgpError:
        return b""
    mine = [key.data for key in keys if wanted.fingerprint in ("", key.fingerprint)]
    return b"".join(mine) if len(mine) == len(keys) or wanted.keyring == repository_goal.KEYRING else b""


def stands(system: System, wanted: repository_goal.Goal, keys: bytes) -> bool:
    """Whether there are KEYS, the source file is right, and its index has been fetched with the right password."""
    return (
        bool(keys)
        and system.read_text(wanted.path) == wanted.text(system, keys)
        and network_credentials.change(system, wanted.credentials, wanted.url, wanted.credentials_path) == []
        and query.has_index(system, wanted.url)
    )


def _needs_policy(system: System, wanted: repository_goal.Goal, keyring: bytes) -> bool:
    return wanted.sha1 == "all_sources" and repository_sha1.concerns(system, keyring)


def others_of_ours(system: System, path: str) -> t.List[str]:
    """Source files that we have written for another source."""
    texts = sources_files.read(system)
    ours = [item for item in texts if item.startswith(f"{sources_files.FOLDER}/cuda-") and item.endswith(".sources")]
    return [item for item in ours if item != path and texts[item].startswith(entries.MARK)]


def plan(system: System, wanted: repository_goal.Goal, keyring: bytes) -> t.List[system_changes.FileChange]:
    """The files to write so that the source is as WANTED, with KEYRING (binary)."""
    others, when = others_of_ours(system, wanted.path), backups.stamp()
    lists = local_installer.own_lists(system, wanted.installer) if wanted.installer else []
    gone = [*others, *_own_keyrings(system, others, wanted.keyring)]
    return [
        *system_changes.change_to(system, wanted.keyring, _with_kept_keys(system, wanted.keyring, keyring)),
        *repository_sha1.site_change(system, _needs_policy(system, wanted, keyring)),
        *system_changes.change_to(system, PIN_600, PIN_600_TEXT),
        *_removals(system, gone),
        *(
            system_changes.FileChange(path, system.read_bytes(path), None, backups.backup_name(path, when))
            for path in lists
        ),
        *network_credentials.change(system, wanted.credentials, wanted.url),
        *system_changes.change_to(system, wanted.path, wanted.text(system, keyring)),
    ]


def _removals(system: System, paths: t.Iterable[str]) -> t.List[system_changes.FileChange]:
    return [change for path in paths for change in system_changes.change_to(system, path, None)]


def _with_kept_keys(system: System, path: str, keyring: bytes) -> bytes:
    """KEYRING, followed by keys that somebody else has put into the file PATH, but not the old key."""
    try:
        present = openpgp.read_keys(system.read_bytes(path) or b"")
    except armour.OpenPgpError:
        present = []
    mine = {key.fingerprint for key in openpgp.split_keys(keyring)}
    others = [key.data for key in present if key.fingerprint not in mine and key.fingerprint != catalogue.OLD_KEY]
    return keyring + (b"".join(others) if path == repository_goal.KEYRING else b"")


def _own_keyrings(system: System, sources: t.Sequence[str], kept: str) -> t.List[str]:
    """The keyring files of our SOURCES that are not shared. KEPT stays."""
    names = [path.rsplit("/", 1)[-1][len("cuda-") : -len(".sources")] for path in sources]
    found = [repository_goal.own_keyring(name) for name in names]
    return [path for path in found if path != kept and system.exists(path)]


def plan_absent(system: System, wanted: repository_goal.Goal) -> t.List[system_changes.FileChange]:
    """The files to remove. NVIDIA's keyring stays as long as another source uses it."""
    paths = [wanted.path, *others_of_ours(system, wanted.path)]
    changes = _removals(system, [*paths, *_own_keyrings(system, paths, "")])
    changes += network_credentials.change(system, None, wanted.url) + repository_sha1.site_change(system, False)
    if not sources_files.naming(system, repository_goal.KEYRING, paths):
        changes += _removals(system, [PIN_600, repository_goal.KEYRING])
    return changes
