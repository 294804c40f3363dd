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
  - Reads the Windows build, WSL, its distributions and their owners, NVIDIA GPUs, pending restarts, power and proxies.
  - One WinRS command reads the machine, and does not wake up a GPU. A second one reads other users, the battery and
    C(nvidia-smi.exe), all together.
  - If C(nvidia-smi.exe) hangs, it is ended after 20 seconds, or after 60 if profiles are searched as well.
  - Returns verdicts, see RV(preflight), for each row of NVIDIA's guide about Windows, the GPU and WSL. What Windows
    only says in localised text, or not at all, is reported as V(info), never assumed.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.windows
attributes:
  diff_mode:
    support: N/A
    details: Nothing is changed.
options:
  gather_subset:
    description:
      - What to read in addition to the first WinRS command.
      - Distributions of users whose profile is not loaded are unknown. Virtual disks below their profiles are a hint,
        see RV(users[].virtual_disks).
      - "V(all): Everything, the same as V(users), V(battery) and V(nvidia_smi)."
      - "V(machine): Only what one WinRS command can read."
      - "V(users): In addition distributions of other users whose profile is loaded, sessions, and virtual disks."
      - "V(battery): In addition whether the host runs on battery. This takes Windows a few seconds."
      - "V(nvidia_smi): In addition what C(nvidia-smi.exe) says about the GPUs."
    type: list
    elements: str
    default: [all]
    choices:
      - all
      - machine
      - users
      - battery
      - nvidia_smi
  unloaded_profiles:
    description:
      - What to do about users whose profile is not loaded. Windows loads it while a user has a session, a task or a
        service.
      - "V(unknown): Their distributions are not known. Virtual disks below their profiles are reported."
      - "V(copy): Their part of the registry (C(NTUSER.DAT)) is copied, the copy is loaded below C(HKEY_USERS), the key
        of WSL is read, and the copy is unloaded and deleted. Never the original file. Needs V(users) in
        O(gather_subset) and an account that is elevated."
      - Costs two more WinRS commands for up to seven users, and some seconds for each of them.
      - Risks of V(copy). A copy has all of a user's settings, which can include secrets. It is for seconds in
        C(C:\Program Files\wslfleet\hives), which only administrators can read. The user's file is open for reading
        while it is copied, and a user who logs on in that second may get a temporary profile, as with any backup.
        Security software watches for copies of C(NTUSER.DAT) and for C(reg.exe load), so tell your
        security team.
      - If a run was interrupted, the next run of this module, with either value, unloads and deletes what it left
        behind.
      - A user whose copy cannot be read remains unknown, see RV(users[].registry).
      - Copies are made in check mode too, because they are removed from the host again.
    type: str
    default: unknown
    choices:
      - unknown
      - copy
  minimum_driver:
    description:
      - The lowest version of the NVIDIA driver on Windows that RV(preflight) accepts.
      - CUDA in WSL needs 495. Toolkit 12 needs 527.41, toolkit 13 needs 580.
    type: str
    default: "495"
  toolkit:
    description:
      - The toolkit version, major and minor, that the GPUs must support in RV(preflight), for example V(12.8).
      - When unset, only the guide's minimum (Pascal, compute capability 6.0) is checked.
    type: str
  minimum_free_space:
    description:
      - Free space on drive C that RV(preflight) requires before anything is installed, in GiB.
      - With less, a host is stopped only while the account has no distribution.
    type: int
    default: 20
  paths:
    description:
      - Paths that later tasks use, each with the name of the variable that contains it. RV(preflight) names those on a
        drive that the host does not have. Addresses, shares, paths on the controller and empty values do not count.
      - Such a host is stopped only while the account has no distribution.
      - When unset, no drive is checked.
    type: dict
author:
  - The wslfleet contributors (@wslfleet)
"""

EXAMPLES = r"""
- name: Read the host
  wslfleet.cuda.host_info:
  register: host

- name: Check that the GPUs support a toolkit, confirmed by nvidia-smi
  wslfleet.cuda.host_info:
    gather_subset: [nvidia_smi]
    toolkit: "13.0"
    minimum_driver: "580"

- name: Make sure that the place for the distribution exists
  wslfleet.cuda.host_info:
    paths:
      windows_host_distribution_location: E:\wsl

- name: Find out who has distributions, including users who are not logged on
  wslfleet.cuda.host_info:
    gather_subset: [users]
    unloaded_profiles: copy
  register: everyone

- name: Show the blockers
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
    manufacturer:
      description: Maker of the computer, as its firmware names it.
      type: str
      sample: LENOVO
    machine_id:
      description: >-
        UUID of the computer in its firmware (SMBIOS). It does not change when the computer gets another name, or when
        Windows is installed again. Empty if the firmware has none of its own.
      type: str
      sample: 4c4c4544-0051-3010-8051-b4c04f4e3332
      version_added: 0.2.0
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
    kind:
      description: >-
        How it was installed. V(msi), V(store) (the Store's package alone), V(inbox) (part of Windows) or V(none). Only
        V(msi) can be used from a remote logon.
      type: str
      sample: msi
    version:
      description: For example V(2.6.3.0), V(null) when it is not installed.
      type: str
      sample: 2.6.3.0
    kernel:
      description: Version of the kernel that comes with it, V(null) if C(wsl.exe) did not show it.
      type: str
      sample: 6.6.87.2-1
    executable:
      description: Path of C(wsl.exe), V(null) when it is not installed.
      type: str
      sample: C:\Program Files\WSL\wsl.exe
    starts:
      description: Whether C(wsl.exe) starts in this logon, V(null) when it is not installed or did not answer.
      type: bool
      sample: true
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
  description: >-
    The registered distributions of every user whose profile is loaded, with O(unloaded_profiles=copy) of the others.
  returned: success
  type: list
  elements: dict
  contains:
    owner:
      description: Name of the owner's profile folder.
      type: str
      sample: fleet-admin
    owner_kind:
      description: V(domain), V(local), V(entra), or V(unknown) if domain and local accounts cannot be distinguished.
      type: str
      sample: domain
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
    disk:
      description: Path of its virtual disk, V(null) if it was not searched for or not found.
      type: str
      sample: C:\Users\ada\AppData\Local\wsl\{5b2c8e7c-0d3d-4c6e-9d5f-3f6f4c1f0a11}\ext4.vhdx
    disk_bytes:
      description: Size of the virtual disk on the drive, V(null) if unknown.
      type: int
      sample: 8589934592
    disk_problem:
      description: Why RV(distributions[].disk) or its size is not known, V(null) when both are.
      type: str
      sample: there is no virtual disk in its folder, or the folder is closed to this account
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
    kind:
      description: V(domain), V(local), V(entra) (SID begins with C(S-1-12-1-)) or V(unknown).
      type: str
      sample: domain
    logged_on:
      description: Whether the user has a session at the screen, V(null) if not checked.
      type: bool
      sample: true
    registry:
      description: >-
        How the user's part of the registry was read. V(loaded), V(copy) (see O(unloaded_profiles)), V(not loaded), or
        why a copy could not be read.
      type: str
      sample: loaded
    virtual_disks:
      description: >-
        Virtual disks in WSL's own places below the profile, and those of the user's distributions elsewhere. V(null)
        when they were not looked for. For a profile that is not loaded they are the only hint at distributions.
      type: list
      elements: dict
      contains:
        path:
          description: Path of the virtual disk.
          type: str
          sample: C:\Users\ada\AppData\Local\wsl\{5b2c8e7c-0d3d-4c6e-9d5f-3f6f4c1f0a11}\ext4.vhdx
        size_bytes:
          description: Its size, V(null) when it was not asked for.
          type: int
          sample: 8589934592
    distributions_known:
      description: V(false) when nothing is known about this user's distributions.
      type: bool
      sample: true
    problem:
      description:
        - Why nothing is looked for in the profile of this user, V(null) when it is. It is not opened when it does not
          lie on a drive of the host, or when C(cmd.exe) cannot carry its name, as with a per cent sign.
      type: str
      sample: null
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
        device_id:
          description: As Windows matched it to its driver, for example C(PCI\VEN_10DE&DEV_28B8).
          type: str
          sample: PCI\VEN_10DE&DEV_28B8
        tcc_by_registry:
          description:
            - Whether the registry says that it only computes (TCC). RV(nvidia.gpus[].driver_model) is more reliable.
          type: bool
          sample: false
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
    hardware:
      description: Whether an NVIDIA device is known on the PCI bus, with or without a driver. V(null) when unreadable.
      type: bool
      sample: true
    cuda_library:
      description: Whether the driver installed C(libcuda.so) in the folder that WSL uses.
      type: bool
      sample: true
    nvidia_smi:
      description: V(confirmed), V(not asked), or what went wrong.
      type: str
      sample: confirmed
virtualization:
  description: Whether a virtual machine can be started. Firmware settings themselves cannot be read.
  returned: success
  type: dict
  contains:
    hypervisor:
      description: >-
        V(true) when it did not fail in this boot, V(false) when it failed, V(null) if nothing has tried to start it.
      type: bool
      sample: true
    features:
      description: Optional features of Windows and whether they were chosen, in effect or after the next restart.
      type: dict
      sample: {VirtualMachinePlatform: true}
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
    boot_record:
      description: Number of the newest event about a start of Windows, V(null) when the log has none.
      type: int
      sample: 6617
free_space_bytes:
  description: Free space on drive C, V(null) when it could not be read.
  returned: success
  type: int
  sample: 214748364800
power:
  description: Battery and sleep. Each value is V(null) if Windows did not report it or if it was not requested.
  returned: success
  type: dict
  contains:
    battery:
      description: Whether there is a battery.
      type: bool
      sample: true
    on_battery:
      description: Whether the host runs on it.
      type: bool
      sample: false
    charge_percent:
      description: Charge of the battery.
      type: int
      sample: 83
    sleep_ac_seconds:
      description: Idle seconds until the host sleeps on mains, V(0) for never.
      type: int
      sample: 1800
    sleep_dc_seconds:
      description: The same on battery.
      type: int
      sample: 900
network:
  description: Proxies and adapters. Credentials in addresses are left out.
  returned: success
  type: dict
  contains:
    proxy:
      description: Proxy of the account that is logged on, V(null) for none.
      type: str
      sample: proxy.corp.example:8080
    bypass:
      description: Hosts that are reached without the proxy.
      type: str
      sample: "*.corp.example;<local>"
    automatic:
      description: Address of its proxy configuration script.
      type: str
      sample: http://wpad.corp.example/proxy.pac
    services_proxy:
      description: Proxy of services (WinHTTP), V(null) for none.
      type: str
      sample: proxy.corp.example:8080
    wireless_only:
      description: Whether only wireless adapters have an address from DHCP, V(null) if none has.
      type: bool
      sample: false
logged_on:
  description: Names of users who have a session at the screen. Empty when O(gather_subset) leaves out users.
  returned: success
  type: list
  elements: str
  sample: [ada]
preflight:
  description: Verdicts on the host, one for each check.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Name of the check.
      type: str
      sample: windows_build
    row:
      description: >-
        Row of NVIDIA's guide, V(G1) to V(G24), empty if it is not in the guide. The page about the
        R(rows of the audit,ansible_collections.wslfleet.cuda.docsite.audit_rows) explains each.
      type: str
      sample: G5
    level:
      description: >-
        V(ok), V(info) (good to know, or unknown), V(warn) (a run continues) or V(stop) (this host must not be changed).
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
