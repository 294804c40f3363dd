#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cuda_audit_info
short_description: Report whether a WSL distribution is ready for CUDA
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Checks driver packages, dpkg states, stray driver files, the libraries that the loader uses, the guard and its
    effect, old keys, stale sources, the kernel, the memory, the toolkit with its source, components and search paths,
    NCCL and UCX, and containers.
  - Returns one or more verdicts for each row of NVIDIA's guide that is about a distribution. A row that does not apply
    has the level V(info), with the reason.
  - Changes nothing.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.linux
attributes:
  diff_mode:
    support: N/A
options:
  fingerprints:
    description:
      - Fingerprints of keys that must no longer be trusted.
    type: list
    elements: str
    default:
      - AE09FE4BBD223A84B2CCFCE3F60F4B3D7FA2AF80
"""

EXAMPLES = r"""
- name: Audit the distribution
  wslfleet.cuda.cuda_audit_info:
  register: audit

- name: Fail if the distribution is not clean
  ansible.builtin.assert:
    that: audit.clean
    fail_msg: "{{ audit.failures | join('; ') }}"
"""

RETURN = r"""
clean:
  description: Whether no row has the level V(stop).
  returned: success
  type: bool
  sample: true
driver_packages:
  description: Driver packages that are installed, fully or in part.
  returned: success
  type: list
  elements: str
  sample: []
toolkits:
  description: Versions of the installed toolkits that have a compiler.
  returned: success
  type: list
  elements: str
  sample: ["12.8"]
default_nvcc:
  description: The compiler of the default toolkit, to which C(/usr/local/cuda) leads. Empty when there is none.
  returned: success
  type: str
  sample: /usr/local/cuda-12.8/bin/nvcc
rows:
  description: The verdicts.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: What was checked.
      type: str
      returned: success
      sample: driver_packages
    row:
      description: >-
        Row of NVIDIA's guide, V(G1) to V(G24). The page about the
        R(rows of the audit,ansible_collections.wslfleet.cuda.docsite.audit_rows) explains each.
      type: str
      returned: success
      sample: G9
    level:
      description: One of V(ok), V(info), V(warn), V(stop).
      type: str
      returned: success
      sample: ok
    seen:
      description: What was found.
      type: str
      returned: success
      sample: none
    remedy:
      description: What to do. Empty if there is nothing to do.
      type: str
      returned: success
      sample: ""
failures:
  description: The verdicts with the level V(stop), one line each, with what to do.
  returned: success
  type: list
  elements: str
  sample: []
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import observe, report, toolkit
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import legacy_keys
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import verdict
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import entry
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


def work(module: AnsibleModule, system: System) -> t.Dict[str, t.Any]:
    """Observe and check."""
    fingerprints = legacy_keys.fingerprints_of(module)
    seen = observe.observe(system, fingerprints)
    rows = report.rows(seen)
    failures = verdict.lines(rows, verdict.STOP)
    return {
        "changed": False,
        "clean": not failures,
        "driver_packages": [package.name for package in seen.repair.drivers],
        "toolkits": toolkit.versions_of(seen.repair.database),
        "default_nvcc": seen.toolkit.nvcc,
        "rows": verdict.as_result(rows),
        "failures": failures,
    }


def main() -> None:
    """Observe and check."""
    entry.run(
        {
            "fingerprints": legacy_keys.FINGERPRINTS,
        },
        work,
    )


if __name__ == "__main__":
    main()
