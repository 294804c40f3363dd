# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection is cut in the middle of ``apt-get install``: the run says so, the next one ends clean."""

from __future__ import annotations

import pytest

from tests.integration.laboratory import Lab, StartLab

pytestmark = pytest.mark.lab

LAPTOP = "ready-1"


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    """A ready laptop."""
    return start_lab("--profile", "ready", "--without-compiler")


def test_the_run_says_that_apt_goes_on_inside(lab: Lab) -> None:
    # Every task enters Linux by the same constant line; only the installation lasts longer than this.
    fault = lab.command("fault", LAPTOP, "connection_cut", "match=--exec", "seconds=4", "count=1", "away=1")
    assert fault.returncode == 0, fault.stderr
    run = lab.playbook("provision", variables={"cuda_smoke_test": False})
    assert run.code != 0, run.output
    assert run.recap[LAPTOP]["unreachable"] == 1, run.output
    assert run.lines("apt"), run.output
    assert run.lines("again"), run.output


def test_the_next_run_finds_the_transaction_and_ends_clean(lab: Lab) -> None:
    run = lab.playbook("provision", variables={"cuda_smoke_test": False})
    assert run.code == 0, run.output
    audit = lab.linux(
        LAPTOP, "dpkg --audit; apt-get -q check; dpkg-query -W -f '${db:Status-Abbrev}\\n' | sort | uniq -c"
    )
    assert audit.code == 0, audit.output
    counts = [line.split() for line in audit.output.splitlines()]
    assert {words[-1] for words in counts if words[:1] and words[0].isdigit()} == {"ii"}, audit.output
    again = lab.playbook("provision", variables={"cuda_smoke_test": False})
    assert again.recap[LAPTOP]["changed"] == 0, again.output
