# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole use case against a world of files and a runner that knows apt-get and nvidia-ctk."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Sequence
from types import SimpleNamespace

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import follow as apt_follow
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import plan as apt_plan
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction as apt_transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import (
    cdi,
    containerd_toml,
    rootless,
    runtime_removal,
    runtimes,
    steps,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import engines as containers_engines
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import packages as containers_packages
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import removal as containers_removal
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import report as containers_report
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import source as containers_source
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import fetch, indexes, legacy_keys, trial
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed, System

from tests.unit.plugins.module_utils.scripted_run import plain, system_at

SHOW = "Package: nvidia-container-toolkit-base\nVersion: 1.19.1-1\n"
NAMES = containers_packages.PACKAGES
JUDGED = apt_plan.Judgement((), (), ())
NEW = system_changes.FileChange("/etc/new", None, b"new\n")
GPU = cdi.State(True, "digest", {}, {}, {})


class World:
    """What the use case sees; ``did`` keeps what it did."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.did: list[str] = []
        self.seen = containers_engines.State(())
        self.packages: tuple[dpkg.Package, ...] = ()
        self.current = True
        self.unconfigured: list[str] = []
        self.stale: dict[str, str] = {}
        self.gpu = GPU
        self.ends = True
        self.exit_code = 0
        self.running: t.Any = None
        self.ended: list[t.Any] = []
        self.stale_index = ""
        self.answer = Completed(0, "", "")
        self.systemd = False
        self.judged = JUDGED
        put = monkeypatch.setattr
        put(containers_engines, "observe", lambda system: self.seen)
        put(runtimes, "unconfigured", lambda system, serve: [item for item in self.unconfigured if item in serve])
        put(runtimes, "plan", self.plan)
        put(containers_engines, "reload_docker", lambda system: self.note("reload"))
        put(dpkg, "read_database", lambda system: dpkg.Database(self.packages, False))
        put(apt_follow, "failure", lambda system, transaction: f"{transaction.id} failed")
        put(containers_source, "is_current", lambda system, wanted: self.current)
        put(containers_source, "plan_legacy", lambda state, wanted, when: ())
        put(containers_source, "plan", lambda system, wanted, keyring: [NEW])
        put(legacy_keys, "observe", lambda system, fingerprints: None)
        put(fetch, "fetch_keyring", lambda system, wanted, folder: b"key")
        put(trial, "try_index", lambda system, wanted, keyring, folder: SHOW)
        put(trial, "check_sources", lambda system, changes: self.note("can be read"))
        put(trial, "refresh", lambda system, wanted: self.note("refresh"))
        put(system_changes, "apply", lambda system, changes: self.note(*(f"write {change.path}" for change in changes)))
        put(containers_packages, "judge", lambda system, plan, database: JUDGED)
        put(indexes, "bring_up_to_date", lambda system, now: self.note("update") or self.stale_index)
        put(apt_transaction, "find_running", lambda system: self.running)
        put(apt_transaction, "uncollected", lambda system: self.ended)
        put(apt_transaction, "attach", lambda transaction, seconds: self.ends)
        put(apt_transaction, "start", self.start)
        put(cdi, "observe", lambda system: self.gpu)
        put(cdi, "stale", lambda state, toolkit: self.stale)
        put(cdi, "generate", lambda system: self.note("generate") or "mounts: []\n")
        put(System, "isdir", lambda system, path: self.systemd)

    def plan(self, _system: System, engine: str) -> list[system_changes.FileChange]:
        paths = {"docker": runtimes.DAEMON_JSON, "containerd": containerd_toml.PATH}
        return [system_changes.FileChange(paths[engine], b"before", b"after")]

    def note(self, *what: str) -> None:
        self.did += what

    def start(self, _system: System, purpose: str, commands: list[list[str]]) -> t.Any:
        self.note(*(" ".join(command[-2:]) for command in commands))
        self.packages = packages("1.19.1-1")
        return self.transaction("t1")

    def transaction(self, name: str, purpose: str = "containers", code: int | None = None) -> t.Any:
        return SimpleNamespace(
            id=name,
            purpose=purpose,
            exit_code=self.exit_code if code is None else code,
            running=not self.ends,
            mark_collected=lambda: self.note(f"collected {name}"),
        )

    def run(self, arguments: Sequence[str]) -> Completed:
        line = " ".join(plain(arguments))
        if line.startswith("apt-cache show --no-all-versions"):
            return Completed(0, "Package: podman\nVersion: 4.3.1\n", "")
        if line.startswith("apt-cache show"):
            return Completed(0, SHOW, "")
        self.note(re.sub(r"=/\S+", "=FILE", line))
        return self.answer

    def look(self, engines: list[str] | None = None, **options: t.Any) -> containers_report.Report:
        source = containers_source.resolve({})
        settings = {"version": None, "minimum": "1.19.1", "check_mode": False, "wait": 1.0, **options}
        return steps.look(
            system_at(run=self.run), containers_report.Request(engines=engines, source=source, **settings)
        )


def packages(version: str) -> tuple[dpkg.Package, ...]:
    return tuple(dpkg.Package(name, "amd64", version, "ii") for name in containers_packages.PACKAGES)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def test_nothing_to_do(world: World) -> None:
    world.seen, world.packages = containers_engines.State(("docker",)), packages("1.19.1-1")
    report = world.look()
    assert (report.changed, world.did, report.version, list(report.engines)) == (False, [], "1.19.1", ["docker"])


def test_from_nothing(world: World) -> None:
    world.current, world.stale = False, {cdi.SPECIFICATION: "there is none"}
    report = world.look(["podman"])
    assert report.changed and report.version == "1.19.1" and report.transaction and not report.transaction.running
    assert world.did[0] == "can be read"
    assert world.did[1:6] == [
        "write /etc/new", "refresh", "update", "nvidia-container-toolkit-base=1.19.1-1 podman", "collected t1",
    ]  # fmt: skip
    assert world.did[6:] == ["generate", f"write {cdi.SPECIFICATION}", f"write {cdi.RECORD}"]
    assert "libdxcore.so" in report.notes[0]


def test_check_mode_does_nothing(world: World) -> None:
    world.current, world.stale = False, {cdi.SPECIFICATION: "there is none"}
    world.unconfigured, world.seen = ["docker"], containers_engines.State(("docker",))
    report = world.look(check_mode=True)
    assert report.changed and world.did == ["can be read"] and report.packages is not None
    assert [change.path for change in report.changes] == ["/etc/new", cdi.SPECIFICATION, runtimes.DAEMON_JSON]
    assert "checked only after" in report.notes[0]
    world.current, world.did = True, []
    assert world.look(check_mode=True).packages == ("", "") and world.did == []


def test_docker_desktop_alone_needs_nothing(world: World) -> None:
    world.seen, world.current = containers_engines.State((), "/usr/bin/docker"), False
    report = world.look()
    assert not report.changed and world.did == [] and report.desktop == "/usr/bin/docker" and report.notes


def test_a_source_that_is_too_old_changes_nothing(world: World) -> None:
    world.current = False
    with pytest.raises(Failure, match=r"the newest is 1\.19\.1"):
        world.look(minimum="1.20.0")
    assert world.did == []


def test_a_running_transaction_is_followed(world: World) -> None:
    world.ends = False
    world.running = world.transaction("t0", "toolkit")
    report = world.look()
    assert report.transaction is world.running and report.changed and world.did == []


def test_an_own_transaction_that_goes_on(world: World) -> None:
    world.ends = False
    report = world.look()
    assert report.transaction and report.transaction.running and world.did == [
        "--allow-downgrades nvidia-container-toolkit-base=1.19.1-1",
    ]  # fmt: skip


def test_ended_transactions_are_reported_once(world: World) -> None:
    world.packages = packages("1.19.1-1")
    world.ended = [
        world.transaction("t2", code=0),
        world.transaction("t1", code=100),
        world.transaction("t0", "toolkit"),
    ]
    report = world.look()
    assert report.changed and world.did == ["collected t2", "collected t1"] and report.notes == ["t1 failed"]
    with pytest.raises(Failure, match="t1 failed"):
        world.look(follow="t1")


def test_a_transaction_that_fails(world: World) -> None:
    world.exit_code = 100
    with pytest.raises(Failure, match="t1 failed"):
        world.look()


def test_an_old_index_is_fetched_before_an_engine_comes(world: World) -> None:
    world.packages, world.stale_index = packages("1.19.1-1"), "apt-get update: Could not resolve host"
    report = world.look(["podman"])
    # What is there may do; the plan tells.
    assert world.did[0] == "update" and report.notes[0] == world.stale_index


def test_without_a_gpu_no_specification(world: World) -> None:
    world.packages, world.gpu = packages("1.19.1-1"), cdi.State(False, "", {}, {}, {})
    report = world.look()
    assert not report.changed and not report.gpu and "no NVIDIA GPU here" in report.notes[0]


def test_docker_is_configured_and_told(world: World) -> None:
    world.seen, world.packages, world.unconfigured = (
        containers_engines.State(("docker",)),
        packages("1.19.1-1"),
        ["docker"],
    )
    report = world.look()
    assert world.did == ["dockerd --validate --config-file=FILE", f"write {runtimes.DAEMON_JSON}", "reload"]
    assert [change.path for change in report.changes] == [runtimes.DAEMON_JSON]


SHOWN = "[plugins.cri.containerd.runtimes.nvidia]"


@pytest.mark.parametrize(
    ("systemd", "last", "notes"),
    [
        (True, "systemctl try-restart containerd", []),
        (False, "containerd config dump", ["restart containerd to let it read its configuration"]),
    ],
)
def test_containerd_reads_its_configuration(world: World, systemd: bool, last: str, notes: list[str]) -> None:
    world.seen, world.packages = containers_engines.State(("containerd",)), packages("1.19.1-1")
    world.unconfigured, world.systemd, world.answer = ["containerd"], systemd, Completed(0, SHOWN, "")
    report = world.look()
    assert world.did[0] == f"write {containerd_toml.PATH}" and world.did[-1] == last and report.notes == notes


def test_a_configuration_that_containerd_does_not_take_is_put_back(world: World) -> None:
    world.seen, world.packages = containers_engines.State(("containerd",)), packages("1.19.1-1")
    world.unconfigured, world.answer = ["containerd"], Completed(1, "", "containerd: duplicated tables\n")
    with pytest.raises(Failure, match="duplicated tables; the file was restored"):
        world.look()
    path = containerd_toml.PATH
    assert world.did == [f"write {path}", "containerd config dump", f"write {path}"]


def test_a_configuration_that_docker_does_not_take_is_not_written(world: World) -> None:
    world.seen, world.packages, world.unconfigured = (
        containers_engines.State(("docker",)),
        packages("1.19.1-1"),
        ["docker"],
    )
    world.answer = Completed(1, "", "unable to configure: nonsense\n")
    with pytest.raises(Failure, match="nonsense; repair it first"):
        world.look()
    assert len(world.did) == 1


def test_docker_without_root_is_served_instead_of_roots(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = rootless.DockerUser("anna", 1000, 1000, "/home/anna")
    monkeypatch.setattr(rootless, "users", lambda names, serve: [anna] if names else [])
    monkeypatch.setattr(rootless, "unconfigured", lambda system, users: [])
    monkeypatch.setattr(rootless, "plan", lambda system, users: [system_changes.FileChange(anna.path, None, b"x")])
    world.seen, world.packages, world.unconfigured = (
        containers_engines.State(("docker",)),
        packages("1.19.1-1"),
        ["docker"],
    )
    assert world.look(rootless=["anna"], check_mode=True).changed and world.did == []
    report = world.look(rootless=["anna"])
    assert world.did == [f"write {anna.path}"]
    assert report.notes == ["anna must restart docker: systemctl --user restart docker"]


# -- and out again ---------------------------------------------------------------------------------------------------


@pytest.fixture
def leaving(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Everything is there and goes."""
    put = monkeypatch.setattr
    world.seen, world.packages = containers_engines.State(("docker", "podman")), packages("1.19.1-1")
    removal = runtime_removal.Removal(tuple(world.plan(system_at(), "docker")), ("docker",), ("a note",))
    put(runtime_removal, "plan_removal", lambda system, others: removal)
    put(query, "plan_purge", lambda system, names: world.note(f"judge {len(names)}") or world.judged)
    put(cdi, "plan_removal", lambda system: ([system_changes.FileChange(cdi.SPECIFICATION, b"x", None)], ["another"]))
    put(
        containers_source,
        "plan_absent",
        lambda system: [system_changes.FileChange(containers_source.SOURCE, b"x", None)],
    )
    world.judged = JUDGED
    return world


def out(world: World, **options: t.Any) -> containers_report.Report:
    settings = {"version": None, "minimum": "1.19.1", "check_mode": False, "wait": 1.0, **options}
    request = containers_report.Request(engines=None, source=containers_source.resolve({}), **settings)
    return containers_removal.look(system_at(run=world.run), request)


def test_the_runtime_goes_first_the_source_last(leaving: World) -> None:
    report = out(leaving)
    assert leaving.did == [
        "judge 4",
        f"write {runtimes.DAEMON_JSON}",
        "reload",
        "nvidia-container-toolkit-base nvidia-container-toolkit",
        "collected t1",
        f"write {cdi.SPECIFICATION}",
        f"write {containers_source.SOURCE}",
    ]
    assert report.changed and report.notes == ["a note", "another"] and report.version == ""
    assert report.engines == ("docker", "podman")


def test_a_removal_in_check_mode(leaving: World) -> None:
    report = out(leaving, check_mode=True)
    assert leaving.did == ["judge 4"] and report.changed and report.packages == ("\n".join([*NAMES, ""]), "")
    assert len(report.changes) == 3


def test_a_removal_that_would_take_others_along_is_refused(leaving: World) -> None:
    leaving.judged = apt_plan.Judgement((), (), (apt_plan.Reason("nvidia-docker2", "would remove nvidia-docker2"),))
    with pytest.raises(Failure, match=r"nothing was changed.*remove nvidia-docker2; rem"):
        out(leaving)
    assert leaving.did == ["judge 4"]


def test_a_removal_that_goes_on_is_looked_at_again(leaving: World) -> None:
    leaving.ends = False
    report = out(leaving)
    assert report.transaction and report.transaction.running and f"write {containers_source.SOURCE}" not in leaving.did
    leaving.running = leaving.transaction("t1")
    assert out(leaving).transaction is leaving.running


def test_nothing_left_to_remove(leaving: World, monkeypatch: pytest.MonkeyPatch) -> None:
    leaving.packages = ()
    monkeypatch.setattr(runtime_removal, "plan_removal", lambda system, others: runtime_removal.Removal())
    monkeypatch.setattr(cdi, "plan_removal", lambda system: ([], []))
    monkeypatch.setattr(containers_source, "plan_absent", lambda system: [])
    assert not out(leaving).changed and leaving.did == []
