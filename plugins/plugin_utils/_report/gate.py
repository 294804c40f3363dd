# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Whether a laptop is good enough for a gate: the audit that ends with an error, for pipelines. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import words

FAIL_ON = {"fail": words.FAIL, "stop": words.FAIL, "warn": words.WARN}
"""Value of wslfleet_fail_on -> the level of findings that is not good enough. The level fail of a document is stop in
the table of the audit."""


def shortcomings(document: t.Mapping[str, t.Any], fail_on: str) -> str:
    """Why the laptop of DOCUMENT is not good enough, in one line; empty if it is.

    A laptop that was not checked is not good enough either. Raises KeyError for an unknown value of FAIL_ON.
    """
    level = FAIL_ON[fail_on]
    if document["state"] != words.CONFORMING:
        return ": ".join(part for part in (document["status"], document["reason"]) if part)
    warned = [f"{one['id']}: {one['seen']}" for one in document["findings"] if one["level"] == words.WARN]
    return f"warned: {'; '.join(warned)}" if warned and level == words.WARN else ""
