# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What an order did, in lines that begin with the owner of the distribution."""

from __future__ import annotations

import typing as t

One = t.Mapping[str, t.Any]


def told_by_user(order: t.Mapping[str, t.Any], tell: t.Callable[[One], t.Iterable[str]]) -> list[str]:
    """The lines of TELL for each part of ORDER, a result of cuda_bundle; the connecting account has no name."""
    lines = []
    for one in order.get("windows_users") or ():
        whose = f"{one['user']}: " if one["user"] else ""
        lines += [f"{whose}{line}" for line in tell(one)]
    return lines


def of_each_user(order: t.Mapping[str, t.Any], read: t.Callable[[One], One | None]) -> dict[str, t.Any]:
    """What READ makes of the results in the last part of ORDER for which it does not return None.

    If the distributions belong to other users, ``windows_users`` has this for each of them, by name.
    """
    told = [(one["user"], read(one["results"])) for one in order.get("windows_users") or ()]
    found = {user: dict(result) for user, result in told if result is not None}
    last: dict[str, t.Any] = list(found.values())[-1] if found else {}
    return {**last, "windows_users": found} if any(found) else last
