# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of M(wslfleet.cuda.cuda_toolkit): looks at the transaction again and again until it has ended.

Each look is one short module run, so that no WinRM command is open for as long as apt works.
"""

from __future__ import annotations

import itertools
import time
import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import looks as apt_looks
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import named, taken

display = Display()

FIRST_WAITS = (2, 5, 10)
"""Seconds that the first looks follow a transaction: short, so that a person soon sees that it moves, and a connection
that is lost early is known to have left a transaction behind."""

LONGEST_WAIT = 20
"""Seconds, the default of O(wait)."""

LONGEST_HOURS = 6
"""A whole toolkit takes minutes. Whoever is root in the distribution could say for ever that it still runs."""


class ActionModule(ActionBase):
    """Runs the module until its transaction has ended."""

    MODULE = "cuda_toolkit"

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """One task: the first look starts the transaction, the others follow it."""
        task_vars = task_vars or {}
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        if result.get("skipped"):
            return result
        arguments = dict(self._task.args)
        longest = int(arguments.get("wait", LONGEST_WAIT))
        waits = itertools.chain(FIRST_WAITS, itertools.repeat(longest))
        looks: list[dict[str, t.Any]] = []
        end = time.monotonic() + LONGEST_HOURS * 3600
        while True:
            arguments["wait"] = min(next(waits), longest)
            answer = self._look(arguments, task_vars)
            looks.append(answer)
            transaction = answer.get("transaction") or {}
            if not transaction.get("running"):
                result.update(apt_looks.together(looks))
                return named(self, result, task_vars)
            arguments["transaction"] = transaction.get("id")
            if not arguments["transaction"] or time.monotonic() > end:
                result.update(apt_looks.together(looks), failed=True, msg=self._never_ends(transaction))
                return named(self, result, task_vars)
            self._show(transaction, task_vars)

    def _look(self, arguments: dict[str, t.Any], task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """One module run. A lost connection while a transaction runs is told for what it is."""
        try:
            answer: dict[str, t.Any] = self._execute_module(module_args=arguments, task_vars=task_vars)
        except AnsibleConnectionFailure as error:
            if "transaction" not in arguments:
                raise
            raise AnsibleConnectionFailure(
                f"connection lost while apt works: {error}. Transaction {arguments['transaction']} goes on inside the "
                "distribution; run the playbook again, it finds the transaction and waits for its end"
            ) from error
        return taken(self.MODULE, answer, complete=False)

    def _never_ends(self, transaction: dict[str, t.Any]) -> str:
        if not transaction.get("id"):
            return f"damaged result of {self.MODULE}: transaction.id is missing; look at the distribution"
        return clean(
            f"transaction {transaction['id']} still runs after {LONGEST_HOURS} hours and goes on; read its log"
            f" {transaction.get('log')} inside the distribution, then run the playbook again"
        )

    def _show(self, transaction: dict[str, t.Any], task_vars: dict[str, t.Any]) -> None:
        """One line of progress."""
        host = task_vars.get("inventory_hostname", "")
        what = transaction.get("text") or transaction.get("package") or "working"
        display.display(
            f"[{host}] apt {transaction.get('progress') or 0:.0f}%: {clean(str(what))}", color="bright gray"
        )
