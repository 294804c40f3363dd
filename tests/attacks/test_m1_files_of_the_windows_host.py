# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""M1: a developer swaps the image of a distribution on the host, or on a share, between the look at it and its use."""

from __future__ import annotations

import hashlib
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, Stdin
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over

from lab.wsl.registrations import Registrations
from tests.integration.windows.test_hand_over import Hosts
from tests.lab.laptop_runner import LaptopRunner

SHARE = "\\\\files\\images"


@pytest.fixture(params=["C:\\images\\image.wsl", f"{SHARE}\\image.wsl"], ids=["host", "share"])
def attacked(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[t.Any]:
    """A laptop, the source as an administrator names it, the file that the developer can write, its digest."""
    monkeypatch.setattr(hand_over, "POLL_SECONDS", 0.05)
    hosts = Hosts(tmp_path)
    hosts.laptop.state.shares = {SHARE: str(tmp_path)}
    hosts.laptop.state.credentials_delegated = True
    file = hosts.image
    if not request.param.startswith(SHARE):
        file = hosts.laptop.drive.host_path(request.param)
        file.parent.mkdir()
        file.write_bytes(hosts.image.read_bytes())
    yield hosts, request.param, file, hashlib.sha256(file.read_bytes()).hexdigest()
    hosts.laptop.shut_down()


class Swapping(LaptopRunner):
    """The developer swaps FILE just before the line that uses it runs."""

    def __init__(self, hosts: Hosts, file: Path, text: str) -> None:
        super().__init__(hosts.laptop)
        self._file, self._text = file, text

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        """See ``LaptopRunner.run``."""
        if self._text in line:
            self._file.write_bytes(b"of the attacker")
        return super().run(line, stdin, timeout)


@pytest.mark.parametrize("user", [None, "anna"])
def test_what_was_checked_is_what_is_imported(attacked: t.Any, user: str | None) -> None:
    hosts, source, file, digest = attacked
    runner = Swapping(hosts, file, " /Run " if user else " --import ")
    result = hosts.task(runner, source=source, sha256=digest, windows_user=user)
    assert (result.get("msg"), result["present"]) == (None, True)
    owner = hosts.laptop.state.users[1 if user else 0]
    assert Registrations(hosts.laptop.registry, owner.sid).find("Debian")
    folder = hosts.laptop.drive.host_path("C:\\Program Files\\wslfleet")
    assert [path.name for path in folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("user", [None, "anna"])
def test_swapped_before_the_look_at_the_digest_it_is_refused(attacked: t.Any, user: str | None) -> None:
    hosts, source, file, _digest = attacked
    result = hosts.task(Swapping(hosts, file, "certutil"), source=source, sha256="0" * 64, windows_user=user)
    assert (result["failed"], "expected was" in result["msg"], hosts.owners()) == (True, True, [])
    assert file.exists(), "what is not ours is not deleted"
