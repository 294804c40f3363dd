# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are: the checkout, and what the gates keep between runs."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE = "wslfleet"
NAME = "cuda"


def cache() -> Path:
    """The directory of environments and wheels; safe to delete, then the next run takes minutes instead of seconds."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "wslfleet-gates"
