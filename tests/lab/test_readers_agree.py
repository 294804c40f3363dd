# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab and the collection read /etc/wsl.conf alike, although neither knows the other."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings import ini as i
from hypothesis import given
from hypothesis import strategies as st

from lab.linux import wsl_conf

LINES = st.sampled_from(
    [
        "[automount]",
        "[boot] # x",
        "[ automount ]",
        "ldconfig=false",
        "ldconfig = true # x",
        'LDConfig="false"',
        "ldconfig",
        "ldconfig=no",
        "# ldconfig=false",
        "",
        "root=/x",
        "; x",
    ]
)


@given(st.lists(LINES, max_size=6))
def test_the_lab_s_own_reader_agrees(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert wsl_conf.parse(text).ldconfig is i.boolean(text, "automount", "ldconfig", True)
