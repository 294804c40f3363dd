#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin of the same name, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wsl
short_description: Install or update WSL on a Windows host
version_added: 0.1.0
description:
  - Enables the Windows features that WSL 2 needs and installs the WSL package, or updates it.
  - Never restarts the host. RV(reboot_required) and RV(reboot_reasons) say that a restart is needed, which
    M(wslfleet.cuda.reboot) does.
  - Never relies on translated text or on the exit code of an installer. The registry is read again afterwards.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.actiongroup
  - wslfleet.cuda.attributes.windows
attributes:
  check_mode:
    support: partial
    details: With O(state=latest) and no MSI package a newer WSL cannot be foreseen, so C(changed) is V(false).
  diff_mode:
    support: full
  platform:
    support: full
    platforms: windows
  idempotent:
    support: full
options:
  state:
    description:
      - What is wanted.
      - "V(present): WSL is installed. It is updated only when it is older than 2.0, which cannot be used from afar."
      - "V(latest): WSL is installed and as new as O(msi), or as what Microsoft offers where no package is used."
    type: str
    default: present
    choices:
      - present
      - latest
  method:
    description:
      - How to install and update.
      - "V(auto): From O(msi) when it is given, else V(online)."
      - "V(online): By C(wsl.exe --install) and C(wsl.exe --update), which download from Microsoft."
      - "V(msi): From O(msi)."
    type: str
    default: auto
    choices:
      - auto
      - online
      - msi
  msi:
    description:
      - The MSI package of WSL, an address (C(https) or C(http)) that the host can reach or a path on the controller.
      - Keep the name it was published under (C(wsl.2.6.3.0.x64.msi)), its version is read from that.
      - It is kept on the host below C(C:\ProgramData\wslfleet), from where Windows repairs it.
      - When unset, WSL is downloaded from Microsoft.
    type: str
  msi_sha256:
    description:
      - SHA-256 digest of O(msi), 64 hex digits. When it differs, nothing is installed.
      - When unset, the digest is not checked.
    type: str
  timeout:
    description: How long one step may take, in seconds.
    type: int
    default: 1800
  allow_running:
    description:
      - Update WSL even while someone's WSL runs on the host, which ends that person's work.
      - When V(false), an update is put off to a later run, see RV(deferred).
    type: bool
    default: false
author:
  - The wslfleet contributors (@wslfleet)
seealso:
  - module: wslfleet.cuda.reboot
  - module: wslfleet.cuda.wsl_distribution
"""

EXAMPLES = r"""
- name: Install WSL as NVIDIA's guide says
  wslfleet.cuda.wsl:

- name: Keep WSL up to date, but never while somebody uses it
  wslfleet.cuda.wsl:
    state: latest

- name: Install WSL from a package in the company's network
  wslfleet.cuda.wsl:
    msi: https://files.example.com/wsl.2.6.3.0.x64.msi
    msi_sha256: 8d9f7c2f0a6c5a6bb2e3b0f2f7e1c9d4a5b6c7d8e9f00112233445566778899a
"""

RETURN = r"""
version_before:
  description: Version before the run, V(null) when WSL was not installed.
  returned: success
  type: str
  sample: 2.5.10.0
version:
  description: Version after the run, V(null) when WSL is not installed (check mode).
  returned: success
  type: str
  sample: 2.6.3.0
executable:
  description: Path of C(wsl.exe).
  returned: success
  type: str
  sample: C:\Program Files\WSL\wsl.exe
steps:
  description: What was done, or would be done in check mode.
  returned: success
  type: list
  elements: str
  sample:
    - enable the Windows feature VirtualMachinePlatform (dism.exe)
deferred:
  description: Why a wanted update was put off, empty when it was not.
  returned: success
  type: str
  sample: ""
reboot_required:
  description: Whether WSL needs a restart of the host before distributions can run.
  returned: success
  type: bool
  sample: true
reboot_reasons:
  description: The reasons, one sentence each.
  returned: success
  type: list
  elements: str
  sample:
    - the Windows feature VirtualMachinePlatform takes effect after a restart
"""
