#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin of the same name, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wsl_config
short_description: Change the WSL settings of a Windows user
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Changes C(.wslconfig) in the profile of a Windows user, which applies to all WSL 2 distributions of that user.
  - Settings are checked first, their names, values and units, the version of WSL and of Windows that they need, and
    the policies of the organisation that lock some of them. When one is wrong, nothing is changed.
  - Comments, unknown settings, their order and the ends of lines are kept. The file is written as UTF-8 without a byte
    order mark.
  - WSL reads the file when it starts. Nothing is stopped without O(shutdown=true), RV(needs) says what is needed.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.windows
options:
  settings:
    description:
      - Sections with their keys and values, for example C(wsl2) with C(memory) and C(processors). An empty value
        (C(null)) removes the key.
      - Sections are C(wsl2), C(general) and C(experimental). Case does not matter.
      - Sizes are whole numbers with C(B), C(KB), C(MB), C(GB) or C(TB) in capitals. Times are in milliseconds, C(-1) is
        for ever. Paths are written as on Windows, with single backslashes.
    type: dict
    required: true
  windows_user:
    description:
      - The user whose settings are changed, by name of the profile folder or by SID. Needs administrator rights.
      - When unset, the account that is logged on.
    type: str
  shutdown:
    description:
      - When something changed, end all running distributions of the account (C(wsl.exe --shutdown)), so that the next
        start reads the file. Everything that runs in them ends.
      - Works for the account that is logged on only.
    type: bool
    default: false
seealso:
  - module: wslfleet.cuda.wsl_conf
"""

EXAMPLES = r"""
- name: Limits for the developer, and GPUs on
  wslfleet.cuda.wsl_config:
    windows_user: anna
    settings:
      wsl2:
        memory: 24GB
        processors: 8
        gpuSupport: true
      experimental:
        autoMemoryReclaim: gradual

- name: Restore the default at once
  wslfleet.cuda.wsl_config:
    settings:
      wsl2:
        memory:
    shutdown: true
"""

RETURN = r"""
path:
  description: The file on the host.
  returned: success
  type: str
  sample: C:\Users\anna\.wslconfig
steps:
  description: What was done, or would be done in check mode.
  returned: success
  type: list
  elements: str
  sample:
    - set wsl2.memory=24GB
needs:
  description:
    - What makes the change effective where WSL runs. The user can do that at any time.
    - Empty when nothing changed, or when O(shutdown=true) has done it.
  returned: success
  type: str
  sample: wsl.exe --shutdown
"""
