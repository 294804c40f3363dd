# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import progress as apt_progress
from hypothesis import given
from hypothesis import strategies as st


def progress(percent: float, package: str, text: str) -> dict[str, t.Any]:
    return {"progress": percent, "package": package, "text": text}


NOTHING = progress(0.0, "", "")


PROGRESS = [
    ("", NOTHING),
    (
        "pmstatus:libc6:amd64:33.3333:Unpacking libc6:amd64 (amd64)\n",
        progress(33.3333, "libc6:amd64", "Unpacking libc6:amd64 (amd64)"),
    ),
    (
        "dlstatus:1:20.5:Retrieving file 1 of 61 (10s remaining)\n",
        progress(20.5, "", "Retrieving file 1 of 61 (10s remaining)"),
    ),
    ("pmerror:nvidia-dkms-570:50:script failed\n", progress(50.0, "nvidia-dkms-570", "script failed")),
    ("pmstatus:a:10:one\npmstatus:b:20:two\n", progress(20.0, "b", "two")),
    ("pmstatus:a:10:one\npmstatus:b:20:tw", progress(10.0, "a", "one")),
    ("us:b:20:two\n", NOTHING),
    ("pmstatus:a:10:one\npmconffile:/etc/x:15:'a' 'b' 1 1\n", progress(10.0, "a", "one")),
    ("pmstatus:a:..:one\n", NOTHING),
]


@pytest.mark.parametrize("text, found", PROGRESS)
def test_parse_progress(text: str, found: dict[str, t.Any]) -> None:
    assert apt_progress.parse_progress(text) == found


@given(st.lists(st.sampled_from(["pmstatus:", "dlstatus:", "a", ":", "1", ".", "\n", " "])).map("".join))
def test_any_status_can_be_read(text: str) -> None:
    assert apt_progress.parse_progress(text)["progress"] >= 0
