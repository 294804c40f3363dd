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
  - If the driver is too old or missing, runs the installer that you supply, silently and without a restart, and
    verifies the driver afterwards. Without O(installer) nothing is downloaded.
  - Refuses hosts without an NVIDIA device, and hosts whose GPUs use the TCC driver model or are too old for WSL.
notes:
  - PowerShell is the only program of Windows that can check the signature of an installer. C(signtool.exe) is part of
    the SDK, and C(sigverif.exe) and C(certutil.exe) do not check the signature of a program. So the module checks
    O(sha256) instead. Check the signature once yourself, when you compute the digest.
  - The signature of the driver itself is checked twice on the host. Windows verifies the signed catalog of a driver
    package, and with it every file, before it adds the package to its driver store. Afterwards C(pnputil.exe) shows
    who signed the installed package, in any display language. Any signer other than Microsoft's hardware programme is a
    failure, see RV(signer). If Windows does not show the signer, there is a warning.
  - The screen of the host may go dark for a few seconds, and programs that use the GPU may end.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.windows
options:
  minimum:
    description:
      - The lowest version that is accepted, as shown by C(nvidia-smi), for example V(580.88).
      - CUDA in WSL needs 495. Toolkit 12 needs 527.41, toolkit 13 needs 580, see
        P(wslfleet.cuda.minimum_windows_driver#filter).
    type: str
    default: "495"
  installer:
    description:
      - NVIDIA's installer for Windows. This is an address that the host can reach, or a path on a share such as
        V(\\\\server\\share\\driver.exe).
      - A share works only if the logon can delegate its credentials (Kerberos delegation, CredSSP). This is tested
        first. If it fails, the message names the cause
        (no such computer, no such share, no credentials or no permission, no such file).
      - It is downloaded to a temporary file beside the real name. An interrupted download is continued.
      - When unset, a driver that is too old or missing is a failure that says so.
    type: str
  sha256:
    description: SHA-256 of O(installer). Required with it.
    type: str
  timeout:
    description: How long the download and the installation may each take, in seconds.
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

- name: Install the company's driver if the present driver is too old
  wslfleet.cuda.nvidia_driver:
    minimum: "580.88"
    installer: https://packages.example.com/nvidia/580.88-notebook-win10-win11-64bit-international-dch-whql.exe
    sha256: 0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0
  register: driver

- name: Restart if the driver needs it
  wslfleet.cuda.reboot:
    policy: when_required
    required: "{{ driver.reboot_required }}"
"""

RETURN = r"""
version_before:
  description: Version of the driver before the run, V(null) if there was none. With several GPUs, the lowest version.
  returned: success
  type: str
  sample: "572.61"
version:
  description: Version of the driver after the run.
  returned: success
  type: str
  sample: "580.88"
reboot_required:
  description: Whether the installer requires a restart.
  returned: success
  type: bool
  sample: false
signer:
  description:
    - Who signed the installed package. V(null) if nothing was installed, or if Windows does not show the signer.
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
