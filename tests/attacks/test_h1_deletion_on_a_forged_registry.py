# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""H1(b): what an administrator reads of a user's registry says that a distribution is half made. It is whole.

Whoever can make that text lie, whatever the way, gets a distribution of somebody else deleted where a hand-over
unregisters on its word. The user's own task looks, and unregisters only what a hand-over of ours began.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, Stdin
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over

from lab.machine.state import User
from lab.wsl.registrations import Distribution, Registrations, State, new_id
from tests.integration.windows.test_hand_over import ANNA, Hosts
from tests.lab.laptop_runner import LaptopRunner

DATA = b"months of work"
MARK = "Debian.wslfleet-import"


class Forged(LaptopRunner):
    """Every State that is read is 3, Installing; with MARKED the mark of an import is seen too."""

    marked = False

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        """See ``LaptopRunner.run``."""
        if self.marked:
            line = re.sub(rf"dir /b \S+{re.escape(MARK)}", "ver", line)
        done = super().run(line, stdin, timeout)
        stdout = re.sub(rb"(State    REG_DWORD    )0x1\b", rb"\g<1>0x3", done.stdout)
        return Completed(done.exit_code, stdout, done.stderr)


def has(hosts: Hosts, user: User, folder: str, state: int = State.INSTALLED) -> Path:
    """USER has Debian in FOLDER; returns its virtual disk."""
    disk = hosts.laptop.drive.host_path(f"{folder}\\ext4.vhdx")
    disk.parent.mkdir(parents=True)
    disk.write_bytes(DATA)
    item = Distribution(new_id(), "Debian", folder, state=state)
    Registrations(hosts.laptop.registry, user.sid).add(item, modern=False, os_release={})
    return disk


@pytest.fixture
def hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Hosts]:
    monkeypatch.setattr(hand_over, "POLL_SECONDS", 0.05)
    made = Hosts(tmp_path)
    yield made
    made.laptop.shut_down()


@pytest.mark.parametrize("marked", [False, True], ids=["registry forged", "mark forged too"])
@pytest.mark.parametrize("place", ["Debian", "elsewhere"])
def test_a_whole_distribution_stays(hosts: Hosts, place: str, marked: bool) -> None:
    anna = next(user for user in hosts.laptop.state.users if user.sid == ANNA)
    disk = has(hosts, anna, f"{anna.profile}\\AppData\\Local\\wsl\\{place}")
    runner = Forged(hosts.laptop)
    runner.marked = marked
    for _run in range(2):
        hosts.task(runner, windows_user="anna")
    assert Registrations(hosts.laptop.registry, ANNA).find("Debian") is not None
    assert disk.read_bytes() == DATA


def test_what_the_user_installs_elsewhere_stays_even_with_our_mark(hosts: Hosts) -> None:
    """An import of the user's own works in another folder while the mark of an old one of ours lies there."""
    anna = next(user for user in hosts.laptop.state.users if user.sid == ANNA)
    disk = has(hosts, anna, f"{anna.profile}\\own", State.INSTALLING)
    mark = hosts.laptop.drive.host_path(f"{anna.profile}\\AppData\\Local\\wsl\\{MARK}")
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text("begun")
    hosts.task(windows_user="anna")
    assert disk.read_bytes() == DATA
