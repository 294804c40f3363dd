# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles and playbooks in plays of other people: any strategy, tag and inventory, and in any company."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from tests.integration.laboratory import PLAYBOOKS, QUICK, Lab, Run, StartLab

pytestmark = pytest.mark.lab

READY, OTHER, THEIRS, SERVER = "ready-1", "ready-2", "two-developers-1", "a-server"
"""Two with a distribution of the account's own, one of two developers, and what is no laptop, first of all."""
TWO = ["wslfleet.cuda.windows_host", "wslfleet.cuda.cuda_toolkit"]
CONTAINERS = "wslfleet.cuda.container_toolkit"
INTO_LINUX = " --exec /bin/sh "
FOUND = {
    "name": "Tell what the roles found",
    "ansible.builtin.debug": {
        "msg": "{{ inventory_hostname }}: {{ windows_host_result.status }}, {{ cuda_toolkit_result.clean }}"
    },
}
Play = dict[str, t.Any]
Book = t.Callable[..., Path]


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    few = ("--without-compiler", "--without-archive")
    return start_lab("--profile", "ready", "--profile", "two_developers", "--laptops", "2", *few)


@pytest.fixture
def fleet(lab: Lab) -> Lab:
    """The same laptops in an inventory of a site: their group is called gpu, and there is a server."""
    return inventory(lab, {})


def inventory(lab: Lab, of_all: Play, of_laptops: Play | None = None, of_ready: Play | None = None) -> Lab:
    """LAB as a site sees it, with variables OF_ALL hosts, OF_LAPTOPS and OF_READY alone."""
    site = Lab(lab.state / "site")
    site.state.mkdir(exist_ok=True)
    laptops: Play = yaml.safe_load((lab.state / "inventory.yml").read_text("utf-8"))["all"]["children"]["laptops"]
    laptops["hosts"][READY].update(of_ready or {})
    gpu = {**laptops, "vars": {**laptops["vars"], **QUICK, **(of_laptops or {})}}
    servers = {"hosts": {SERVER: {"ansible_connection": "ansible.builtin.local"}}}
    content = {"all": {"vars": of_all, "children": {"a_servers": servers, "gpu": gpu}}}
    (site.state / "inventory.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return site


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Writes a playbook, beside which a role of somebody else lies."""
    tasks = tmp_path / "roles" / "theirs" / "tasks"
    tasks.mkdir(parents=True)
    (tasks / "main.yml").write_text("- ansible.builtin.debug: {msg: another role}\n", encoding="utf-8")

    def write(*plays: Play) -> Path:
        file = tmp_path / "site.yml"
        file.write_text(yaml.safe_dump(list(plays), sort_keys=False), encoding="utf-8")
        return file

    return write


def roles(*names: str, **settings: t.Any) -> Play:
    """A play of roles for the group of the site, by ``hosts`` alone."""
    return {"hosts": "gpu", "gather_facts": False, "roles": list(names), "post_tasks": [FOUND], **settings}


def imported(name: str, **variables: t.Any) -> Play:
    """A playbook of the collection in one of the site."""
    return {"ansible.builtin.import_playbook": f"wslfleet.cuda.{name}", "vars": variables}


def into_linux(lab: Lab, laptop: str, before: int) -> list[str]:
    """The lines that launched something in Linux, after the first BEFORE."""
    return [entry["line"] for entry in lab.journal(laptop)[before:] if INTO_LINUX in entry["line"]]


def bad(run: Run, laptop: str) -> dict[str, int]:
    """What is not nothing of the numbers of changes and failures."""
    numbers = run.recap[laptop]
    return {key: numbers[key] for key in ("changed", "failed", "unreachable") if numbers[key]}


PLAYS: dict[str, Play] = {
    "linear": roles(*TWO),
    "free": roles(*TWO, strategy="ansible.builtin.free"),
    "host_pinned": roles(*TWO, strategy="ansible.builtin.host_pinned"),
    "one_after_the_other": roles(*TWO, serial=1, any_errors_fatal=True),
    "among_others": roles(
        "theirs",
        *TWO,
        "theirs",
        vars={"state": "absent", "steps": 7, "windows_user": "anna", "result": {}, "distribution": "no"},
        environment={"WSLFLEET_LAB": "1"},
        pre_tasks=[{"ansible.builtin.set_fact": {"ready": False}}],
        tasks=[{"ansible.builtin.include_role": {"name": "theirs"}}],
    ),
}
"""The first one installs; for the others nothing is left to do, since it is the same work."""


@pytest.mark.parametrize("play", PLAYS)
def test_two_roles_are_a_whole_play(lab: Lab, fleet: Lab, book: Book, play: str) -> None:
    before = len(lab.journal(READY))
    run = fleet.playbook(book(PLAYS[play]), "--limit", f"{READY},{OTHER}")
    assert run.code == 0, run.output
    for laptop in (READY, OTHER):
        assert run.lines(f"{laptop}: ready, True"), run.output
        assert play == "linear" or bad(run, laptop) == {}, run.output
    assert play == "linear" or len(into_linux(lab, READY, before)) == 1


def test_one_wrong_laptop_ends_the_play_of_all_where_the_site_says_so(lab: Lab, book: Book) -> None:
    before = len(lab.journal(OTHER))
    run = inventory(lab, {}, {}, {"cuda_version": "12.99"}).playbook(
        book(roles(*TWO, any_errors_fatal=True)), "--limit", f"{READY},{OTHER}"
    )
    assert (run.code, bad(run, READY), bad(run, OTHER)) == (2, {"failed": 1}, {}), run.output
    assert f"{READY}: nothing was changed: cuda_version '12.99': no such toolkit" in run.output, run.output
    assert "filter plugin" not in run.output
    assert not run.lines(f"{OTHER}: ready") and lab.journal(OTHER)[before:] == []


@pytest.mark.parametrize(
    ("tag", "windows", "linux"),
    [("preflight", 1, 0), ("wsl", 2, 0), ("distribution", 2, 0), ("toolkit", 0, 1), ("audit", 0, 1)],
)
def test_each_tag_alone_does_its_part(lab: Lab, fleet: Lab, book: Book, tag: str, windows: int, linux: int) -> None:
    before = len(lab.journal(READY))
    play = {**roles(*TWO), "post_tasks": []}
    run = fleet.playbook(book(play), "--limit", READY, "--tags", tag)
    assert (run.code, bad(run, READY)) == (0, {}), run.output
    launched = into_linux(lab, READY, before)
    assert (len(lab.journal(READY)) - before - len(launched), len(launched)) == (windows, linux)


INVENTORIES: dict[str, tuple[Play, Play, Play, list[str]]] = {
    "in_the_inventory": ({"wslfleet_hosts": "gpu"}, {}, {}, []),
    "beside_the_other_variables_of_the_laptops": ({}, {"wslfleet_hosts": "gpu"}, {}, []),
    "by_import": ({}, {}, {"wslfleet_hosts": "gpu:!ready-2"}, []),
    "only_the_laptops_of_a_limit": ({"wslfleet_hosts": "gpu"}, {}, {}, ["--limit", f"{READY},{SERVER}"]),
}
"""Variables of all, of the laptops and of the import, and words of the command line."""


@pytest.mark.parametrize("where", INVENTORIES)
def test_a_group_with_another_name(lab: Lab, book: Book, where: str) -> None:
    of_all, of_laptops, of_import, words = INVENTORIES[where]
    words = words or ["--limit", f"all,!{OTHER},!two*"]
    run = inventory(lab, of_all, of_laptops).playbook(book(imported("audit", **of_import)), *words)
    assert run.code == 0, run.output
    assert run.recap[READY]["ok"] > 4 and set(run.recap) == {READY}, run.output
    assert run.lines(READY) and "Traceback" not in run.output


NOBODY: dict[str, tuple[Play, Play, list[str], str]] = {
    "no_such_group": ({}, {}, [], "no host or group 'laptops' in the inventory"),
    "no_such_group_in_the_inventory": ({"wslfleet_hosts": "gpus"}, {}, [], "no host or group 'gpus'"),
    "no_such_group_by_import": ({}, {"wslfleet_hosts": "gpus"}, [], "no host or group 'gpus'"),
    "limit": (
        {"wslfleet_hosts": "gpu"},
        {},
        ["--limit", SERVER],
        "no hosts matched: none of the hosts of this run is in 'gpu'",
    ),
    "limit_by_import": (
        {},
        {"wslfleet_hosts": "gpu"},
        ["--limit", SERVER],
        "no hosts matched: none of the hosts of this run is in 'gpu'",
    ),
    "pattern_by_import": (
        {},
        {"wslfleet_hosts": "gpu:&a_servers"},
        [],
        "no hosts matched: none of the hosts of this run is in 'gpu:&a_servers'",
    ),
}


@pytest.mark.parametrize("case", NOBODY)
def test_no_hosts_matched_is_an_error_that_names_the_group(lab: Lab, book: Book, case: str) -> None:
    of_all, of_import, words, told = NOBODY[case]
    before = len(lab.journal(READY))
    run = inventory(lab, of_all).playbook(book(imported("provision", **of_import)), *words)
    assert run.code != 0, run.output
    assert run.lines(told) and "nothing was changed" in run.output and "Traceback" not in run.output, run.output
    assert len(lab.journal(READY)) == before


def test_every_playbook_one_after_another_in_the_playbook_of_a_site(lab: Lab, book: Book, tmp_path: Path) -> None:
    between = {"name": "Between", "hosts": "all", "gather_facts": False, "tasks": [{"ansible.builtin.debug": {}}]}
    # What takes the toolkit away comes last: nothing is installed anew.
    names = sorted((path.stem for path in PLAYBOOKS.glob("*.yml")), key=lambda name: (name == "remove", name))
    quick = {
        "wslfleet_probe_idle": 0,
        "wslfleet_probe_directory": str(tmp_path),
        "wslfleet_rollout_folder": str(tmp_path),
    }
    plays = [play for name in names for play in (imported(name, **quick), between)]
    site = inventory(lab, {"wslfleet_hosts": "gpu"})
    run = site.playbook(book({**between, "hosts": "nobody"}, *plays), "--limit", f"{READY},{SERVER}")
    assert run.code == 0 and "v2_playbook_on_play_start" not in run.output, run.output
    assert bad(run, SERVER) == {} and run.recap[SERVER]["ok"] == len(names), run.output
    assert len(run.lines("PLAY [Between]")) == len(names) + 1 >= 7


def test_no_playbook_needs_the_name_of_a_distribution(lab: Lab) -> None:
    """Where provision.yml has taken the default, the others do too."""
    site = inventory(lab, {"wslfleet_hosts": "gpu"})
    file = site.state / "inventory.yml"
    content = yaml.safe_load(file.read_text("utf-8"))
    named = content["all"]["children"]["gpu"]["vars"].pop("windows_host_distribution")
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    made = lab.task(READY, "wslfleet.cuda.wsl_distribution", f"name=Ubuntu-24.04 distribution_id={named}")
    assert made.code == 0, made.output
    for name in ("audit", "repair", "remove", "containers"):
        before = len(lab.journal(READY))
        run = site.playbook(name, "--check", "--limit", READY)
        assert run.code == 0, run.output
        entered = into_linux(lab, READY, before)
        assert entered and all(" -d Ubuntu-24.04 " in line for line in entered), entered
    gone = lab.task(
        READY, "wslfleet.cuda.wsl_distribution", "name=Ubuntu-24.04 state=absent force=true stop_running=true"
    )
    assert gone.code == 0, gone.output


def test_containers_are_the_third_role_after_a_hand_over_too(lab: Lab, book: Book) -> None:
    """In one play, under strategy free: built, handed over, and the rest done where the distributions are then."""
    few = {"cuda_components": ["cudart"]}
    site = inventory(lab, {}, {"windows_host_windows_users": ["anna", "ben"], **few})
    done = {"ansible.builtin.debug": {"msg": "{{ container_toolkit_result.windows_users | sort | join(' and ') }}"}}
    play = {**roles(*TWO, CONTAINERS, strategy="ansible.builtin.free"), "post_tasks": [FOUND, done]}
    for changed in (True, False):
        run = site.playbook(book(play), "--limit", THEIRS)
        assert run.code == 0 and bool(run.recap[THEIRS]["changed"]) is changed, run.output
        assert run.lines("anna and ben") and run.lines(f"{THEIRS}: handed over, True"), run.output


@pytest.mark.parametrize("module", ["cuda_audit_info", "cuda_guard"])
def test_a_module_does_not_enter_what_belongs_to_another_user(lab: Lab, module: str) -> None:
    run = lab.task(THEIRS, f"wslfleet.cuda.{module}")
    assert run.code != 0 and "Traceback" not in run.output
    assert f"distribution Debian-12 on {THEIRS}: no distribution has that name for this account" in run.output
    assert "cuda_bundle with windows_user reaches those of other Windows users" in run.output
