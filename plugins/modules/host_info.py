#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin of the same name, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_info
short_description: Read what a run needs to know about a Windows host
version_added: 0.1.0
description:
  - Reads the Windows build, WSL, its distributions and their owners, NVIDIA GPUs and pending restarts of a host.
  - Everything comes from the registry in one WinRS command. Distributions of other users and the confirmation by
    C(nvidia-smi.exe) take a second one. Where C(nvidia-smi.exe) hangs, it is given up after 20 seconds.
  - Judges what was read, see RV(preflight).
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.actiongroup
  - wslfleet.cuda.attributes.windows
attributes:
  check_mode:
    support: full
  diff_mode:
    support: N/A
    details: Nothing is changed.
  platform:
    support: full
    platforms: windows
  idempotent:
    support: full
options:
  gather_subset:
    description:
      - What to read besides what one WinRS command tells.
      - Distributions of users whose profile is not loaded are never read, such users are reported as unknown.
      - "V(all): Everything, the same as V(users) and V(nvidia_smi)."
      - "V(machine): Only what one WinRS command tells."
      - "V(users): In addition the distributions of other users whose profile is loaded."
      - "V(nvidia_smi): In addition what C(nvidia-smi.exe) says about the GPUs."
    type: list
    elements: str
    default: [all]
    choices:
      - all
      - machine
      - users
      - nvidia_smi
  minimum_driver:
    description:
      - The lowest version of the NVIDIA driver on Windows with which RV(preflight) lets the host pass.
      - CUDA in WSL needs 495. Toolkit 12 needs 527.41, toolkit 13 needs 580.
    type: str
    default: "495"
author:
  - The wslfleet contributors (@wslfleet)
"""

EXAMPLES = r"""
- name: Read the host
  wslfleet.cuda.host_info:
  register: host

- name: Show what stands in the way
  ansible.builtin.debug:
    msg: "{{ item.seen }}: {{ item.remedy }}"
  loop: "{{ host.preflight | rejectattr('level', 'eq', 'ok') }}"
"""

RETURN = r"""
windows:
  description: The operating system.
  returned: success
  type: dict
  contains:
    product:
      description: Name and edition, for example V(Windows 11 Pro).
      type: str
      sample: Windows 11 Pro
    edition:
      description: Edition as the registry names it, for example V(Professional).
      type: str
      sample: Professional
    display_version:
      description: For example V(23H2).
      type: str
      sample: 23H2
    build:
      description: Build number.
      type: int
      sample: 22631
    ubr:
      description: Update build revision.
      type: int
      sample: 3155
    version:
      description: Build and revision, for example V(22631.3155).
      type: str
      sample: "22631.3155"
    architecture:
      description: V(AMD64) or V(ARM64).
      type: str
      sample: AMD64
    ui_language:
      description: Display language, for example V(de-DE).
      type: str
      sample: de-DE
    computer_name:
      description: Name of the computer.
      type: str
      sample: LAPTOP-17
elevated:
  description: Whether the logon has administrator rights.
  returned: success
  type: bool
  sample: true
account:
  description: The account that is logged on, by the name of its profile folder.
  returned: success
  type: str
  sample: fleet-admin
wsl:
  description: The installed WSL package.
  returned: success
  type: dict
  contains:
    installed:
      description: Whether the package is installed.
      type: bool
      sample: true
    version:
      description: For example V(2.6.3.0), V(null) when it is not installed.
      type: str
      sample: 2.6.3.0
    executable:
      description: Path of C(wsl.exe), V(null) when it is not installed.
      type: str
      sample: C:\Program Files\WSL\wsl.exe
    services:
      description: Which of the services C(vmcompute), C(hns), C(vfpext), C(wslservice) and C(lxssmanager) exist.
      type: dict
      sample:
        vmcompute: true
        hns: true
        vfpext: true
        wslservice: true
        lxssmanager: false
    policies:
      description: Values of the organisation's policies about WSL.
      type: dict
      sample: {}
    allowed:
      description: V(false) when a policy forbids WSL.
      type: bool
      sample: true
distributions:
  description: The registered distributions of every user whose profile is loaded.
  returned: success
  type: list
  elements: dict
  contains:
    owner:
      description: Name of the owner's profile folder.
      type: str
      sample: fleet-admin
    sid:
      description: Security identifier of the owner.
      type: str
      sample: S-1-5-21-1004336348-1177238915-682003330-1104
    name:
      description: Name of the distribution.
      type: str
      sample: Ubuntu-24.04
    guid:
      description: Its identifier, with braces.
      type: str
      sample: "{2c7f5a6e-4f7b-4f0e-9d0e-5a1c3f3f2b11}"
    version:
      description: V(1) or V(2).
      type: int
      sample: 2
    default:
      description: Whether it is the owner's default.
      type: bool
      sample: true
    default_uid:
      description: The Linux user that is used when none is named.
      type: int
      sample: 1000
    base_path:
      description: The folder with its virtual disk.
      type: str
      sample: C:\Users\fleet-admin\AppData\Local\wsl\{2c7f5a6e-4f7b-4f0e-9d0e-5a1c3f3f2b11}
    state:
      description: V(installed), V(installing), V(uninstalling), V(converting) or V(exporting).
      type: str
      sample: installed
users:
  description: The accounts that have a profile on the host.
  returned: success
  type: list
  elements: dict
  contains:
    sid:
      description: Security identifier.
      type: str
      sample: S-1-5-21-1004336348-1177238915-682003330-1104
    name:
      description: Name of the profile folder.
      type: str
      sample: fleet-admin
    profile:
      description: Path of the profile folder.
      type: str
      sample: C:\Users\fleet-admin
    loaded:
      description: Whether the profile is loaded now.
      type: bool
      sample: true
    connected:
      description: Whether it is the account that is logged on.
      type: bool
      sample: true
    distributions_known:
      description: V(false) when nothing is known about this user's distributions.
      type: bool
      sample: true
nvidia:
  description: NVIDIA GPUs and the driver on Windows.
  returned: success
  type: dict
  contains:
    gpus:
      description: The GPUs in the order of Windows.
      type: list
      elements: dict
      contains:
        name:
          description: Name of the GPU.
          type: str
          sample: NVIDIA GeForce RTX 4070 Laptop GPU
        driver_version:
          description: As NVIDIA counts, for example V(551.61).
          type: str
          sample: "551.61"
        windows_driver_version:
          description: As Windows counts, for example V(32.0.15.5161).
          type: str
          sample: 31.0.15.5161
        driver_model:
          description: V(WDDM), V(TCC) or V(MCDM). V(null) when C(nvidia-smi.exe) was not asked.
          type: str
          sample: WDDM
        memory_mib:
          description: Memory in MiB. V(null) when C(nvidia-smi.exe) was not asked.
          type: int
          sample: 8188
        compute_capability:
          description: For example V(8.9). V(null) when C(nvidia-smi.exe) was not asked.
          type: str
          sample: "8.9"
    cuda_library:
      description: Whether the driver has put C(libcuda.so) where WSL takes it from.
      type: bool
      sample: true
    nvidia_smi:
      description: V(confirmed), V(not asked), or what went wrong.
      type: str
      sample: confirmed
reboot:
  description: Whether a restart is pending.
  returned: success
  type: dict
  contains:
    pending:
      description: Whether there is any reason.
      type: bool
      sample: false
    reasons:
      description: The reasons, one sentence each.
      type: list
      elements: str
      sample: []
    boot_id:
      description: Number of the boot. Windows raises it at each start.
      type: int
      sample: 42
preflight:
  description: Verdicts on the host, one for each thing that was looked at.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Name of the check.
      type: str
      sample: windows_build
    row:
      description: Row of the collection's walk through NVIDIA's guide, empty when it is not the guide's concern.
      type: str
      sample: G5
    level:
      description: V(ok), V(warn) (a run goes on) or V(stop) (a run must not change this host).
      type: str
      sample: ok
    seen:
      description: What was found.
      type: str
      sample: Windows 11 Pro 23H2 build 22631.3155
    remedy:
      description: What to do, empty for V(ok).
      type: str
      sample: ""
"""
