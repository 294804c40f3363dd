#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cuda_extra_libraries
short_description: Install NCCL or cuDNN in WSL without a driver
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - NVIDIA's repository for WSL contains neither NCCL nor cuDNN. They are in the repositories for ordinary
    distributions, which also contain the Linux drivers.
  - Such a repository is used for these packages only. It is never added to apt's sources, a pin excludes every other
    package in it, and a plan with any other package is refused before a package is downloaded.
  - Installs the newest version for the major version of the toolkit. For C(libnccl2) that is the end of the version
    (C(+cuda12.8)), for cuDNN the name of the package.
  - C(apt upgrade) does not upgrade the packages, because apt does not know where they come from.
  - The packages are installed in a separate transaction, which a lost connection does not stop. If everything is
    installed, the module reads a few files and starts no process.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.transaction
  - wslfleet.cuda.attributes.linux
attributes:
  check_mode:
    support: partial
    details: The source is not read in check mode, so versions and sizes are not shown.
options:
  libraries:
    description:
      - What to install. V(nccl) and V(cudnn) are the libraries that programs need to run. V(nccl-dev) and V(cudnn-dev)
        also install the files that are needed to build programs.
    type: list
    elements: str
    choices:
      - nccl
      - nccl-dev
      - cudnn
      - cudnn-dev
    required: true
  version:
    description:
      - Version of the toolkit with which they must work, in quotes, for example V(12.8). Only the major version is
        used.
    type: raw
    required: true
  state:
    description:
      - V(present) installs what is missing.
      - V(absent) purges the library and its development files, and nothing else.
    type: str
    choices:
      - present
      - absent
    default: present
  url:
    description:
      - Address of the repository, without user name and password. Put these in C(/etc/apt/auth.conf.d).
      - When unset, NVIDIA's repository for this distribution, according to C(/etc/os-release).
    type: str
  keyring:
    description:
      - File in the distribution with the key that signs the repository.
      - The default is the file that M(wslfleet.cuda.cuda_repository) writes. One key of NVIDIA signs C(wsl-ubuntu),
        Ubuntu up to 24.04 and Debian up to 12; Ubuntu 26.04 and Debian 13 each have a separate key.
    type: path
    default: /usr/share/keyrings/cuda-archive-keyring.gpg
seealso:
  - module: wslfleet.cuda.cuda_toolkit
"""

EXAMPLES = r"""
- name: Install NCCL and cuDNN for CUDA 12
  wslfleet.cuda.cuda_extra_libraries:
    libraries:
      - nccl
      - cudnn-dev
    version: "12.8"
"""

RETURN = r"""
packages:
  description: The packages of O(libraries).
  returned: success
  type: list
  elements: str
  sample:
    - libnccl2
installed:
  description: The packages of O(libraries) that are installed now and match the toolkit, as C(name=version).
  returned: success
  type: list
  elements: str
  sample:
    - libnccl2=2.25.1-1+cuda12.8
transaction:
  description: The transaction that did the work, or is still doing it, as in M(wslfleet.cuda.cuda_toolkit).
  returned: when packages change
  type: dict
  sample:
    id: 20260131T120000-libraries
    running: false
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import follow as apt_follow
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import entry, space
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import extra_libraries

PURPOSE = "libraries"


def commands(
    module: AnsibleModule, system: System, what: extra_libraries.Goal, todo: t.Sequence[str], url: str | None
) -> t.List[t.List[str]]:
    """The commands of the transaction for TODO. Makes the source available. URL: the option. Raises Failure."""
    database = dpkg.read_database(system)
    interruption = query.interruption(database)
    if interruption is not None:
        raise Failure(interruption.text)
    if module.params["state"] == "absent":
        return [query.purge(system, todo)]
    url = url or extra_libraries.default_url(system.read_text("/etc/os-release") or "")
    extra_libraries.open_source(system, what, url, module.params["keyring"])
    judged = extra_libraries.plan(system, what, todo, database)
    space.check(system, judged.needed_bytes)
    return [extra_libraries.install_command(judged)]


def work(module: AnsibleModule, system: System) -> t.Dict[str, t.Any]:
    """Attach to a running transaction, or plan and start one. The result for the controller."""
    params = credentials.hidden(module, "url")
    what = extra_libraries.wanted(params["libraries"], params["version"])
    result: t.Dict[str, t.Any] = {"changed": False, "packages": list(what.packages)}
    seen = apt_follow.Earlier()
    if not module.check_mode:
        seen = apt_follow.earlier(system, PURPOSE, params["transaction"], params["wait"], module.warn)
    if seen.running is not None:
        return {**result, "changed": True, "transaction": seen.running.shown()}
    if seen.ended:
        result.update(changed=True, transaction=seen.ended[0].shown())
    database = dpkg.read_database(system)
    if params["state"] == "present":
        todo = extra_libraries.missing(what, database)
    else:
        todo = extra_libraries.installed(params["libraries"], what, database)
    text = "".join(f"{name}\n" for name in todo)
    result["diff"] = {"before": text, "after": ""} if params["state"] == "absent" else {"before": "", "after": text}
    if todo and params["transaction"] in [transaction.id for transaction in seen.ended]:
        raise Failure(f"transaction {params['transaction']} has ended, but {' '.join(todo)} did not change")
    if todo:
        result["changed"] = True
        if not module.check_mode:
            asked = commands(module, system, what, todo, params["url"])
            begun = apt_follow.begin(system, PURPOSE, asked, params["wait"])
            result["transaction"] = begun.shown()
    return {**result, "installed": extra_libraries.present(what, dpkg.read_database(system))}


def main() -> None:
    """Check once, and report."""
    entry.run(
        {
            "libraries": {
                "type": "list",
                "elements": "str",
                "choices": ["nccl", "nccl-dev", "cudnn", "cudnn-dev"],
                "required": True,
            },
            "version": {"type": "raw", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "url": {"type": "str"},
            "keyring": {
                "type": "path",
                "default": "/usr/share/keyrings/cuda-archive-keyring.gpg",
                "no_log": False,
            },
            "wait": {"type": "int", "default": 20},
            "transaction": {"type": "str"},
        },
        work,
    )


if __name__ == "__main__":
    main()
