# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From nothing to the toolkit: wall time of the role divided by that of the bare apt-get commands, same packages.

    sudo -E env PYTHONPATH=. .venv/bin/python -m tests.benchmarks.toolkit_install
    sudo -E env PYTHONPATH=. .venv/bin/python -m tests.benchmarks.toolkit_install --image debian-12 --runs 3

Each run takes a fresh distribution for the role and another one for apt-get; both fetch the same packages from Debian
and from the lab's repository, in turn first and second. Exit code 1 when the ratio is above the limit.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
import typing as t
from pathlib import Path

from lab.internet.web import WebServer
from lab.linux import images
from lab.repository import cuda
from lab.repository.keys import lab_keys
from tests.integration.linux.linux_distribution import Distribution, Web

LIMIT = 1.3
VERSION = "12.4"
BARE = """
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y install --no-install-recommends python3
cp /root/key.gpg /usr/share/keyrings/cuda-archive-keyring.gpg
echo 'deb [signed-by=/usr/share/keyrings/cuda-archive-keyring.gpg] {url} /' >/etc/apt/sources.list.d/cuda.list
apt-get -q update
apt-get -q -y install --no-install-recommends cuda-toolkit-{dashed} g++
"""


def bare(box: Distribution, web: Web) -> float:
    """Seconds that the commands of the guide take."""
    box.write("/root/key.gpg", web.keys.new.binary)
    script = BARE.format(url=web.repository(), dashed=VERSION.replace(".", "-"))
    begin = time.monotonic()
    box.run(script)
    return time.monotonic() - begin


def role(box: Distribution, web: Web) -> float:
    """Seconds that the role takes. The smoke test is no part of the comparison."""
    played = box.role(cuda_version=VERSION, cuda_smoke_test=False, **web.role_variables())
    if played.code != 0:
        raise SystemExit(played.output)
    return played.seconds


def packages(box: Distribution) -> str:
    """What is installed."""
    return box.run("dpkg-query -W -f '${db:Status-Abbrev}${Package} ${Version}\\n'")


def one_run(image: Path, scratch: Path, web: Web, role_first: bool) -> float:
    """The ratio of one run."""
    seconds: dict[str, float] = {}
    lists: dict[str, str] = {}
    order: list[tuple[str, t.Callable[[Distribution, Web], float]]] = [("role", role), ("apt-get", bare)]
    for name, measure in order if role_first else reversed(order):
        box = Distribution(image, scratch / name)
        try:
            seconds[name] = measure(box, web)
            lists[name] = packages(box)
        finally:
            box.close()
    if lists["role"] != lists["apt-get"]:
        raise SystemExit("the two did not install the same packages")
    ratio = seconds["role"] / seconds["apt-get"]
    count = len(lists["role"].splitlines())
    print(
        f"role {seconds['role']:.1f} s, apt-get {seconds['apt-get']:.1f} s, ratio {ratio:.2f}, {count} packages there"
    )
    return ratio


def main() -> int:
    """Measure; 1 when the ratio is too high."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--image", default="debian-12-minimal", help="image of the lab (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=1, help="pairs of runs (default: %(default)s)")
    arguments = parser.parse_args()
    cache = images.default_cache()
    image = images.image(arguments.image, cache)
    ratios = []
    with WebServer(cuda.repositories(cache)) as server, tempfile.TemporaryDirectory(prefix="lab-benchmark-") as name:
        web = Web(server, lab_keys(cache))
        for number in range(arguments.runs):
            ratios.append(one_run(image, Path(name) / str(number), web, role_first=number % 2 == 0))
    median = statistics.median(ratios)
    print(f"ratio {median:.2f}, limit {LIMIT}")
    return 0 if median <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
