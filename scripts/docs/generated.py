# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page that is made from something else."""

from __future__ import annotations

from pathlib import Path

from scripts.docs import audit_rows, errors, roles, rooms, variables


def pages() -> dict[Path, str]:
    """Path below the checkout -> text. The working directory is the checkout."""
    return {
        audit_rows.PATH: audit_rows.page(),
        errors.PATH: errors.page(),
        rooms.PATH: rooms.page(),
        variables.PATH: variables.page(),
        **roles.pages(),
    }
