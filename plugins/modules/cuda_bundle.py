#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin of the same name, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cuda_bundle
short_description: Run modules of this collection in distributions of other Windows users
version_added: 0.1.0
description:
  - A distribution belongs to one Windows account, and the administrator who is logged on cannot start that of a
    developer. This module packs modules of this collection, what they import and their options into one file, and runs
    it as V(root) in the distribution, by one scheduled task in the context of each developer. What the modules return
    comes back as if they had run over the connection P(wslfleet.cuda.wsl#connection).
  - There is one task for all O(steps) of a developer, never one for each. Six developers at a time work side by side.
  - A developer who is logged on need not do anything and sees no window. For one who is not logged on, Windows is asked
    to act without a session; where it does not, RV(developers[].waiting) says so, which is no failure.
  - In check mode the modules run in check mode. The task is needed for that too.
  - The task and its files in C(C:\Program Files\wslfleet) are removed at the end. After a lost connection the next run
    does so; it waits for a task that still works, and takes its result where the steps are the same. What has ended
    meanwhile is run again, which is safe.
  - The developer can read the steps and their options, secrets included, while the task exists, and cannot change them.
    The developer can be V(root) in the distribution, so what comes back is no better than the developer's word.
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
    details:
      - As idempotent as the modules that it runs.
options:
  name:
    description: Name of the distribution, the same for every one of O(windows_user).
    type: str
    required: true
  windows_user:
    description:
      - Windows users whose distributions are meant, by the name of their profile folder or by SID. A domain in front of
        a name is left out.
    type: list
    elements: str
    required: true
  steps:
    description:
      - Modules that run one after the other. The first one that fails ends the work of that developer.
      - Defaults set by C(module_defaults) do not reach them.
    type: list
    elements: dict
    required: true
    suboptions:
      module:
        description:
          - Name of the module without its collection.
        type: str
        required: true
        choices:
          - container_toolkit
          - cuda_audit_info
          - cuda_extra_libraries
          - cuda_guard
          - cuda_legacy
          - cuda_plan_info
          - cuda_repair
          - cuda_repository
          - cuda_smoke_test
          - cuda_toolkit
          - distribution_network
          - wsl_conf
      arguments:
        description:
          - Options of the module. The certificates of
            O(wslfleet.cuda.distribution_network#module:windows_certificates) are read over the connection.
            O(wslfleet.cuda.wsl_conf#module:terminate) is refused; use O(stop_if).
          - When unset, it has none.
        type: dict
      for_each:
        description:
          - Option of the module -> list of values. The module runs once for each of them; with several options, once
            for each combination.
          - When unset, it runs once.
        type: dict
      from_results:
        description:
          - Option of the module -> C(register.key), a value that an earlier step returned. A value that is empty or
            missing leaves the option as O(steps[].arguments) has it.
          - When unset, no option depends on an earlier step.
        type: dict
      unless:
        description:
          - C(register.key) of an earlier step. The step is left out when that is true.
          - When unset, the step does not depend on an earlier one.
        type: str
      when:
        description: Whether the step is part of the work at all.
        type: bool
        default: true
      register:
        description:
          - Name under which the result is returned, and known to later steps.
          - When unset, the result is not returned.
        type: str
  stop_if:
    description:
      - C(register.key) of a step. When that is true at the end, the distribution is stopped, and with it what the
        developer runs there. Never in check mode.
      - When unset, or false at the end, a distribution that was running goes on, and one that was started for this is
        stopped.
    type: str
  on_battery:
    description: Whether the task may start while the laptop runs on battery.
    type: bool
    default: true
  timeout:
    description: Seconds for the work of one developer. Windows ends the task then.
    type: int
    default: 3600
author:
  - The wslfleet contributors (@wslfleet)
seealso:
  - module: wslfleet.cuda.wsl_distribution
    description: Hands distributions over.
  - plugin: wslfleet.cuda.wsl
    plugin_type: connection
    description: The way into distributions of the account that is logged on.
"""

EXAMPLES = r"""
- name: Audit the distributions of two developers
  wslfleet.cuda.cuda_bundle:
    name: Ubuntu-24.04
    windows_user: [anna, ben]
    steps:
      - module: cuda_audit_info
        register: audit
  register: bundle

- name: Show the findings
  ansible.builtin.debug:
    msg: "{{ item.user }}: {{ item.reason or item.results.audit.failures | join('; ') or 'clean' }}"
  loop: "{{ bundle.developers }}"

- name: Repair, then look again
  wslfleet.cuda.cuda_bundle:
    name: Ubuntu-24.04
    windows_user: anna
    steps:
      - module: cuda_legacy
      - module: cuda_repair
        register: repair
      - module: cuda_guard
        arguments:
          instead: cuda-toolkit-12-8
      - module: cuda_audit_info
        register: audit
"""

RETURN = r"""
name:
  description: Name of the distribution.
  returned: success
  type: str
  sample: Ubuntu-24.04
developers:
  description: What became of each of O(windows_user).
  returned: when the users were found
  type: list
  elements: dict
  contains:
    user:
      description: Name of the profile folder.
      type: str
      sample: anna
    sid:
      description: Security identifier.
      type: str
      sample: S-1-5-21-1004336348-1177238915-682003330-1105
    waiting:
      description:
        - Why the work was not begun, V(not_logged_on), V(no_right), V(no_token), V(on_battery), or V(no_profile) where
          the user has never logged on to the host.
        - "Where that user has to put the distribution right first: V(wsl_1), V(unfinished) or V(damaged)."
        - Empty where it was.
      type: str
      sample: not_logged_on
    reason:
      description: The same as a sentence.
      type: str
      sample: that user is not logged on; run again when they are
    failed:
      description: Whether the work was begun, or should have been, and failed.
      type: bool
      sample: false
    msg:
      description: Why it failed, in the words of the module that did. Empty where nothing failed.
      type: str
      sample: ""
    changed:
      description: Whether a step changed something, or would in check mode.
      type: bool
      sample: true
    results:
      description: What the steps with O(steps[].register) returned, by that name.
      type: dict
      sample:
        audit:
          clean: true
          failures: []
    steps:
      description: The steps that were reached.
      type: list
      elements: dict
      contains:
        module:
          description: Name of the module.
          type: str
          sample: cuda_audit_info
        changed:
          description: Whether it changed something.
          type: bool
          sample: false
        failed:
          description: Whether it failed.
          type: bool
          sample: false
"""
