# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stage a worker takes next: from a list of its own, and from the other ones when that is empty."""

from __future__ import annotations

import threading
from collections.abc import Sequence


class Order:
    """Stages that wait, in LISTS, one for each worker. The list that begins with FIRST waits until that is done."""

    def __init__(self, lists: Sequence[Sequence[str]], first: str = "") -> None:
        self._lists = [list(names) for names in lists]
        self._blocked: set[str] = set()
        for names in self._lists:
            if names[:1] == [first]:
                self._blocked.update(names[1:])
        self._first = first
        self._changed = threading.Condition()

    def take(self, worker: int) -> str | None:
        """The next stage for WORKER (the number of its list), which waits while all are blocked; None at the end."""
        with self._changed:
            while any(self._lists):
                for names in [*self._lists[worker:], *self._lists[:worker]]:
                    free = next((name for name in names if name not in self._blocked), None)
                    if free is not None:
                        names.remove(free)
                        return free
                self._changed.wait()
        return None

    def done(self, stage: str) -> None:
        """STAGE has ended, well or not: what waited for it may go on, and says itself what it misses."""
        with self._changed:
            if stage == self._first:
                self._blocked.clear()
            self._changed.notify_all()
