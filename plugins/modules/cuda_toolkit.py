#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cuda_toolkit
short_description: Install or remove a CUDA toolkit inside WSL
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Installs the parts of one CUDA toolkit that O(components) name, and a host compiler. Never a driver, nor one of the
    metapackages V(cuda), V(cuda-X-Y), V(cuda-drivers).
  - The plan is judged before anything is downloaded. A plan that would install a driver, or remove something
    unasked, is refused.
  - C(apt-get) runs detached inside the distribution. The controller looks at it every O(wait) seconds and shows its
    progress. A lost connection does not stop it, and the next run finds it again.
  - Several toolkits can stand side by side. The default is left to the packages' alternatives.
  - Puts the default toolkit, and WSL's folder with C(nvidia-smi), on the PATH of every user in C(/etc/profile.d/).
  - When everything is there, the module reads dpkg's status file and starts no process.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.actiongroup
  - wslfleet.cuda.attributes.linux
attributes:
  action:
    support: full
    details:
      - The controller looks after the transaction; the work is done in the distribution.
  async:
    support: none
    details:
      - The transaction runs detached and the module waits for it, see O(wait).
  check_mode:
    support: full
  diff_mode:
    support: full
  platform:
    support: full
    platforms: debian
  idempotent:
    support: full
options:
  version:
    description:
      - Toolkit version, major and minor, such as V(12.8). Write it in quotes.
    type: str
    required: true
  components:
    description:
      - Parts of the toolkit, such as V(toolkit) for all of it, V(compiler), V(libraries-dev), V(nvcc).
      - An unknown part fails with the list of those that exist.
    type: list
    elements: str
    default:
      - toolkit
  host_compiler:
    description:
      - Whether to install C(g++) when there is no C++ compiler.
    type: bool
    default: true
  state:
    description:
      - V(present) installs what is missing. V(absent) purges every package of this version, and no other.
    type: str
    choices:
      - present
      - absent
    default: present
  wait:
    description:
      - How many seconds one look at the transaction waits for its end.
    type: int
    default: 20
  transaction:
    description:
      - The transaction to follow. Set by the controller while it waits; there is no need to set it.
      - When unset, the module looks for what is missing and starts a transaction.
    type: str
"""

EXAMPLES = r"""
- name: Install the whole toolkit
  wslfleet.cuda.cuda_toolkit:
    version: "12.8"

- name: Install the compiler and the development files only
  wslfleet.cuda.cuda_toolkit:
    version: "12.8"
    components:
      - compiler
      - libraries-dev

- name: Remove a toolkit that is not used any more
  wslfleet.cuda.cuda_toolkit:
    version: "12.4"
    state: absent
"""

RETURN = r"""
packages:
  description: The packages that O(version) and O(components) stand for.
  returned: success
  type: list
  elements: str
  sample:
    - cuda-toolkit-12-8
nvcc:
  description: The compiler of this version. Empty when it is not installed.
  returned: success
  type: str
  sample: /usr/local/cuda-12.8/bin/nvcc
transaction:
  description: The transaction that did the work, or is still doing it.
  returned: when packages change
  type: dict
  contains:
    id:
      description: Its name.
      type: str
      returned: always
      sample: 20260131T120000-toolkit
    running:
      description: Whether it still runs.
      type: bool
      returned: always
      sample: false
    progress:
      description: Per cent of the current phase, by apt.
      type: float
      returned: always
      sample: 42.5
    package:
      description: The package that apt works on.
      type: str
      returned: always
      sample: cuda-nvcc-12-8
    log:
      description: The log in the distribution.
      type: str
      returned: always
      sample: /var/lib/wslfleet/transactions/20260131T120000-toolkit/log
"""

import time
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils import (
    _apt_plan,
    _catalogue,
    _changes,
    _indexes,
    _run,
    _toolkit,
    _transaction,
)


def shown(transaction: _transaction.Transaction) -> t.Dict[str, t.Any]:
    """The transaction for the controller."""
    progress = transaction.progress()
    return {
        "id": transaction.id,
        "running": transaction.running,
        "progress": progress.percent,
        "package": progress.package,
        "text": progress.text,
        "log": transaction.log,
    }


def collect(module: AnsibleModule) -> t.List[_transaction.Transaction]:
    """The ended transactions that nobody has reported. Raises ToolkitError when the one we follow ended badly."""
    ended = _transaction.uncollected()
    for transaction in ended:
        transaction.mark_collected()
        if transaction.exit_code == 0:
            continue
        text = _toolkit.failure(transaction, _toolkit.read())
        if transaction.id == module.params["transaction"]:
            raise _toolkit.ToolkitError(text)
        # Of an earlier run: this one mends what is left of it.
        module.warn(text)
    return ended


def planned(module: AnsibleModule, run: _run.Runner, plan: _toolkit.Plan) -> _apt_plan.Judgement | None:
    """The judged plan; None in check mode while apt cannot make one. Raises ToolkitError."""
    if plan.install and not module.check_mode:
        problem = _indexes.bring_up_to_date(run, time.time())
        if problem:
            module.warn(f"{problem}; going on with the indexes that are there")
    try:
        return _toolkit.judge(run, plan, _toolkit.free_bytes())
    except _toolkit.NoPlanError as error:
        if not module.check_mode:
            raise
        # What earlier tasks would have written or mended is not there, so apt cannot know.
        module.warn(f"the plan can be judged only once the source is written and dpkg is mended; now {error}")
        return None


def work(module: AnsibleModule, run: _run.Runner) -> t.Dict[str, t.Any]:
    """One look: attach to what runs, else plan and start. The result for the controller."""
    params = module.params
    present = params["state"] == "present"
    wanted = _toolkit.desired(params["version"], params["components"], params["host_compiler"], present)
    result: t.Dict[str, t.Any] = {"changed": False, "packages": list(wanted.packages)}
    running = _transaction.find_running()
    if running is not None and not module.check_mode and not _transaction.attach(running, params["wait"]):
        return {**result, "changed": True, "transaction": shown(running)}
    ended = [] if module.check_mode else [item for item in collect(module) if item.purpose == "toolkit"]
    if ended:
        result.update(changed=True, transaction=shown(ended[0]))
    database = _toolkit.read()
    plan = _toolkit.make_plan(wanted, database)
    result["changed"] = result["changed"] or not plan.empty
    result["diff"] = _changes.diff(plan.profile)
    if plan.packages_change:
        judged = planned(module, run, plan)
        before, after = _toolkit.describe(plan, judged)
        result["diff"].append(
            {"before_header": "packages", "after_header": "packages", "before": before, "after": after}
        )
    if module.check_mode:
        return {**result, "nvcc": _toolkit.nvcc_path(wanted.version)}
    if plan.packages_change:
        interrupted = database.journal_dirty or bool(database.broken)
        transaction = _transaction.start("toolkit", _toolkit.commands(plan, interrupted))
        if not _transaction.attach(transaction, params["wait"]):
            return {**result, "transaction": shown(transaction)}
        transaction.mark_collected()
        result["transaction"] = shown(transaction)
        left = _toolkit.make_plan(wanted, _toolkit.read())
        if transaction.exit_code != 0 or left.packages_change:
            raise _toolkit.ToolkitError(_toolkit.failure(transaction, _toolkit.read()))
    _toolkit.apply_profile(plan)
    return {**result, "nvcc": _toolkit.nvcc_path(wanted.version)}


def main() -> None:
    """Look once."""
    module = AnsibleModule(
        argument_spec={
            "version": {"type": "str", "required": True},
            "components": {"type": "list", "elements": "str", "default": ["toolkit"]},
            "host_compiler": {"type": "bool", "default": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "wait": {"type": "int", "default": 20},
            "transaction": {"type": "str"},
        },
        supports_check_mode=True,
    )
    try:
        result = work(module, _run.runner_of(module))
    except (_catalogue.CatalogueError, _toolkit.ToolkitError, _transaction.TransactionError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
