#!/usr/bin/python
# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cuda_guard
short_description: Keep Linux NVIDIA drivers out of a WSL distribution
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Writes an apt pin of priority -1 for every package of an NVIDIA driver, and for the metapackages V(cuda),
    V(cuda-X-Y), V(cuda-runtime-X-Y) and V(cuda-demo-suite-X-Y). The file sorts before every other preferences file.
  - Writes a hook that tells the developer why apt refused and what to install instead, because apt itself gives no
    reason.
  - Writes a hook that stops what pins cannot stop, C(apt install ./driver.deb) and C(apt install NAME=VERSION). It
    checks the name, the source package that the file names, what it provides and the files that it contains, so that a
    driver under another name is stopped too. It never unpacks a package, never stops a removal or a repair, and lets
    through what it cannot read.
  - After a change, asks apt whether any driver package could still be installed.
extends_documentation_fragment:
  - wslfleet.cuda.attributes
  - wslfleet.cuda.attributes.linux
attributes:
  diff_mode:
    details: Of the names in the pin and of the code of the hook only the number is shown, with a digest.
options:
  state:
    description:
      - V(present) writes the guard, V(absent) removes it in an order that keeps apt working at every moment.
    type: str
    choices:
      - present
      - absent
    default: present
  instead:
    description:
      - Package that the message recommends instead of a driver or of V(cuda).
    type: str
    default: cuda-toolkit-12-8
"""

EXAMPLES = r"""
- name: Keep drivers out, and recommend the toolkit of this fleet
  wslfleet.cuda.cuda_guard:
    instead: cuda-toolkit-12-4

- name: Take the guard away again
  wslfleet.cuda.cuda_guard:
    state: absent
"""

RETURN = r"""
files:
  description: The files of the guard.
  returned: success
  type: list
  elements: str
  sample:
    - /etc/apt/preferences.d/00-wslfleet-guard.pref
open_candidates:
  description:
    - Driver packages that apt would install in spite of the pin, with their version. Checked only after a change.
  returned: when O(state=present), something changed, and apt can read its sources
  type: dict
  sample: {}
"""

import re
import typing as t
from dataclasses import replace

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import query
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import observe
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import entry
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


def _shown(change: system_changes.FileChange) -> system_changes.FileChange:
    """CHANGE with a diff that a person can read: a summary instead of the pin's names and the hook's code."""
    summary = {guard.PIN: guard.pin_summary, guard.PRE_INSTALL: guard.script_summary}.get(change.path)
    if summary is None:
        return change
    before, after = (system_changes.text_of(data) for data in (change.before, change.after))
    return replace(change, shown_before=summary(before) if before else "", shown_after=summary(after) if after else "")


def work(module: AnsibleModule, system: System) -> t.Dict[str, t.Any]:
    """Observe, plan, apply, check the effect."""
    instead = module.params["instead"]
    # It becomes part of scripts that run as root.
    if not re.match(r"^[a-z0-9][a-z0-9+. -]*$", instead):
        raise Failure(f"instead: {instead!r} is not a list of package names")
    present = module.params["state"] == "present"
    files = guard.files(instead)
    wanted = files if present else list(reversed(files))
    changes = [
        _shown(change)
        for file in wanted
        for change in system_changes.change_to(system, file.path, file.text if present else None, file.mode)
    ]
    result: dict[str, t.Any] = {
        "changed": bool(changes),
        "diff": system_changes.diff(changes),
        "files": [file.path for file in files],
    }
    if changes and not module.check_mode:
        system_changes.apply(system, changes)
        if present:
            try:
                result["open_candidates"] = observe.open_candidates(system)
            except query.AptError as error:
                # Later steps repair this or stop: the container role removes broken lists after the guard.
                module.warn(f"the guard is written, but it is not known whether it works: {error}")
            if result.get("open_candidates"):
                names = ", ".join(sorted(result["open_candidates"])[:5])
                module.fail_json(
                    msg=f"the guard is written but apt would still install {names}: look for a specific entry in "
                    f"/etc/apt/preferences, or one that sorts before {guard.PIN}",
                    **result,
                )
    return result


def main() -> None:
    """Observe, plan, apply, check the effect."""
    entry.run(
        {
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "instead": {"type": "str", "default": "cuda-toolkit-12-8"},
        },
        work,
    )


if __name__ == "__main__":
    main()
