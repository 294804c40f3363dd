#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin of the same name, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wsl_distribution
short_description: Register, remove, stop or export a WSL distribution
version_added: 0.1.0
description:
  - Manages a distribution of the Windows account that is logged on. WSL distributions belong to one user each.
  - With O(windows_user) it gives other users of the host theirs, without their passwords.
  - Nothing is deleted without O(force=true), no file is ever overwritten by an export, and nothing that runs is stopped
    without O(stop_running=true).
  - Every step can be interrupted and run again. What an interrupted import left behind is removed first.
  - C(wsl.exe) is the one of the installed package, wherever the package was put, unless the variable
    C(ansible_wsl_executable) names another.
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
      - "V(present): The distribution is registered. It is not left running."
      - "V(absent): The distribution and everything in it is deleted. Needs O(force=true) when it exists."
      - "V(terminated): The distribution does not run. Its files stay, its processes end."
      - "V(exported): The file O(path) exists. A file that is there already is left alone, whatever is in it."
    type: str
    default: present
    choices:
      - present
      - absent
      - terminated
      - exported
  distribution_id:
    description:
      - Name of the distribution in the online list (C(wsl.exe --list --online)).
      - When unset, the same as O(name).
    type: str
  manifest:
    description:
      - Address of the organisation's own list of distributions, which takes the place of Microsoft's, for example
        V(https://wsl.example.com/DistributionInfo.json). C(file:) addresses work too; http is refused, and so is a
        password or a query in the address.
      - It is written to the machine's part of the registry (C(DistributionListUrl)) and holds for every user.
      - When unset, that setting is left as it is.
    type: str
  source:
    description:
      - A root file system to import instead, a C(.wsl) or C(.tar) file, also compressed, or a virtual disk (C(.vhdx)).
      - An address (C(https) or C(http)) that the host can reach, a path on the controller, a path on the host such as
        V(C:\\images\\cuda.wsl), or a share such as V(\\\\files\\wsl\\cuda.wsl).
      - Name O(sha256) for a path on the host, since every user of the laptop can change what is in a folder such as
        C(C:\images).
      - An archive on the controller is streamed into C(wsl.exe), so that the host needs no room for it twice. When the
        connection is lost meanwhile, WSL takes back what was begun, and the next run sends it from its beginning.
      - An address is fetched by the host to a file beside the real name. With O(sha256) an interrupted download goes on
        where it stopped.
      - A share can be read only where the logon hands on credentials (Kerberos delegation or CredSSP). That is tried
        first, and the cause is named. No such computer, no such share, no credentials or no right, no such file.
      - It is looked at only when the distribution does not exist yet.
      - When unset, the distribution comes from the online list.
    type: str
  sha256:
    description:
      - SHA-256 digest of O(source), 64 hex digits. When it differs, nothing is imported.
      - A file on the host or on a share is copied first, to where only administrators can change it. The copy is
        checked, imported and removed, so that C(C:) needs room for it.
      - When unset, the digest is not checked. An C(http) address needs it.
    type: str
  location:
    description:
      - Folder on the host for the virtual disk, for example V(D:\\Users\\anna\\wsl\\cuda).
      - Every user of the laptop can read a folder that is made right below a drive, such as C(D:\wsl), and change what
        is in it, the disk too. Name one below a folder that only its owner and administrators can open.
      - When unset, a folder below C(AppData\Local\wsl) of the account.
    type: str
  default:
    description:
      - When V(true), it becomes the account's default distribution.
      - Otherwise WSL's own rule holds, the first one that is registered is the default.
    type: bool
    default: false
  default_user:
    description:
      - Linux user that the distribution starts as. It is made without a prompt where it is missing, without a password,
        and with the group C(sudo) where there is one. Its owner sets a password with C(wsl.exe -u root passwd NAME).
      - It is applied when the distribution is made, and where it still starts as root. Another user is left alone.
      - A default user in C(/etc/wsl.conf) wins, see M(wslfleet.cuda.wsl_conf). If that differs, the module says so.
      - When unset, the distribution starts as its maker meant, mostly as root.
    type: str
  version:
    description:
      - WSL 1 or WSL 2. A distribution of the other version is converted, which needs the Windows feature
        C(Microsoft-Windows-Subsystem-Linux). CUDA needs V(2).
    type: int
    default: 2
    choices: [1, 2]
  path:
    description:
      - With O(state=exported), the file on the host to write, for example V(C:\\Users\\fleetadmin\\cuda.tar).
      - It holds everything of the distribution, so name a folder that others cannot open. What is right below a drive,
        such as C(C:\images), every user of the laptop can read and change.
      - Required then, when unset nothing is exported.
    type: str
  format:
    description:
      - With O(state=exported), what kind of file.
      - V(tar) is an archive, V(tar.gz) a compressed one, which needs WSL 2.5.8 or later.
      - V(vhdx) is a copy of the virtual disk. The name of the file has to end in C(.vhdx).
    type: str
    default: tar
    choices: [tar, tar.gz, vhdx]
  force:
    description: With O(state=absent), delete the distribution and everything in it.
    type: bool
    default: false
  stop_running:
    description:
      - Deleting, exporting and converting end everything that runs in the distribution. While it runs they are refused
        unless this is V(true).
    type: bool
    default: false
  windows_user:
    description:
      - Windows users who are to have the distribution, instead of the account that is logged on. Names of their profile
        folders, or their SIDs. Who has never logged on to the host waits for that.
      - An image is brought to the host (O(source) or O(from_distribution)), into a folder that only administrators can
        change. One scheduled task for each user imports it as that user. The tasks and the files are removed whatever
        happens.
      - Who is logged on gets it in the session, without a window. For the others the task runs without a session
        (S4U). If Windows cannot do that, has no right to, or WSL does not start without a session, the task is left
        for the next logon. RV(hand_over) says so, and the next run collects the result.
      - If a user's profile is not loaded, a virtual disk at the usual place is taken for the distribution. Where
        there is none, a scheduled task of that user tells what is registered, before anything is brought or built. In
        check mode too. It only looks, and costs six WinRS commands for all users together.
      - Nothing is brought to a user who has the distribution in a state that only that user can put right (WSL 1, not
        finished, damaged, without its virtual disk). RV(hand_over) tells, which is no failure.
      - Goes with O(state=present) and O(version=2) only. What a developer has is never deleted. The task of a user
        removes an unfinished registration only if it finds the mark of an interrupted import of this module.
      - What a user's task answers is that user's word. It decides about nobody else, and about no deletion.
      - Needs administrator rights. Two WinRS commands where everyone has it.
      - When unset, the account that is logged on gets the distribution.
    type: list
    elements: str
  from_distribution:
    description:
      - With O(windows_user), a distribution of the account that is logged on, which is exported as image.
      - It stays as it is. While it runs, O(stop_running=true) is needed.
      - When unset, O(source) is the image.
    type: str
  on_battery:
    description:
      - With O(windows_user), whether the import may start while the laptop runs on battery.
      - With V(false) the users are reported as waiting, and a later run tries again.
    type: bool
    default: true
  timeout:
    description: How long one step may take, in seconds.
    type: int
    default: 3600
author:
  - The wslfleet contributors (@wslfleet)
seealso:
  - module: wslfleet.cuda.wsl
  - module: wslfleet.cuda.wsl_conf
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
    default_user: dev

- name: A distribution from the company's own list
  wslfleet.cuda.wsl_distribution:
    name: cuda
    distribution_id: Ubuntu-24.04-CUDA
    manifest: https://wsl.example.com/DistributionInfo.json

- name: Stop it
  wslfleet.cuda.wsl_distribution:
    name: cuda
    state: terminated

- name: Give two developers what was built in the administrator's account
  wslfleet.cuda.wsl_distribution:
    name: cuda
    windows_user: [anna, S-1-12-1-1111111111-2222222222-3333333333-4444444444]
    from_distribution: cuda-build
    default: true
  register: result

- name: Say who has to log on first
  ansible.builtin.debug:
    msg: "{{ item.user }}: {{ item.reason }}"
  loop: "{{ result.hand_over | selectattr('waiting') }}"

- name: Keep a copy
  wslfleet.cuda.wsl_distribution:
    name: Ubuntu-24.04
    state: exported
    path: C:\Users\fleetadmin\ubuntu.tar.gz
    format: tar.gz

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
  returned: O(state=present), O(state=absent) or O(state=exported)
  type: bool
  sample: true
running:
  description: Whether it ran before the module did anything.
  returned: success
  type: bool
  sample: false
image_needed:
  description:
    - Whether an image had to be brought to the host. In check mode, whether O(source) or O(from_distribution) would be
      looked at. They need not exist then.
  returned: O(windows_user) is given
  type: bool
  sample: false
status:
  description: What became of all of O(windows_user), V(handed over), or whom that waits for.
  returned: O(windows_user) is given
  type: str
  sample: awaiting logon of ben
reason:
  description: Why, for each user that is waited for. Empty where nobody is.
  returned: O(windows_user) is given
  type: str
  sample: "ben: nobody is logged on as that user; the task starts at the next logon"
hand_over:
  description: What became of each of O(windows_user).
  returned: O(windows_user) is given
  type: list
  elements: dict
  contains:
    user:
      description: Name of the profile folder.
      type: str
      sample: anna
    sid:
      description: Security identifier. Empty where the user has no profile on the host.
      type: str
      sample: S-1-5-21-1004336348-1177238915-682003330-1105
    present:
      description: Whether the user has the distribution now.
      type: bool
      sample: true
    known:
      description: Whether that was read from the user's registry. Otherwise the profile is not loaded.
      type: bool
      sample: true
    waiting:
      description:
        - Why the user cannot use it yet.
        - "With a task that starts at the next logon: V(not_logged_on), V(no_right), V(no_token) or V(denied)."
        - "Until a later run: V(on_battery), V(no_profile) where the user has never logged on, V(not_known) where the
          user has some virtual disk of WSL and cannot be asked which, and V(spoiled) where the user has made a link or
          a flood of the file for the result of that user's task."
        - "Until that user puts it right: V(wsl_1), V(unfinished), V(damaged), V(disk_missing) or V(disk_left)."
        - Empty where nothing is waited for.
      type: str
      sample: not_logged_on
    refused:
      description: Why that user's own task could not be asked, with the same words. Empty where it answered or was not
        needed.
      type: str
      sample: no_token
    reason:
      description: The same as a sentence.
      type: str
      sample: nobody is logged on as that user; the task starts at the next logon
"""
