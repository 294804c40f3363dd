#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: wsl_conf
short_description: Change the WSL settings of a distribution
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Changes C(/etc/wsl.conf) inside a distribution.
  - Settings are checked first, their names, values and the version of WSL that they need. When one is wrong, nothing
    is changed.
  - Comments, unknown settings, their order and the ends of lines are kept. The file is written as UTF-8 without a byte
    order mark.
  - WSL reads the file when the distribution starts. Nothing is stopped without O(terminate=true), RV(needs) says what
    is needed.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.linux
attributes:
  action:
    support: partial
    details:
      - With O(terminate=true) the controller ends the distribution after the module has run.
  async:
    support: none
options:
  settings:
    description:
      - Sections with their keys and values, for example C(boot) with C(systemd). An empty value (C(null)) removes the
        key.
      - Sections are C(automount), C(filesystem), C(interop), C(network), C(user), C(boot), C(gpu), C(time),
        C(fileServer) and C(general). Case does not matter.
    type: dict
    required: true
  terminate:
    description:
      - When something changed, end the distribution (C(wsl.exe --terminate)), so that the next start reads the file.
        Everything that runs in it ends.
      - Needs P(wslfleet.cuda.wsl#connection).
    type: bool
    default: false
seealso:
  - module: wslfleet.cuda.wsl_config
  - module: wslfleet.cuda.wsl_distribution
"""

EXAMPLES = r"""
- name: Services, and a user to start as
  wslfleet.cuda.wsl_conf:
    settings:
      boot:
        systemd: true
      user:
        default: dev
    terminate: true
"""

RETURN = r"""
path:
  description: The file in the distribution.
  returned: success
  type: str
  sample: /etc/wsl.conf
steps:
  description: What was done, or would be done in check mode.
  returned: success
  type: list
  elements: str
  sample:
    - set boot.systemd=true
needs:
  description:
    - What makes the change effective.
    - Empty when nothing changed, or when O(terminate=true) has done it.
  returned: success
  type: str
  sample: wsl.exe --terminate
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes, entry
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System
from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings import known, settings

PATH = "/etc/wsl.conf"
TERMINATE = "wsl.exe --terminate"


def version(module: AnsibleModule) -> tuple[int, ...] | None:
    """The version of WSL, from the program that it puts into every distribution; None if that is missing."""
    program = module.get_bin_path("wslinfo")
    code, output, _errors = module.run_command([program, "--version"]) if program else (1, "", "")
    parts = output.strip().split(".")
    return tuple(int(part) for part in parts) if code == 0 and all(part.isdigit() for part in parts) else None


def work(module: AnsibleModule, system: System) -> t.Dict[str, t.Any]:
    """Observe, plan, apply."""
    text = system.read_text(PATH)
    host = settings.Host(version(module))
    try:
        plan = settings.plan(text, module.params["settings"], known.WSL_CONF, host, "\n")
    except settings.SettingError as error:
        raise Failure(f"{PATH} was not changed: {error}") from error
    for warning in plan.warnings:
        module.warn(warning)
    change = changes.rewritten(PATH, text, plan.after)
    if plan.steps and not module.check_mode:
        changes.apply(system, [change])
    return {
        "changed": bool(plan.steps),
        "path": PATH,
        "steps": plan.steps,
        "needs": TERMINATE if plan.steps else "",
        "diff": changes.diff([change])[0],
    }


def main() -> None:
    """Observe, plan, apply."""
    entry.run(
        {
            "settings": {"type": "dict", "required": True},
            "terminate": {"type": "bool", "default": False},
        },
        work,
    )


if __name__ == "__main__":
    main()
