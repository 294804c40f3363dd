# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the report of a fleet from folders of documents."""

from __future__ import annotations

import os
import typing as t

from ansible.plugins.action import ActionBase
from ansible_collections.wslfleet.cuda.plugins.modules.fleet_report import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import checked_arguments, failures_in
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import report, shape, store
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.version import collection_version


class ActionModule(ActionBase):
    """Action plugin ``wslfleet.cuda.fleet_report``: no laptop is asked."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Read, merge, write."""
        del tmp
        result: dict[str, t.Any] = super().run(None, task_vars)
        with failures_in(result):
            arguments = checked_arguments(self, DOCUMENTATION)
            if not arguments["src"]:
                raise StepFailed("src names no folder: name those that runs got as wslfleet_report")
            result.update(changed=False, **_report(arguments["src"], arguments["dest"] or arguments["src"][0]))
        return result


def _report(folders: list[str], destination: str) -> dict[str, t.Any]:
    try:
        fleet = report.write(folders, destination, shape.now(), collection_version())
    except store.StoreError as error:
        raise StepFailed(str(error)) from error
    return {
        "page": os.path.abspath(os.path.join(destination, report.PAGE)),
        "summary": fleet.sentence(),
        "counts": fleet.counts(),
        "causes": dict(fleet.causes()),
        "problems": list(fleet.problems),
    }
