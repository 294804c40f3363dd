# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run modules in a distribution as one order: over the connection, or by one task of each of other Windows users."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.modules.cuda_bundle import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import result_shape
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import plain
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import lock
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import archive, expand, launch, tasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order.base import Orders
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order.way import distribution_of
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles.names import told_to_user_of
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import distribution_name

# Packed once, in the parent process of the tasks of all hosts.
archive.fixed(archive.PLUGINS)
for module in archive.linux_modules(archive.PLUGINS):
    result_shape.documented(module)


class ActionModule(Orders):
    """Action plugin ``wslfleet.cuda.cuda_bundle``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        result["changed"] = False
        if arguments["problems"]:
            raise StepFailed(f"{self.wslfleet_host}: nothing was changed: {'; '.join(arguments['problems'])}")
        wanted, skipped = (self.wslfleet_vars.get(f"ansible_{name}_tags") or () for name in ("run", "skip"))
        steps = expand.with_variables(expand.tagged(arguments["steps"], wanted or ("all",), skipped), self._variable)
        arguments["steps"] = expand.expand(steps, arguments["stop_if"])
        (self._by_tasks if arguments["windows_user"] else self._over_the_connection)(arguments, result)
        self._name_variables(result["windows_users"])
        failures = plans.failures(self.wslfleet_host, result["name"], result["windows_users"])
        if failures:
            raise StepFailed("; ".join(failures))

    def _variable(self, name: str) -> t.Any:
        """The value of a variable of the host; None if it is not set."""
        templar: t.Any = self._templar
        return plain(templar.template(self.wslfleet_vars[name])) if name in self.wslfleet_vars else None

    def _name_variables(self, rows: list[dict[str, t.Any]]) -> None:
        """In a role of ours, put the role's variables into the messages of modules."""
        role = self.wslfleet_vars.get("role_path")
        for row in [row for row in rows if role and row["failed"]]:
            for step in [step for step in row["steps"] if step["failed"]]:
                row["msg"] = told_to_user_of(role, f"wslfleet.cuda.{step['module']}", row["msg"])

    def _over_the_connection(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        names = ("stop_if", "stop", "timeout", "reconnect_timeout")
        name, outcome = self.wslfleet_order(
            arguments["steps"], arguments["name"], **{option: arguments[option] for option in names}
        )
        self._tell(name, [("", "", outcome)], arguments["steps"], result)

    def _by_tasks(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        """Other users' distributions."""
        name = distribution_name(arguments["name"] or distribution_of(self, self.wslfleet_vars))
        check, steps = bool(self._task.check_mode), arguments["steps"]
        stop_if = "" if check else arguments["stop_if"] or ""
        identity, packed = self.wslfleet_document(name, steps, stop_if=stop_if, hold=None, started=None)
        goal = tasks.Goal(
            name=name,
            windows_user=tuple(arguments["windows_user"]),
            payload=launch.stream(packed, not check, expand.proxy(steps)),
            steps=tuple(steps),
            on_battery=arguments["on_battery"],
            timeout=arguments["timeout"],
            order=identity,
        )
        result["name"] = name
        with lock.alone(self.wslfleet_runner, goal.timeout):
            seen = tasks.observe(self.wslfleet_runner, goal, self.wslfleet_executable)
            work = tasks.Work(self.wslfleet_runner, goal, seen, show=self.wslfleet_show)
            try:
                work.run()
            finally:
                people = [
                    (one.user.name, one.sid if one.user.profile else "", work.outcomes.get(one.sid, plans.Outcome()))
                    for one in seen.developers
                ]
                self._tell(name, people, steps, result)

    def _tell(
        self,
        name: str,
        people: list[tuple[str, str, plans.Outcome]],
        steps: list[plans.Step],
        result: dict[str, t.Any],
    ) -> None:
        if not self._task.check_mode:
            people = [(user, sid, plans.judged(outcome, steps)) for user, sid, outcome in people]
        result.update(name=name, **plans.as_result(people, steps, bool(self._task.diff)))
