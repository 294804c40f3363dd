#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cuda_plan_info
short_description: What apt would do, and whether it would bring in a driver
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Simulates the installation of O(packages) and judges every package of the transaction, by its source package
    first, its name second, then by what it provides and what it cannot do without. Nothing is downloaded and nothing
    is locked.
  - Packages whose files are on this disk, named by their path or from a source here, are judged by the files that they
    bring too. Of others only the hook of M(wslfleet.cuda.cuda_guard) can see that, after they were fetched.
  - Looks for an interrupted dpkg first, which a simulation does not notice.
  - When apt finds no way, plans once more without the guard, to name the driver package behind the refusal.
  - Removals count as a reason to refuse, unless they are asked for.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.actiongroup
  - wslfleet.cuda.attributes.linux
attributes:
  check_mode:
    support: full
  diff_mode:
    support: N/A
  platform:
    support: full
    platforms: debian
  idempotent:
    support: full
options:
  packages:
    description:
      - Packages as C(apt-get install) takes them.
    type: list
    elements: str
    required: true
  recommends:
    description:
      - Whether recommended packages are installed too. Give what the real installation will use.
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
- name: Ask what hashcat would bring in
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
  description: Whether the transaction brings in no driver, removes nothing unasked, and could run now.
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
      description: The package. Empty when the reason is about no single one.
      type: str
      returned: always
      sample: libcuda1
    by:
      description:
        - What told. V(source), V(name), V(provides) and V(files) for a driver package, V(closure) for one that cannot
          do without a driver, V(removal) for one that would go, V(dpkg) for an interrupted dpkg, V(apt) when apt itself
          refuses.
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
  description: Size of all packages to fetch, in bytes.
  returned: success
  type: int
  sample: 3002000
installed_bytes:
  description: Size of all packages once unpacked, in bytes.
  returned: success
  type: int
  sample: 28000000
interrupted:
  description:
    - Whether dpkg was interrupted or left packages half way, in which case a real transaction would fail at once.
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
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import run as system_run


def work(module: AnsibleModule, run: system_run.Runner) -> t.Dict[str, t.Any]:
    """Plan and report."""
    params = module.params
    odd = [name for name in params["packages"] if name.startswith("-") or not name.strip()]
    if odd or not params["packages"]:
        raise Failure(f"packages: {odd or 'nothing'} given; name packages, not options")
    database = dpkg.read_database()
    options = ["--install-recommends"] if params["recommends"] else []
    judged = query.plan_install(
        run, params["packages"], options, params["allowed_removals"], installed=database.packages
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
