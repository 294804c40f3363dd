# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stage a worker takes next: from a list of its own, and from the other ones when that is empty or waits."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence

NOTHING: Mapping[str, Collection[str]] = {}


class Order:
    """Stages that wait, in LISTS, one for each worker. NEEDS: stage -> the stages that have to pass before it."""

    def __init__(self, lists: Sequence[Sequence[str]], needs: Mapping[str, Collection[str]] = NOTHING) -> None:
        self.left: set[str] = set()
        """What is not run, because something that it needs has failed or was not run itself."""
        self._lists = [list(names) for names in lists]
        self._needs = needs
        self._passed: set[str] = set()
        self._failed: set[str] = set()
        self._changed = threading.Condition()

    def take(self, worker: int) -> str | None:
        """The next stage for WORKER (the number of its list), which waits while all others wait; None at the end."""
        with self._changed:
            while any(self._lists):
                for names in [*self._lists[worker:], *self._lists[:worker]]:
                    free = next((name for name in names if self._passed.issuperset(self._needs.get(name, ()))), None)
                    if free is not None:
                        names.remove(free)
                        return free
                self._changed.wait()
        return None

    def done(self, stage: str, passed: bool) -> None:
        """STAGE has ended: what waited for it may go on, or is left out."""
        with self._changed:
            (self._passed if passed else self._failed).add(stage)
            while lost := [name for names in self._lists for name in names if self._is_lost(name)]:
                self.left.update(lost)
                self._lists = [[name for name in names if name not in lost] for names in self._lists]
            self._changed.notify_all()

    def _is_lost(self, name: str) -> bool:
        return any(need in self._failed or need in self.left for need in self._needs.get(name, ()))
