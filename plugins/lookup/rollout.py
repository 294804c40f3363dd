# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup that tells the playbook ``rollout`` its batches, and whether another one, or another laptop, may begin."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout
short_description: Batches of a rollout, and whether the next one may start
version_added: 0.2.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - For the playbook C(wslfleet.cuda.rollout). The beginning of that playbook describes the variables
    C(wslfleet_rollout_*). They are the same for all laptops of a run.
  - Needs the callback plugin P(wslfleet.cuda.documents#callback), which the playbook enables.
options:
  _terms:
    description:
      - What to return.
      - "V(problems): What is wrong with the variables, one sentence each. This includes files of remaining laptops that
        cannot be written."
      - "V(batches_shown): Canaries and batches in one line, to be displayed."
      - "V(hosts): For C(hosts) of the play. The laptops of the run, the canaries first. The play must not be the first
        one, because Ansible does not provide variables of the inventory there."
      - "V(batches): For C(serial) of the play. The number of laptops in each batch."
      - "V(wait): How many minutes to wait before this batch."
      - "V(question): The question before this batch. Empty if there is none."
      - "V(obstacle): Why this batch, and therefore every later batch, does not start. Empty if it starts."
      - "V(subsets): What M(wslfleet.cuda.host_info) must read for V(put_off)."
      - "V(put_off): Why this laptop is put off. Empty if it is not."
    type: list
    elements: str
    required: true
    choices:
      - problems
      - batches_shown
      - hosts
      - batches
      - wait
      - question
      - obstacle
      - subsets
      - put_off
  answer:
    description:
      - For V(obstacle). The answer to V(question).
      - When unset, there was no question.
    type: str
  host:
    description:
      - For V(put_off). The result of M(wslfleet.cuda.host_info).
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Roll out
  hosts: "{{ query('wslfleet.cuda.rollout', 'hosts') }}"
  serial: "{{ query('wslfleet.cuda.rollout', 'batches') }}"
  gather_facts: false
  strategy: ansible.builtin.linear
  tasks:
    - name: Show why the next batch does not start
      ansible.builtin.debug:
        msg: "{{ lookup('wslfleet.cuda.rollout', 'obstacle') }}"
      register: __wslfleet_run_obstacle
      run_once: true
"""

RETURN = r"""
_raw:
  description:
    - Names, numbers, or one text, depending on what is requested.
  type: list
  elements: raw
  sample: [2, 20, 100]
"""

import datetime
import typing as t

from ansible import context
from ansible.errors import AnsibleError
from ansible.plugins.loader import lookup_loader
from ansible.plugins.lookup import LookupBase
from ansible_collections.wslfleet.cuda.plugins.lookup.laptops import hosts_of
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import this_run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.store import StoreError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles import problems
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles.variables import PLAYBOOK_VARIABLES
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout import choose, put_off, settings, writer
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout.plan import Plan

_READ = (
    *(name for name in PLAYBOOK_VARIABLES if name.startswith(settings.PREFIX)),
    "wslfleet_report",
    "wslfleet_report_names",
)
YES = "yes"


class LookupModule(LookupBase):
    """Lookup ``wslfleet.cuda.rollout``."""

    def run(self, terms: t.Any, variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        """The answer to the first of TERMS."""
        question = str(terms[0])
        if question in ("problems", "batches_shown", "hosts"):
            return self._before(question, variables or {})
        run = this_run.current()
        plan = t.cast("Plan | None", run.plan) if run else None
        if question == "batches":
            return list((plan or self._plan(variables or {})[0]).sizes())
        if run is None or plan is None:
            raise AnsibleError(this_run.UNWATCHED)
        now = datetime.datetime.now(datetime.timezone.utc)
        # These two are evaluated for each laptop; the others, which need all of them, once for a batch.
        if question == "subsets":
            return [put_off.subsets(plan.settings)]
        if question == "put_off":
            return ["; ".join(put_off.reasons(plan.settings, kwargs.get("host") or {}, now))]
        told = run.recorder.outcomes()
        if question == "obstacle":
            return [_obstacle(plan, told, now, kwargs.get("answer"))]
        later = len(plan.begun) > 1 and not (variables or {}).get("ansible_check_mode")
        free = later and not plan.obstacle(told)
        if question == "wait":
            return [plan.settings.wait if free else 0]
        return [plan.question(told) if free and plan.settings.ask else ""]

    def _before(self, question: str, variables: dict[str, t.Any]) -> list[t.Any]:
        """The question before the first batch."""
        plan, wrong = self._plan(variables)
        if question == "problems":
            return list(wrong)
        if question == "batches_shown":
            return [str(plan)]
        if wrong:
            raise AnsibleError(f"nothing was changed: {'; '.join(wrong)}")
        run = this_run.current()
        if run is not None:
            run.plan = plan
        return list(plan.laptops)

    def _plan(self, variables: dict[str, t.Any]) -> tuple[Plan, list[str]]:
        """The plan, and the problems of its settings."""
        defaults = {name: spec.get("default") for name, spec in PLAYBOOK_VARIABLES.items()}
        usual = settings.settings(defaults)
        if context.CLIARGS.get("syntax"):
            return Plan((), ("all",), usual, ""), []
        hosts = hosts_of(
            choose.pattern_of_laptops(variables), variables, lambda pattern: self._find(pattern, variables)
        )
        # Before another play has run, a play has no variables of the inventory; only it has those of an import.
        known = (variables["hostvars"][hosts[0]] if "hostvars" in variables else {}, variables)
        values = {name: given[name] for given in known for name in _READ if name in given}
        wrong = problems.problems(values, [])
        if wrong:
            return Plan((), tuple(hosts), usual, ""), wrong
        first, strange = choose.canaries(values, variables["groups"], lambda one: self._find(one, variables))
        folder, missing = choose.folder({**defaults, **values})
        if "hostvars" not in variables:
            # The play is only listed, and core tells no variables of the inventory, where the folder may be named.
            missing = []
        # There is no run if tasks or hosts are only listed, and check mode changes nothing on the controller either.
        if not missing and this_run.current() and not context.CLIARGS.get("check"):
            missing = _unwritable(folder)
        canaries = tuple(host for host in hosts if host in first)
        others = tuple(host for host in hosts if host not in first)
        return Plan(canaries, others, settings.settings({**defaults, **values}), folder), strange + missing

    def _find(self, pattern: str, variables: dict[str, t.Any]) -> list[str]:
        loader: t.Any = lookup_loader
        matcher = loader.get("ansible.builtin.inventory_hostnames", loader=self._loader, templar=self._templar)
        return list(matcher.run([pattern], variables=variables))


def _obstacle(plan: Plan, told: t.Mapping[str, str], now: datetime.datetime, answer: str | None) -> str:
    """Why the next batch does not begin."""
    unanswered = answer is not None and answer.strip().lower() != YES
    closed = put_off.closed(plan.settings, now)
    return plan.obstacle(told) or closed or ("nobody answered yes to the question before it" if unanswered else "")


def _unwritable(folder: str) -> list[str]:
    try:
        writer.LeftWriter(folder)
    except StoreError as error:
        return [str(error)]
    return []
