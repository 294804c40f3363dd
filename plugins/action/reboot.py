# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restart a Windows host under a policy and wait for it."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.modules.reboot import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.roads import is_inside
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reboot import apply, observe
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reboot import policy as reboot_policy


class ActionModule(WindowsAction):
    """Action plugin ``wslfleet.cuda.reboot``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        conditions = reboot_policy.Conditions(
            reboot_policy.window(arguments["window"], arguments["window_days"]),
            arguments["not_on_battery"],
            arguments["not_while_logged_on"],
        )
        required, policy = arguments["required"], arguments["policy"]
        wanted = policy == "always" or (policy == "when_required" and required)
        if wanted and is_inside(self._connection):
            self._tell_person(result)
            return
        reasons = self._obstacles(conditions) if wanted else []
        step = f"restart the host {arguments['delay']} s after a message to its user (shutdown.exe /r)"
        now = self.wslfleet_plan(result, [step] if wanted and not reasons else [])
        result.update(rebooted=False, deferred_by=reasons)
        result["awaiting_reboot"] = bool(reasons) or (required and not wanted)
        if reasons:
            result["msg"] = f"not restarted now: {'; '.join(reasons)}; run again later"
        elif result["awaiting_reboot"]:
            result["msg"] = "a restart is needed, and the policy is never: restart the host and run again"
        if now:
            self._restart(arguments, conditions, result)

    def _tell_person(self, result: dict[str, t.Any]) -> None:
        """Leave the restart to the person, because Ansible runs on the host itself and would end with it."""
        result.update(changed=False, steps=[], rebooted=False, deferred_by=[], awaiting_reboot=True)
        result["msg"] = (
            "not restarted, because Ansible runs on this laptop: save your work, restart Windows (shutdown.exe /r /t 0"
            " in a terminal of Windows), then run the playbook again"
        )

    def _obstacles(self, conditions: reboot_policy.Conditions) -> list[str]:
        """Why the host must not be restarted now; it is only asked if there are CONDITIONS, also in check mode."""
        if not conditions.any:
            return []
        now = observe.observe(self.wslfleet_runner, conditions, self.WSLFLEET_CLOCK.utc())
        return reboot_policy.obstacles(conditions, now)

    def _restart(
        self, arguments: dict[str, t.Any], conditions: reboot_policy.Conditions, result: dict[str, t.Any]
    ) -> None:
        def once() -> apply.Rebooted:
            delay, message, timeout = arguments["delay"], arguments["message"], arguments["timeout"]
            return apply.restart(self.wslfleet_runner, delay, message, timeout, self.WSLFLEET_CLOCK)

        result["changed"] = False
        ended = apply.restart_until_done(once, arguments["restarts"], lambda: self._obstacles(conditions))
        result.update(
            changed=True,
            rebooted=ended.came_back,
            awaiting_reboot=not ended.came_back or bool(ended.put_off),
            deferred_by=list(ended.put_off),
            reasons_left=list(ended.reasons_left),
            restarts=ended.restarts,
            seconds=round(ended.seconds, 1),
        )
        if ended.put_off:
            result["msg"] = f"another restart is needed and was put off: {'; '.join(ended.put_off)}; run again later"
        if not ended.came_back:
            result["msg"] = (
                f"the host was not back {arguments['timeout']} s after its restart (a BitLocker PIN, or a network that"
                " needs a logon, keeps laptops waiting); run again when it is"
            )

    WSLFLEET_CLOCK: t.ClassVar[apply.Clock] = apply.Clock()
    """Replaceable in tests."""
