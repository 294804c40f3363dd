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


@functools.lru_cache(maxsize=None)
def contents(name: str) -> tuple[tuple[str, str], ...]:
    """(path, package) of the files that look like a driver's in Debian's Contents indexes (amd64 and all).

    Taken from the 7.5 million files of Debian 12 and from contrib and non-free of Debian 13: names of libraries and
    kernel modules that begin like a driver's, every dkms.conf, every library in a folder of stubs. ABI numbers of
    Debian's kernels are kept once.
    """
    lines = (DATA / f"{name.rsplit('_', 1)[0]}_contents.tsv").read_text().splitlines()
    return tuple((path, package) for path, package in (line.split("\t") for line in lines))
