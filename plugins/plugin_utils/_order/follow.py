# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""An order for a distribution that can be entered from here: bring it, look again while it works, take what came of it.

One launch where nothing takes long. While apt works no command is held open: its progress is shown, and the order is
looked at again after a pause. A connection that is lost once the order was sent is opened again for a while; the order
goes on meanwhile.
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
"""How long one command may wait for steps that start no transaction, such as a compilation."""
INSTALL_SECONDS = 5.0
"""How long one command may wait for the installation of Python."""
RETRY_SECONDS = 5.0
"""Between two attempts to open a lost connection again."""


class Way(t.Protocol):
    """Leads into one distribution."""

    where: str
    """"distribution Debian on laptop-7", for errors."""

    def run(self, command: str, payload: bytes = b"") -> Completed:
        """Run COMMAND (text for /bin/sh) as root with PAYLOAD as its stdin; the exit code is Linux's.

        :raises HostUnreachable: its ``begun`` tells whether the command was under way.
        """

    def reopen(self) -> None:
        """Drop a connection that was lost, so that the next command opens another one."""


@dataclass(frozen=True)
class Goal:
    """What is to be done."""

    name: str
    """Of the distribution."""
    identity: str
    """Of the order."""
    packed: bytes
    steps: tuple[plans.Step, ...]
    may_install: bool
    """Whether Python is installed if it is missing: not in check mode."""
    proxy: str
    """For that; empty: none."""
    timeout: float
    """Seconds for all of it."""
    reconnect_timeout: float
    """Seconds that a laptop may be out of reach once the order was sent."""


@dataclass
class Work:
    """One order on its way."""

    way: Way
    goal: Goal
    show: t.Callable[[str], None]
    """Shows one line of progress."""
    sleep: t.Callable[[float], None] = time.sleep
    clock: t.Callable[[], float] = time.monotonic
    waits: t.Iterator[float] = field(default_factory=telling.waits)
    """Seconds between two looks."""
    python: bool = False
    """Python was missing and has been installed."""

    def run(self) -> plans.Outcome:
        """Bring the order and wait for its end. Raises StepFailed, HostUnreachable, CommandTimeout."""
        deadline = self.clock() + self.goal.timeout
        ask = self._bring
        while True:
            answer = self._reached(ask)
            self.python = self.python or (answer is not None and answer.python)
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
        """What came of COMMAND; None: Python is still being installed."""
        completed = self.way.run(command, payload)
        if completed.exit_code == launch.INSTALLING:
            return None
        return answers.answer_in(self.way.where, completed, self.goal.name)

    def _reached(self, ask: t.Callable[[], answers.Answer | None]) -> answers.Answer | None:
        """What ASK answers, over a connection that is opened again where the order has been sent already."""
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
