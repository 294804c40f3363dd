# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what a run needs to know about a Windows host."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils import _verdict
from ansible_collections.wslfleet.cuda.plugins.module_utils._catalogue import CatalogueError, check_version
from ansible_collections.wslfleet.cuda.plugins.modules.host_info import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_read, _host_result, _preflight
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._needs import Needs


class ActionModule(WindowsAction):
    """Action plugin ``wslfleet.cuda.host_info``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        chosen = set(arguments["gather_subset"])
        needs = _needs(arguments)
        subsets = _host_read.SUBSETS if "all" in chosen else [name for name in _host_read.SUBSETS if name in chosen]
        unloaded = arguments["unloaded_profiles"]
        if unloaded == "copy" and "users" not in subsets:
            raise StepFailed("unloaded_profiles=copy needs users in gather_subset: nothing was read")
        state = _host_read.read_host(self.wslfleet_runner, subsets, unloaded, clean=not self._task.check_mode)
        if state.hive_problem:
            result["warnings"] = [state.hive_problem]
        result.update(_host_result.as_result(state), changed=False)
        result["preflight"] = _verdict.as_result(_preflight.preflight(state, needs))


def _needs(arguments: dict[str, t.Any]) -> Needs:
    """What the host is measured against; raises StepFailed before the host is asked anything."""
    minimum, toolkit = arguments["minimum_driver"], arguments["toolkit"]
    if not all(part.isdigit() for part in minimum.split(".")):
        raise StepFailed(f"minimum_driver must be a version such as 527.41, not {minimum!r}")
    if toolkit is not None:
        try:
            check_version(toolkit)
        except CatalogueError as error:
            raise StepFailed(str(error).replace("cuda_version", "toolkit")) from None
    return Needs(minimum, toolkit, arguments["minimum_free_space"])
