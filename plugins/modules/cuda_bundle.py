#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action plugin of the same name, which runs on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cuda_bundle
short_description: Run modules of this collection in a distribution as one order
version_added: 0.1.0
description:
  - Packs modules of this collection, what they import and their options into one order, and has it carried out as
    V(root) in a distribution. That is one launch into Linux for all of O(steps), whatever their number.
  - Without O(windows_user) the distribution is that of the account that connects, and is entered over the connection;
    the Windows connection of the inventory is enough. Over a connection that ends in Linux, such as
    P(wslfleet.cuda.wsl#connection), the order is for that Linux.
  - With O(windows_user) the distributions are those of other Windows users, which the administrator who is logged on
    cannot start. Then the order is carried out by one scheduled task in the context of each of them.
  - Where the distribution has no Python, it is installed first.
  - A process of its own carries the order out, so that a lost connection ends nothing. Over the connection no command
    is held open while apt works; the module shows how far apt is, and looks again after a pause. The next run waits for
    an order that is still at work.
  - For other users, six work at a time. A developer who is logged on need not do anything and sees no window. For one
    who is not logged on, Windows is asked to act without a session; where it does not, RV(developers[].waiting) says
    so, which is no failure.
  - In check mode the modules run in check mode. For other users the task is needed for that too.
  - The task and its files in C(C:\Program Files\wslfleet) are removed at the end. After a lost connection the next run
    does so; it waits for a task that still works, and takes its result where the steps are the same. What has ended
    meanwhile is run again, which is safe.
  - Another user can read the steps and their options, secrets included, while the task exists, and cannot change them.
    That user can be V(root) in the distribution, so what comes back is no better than the user's word.
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
    description:
      - Name of the distribution, the same for every one of O(windows_user).
      - When unset, the variable C(ansible_wsl_distribution) names it, else C(windows_host_distribution). Over a
        connection that ends in Linux it is not used.
    type: str
  windows_user:
    description:
      - Windows users whose distributions are meant, by the name of their profile folder or by SID. A domain in front of
        a name is left out.
      - When empty, the distribution is that of the account that connects.
    type: list
    elements: str
    default: []
  steps:
    description:
      - Modules that run one after the other. The first one that fails ends the work in that distribution.
      - Defaults set by C(module_defaults) do not reach them.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - What the step is for, in messages and differences.
          - When unset, the name of the module.
        type: str
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
      expect:
        description:
          - A value of the result that has to be true, as in V(clean). Where it is not, the step has failed, with the
            texts in C(failures) of the result as its message. Not looked at in check mode.
          - When unset, the result may be what it likes.
        type: str
      tags:
        description: The step is left out where C(--tags) names none of these, or C(--skip-tags) names one.
        type: list
        elements: str
        default: []
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
  stop:
    description:
      - Whether the distribution is stopped when the order has ended or failed, since it was started for it. Only for
        the account that connects, over the connection to Windows.
    type: bool
    default: false
  problems:
    description: What is wrong with the variables of the host. Where there is anything, the module fails with it, and
      nothing is begun.
    type: list
    elements: str
    default: []
  reconnect_timeout:
    description:
      - Seconds within which a connection that was lost after the order had been sent has to come back. Until then it is
        opened again and again; then the host counts as unreachable. The order goes on meanwhile.
    type: int
    default: 300
  on_battery:
    description: Whether the task may start while the laptop runs on battery.
    type: bool
    default: true
  timeout:
    description:
      - Seconds for the work in one distribution. Windows ends the task of another user then; over the connection the
        work goes on, and the next run waits for it.
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
- name: Repair the distribution of the account that connects, over its Windows connection
  wslfleet.cuda.cuda_bundle:
    name: Ubuntu-24.04
    steps:
      - name: Take out Linux drivers and mend dpkg
        module: cuda_repair
        register: repair
      - name: Audit the distribution
        module: cuda_audit_info
        register: audit
        expect: clean

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
steps:
  description: The steps that changed something, with the user's name in front where there are several.
  returned: when the distribution could be entered
  type: list
  elements: str
  sample:
    - Keep Linux drivers out
developers:
  description: What became of each of O(windows_user), or of the account that connects, as the only one.
  returned: when the users were found, and the distribution could be entered
  type: list
  elements: dict
  contains:
    user:
      description: Name of the profile folder. Empty for the account that connects.
      type: str
      sample: anna
    sid:
      description: Security identifier. Empty for the account that connects.
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
        name:
          description: What the step is for.
          type: str
          sample: Audit the distribution
        module:
          description: Name of the module.
          type: str
          sample: cuda_audit_info
        item:
          description: The values of O(steps[].for_each) that it ran with.
          type: str
          sample: ""
        changed:
          description: Whether it changed something.
          type: bool
          sample: false
        skipped:
          description: Whether O(steps[].unless) left it out.
          type: bool
          sample: false
        failed:
          description: Whether it failed.
          type: bool
          sample: false
        seconds:
          description: How long it took.
          type: float
          sample: 0.1
        warnings:
          description: What it warned of.
          type: list
          elements: str
          sample: []
        diff:
          description: What it changed, or would change; with C(--diff) only.
          type: list
          elements: dict
          sample: []
"""
