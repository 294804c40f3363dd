#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cuda_smoke_test
short_description: Compile and run a real CUDA program inside WSL
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Compiles and links a small CUDA program with C(nvcc), runs it, and says what the outcome means.
  - A laptop without a GPU is not a failure; see RV(verdict).
  - Fails if the program does not compile although there is a compiler, or if the GPU computes a wrong result.
  - The outcome is stored in C(/var/lib/wslfleet/smoke/) and returned again, with RV(cached=true), as long as
    compiler, driver files, loader and GPU device are the same.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.linux
attributes:
  check_mode:
    support: partial
    details:
      - In check mode nothing is compiled; only an earlier outcome is returned.
  diff_mode:
    support: none
options:
  state:
    description:
      - V(tested) compiles and runs the program. V(absent) removes the compiled program and the stored outcome.
    type: str
    choices: [absent, tested]
    default: tested
  version:
    description:
      - Toolkit version whose compiler is used, in quotes; a number is refused.
      - When unset, or if that version is not installed, the default compiler in C(/usr/local/cuda) is used.
    type: raw
  force:
    description:
      - Whether to compile and run the program even if an earlier outcome is still valid.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Check whether CUDA works
  wslfleet.cuda.cuda_smoke_test:
  register: smoke

- name: Show the verdict, and what to do
  ansible.builtin.debug:
    msg: "{{ smoke.verdict }}: {{ smoke.remedy }}"
"""

RETURN = r"""
verdict:
  description:
    - V(ran_on_gpu) if the program ran and its result is right.
    - V(no_gpu) if the program was built but there is no GPU in this distribution.
    - V(toolkit_newer_than_driver) if the Windows driver is too old for the toolkit.
    - V(driver_shadowed) if the loader uses another C(libcuda) than WSL's.
    - V(no_compiler) if C(nvcc) or the host compiler is missing.
    - V(not_tested) in check mode without an earlier outcome, and with O(state=absent).
  returned: success
  type: str
  sample: ran_on_gpu
remedy:
  description: What to do. Empty if there is nothing to do.
  returned: success
  type: str
  sample: ""
cached:
  description: Whether this is the stored outcome of an earlier run.
  returned: success
  type: bool
  sample: false
program:
  description: Path of the compiled program. Empty if there is none.
  returned: success
  type: str
  sample: /var/lib/wslfleet/smoke/program
compiler:
  description: Release of the compiler.
  returned: success
  type: str
  sample: 12.4, V12.4.131
gpu:
  description: Name of the GPU that ran the program.
  returned: success
  type: str
  sample: NVIDIA GeForce RTX 4070 Laptop GPU
seconds:
  description: How long the work on the GPU took, in seconds. V(0) if the program did not run.
  returned: success
  type: float
  sample: 0.0012
printed:
  description: All values that the program printed, by name.
  returned: success
  type: dict
  sample:
    runtime: "12040"
    driver: "12080"
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import loader
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import entry
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import installed, smoke_test


def outcome_of(module: AnsibleModule, system: System) -> smoke_test.Outcome:
    """The earlier outcome if it is still valid, otherwise a new one. Raises Failure, CatalogueError."""
    if module.params["state"] == "absent":
        return smoke_test.Outcome("not_tested", {})
    nvcc = installed.nvcc_path(system, module.params["version"] or "")
    digest = smoke_test.key(system, nvcc)
    earlier = None if module.params["force"] else smoke_test.cached(system, digest)
    if earlier is not None:
        return earlier
    if module.check_mode:
        return smoke_test.Outcome("not_tested", {})
    outcome = smoke_test.compile_and_run(system, nvcc, bool(loader.in_the_way(system)))
    if outcome.verdict != "no_compiler":
        smoke_test.remember(system, digest, outcome)
    return outcome


def work(module: AnsibleModule, system: System) -> t.Dict[str, t.Any]:
    """Test and report."""
    outcome = outcome_of(module, system)
    absent = module.params["state"] == "absent"
    built = outcome.verdict not in ("no_compiler", "not_tested")
    values: t.Mapping[str, str] = outcome.values
    return {
        "changed": absent and smoke_test.remove(system, not module.check_mode),
        "verdict": outcome.verdict,
        "remedy": smoke_test.remedy(outcome.verdict, loader.in_the_way(system)),
        "cached": outcome.cached,
        "program": f"{smoke_test.FOLDER}/program" if built else "",
        "compiler": outcome.compiler,
        "gpu": values.get("gpu", "") if outcome.verdict == "ran_on_gpu" else "",
        "seconds": float(values.get("seconds", "0")),
        "printed": dict(values),
    }


def main() -> None:
    """Test and report."""
    entry.run(
        {
            "state": {"type": "str", "choices": ["absent", "tested"], "default": "tested"},
            "version": {"type": "raw"},
            "force": {"type": "bool", "default": False},
        },
        work,
    )


if __name__ == "__main__":
    main()
