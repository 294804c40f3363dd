# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells progress as the collection's actions do, and goes on when a file is there."""

from __future__ import annotations

import time
import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import progress


class ActionModule(ActionBase):
    """Arguments: ``texts``, ``file``, which it waits for; all others are the result."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        del tmp
        result = dict(self._task.args)
        for text in result.pop("texts", ()):
            Display().display(progress.line((task_vars or {})["inventory_hostname"], text), color="bright gray")
        file = result.pop("file", None)
        while file and not Path(file).exists():
            time.sleep(0.05)
        return result
