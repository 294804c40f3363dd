# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what a run needs to know about a Windows host."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.modules.host_info import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_read, _preflight
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed


class ActionModule(WindowsAction):
    """Action plugin ``wslfleet.cuda.host_info``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        subset = set(arguments["gather_subset"])
        minimum = arguments["minimum_driver"]
        if not all(part.isdigit() for part in minimum.split(".")):
            raise StepFailed(f"minimum_driver must be a version such as 527.41, not {minimum!r}")
        state = _host_read.read_host(
            self.wslfleet_runner,
            other_users=bool(subset & {"all", "users"}),
            nvidia_smi=bool(subset & {"all", "nvidia_smi"}),
        )
        result.update(_host_read.as_result(state), changed=False)
        result["preflight"] = _preflight.as_result(_preflight.preflight(state, minimum))
