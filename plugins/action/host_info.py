# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what a run needs to know about a Windows host."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia.catalogue import CatalogueError, check_version
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import verdict
from ansible_collections.wslfleet.cuda.plugins.modules.host_info import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import read
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import result as host_result
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight import rows
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight.needs import Needs


class ActionModule(WindowsAction):
    """Action plugin ``wslfleet.cuda.host_info``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        chosen = set(arguments["gather_subset"])
        needs = _needs(arguments)
        subsets = read.SUBSETS if "all" in chosen else [name for name in read.SUBSETS if name in chosen]
        unloaded = arguments["unloaded_profiles"]
        if unloaded == "copy" and "users" not in subsets:
            raise StepFailed("unloaded_profiles=copy needs users in gather_subset: nothing was read")
        clean = not self._task.check_mode
        state = read.read_host(self.wslfleet_runner, subsets, unloaded, clean, drives=bool(needs.drives))
        if state.hive_problem:
            result["warnings"] = [state.hive_problem]
        result.update(host_result.as_result(state), changed=False)
        result["preflight"] = verdict.as_result(rows.preflight(state, needs))


def _needs(arguments: dict[str, t.Any]) -> Needs:
    """The requirements of the host; raises StepFailed before the host is asked."""
    minimum, toolkit = arguments["minimum_driver"], arguments["toolkit"]
    if not all(part.isdigit() for part in minimum.split(".")):
        raise StepFailed(f"minimum_driver must be a version such as 527.41, not {minimum!r}")
    if toolkit is not None:
        try:
            check_version(toolkit)
        except CatalogueError as error:
            raise StepFailed(str(error).replace("cuda_version", "toolkit")) from None
    paths = {str(name): str(path or "") for name, path in (arguments["paths"] or {}).items()}
    return Needs(minimum, toolkit, arguments["minimum_free_space"], paths)
