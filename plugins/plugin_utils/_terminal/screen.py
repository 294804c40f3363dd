# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A few lines at the bottom of a terminal that are drawn again and again, and what is said above them.

The cursor is never hidden and no mode of the terminal is changed: whatever ends the run, nothing needs to be restored.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.line import Line

_UP, _REST, _BELOW = "\x1b[{}A\r", "\x1b[K", "\x1b[J"


class Screen:
    """The lower part of a terminal.

    :arg width: the columns of the terminal, as they are now.
    """

    def __init__(self, stream: t.TextIO, paint: t.Callable[[Line], str], width: t.Callable[[], int]) -> None:
        self._stream, self._paint, self._width = stream, paint, width
        self._lines: t.Sequence[Line] = ()
        self._drawn_for = 0

    def draw(self, lines: t.Sequence[Line]) -> None:
        """Show LINES, none of them longer than the terminal is wide, in place of those before."""
        self._put(self._back() + self._text(lines))
        self._lines, self._drawn_for = lines, self._width()

    def above(self, say: t.Callable[[], t.Any]) -> t.Any:
        """SAY something that stays, above the lines."""
        self._put(self._back() + _BELOW)
        if self._width() < self._drawn_for:
            self._lines = ()  # Too long now: others come with the next draw.
        try:
            return say()
        finally:
            self._put(self._text(self._lines))

    def clear(self) -> None:
        """Take the lines away."""
        self._put(self._back() + _BELOW)
        self._lines = ()

    def _back(self) -> str:
        # A terminal that got narrower may have broken the lines into more of them: then the first stay, and nothing
        # that was said is lost.
        return _UP.format(len(self._lines)) if self._lines else ""

    def _text(self, lines: t.Sequence[Line]) -> str:
        # Each line is cleared behind its text, not before: a terminal that shows every byte would flicker.
        return "".join(f"{self._paint(line)}{_REST}\n" for line in lines) + _BELOW

    def _put(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
