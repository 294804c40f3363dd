#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin of the same name, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_report
short_description: Make the report of a fleet from folders of documents
version_added: 0.2.0
description:
  - Every run of a playbook with the variable C(wslfleet_report) writes one document for each laptop to that folder, and
    makes a report from all documents. This module makes the report again. It can also make one report from several
    folders, for example of several controllers, of job slices, or of runs in a pipeline.
  - The report uses the newest document of each laptop. Findings that this document does not have come from the document
    before it, unless the laptop was changed after that.
  - Writes C(fleet.html), one page that needs no other file and sends nothing; C(fleet.json); C(fleet.csv), in which
    no cell is a formula; C(junit.xml) with a suite for each laptop; C(wslfleet.prom) for the textfile collector of
    node_exporter; C(not_conforming.limit) and C(out_of_reach.limit) for C(--limit @FILE).
  - Documents that are truncated, that are not documents, or whose schema is newer are left out and listed in
    RV(problems).
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.controller
attributes:
  check_mode:
    details: The report is written in check mode too, because no laptop is changed.
  diff_mode:
    support: N/A
options:
  src:
    description:
      - Folders on the controller. Each is the C(wslfleet_report) folder of a run, or contains documents only.
    type: list
    elements: path
    required: true
  dest:
    description:
      - Folder on the controller for the report. It is created if it does not exist.
      - When unset, it is the first of O(src).
    type: path
author:
  - The wslfleet contributors (@wslfleet)
"""

EXAMPLES = r"""
- name: Make one report of all job slices
  wslfleet.cuda.fleet_report:
    src:
      - slices/1
      - slices/2
      - slices/3
    dest: report
  delegate_to: localhost
  run_once: true
  register: report

- name: Show the state of the fleet
  ansible.builtin.debug:
    msg: "{{ report.summary }}: {{ report.page }}"
  run_once: true
"""

RETURN = r"""
page:
  description: Path of the page C(fleet.html).
  returned: success
  type: str
  sample: /srv/report/fleet.html
summary:
  description: The state of the fleet in one line.
  returned: success
  type: str
  sample: 291 conforming, 2 not conforming, 0 unknown, 3 out of reach
counts:
  description: Number of laptops in each state.
  returned: success
  type: dict
  sample: {conforming: 291, not_conforming: 2, unknown: 0, unreachable: 3}
causes:
  description: The causes why laptops do not conform or could not be reached, each with its number of laptops.
  returned: success
  type: dict
  sample: {driver_packages: 2, "off": 3}
problems:
  description: Problems of the documents, such as documents that were left out, one sentence each.
  returned: success
  type: list
  elements: str
  sample: ["laptop-7.audit.json left out: not JSON, or cut in the middle"]
"""
