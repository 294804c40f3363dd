# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes that every module documents. A module adds ``support`` to each."""

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

    WINDOWS = r"""
options: {}
notes:
  - The module runs on the controller and sends native Windows commands to the host. PowerShell is not used, and nothing
    is copied to the host.
  - It works over the connections P(ansible.builtin.winrm#connection) and P(wslfleet.cuda.wsl#connection).
requirements:
  - pywinrm 0.5.0 or later on the controller
"""
