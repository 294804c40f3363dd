#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin of the same name, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: reboot
short_description: Restart a Windows host under a policy and wait for it
version_added: 0.1.0
description:
  - Restarts the host when O(policy) and O(required) say so, and waits until it is back in a new boot.
  - When nothing is to be done, the host is not even asked.
  - A laptop that does not come back (BitLocker PIN, Wi-Fi that needs a logon) is no error, see RV(awaiting_reboot).
    The next run goes on from there.
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
    support: partial
    details: With O(policy=always) every run restarts the host.
options:
  policy:
    description:
      - When the host may be restarted.
      - "V(never): Never. When O(required) is V(true), this is reported."
      - "V(when_required): Only when O(required) is V(true)."
      - "V(always): Always."
    type: str
    default: never
    choices:
      - never
      - when_required
      - always
  required:
    description: Whether an earlier task needs a restart, for example RV(wslfleet.cuda.wsl#module:reboot_required).
    type: bool
    default: false
  delay:
    description:
      - Time between the message to the user and the restart, in seconds.
      - With a delay above 0 Windows closes applications by force. Work that was not saved is lost.
    type: int
    default: 60
  message:
    description: What the user is shown.
    type: str
    default: Your administrator restarts this computer to set up WSL. Save your work now.
  timeout:
    description: How long to wait for the host to come back, in seconds.
    type: int
    default: 900
author:
  - The wslfleet contributors (@wslfleet)
seealso:
  - module: wslfleet.cuda.wsl
"""

EXAMPLES = r"""
- name: Install WSL
  wslfleet.cuda.wsl:
  register: wsl

- name: Restart when WSL needs it
  wslfleet.cuda.reboot:
    policy: when_required
    required: "{{ wsl.reboot_required }}"
    delay: 300
"""

RETURN = r"""
rebooted:
  description: Whether the host was restarted and is back.
  returned: success
  type: bool
  sample: true
awaiting_reboot:
  description: Whether a restart is still needed, by the policy or because the host did not come back in time.
  returned: success
  type: bool
  sample: false
reasons_left:
  description: What still waits for another restart.
  returned: when the host was restarted
  type: list
  elements: str
  sample: []
seconds:
  description: How long the restart took, in seconds.
  returned: when the host was restarted
  type: float
  sample: 74.2
steps:
  description: What was done, or would be done in check mode.
  returned: success
  type: list
  elements: str
  sample:
    - restart the host 60 s after a message to its user (shutdown.exe /r)
"""
