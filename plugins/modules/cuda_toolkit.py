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
  - The plan of apt is checked before anything is downloaded. A plan that would install a driver, or remove something
    unasked, is refused.
  - C(apt-get) runs detached inside the distribution. The controller checks it every O(wait) seconds and shows its
    progress. A lost connection does not stop it, and the next run follows it.
  - Several toolkits can be installed side by side. The packages' alternatives choose the default, unless
    O(default=true).
  - Puts the default toolkit on everybody's PATH, in C(/etc/profile.d/) (with WSL's folder of C(nvidia-smi)) and, for
    programs without a login shell, as small scripts in C(/usr/local/bin/). WSL's C(nvidia-smi) gets a link there, where
    root finds it under C(sudo) and in services too. Files that others put there are kept.
  - When everything is there, the module reads dpkg's status file and starts no process.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.transaction
  - wslfleet.cuda.attributes.linux
attributes:
  diff_mode:
    support: partial
    details:
      - The packages, with their versions, the files of the collection and the settings that change.
      - In check mode without the scripts in C(/usr/local/bin) for the commands of a toolkit, because only the packages
        themselves say which commands there are.
options:
  version:
    description:
      - Toolkit version, in quotes; a number is refused, because YAML reads an unquoted C(12.10) as 12.1.
      - V(12.8) is the toolkit of that name, in the installed patch release or, if none is installed, the newest one.
      - V(12.8.1) is exactly that patch release, every part of it, held so that C(apt upgrade) does not change it.
      - V(12.latest) is the newest toolkit of that major version in the sources. It costs one C(apt-cache) in
        every run, and a fetch of the indexes when they are older than a day.
    type: raw
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
      - Also whether to refuse a toolkit that cannot compile with the C++ compiler or the C library of the distribution,
        before anything is downloaded. When false, this is only a warning, for users who install their own compiler.
    type: bool
    default: true
  state:
    description:
      - V(present) installs what is missing. V(latest) also upgrades to the newest patch release; the
        indexes are fetched if they are older than a day.
      - V(absent) purges every package of this version, the metapackages above it, and what apt installed only for it.
        Other toolkits are kept.
    type: str
    choices:
      - present
      - latest
      - absent
    default: present
  others:
    description:
      - What happens to toolkits of other versions. V(keep) keeps them side by side. V(remove) purges them when this
        one is installed, in the same transaction, like an upgrade.
    type: str
    choices:
      - keep
      - remove
    default: keep
  hold:
    description:
      - Whether to hold the packages of this toolkit (C(apt-mark hold)), so that C(apt upgrade) does not change them.
      - When unset, exact releases such as V(12.8.1) are held, and other holds are not changed.
    type: bool
  default:
    description:
      - Whether to make this toolkit the default, C(/usr/local/cuda), by C(update-alternatives).
      - When false, the default is not changed. It is the choice of the packages (the highest version) or the developer.
    type: bool
    default: false
  allow_downgrade:
    description:
      - Whether an exact release may replace a newer one.
    type: bool
    default: false
  check_gpu:
    description:
      - Whether to refuse a toolkit that does not support the GPU or needs a newer Windows driver, and to warn of one
        that is older than the GPU. WSL's C(nvidia-smi) is asked, only when packages are to be installed. Without a GPU
        nothing is refused.
    type: bool
    default: true
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

- name: Go from whatever is there to exactly one release
  wslfleet.cuda.cuda_toolkit:
    version: "12.8.1"
    others: remove

- name: A second toolkit beside it, as the default
  wslfleet.cuda.cuda_toolkit:
    version: "12.4"
    components:
      - compiler
      - libraries-dev
    default: true

- name: Remove a toolkit that is not used any more
  wslfleet.cuda.cuda_toolkit:
    version: "12.4"
    state: absent
"""

RETURN = r"""
packages:
  description: The packages for O(version) and O(components).
  returned: success
  type: list
  elements: str
  sample:
    - cuda-toolkit-12-8
version:
  description: The toolkit version. V(latest) is replaced by the minor number.
  returned: success
  type: str
  sample: "12.8"
release:
  description: The installed patch release, according to its metapackages. Empty when none of them is installed.
  returned: success
  type: str
  sample: 12.8.1
nvcc:
  description: The compiler of this version. Empty when it is not installed.
  returned: success
  type: str
  sample: /usr/local/cuda-12.8/bin/nvcc
transaction:
  description: The transaction that did the work, or still does it.
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
      description: The package that apt is working on.
      type: str
      returned: always
      sample: cuda-nvcc-12-8
    log:
      description: The log in the distribution.
      type: str
      returned: always
      sample: /var/lib/wslfleet/transactions/20260131T120000-toolkit/log
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import follow as apt_follow
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import package_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import entry
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import installed, plan, steps

PURPOSE = "toolkit"


def asked(params: t.Mapping[str, t.Any]) -> plan.Options:
    """The options as a value."""
    names = ("version", "host_compiler", "state", "others", "hold", "default", "allow_downgrade", "check_gpu")
    return plan.Options(components=tuple(params["components"]), **{name: params[name] for name in names})


def work(module: AnsibleModule, system: System) -> t.Dict[str, t.Any]:
    """One look: attach to what runs, else plan and start. The result for the controller."""
    options = asked(module.params)
    packages = package_names.package_names(options.version, options.components)
    result: t.Dict[str, t.Any] = {"changed": False, "packages": packages, "version": "", "release": ""}
    params = module.params
    seen = apt_follow.Earlier()
    if not module.check_mode:
        seen = apt_follow.earlier(system, PURPOSE, params["transaction"], params["wait"], module.warn, of_any=True)
    if seen.running is not None:
        return {**result, "changed": True, "transaction": seen.running.shown()}
    if seen.ended:
        result.update(changed=True, transaction=seen.ended[0].shown())
    try:
        found = steps.look(system, options, module.check_mode)
    except query.AptError as error:
        if not module.check_mode:
            raise
        # A real run would have removed NVIDIA's broken sources before.
        module.warn(f"the plan can be judged only once apt can read its sources; now {error}")
        return {**result, "changed": True, "nvcc": ""}
    if found is None:
        text = f"no source of this distribution contains a toolkit for {options.version}; add one with cuda_repository"
        if not module.check_mode:
            raise Failure(text)
        module.warn(f"the plan can be judged only once the source is written; now {text}")
        return {**result, "changed": True, "nvcc": ""}
    for text in found.warnings:
        module.warn(text)
    short = found.wanted.version.short
    result.update(version=short, packages=list(found.wanted.packages), diff=steps.diff(found))
    result["changed"] = result["changed"] or found.changes
    if module.check_mode:
        return {**result, "nvcc": installed.nvcc_path(system, short)}
    if found.plan.packages_change:
        commands = plan.commands(found.plan, found.database.interrupted)
        transaction = apt_follow.begin(system, PURPOSE, commands, params["wait"])
        result["transaction"] = transaction.shown()
        if transaction.running:
            return result
        left = plan.make_plan(
            system, found.wanted, dpkg.read_database(system), dpkg.read_automatic(system), found.parts
        )
        if left.packages_change and not left.upgrade:
            raise Failure(apt_follow.failure(system, transaction))
    # Only when the packages are installed, it is known which commands belong on the PATH.
    found.settling = steps.settle(system, found)
    result.update(changed=result["changed"] or not found.settling.empty, diff=steps.diff(found))
    return {**result, "nvcc": installed.nvcc_path(system, short), "release": installed.release(system, short)}


def main() -> None:
    """Check once, and report."""
    entry.run(
        {
            "version": {"type": "raw", "required": True},
            "components": {"type": "list", "elements": "str", "default": ["toolkit"]},
            "host_compiler": {"type": "bool", "default": True},
            "state": {"type": "str", "choices": ["present", "latest", "absent"], "default": "present"},
            "others": {"type": "str", "choices": ["keep", "remove"], "default": "keep"},
            "hold": {"type": "bool"},
            "default": {"type": "bool", "default": False},
            "allow_downgrade": {"type": "bool", "default": False},
            "check_gpu": {"type": "bool", "default": True},
            "wait": {"type": "int", "default": 20},
            "transaction": {"type": "str"},
        },
        work,
    )


if __name__ == "__main__":
    main()
