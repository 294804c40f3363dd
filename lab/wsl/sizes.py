# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes as wsl.exe reads them."""

from __future__ import annotations

UNITS = {"B": 0, "K": 10, "KB": 10, "M": 20, "MB": 20, "G": 30, "GB": 30, "T": 40, "TB": 40}
"""Unit -> power of two."""


def size(text: str) -> int | None:
    """``100GB`` in bytes: an integer and an upper-case unit, no unit is bytes; None for anything else."""
    digits = text.rstrip("BKMGT")
    unit = text[len(digits) :] or "B"
    return int(digits) << UNITS[unit] if digits.isascii() and digits.isdigit() and unit in UNITS else None
