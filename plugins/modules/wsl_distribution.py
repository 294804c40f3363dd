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
  - With O(windows_user) it registers the distribution for other users of the host, without their passwords.
  - Nothing is deleted without O(force=true), an export never overwrites a file, and a running distribution is not
    stopped without O(stop_running=true).
  - Every step can be interrupted and run again. What an interrupted import left behind is removed first.
  - Uses C(wsl.exe) of the installed package, wherever that is installed, unless the variable C(ansible_wsl_executable)
    names another one.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.windows
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
      - "V(terminated): The distribution does not run. Its processes are ended, its files are kept."
      - "V(exported): The file O(path) exists. An existing file is not changed, whatever it contains."
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
      - Address of the organisation's own list of distributions, which replaces Microsoft's list, for example
        V(https://wsl.example.com/DistributionInfo.json). C(file:) addresses work too; http is refused, and so is a
        password or a query in the address.
      - It is written to the machine's part of the registry (C(DistributionListUrl)) and applies to every user.
      - When unset, that setting is not changed.
    type: str
  source:
    description:
      - A root file system to import instead. It is a C(.wsl) or C(.tar) file, also compressed, or a virtual disk
        (C(.vhdx)).
      - An address (C(https) or C(http)) that the host can reach, a path on the controller, a path on the host such as
        V(C:\\images\\cuda.wsl), or a share such as V(\\\\files\\wsl\\cuda.wsl).
      - Set O(sha256) for a path on the host, because every user of the laptop can change the files in a folder such as
        C(C:\images).
      - An archive on the controller is streamed into C(wsl.exe), so that the host does not need the space twice. If the
        connection is lost during this, WSL removes the unfinished import, and the next run sends the archive again from
        the beginning.
      - The host downloads an address to a temporary file beside the real name. With O(sha256) an interrupted download
        is continued.
      - A share can be read only if the logon delegates credentials (Kerberos delegation or CredSSP). This is tested
        first. If it fails, the message names the cause
        (no such computer, no such share, no credentials or no permission, no such file).
      - It is used only if the distribution does not exist yet.
      - When unset, the distribution comes from the online list.
    type: str
  sha256:
    description:
      - SHA-256 digest of O(source), 64 hex digits. When it differs, nothing is imported.
      - A file on the host or on a share is first copied to a folder that only administrators can change. The copy is
        checked, imported and removed, so C(C:) needs space for it.
      - When unset, the digest is not checked. An C(http) address needs it.
    type: str
  location:
    description:
      - Folder on the host for the virtual disk, for example V(D:\\Users\\anna\\wsl\\cuda).
      - Every user of the laptop can read a folder directly below a drive, such as C(D:\wsl), and can change its files,
        including the virtual disk. Choose a folder inside one that only its owner and administrators can open.
      - When unset, a folder below C(AppData\Local\wsl) of the account.
    type: str
  default:
    description:
      - When V(true), it becomes the account's default distribution.
      - Otherwise WSL's own rule applies. The first distribution that is registered is the default.
    type: bool
    default: false
  default_user:
    description:
      - Linux user as which the distribution starts. If the user is missing, it is created without a prompt, without a
        password, and in the group C(sudo) if that exists. Its owner sets a password with
        C(wsl.exe -u root passwd NAME).
      - It is set when the distribution is created, and if the distribution still starts as root. Another default user
        is not changed.
      - A default user in C(/etc/wsl.conf) takes precedence, see M(wslfleet.cuda.wsl_conf). If it differs, the module
        says so.
      - When unset, the distribution starts as its image is configured, usually as root.
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
      - It contains everything in the distribution, so choose a folder that others cannot open. Every user of the laptop
        can read and change files in a folder directly below a drive, such as C(C:\images).
      - Required for O(state=exported). When unset, nothing is exported.
    type: str
  format:
    description:
      - With O(state=exported), the kind of file to write.
      - V(tar) is an archive, V(tar.gz) a compressed one, which needs WSL 2.5.8 or later.
      - V(vhdx) is a copy of the virtual disk. The name of the file must end in C(.vhdx).
    type: str
    default: tar
    choices: [tar, tar.gz, vhdx]
  force:
    description: With O(state=absent), delete the distribution and everything in it.
    type: bool
    default: false
  stop_running:
    description:
      - Deleting, exporting and converting end all processes in the distribution. If it is running, they are refused
        unless this is V(true).
    type: bool
    default: false
  windows_user:
    description:
      - Windows users who get the distribution, instead of the account that is logged on. Names of their profile
        folders, or their SIDs. Users who have never logged on to the host get it in a later run, after their first
        logon.
      - An image (O(source) or O(from_distribution)) is copied to the host, into a folder that only administrators can
        change. One scheduled task for each user imports it as that user. The tasks and the files are removed in any
        case.
      - Users who are logged on get it in their session, without a window. For other users the task runs without a
        session (S4U). If Windows cannot do that, if the right for it is missing, or if WSL does not start without a
        session, the task waits for the next logon. RV(hand_over) says so, and the next run collects the result.
      - If a user's profile is not loaded, a virtual disk at the usual place counts as the distribution. If there is
        none, a scheduled task of that user reports what is registered, before anything is copied or built, in check
        mode too. That task only reads. It costs six WinRS commands for all users together.
      - Nothing is copied for a user whose distribution is in a state that only that user can correct
        (WSL 1, not finished, damaged, without its virtual disk). RV(hand_over) says so, and this is not a failure.
      - Works with O(state=present) and O(version=2) only. A developer's distribution is never deleted. The task of a
        user removes an unfinished registration only if it finds the mark of an interrupted import of this module.
      - The answer of a user's task is controlled by that user. It affects no other user, and never leads to a deletion.
      - Needs administrator rights. Costs two WinRS commands if all users have it.
      - When unset, the account that is logged on gets the distribution.
    type: list
    elements: str
  from_distribution:
    description:
      - With O(windows_user), a distribution of the account that is logged on. It is exported as the image.
      - It is not changed. If it is running, O(stop_running=true) is needed.
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
  description: Whether the distribution was running before the module did anything.
  returned: success
  type: bool
  sample: false
image_needed:
  description:
    - Whether an image had to be copied to the host. In check mode, whether O(source) or O(from_distribution) would be
      used. They need not exist in check mode.
  returned: O(windows_user) is given
  type: bool
  sample: false
status:
  description: The outcome for all of O(windows_user). V(handed over), or the users that it waits for.
  returned: O(windows_user) is given
  type: str
  sample: awaiting logon of ben
reason:
  description: The reason for each user that it waits for. Empty if there is no such user.
  returned: O(windows_user) is given
  type: str
  sample: "ben: nobody is logged on as that user; the task starts at the next logon"
hand_over:
  description: The outcome for each of O(windows_user).
  returned: O(windows_user) is given
  type: list
  elements: dict
  contains:
    user:
      description: Name of the profile folder.
      type: str
      sample: anna
    sid:
      description: Security identifier. Empty if the user has no profile on the host.
      type: str
      sample: S-1-5-21-1004336348-1177238915-682003330-1105
    present:
      description: Whether the user has the distribution now.
      type: bool
      sample: true
    known:
      description:
        - Whether C(present) was read from the user's registry. Otherwise the profile is not loaded.
      type: bool
      sample: true
    waiting:
      description:
        - Why the user cannot use it yet.
        - "With a task that starts at the next logon: V(not_logged_on), V(no_right), V(no_token) or V(denied)."
        - "Until a later run: V(on_battery), V(no_profile) if the user has never logged on, V(not_known) if the user has
          a virtual disk of WSL and it cannot be found out which, and V(spoiled) if the user has replaced the file for
          the result of that user's task by a link, or has made it too large."
        - "Until that user corrects it: V(wsl_1), V(unfinished), V(damaged), V(disk_missing) or V(disk_left)."
        - Empty if nothing is waited for.
      type: str
      sample: not_logged_on
    refused:
      description:
        - Why that user's own task could not be used, with the same values. Empty if it answered or was not needed.
      type: str
      sample: no_token
    reason:
      description: The same as a sentence.
      type: str
      sample: nobody is logged on as that user; the task starts at the next logon
"""
