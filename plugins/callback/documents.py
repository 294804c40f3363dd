# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Callback plugin that writes one document for each laptop of a run, and the report of the fleet."""

from __future__ import annotations

DOCUMENTATION = r"""
name: documents
type: notification
short_description: Write one document for each laptop of a run, the report of the fleet, and a last line
version_added: 0.2.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - At the end of a run one line shows the outcome for its laptops, for example C(291 ok, 4 waiting, 3 off, 2 failed).
  - Writes nothing unless the variable C(wslfleet_report) names a folder on the controller. Set it in the inventory or
    with C(-e), to the same value for all laptops.
  - The playbooks of the collection enable this plugin themselves. For your own plays that use the roles or modules of
    the collection, set C(callbacks_enabled = wslfleet.cuda.documents) in C(ansible.cfg).
  - Every laptop gets its document, also if it is unreachable or failed, and even if no laptop is left for the last
    play. A document is written as soon as its laptop fails, and after each play. If a run is killed, the documents of
    the finished laptops exist.
  - With C(wslfleet_report_names=false) names of users and computers are left out, and laptops get pseudonyms. The file
    C(names.json) in the folder contains the key from which the pseudonyms are made. Do not pass it on.
  - At the end of the run the folder contains the report of all its documents, see M(wslfleet.cuda.fleet_report), and
    one line shows its path.
options: {}
"""

import functools
import os
import typing as t
from collections import defaultdict

from ansible import context
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.callback import CallbackBase
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import made_groups, outcome, this_run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.recorder import Recorder
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.report import NOT_CONFORMING, PAGE
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.shape import now
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.store import StoreError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.version import collection_version
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.writer import Writer
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout.writer import LeftWriter
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.results import step_of

_TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
_COLLECTION = "wslfleet.cuda."
_ABOUT_NO_LAPTOP = f"{_COLLECTION}fleet_report"
_ABOUT_THE_RUN = "__wslfleet_run_"
"""How the name begins under which a task keeps its result that judges, counts, or asks a person: it tells nothing about
the laptop that it is carried out for, and where it fails, nothing went wrong there."""


@functools.lru_cache(maxsize=None)
def _is_ours(path: str | None) -> bool:
    """Whether a task at PATH is one of the collection's own."""
    return os.path.realpath(path or "").startswith(_TOP + os.sep)


class CallbackModule(CallbackBase):
    """Callback plugin ``wslfleet.cuda.documents``."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "wslfleet.cuda.documents"
    CALLBACK_NEEDS_ENABLED = True

    wslfleet_active: t.ClassVar[t.Any] = None
    """A playbook brings this plugin along, and ansible.cfg may name it too: one of them is enough."""

    def v2_playbook_on_start(self, playbook: t.Any) -> None:
        """A run begins."""
        if CallbackModule.wslfleet_active not in (None, self):
            self.disabled = True
            return
        CallbackModule.wslfleet_active = self
        began = now()
        name = os.path.splitext(os.path.basename(str(playbook._file_name)))[0]
        check = bool(context.CLIARGS.get("check"))
        self.wslfleet_keeper = Recorder(Run(f"{began}-{os.urandom(4).hex()}", name, began, collection_version(), check))
        self.wslfleet_run = this_run.ThisRun(self.wslfleet_keeper)
        this_run.begin(self.wslfleet_run)
        self.wslfleet_writer: Writer | None = None
        self.wslfleet_played: list[str] = []
        self.wslfleet_groups: dict[str, list[str]] = {}
        self.wslfleet_hostvars: t.Mapping[str, t.Any] = {}
        self.wslfleet_left: LeftWriter | None = None

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        """The play before, or a batch of it, is over: what it told is written down."""
        self.wslfleet_run.batch_ends()
        self._wslfleet_write(self.wslfleet_played)
        variables = play.get_variable_manager().get_vars(play=play)
        self.wslfleet_played = list(variables.get("ansible_play_hosts_all") or ())
        groups = defaultdict(list)
        for group in made_groups.others(variables["groups"]):
            for member in variables["groups"][group] if group != "all" else ():
                groups[member].append(group)
        self.wslfleet_groups = groups
        # A play that no host matches, before any other one, has none.
        self.wslfleet_hostvars = variables.get("hostvars") or {}
        self._wslfleet_batch(variables.get("ansible_play_batch") if getattr(play, "serial", None) else None)

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """A task has done its work for one laptop."""
        self._wslfleet_told(result, self.wslfleet_keeper.result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """A task has failed for one laptop."""
        keeper = self.wslfleet_keeper
        self._wslfleet_told(result, keeper.result if ignore_errors else keeper.failed, at_once=not ignore_errors)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """A laptop cannot be reached."""
        self._wslfleet_told(result, self.wslfleet_keeper.failed, at_once=True)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        """The run is over, whatever became of its laptops."""
        keeper = self.wslfleet_keeper
        keeper.rescued(stats.failures, stats.dark)
        CallbackModule.wslfleet_active = None
        this_run.end()
        self._wslfleet_batch(None)
        outcomes = self.wslfleet_run.outcomes()
        if not outcomes:
            return
        self._wslfleet_write(keeper.laptops, finished=True)
        self._display.display(f"\n{outcome.sentence(outcomes.values())}")
        if self.wslfleet_left:
            left = self.wslfleet_left
            next_run = "nothing is left to do" if left.is_empty else f"--limit @{left.path}"
            self._display.display(f"For the next run: {next_run}")
        if self.wslfleet_writer:
            self._wslfleet_try(self._wslfleet_report)

    def _wslfleet_told(self, result: t.Any, tell: t.Callable[..., None], at_once: bool = False) -> None:
        """TELL the keeper what a task returned, if it is the collection's own or one of its modules."""
        task, laptop = result._task, str(result._host.get_name())
        module = str(getattr(task, "resolved_action", None) or task.action)
        ours = module.startswith(_COLLECTION) or _is_ours(str(task.get_path() or "").rpartition(":")[0])
        if not ours or module == _ABOUT_NO_LAPTOP or str(getattr(task, "register", None)).startswith(_ABOUT_THE_RUN):
            return
        if laptop in self.wslfleet_played:
            if not self.wslfleet_keeper.laptops:
                self._wslfleet_open(laptop)
            self.wslfleet_keeper.begin(laptop, self.wslfleet_groups[laptop])
        tell(laptop, module.rpartition(".")[2], step_of(task), result._result)
        if at_once:
            self._wslfleet_write([laptop])
        if self.wslfleet_run.passes(laptop) or at_once:
            self._wslfleet_leave()

    def _wslfleet_open(self, first: str) -> None:
        """Learn the folder, and whether names stay, from the FIRST laptop that tells something: for the whole run."""
        variables = self.wslfleet_hostvars.get(first) or {}
        folder = str(variables.get("wslfleet_report") or "")
        if folder:
            named = boolean(variables.get("wslfleet_report_names", True), strict=False)
            self._wslfleet_try(lambda: setattr(self, "wslfleet_writer", Writer(folder, named)))
        if self.wslfleet_writer:
            self.wslfleet_run.report = os.path.join(self.wslfleet_writer.folder, PAGE)
            self.wslfleet_run.limit = os.path.join(self.wslfleet_writer.folder, NOT_CONFORMING)

    def _wslfleet_batch(self, batch: t.Iterable[str] | None) -> None:
        """A batch of a rollout is over, and another BATCH begins, if there is one."""
        plan = self.wslfleet_run.plan
        if plan is None:
            return
        self.wslfleet_run.batch_ends()
        if batch is not None:
            plan.begin(batch)
            if self.wslfleet_left is None and not self.wslfleet_keeper.run.check:
                self.wslfleet_left = LeftWriter(plan.folder)
                self.wslfleet_run.limit = self.wslfleet_left.path
        self._wslfleet_leave()

    def _wslfleet_leave(self) -> None:
        """Write what a rollout has left now."""
        try:
            if self.wslfleet_left:
                self.wslfleet_left.write(self.wslfleet_run.outcomes(), self.wslfleet_groups)
        except StoreError as error:
            self.wslfleet_left = None
            self._display.error(f"what is left of the rollout is written no longer: {error}", wrap_text=False)

    def _wslfleet_write(self, laptops: t.Iterable[str], finished: bool = False) -> None:
        writer = self.wslfleet_writer
        if writer:
            self._wslfleet_try(lambda: writer.documents(self.wslfleet_keeper, list(laptops), now(), finished))

    def _wslfleet_report(self) -> None:
        writer = t.cast("Writer", self.wslfleet_writer)
        fleet = writer.report(now(), collection_version())
        for problem in fleet.problems:
            self._display.warning(f"fleet report: {problem}")
        self._display.display(f"Fleet report: {fleet.sentence()}: {os.path.join(writer.folder, PAGE)}")

    def _wslfleet_try(self, write: t.Callable[[], None]) -> None:
        """WRITE; where that is not possible say so once. The run goes on, because no laptop has done anything wrong."""
        try:
            write()
        except StoreError as error:
            self.wslfleet_writer = None
            self._display.error(f"no fleet report: {error}", wrap_text=False)
