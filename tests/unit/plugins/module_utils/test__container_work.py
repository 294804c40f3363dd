# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole use case against a world of files and a runner that knows apt-get and nvidia-ctk."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from types import SimpleNamespace

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils import (
    _apt_plan,
    _cdi,
    _changes,
    _container_source,
    _container_toolkit,
    _container_work,
    _dpkg,
    _engines,
    _files,
    _indexes,
    _legacy,
    _source_trial,
    _toolkit,
    _transaction,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._run import Completed

SHOW = "Package: nvidia-container-toolkit-base\nVersion: 1.19.1-1\n"
JUDGED = _apt_plan.Judgement((), (), ())
NEW = _changes.FileChange("/etc/new", None, b"new\n")
GPU = _cdi.State(True, "digest", {}, {}, {})


class World:
    """What the use case sees; ``did`` keeps what it did."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.did: list[str] = []
        self.seen = _engines.Seen(())
        self.packages: tuple[_dpkg.Package, ...] = ()
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
        put = monkeypatch.setattr
        put(_engines, "observe", lambda: self.seen)
        put(_engines, "unconfigured", lambda serve: [item for item in self.unconfigured if item in serve])
        put(_engines, "reload_docker", lambda: self.note("reload"))
        put(_toolkit, "read", lambda: _dpkg.Database(self.packages, False))
        put(_toolkit, "free_bytes", lambda: 10**9)
        put(_toolkit, "failure", lambda transaction, database: f"{transaction.id} failed")
        put(_container_source, "is_current", lambda wanted: self.current)
        put(_container_source, "plan_legacy", lambda state, wanted, when: ())
        put(_container_source, "plan", lambda wanted, keyring: [NEW])
        put(_legacy, "observe", lambda fingerprints: None)
        put(_source_trial, "fetch_keyring", lambda run, wanted, folder: b"key")
        put(_source_trial, "try_index", lambda run, wanted, keyring, folder: SHOW)
        put(_source_trial, "refresh", lambda run, wanted: self.note("refresh"))
        put(_changes, "apply", lambda changes: self.note(*(f"write {change.path}" for change in changes)))
        put(_container_toolkit, "judge", lambda run, plan, database, free: JUDGED)
        put(_indexes, "bring_up_to_date", lambda run, now: self.note("update") or self.stale_index)
        put(_transaction, "find_running", lambda: self.running)
        put(_transaction, "uncollected", lambda: self.ended)
        put(_transaction, "attach", lambda transaction, seconds: self.ends)
        put(_transaction, "start", self.start)
        put(_cdi, "observe", lambda: self.gpu)
        put(_cdi, "stale", lambda state, toolkit: self.stale)
        put(_cdi, "generate", lambda run: self.note("generate") or "mounts: []\n")
        put(_files, "read_bytes", lambda path: b"daemon" if "configured" in self.did else None)
        put(_container_work.os.path, "isdir", lambda path: self.systemd)

    def note(self, *what: str) -> None:
        self.did += what

    def start(self, purpose: str, commands: list[list[str]]) -> t.Any:
        self.note(*(" ".join(command[-2:]) for command in commands))
        self.packages = packages("1.19.1-1")
        return self.transaction("t1")

    def transaction(self, name: str, purpose: str = "containers", code: int | None = None) -> t.Any:
        return SimpleNamespace(
            id=name,
            purpose=purpose,
            exit_code=self.exit_code if code is None else code,
            mark_collected=lambda: self.note(f"collected {name}"),
        )

    def run(self, arguments: Sequence[str]) -> Completed:
        line = " ".join(arguments)
        if line.startswith("apt-cache show --no-all-versions"):
            return Completed(0, "Package: podman\nVersion: 4.3.1\n", "")
        if line.startswith("apt-cache show"):
            return Completed(0, SHOW, "")
        self.note(line)
        if self.answer.code == 0 and line.startswith("nvidia-ctk runtime"):
            self.unconfigured = []
            self.note("configured")
        return self.answer

    def look(self, engines: list[str] | None = None, **options: t.Any) -> _container_work.Report:
        source = _container_source.resolve(None, None, None)
        settings = {"version": None, "minimum": "1.19.1", "check_mode": False, "wait": 1.0, **options}
        return _container_work.look(self.run, _container_work.Request(engines=engines, source=source, **settings))


def packages(version: str) -> tuple[_dpkg.Package, ...]:
    return tuple(_dpkg.Package(name, "amd64", version, "ii") for name in _container_toolkit.PACKAGES)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def test_nothing_to_do(world: World) -> None:
    world.seen, world.packages = _engines.Seen(("docker",)), packages("1.19.1-1")
    report = world.look()
    assert (report.changed, world.did, report.version, list(report.engines)) == (False, [], "1.19.1", ["docker"])


def test_from_nothing(world: World) -> None:
    world.current, world.stale = False, {_cdi.SPECIFICATION: "there is none"}
    report = world.look(["podman"])
    assert report.changed and report.version == "1.19.1" and not report.running
    assert world.did[:5] == [
        "write /etc/new", "refresh", "update", "nvidia-container-toolkit-base=1.19.1-1 podman", "collected t1",
    ]  # fmt: skip
    assert world.did[5:] == ["generate", f"write {_cdi.SPECIFICATION}", f"write {_cdi.RECORD}"]
    assert "libdxcore.so" in report.notes[0]


def test_check_mode_does_nothing(world: World) -> None:
    world.current, world.stale = False, {_cdi.SPECIFICATION: "there is none"}
    world.unconfigured, world.seen = ["docker"], _engines.Seen(("docker",))
    report = world.look(check_mode=True)
    assert report.changed and world.did == [] and report.packages is not None
    assert [change.path for change in report.changes] == ["/etc/new", _cdi.SPECIFICATION, _engines.DAEMON_JSON]
    assert "judged only once" in report.notes[0]
    world.current = True
    assert world.look(check_mode=True).packages == ("", "") and world.did == []


def test_docker_desktop_alone_needs_nothing(world: World) -> None:
    world.seen, world.current = _engines.Seen((), "/usr/bin/docker"), False
    report = world.look()
    assert not report.changed and world.did == [] and report.desktop == "/usr/bin/docker" and report.notes


def test_a_source_that_is_too_old_changes_nothing(world: World) -> None:
    world.current = False
    with pytest.raises(_container_toolkit.ContainerToolkitError, match=r"the newest is 1\.19\.1"):
        world.look(minimum="1.20.0")
    assert world.did == []


def test_a_running_transaction_is_followed(world: World) -> None:
    world.running, world.ends = world.transaction("t0", "toolkit"), False
    report = world.look()
    assert report.running and report.changed and report.transaction.id == "t0" and world.did == []  # type: ignore[union-attr]


def test_an_own_transaction_that_goes_on(world: World) -> None:
    world.ends = False
    report = world.look()
    assert report.running and world.did == [
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
    with pytest.raises(_toolkit.ToolkitError, match="t1 failed"):
        world.look(follow="t1")


def test_a_transaction_that_fails(world: World) -> None:
    world.exit_code = 100
    with pytest.raises(_toolkit.ToolkitError, match="t1 failed"):
        world.look()


def test_an_old_index_is_fetched_before_an_engine_comes(world: World) -> None:
    world.packages, world.stale_index = packages("1.19.1-1"), "apt-get update: Could not resolve host"
    report = world.look(["podman"])
    # What is there may do; the plan tells.
    assert world.did[0] == "update" and report.notes[0] == world.stale_index


def test_without_a_gpu_no_specification(world: World) -> None:
    world.packages, world.gpu = packages("1.19.1-1"), _cdi.State(False, "", {}, {}, {})
    report = world.look()
    assert not report.changed and not report.gpu and "no NVIDIA GPU here" in report.notes[0]


def test_docker_is_configured_and_told(world: World) -> None:
    world.seen, world.packages, world.unconfigured = _engines.Seen(("docker",)), packages("1.19.1-1"), ["docker"]
    report = world.look()
    assert world.did == ["nvidia-ctk runtime configure --runtime=docker", "configured", "reload"]
    assert [change.path for change in report.changes] == [_engines.DAEMON_JSON]


@pytest.mark.parametrize(
    ("systemd", "last", "notes"),
    [
        (True, "systemctl try-restart containerd", []),
        (False, "configured", ["restart containerd to let it read its configuration"]),
    ],
)
def test_containerd_reads_its_configuration(world: World, systemd: bool, last: str, notes: list[str]) -> None:
    world.seen, world.packages = _engines.Seen(("containerd",)), packages("1.19.1-1")
    world.unconfigured, world.systemd = ["containerd"], systemd
    report = world.look()
    assert world.did[-1] == last and report.notes == notes


def test_a_drop_in_that_stops_containerd_is_taken_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.seen, world.packages = _engines.Seen(("containerd",)), packages("1.19.1-1")
    world.unconfigured = ["containerd"]
    monkeypatch.setattr(_engines, "drop_in_fits", lambda main, drop_in: False)
    with pytest.raises(_engines.EngineError, match="would have a later version than"):
        world.look()
    assert world.did[-2:] == ["write /etc/containerd/config.toml", "write /etc/containerd/conf.d/99-nvidia.toml"]


def test_a_configuration_that_fails(world: World) -> None:
    world.seen, world.packages, world.unconfigured = _engines.Seen(("docker",)), packages("1.19.1-1"), ["docker"]
    world.answer = Completed(1, "", 'level=error msg="unable to load config"\n')
    with pytest.raises(_engines.EngineError, match="runtime=docker: unable to load config"):
        world.look()
