# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection is cut, or the laptop restarts, in the middle of apt: the run says so, the next one ends clean."""

from __future__ import annotations

import time

import pytest

from tests.integration.laboratory import Lab, StartLab

pytestmark = pytest.mark.lab

LAPTOP = "ready-1"


# Every task enters Linux by the same constant line; only looks at the installation last longer than this.
FAULTS = {
    "connection_cut": ["match=--exec", "seconds=4", "count=1", "away=1"],
    "reboot_in_the_middle": ["match=--exec", "seconds=4", "count=1"],
}


@pytest.fixture(scope="module", params=FAULTS)
def lab(request: pytest.FixtureRequest, start_lab: StartLab) -> Lab:
    """A ready laptop on which one of the faults waits for the installation."""
    lab = start_lab("--profile", "ready", "--without-compiler")
    fault = lab.command("fault", LAPTOP, request.param, *FAULTS[request.param])
    assert fault.returncode == 0, fault.stderr
    return lab


def test_the_run_says_that_apt_goes_on_inside(lab: Lab) -> None:
    run = lab.playbook("provision", variables={"cuda_smoke_test": False})
    assert run.code != 0, run.output
    assert run.recap[LAPTOP]["unreachable"] == 1, run.output
    assert run.lines("apt"), run.output
    assert run.lines("again"), run.output


def _wait_until_it_answers(lab: Lab) -> None:
    deadline = time.monotonic() + 30
    while lab.task(LAPTOP, "wslfleet.cuda.host_info").code != 0:
        assert time.monotonic() < deadline, "the laptop did not come back"


def test_the_next_run_finds_the_transaction_and_ends_clean(lab: Lab) -> None:
    _wait_until_it_answers(lab)
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
