#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cuda_plan_info
short_description: Report what apt would do, and whether it would install a driver
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Simulates the installation of O(packages) and checks every package of the transaction. It checks the source package
    first, then the name, then what the package provides and what it depends on. Nothing is downloaded and nothing is
    locked.
  - If the file of a package is on this disk, given by its path or from a local source, its list of files is checked
    too. For other packages only the hook of M(wslfleet.cuda.cuda_guard) can do this, after the download.
  - Checks for an interrupted dpkg first, which a simulation does not detect.
  - If apt finds no solution, plans once more without the guard, to name the driver package that is the cause.
  - A removal is a reason to refuse, unless O(allowed_removals) names the package.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.linux
attributes:
  diff_mode:
    support: N/A
options:
  packages:
    description:
      - Packages, in the form that C(apt-get install) accepts.
    type: list
    elements: str
    required: true
  recommends:
    description:
      - Whether recommended packages are installed too. Set the value that the real installation will use.
    type: bool
    default: false
  allowed_removals:
    description:
      - Packages that the transaction may remove.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Check what hashcat would install
  wslfleet.cuda.cuda_plan_info:
    packages:
      - hashcat-nvidia
  register: plan

- name: Show why it is refused
  ansible.builtin.debug:
    var: plan.reasons
"""

RETURN = r"""
allowed:
  description: Whether the transaction installs no driver, removes only allowed packages, and could run now.
  returned: success
  type: bool
  sample: false
reasons:
  description: Why it is refused, one sentence for each package.
  returned: success
  type: list
  elements: str
  sample:
    - "would install libcuda1 535.261.03-1 from Debian:12.11/oldstable: built from nvidia-graphics-drivers"
findings:
  description: The same reasons as data.
  returned: success
  type: list
  elements: dict
  contains:
    package:
      description: The package. Empty if the reason is not about a single package.
      type: str
      returned: always
      sample: libcuda1
    by:
      description:
        - Which check found it. V(source), V(name), V(provides) and V(files) for a driver package, V(closure) for a
          package that cannot be installed without a driver, V(removal) for a package that would be removed, V(dpkg) for
          an interrupted dpkg, V(apt) if apt itself refuses.
      type: str
      returned: always
      sample: source
    text:
      description: The sentence in RV(reasons).
      type: str
      returned: always
      sample: "would install libcuda1 535.261.03-1 from Debian:12.11/oldstable: built from nvidia-graphics-drivers"
installs:
  description: Packages that would be installed or upgraded, as C(name=version).
  returned: success
  type: list
  elements: str
  sample:
    - libcuda1=535.261.03-1
removes:
  description: Packages that would be removed.
  returned: success
  type: list
  elements: str
  sample: []
download_bytes:
  description: Size of all packages to download, in bytes.
  returned: success
  type: int
  sample: 3002000
installed_bytes:
  description: Size of all packages after unpacking, in bytes.
  returned: success
  type: int
  sample: 28000000
interrupted:
  description:
    - Whether dpkg was interrupted or left packages half installed. A real transaction would then fail at once.
  returned: success
  type: bool
  sample: false
"""

import typing as t
from dataclasses import asdict

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import entry
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


def work(module: AnsibleModule, system: System) -> t.Dict[str, t.Any]:
    """Plan and report."""
    params = module.params
    odd = [name for name in params["packages"] if name.startswith("-") or not name.strip()]
    if odd or not params["packages"]:
        raise Failure(f"packages: {odd or 'nothing'} given; name packages, not options")
    database = dpkg.read_database(system)
    options = ["--install-recommends"] if params["recommends"] else []
    judged = query.plan_install(
        system, params["packages"], options, params["allowed_removals"], installed=database.packages
    )
    interruption = query.interruption(database)
    reasons = [*([interruption] if interruption else []), *judged.reasons]
    return {
        "changed": False,
        "allowed": not reasons,
        "reasons": [reason.text for reason in reasons],
        "findings": [asdict(reason) for reason in reasons],
        "installs": [f"{action.name}={action.new}" for action in judged.installs],
        "removes": [action.name for action in judged.removes],
        "download_bytes": judged.download_bytes,
        "installed_bytes": judged.installed_bytes,
        "interrupted": interruption is not None,
    }


def main() -> None:
    """Plan and report."""
    entry.run(
        {
            "packages": {"type": "list", "elements": "str", "required": True},
            "recommends": {"type": "bool", "default": False},
            "allowed_removals": {"type": "list", "elements": "str", "default": []},
        },
        work,
    )


if __name__ == "__main__":
    main()
