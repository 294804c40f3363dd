# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The package indexes of tests/unit/data, as text and as stanzas."""

from __future__ import annotations

import functools
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "data"
BOOKWORM = "debian_bookworm_nvidia"
TRIXIE = "debian_trixie_nvidia"
UBUNTU2404 = "model_ubuntu2404"


def index_path(name: str) -> Path:
    return DATA / f"{name}.Packages"


@functools.lru_cache(maxsize=None)
def stanzas(name: str) -> tuple[dict[str, str], ...]:
    """Read without the code under test: only one-line fields, which is all that the tests look at."""
    blocks = index_path(name).read_text().strip().split("\n\n")
    return tuple(
        dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(" ") and ": " in line)
        for block in blocks
    )


def names(name: str) -> list[str]:
    return [stanza["Package"] for stanza in stanzas(name)]
