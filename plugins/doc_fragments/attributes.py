# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What modules document alike: their attributes, and the options of those that leave a transaction at work.

A module names ``attributes``, then ``windows``, ``linux`` or ``controller``, which say the same for all modules of that
side, and before that ``transaction`` where apt works on after its answer. It states itself where it does less than
``attributes`` says, or more needs to be known. What a module states wins, then the fragment that is named first.
"""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment ``wslfleet.cuda.attributes``."""

    DOCUMENTATION = r"""
options: {}
attributes:
  action:
    description:
      - Whether a part of the module runs on the controller.
  action_group:
    description:
      - Use C(group/wslfleet.cuda.cuda) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - wslfleet.cuda.cuda
  async:
    description:
      - Can be used with the keyword C(async).
  become:
    description:
      - Can be used with the keyword C(become).
  bypass_host_loop:
    description:
      - Runs once for all hosts instead of once for each.
    support: none
  check_mode:
    description:
      - Can run in C(check_mode) and return changed status prediction without modifying the target.
    support: full
  connection:
    description:
      - Uses the connection that is configured for the host.
  delegation:
    description:
      - Can be used with C(delegate_to) and related keywords.
    support: full
  diff_mode:
    description:
      - Returns details on what has changed, or would change in C(check_mode), when in diff mode.
    support: full
  idempotent:
    description:
      - A second run right after the first one changes nothing.
    support: full
  platform:
    description:
      - Target operating system that can be operated against.
    support: full
"""

    # What all modules do that manage Windows itself: an action plugin does the whole work on the controller.
    WINDOWS = r"""
options: {}
attributes:
  action:
    support: full
    details:
      - The whole module runs on the controller. Nothing is copied to the host.
  async:
    support: none
    details:
      - The module waits for long steps itself, see its option C(timeout), if it has one.
  become:
    support: none
    details:
      - Commands run with the rights of the account that logs on, and C(become) is ignored. Log on as an administrator.
  connection:
    support: full
    details:
      - P(ansible.builtin.winrm#connection), or P(wslfleet.cuda.wsl#connection) whose Windows side is then used. No
        other connection works.
  platform:
    platforms: windows
notes:
  - The host is read and changed with native Windows programs only. PowerShell is not used.
requirements:
  - pywinrm 0.5.0 or later on the controller
"""

    # What a module does that works on files of the controller and asks no host.
    CONTROLLER = r"""
options: {}
attributes:
  action:
    support: full
    details:
      - The whole module runs on the controller, whichever host the task is for. Use C(run_once).
  async:
    support: none
  become:
    support: none
    details:
      - The module has the rights of the user who runs Ansible.
  connection:
    support: none
  platform:
    platforms: posix
"""

    # What all modules do that run inside the distribution.
    LINUX = r"""
options: {}
attributes:
  action:
    support: none
  async:
    support: full
  become:
    support: full
  connection:
    support: full
  platform:
    platforms: debian
notes:
  - The module runs inside the distribution, as V(root). Reach it with P(wslfleet.cuda.wsl#connection), whose tasks run
    as V(root) unless another user is configured.
requirements:
  - Debian 11 or later, or Ubuntu 20.04 or later
  - Python 3.8 or later in the distribution
"""

    # What modules do inside the distribution that leave a transaction of apt at work and are asked again.
    TRANSACTION = r"""
options:
  wait:
    description:
      - How many seconds one check of the transaction waits for its end.
    type: int
    default: 20
  transaction:
    description:
      - The transaction to follow. The controller sets this option while it waits; do not set it yourself.
      - When unset, the module checks what is missing and starts a transaction.
    type: str
attributes:
  action:
    support: full
    details:
      - The controller follows the transaction; the work is done in the distribution.
  async:
    support: none
    details:
      - The transaction runs detached and the module waits for it, see O(wait).
"""
