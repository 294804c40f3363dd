# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup that tells a play the outcome of the laptops of its run so far."""

from __future__ import annotations

DOCUMENTATION = r"""
name: run_result
short_description: The outcome of this run so far, for its laptops
version_added: 0.2.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Summarises the documents of this run, even if they are not written, see P(wslfleet.cuda.documents#callback). That
    plugin must be enabled, as it is in the playbooks of this collection.
  - P(wslfleet.cuda.gate#lookup) says which laptops are not good enough.
options: {}
"""

EXAMPLES = r"""
- name: Pass the outcome for the laptops to a workflow of AWX
  ansible.builtin.set_stats:
    data:
      wslfleet_result: "{{ lookup('wslfleet.cuda.run_result') }}"
  run_once: true
"""

RETURN = r"""
_raw:
  description:
    - One dictionary. C(counts) is the number of laptops for each outcome, C(summary) is the same in one line,
      C(report) is the path of the page on the controller, and C(limit) is the path of the file for C(--limit @FILE)
      with the laptops that do not conform. Without C(wslfleet_report) the paths are empty. The files are written at the
      end of the run.
  type: list
  elements: dict
  sample:
    - counts: {ok: 291, waiting: 4, "off": 3, out_of_reach: 0, not_in_order: 0, failed: 2}
      summary: 291 ok, 4 waiting, 3 off, 2 failed
      report: /srv/report/fleet.html
      limit: /srv/report/not_conforming.limit
"""

import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import outcome, this_run


class LookupModule(LookupBase):
    """Lookup ``wslfleet.cuda.run_result``."""

    def run(self, terms: t.Any, variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        """The outcome of all laptops."""
        del terms, variables, kwargs
        run = this_run.current()
        if run is None:
            raise AnsibleError(this_run.UNWATCHED)
        outcomes = list(run.outcomes().values())
        told = {"counts": outcome.counts(outcomes), "summary": outcome.sentence(outcomes)}
        return [{**told, "report": run.report, "limit": run.limit}]
