# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""apt and dpkg commands that do not depend on the connection: they are started detached, and can be followed and found
again later.

A transaction is a folder under /var/lib/wslfleet/transactions/. ``run`` is a small shell script in its own session,
without terminal; it writes ``pid`` (process and start time) first and ``exit`` last, each in one step. A transaction
with neither a living process nor ``exit`` was interrupted. Nothing here sends signals to apt-get: after TERM or KILL
dpkg goes on without it, and ends half way.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import progress as apt_progress
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt.command import Command
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups, files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import ENVIRONMENT, System

FOLDER = "/var/lib/wslfleet/transactions"
KEEP = 10
"""How many finished transactions are kept."""


@dataclass(frozen=True)
class Transaction:
    """One transaction on disk."""

    directory: str

    @property
    def id(self) -> str:
        """Its name, which starts with the time of its start."""
        return os.path.basename(self.directory)

    @property
    def log(self) -> str:
        """The file that holds everything that apt and dpkg printed."""
        return f"{self.directory}/log"

    @property
    def purpose(self) -> str:
        """Which module started it."""
        return str(files.read_json(f"{self.directory}/command.json").get("purpose", ""))

    @property
    def exit_code(self) -> int | None:
        """The exit code of the last command that failed, 0 when none did; None while there is none."""
        text = (files.read_text(f"{self.directory}/exit") or "").strip()
        return int(text) if text.isdigit() else None

    @property
    def collected(self) -> bool:
        """Whether a module has reported its result already."""
        return os.path.exists(f"{self.directory}/collected")

    @property
    def running(self) -> bool:
        """Whether its process lives and has not written its exit code."""
        return self.exit_code is None and _alive(files.read_text(f"{self.directory}/pid") or "")

    def shown(self) -> t.Dict[str, t.Any]:
        """What the result of a module says about it. The controller follows it by that."""
        progress = apt_progress.parse_progress(_tail(f"{self.directory}/status", 4000))
        return {"id": self.id, "running": self.running, **progress, "log": self.log}

    def log_tail(self) -> str:
        """The last 20,000 bytes of the log."""
        return _tail(self.log, 20000)

    def mark_collected(self) -> None:
        """Record that its result was reported."""
        files.write_file(f"{self.directory}/collected", "")


def start(system: System, purpose: str, commands: t.Sequence[Command], stop_on_failure: bool = True) -> Transaction:
    """Start COMMANDS detached. Raises Failure if another transaction runs, or this one does not start."""
    running = find_running(system)
    if running is not None:
        raise Failure(f"transaction {running.id} is still running; log: {running.log}")
    os.makedirs(system.path(FOLDER), exist_ok=True)
    directory = backups.free_name(system.path(f"{FOLDER}/{backups.stamp()}-{purpose}"))
    os.mkdir(directory, 0o700)
    record = {"purpose": purpose, "commands": [list(command) for command in commands], "started": time.time()}
    files.write_file(f"{directory}/command.json", json.dumps(record, indent=2))
    files.write_file(f"{directory}/run", apt_progress.script(commands, stop_on_failure), 0o700)
    _spawn(directory)
    _forget_old(system)
    transaction = Transaction(directory)
    _wait(lambda: os.path.exists(f"{directory}/pid"), 10.0)
    if not os.path.exists(f"{directory}/pid"):
        raise Failure(f"transaction {transaction.id} did not start; log: {transaction.log}")
    return transaction


def _spawn(directory: str) -> None:
    """Run the script in a session of its own. This process ends soon, and init adopts the child.

    The status lines go to a file, not to a pipe: nobody has to read them, and apt goes on if a reader ends.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LC_") and name != "LANG"}
    environment.update(ENVIRONMENT)
    environment.setdefault("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    command = "exec 3>>status; exec /bin/sh ./run"
    with open(f"{directory}/log", "ab") as log:
        # run_command of AnsibleModule would wait for the end, but this must go on after the module.
        subprocess.Popen(  # pylint: disable=ansible-bad-function
            ["/bin/sh", "-c", command],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )


def find_running(system: System) -> Transaction | None:
    """The transaction that is running, no matter who started it."""
    return next((transaction for transaction in all_transactions(system) if transaction.running), None)


def uncollected(system: System) -> t.List[Transaction]:
    """Transactions that have ended or were killed, and whose result no module has reported."""
    return [item for item in all_transactions(system) if not item.running and not item.collected]


def all_transactions(system: System) -> t.List[Transaction]:
    """All of them, newest first."""
    found = [system.path(f"{FOLDER}/{name}") for name in reversed(system.names(FOLDER))]
    return [Transaction(folder) for folder in found if os.path.exists(f"{folder}/command.json")]


def attach(transaction: Transaction, seconds: float) -> bool:
    """Wait at most SECONDS for the end of TRANSACTION; whether it has ended."""
    return _wait(lambda: not transaction.running, seconds)


def finish(transaction: Transaction, seconds: float) -> None:
    """Wait for the end of TRANSACTION and take its result as reported. Raises Failure after SECONDS."""
    if not attach(transaction, seconds):
        raise Failure(
            f"transaction {transaction.id} still runs after {seconds:g} s; run again later; log: {transaction.log}"
        )
    transaction.mark_collected()


def wait_for_locks(system: System, seconds: float) -> t.Dict[str, int]:
    """Wait at most SECONDS until dpkg's locks are free. Returns those that are still held: lock file -> process."""
    _wait(lambda: not dpkg.lock_holders(system), seconds)
    return dpkg.lock_holders(system)


def _wait(ready: t.Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    pause = 0.02
    while not ready():
        if time.monotonic() >= end:
            return ready()
        time.sleep(min(pause, max(0.0, end - time.monotonic())))
        pause = min(pause * 1.5, 0.5)
    return True


def _alive(text: str) -> bool:
    """Whether the process of a pid file (``number start-time``) still lives."""
    parts = text.split()
    if len(parts) != 2:
        return False
    try:
        stat = files.read_text(f"/proc/{parts[0]}/stat")
    except ProcessLookupError:  # it ended between opening and reading
        return False
    if stat is None:
        return False
    # The command name may contain blanks; it ends at the last parenthesis. Field 3 is the state, field 22 the start
    # time.
    values = stat.rpartition(")")[2].split()
    return len(values) > 19 and values[19] == parts[1] and values[0] != "Z"


def _tail(path: str, size: int) -> str:
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - size))
            return file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


def _forget_old(system: System) -> None:
    """Remove the oldest finished transactions beyond KEEP."""
    for transaction in all_transactions(system)[KEEP:]:
        if transaction.collected and not transaction.running:
            shutil.rmtree(transaction.directory)
