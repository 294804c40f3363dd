# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The SHA-1 cut-off of apt 3: what it affects, and the exception for one source and one refresh of its index.

NVIDIA's key 3bf863cc binds its user id by SHA-1. apt 3 verifies with ``sqv``, whose policy file
(/usr/share/apt/default-sequoia.config) treats SHA-1 as insecure since 2026-02-01; apt 2 verifies with ``gpgv``, which
accepts it. apt has no option for each source, but the environment variable APT_SEQUOIA_CRYPTO_POLICY sets another
policy for one run, and a run can be limited to one source.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import openpgp
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups, changes, files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

DEFAULT_POLICY = "/usr/share/apt/default-sequoia.config"
SITE_POLICY = "/etc/crypto-policies/back-ends/apt-sequoia.config"
NOTE = "# Its key is bound by SHA-1, which apt refuses. wslfleet.cuda alone refreshes this index, by an exception."
"""Written into the source file, to explain apt's warning, and for the next refresh."""
SITE_MARK = "# Written by wslfleet.cuda: SHA-1 is accepted for every source."
_SETTING = re.compile(r"(?m)^(sha1(?:\.second_preimage_resistance)?[ \t]*=)[^\n#]*")
_ACCEPTED = 'sha1.second_preimage_resistance = "always"'


def is_refusal(output: str) -> bool:
    """Whether apt's OUTPUT says that SHA-1 was the reason. sqv's texts are not translated.

    A key without any binding signature, for example one that was attached to another as its subkey, is another case.
    """
    return bool(re.search(r"SHA-?1 is not considered secure", output))


def concerns(system: System, keyring: bytes) -> bool:
    """Whether apt refuses every key of KEYRING (binary) for SHA-1. Starts no process."""
    uses_sqv = system.exists(DEFAULT_POLICY) and system.exists("/usr/bin/sqv")
    keys = openpgp.split_keys(keyring) if uses_sqv else []
    return bool(keys) and all(openpgp.bound_by_sha1(key.data) for key in keys)


def weakened(policy: str) -> str:
    """The TOML text POLICY with SHA-1 accepted for binding signatures. Every other line stays."""
    if _SETTING.search(policy):
        return _SETTING.sub(_ACCEPTED, policy, count=1)
    if re.search(r"(?m)^\[hash_algorithms\]", policy):
        return re.sub(r"(?m)^(\[hash_algorithms\][^\n]*)", r"\1" + f"\n{_ACCEPTED}", policy, count=1)
    return policy.rstrip("\n") + ("\n\n" if policy.strip() else "") + f"[hash_algorithms]\n{_ACCEPTED}\n"


def current_policy(system: System) -> str:
    """The policy that apt uses: the site's file replaces the whole default."""
    site = system.read_text(SITE_POLICY)
    return site if site is not None else system.read_text(DEFAULT_POLICY) or ""


def excepted(system: System, command: t.Sequence[str], folder: str) -> t.List[str]:
    """COMMAND with a policy that accepts SHA-1, which is written into FOLDER and only used for this run."""
    path = f"{folder}/sha1-accepted.config"
    files.write_file(path, weakened(current_policy(system)))
    return ["env", f"APT_SEQUOIA_CRYPTO_POLICY={path}", *command]


def site_change(system: System, wanted: bool) -> t.List[changes.FileChange]:
    """The change of the site's policy file: SHA-1 accepted for every source, or our file removed."""
    present = system.read_text(SITE_POLICY)
    if not wanted:
        return changes.change_to(system, SITE_POLICY, None) if (present or "").startswith(SITE_MARK) else []
    if present is not None and _SETTING.search(present) and weakened(present) == present:
        return []
    text = weakened(current_policy(system))
    # Of an administrator's policy only one line is changed, with a backup.
    if present is None:
        return changes.change_to(system, SITE_POLICY, f"{SITE_MARK}\n{text}")
    backup = backups.backup_name(SITE_POLICY, backups.stamp())
    return [replace(change, backup=backup) for change in changes.change_to(system, SITE_POLICY, text)]
