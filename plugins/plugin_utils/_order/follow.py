# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Send an order to a distribution that can be entered from here, check its progress, and read its outcome.

One launch is enough if nothing takes long. While apt works no command is kept open: its progress is shown, and the
order is checked again after a pause. If the connection is lost after the order was sent, it is reopened; the order
continues meanwhile.
"""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.runner import DistributionUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import answers, launch
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import telling
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable

HOLD_SECONDS = 60.0
"""Seconds that one command may wait for steps without a transaction, such as a compilation."""
INSTALL_SECONDS = 5.0
"""Seconds that one command may wait for the installation of Python."""
RETRY_SECONDS = 5.0
"""Seconds between two attempts to reopen a lost connection."""


class Way(t.Protocol):
    """A way into one distribution."""

    where: str
    """"distribution Debian on laptop-7", for errors."""

    def run(self, command: str, payload: bytes = b"") -> Completed:
        """Run COMMAND (text for /bin/sh) as root with PAYLOAD as its stdin; the exit code is Linux's.

        :raises HostUnreachable: its ``begun`` says whether the command had begun.
        """

    def reopen(self) -> None:
        """Drop a lost connection, so that the next command opens another one."""


@dataclass(frozen=True)
class Goal:
    """What is to be done."""

    name: str
    """Name of the distribution."""
    identity: str
    """Identity of the order."""
    packed: bytes
    steps: tuple[plans.Step, ...]
    may_install: bool
    """Whether to install Python if it is missing: not in check mode."""
    proxy: str
    """The proxy for that; empty if there is none."""
    timeout: float
    """Seconds for the whole order."""
    reconnect_timeout: float
    """Seconds that a laptop may be unreachable after the order was sent."""


@dataclass
class Work:
    """Carries out one order."""

    way: Way
    goal: Goal
    show: t.Callable[[str], None]
    """Shows one line of progress."""
    sleep: t.Callable[[float], None] = time.sleep
    clock: t.Callable[[], float] = time.monotonic
    waits: t.Iterator[float] = field(default_factory=telling.waits)
    """Seconds between two looks."""

    def run(self) -> plans.Outcome:
        """Send the order and wait for its end. Raises StepFailed, HostUnreachable, CommandTimeout."""
        deadline = self.clock() + self.goal.timeout
        ask = self._bring
        while True:
            answer = self._reached(ask)
            if answer is not None and answer.id == self.goal.identity:
                if not answer.alive or answer.ended:
                    return answers.outcome(self.way.where, answer, self.goal.steps)
                ask = self._look
            elif ask == self._look:
                raise StepFailed(f"{self.way.where}: the order that was sent there is missing; run again")
            if self.clock() >= deadline:
                raise StepFailed(
                    f"{self.way.where}: the work did not end within {self.goal.timeout:g} s; give it more time"
                    " (timeout); it continues there, and the next run waits for it"
                )
            self.show(answers.shown(answer, self.goal.identity))
            self.sleep(next(self.waits))

    def _bring(self) -> answers.Answer | None:
        goal = self.goal
        command = launch.command(goal.packed, goal.may_install, INSTALL_SECONDS, goal.proxy)
        return self._answer(command, goal.packed)

    def _look(self) -> answers.Answer | None:
        return self._answer(launch.look(self.goal.identity, self.goal.name))

    def _answer(self, command: str, payload: bytes = b"") -> answers.Answer | None:
        """The answer to COMMAND; None: Python is still being installed."""
        completed = self.way.run(command, payload)
        if completed.exit_code == launch.INSTALLING:
            return None
        return answers.answer_in(self.way.where, completed, self.goal.name)

    def _reached(self, ask: t.Callable[[], answers.Answer | None]) -> answers.Answer | None:
        """The answer of ASK; a lost connection is reopened if the order has been sent."""
        try:
            return ask()
        except DistributionUnreachable:
            raise
        except HostUnreachable as error:
            lost, sent = error, ask == self._look
            if not (sent or error.begun):
                raise
        deadline = self.clock() + self.goal.reconnect_timeout
        while self.clock() < deadline:
            self.show(f"the connection was lost, looking for the laptop again: {lost}")
            self.sleep(min(RETRY_SECONDS, self.goal.reconnect_timeout))
            self.way.reopen()
            try:
                answer = self._look()
            except DistributionUnreachable:
                raise
            except HostUnreachable:
                continue
            if sent or (answer is not None and answer.id == self.goal.identity):
                return answer
            raise HostUnreachable(f"{lost}; the work had not started in {self.way.where}")
        raise HostUnreachable(
            f"{lost}; the work in {self.way.where} continues there: run again, the next run waits for it"
        )
