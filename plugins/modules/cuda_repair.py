#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cuda_repair
short_description: Remove a Linux NVIDIA driver from a WSL distribution and repair dpkg
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Purges every driver package in one transaction, including foreign architectures and half removed ones, together with
    the packages that depend on them. C(dpkg) itself does that, so nothing else is removed, whatever the site's
    C(apt.conf) says and whatever the state of other packages and sources. Never runs C(autoremove).
  - A package counts as a driver by its source, its name, what it provides, or the files that C(dpkg) lists for it.
  - First simulates the same C(dpkg) command, and checks that the disk can be written; if not, nothing is changed. A
    driver's removal script that fails is moved to the backup, and the driver is removed without it.
  - Marks the CUDA toolkit as manually installed first, so that it is kept when its metapackage is removed.
  - Configures half configured packages, reinstalls packages whose unpacking was killed, repairs an interrupted dpkg.
  - Moves driver files that no package owns to C(/var/lib/wslfleet/backup/DATE/), and runs C(ldconfig). Those are
    libraries, programs, kernel modules with their DKMS folders, and everything in the log of NVIDIA's C(.run)
    installer, whose old files come back.
  - Removes folders from C(/etc/ld.so.conf) and C(/etc/ld.so.conf.d/) if they contain another C(libcuda) that the
    loader would use, such as the stubs of the toolkit; the old file is moved to the same backup. Links to WSL's files
    and copies of them are kept.
  - Writes the loader's entry for WSL's folder when it is missing, unless C(/etc/wsl.conf) forbids it.
  - Never restarts anything. RV(restart_wsl) says when running programs should be ended.
  - Reads all states again at the end and fails if anything of a driver is left. Problems of other packages that cannot
    be repaired here are not a failure, see RV(others).
  - Packages are changed in a transaction that a lost connection does not stop. On a healthy distribution the
    module reads a few files and starts no process.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.linux
options:
  timeout:
    description:
      - How long to wait for the transaction, and for one that already runs, in seconds. It continues after that time.
    type: int
    default: 1800
seealso:
  - module: wslfleet.cuda.cuda_audit_info
"""

EXAMPLES = r"""
- name: Remove any Linux driver
  wslfleet.cuda.cuda_repair:
"""

RETURN = r"""
steps:
  description: What was done, or would be done, in order.
  returned: success
  type: list
  elements: str
  sample:
    - "purge: nvidia-dkms-570 nvidia-driver-570"
purged:
  description: Driver packages that were purged.
  returned: success
  type: list
  elements: str
  sample:
    - nvidia-dkms-570
    - nvidia-driver-570
dependents:
  description: Packages that were purged with them because they depend on a driver.
  returned: success
  type: list
  elements: str
  sample:
    - cuda-runtime-12-8
others:
  description:
    - Problems of packages that do not belong to a driver and that this module cannot repair, such as a missing
      dependency. The driver is removed all the same.
  returned: success
  type: list
  elements: str
  sample:
    - "vendor-tool is iU"
strays:
  description: Driver files that belong to no package and were moved away.
  returned: success
  type: list
  elements: str
  sample:
    - /usr/lib/x86_64-linux-gnu/libcuda.so.1
backup:
  description: The folder that RV(strays) and old files of the loader were moved to. Empty when there were none.
  returned: success
  type: str
  sample: /var/lib/wslfleet/backup/20260131T120000
restart_wsl:
  description:
    - Whether running programs may still use the Linux driver. They stop using it when the distribution stops
      (C(wsl --terminate NAME), or C(wsl --shutdown) for all of them), which C(wslfleet.cuda.repair) does when
      asked.
  returned: success
  type: bool
  sample: true
"""

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction as apt_transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import commands, loader_conf, purge_log, run_file
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import obstacles as driver_obstacles
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import repair as driver_repair
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups, changes, entry, files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

MAX_ROUNDS = 5
"""How often packages are tried again without the scripts that failed (each driver has two), or after a lock."""


def wait_for_others(system: System, timeout: int) -> None:
    """Wait for a transaction of ours, then for dpkg's locks. Raises Failure."""
    running = apt_transaction.find_running(system)
    if running is not None and not apt_transaction.attach(running, timeout):
        raise Failure(f"transaction {running.id} still runs after {timeout} s; run again later; log: {running.log}")
    held = apt_transaction.wait_for_locks(system, timeout)
    for path, process in held.items():
        who = f"process {process}" if process != dpkg.UNSEEN else "a process outside this pid namespace"
        raise Failure(f"{path} is still held by {who} after {timeout} s; run again when it has ended")


def run_packages(system: System, plan: driver_repair.Plan, timeout: int) -> str:
    """Run the commands of PLAN in a transaction. Returns the path of its log. Raises Failure."""
    transaction = apt_transaction.start(system, "repair", commands.commands(plan), stop_on_failure=False)
    apt_transaction.finish(transaction, timeout)
    return transaction.log


def purge(system: System, state: driver_repair.State, plan: driver_repair.Plan, when: str, timeout: int) -> str:
    """Change the packages as in PLAN, and return the log. A removal script of a driver that fails is moved away,
    because it would keep the driver for ever. Raises Failure.
    """
    refusals = driver_repair.refusals(plan) + purge_log.judge_purge(system, plan)
    if refusals:
        raise Failure(f"refused, nothing was changed: {'; '.join(refusals[:3])}")
    log = run_packages(system, plan, timeout)
    for _round in range(MAX_ROUNDS):
        state, said = driver_repair.observe(system), files.read_text(log) or ""
        scripts = purge_log.failed_scripts(system, said, state)
        if purge_log.was_locked(said):
            wait_for_others(system, timeout)
        elif not scripts:
            break
        changes.apply(system, run_file.stray_changes(system, scripts, when))
        log = run_packages(system, driver_repair.plan(state, set()), timeout)
    return log


def repair(
    system: System, state: driver_repair.State, plan: driver_repair.Plan, when: str, timeout: int
) -> driver_repair.State:
    """Apply PLAN, observe again, and remove what only appears now. Returns the state afterwards. Raises Failure."""
    obstacles = driver_obstacles.obstacles(system)
    if obstacles:
        raise Failure(f"nothing was changed: {'; '.join(obstacles)}")
    log = purge(system, state, plan, when, timeout) if plan.packages_change else ""
    # Links that the packages' alternatives have left are strays only now.
    strays = driver_repair.observe(system).strays
    changes.apply(system, run_file.stray_changes(system, strays, when))
    if plan.restore is not None:
        run_file.undo_installer(system, plan.restore, when)
    changes.apply(system, loader_conf.without(system, plan.unlist, f"{backups.BACKUP_ROOT}/{when}"))
    if plan.list_folder:
        run_file.list_wsl_folder(system)
    if plan.ldconfig:
        system.run(["ldconfig"])
    after = driver_repair.observe(system)
    left = driver_repair.remaining(after)
    if left:
        words = purge_log.dpkg_words(files.read_text(log) or "") if log else ""
        said = f"; dpkg: {words}" if words else ""
        raise Failure(f"still wrong after the repair: {'; '.join(left[:5])}{said}{f'; log: {log}' if log else ''}")
    return after


def result_of(
    before: driver_repair.State, after: driver_repair.State, plan: driver_repair.Plan, when: str
) -> t.Dict[str, t.Any]:
    """The return values. AFTER is BEFORE in check mode."""
    steps = commands.describe(plan)
    # Commands for other packages that changed nothing are not a change.
    tried = after is not before and after == before
    return {
        "changed": bool(steps) and not tried,
        "others": driver_repair.others(after),
        "steps": steps,
        "purged": list(plan.purge),
        "dependents": list(plan.dependents),
        "strays": list(plan.strays),
        "backup": f"{backups.BACKUP_ROOT}/{when}" if plan.strays or plan.restore or plan.unlist else "",
        "restart_wsl": bool(plan.purge or plan.strays or plan.restore or plan.unlist),
        "diff": {"before": "".join(f"{step}\n" for step in steps), "after": ""},
    }


def work(module: AnsibleModule, system: System) -> t.Dict[str, t.Any]:
    """Observe, plan, apply, observe."""
    timeout = module.params["timeout"]
    try:
        state = driver_repair.observe(system)
        if not state.healthy and not module.check_mode:
            # Half-installed packages are normal while a transaction runs; look again when it has ended.
            wait_for_others(system, timeout)
            state = driver_repair.observe(system)
        automatic = dpkg.read_automatic(system) if state.drivers else set()
        plan = driver_repair.plan(state, automatic)
        when = backups.stamp()
        after = state
        if commands.describe(plan) and not module.check_mode:
            after = repair(system, state, plan, when, timeout)
    except Failure as error:
        distribution = os.environ.get("WSL_DISTRO_NAME", "")
        raise Failure(f"{distribution}: {error}" if distribution else str(error)) from error
    result = result_of(state, after, plan, when)
    if result["others"]:
        module.warn(f"not repaired by this module, apt may refuse to work: {'; '.join(result['others'][:5])}")
    return result


def main() -> None:
    """Observe, plan, apply, observe."""
    entry.run(
        {"timeout": {"type": "int", "default": 1800}},
        work,
    )


if __name__ == "__main__":
    main()
