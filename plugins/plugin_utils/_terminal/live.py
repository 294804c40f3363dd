# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Moving lines below all output of Ansible, during a run.

All output goes through Ansible's one Display object, also from other plugins and from workers. So it is put above the
lines there, and not in each callback. Workers are forked while the lock of Display is free; they leave all output to
the first process.
"""

from __future__ import annotations

import os
import threading
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.line import Line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.screen import Screen

BEAT = 0.25
"""Seconds between two checks for something new."""
IDLE = 4
"""Beats after which the lines are drawn anyway, because they show the time."""
_ASKING = ("prompt", "prompt_until")


class Live:
    """Draws lines below the output of DISPLAY.

    :arg frame: returns the current lines.
    :arg take: whether the lines show a text, so it is not printed.
    """

    def __init__(
        self,
        display: t.Any,
        screen: Screen,
        frame: t.Callable[[], t.Sequence[Line]],
        take: t.Callable[[str], bool],
    ) -> None:
        self._display, self._screen, self._frame, self._take = display, screen, frame, take
        self._process = os.getpid()
        self._end = threading.Event()
        self._beat: threading.Thread | None = None
        self.news = False
        """Whether something happened since the lines were drawn."""

    @property
    def lock(self) -> t.Any:
        """Held while writing to the terminal, or changing the lines."""
        return self._display._lock

    def begin(self) -> None:
        """Begin to draw."""
        if self._beat:
            return
        for name in ("display", *_ASKING):
            if original := getattr(self._display, name, None):
                setattr(self._display, name, self._wrapped(original, name in _ASKING))
        self._end.clear()
        self._beat = threading.Thread(target=self._run, daemon=True, name="wslfleet-terminal")
        self._beat.start()

    def end(self) -> None:
        """End: remove the lines and restore Display."""
        if not self._beat:
            return
        self._end.set()
        self._beat.join()
        self._beat = None
        with self.lock:
            self._screen.clear()
            for name in ("display", *_ASKING):
                self._display.__dict__.pop(name, None)

    def _wrapped(self, original: t.Callable[..., t.Any], asks: bool) -> t.Callable[..., t.Any]:
        def say(*arguments: t.Any, **options: t.Any) -> t.Any:
            if os.getpid() != self._process:
                return original(*arguments, **options)
            with self.lock:
                text = arguments[0] if arguments else options.get("msg", "")
                if not asks and (options.get("log_only") or self._take(text)):
                    return original(text, color=options.get("color"), log_only=True)
                return self._screen.above(lambda: original(*arguments, **options))

        return say

    def _run(self) -> None:
        idle = 0
        while not self._end.wait(BEAT):
            idle += 1
            if self.news or idle >= IDLE:
                self.news, idle = False, 0
                with self.lock:
                    self._screen.draw(self._frame())
