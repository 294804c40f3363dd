#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cuda_repository
short_description: Add NVIDIA's CUDA repository, or a mirror of it, to apt
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Fetches the signing key, checks its digest and fingerprint, lets apt verify the index in a temporary folder, and
    only then writes the keyring and a deb822 source file with C(Signed-By).
  - A wrong address, key or digest changes nothing.
  - The index is fetched when the source changed or when there is none yet. A source that stands as wanted costs no
    process and no download.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.actiongroup
  - wslfleet.cuda.attributes.linux
attributes:
  check_mode:
    support: full
    details:
      - The key and the index are fetched into a temporary folder also in check mode, so that a wrong address is found.
  diff_mode:
    support: full
  platform:
    support: full
    platforms: debian
  idempotent:
    support: full
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
      - V(network) is NVIDIA's repository for WSL, which holds no driver.
      - V(mirror) is a copy of it at O(url).
      - V(ubuntu) is NVIDIA's repository for the Ubuntu release of the distribution. It holds drivers, so use
        M(wslfleet.cuda.cuda_guard) first.
    type: str
    choices:
      - network
      - mirror
      - ubuntu
    default: network
  url:
    description:
      - Address of the folder that holds C(InRelease) and C(Packages). Required for O(source=mirror).
      - When unset, NVIDIA's address for O(source).
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
      - When unset, NVIDIA's key V(EB693B3035CD5710E231E123A4B469963BF863CC).
    type: str
  packages:
    description:
      - Packages that the index must hold. Looked at whenever the source is tried.
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
"""

RETURN = r"""
name:
  description: Name of the source, from which its file is called.
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
    - Whether the source stood as wanted before, with its key and its index. Then there is nothing to add after
      O(state=verified).
  returned: success
  type: bool
  sample: true
path:
  description: The source file.
  returned: success
  type: str
  sample: /etc/apt/sources.list.d/cuda-wsl-ubuntu.sources
"""

import shutil
import tempfile
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils import _changes, _files, _repository, _run


def try_source(run: _run.Runner, wanted: _repository.Wanted, packages: t.Sequence[str]) -> bytes:
    """The keyring of WANTED, once apt has verified the index with it. Leaves nothing behind."""
    folder = tempfile.mkdtemp(prefix="wslfleet-")
    try:
        keyring = _repository.fetch_keyring(run, wanted, folder)
        missing = _repository.missing(_repository.try_index(run, wanted, keyring, folder), packages)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if missing:
        raise _repository.RepositoryError(
            f"{wanted.url} does not hold {', '.join(missing)}; check cuda_version and url"
        )
    return keyring


def bring(
    run: _run.Runner, wanted: _repository.Wanted, state: str, packages: t.Sequence[str], check_mode: bool
) -> t.Tuple[bool, bool, t.List[_changes.FileChange]]:
    """Bring the source to STATE; whether anything changed (an index counts), whether it stood as wanted, the files."""
    if state == "absent":
        changes = _repository.plan_absent(wanted)
        if not check_mode:
            _changes.apply(changes)
        return bool(changes), False, changes
    if _repository.is_current(wanted):
        return False, True, []
    changes = _repository.plan(wanted, try_source(run, wanted, packages))
    if state == "verified":
        return False, False, []
    if not check_mode:
        _changes.apply(changes)
        _repository.refresh(run, wanted)
    return True, False, changes


def main() -> None:
    """Resolve, try, write."""
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent", "verified"], "default": "present"},
            "source": {"type": "str", "choices": ["network", "mirror", "ubuntu"], "default": "network"},
            "url": {"type": "str"},
            "keyring_url": {"type": "str", "no_log": False},
            "keyring_sha256": {"type": "str", "no_log": False},
            "key": {"type": "str", "no_log": False},
            "key_fingerprint": {"type": "str", "no_log": False},
            "packages": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    try:
        os_release = _files.read_text("/etc/os-release") or ""
        wanted = _repository.resolve(module.params["source"], module.params, os_release)
        state, packages = module.params["state"], module.params["packages"]
        changed, current, changes = bring(_run.runner_of(module), wanted, state, packages, module.check_mode)
    except _repository.RepositoryError as error:
        module.fail_json(msg=str(error))
    diff = _changes.diff(changes)
    module.exit_json(changed=changed, diff=diff, name=wanted.name, url=wanted.url, path=wanted.path, current=current)


if __name__ == "__main__":
    main()
