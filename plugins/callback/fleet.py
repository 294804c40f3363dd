# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Callback plugin that shows one moving line for each laptop, what is wrong in full, and one table at the end."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet
type: stdout
short_description: One line for each laptop, errors in full, and one table at the end
version_added: 0.2.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Shows a run of many laptops in a readable form. Each laptop has one line, which shows its current step, with a
    progress bar for downloads and installations by apt, and for downloads by Windows. If there are more laptops than
    lines, only laptops with a running task have a line, and the others are shown as numbers.
  - Prints nothing about tasks without problems. Errors and warnings are printed once and in full. At the end one table
    shows the outcome for the laptops, grouped by outcome and reason, with what to do next, and how long the run took.
  - In a pipe, in a pipeline (variable C(CI)) and on a terminal that cannot move the cursor it prints plain lines, one
    for each change, without control characters.
  - The output of C(ansible.builtin.debug) and C(ansible.builtin.assert) is printed. For tasks of other modules, in any
    role, a change or a failure is one entry. C(--diff) shows all differences, C(-v) shows the results of all tasks.
  - Control characters in texts from laptops are escaped, so that they cannot control the terminal.
  - The inventory plugin P(wslfleet.cuda.fleet#inventory) has the same name and is another plugin.
requirements:
  - Set as stdout callback, in C(ansible.cfg) (C(stdout_callback = wslfleet.cuda.fleet)) or by the environment variable
    C(ANSIBLE_STDOUT_CALLBACK). Otherwise the callback of ansible-core is used.
notes:
  - The colours are those of ansible-core. C(NO_COLOR) turns them off, but the lines still move.
  - The debugger for tasks (C(debugger), strategy C(debug)) needs O(live=false).
seealso:
  - plugin: wslfleet.cuda.documents
    plugin_type: callback
options:
  live:
    description:
      - Whether the lines of laptops move on a terminal. With V(false) plain lines are printed there too.
    type: bool
    default: true
    env:
      - name: WSLFLEET_LIVE
    ini:
      - section: callback_wslfleet_fleet
        key: live
"""

import os
import sys
import time
import typing as t

from ansible.plugins.callback import CallbackBase
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean, clean_result
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import this_run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import (
    closing,
    layout,
    line,
    messages,
    progress,
    results,
    terminal,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.live import Live
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.screen import Screen
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.verdicts import verdicts
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.watched import Watched


class CallbackModule(CallbackBase):
    """Callback plugin ``wslfleet.cuda.fleet``."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "wslfleet.cuda.fleet"

    def __init__(self, *arguments: t.Any, **options: t.Any) -> None:
        super().__init__(*arguments, **options)
        self.wslfleet_run = Watched(time.monotonic())
        self.wslfleet_marks = line.marks(os.environ, sys.stdout.encoding or "")
        screen = Screen(sys.stdout, terminal.paint, lambda: terminal.size(sys.stdout)[0])
        self.wslfleet_live = Live(self._display, screen, self._wslfleet_frame, self._wslfleet_told)

    def v2_playbook_on_start(self, playbook: t.Any) -> None:
        """A playbook begins; a run can have several."""
        del playbook
        self.wslfleet_run = Watched(time.monotonic())

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        """A play, or another batch of it, begins."""
        hosts = play.get_variable_manager().get_vars(play=play).get("ansible_play_hosts_all") or ()
        self.wslfleet_run.begins(clean(str(play.get_name()).strip()), map(str, hosts), bool(play.check_mode))
        if self.wslfleet_moves:
            self.wslfleet_live.begin()
        elif self.wslfleet_run.laptops:
            number = len(self.wslfleet_run.laptops)
            self._wslfleet_say(f"{self.wslfleet_run.play}: {number} laptop{'s' * (number != 1)}")

    def v2_runner_on_start(self, host: t.Any, task: t.Any) -> None:
        """A task begins for one host."""
        self._wslfleet_note(
            lambda: self.wslfleet_run.starts(str(host.get_name()), results.step_of(task), time.monotonic())
        )

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """A task is done for one host."""
        changed = bool(result._result.get("changed"))
        self._wslfleet_note(lambda: self.wslfleet_run.done(results.host_of(result), changed))
        if not results.has_items(result):
            self.v2_runner_item_on_ok(result)

    def v2_runner_item_on_ok(self, result: t.Any) -> None:
        """One item of a loop is done, or a task without one."""
        ansible: t.Any = self
        self._handle_warnings(result._result)
        if results.shows(result):
            ansible._clean_results(result._result, result._task.action)
            whose = "" if result._task.run_once else str(self.host_label(result))
            self._wslfleet_say(messages.entry(whose, "", "", messages.shown(result._result)))
        elif self._display.verbosity:
            self._wslfleet_entry(result, results.word_of(result), self._wslfleet_dump(result))
        elif results.is_a_change_to_say(result) and not (self.wslfleet_moves and results.is_ours(result)):
            self._wslfleet_entry(result, results.word_of(result), tone=line.CHANGED)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """A task has failed for one host."""
        self._wslfleet_failed(result, "failed, ignored" if ignore_errors else "failed", ignore_errors)

    def v2_runner_item_on_failed(self, result: t.Any) -> None:
        """One item of a loop has failed."""
        self._handle_warnings(result._result)
        self._wslfleet_entry(result, "failed", self._wslfleet_why(result), line.BAD)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """A host cannot be reached."""
        self._wslfleet_failed(result, "out of reach", bool(result._task.ignore_unreachable), away=True)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        """A task is not for this host."""
        self._wslfleet_note(lambda: self.wslfleet_run.done(results.host_of(result)))
        if self._display.verbosity > 1:
            self._wslfleet_entry(result, "skipped", self._wslfleet_dump(result), line.SOFT)

    def v2_runner_retry(self, result: t.Any) -> None:
        """A task is tried again."""
        text = f"try {result._result.get('attempts')} of {result._result.get('retries')} failed"
        self._display.display(progress.line(results.host_of(result), text))

    def v2_on_file_diff(self, result: t.Any) -> None:
        """There are differences to show."""
        ansible: t.Any = self
        for one in result._result["results"] if results.has_items(result) else [result._result]:
            difference = one.get("changed") and one.get("diff") and ansible._get_diff(clean_result(one["diff"]))
            if difference:
                self._wslfleet_entry(result, results.word_of(result))
                self._display.display(difference)

    def v2_playbook_on_no_hosts_remaining(self) -> None:
        """All hosts have failed."""
        self._wslfleet_say("no laptop is left: the run ends here", line.BAD)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        """The run is over."""
        self.wslfleet_live.end()
        run = this_run.current()
        found = verdicts(self.wslfleet_run, run, stats.failures, stats.dark)
        seconds, width = time.monotonic() - self.wslfleet_run.began, terminal.size(sys.stdout)[0]
        for one in closing.lines(found, seconds, width, run.limit if run else ""):
            self._wslfleet_say(one.text, one.tone)

    @property
    def wslfleet_moves(self) -> bool:
        """Whether lines can move."""
        return bool(self._plugin_options["live"]) and terminal.moves(os.environ, sys.stdout)

    def _wslfleet_frame(self) -> list[line.Line]:
        width, height = terminal.size(sys.stdout)
        return layout.frame(self.wslfleet_run, width, height, self.wslfleet_marks, time.monotonic())

    def _wslfleet_told(self, text: str) -> bool:
        told = progress.read(text)
        self.wslfleet_live.news = True
        return self.wslfleet_run.tells(*told) if told else False

    def _wslfleet_note(self, note: t.Callable[[], None]) -> None:
        with self.wslfleet_live.lock:
            note()
            self.wslfleet_live.news = True

    def _wslfleet_failed(self, result: t.Any, word: str, ignored: bool, away: bool = False) -> None:
        self._handle_warnings(result._result)
        name, why = results.host_of(result), self._wslfleet_why(result)
        if ignored:
            self._wslfleet_note(lambda: self.wslfleet_run.done(name))
        else:
            self._wslfleet_note(lambda: self.wslfleet_run.fails(name, results.step_of(result._task), why, away))
        if not results.has_items(result):
            self._wslfleet_entry(result, word, why, line.SOFT if ignored else line.AWAY if away else line.BAD)

    def _wslfleet_why(self, result: t.Any) -> str:
        why = messages.why(result._result, results.host_of(result))
        return f"{why}\n{self._wslfleet_dump(result)}" if self._display.verbosity else why

    def _wslfleet_dump(self, result: t.Any) -> str:
        return str(self._dump_results(clean_result(result._result), indent=2))

    def _wslfleet_entry(self, result: t.Any, word: str, text: str = "", tone: str = line.PLAIN) -> None:
        item = self._get_item_label(result._result)
        step = results.step_of(result._task) + (f" ({item})" if item is not None else "")
        self._wslfleet_say(messages.entry(str(self.host_label(result)), step, word, text), tone)

    def _wslfleet_say(self, text: str, tone: str = line.PLAIN) -> None:
        self._display.display(text, color=terminal.colour(tone))
