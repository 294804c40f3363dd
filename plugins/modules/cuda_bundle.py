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
    cannot start. Then one scheduled task in the context of each user carries out the order.
  - If the distribution has no Python, it is installed first.
  - A separate process carries out the order, so a lost connection ends nothing. No command is held open while apt
    works; the module shows the progress of apt and checks again after a pause. The next run waits for an order that
    still runs.
  - Six other users are served at a time; progress is shown with the user's name. A developer who is logged on does not
    need to do anything and sees no window. For a developer who is not logged on, the task runs without a session. If
    Windows refuses that, RV(windows_users[].waiting) says so. This is not a failure.
  - In check mode the modules run in check mode. For other users the task is needed for that too.
  - The task and its files in C(C:\Program Files\wslfleet) are removed at the end. After a lost connection the next run
    does so; it waits for a task that still runs, and uses its result if the steps are the same. Work that has ended
    in the meantime is repeated, which is safe.
  - Another user can read the steps and their options, secrets included, while the task exists, and cannot change them.
    That user can be V(root) in the distribution, so the results can only be trusted as far as that user.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.windows
attributes:
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
      - Windows users whose distributions to work in, by the name of their profile folder or by SID. Without the domain.
      - When empty, the distribution is that of the account that connects.
    type: list
    elements: str
    default: []
  steps:
    description:
      - Modules to run one after the other. The first failure ends the work in that distribution.
      - C(module_defaults) does not apply to them.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the step in messages and diffs.
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
          - When unset, the module has no options.
        type: dict
      variables:
        description:
          - Option of the module -> name of a variable of the host, whose value it takes. Where the variable is not set,
            or is an empty text, the module does not get the option. What O(steps[].arguments) says comes first.
          - Does the same as a template in O(steps[].arguments), and costs the controller a tenth of it.
          - When unset, no option is taken from a variable.
        type: dict
      for_each:
        description:
          - Option of the module -> list of values. The module runs once for each of them; with several options, once
            for each combination.
          - When unset, it runs once.
        type: dict
      from_results:
        description:
          - Option of the module -> C(register.key), a value that an earlier step returned. If the value is empty or
            missing, the value in O(steps[].arguments) is used.
          - When unset, no option depends on an earlier step.
        type: dict
      unless:
        description:
          - C(register.key) of an earlier step. If it is true, this step is skipped.
          - When unset, the step does not depend on an earlier one.
        type: str
      when:
        description: Whether to run the step.
        type: bool
        default: true
      expect:
        description:
          - A value of the result that must be true, for example V(clean). If it is not, the step has failed, with the
            texts in C(failures) of the result as its message. Not checked in check mode.
          - When unset, the result is not checked.
        type: str
      tags:
        description: The step is skipped if C(--tags) names none of these, or C(--skip-tags) names one.
        type: list
        elements: str
        default: []
      register:
        description:
          - Name under which the result is returned, and available to later steps.
          - When unset, the result is not returned.
        type: str
  stop_if:
    description:
      - C(register.key) of a step. If it is true at the end, the distribution is stopped, and with it the developer's
        programs there. Never in check mode.
      - When unset, or false at the end, a distribution that was running is not stopped; one that was started for this
        is.
    type: str
  stop:
    description:
      - Whether to stop the distribution when the order has ended or failed, because it was started for it. Only for the
        account that connects, over the connection to Windows.
    type: bool
    default: false
  problems:
    description: Problems of the variables of the host. If there are any, the module fails with them, and nothing is
      started.
    type: list
    elements: str
    default: []
  reconnect_timeout:
    description:
      - How long to try to reconnect when the connection is lost after the order was sent, in seconds. Then the host
        counts as unreachable. The order continues.
    type: int
    default: 300
  on_battery:
    description: Whether the task may start while the laptop runs on battery.
    type: bool
    default: true
  timeout:
    description:
      - Time limit for the work in one distribution, in seconds. Windows then ends the task of another user; over the
        connection the work continues, and the next run waits for it.
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
      - name: Remove Linux drivers and repair dpkg
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
  loop: "{{ bundle.windows_users }}"

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
  description: The steps that changed something, with the user's name in front if there are several users.
  returned: when the distribution could be entered
  type: list
  elements: str
  sample:
    - Keep Linux drivers out
windows_users:
  description: The result for each of O(windows_user), or for the account that connects as the only one.
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
        - Why the work was not started, V(not_logged_on), V(no_right), V(no_token), V(on_battery), or V(no_profile)
          where the user has never logged on to the host.
        - "If that user must fix the distribution first: V(wsl_1), V(unfinished) or V(damaged)."
        - Empty if the work was started.
      type: str
      sample: not_logged_on
    reason:
      description: The same as a sentence.
      type: str
      sample: that user is not logged on; run again when they are
    failed:
      description: Whether the work failed, or could not be started although it should have been.
      type: bool
      sample: false
    msg:
      description: Why it failed, with the message of the module. Empty if nothing failed.
      type: str
      sample: ""
    changed:
      description: Whether a step changed something, or would in check mode, or Python was installed.
      type: bool
      sample: true
    results:
      description:
        - What the steps with O(steps[].register) returned, by that name, without C(diff) and C(invocation).
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
          description: Whether O(steps[].unless) skipped it.
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
    not_begun:
      description: Steps that were not begun, because an earlier one failed or the work waits for something.
      type: list
      elements: str
      sample: []
"""
