# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guard's hook adds to an apt call: 1, 5 and 20 packages of Debian's archive, with the guard and without.

    sudo -E env PYTHONPATH=. .venv/bin/python -m tests.benchmarks.guard

In a fresh Debian 12; apt does everything up to unpacking, and dpkg is /bin/true, so that each call finds the same
system. Calls with and without the hook alternate. On a busy machine their difference drowns in apt's own time, so that
the hook is run alone too, on what apt gives it, and the time of the processor is told beside that of the wall. Exit
code 1 when the hook alone takes more of the processor than the goal for 20 packages: nothing in it waits.
"""

from __future__ import annotations

import argparse
import re
import resource
import statistics
import sys
import tempfile
import time
import typing as t
from pathlib import Path

from lab.linux import images
from tests.integration.linux.linux_distribution import Distribution

GOAL = 0.050
PACKAGES = (
    "tree", "bc", "dos2unix", "pv", "rename", "time", "moreutils", "units", "figlet", "sl", "cowsay", "datamash", "mc",
    "tmux", "htop", "strace", "rsync", "patchutils", "sysstat", "zip", "lsof", "mawk", "ed", "ccache", "vim",
)  # fmt: skip
"""Enough of them, with what they need, that 20 are left to install; the largest lists of files among them are long."""
COUNTS = (1, 5, 20)
HOOK = "/usr/local/lib/wslfleet/guard-pre-install"
CALL = "apt-get -q -y --no-install-recommends -o Dir::Bin::dpkg=/bin/true -o Dpkg::Use-Pty=0 install {} </dev/null 2>&1"


class Taken(t.NamedTuple):
    """Seconds."""

    processor: float
    wall: float

    def __str__(self) -> str:
        return f"{self.processor * 1000:.0f} ms ({self.wall * 1000:.0f})"


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--calls", type=int, default=10, help="of each kind (default: %(default)s)")
    parser.add_argument("--image", default="debian-12", help="image of the lab (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lab-benchmark-") as folder:
        box = Distribution(images.image(options.image, images.default_cache()), Path(folder), archive=True)
        try:
            return measure(box, options.calls)
        finally:
            box.close()


def measure(box: Distribution, calls: int) -> int:
    """Print the medians; the exit code."""
    groups = {count: group(box, count) for count in COUNTS}
    box.run(f"apt-get -q update && apt-get -q -y --no-install-recommends --download-only install {groups[COUNTS[-1]]}")
    if box.module("cuda_guard").get("failed"):
        raise SystemExit("the guard cannot be written")
    alone = Taken(0.0, 0.0)
    for count, names in groups.items():
        taken: dict[bool, list[Taken]] = {False: [], True: []}
        for _call in range(calls):
            for guarded in taken:
                taken[guarded].append(one_call(box, names, guarded))
        without, with_it = median(taken[False]), median(taken[True])
        alone = median([hook_alone(box, names, first=not call) for call in range(calls)])
        print(f"{count:2} packages: {without} without, {with_it} with the hook; the hook alone {alone}")
    print(f"medians of {calls} calls each, processor (wall); goal: {GOAL * 1000:.0f} ms for the last hook alone")
    return 0 if alone.processor <= GOAL else 1


def median(taken: t.Sequence[Taken]) -> Taken:
    return Taken(*map(statistics.median, zip(*taken)))


def group(box: Distribution, count: int) -> str:
    """Names whose installation takes exactly COUNT packages."""
    chosen: list[str] = []
    for name in PACKAGES:
        planned = box.run(
            f"apt-get -s -q --no-install-recommends install {' '.join([*chosen, name])} 2>&1", check=False
        )
        found = len(re.findall("(?m)^Inst ", planned))
        if found <= count:
            chosen.append(name)
        if found == count:
            return " ".join(chosen)
    raise SystemExit(f"the list is too short for {count} packages")


def one_call(box: Distribution, names: str, guarded: bool) -> Taken:
    """What apt and its children take; without the guard only its hook is out of the way."""
    box.run(f"chmod {'755' if guarded else '644'} {HOOK}")
    output, taken = timed(box, CALL.format(names))
    if "refused" in output or "newly installed" not in output:
        raise SystemExit(output)
    return taken


def hook_alone(box: Distribution, names: str, first: bool) -> Taken:
    """What the hook takes for NAMES, less the way in; the FIRST time apt says what it gets."""
    if first:
        box.run(f"chmod 755 {HOOK} && mv {HOOK} {HOOK}.kept && printf '#!/bin/sh\\ncat >/root/given' >{HOOK}")
        box.run(f"chmod 755 {HOOK} && {CALL.format(names)} && mv {HOOK}.kept {HOOK}")
    _output, entry = timed(box, "true </root/given")
    _output, taken = timed(box, f"{HOOK} </root/given")
    return Taken(taken.processor - entry.processor, taken.wall - entry.wall)


def timed(box: Distribution, command: str) -> tuple[str, Taken]:
    """The output of COMMAND, and what it took."""
    begin = Taken(used(), time.monotonic())
    output = box.run(command)
    end = Taken(used(), time.monotonic())
    return output, Taken(end.processor - begin.processor, end.wall - begin.wall)


def used() -> float:
    """Processor time of all processes that have been waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main())
