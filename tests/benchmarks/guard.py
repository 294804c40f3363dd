# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guard's hook adds to an apt call: 1, 5 and 20 packages of Debian's archive, with the guard and without.

    sudo -E env PYTHONPATH=. .venv/bin/python -m tests.benchmarks.guard

In a fresh Debian 12; apt does everything up to unpacking, and dpkg is /bin/true, so that each call finds the same
system. Calls with and without the hook alternate. Wall time says something on a quiet machine only, so that the time of
the processor is told too, and counts: nothing in the hook waits. Exit code 1 when it is above the goal for 20 packages.
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
CALL = "apt-get -q -y --no-install-recommends -o Dir::Bin::dpkg=/bin/true -o Dpkg::Use-Pty=0 install {} </dev/null 2>&1"


class Taken(t.NamedTuple):
    """Seconds."""

    processor: float
    wall: float


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
    added = 0.0
    for count, names in groups.items():
        taken: dict[bool, list[Taken]] = {False: [], True: []}
        for _call in range(calls):
            for guarded in taken:
                taken[guarded].append(one_call(box, names, guarded))
        without, with_it = (Taken(*map(statistics.median, zip(*taken[guarded]))) for guarded in (False, True))
        added = with_it.processor - without.processor
        print(
            f"{count:2} packages, medians of {calls} calls each: "
            f"processor {without.processor * 1000:4.0f} ms without, {with_it.processor * 1000:4.0f} ms with the hook, "
            f"{added * 1000:+3.0f} ms; wall {without.wall * 1000:4.0f} and {with_it.wall * 1000:4.0f} ms"
        )
    print(f"goal: at most {GOAL * 1000:.0f} ms for {COUNTS[-1]} packages")
    return 0 if added <= GOAL else 1


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
    script = "/usr/local/lib/wslfleet/guard-pre-install"
    box.run(f"chmod {'755' if guarded else '644'} {script}")
    begin = Taken(used(), time.monotonic())
    output = box.run(CALL.format(names))
    end = Taken(used(), time.monotonic())
    if "refused" in output or "newly installed" not in output:
        raise SystemExit(output)
    return Taken(end.processor - begin.processor, end.wall - begin.wall)


def used() -> float:
    """Processor time of all processes that have been waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main())
