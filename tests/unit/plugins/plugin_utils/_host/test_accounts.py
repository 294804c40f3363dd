# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User, account_kind, choose, with_kinds
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed


@pytest.mark.parametrize(
    ("sid", "domain", "kind"),
    [
        ("S-1-12-1-1-2-3-4", "", "entra"),
        ("S-1-5-21-1-2-3-1001", "LAPTOP", "local"),
        ("S-1-5-21-1-2-3-1001", "laptop", "local"),
        ("S-1-5-21-1-2-3-1104", "CORP", "domain"),
        ("S-1-5-21-1-2-3-1104", "", "unknown"),
    ],
)
def test_account_kind(sid: str, domain: str, kind: str) -> None:
    assert account_kind(sid, domain, "LAPTOP") == kind


def test_one_account_tells_of_others_of_its_authority() -> None:
    sids = {"S-1-5-21-1-2-3-500": "local", "S-1-5-21-1-2-3-1001": "unknown", "S-1-5-21-9-9-9-1001": "unknown"}
    users = [User(sid, "x", "C:\\Users\\x", True, kind == "local", kind) for sid, kind in sids.items()]
    assert [user.kind for user in with_kinds(users)] == ["local", "local", "unknown"]


def user(sid: str, name: str, connected: bool = False) -> User:
    return User(sid, name, f"C:\\Users\\{name}", True, connected)


USERS = [user("S-1-1", "admin", True), user("S-1-2", "anna"), user("S-1-3", "ben.CORP"), user("S-1-4", "ben.000")]


@pytest.mark.parametrize(
    ("wanted", "sids"),
    [
        (["anna"], ["S-1-2"]),
        (["CORP\\Anna", "anna@corp.example"], ["S-1-2"]),
        (["s-1-3", "anna"], ["S-1-3", "S-1-2"]),
        (["ben.corp"], ["S-1-3"]),
    ],
)
def test_choose(wanted: list[str], sids: list[str]) -> None:
    assert [one.sid for one in choose(USERS, wanted)] == sids


def test_choose_who_may_be_absent() -> None:
    carl, anna = choose(USERS, ["CORP\\Carl", "anna"], absent=True)
    assert (carl.name, carl.profile, carl.loaded, anna.sid) == ("CORP\\Carl", "", False, "S-1-2")
    with pytest.raises(StepFailed, match="connecting account itself"):
        choose(USERS, ["admin"], absent=True)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("carl", "no profile"),
        ("eve", "not lie on a drive"),
        ("100%", "cmd.exe cannot carry"),
        ("ben", "several profiles.*S-1-3, S-1-4"),
        ("admin", "connecting account itself"),
    ],
)
def test_choose_refuses(wanted: str, message: str) -> None:
    with pytest.raises(StepFailed, match=message):
        choose([*USERS, User("S-1-5", "eve", "\\\\evil\\share", True, False), user("S-1-6", "100%")], [wanted])
