#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cuda_repository
short_description: Add NVIDIA's CUDA repository, a mirror of it or a local installer to apt
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Fetches the signing key, checks its digest and fingerprint, lets apt verify the index in a temporary folder, and
    only then writes the keyring and a deb822 source file with C(Signed-By).
  - A wrong address, key or digest changes nothing.
  - The index is fetched when the source changed or when there is none yet. A source that is already as requested costs
    no process and no download.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.linux
attributes:
  check_mode:
    details:
      - The key and the index are fetched into a temporary folder also in check mode, so that a wrong address is found.
options:
  state:
    description:
      - V(present) writes the source, V(absent) removes it, V(verified) only tries it when it is not there yet, and
        changes nothing.
    type: str
    choices:
      - present
      - absent
      - verified
    default: present
  source:
    description:
      - V(network) is NVIDIA's repository for WSL, which has no driver.
      - V(mirror) is a copy of it at O(url).
      - V(local_installer) is a package of NVIDIA that contains a whole repository, for laptops without a network. Its
        key is copied to C(/usr/share/keyrings/), and its one-line source is replaced with one in deb822 format.
      - V(ubuntu) is NVIDIA's repository for the Ubuntu (or Debian) release of the distribution. It has drivers, so
        it is refused unless M(wslfleet.cuda.cuda_guard) ran before.
    type: str
    choices:
      - network
      - mirror
      - local_installer
      - ubuntu
    default: network
  url:
    description:
      - Address of the folder that contains C(InRelease) and C(Packages). Required for O(source=mirror).
      - When unset, NVIDIA's address for O(source).
      - Can contain a user name and a password, but O(username) and O(password) also keep them out of the logs of the
        controller.
    type: str
  username:
    description:
      - User name for O(url). Goes with O(password).
      - When unset, no credentials are used, and those that an earlier run wrote are removed.
    type: str
  password:
    description:
      - Password or token for O(url), without spaces.
      - Both are written to C(/etc/apt/auth.conf.d/wslfleet-cuda.conf), which only root can read, and apply to O(url)
        only. They are neither in the source file nor in any output.
      - When unset, no credentials are used.
    type: str
  keyring_url:
    description:
      - Address of the C(cuda-keyring) package. Only the key with O(key_fingerprint) is taken from it; it is not
        installed.
      - When unset, C(cuda-keyring_1.1-1_all.deb) in O(url).
    type: str
  keyring_sha256:
    description:
      - SHA-256 digest that the file at O(keyring_url) must have.
      - When unset, only the address of NVIDIA's WSL repository has a known digest; the fingerprint is checked in any
        case.
    type: str
  key:
    description:
      - The public key itself (armored), or an address or a path in the distribution where it is. Used instead of
        O(keyring_url).
      - When unset, the key comes from O(keyring_url).
    type: str
  key_fingerprint:
    description:
      - Fingerprint of the key that signs the index, 40 hex digits. Required for O(source=mirror).
      - When unset, the key that NVIDIA uses for that repository, V(EB693B3035CD5710E231E123A4B469963BF863CC) for most;
        for O(source=local_installer), the key inside the package, which O(installer_sha256) vouches for.
    type: str
  installer:
    description:
      - The local installer, C(cuda-repo-wsl-ubuntu-X-Y-local_X.Y.Z-1_amd64.deb), under NVIDIA's name. A path in the
        distribution (the Windows disk is at C(/mnt/c)) or an http, https or file address. Required for
        O(source=local_installer).
      - It is no longer needed once its package is installed.
    type: str
  installer_sha256:
    description:
      - SHA-256 digest of O(installer), 64 hex digits. Required for O(source=local_installer).
    type: str
  sha1:
    description:
      - What to do when apt 3 (Debian 13, Ubuntu 26.04) refuses the key, because NVIDIA bound it to its user id by
        SHA-1. Nothing is weakened unless you choose it, and never when apt accepts the key.
      - V(refuse) fails and names the alternatives.
      - V(this_source) lets apt accept SHA-1 for this source, and only while this collection fetches its index. Whoever
        can forge a SHA-1 binding of this one key could then pass off an index of this one source; no other source is
        weakened. A plain C(apt update) keeps the existing index and warns.
      - V(all_sources) writes C(/etc/crypto-policies/back-ends/apt-sequoia.config), which makes apt accept SHA-1
        bindings permanently, for every source of the distribution. C(apt update) works again, but all sources are
        weaker. Prefer V(this_source).
    type: str
    choices:
      - refuse
      - this_source
      - all_sources
    default: refuse
  other_installers:
    description:
      - What happens to local installers (C(cuda-repo-*-local)) that are not the chosen source. Each takes gigabytes
        below C(/var). Their package, key and source are removed once the chosen source works; toolkits installed from
        them are kept. The chosen source is never removed.
      - V(unused) removes those that no source file refers to, except files of this collection for an earlier choice of
        O(source). One that a person uses, or has disabled, is kept.
      - V(all) also removes those that a person's sources refer to, and these sources; a backup of each is kept.
      - V(keep) removes none.
    type: str
    choices:
      - unused
      - all
      - keep
    default: unused
  packages:
    description:
      - Packages that the index must contain. Checked whenever the source is tried.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Use NVIDIA's repository for WSL
  wslfleet.cuda.cuda_repository:

- name: Use the mirror of the company
  wslfleet.cuda.cuda_repository:
    source: mirror
    url: https://mirror.example.com/cuda/wsl-ubuntu/x86_64/
    key: https://mirror.example.com/cuda/key.asc
    key_fingerprint: EB693B3035CD5710E231E123A4B469963BF863CC
    username: apt
    password: "{{ vaulted_mirror_password }}"

- name: Use the local installer on a laptop without a network
  wslfleet.cuda.cuda_repository:
    source: local_installer
    installer: /mnt/c/ProgramData/cuda/cuda-repo-wsl-ubuntu-12-8-local_12.8.1-1_amd64.deb
    installer_sha256: "{{ cuda_installer_sha256 }}"

- name: Remove the repository of the local installer, and keep the toolkit
  wslfleet.cuda.cuda_repository:
    source: local_installer
    installer: /mnt/c/ProgramData/cuda/cuda-repo-wsl-ubuntu-12-8-local_12.8.1-1_amd64.deb
    installer_sha256: "{{ cuda_installer_sha256 }}"
    state: absent

- name: Switch to the network repository, and free the space of every local installer
  wslfleet.cuda.cuda_repository:
    source: network
    other_installers: all

- name: Accept NVIDIA's key on Debian 13 for this source alone
  wslfleet.cuda.cuda_repository:
    sha1: this_source
"""

RETURN = r"""
name:
  description: Name of the source, which is also the name of its file.
  returned: success
  type: str
  sample: wsl-ubuntu
url:
  description: Address of the source.
  returned: success
  type: str
  sample: https://developer.download.nvidia.com/compute/cuda/repos/wsl-ubuntu/x86_64/
current:
  description:
    - Whether the source was already as requested, with its key and its index. Then there is nothing to add after
      O(state=verified).
  returned: success
  type: bool
  sample: true
freed:
  description:
    - Packages of local installers that were removed, or would be in check mode, and the space that this frees in the
      distribution. The disk of WSL on Windows does not shrink by itself.
  returned: success
  type: list
  elements: dict
  contains:
    package:
      description: Name of the package.
      type: str
      returned: always
      sample: cuda-repo-wsl-ubuntu-12-8-local
    bytes:
      description: Size of its repository.
      type: int
      returned: always
      sample: 3145728000
  sample: []
path:
  description: The source file.
  returned: success
  type: str
  sample: /etc/apt/sources.list.d/cuda-wsl-ubuntu.sources
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import goal as repository_goal
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import steps
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes, entry
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


def shown(outcome: steps.Outcome) -> list[dict[str, str]]:
    """The changes as a diff, in which a package is a line."""
    diff = changes.diff(outcome.changes)
    if outcome.package or outcome.gone:
        before = "".join(f"{name} ({size // 2**20} MiB in /var)\n" for name, size in outcome.gone)
        after = f"{outcome.package}\n" if outcome.package else ""
        diff.append(changes.listed("packages", before, after))
    return diff


def work(module: AnsibleModule, system: System) -> t.Dict[str, t.Any]:
    """Resolve, bring, report."""
    state = module.params["state"]
    options = credentials.hidden(module, "url", "keyring_url", "key", "installer")
    wanted = repository_goal.resolve(options["source"], options, system.read_text("/etc/os-release") or "")
    if wanted.warning:
        module.warn(wanted.warning)
    params = module.params
    outcome = steps.bring(system, wanted, state, params["packages"], params["other_installers"], module.check_mode)
    return {
        "changed": outcome.changed,
        "diff": shown(outcome),
        "name": wanted.name,
        "url": wanted.url,
        "path": wanted.path,
        "current": outcome.current,
        "freed": [{"package": name, "bytes": size} for name, size in outcome.gone],
    }


def main() -> None:
    """Resolve, bring, report."""
    entry.run(
        {
            "state": {"type": "str", "choices": ["present", "absent", "verified"], "default": "present"},
            "source": {
                "type": "str",
                "choices": ["network", "mirror", "local_installer", "ubuntu"],
                "default": "network",
            },
            "url": {"type": "str"},
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "keyring_url": {"type": "str", "no_log": False},
            "keyring_sha256": {"type": "str", "no_log": False},
            "key": {"type": "str", "no_log": False},
            "key_fingerprint": {"type": "str", "no_log": False},
            "installer": {"type": "str"},
            "installer_sha256": {"type": "str"},
            "sha1": {"type": "str", "choices": ["refuse", "this_source", "all_sources"], "default": "refuse"},
            "other_installers": {"type": "str", "choices": ["unused", "all", "keep"], "default": "unused"},
            "packages": {"type": "list", "elements": "str", "default": []},
        },
        work,
    )


if __name__ == "__main__":
    main()
