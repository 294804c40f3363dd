# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Base of the action plugins of Linux-side modules.

Over a connection to Linux (``wslfleet.cuda.wsl``, ``local``, ``ssh``) the module runs like any other. Over the Windows
connection of the host it is sent as an order of one step to the distribution that the variables name. While its
transaction works no command is kept open.
"""

from __future__ import annotations

import itertools
import time
import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.looks import together
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import failures_in, named, taken
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import answers, expand
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order.base import Orders
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed

FIRST_WAITS = (2, 5, 10)
"""Seconds that the first module runs wait for a transaction: short, so that a person soon sees progress, and the
transaction is known if the connection is lost early."""
LONGEST_WAIT = 20
"""Seconds, the default of O(wait)."""
LONGEST_HOURS = 6
"""A whole toolkit takes minutes. Root in the distribution could report for ever that a transaction still runs."""


class LinuxAction(Orders):
    """Runs the module of the same name inside the distribution, and does not trust its result."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run one task."""
        self.wslfleet_vars = task_vars or {}
        result: dict[str, t.Any] = ActionBase.run(self, tmp, task_vars)
        if result.get("skipped"):
            return result
        with failures_in(result):
            self.wslfleet_check()
            arguments = self.wslfleet_with_certificates(self._task.args)
            answer = self._as_order(arguments) if self.wslfleet_goes_by_windows() else self._as_module(arguments)
            result.update(answer)
            self.wslfleet_after(result)
        return named(self, result, task_vars)

    def wslfleet_check(self) -> None:
        """Raise StepFailed for what cannot be done, before anything changes."""

    def wslfleet_after(self, result: dict[str, t.Any]) -> None:
        """Do what RESULT requires on the Windows side."""

    @property
    def _module(self) -> str:
        return str(self._task.action).rpartition(".")[2]

    def _as_order(self, arguments: dict[str, t.Any]) -> dict[str, t.Any]:
        if self._task.async_val:
            raise StepFailed("async is not possible over a connection to Windows: use the connection wslfleet.cuda.wsl")
        [step] = expand.expand([{"module": self._module, "arguments": arguments}])
        _name, outcome = self.wslfleet_order([step])
        if outcome.failure:
            raise StepFailed(outcome.failure)
        result = dict(outcome.rows[-1]["result"])
        return taken(self._module, {**result, "changed": True} if outcome.python else result, complete=False)

    def _as_module(self, arguments: dict[str, t.Any]) -> dict[str, t.Any]:
        """Run the module, and repeat it while its transaction works."""
        if self._task.async_val and not self._connection.has_native_async:
            answer: dict[str, t.Any] = self._execute_module(
                module_args=arguments, task_vars=self.wslfleet_vars, wrap_async=True
            )
            return answer
        longest = int(arguments.get("wait", LONGEST_WAIT))
        waits = itertools.chain(FIRST_WAITS, itertools.repeat(longest))
        looks: list[dict[str, t.Any]] = []
        end = time.monotonic() + LONGEST_HOURS * 3600
        while True:
            if self._module in FOLLOWED:
                arguments["wait"] = min(next(waits), longest)
            looks.append(taken(self._module, self._look(arguments), complete=self._module not in FOLLOWED))
            transaction = looks[-1].get("transaction") or {}
            if not transaction.get("running") or looks[-1].get("failed"):
                return together(looks)
            arguments["transaction"] = transaction.get("id")
            if not arguments["transaction"] or time.monotonic() > end:
                return {**together(looks), "failed": True, "msg": self._never_ends(transaction)}
            self.wslfleet_show(answers.of_apt(transaction))

    def _never_ends(self, transaction: dict[str, t.Any]) -> str:
        if not transaction.get("id"):
            return f"damaged result of {self._module}: transaction.id is missing; check the distribution"
        return clean(
            f"transaction {transaction['id']} still runs after {LONGEST_HOURS} hours and continues; read its log"
            f" {transaction.get('log')} inside the distribution, then run the playbook again"
        )

    def _look(self, arguments: dict[str, t.Any]) -> dict[str, t.Any]:
        """Run the module once. If the connection is lost during a transaction, the error says that it continues."""
        try:
            answer: dict[str, t.Any] = self._execute_module(module_args=arguments, task_vars=self.wslfleet_vars)
        except AnsibleConnectionFailure as error:
            if "transaction" not in arguments:
                raise
            raise AnsibleConnectionFailure(
                f"connection lost while apt works: {error}. Transaction {arguments['transaction']} continues inside "
                "the distribution; run the playbook again, it finds the transaction and waits for its end"
            ) from error
        return answer


FOLLOWED = ("container_toolkit", "cuda_extra_libraries", "cuda_toolkit")
"""Modules that return while their transaction works, and are run again."""
