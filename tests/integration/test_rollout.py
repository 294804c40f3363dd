# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout on three laptops: a canary that fails stops it, and the file of what is left finishes it."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import signal
import time
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from lab.laptops.laptop import Laptop
from lab.linux import images
from tests.integration.killed import killed
from tests.integration.laboratory import COLLECTIONS, PLAYBOOKS, QUICK, Lab, Run, StartLab

pytestmark = pytest.mark.lab

CANARY, OTHER_CANARY, BUSY = "ready-1", "ready-2", "ready-3"
INTO_LINUX = " --exec /bin/sh "
MOST_SECONDS = 300
SMALL: dict[str, t.Any] = {**QUICK, "cuda_components": ["cudart"]}
"""What the laptops get here: a few packages, since the rollout is the same."""
STEP = "Install the toolkit and keep drivers out"


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    """Three laptops that lack the toolkit; one is on battery, and somebody is logged on there."""
    wanted = ("--profile", "ready", "--laptops", "3", "--without-compiler", "--without-archive")
    lab = start_lab(*wanted)
    lab.command("down")
    busy = Laptop(lab.laptop(BUSY), images.default_cache())
    busy.state.on_battery = True
    busy.tasks.log_on(busy.state.users[1])
    assert lab.command("up", *wanted).returncode == 0
    path = lab.state / "inventory.yml"
    inventory = yaml.safe_load(path.read_text(encoding="utf-8"))
    inventory["all"]["children"]["canary"] = {"hosts": {CANARY: None, OTHER_CANARY: None}}
    path.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    right = lab.variables["cuda_key_fingerprint"]
    broken = {"cuda_key_fingerprint": f"{{{{ '{'0' * 40}' if inventory_hostname == '{CANARY}' else '{right}' }}}}"}
    (lab.state / "broken.yml").write_text(yaml.safe_dump(broken), encoding="utf-8")
    return lab


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report")


def rollout(lab: Lab, report: Path, *arguments: str, **variables: t.Any) -> Run:
    settings = {f"wslfleet_rollout_{name}": value for name, value in {"batches": ["100%"], **variables}.items()}
    return lab.playbook("rollout", *arguments, variables={**SMALL, "wslfleet_report": str(report), **settings})


def left(report: Path) -> dict[str, list[str]]:
    """File -> its lines, of those that name a laptop."""
    files = {path.name: path.read_text(encoding="utf-8").split() for path in (report / "rollout").iterdir()}
    return {name.partition(".")[0]: names for name, names in files.items() if names != ["!all"]}


def document(report: Path, laptop: str) -> dict[str, t.Any]:
    found: dict[str, t.Any] = json.loads((report / "documents" / f"{laptop}.rollout.json").read_text(encoding="utf-8"))
    return found


def test_a_canary_that_fails_stops_the_rollout(lab: Lab, report: Path) -> None:
    run = rollout(lab, report, "-e", f"@{lab.state / 'broken.yml'}")
    assert run.code == 2, run.output
    assert run.lines("canaries ready-1, ready-2, then batches of 1"), run.output
    assert run.lines(f"the next batch does not start: 1 of 2 canaries failed ({CANARY}); at most none may"), run.output
    assert not lab.journal(BUSY)
    assert left(report) == {"left": [CANARY, BUSY], "failed": [CANARY], "not_begun": [BUSY]}
    assert "1 ok, 1 not begun, 1 failed" in run.output.splitlines()
    assert run.lines(f"For the next run: --limit @{report / 'rollout' / 'left.limit'}")
    table = run.output[run.output.index("TASK [Show the state of every laptop]") :].splitlines()
    told = {line.split()[0].strip('"'): line.split()[1] for line in table if line.strip().startswith('"ready-')}
    assert told == {CANARY: "failed", OTHER_CANARY: "provisioned", BUSY: "not"}, run.output
    assert (document(report, CANARY)["status"], document(report, CANARY)["error"]["step"]) == (
        "failed", "Test the source before anything changes",
    )  # fmt: skip
    assert not (report / "documents" / f"{BUSY}.rollout.json").exists()


def test_a_laptop_that_goes_away_in_the_middle_is_told_with_its_step(lab: Lab, report: Path) -> None:
    """It is the whole batch, so that Ansible ends the run by itself; the files are true all the same."""
    fault = ("fault", CANARY, "virtual_machine_stops")
    assert lab.command(*fault, f"match={INTO_LINUX.strip()}", "count=9", "seconds=0.4").returncode == 0
    run = rollout(lab, report, "--limit", f"@{report / 'rollout' / 'left.limit'}")
    assert lab.command(*fault, "--off").returncode == 0
    assert (run.code, "0 ok, 1 not begun, 1 went away" in run.output.splitlines()) == (4, True), run.output
    assert (document(report, CANARY)["state"], document(report, CANARY)["error"]["step"]) == ("unreachable", STEP)
    assert left(report) == {"left": [CANARY, BUSY], "not_finished": [CANARY], "not_begun": [BUSY]}


def test_what_is_left_goes_on_and_who_is_busy_is_put_off(lab: Lab, report: Path) -> None:
    run = rollout(lab, report, "--limit", f"@{report / 'rollout' / 'left.limit'}")
    assert run.code == 0, run.output
    assert run.lines("put off: it runs on battery; logged on: "), run.output
    assert left(report) == {"left": [BUSY], "put_off": [BUSY]}
    assert "1 ok, 1 put off" in run.output.splitlines(), run.output
    told = document(report, BUSY)
    assert (told["state"], told["status"], told["reason"][:18]) == ("unknown", "put off", "it runs on battery")


def test_outside_the_window_and_without_an_answer_no_laptop_begins(lab: Lab, report: Path) -> None:
    now = datetime.now(timezone.utc)
    hours = "-".join(f"{now + timedelta(minutes=minutes):%H:%M}" for minutes in (60, 120))
    before = len(lab.journal(BUSY))
    limit = f"{OTHER_CANARY},@{report / 'rollout' / 'left.limit'}"
    closed = rollout(lab, report, "--limit", limit, window=hours, time_zone="UTC")
    assert closed.code == 0 and closed.lines(f"(UTC), the maintenance window is {hours}"), closed.output
    assert left(report)["not_begun"] == [OTHER_CANARY, BUSY]
    assert "0 ok, 2 not begun" in closed.output.splitlines(), closed.output

    asked = rollout(lab, report, "--limit", limit, ask=True)
    assert asked.code == 0, asked.output
    assert asked.lines("the next batch does not start: nobody answered yes to the question before it"), asked.output
    assert left(report) == {"left": [BUSY], "not_begun": [BUSY]}
    assert len(lab.journal(BUSY)) == before


def test_a_rollout_that_is_killed_has_told_what_is_left(lab: Lab, report: Path) -> None:
    """In the second batch, while apt works on its laptop: the first one is done, and apt goes on alone."""
    limit = f"{OTHER_CANARY},@{report / 'rollout' / 'left.limit'}"
    settings = {"wslfleet_rollout_put_off": [], "wslfleet_report": str(report), **SMALL}
    words = ["-i", str(lab.state / "inventory.yml"), str(PLAYBOOKS / "rollout.yml"), "--limit", limit]
    before = document(report, OTHER_CANARY)["run"]["id"]
    killed([*words, "-e", json.dumps(settings)], when=lambda: transactions(lab, BUSY) > 0)
    done, halfway = document(report, OTHER_CANARY), document(report, BUSY)
    assert done["run"]["id"] != before and (done["state"], done["run"]["finished"]) == ("conforming", True)
    assert (halfway["run"]["id"] == done["run"]["id"], halfway["status"]) == (False, "put off")
    assert left(report) == {"left": [BUSY], "not_finished": [BUSY]}


def transactions(lab: Lab, laptop: str) -> int:
    """How many transactions of apt began in the distribution of LAPTOP."""
    return len(list(lab.laptop(laptop).glob("distributions/*/upper/var/lib/wslfleet/transactions/*/pid")))


def test_a_person_lets_the_last_batch_begin_and_nobody_is_left(
    lab: Lab, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_COLLECTIONS_PATH", str(COLLECTIONS))
    settings = {"wslfleet_rollout_ask": True, "wslfleet_rollout_put_off": [], "wslfleet_report": str(report), **SMALL}
    limit = f"{OTHER_CANARY},@{report / 'rollout' / 'left.limit'}"
    words = ["-i", str(lab.state / "inventory.yml"), str(PLAYBOOKS / "rollout.yml"), "--limit", limit]
    code, output = at_a_terminal(["ansible-playbook", *words, "-e", json.dumps(settings)], b"Type yes to begin it")
    assert code == 0, output
    assert "Batch 2 of 2, 1 laptop. So far: 1 ok. Type yes to begin it" in output
    assert (left(report), "2 ok" in output.splitlines()) == ({}, True), output
    # What the killed run had begun was waited for, and nothing was done twice.
    assert transactions(lab, BUSY) == transactions(lab, OTHER_CANARY)
    log = lab.linux(BUSY, "grep -h ' install ' /var/log/dpkg.log | cut -d' ' -f4 | sort | uniq -d").output
    assert "cuda" not in log, log
    # Ansible would take an empty file for all hosts.
    assert (report / "rollout" / "left.limit").read_text(encoding="utf-8") == "!all\n"


def at_a_terminal(command: list[str], question: bytes) -> tuple[int, str]:
    """Exit code and output of COMMAND, to whose QUESTION somebody at a terminal types yes.

    Ansible throws away what was typed before it reads, so that it is typed again until the next task begins.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    output, until = b"", time.monotonic() + MOST_SECONDS
    with contextlib.suppress(OSError):  # So ends what is read of a terminal on Linux.
        while time.monotonic() < until:
            if select.select([terminal], [], [], 1)[0]:
                output += os.read(terminal, 4096)
            elif question in output and b"TASK [" not in output.partition(question)[2]:
                os.write(terminal, b"yes\r")
        os.kill(pid, signal.SIGKILL)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), output.decode("utf-8", "replace").replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"batches": ["0%", "all"]}, "wslfleet_rollout_batches contains 0%, all: write numbers of laptops"),
        ({"window": "22-5"}, "wslfleet_rollout_window must be hours such as 22:00-05:00, not '22-5'"),
        ({"time_zone": "Mars/Olympus"}, "knows no time zone 'Mars/Olympus'"),
        ({"canary": "nobody"}, "wslfleet_rollout_canary 'nobody' matches no host"),
        ({"folder": "/proc/nowhere"}, "/proc/nowhere/.new cannot be written"),
    ],
)
def test_wrong_values_are_refused_before_anything(
    lab: Lab, report: Path, variables: dict[str, t.Any], words: str
) -> None:
    before = len(lab.journal(CANARY))
    run = rollout(lab, report, **variables)
    assert run.code != 0 and run.lines("nothing was changed: ") and run.lines(words), run.output
    assert len(lab.journal(CANARY)) == before


def test_an_update_brings_the_guard_back_and_nothing_new(lab: Lab, report: Path) -> None:
    lab.linux(CANARY, "rm /etc/apt/preferences.d/00-wslfleet-guard.pref")
    run = lab.playbook("update", "--limit", f"{CANARY},{OTHER_CANARY}", variables=SMALL)
    assert (run.code, run.recap[CANARY]["changed"], run.recap[OTHER_CANARY]["changed"]) == (0, 1, 0), run.output
    assert "2 ok" in run.output.splitlines(), run.output
    assert lab.linux(CANARY, "ls /etc/apt/preferences.d").lines("wslfleet")
