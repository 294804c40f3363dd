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
  - If WSL was upgraded while it was running, it is repaired before any restart, because Windows would otherwise delete
    its files.
  - Never deletes a distribution. Every step can be interrupted and run again.
  - Never restarts the host. RV(reboot_required) and RV(reboot_reasons) say whether a restart is needed;
    M(wslfleet.cuda.reboot) does it.
  - Does not rely on translated text or on the exit code of an installer. The registry is read again afterwards.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.windows
attributes:
  check_mode:
    support: partial
    details: With O(state=latest) and no MSI package a newer WSL cannot be predicted, so C(changed) is V(false).
options:
  state:
    description:
      - What is wanted.
      - "V(present): WSL is installed, in O(version) if that is set. Otherwise it is updated only if it is older than
        2.0, which cannot be used from a remote session. A package with missing files is repaired."
      - "V(latest): WSL is installed and as new as O(msi), or as new as Microsoft's version if no package is used."
      - "V(absent): The WSL package is not installed. Registrations and virtual disks of distributions are kept, and so
        are Windows features. Refused if any user of the host has a distribution, unless O(force=true)."
    type: str
    default: present
    choices:
      - present
      - latest
      - absent
  method:
    description:
      - How to install and update.
      - "V(auto): From O(msi) if it is set; with O(version) from the package that Microsoft publishes on GitHub;
        otherwise V(online), and V(web_download) if the Store refuses. On Windows 10 before KB5020030 (November 2022),
        whose C(wsl.exe) cannot fetch the package, one of O(msi) and O(version) is needed."
      - "V(online): By C(wsl.exe --install) and C(wsl.exe --update), which download from Microsoft."
      - "V(web_download): As V(online) but from GitHub instead of the Store (C(--web-download)). With O(version) the
        package of that version is downloaded from C(github.com/microsoft/WSL/releases) by C(curl.exe)."
      - "V(msi): From O(msi)."
      - "V(inbox): The WSL of Windows itself, only the Windows features and no package. Enough to prepare hosts; the
        other modules of this collection need the package. M(wslfleet.cuda.wsl_distribution) refuses to make, change,
        stop, export or delete a distribution there, and says so."
    type: str
    default: auto
    choices:
      - auto
      - online
      - web_download
      - msi
      - inbox
  version:
    description:
      - Install exactly this version, for example V(2.6.3). An older one is upgraded.
      - A newer one is an error unless O(allow_downgrade=true).
      - When unset, any version from 2.0 on is kept.
    type: str
  msi:
    description:
      - The MSI package of WSL. This is an address (C(https) or C(http)) that the host can reach, a path on the
        controller, or a file on a share (V(\\\\server\\share\\wsl.2.6.3.0.x64.msi)).
      - Ansible searches a relative path as for other files, beside the play and in C(files).
      - Keep the name under which it was published (C(wsl.2.6.3.0.x64.msi)), because the version is read from it, or set
        O(version).
      - A share works only if the logon can read it. A network logon cannot pass on its credentials, so this needs
        delegation (Kerberos, CredSSP). It is tested first. If it fails, the message names the cause
        (no such computer, no such share, no credentials or no permission, no such file).
      - From the controller the package is sent in parts and never kept in memory. If the connection is lost during
        this, the part that has arrived is in a temporary file, which is never used, and the next run sends the package
        again from the beginning. A complete package is not sent again.
      - An address is downloaded in the same way. With O(msi_sha256) an interrupted download is continued.
      - It is kept on the host below C(C:\Program Files\wslfleet) as C(wsl.msi), because Windows can repair it only
        under this name.
      - When unset, WSL is downloaded from Microsoft.
    type: str
  msi_sha256:
    description:
      - SHA-256 digest of O(msi), or of the package of O(version), 64 hex digits. When it differs, nothing is installed.
      - An interrupted download is continued only if this is set.
      - When unset, the digest is not checked. An C(http) address needs it.
    type: str
  msi_proxy:
    description:
      - Proxy through which the host downloads O(msi) or the package of O(version), for example
        V(http://proxy.example.com:8080).
      - It is passed to C(curl.exe) on standard input and appears in no command line. The proxy settings of Windows are
        not used. C(wsl.exe) has no such option.
      - When unset, the host connects directly.
    type: str
  skip_msix:
    description:
      - Leave out the part of the package that comes from the Store (property C(SKIPMSIX=1)).
      - It allows older builds of Windows to find the package when people type C(wsl). On these builds it cannot be
        installed from a remote logon and makes the installation fail.
      - When unset, it is left out on these older builds only.
    type: bool
  timeout:
    description: How long one step may take, in seconds.
    type: int
    default: 1800
  allow_running:
    description:
      - Update, repair or remove WSL even while a user runs WSL on the host. WSL is stopped for all users first, which
        ends their work.
      - When V(false), this is postponed to a later run, see RV(deferred).
    type: bool
    default: false
  allow_downgrade:
    description: Replace a newer WSL by O(version).
    type: bool
    default: false
  force:
    description:
      - With O(state=absent), remove WSL although there are distributions. Their disks are kept, but nobody can use them
        until WSL is installed again.
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

- name: The same version on every host, from Microsoft through the company's proxy
  wslfleet.cuda.wsl:
    version: 2.6.3
    msi_proxy: http://proxy.example.com:8080

- name: A host without any network but the one to the controller
  wslfleet.cuda.wsl:
    msi: files/wsl.2.6.3.0.x64.msi

- name: Install from GitHub because the Store is blocked
  wslfleet.cuda.wsl:
    method: web_download
"""

RETURN = r"""
version_before:
  description: Version before the run, V(null) when WSL was not installed.
  returned: success
  type: str
  sample: 2.5.10.0
version:
  description: Version after the run, V(null) when the package is not installed.
  returned: success
  type: str
  sample: 2.6.3.0
executable:
  description: Path of C(wsl.exe), V(null) if there is none that can be used.
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
  description: Why an update, repair or removal was postponed. Empty if it was not.
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
