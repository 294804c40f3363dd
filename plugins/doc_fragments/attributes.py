# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The attributes that every module documents.

A module names ``attributes`` and states ``support`` of its four attributes by itself, then ``actiongroup``, then
``windows``, ``linux`` or ``controller``, which say the same for all modules of that side. What a module states wins.
"""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment ``wslfleet.cuda.attributes``."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description:
      - Can run in C(check_mode) and return changed status prediction without modifying the target.
  diff_mode:
    description:
      - Returns details on what has changed, or would change in C(check_mode), when in diff mode.
  platform:
    description:
      - Target operating system that can be operated against.
  idempotent:
    description:
      - A second run right after the first one changes nothing.
"""

    ACTIONGROUP = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/wslfleet.cuda.cuda) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - wslfleet.cuda.cuda
"""

    # What all modules do that manage Windows itself: an action plugin does the whole work on the controller.
    WINDOWS = r"""
options: {}
attributes:
  action:
    description:
      - Whether a part of the module runs on the controller.
    support: full
    details:
      - The whole module runs on the controller. Nothing is copied to the host.
  async:
    description:
      - Can be used with the keyword C(async).
    support: none
    details:
      - The module waits for long steps itself, see its option C(timeout) where it has one.
  become:
    description:
      - Can be used with the keyword C(become).
    support: none
    details:
      - Commands run with the rights of the account that logs on, and C(become) is ignored. Log on as an administrator.
  bypass_host_loop:
    description:
      - Runs once for all hosts instead of once for each.
    support: none
  connection:
    description:
      - Uses the connection that is configured for the host.
    support: full
    details:
      - P(ansible.builtin.winrm#connection), or P(wslfleet.cuda.wsl#connection) whose Windows side is then used. No
        other connection works.
  delegation:
    description:
      - Can be used with C(delegate_to) and its relatives.
    support: full
notes:
  - The host is asked and changed with native Windows programs only. PowerShell is not used.
requirements:
  - pywinrm 0.5.0 or later on the controller
"""

    # What a module does that works on files of the controller and asks no host.
    CONTROLLER = r"""
options: {}
attributes:
  action:
    description:
      - Whether a part of the module runs on the controller.
    support: full
    details:
      - The whole module runs on the controller, whichever host the task is for. Use C(run_once).
  async:
    description:
      - Can be used with the keyword C(async).
    support: none
  become:
    description:
      - Can be used with the keyword C(become).
    support: none
    details:
      - The module has the rights of whoever runs Ansible.
  bypass_host_loop:
    description:
      - Runs once for all hosts instead of once for each.
    support: none
  connection:
    description:
      - Uses the connection that is configured for the host.
    support: none
  delegation:
    description:
      - Can be used with C(delegate_to) and its relatives.
    support: full
"""

    # What all modules do that run inside the distribution.
    LINUX = r"""
options: {}
attributes:
  action:
    description:
      - Whether a part of the module runs on the controller.
    support: none
  async:
    description:
      - Can be used with the keyword C(async).
    support: full
  become:
    description:
      - Can be used with the keyword C(become).
    support: full
  bypass_host_loop:
    description:
      - Runs once for all hosts instead of once for each.
    support: none
  connection:
    description:
      - Uses the connection that is configured for the host.
    support: full
  delegation:
    description:
      - Can be used with C(delegate_to) and its relatives.
    support: full
notes:
  - The module runs inside the distribution, as V(root). Reach it with P(wslfleet.cuda.wsl#connection), whose tasks run
    as V(root) unless told otherwise.
requirements:
  - Debian 11 or later, or Ubuntu 20.04 or later
  - Python 3.8 or later in the distribution
"""
