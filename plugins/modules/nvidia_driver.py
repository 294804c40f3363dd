#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin of the same name, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nvidia_driver
short_description: Make sure that a Windows host has a new enough NVIDIA driver
version_added: 0.1.0
description:
  - Compares the NVIDIA driver on Windows with O(minimum). It is the only driver that CUDA in WSL needs, and none is
    ever installed inside WSL.
  - If it is too old or missing, installs one from the installer that you supply, silently and without a restart,
    and verifies it afterwards. Nothing is ever downloaded from anywhere by itself.
  - Refuses hosts without an NVIDIA device, and hosts whose GPUs only compute (TCC) or are too old for WSL.
notes:
  - No program of Windows but PowerShell tells whether the signature of an installer is valid. C(signtool.exe) comes
    with the SDK, and C(sigverif.exe) and C(certutil.exe) do not look at that of a program. So O(sha256) stands for it.
    Check the signature once where you take the digest.
  - The signature of the driver itself is checked twice on the host. Windows verifies the signed catalog of a driver
    package, and with it every file, before it takes the package into its driver store. Afterwards C(pnputil.exe) tells
    who signed what was installed, in any display language. Anybody but Microsoft's hardware programme is a failure, see
    RV(signer). If Windows does not tell, there is a warning.
  - The screen of the host may go dark for some seconds, and programs that use the GPU may end.
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
  minimum:
    description:
      - The lowest version that will do, as C(nvidia-smi) shows it, for example V(580.88).
      - CUDA in WSL needs 495. Toolkit 12 needs 527.41, toolkit 13 needs 580, see
        P(wslfleet.cuda.minimum_windows_driver#filter).
    type: str
    default: "495"
  installer:
    description:
      - NVIDIA's installer for Windows, an address that the host can reach or a path on a share such as
        V(\\\\server\\share\\driver.exe).
      - A share works only where the logon may hand its credentials on (Kerberos delegation, CredSSP). This is tried
        first, and the cause is named. No such computer, no such share, no credentials or no right, no such file.
      - It is fetched to a file beside the real name. A download that was interrupted goes on where it stopped.
      - When unset, a driver that is too old or missing is a failure that says so.
    type: str
  sha256:
    description: SHA-256 of O(installer). Required with it.
    type: str
  timeout:
    description: Seconds after which fetching or installing is given up, each.
    type: int
    default: 1800
author:
  - The wslfleet contributors (@wslfleet)
seealso:
  - module: wslfleet.cuda.host_info
  - module: wslfleet.cuda.reboot
"""

EXAMPLES = r"""
- name: Only check
  wslfleet.cuda.nvidia_driver:
    minimum: "{{ '12.8' | wslfleet.cuda.minimum_windows_driver }}"

- name: Install the company's driver where the present one is too old
  wslfleet.cuda.nvidia_driver:
    minimum: "580.88"
    installer: https://packages.example.com/nvidia/580.88-notebook-win10-win11-64bit-international-dch-whql.exe
    sha256: 0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0
  register: driver

- name: Restart when the driver needs it
  wslfleet.cuda.reboot:
    policy: when_required
    required: "{{ driver.reboot_required }}"
"""

RETURN = r"""
version_before:
  description: The driver before, V(null) when there was none. With several GPUs the lowest.
  returned: success
  type: str
  sample: "572.61"
version:
  description: The driver after.
  returned: success
  type: str
  sample: "580.88"
reboot_required:
  description: Whether the installer asks for a restart.
  returned: success
  type: bool
  sample: false
signer:
  description: Who signed the package that was installed, V(null) when nothing was installed or Windows does not tell.
  returned: success
  type: str
  sample: Microsoft Windows Hardware Compatibility Publisher
steps:
  description: What was done, or would be done in check mode.
  returned: success
  type: list
  elements: str
  sample: ["install the NVIDIA driver from https://packages.example.com/580.88.exe (silently, without a restart)"]
"""
