# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast files go into a distribution and out of it, beside cat through the same link, and in how much memory.

    python tests/benchmarks/files.py [--size MB ...] [--road NAME ...] [--latency 0ms] [--bandwidth 100mbit] [--tasks]

Starts a lab laptop of its own, over WinRM and SSH, kept and not kept. cat is one command with the file as its stdin, or
several that print parts of it. put and fetch are the connection plugin's. With --tasks, the modules copy and fetch as
well, which compute digests of their own on both sides. Memory is the largest resident size so far: of this process
(plugin), of any process of a playbook, and of any process in the distribution that moves the file.
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

ROADS = (tasks.ORDINARY, tasks.KEPT, tasks.SSH, tasks.KEPT_SSH)
MOVERS = {"cat", "dd", "tail", "head", "base64", "sha256sum"}
PYTHON = "/bin/sh -c '/usr/bin/python3 && sleep 0'"


class Watch:
    """The largest resident sizes: of a process of the distribution that moves the file, and of one of a playbook."""

    def __init__(self, first_process: int, state: Path) -> None:
        """FIRST_PROCESS: of the distribution. STATE: what the processes of playbooks name."""
        self.inside = self.playbook = 0
        self._space = os.readlink(f"/proc/{first_process}/ns/pid")
        self._state = str(state).encode()
        self._ended = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    self._look(process)
                except OSError:  # it has ended
                    continue

    def _look(self, process: Path) -> None:
        if (process / "comm").read_text().strip() in MOVERS:
            if os.readlink(process / "ns" / "pid") == self._space:
                self.inside = max(self.inside, _resident(process))
        elif b"ansible" in (command := (process / "cmdline").read_bytes()) and self._state in command:
            self.playbook = max(self.playbook, _resident(process))

    def end(self) -> None:
        self._ended.set()


def _resident(process: Path) -> int:
    """Its size in bytes."""
    return int((process / "statm").read_text().split()[1]) * resource.getpagesize()


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure files into a distribution and out of it.")
    parser.add_argument("--size", type=int, action="append", help="MB (default: 100 and 1000)")
    parser.add_argument("--road", action="append", choices=ROADS, help="measure only this (may be given several times)")
    parser.add_argument("--latency", default="0ms", help="round trip to the laptop")
    parser.add_argument("--bandwidth", help="of the link, such as 100mbit")
    parser.add_argument("--tasks", action="store_true", help="measure copy and fetch of a playbook too")
    options = parser.parse_args()
    roads = options.road or list(ROADS)
    with tempfile.TemporaryDirectory(prefix="wslfleet-benchmark-") as folder:
        state = Path(folder) / "lab"
        link = ["--latency", options.latency, *(["--bandwidth", options.bandwidth] if options.bandwidth else [])]
        up = ["up", "--profile", "ready", "--without-compiler", "--stop-after", "3600", *link]
        tasks.lab(state, *up, *(["--ssh"] if set(roads) & set(tasks.OVER_SSH) else []))
        try:
            for size in options.size or [100, 1000]:
                measure(state, Path(folder), size * 1_000_000, roads, options.tasks)
        finally:
            tasks.lab(state, "down")
    return 0


def measure(state: Path, folder: Path, size: int, roads: list[str], with_tasks: bool) -> None:
    """Print a table for a file of SIZE bytes that nothing compresses."""
    file = folder / "file"
    with file.open("wb") as content:
        for start in range(0, size, 1 << 20):
            content.write(os.urandom(min(1 << 20, size - start)))
    started = connect(state, roads[0])
    started.exec_command(tasks.KEEP_RUNNING)
    started.reset()
    speeds: dict[str, dict[str, float]] = {}
    watch = Watch(tasks.instance(state), state)
    for road in roads:
        connection = connect(state, road)
        connection.exec_command(PYTHON, in_data=b"print(1)")
        works = moves(connection, file, size)
        if with_tasks:
            works.update(playbook_moves(state, road, file))
        for what, work in works.items():
            speeds.setdefault(what, {})[road] = size / 1e6 / work()
            print(f"{size // 1_000_000:5} MB  {road:12} {what:14} {speeds[what][road]:7.1f} MB/s", flush=True)
        connection.reset()
    table(size, roads, speeds)
    watch.end()
    plugin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    sizes = f"plugin {plugin}, playbook {watch.playbook >> 20}, distribution {watch.inside >> 20}"
    print(f"memory, MiB: {sizes}\n", flush=True)


def table(size: int, roads: list[str], speeds: dict[str, dict[str, float]]) -> None:
    """Print SPEEDS, one line for each thing that was done."""
    print(f"\n{f'{size // 1_000_000} MB, MB/s':16}" + "".join(f"{road:>14}" for road in roads))
    for what, of_roads in speeds.items():
        print(f"{what:16}" + "".join(f"{of_roads[road]:14.1f}" for road in roads))


def connect(state: Path, road: str) -> t.Any:
    """The connection plugin to the laptop, in this process."""
    from tests.unit.plugin_loading import wsl_connection

    inventory = "inventory_ssh.yml" if road in tasks.OVER_SSH else "inventory.yml"
    laptops = yaml.safe_load((state / inventory).read_text(encoding="utf-8"))["all"]["children"]["laptops"]
    variables = {"inventory_hostname": tasks.LAPTOP, **laptops["vars"], **laptops["hosts"][tasks.LAPTOP]}
    if isinstance(variables.get("ansible_winrm_transport"), str):
        variables["ansible_winrm_transport"] = [variables["ansible_winrm_transport"]]
    return wsl_connection({**variables, **tasks.WAYS[road]})


def moves(connection: t.Any, file: Path, size: int) -> dict[str, t.Callable[[], float]]:
    """What is measured; each returns its seconds."""
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.byte_stream import file_stream

    back = file.with_name("back")
    part = min(size, 12_000_000)

    def cat_out() -> None:
        for _turn in range(size // part):
            done = connection.ways.ordinary.run(f"head -c {part} /root/file")
            assert len(done.stdout) == part

    def fetch() -> float:
        seconds = timed(lambda: connection.fetch_file("/root/file", str(back)))
        compare(file, back)
        return seconds

    return {
        "cat in": lambda: timed(lambda: connection.ways.ordinary.run("cat >/root/file", file_stream(file))),
        "put": lambda: timed(lambda: connection.put_file(str(file), "/root/file")),
        "cat out": lambda: timed(cat_out),
        "fetch": fetch,
    }


def playbook_moves(state: Path, road: str, file: Path) -> dict[str, t.Callable[[], float]]:
    """The same by modules, each to a place where nothing is yet: they look before they copy."""
    back = file.with_name("fetched")

    def run(module: str, words: str) -> float:
        command = ["ansible", tasks.LAPTOP, "-m", f"ansible.builtin.{module}", "-a", words]
        return tasks.ansible(state, road, *command, more={}).seconds

    def fetch() -> float:
        seconds = run("fetch", f"src=/root/copied dest={back} flat=true")
        compare(file, back)
        run("raw", "rm /root/copied")
        return seconds

    return {"copy (module)": lambda: run("copy", f"src={file} dest=/root/copied"), "fetch (module)": fetch}


def timed(work: t.Callable[[], t.Any]) -> float:
    """Do WORK; its seconds."""
    started = time.monotonic()
    work()
    return time.monotonic() - started


def compare(file: Path, back: Path) -> None:
    """BACK is FILE, and is not needed any more."""
    subprocess.run(["cmp", str(file), str(back)], check=True)
    back.unlink()


if __name__ == "__main__":
    print(json.dumps({"processors": os.cpu_count(), "load": os.getloadavg()}))
    sys.exit(main())
