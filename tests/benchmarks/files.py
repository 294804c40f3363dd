# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast files go into a distribution and out of it, beside cat through the same link, and in how much memory.

    python tests/benchmarks/files.py [--size MB ...] [--latency 0ms] [--bandwidth 100mbit] [--tasks]

Starts a lab laptop of its own. cat is one command with the file as its stdin, or that prints it. With --tasks, copy and
fetch of a playbook as well, which compute digests of their own on both sides. Memory is the largest resident size of
this process, and of any process in the distribution that moves the file.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / ".cache" / "collections")]

from tests.benchmarks import tasks  # noqa: E402

MOVERS = {"cat", "dd", "tail", "head", "base64", "sha256sum"}
PYTHON = "/bin/sh -c '/usr/bin/python3 && sleep 0'"


class Watch:
    """The largest resident size of a process of the distribution whose program is one of MOVERS."""

    def __init__(self, first_process: int) -> None:
        self.largest = 0
        self._space = os.readlink(f"/proc/{first_process}/ns/pid")
        self._ended = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    if (process / "comm").read_text().strip() in MOVERS and (
                        os.readlink(process / "ns" / "pid") == self._space
                    ):
                        pages = int((process / "statm").read_text().split()[1])
                        self.largest = max(self.largest, pages * resource.getpagesize())
                except OSError:
                    continue

    def end(self) -> int:
        """Its size."""
        self._ended.set()
        return self.largest


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure files into a distribution and out of it.")
    parser.add_argument("--size", type=int, action="append", help="MB (default: 100 and 1000)")
    parser.add_argument("--latency", default="0ms", help="round trip to the laptop")
    parser.add_argument("--bandwidth", help="of the link, such as 100mbit")
    parser.add_argument("--tasks", action="store_true", help="measure copy and fetch of a playbook too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wslfleet-benchmark-") as folder:
        state = Path(folder) / "lab"
        link = ["--latency", options.latency, *(["--bandwidth", options.bandwidth] if options.bandwidth else [])]
        tasks.lab(state, "up", "--profile", "ready", "--without-compiler", "--stop-after", "3600", *link)
        try:
            for size in options.size or [100, 1000]:
                measure(state, Path(folder), size * 1_000_000, options.tasks)
        finally:
            tasks.lab(state, "down")
    return 0


def measure(state: Path, folder: Path, size: int, with_tasks: bool) -> None:
    """Print a table for a file of SIZE bytes that nothing compresses."""
    file = folder / "file"
    with file.open("wb") as content:
        for start in range(0, size, 1 << 20):
            content.write(os.urandom(min(1 << 20, size - start)))
    tasks.ansible(state, tasks.ORDINARY, "ansible", tasks.LAPTOP, "-m", "ansible.builtin.raw", "-a", "true", more={})
    for name, seconds in (("not kept", 0), ("kept", 60)):
        connection = connect(state, seconds)
        connection.exec_command(tasks.KEEP_RUNNING)
        connection.exec_command(PYTHON, in_data=b"print(1)")
        watch = Watch(tasks.instance(state))
        for what, work in moves(connection, file, size).items():
            report(f"{what}, {name}", size, work)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"memory: controller {memory >> 10} MiB, distribution {watch.end() >> 20} MiB", flush=True)
        connection.reset()
    if with_tasks:
        for name, way in (("not kept", tasks.ORDINARY), ("kept", tasks.KEPT)):
            for module, words in (("copy", f"src={file} dest=/root/file"), ("fetch", f"src=/root/file dest={folder}/")):
                command = ["ansible", tasks.LAPTOP, "-m", f"ansible.builtin.{module}", "-a", words]
                report(f"{module}, {name}", size, lambda: tasks.ansible(state, way, *command, more={}))  # noqa: B023


def connect(state: Path, seconds: int) -> t.Any:
    """The connection plugin to the laptop, in this process."""
    from tests.unit.plugin_loading import wsl_connection

    laptops = yaml.safe_load((state / "inventory.yml").read_text(encoding="utf-8"))["all"]["children"]["laptops"]
    variables = {"inventory_hostname": tasks.LAPTOP, **laptops["vars"], **laptops["hosts"][tasks.LAPTOP]}
    variables["ansible_winrm_transport"] = [variables["ansible_winrm_transport"]]
    variables.update({"ansible_wsl_distribution": tasks.DISTRIBUTION, "ansible_wsl_persist": seconds})
    return wsl_connection(variables)


def moves(connection: t.Any, file: Path, size: int) -> dict[str, t.Callable[[], t.Any]]:
    """What is measured."""
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.byte_stream import file_stream

    back = file.with_name("back")
    part = min(size, 12_000_000)

    def cat_out() -> None:
        for _turn in range(size // part):
            done = connection.ways.ordinary.run(f"head -c {part} /root/file")
            assert len(done.stdout) == part

    def fetch() -> None:
        connection.fetch_file("/root/file", str(back))
        subprocess.run(["cmp", str(file), str(back)], check=True)

    return {
        "cat in": lambda: connection.ways.ordinary.run("cat >/root/file", file_stream(file)),
        "put": lambda: connection.put_file(str(file), "/root/file"),
        "cat out": cat_out,
        "fetch": fetch,
    }


def report(name: str, size: int, work: t.Callable[[], t.Any]) -> None:
    """Do WORK and print how fast it was."""
    started = time.monotonic()
    work()
    seconds = time.monotonic() - started
    print(f"{size // 1_000_000:5} MB  {name:18} {size / 1e6 / seconds:7.1f} MB/s", flush=True)


if __name__ == "__main__":
    print(json.dumps({"processors": os.cpu_count(), "load": os.getloadavg()}))
    sys.exit(main())
