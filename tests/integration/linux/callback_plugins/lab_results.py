# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the whole result of the last task, diff and failure included, to the file in WSLFLEET_RESULT."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: lab_results
short_description: Keep the result of the last task
version_added: 0.1.0
author: The wslfleet contributors (@wslfleet)
type: stdout
description: Writes results as JSON.
"""


class CallbackModule(CallbackBase):
    """Prints nothing."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "lab_results"

    def _keep(self, result: t.Any, **state: bool) -> None:
        text = json.dumps({**result._result, **state}, default=str)
        Path(os.environ["WSLFLEET_RESULT"]).write_text(text, encoding="utf-8")

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """Done."""
        self._keep(result, failed=False, unreachable=False)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """Failed."""
        self._keep(result, failed=True, unreachable=False)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """The connection was lost."""
        self._keep(result, failed=False, unreachable=True)
