#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin of the same name, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_probe
short_description: Test every assumption about a Windows host
version_added: 0.1.0
description:
  - Tests all assumptions of the collection about C(cmd.exe), WinRM, the registry, WSL and NVIDIA drivers, and keeps the
    raw bytes of every answer. Questions whose answer is success or failure are sent together, about a hundred questions
    in 45 commands.
  - Only reads. Nothing is installed, changed or started, except the distribution in O(distribution).
  - The file that it writes contains names of users and of the computer. It contains no password.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.windows
attributes:
  check_mode:
    details: The file O(dest) on the controller is written in check mode too.
  diff_mode:
    support: N/A
    details: Nothing is changed on the host.
options:
  dest:
    description:
      - File on the controller for the answers, as JSON. Only its owner can read it.
      - When unset, they are only returned.
    type: path
  distribution:
    description:
      - Start this distribution once, to test whether WSL works in this kind of logon. It stops again by itself.
      - When unset, none is started.
    type: str
  idle:
    description:
      - Seconds without traffic before the last question. V(0) leaves out that question.
      - From inside the laptop there is no connection that could be lost, so the question is left out.
    type: int
    default: 130
author:
  - The wslfleet contributors (@wslfleet)
"""

EXAMPLES = r"""
- name: Probe one laptop
  wslfleet.cuda.host_probe:
    dest: "{{ inventory_hostname }}.probe.json"
  register: probe

- name: Show the answers
  ansible.builtin.debug:
    var: probe.table
"""

RETURN = r"""
rows:
  description: The answers.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Name of the row.
      type: str
      sample: caret
    question:
      description: What was asked, in words.
      type: str
      sample: Does the caret escape?
    line:
      description: The command line that was sent.
      type: str
      sample: echo a^&b
    stdin:
      description: What was sent to its standard input, in base64.
      type: str
      sample: ""
    exit_code:
      description:
        - Exit code, unsigned. V(null) if the command did not end.
        - V(0) for success or V(1) for failure, if several questions were sent in one command.
      type: int
      sample: 0
    stdout:
      description: Raw output in base64.
      type: str
      sample: YSZiDQo=
    stderr:
      description: Raw error output in base64. Empty if several questions were sent in one command.
      type: str
      sample: ""
    seconds:
      description: How long the command took, in seconds.
      type: float
      sample: 0.21
    verdict:
      description:
        - V(holds) or V(differs) for an assumption of the collection, V(noted) for a fact, V(missing) if what was
          asked about does not exist on the host.
      type: str
      sample: holds
    answer:
      description: The answer in words.
      type: str
      sample: a&b
table:
  description: The answers as lines of text. Rows that differ come first, rows that are missing come last.
  returned: success
  type: list
  elements: str
  sample:
    - holds    caret  a&b
differing:
  description: Names of the rows that differ from what the collection assumes.
  returned: success
  type: list
  elements: str
  sample: []
hindrances:
  description:
    - Why the host cannot be managed, one sentence each, according to the rows that differ. Empty if it can be managed.
  returned: success
  type: list
  elements: str
  sample: []
dest:
  description: Absolute path of the file on the controller.
  returned: when O(dest) is given
  type: str
  sample: /home/admin/laptop-17.probe.json
"""
