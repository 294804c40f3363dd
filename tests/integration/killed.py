# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed in the middle, as by a controller that loses its power, and of which nothing stays.

Since ansible-core 2.18 each worker begins a session of its own, so that no process group holds all of a run. It is
stopped first, lest it start another worker while its processes are looked for.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

from tests.integration.laboratory import COLLECTIONS, ROOT

SECONDS = 120.0


def killed(words: t.Sequence[str], when: t.Callable[[], bool], seconds: float = SECONDS) -> str:
    """Run ansible-playbook with WORDS and kill it and its workers once WHEN is true; what it had printed.

    AssertionError where it ends before, takes more than SECONDS, or a process of it is there afterwards.
    """
    command = [str(Path(sys.executable).parent / "ansible-playbook"), *words]
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS), "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as run:
        os.set_blocking(t.cast("t.IO[bytes]", run.stdout).fileno(), False)
        output = bytearray()
        until = time.monotonic() + seconds
        try:
            while not when():
                _read(run, output)
                assert run.poll() is None, output.decode(errors="replace")
                assert time.monotonic() < until, output.decode(errors="replace")
                time.sleep(0.05)
        finally:
            left = _end(run.pid)
            _read(run, output)
    assert not left, left
    return output.decode(errors="replace")


def _read(run: subprocess.Popen[bytes], output: bytearray) -> None:
    output += t.cast("t.IO[bytes]", run.stdout).read() or b""


def _end(pid: int) -> dict[int, str]:
    """Kill PID and all that it has started; those that are there after a while."""
    os.kill(pid, signal.SIGSTOP)
    ours = [pid, *_started_by(pid)]
    for one in ours:
        os.kill(one, signal.SIGKILL)
    until = time.monotonic() + 10
    while (there := {one: line for one in ours if (line := _command_line(one))}) and time.monotonic() < until:
        time.sleep(0.05)
    return there


def _started_by(pid: int) -> list[int]:
    """Every process that PID has started, and those that these have started, as far as they run."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _command_line(pid: int) -> str:
    """Empty for a process that has ended, whether somebody has asked for its exit code or not."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
