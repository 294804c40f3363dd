#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cuda_legacy
short_description: Remove old NVIDIA keys and stale CUDA sources from apt
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Finds the key V(7fa2af80), which NVIDIA retired in 2022, by its fingerprint in every place where apt looks for
    keys, and removes it, also from a C(Signed-By) field that contains the key itself. Other keys in the same file are
    kept byte for byte. A file is written in the format that its name implies, as apt 2 requires.
  - Finds NVIDIA source entries that conflict, repeat each other, name the abandoned machine-learning repository, or
    have no usable key, and disables them. Entries that are already disabled, and other sources, are not changed.
  - Repairs an apt that refuses to work because of V(Conflicting values set for option Signed-By).
  - Needs neither C(apt-key) nor C(gpg).
  - A backup of every removed or changed file is kept beside it as C(NAME.wslfleet-DATE.bak), which apt ignores.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.linux
options:
  fingerprints:
    description:
      - Fingerprints of the keys to remove, 40 hex digits each.
      - Never give the key that is in use now.
    type: list
    elements: str
    default:
      - AE09FE4BBD223A84B2CCFCE3F60F4B3D7FA2AF80
  repository_url:
    description:
      - Address of the source that M(wslfleet.cuda.cuda_repository) writes. Other entries for the same address are
        disabled, because apt does not accept two that differ.
      - When unset, only entries that conflict with each other are disabled.
    type: str
  repository_name:
    description:
      - Name of that source, as in RV(wslfleet.cuda.cuda_repository#module:name). Its file is kept.
      - When unset, no file is spared.
    type: str
seealso:
  - module: wslfleet.cuda.cuda_repository
"""

EXAMPLES = r"""
- name: Remove the old key and everything that conflicts with the new source
  wslfleet.cuda.cuda_legacy:
    repository_url: https://developer.download.nvidia.com/compute/cuda/repos/wsl-ubuntu/x86_64/
"""

RETURN = r"""
removed_keys:
  description: Files that held one of O(fingerprints); key files, and source files with the key inside.
  returned: success
  type: list
  elements: dict
  sample:
    - path: /etc/apt/trusted.gpg
      fingerprints:
        - AE09FE4BBD223A84B2CCFCE3F60F4B3D7FA2AF80
stale_sources:
  description: Source entries that were disabled, with the reason.
  returned: success
  type: list
  elements: dict
  sample:
    - path: /etc/apt/sources.list.d/cuda.list
      uri: https://developer.download.nvidia.com/compute/cuda/repos/wsl-ubuntu/x86_64
      reason: no signed-by
backups:
  description: Where the old content of each changed file is; in check mode, where it would be.
  returned: success
  type: list
  elements: str
  sample:
    - /etc/apt/sources.list.d/cuda.list.wslfleet-20260131T120000.bak
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import legacy_keys
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import files as sources_files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups as system_backups
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes, entry
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


def work(module: AnsibleModule, system: System) -> t.Dict[str, t.Any]:
    """Observe, plan, apply."""
    url = credentials.hidden(module, "repository_url")["repository_url"] or ""
    fingerprints = legacy_keys.fingerprints_of(module)
    state = legacy_keys.observe(system, fingerprints)
    name = module.params["repository_name"]
    own_path = sources_files.own(name) if name else ""
    plan = legacy_keys.plan(state, url, own_path, system_backups.stamp())
    for path, why in sorted(state.unread.items()):
        module.warn(f"{path} may contain an old key but cannot be read and was not changed: {why}")
    backups = [change.backup for change in plan.changes]
    if not module.check_mode:
        backups = changes.apply(system, plan.changes)
    return {
        "changed": bool(plan.changes),
        "diff": changes.diff(plan.changes),
        "removed_keys": [{"path": path, "fingerprints": list(keys)} for path, keys in plan.keys],
        "stale_sources": [
            {"path": item.entry.path, "uri": item.entry.uri, "reason": item.reason} for item in plan.stale
        ],
        "backups": backups,
    }


def main() -> None:
    """Observe, plan, apply."""
    entry.run(
        {
            "fingerprints": legacy_keys.FINGERPRINTS,
            "repository_url": {"type": "str"},
            "repository_name": {"type": "str"},
        },
        work,
    )


if __name__ == "__main__":
    main()
