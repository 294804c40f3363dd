# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The terminal of a run: its size, whether it can show moving lines, and its colours from Ansible."""

from __future__ import annotations

import os
import typing as t

from ansible import constants
from ansible.utils.color import stringc
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import line

NO_TERMINAL = (120, 24)
"""Columns and lines if they are not known."""
_SETTINGS = {
    line.GOOD: "COLOR_OK",
    line.CHANGED: "COLOR_CHANGED",
    line.BAD: "COLOR_ERROR",
    line.AWAY: "COLOR_UNREACHABLE",
    line.SOFT: "COLOR_VERBOSE",
}
"""Tone -> the setting of ansible.cfg with its colour."""


def moves(environment: t.Mapping[str, str], stream: t.TextIO) -> bool:
    """Whether STREAM can show moving lines: a pipeline may have a terminal, but keeps every byte."""
    return stream.isatty() and environment.get("TERM", "dumb") != "dumb" and not environment.get("CI")


def size(stream: t.TextIO) -> tuple[int, int]:
    """The current columns and lines of STREAM."""
    try:
        width, height = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return NO_TERMINAL
    return (width, height) if width and height else NO_TERMINAL


def colour(tone: str) -> str | None:
    """Ansible's name of the colour of TONE; None for none."""
    return getattr(constants, _SETTINGS[tone]) if tone in _SETTINGS else None


def paint(one: line.Line) -> str:
    """The line ONE in its colour, where Ansible uses colours."""
    chosen = colour(one.tone)
    return str(t.cast("t.Any", stringc)(one.text, chosen)) if chosen else one.text
