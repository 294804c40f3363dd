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
    edition:
      description: Edition as the registry names it, for example V(Professional).
      type: str
    display_version:
      description: For example V(23H2).
      type: str
    build:
      description: Build number.
      type: int
    ubr:
      description: Update build revision.
      type: int
    version:
      description: Build and revision, for example V(22631.3155).
      type: str
    architecture:
      description: V(AMD64) or V(ARM64).
      type: str
    ui_language:
      description: Display language, for example V(de-DE).
      type: str
    computer_name:
      description: Name of the computer.
      type: str
elevated:
  description: Whether the logon has administrator rights.
  returned: success
  type: bool
account:
  description: The account that is logged on, by the name of its profile folder.
  returned: success
  type: str
wsl:
  description: The installed WSL package.
  returned: success
  type: dict
  contains:
    installed:
      description: Whether the package is installed.
      type: bool
    version:
      description: For example V(2.6.3.0), V(null) when it is not installed.
      type: str
    executable:
      description: Path of C(wsl.exe), V(null) when it is not installed.
      type: str
    services:
      description: Which of the services C(vmcompute), C(hns), C(vfpext), C(wslservice) and C(lxssmanager) exist.
      type: dict
    policies:
      description: Values of the organisation's policies about WSL.
      type: dict
    allowed:
      description: V(false) when a policy forbids WSL.
      type: bool
distributions:
  description: The registered distributions of every user whose profile is loaded.
  returned: success
  type: list
  elements: dict
  contains:
    owner:
      description: Name of the owner's profile folder.
      type: str
    sid:
      description: Security identifier of the owner.
      type: str
    name:
      description: Name of the distribution.
      type: str
    guid:
      description: Its identifier, with braces.
      type: str
    version:
      description: V(1) or V(2).
      type: int
    default:
      description: Whether it is the owner's default.
      type: bool
    default_uid:
      description: The Linux user that is used when none is named.
      type: int
    base_path:
      description: The folder with its virtual disk.
      type: str
    state:
      description: V(installed), V(installing), V(uninstalling), V(converting) or V(exporting).
      type: str
users:
  description: The accounts that have a profile on the host.
  returned: success
  type: list
  elements: dict
  contains:
    sid:
      description: Security identifier.
      type: str
    name:
      description: Name of the profile folder.
      type: str
    profile:
      description: Path of the profile folder.
      type: str
    loaded:
      description: Whether the profile is loaded now.
      type: bool
    connected:
      description: Whether it is the account that is logged on.
      type: bool
    distributions_known:
      description: V(false) when nothing is known about this user's distributions.
      type: bool
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
        driver_version:
          description: As NVIDIA counts, for example V(551.61).
          type: str
        windows_driver_version:
          description: As Windows counts, for example V(32.0.15.5161).
          type: str
        driver_model:
          description: V(WDDM), V(TCC) or V(MCDM). V(null) when C(nvidia-smi.exe) was not asked.
          type: str
        memory_mib:
          description: Memory in MiB. V(null) when C(nvidia-smi.exe) was not asked.
          type: int
        compute_capability:
          description: For example V(8.9). V(null) when C(nvidia-smi.exe) was not asked.
          type: str
    cuda_library:
      description: Whether the driver has put C(libcuda.so) where WSL takes it from.
      type: bool
    nvidia_smi:
      description: V(confirmed), V(not asked), or what went wrong.
      type: str
reboot:
  description: Whether a restart is pending.
  returned: success
  type: dict
  contains:
    pending:
      description: Whether there is any reason.
      type: bool
    reasons:
      description: The reasons, one sentence each.
      type: list
      elements: str
    boot_id:
      description: Number of the boot. Windows raises it at each start.
      type: int
preflight:
  description: Verdicts on the host, one for each thing that was looked at.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Name of the check.
      type: str
    row:
      description: Row of the collection's walk through NVIDIA's guide, empty when it is not the guide's concern.
      type: str
    level:
      description: V(ok), V(warn) (a run goes on) or V(stop) (a run must not change this host).
      type: str
    seen:
      description: What was found.
      type: str
    remedy:
      description: What to do, empty for V(ok).
      type: str
"""
