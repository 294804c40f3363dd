# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's server process: start it, find it, stop it by its own process id.

DIR/server.json is written by the server itself when it starts; it is the only record of what runs, and the start
time beside the process id tells the server from a stranger that got the same number later.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import typing as t
from pathlib import Path

from lab.linux.processes import start_time
from lab.machine import defects
from lab.server import fleet
from lab.server.fleet import LabError
from lab.wsman.link import LinkSettings

READY_SECONDS = 60
STOP_SECONDS = 20


def _server_pid(state: Path) -> int | None:
    """The process id of the running server of STATE; None when none runs."""
    try:
        record = json.loads((state / "server.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    pid = int(record["pid"])
    return pid if start_time(pid) == record["start_time"] else None


def is_running(state: Path) -> bool:
    """True while the server of STATE runs."""
    return _server_pid(state) is not None


def start(state: Path, stop_after: int, options: t.Sequence[str] = ()) -> None:
    """Start the server of STATE in the background and return when every laptop answers. Raises LabError.

    :arg options: other options of ``serve``.
    """
    if is_running(state):
        raise LabError(f"the lab in {state} is running already; stop it with: python -m lab down --state {state}")
    ready = state / "lab.json"
    ready.unlink(missing_ok=True)
    log = state / "server.log"
    command = [sys.executable, "-m", "lab", "serve", "--state", str(state), "--stop-after", str(stop_after), *options]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with log.open("ab") as output:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, env=environment
        )
    try:
        _wait_until_ready(server, ready, log)
    except BaseException:
        server.kill()
        server.wait()
        raise


def _wait_until_ready(server: subprocess.Popen[bytes], ready: Path, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not ready.exists():
        if server.poll() is not None:
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise LabError(f"the server ended with {server.returncode}: {' '.join(last) or 'no message'}; see {log}")
        if time.monotonic() > deadline:
            raise LabError(f"the lab's server was not ready after {READY_SECONDS} s; see {log}")
        time.sleep(0.05)


def stop(state: Path, purge: bool = False) -> None:
    """Stop the server of STATE (no error when none runs); PURGE deletes the state directory afterwards.

    Raises LabError for every fault of the lab that its laptops met, so that no test run passes over one.
    """
    pid = _server_pid(state)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while _server_pid(state) is not None:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    left = [mount for mount in mounts if mount.startswith(f"{state}/")]
    if left:
        raise LabError(f"still mounted after the lab went down: {', '.join(left)}; unmount with: umount -R {left[0]}")
    found = defects.recorded(state)
    if purge and state.exists():
        # "up" chooses the port first of all, so this stands there even when it went no further.
        if not (state / "web.port").is_file():
            raise LabError(f"{state} is not a lab's state directory; it was not deleted")
        shutil.rmtree(state)
    if found:
        raise LabError(f"{len(found)} faults of the lab itself: {'; '.join(found)}")


def serve(state: Path, stop_after: int, link: LinkSettings, shown: t.Sequence[Path] = (), ssh: bool = False) -> int:
    """Run the laptops of STATE until SIGTERM, SIGINT or STOP_AFTER seconds. Distributions see the folders SHOWN."""
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    record = {"pid": os.getpid(), "start_time": start_time(os.getpid())}
    (state / "server.json").write_text(json.dumps(record), encoding="utf-8")
    defects.watch_threads(state)
    running = fleet.Fleet(state, link, shown, ssh)
    try:
        running.start()
        done.wait(stop_after)
    finally:
        running.stop()
        (state / "server.json").unlink(missing_ok=True)
    return 0
