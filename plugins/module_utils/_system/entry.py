# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""How every module is run: options in, one result or one line of failure out."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import (
    ENVIRONMENT,
    Completed,
    Runner,
    System,
)

Work = t.Callable[[AnsibleModule, System], t.Mapping[str, t.Any]]


def run(options: t.Mapping[str, t.Any], work: Work) -> None:
    """Make a module with OPTIONS (its argument_spec), and leave with what WORK returns, or with its Failure.

    Messages may contain names that root in the distribution has chosen.
    """
    module = AnsibleModule(argument_spec=dict(options), supports_check_mode=True)
    try:
        result = work(module, System("", runner_of(module)))
    except Failure as error:
        module.fail_json(msg=clean(str(error)))
    module.exit_json(**result)


def runner_of(module: AnsibleModule) -> Runner:
    """A runner on MODULE: argument lists only, C locale, nothing may ask a question."""
    environment = {**ENVIRONMENT, "LANGUAGE": "C"}

    def run_command(arguments: t.Sequence[str]) -> Completed:
        code, stdout, stderr = module.run_command(list(arguments), environ_update=environment)
        # The errors of a program end in messages, and may contain the address that it was given.
        return Completed(code, addresses.masked(stdout) if code else stdout, addresses.masked(stderr))

    return run_command
