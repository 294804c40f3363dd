# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Which toolkit compiles with the g++ and the C library of a distribution.

nvcc refuses a g++ whose major version is above its limit, and its headers conflict with those of a newer C library,
whatever the compiler. Sources: "Host Compiler Support Policy" in NVIDIA's installation guides of 12.0 to 12.9;
host_config.h and math_functions.h in the packages nvidia-cuda-crt 13.0.88 to 13.5.37 (sinpi and cospi of glibc 2.41
since 13.0, rsqrt of 2.42 since 13.2).
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg, query, versions
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

_COMPILERS = ("/usr/bin/g++", "/usr/local/bin/g++", "/usr/bin/c++")
_HIGHEST_GCC = (((12, 0), 12), ((12, 4), 13), ((12, 8), 14), ((13, 0), 15), ((13, 4), 16))
"""From toolkit on, the highest major version of g++ that nvcc accepts."""
_GLIBC_NEEDS = (((2, 41), (13, 0)), ((2, 42), (13, 2)))
"""From C library on, the first toolkit whose headers fit it."""
_UNKNOWN = (99, 0)
"""A toolkit without a number: newer than the tables, so nothing is known about it."""
_COMPILES = re.compile(r"^cuda-(toolkit|compiler|nvcc)-[0-9]")


@dataclass(frozen=True)
class Host:
    """What the distribution compiles with. None: unknown, so nothing is refused because of it."""

    glibc: t.Tuple[int, int] | None = None
    gcc: int | None = None
    """Major version of ``g++``."""
    others: t.Tuple[int, ...] = ()
    """Of every ``g++-N`` that is installed."""


def host_of(packages: t.Iterable[dpkg.Package], coming: t.Mapping[str, str] | None = None) -> Host:
    """The host with PACKAGES, when those COMING (name -> version) are installed."""
    there = {item.name: item.version for item in packages if item.present}
    there.update(coming or {})
    default = versions.numbers(there.get("g++", ""))
    found = (re.match(r"^g\+\+-([0-9]+)$", name) for name in there)
    return Host(
        versions.numbers(there.get("libc6", "")),
        default[0] if default else None,
        tuple(sorted(int(match.group(1)) for match in found if match)),
    )


def compiles(names: t.Iterable[str]) -> bool:
    """Whether the packages NAMES contain nvcc, or install it."""
    return any(_COMPILES.match(name) for name in names)


def first_toolkit(glibc: t.Tuple[int, int] | None) -> t.Tuple[int, int]:
    """The first toolkit whose headers fit the C library."""
    return max((toolkit for since, toolkit in _GLIBC_NEEDS if glibc and glibc >= since), default=(12, 0))


def highest_gcc(version: t.Tuple[int, int]) -> int | None:
    """The highest g++ of toolkit VERSION; None for one that is newer than this table."""
    if version > _number(catalogue.VERSIONS[-1]):
        return None
    return next((gcc for since, gcc in reversed(_HIGHEST_GCC) if since <= version), None)


def fitting(host: Host, lowest: t.Tuple[int, int] = (12, 0)) -> str:
    """The first known toolkit, LOWEST or newer, that compiles on HOST; empty if there is none."""
    for text in catalogue.VERSIONS:
        version, gcc = _number(text), highest_gcc(_number(text))
        if version >= max(lowest, first_toolkit(host.glibc)) and (not host.gcc or not gcc or host.gcc <= gcc):
            return text
    return ""


def compiler(short: str, host: Host) -> str:
    """The ``g++-N`` for ``-ccbin`` of nvcc of toolkit SHORT; empty if its own choice is right, or there is none."""
    limit = highest_gcc(_number(short))
    if limit is None or host.gcc is None or host.gcc <= limit:
        return ""
    return next((f"g++-{number}" for number in reversed(host.others) if number <= limit), "")


def problem(short: str, host: Host, archive: t.Collection[str] = ()) -> str:
    """Why toolkit SHORT (``12.8``) cannot compile on HOST, and what to do; empty if it can.

    ARCHIVE: names that apt knows.
    """
    version, limit = _number(short), highest_gcc(_number(short))
    newer = fitting(host)
    way = f"use cuda_version {newer} or newer" if newer else "no toolkit that is known works here"
    if host.glibc and version < first_toolkit(host.glibc):
        return (
            f"CUDA {short} cannot compile with the C library {host.glibc[0]}.{host.glibc[1]} of this distribution, "
            f"whichever compiler it is given: {way}; or take a distribution with an older C library (Ubuntu 24.04, "
            "Debian 12)"
        )
    if limit is None or host.gcc is None or host.gcc <= limit or compiler(short, host):
        return ""
    older = [f"g++-{number}" for number in range(limit, 5, -1) if f"g++-{number}" in archive]
    other = f"; or install {older[0]} of this distribution first and call nvcc with -ccbin {older[0]}" if older else ""
    return f"CUDA {short} works with g++ {limit} or older, and here it is {host.gcc}: {way}{other}"


def _number(short: str) -> t.Tuple[int, int]:
    return versions.numbers(short) or _UNKNOWN


def offered(system: System) -> t.List[str]:
    """The host compilers in the sources; none if apt cannot answer, which is reported elsewhere."""
    try:
        return query.names(system, "g++-")
    except query.AptError:
        return []


def is_there(system: System) -> bool:
    """Whether the distribution has a host compiler, no matter from where."""
    return any(system.exists(path) for path in _COMPILERS)
