# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of M(wslfleet.cuda.wsl_conf): ends the distribution after a change, where that is asked for."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.modules.wsl_conf import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import checked_arguments
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import apply as install
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order.linux_action import LinuxAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.roads import LEFT_TO_YOU, is_inside


class ActionModule(LinuxAction):
    """Runs the module, then ``wsl.exe --terminate``."""

    _terminate = False

    def wslfleet_check(self) -> None:
        """Check that the distribution can be stopped from Windows, if it is to be stopped."""
        self._terminate = checked_arguments(self, DOCUMENTATION)["terminate"]
        if self._terminate and not self.wslfleet_has_windows:
            raise StepFailed("terminate=true needs a connection to Windows, or wslfleet.cuda.wsl; nothing was changed")

    def wslfleet_after(self, result: dict[str, t.Any]) -> None:
        """Stop it after a change."""
        if self._terminate and result.get("changed") and not self._task.check_mode:
            name, _way = self.wslfleet_way(None, may_stop=False)
            if is_inside(self._connection) and not self.wslfleet_goes_by_windows():
                result.setdefault("warnings", []).append(LEFT_TO_YOU.format(f"wsl.exe --terminate {name}"))
                return
            install.terminate(self.wslfleet_runner, name, self.wslfleet_executable, really=True)
            result["needs"] = ""
