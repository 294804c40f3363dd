# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""One result from several looks at a transaction.

Only the first look sees the packages that will be installed, and only the last one sees what remains to be done.
"""

from __future__ import annotations

import typing as t

Result = t.Dict[str, t.Any]


def together(looks: t.Sequence[t.Mapping[str, t.Any]]) -> Result:
    """The last of LOOKS (results of a module, in order) with the differences, warnings and notes of all.

    If there are two differences of the same file, the later one counts, because it is more complete.
    """
    result = dict(looks[-1])
    if len(looks) == 1:
        return result
    for key in ("warnings", "notes"):
        texts = [text for look in looks for text in look.get(key) or []]
        if texts:
            result[key] = [text for place, text in enumerate(texts) if text not in texts[:place]]
    items = [item for look in looks for item in _listed(look.get("diff") or [])]
    if items:
        by_file = {(item.get("before_header"), item.get("after_header")): item for item in items}
        result["diff"] = list(by_file.values())
    return result


def _listed(diff: t.Any) -> t.List[t.Dict[str, t.Any]]:
    """The differences in DIFF (one, or a list) that show a change."""
    items = diff if isinstance(diff, list) else [diff]
    return [item for item in items if item.get("before") != item.get("after")]
