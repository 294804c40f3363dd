#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin of the same name, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: reboot
short_description: Restart a Windows host if a policy allows it, and wait for it
version_added: 0.1.0
description:
  - Restarts the host if O(policy) and O(required) say so, and waits until it has started again. A new boot number or a
    new event about the start of Windows shows that. Restarts again if that is needed, see O(restarts).
  - O(window), O(not_on_battery) and O(not_while_logged_on) postpone a restart to a later run, see RV(deferred_by).
  - If there is nothing to do, nothing is sent to the host.
  - A laptop on which Ansible itself runs is not restarted. RV(awaiting_reboot) is then V(true), and the message says
    what to do.
  - A laptop that does not come back (BitLocker PIN, Wi-Fi that needs a logon) is not an error, see
    RV(awaiting_reboot). The next run continues from there.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.windows
attributes:
  idempotent:
    support: partial
    details: With O(policy=always) every run restarts the host.
options:
  policy:
    description:
      - When the host may be restarted.
      - "V(never): Never. If O(required) is V(true), this is reported."
      - "V(when_required): Only if O(required) is V(true)."
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
      - With a delay above V(0) Windows closes applications by force. Unsaved work is lost.
    type: int
    default: 60
  message:
    description: Message that is shown to the user.
    type: str
    default: Your administrator restarts this computer to set up WSL. Save your work now.
  timeout:
    description: How long to wait for the host to come back after each restart, in seconds.
    type: int
    default: 900
  restarts:
    description:
      - Maximum number of restarts. The host is restarted again only if Windows still waits for a restart, which
        optional features sometimes need.
    type: int
    default: 2
  window:
    description:
      - Hours in which a restart may start, in the host's own time, for example V(22:00-05:00). It may extend past
        midnight.
      - When unset, the whole day.
    type: str
  window_days:
    description: Days on which O(window) starts.
    type: list
    elements: str
    choices: [mon, tue, wed, thu, fri, sat, sun]
    default: [mon, tue, wed, thu, fri, sat, sun]
  not_on_battery:
    description:
      - Do not restart while the host runs on battery, or if the power state cannot be read.
      - It takes Windows a few seconds to report this.
    type: bool
    default: false
  not_while_logged_on:
    description: Do not restart while a user has a session at the screen, even if it is locked.
    type: bool
    default: false
author:
  - The wslfleet contributors (@wslfleet)
seealso:
  - module: wslfleet.cuda.wsl
"""

EXAMPLES = r"""
- name: Install WSL
  wslfleet.cuda.wsl:
  register: wsl

- name: Restart if WSL needs it
  wslfleet.cuda.reboot:
    policy: when_required
    required: "{{ wsl.reboot_required }}"
    delay: 300

- name: Restart only at night, on mains power, and if nobody is logged on
  wslfleet.cuda.reboot:
    policy: when_required
    required: "{{ wsl.reboot_required }}"
    window: 22:00-05:00
    window_days: [mon, tue, wed, thu]
    not_on_battery: true
    not_while_logged_on: true
    delay: 0
"""

RETURN = r"""
rebooted:
  description: Whether the host was restarted and is available again.
  returned: success
  type: bool
  sample: true
awaiting_reboot:
  description: >-
    Whether a restart is still needed, because of the policy, because it was postponed, or because the host did not come
    back in time.
  returned: success
  type: bool
  sample: false
deferred_by:
  description: Why a restart was postponed, one sentence each. Empty if there was no reason.
  returned: success
  type: list
  elements: str
  sample: [it runs on battery]
restarts:
  description: Number of restarts.
  returned: when the host was restarted
  type: int
  sample: 1
reasons_left:
  description: The reasons why another restart is still needed.
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
