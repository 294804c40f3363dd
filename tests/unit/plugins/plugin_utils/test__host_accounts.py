# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host_accounts import User, account_kind, with_kinds


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
    users = [User(sid, "x", "C:\\Users\\x", True, False, kind) for sid, kind in sids.items()]
    assert [user.kind for user in with_kinds(users)] == ["local", "local", "unknown"]
