# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A few lines at the bottom of a terminal that are redrawn, and output above them.

The cursor is never hidden and no mode of the terminal is changed, so nothing has to be restored when the run ends.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.line import Line

_UP, _REST, _BELOW = "\x1b[{}A\r", "\x1b[K", "\x1b[J"


class Screen:
    """The lower part of a terminal.

    :arg width: returns the current number of columns of the terminal.
    """

    def __init__(self, stream: t.TextIO, paint: t.Callable[[Line], str], width: t.Callable[[], int]) -> None:
        self._stream, self._paint, self._width = stream, paint, width
        self._lines: t.Sequence[Line] = ()
        self._drawn_for = 0

    def draw(self, lines: t.Sequence[Line]) -> None:
        """Show LINES, none of which is longer than the terminal is wide, instead of the last ones."""
        self._put(self._back() + self._text(lines))
        self._lines, self._drawn_for = lines, self._width()

    def above(self, say: t.Callable[[], t.Any]) -> t.Any:
        """Call SAY, whose output stays above the lines."""
        self._put(self._back() + _BELOW)
        if self._width() < self._drawn_for:
            self._lines = ()  # Too long now: others come with the next draw.
        try:
            return say()
        finally:
            self._put(self._text(self._lines))

    def clear(self) -> None:
        """Remove the lines."""
        self._put(self._back() + _BELOW)
        self._lines = ()

    def _back(self) -> str:
        # A narrower terminal may have broken the lines into more: then the first ones stay, and no output is lost.
        return _UP.format(len(self._lines)) if self._lines else ""

    def _text(self, lines: t.Sequence[Line]) -> str:
        # Each line is cleared after its text, not before, because a terminal that shows every byte would flicker.
        return "".join(f"{self._paint(line)}{_REST}\n" for line in lines) + _BELOW

    def _put(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
