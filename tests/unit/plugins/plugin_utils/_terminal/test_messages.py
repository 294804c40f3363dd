# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results in words: whole, once, harmless."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import messages


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ({"msg": "a: no space left: free 10 GiB"}, "no space left: free 10 GiB"),
        ({"msg": ["a does not conform", "second"]}, "a does not conform\nsecond"),
        ({}, "no reason given"),
        ({"censored": "hidden since no_log is set"}, "hidden since no_log is set"),
        ({"msg": "rc 3", "stderr": "bad\nworse", "stdout": ""}, "rc 3\nstderr: bad\nworse"),
        ({"msg": "it said: bad", "stderr": "bad\n"}, "it said: bad"),
        ({"msg": "x\x1b]52;c;y\x07"}, r"x\x1b]52;c;y\x07"),
        ({"msg": {"no": "text"}}, '{\n  "no": "text"\n}'),
    ],
)
def test_why_a_task_failed(result: dict[str, t.Any], text: str) -> None:
    assert messages.why(result, "a") == text


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ({"msg": ["level  seen", "warn   x"]}, "level  seen\nwarn   x"),
        ({"msg": "one\x1b[2J"}, r"one\x1b[2J"),
        ({"fact": {"a": 1}, "_ansible_verbose_always": True}, 'fact: {\n  "a": 1\n}'),
    ],
)
def test_what_debug_shows(result: dict[str, t.Any], text: str) -> None:
    assert messages.shown(result) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "a: Step: failed"),
        ("no\n", "a: Step: failed: no"),
        ("no\nspace", "a: Step: failed:\n  no\n  space"),
    ],
)
def test_an_entry(text: str, shown: str) -> None:
    assert messages.entry("a", "Step", "failed", text) == shown


def test_an_entry_without_a_heading_is_its_text() -> None:
    assert messages.entry("", "", "", "one\ntwo") == "one\ntwo"
