# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""L5: the doctor started a program by a name that any user may create, to see what a missing program answers."""

from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.questions import Question, questions

ONLY_ADMINISTRATORS_WRITE = ("C:\\Windows\\", "C:\\Program Files\\")
_PROGRAM = re.compile(r'[A-Za-z]:\\[^"&|<>]*?\.exe')


@pytest.mark.parametrize("question", questions("Ubuntu-24.04"), ids=lambda question: question.id)
def test_every_program_lies_where_only_administrators_write(question: Question) -> None:
    for program in _PROGRAM.findall(question.line):
        assert program.startswith(ONLY_ADMINISTRATORS_WRITE), question.line
