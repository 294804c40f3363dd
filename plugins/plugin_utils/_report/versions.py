# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The versions in a document, as history, tables and the page of the report show them. Pure."""

from __future__ import annotations

import typing as t


def versions(one: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The versions in the document ONE; empty if unknown. ``product`` is the usual name of Windows."""
    windows = one["windows"] or {}
    return {
        "toolkit": ", ".join(sorted({_toolkit(each) for each in one["toolkits"] or ()} - {""})),
        "driver": ", ".join(sorted({str(gpu["driver_version"] or "") for gpu in one["gpus"] or ()} - {""})),
        "wsl": str((one["wsl"] or {}).get("version") or ""),
        "windows": str(windows.get("version") or ""),
        "product": " ".join(str(windows[part]) for part in ("product", "display_version") if windows.get(part)),
    }


def _toolkit(one: t.Mapping[str, str]) -> str:
    """The patch release is only known for the toolkit that the run was about."""
    return one["release"] if one["release"].startswith(f"{one['version']}.") else one["version"]
