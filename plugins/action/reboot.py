# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restart a Windows host under a policy and wait for it."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.modules.reboot import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _reboot
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import WindowsAction


class ActionModule(WindowsAction):
    """Action plugin ``wslfleet.cuda.reboot``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        required, policy = arguments["required"], arguments["policy"]
        wanted = policy == "always" or (policy == "when_required" and required)
        step = f"restart the host {arguments['delay']} s after a message to its user (shutdown.exe /r)"
        now = self.wslfleet_plan(result, [step] if wanted else [])
        result.update(rebooted=False, awaiting_reboot=required and not wanted)
        if result["awaiting_reboot"]:
            result["msg"] = "a restart is needed, and the policy is never: restart the host and run again"
        if now:
            self._restart(arguments, result)

    def _restart(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        result["changed"] = False
        ended = _reboot.restart(
            self.wslfleet_runner, arguments["delay"], arguments["message"], arguments["timeout"], self.WSLFLEET_CLOCK
        )
        result.update(
            changed=True,
            rebooted=ended.came_back,
            awaiting_reboot=not ended.came_back,
            reasons_left=list(ended.reasons_left),
            seconds=round(ended.seconds, 1),
        )
        if not ended.came_back:
            result["msg"] = (
                f"the host was not back {arguments['timeout']} s after its restart (a BitLocker PIN, or a network that"
                " needs a logon, keeps laptops waiting); run again when it is"
            )

    WSLFLEET_CLOCK: t.ClassVar[_reboot.Clock] = _reboot.Clock()
    """Replaceable in tests."""
