#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin of the same name, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wsl_distribution
short_description: Register, remove or stop a WSL distribution
version_added: 0.1.0
description:
  - Manages a distribution of the Windows account that is logged on. WSL distributions belong to one user each.
  - Nothing is ever exported, and nothing is deleted without O(force=true).
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.actiongroup
  - wslfleet.cuda.attributes.windows
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  platform:
    support: full
    platforms: windows
  idempotent:
    support: full
options:
  name:
    description: Name under which the distribution is registered. Letters, digits, dot, underscore and hyphen.
    type: str
    required: true
  state:
    description:
      - What is wanted.
      - "V(present): The distribution is registered. It is not started."
      - "V(absent): The distribution and everything in it is deleted. Needs O(force=true) when it exists."
      - "V(terminated): The distribution does not run. Its files stay, its processes end."
    type: str
    default: present
    choices:
      - present
      - absent
      - terminated
  distribution_id:
    description:
      - Name of the distribution in the online list (C(wsl.exe --list --online)).
      - When unset, the same as O(name).
    type: str
  source:
    description:
      - A root file system to import instead, a C(.wsl) or C(.tar) file, also compressed.
      - An address (C(https) or C(http)) that the host can reach, or a path on the controller.
      - When unset, the distribution comes from the online list.
    type: str
  sha256:
    description:
      - SHA-256 digest of O(source), 64 hex digits. When it differs, nothing is imported.
      - When unset, the digest is not checked.
    type: str
  location:
    description:
      - Folder on the host for the virtual disk.
      - When unset, a folder below C(AppData\Local\wsl) of the account.
    type: str
  default:
    description:
      - When V(true), it becomes the account's default distribution.
      - Otherwise WSL's own rule holds, the first one that is registered is the default.
    type: bool
    default: false
  version:
    description: WSL 1 or WSL 2. A distribution of the other version is converted. CUDA needs V(2).
    type: int
    default: 2
    choices: [1, 2]
  force:
    description: With O(state=absent), delete the distribution and everything in it.
    type: bool
    default: false
  timeout:
    description: How long one step may take, in seconds.
    type: int
    default: 3600
author:
  - The wslfleet contributors (@wslfleet)
seealso:
  - module: wslfleet.cuda.wsl
"""

EXAMPLES = r"""
- name: A distribution from Microsoft's list
  wslfleet.cuda.wsl_distribution:
    name: Ubuntu-24.04

- name: A distribution from the company's own image
  wslfleet.cuda.wsl_distribution:
    name: cuda
    source: https://files.example.com/images/cuda.wsl
    sha256: 8d9f7c2f0a6c5a6bb2e3b0f2f7e1c9d4a5b6c7d8e9f00112233445566778899a
    default: true

- name: Stop it
  wslfleet.cuda.wsl_distribution:
    name: cuda
    state: terminated

- name: Delete it, with everything in it
  wslfleet.cuda.wsl_distribution:
    name: cuda
    state: absent
    force: true
"""

RETURN = r"""
name:
  description: Name of the distribution.
  returned: success
  type: str
  sample: Ubuntu-24.04
steps:
  description: What was done, or would be done in check mode.
  returned: success
  type: list
  elements: str
  sample:
    - install distribution Ubuntu-24.04 (wsl.exe --install)
present:
  description: Whether the distribution is registered now. In check mode, whether it was before.
  returned: O(state=present) or O(state=absent)
  type: bool
  sample: true
running:
  description: Whether it ran before the module did anything.
  returned: success
  type: bool
  sample: false
"""
