# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""L4: the work for a developer's distribution holds passwords of mirror and proxy, and lay in a file on Windows.

It lay there after a lost connection too, until the next run. Now each task deletes its copy; nobody but administrators
and that user, who is root where the password goes anyway, can read it.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import tasks as bundle
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over

from tests.integration.windows.test_bundle import Bundles
from tests.integration.windows.test_hand_over import Cutting


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Bundles]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bundle, "WAITS", (0.02,) * 500)
        patch.setattr(bundle, "POLL_SECONDS", 0.05)
        patch.setattr(hand_over, "POLL_SECONDS", 0.05)
        made = Bundles(tmp_path_factory.mktemp("laptop"))
        yield made
        made.laptop.shut_down()


def payloads(hosts: Bundles) -> list[Path]:
    """Files on the host that hold the work."""
    content = next(iter(hosts.payloads.values()), b"IFS")
    files = (path for path in hosts.laptop.drive.root.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in files if "payload" in path.name or content[-200:] in path.read_bytes()[-200:]]


def test_nothing_is_left_where_the_connection_is_lost(hosts: Bundles) -> None:
    assert hosts.bundle(Cutting(hosts.laptop, "/Create", after=True)).get("unreachable") is True
    for name in hosts.laptop.tasks.names():
        hosts.laptop.tasks.wait(name)
    assert sorted(hosts.started) == ["Ben Möller", "anna"]
    assert payloads(hosts) == []


def test_nothing_is_left_after_a_run(hosts: Bundles) -> None:
    assert hosts.bundle().get("msg") is None
    assert payloads(hosts) == []
