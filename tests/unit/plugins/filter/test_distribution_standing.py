# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose distribution it is, in one line."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.filter.distribution_standing import FilterModule

standing = FilterModule().filters()["distribution_standing"]


@pytest.mark.parametrize(
    ("owners", "users", "usable", "text"),
    [
        (["admin"], [], True, ""),
        (["anna", "admin"], [], True, ""),
        ([], [], False, "nothing to remove: admin has no distribution Ubuntu-24.04 here"),
        (
            ["ben", "anna"],
            [],
            False,
            "nothing to remove: Ubuntu-24.04 belongs to anna, ben: set windows_host_windows_users",
        ),
        (["admin"], ["anna"], True, ""),
        ([], ["anna"], True, ""),
    ],
)
def test_standing(owners: list[str], users: list[str], usable: bool, text: str) -> None:
    distributions = [{"owner": owner, "name": "ubuntu-24.04"} for owner in owners]
    distributions.append({"owner": "admin", "name": "Debian"})
    found = standing({"account": "admin", "distributions": distributions}, "Ubuntu-24.04", users, "remove")
    assert found["usable"] is usable and found["text"].startswith(text) and bool(text) is not usable
    assert found["text"] == (f"nothing to remove: {found['seen']}: {found['remedy']}" if text else "")


def test_the_distributions_that_are_there_are_named() -> None:
    there = [{"owner": "admin", "name": f"Ubuntu-{number}"} for number in range(5)]
    others = [{"owner": "anna", "name": "Debian"}]
    found = standing({"account": "admin", "distributions": others + there}, "Ubuntu-24.04", [], "audit")
    assert found["remedy"] == (
        "run provision.yml to install it, or set windows_host_distribution to Ubuntu-0 or Ubuntu-1 or Ubuntu-2"
    )
    found = standing({"account": "admin", "distributions": others}, "Ubuntu-24.04", [], "audit")
    assert found["remedy"] == "run provision.yml to install it"
