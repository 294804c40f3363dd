# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fresh provisioning is interrupted after every WinRS command, between the steps of the order for Linux, and inside
the long ones; the next run ends the same.

One laptop is provisioned without interruption, and its state is kept after each of its commands and steps: that is what
is left when the connection or the power is cut there. Commands that change nothing leave the same state, so one laptop
stands for all of them. Other laptops really lose their connection, or their power, inside a command.

All of them are run again and then compared with the first: drive, registry, Windows, every file of the distribution.
What was cut on the Windows side is run up to the distribution and compared with what the first one was like there; that
state is one of those which are run to the end, and what follows from equal states is the same.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import threading
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lab.laptops import snapshot
from lab.laptops.laptop import Laptop
from lab.linux import images
from lab.machine.process import Command
from lab.server import fleet
from lab.windows import boot, lab_msi
from tests.integration.laboratory import Lab, Run

pytestmark = pytest.mark.lab

WINDOWS_SIDE = Path(__file__).parent / "windows" / "role.yml"
WHOLE = "fresh-1"
VERSION = "2.6.3.0"
DISTRIBUTION, IMAGE = "Debian-13", "debian-13"
THESIS = "C/Users/developer/Documents/thesis.txt"
INTO_LINUX = " --exec /bin/sh "
ORDER = "/proc/self/fd/"
"""Stands in the command line of whatever carries an order out, which goes on without a client."""
ORDER_STATE = "upper/var/lib/wslfleet/order/state.json"
FORKS = "8"

INSIDE: dict[str, dict[str, dict[str, t.Any]]] = {
    "inside-dism": {
        "servicing_is_slow": {"seconds": 3, "count": 1},
        "connection_cut": {"match": "Enable-Feature", "seconds": 1, "count": 1},
    },
    "inside-upload": {"connection_cut": {"match": "tar.exe -xf -", "after_input": 20_000, "count": 1}},
    "inside-msiexec": {
        "installer_is_slow": {"seconds": 3, "count": 1},
        "connection_cut": {"match": "msiexec.exe", "seconds": 1, "count": 1},
    },
    "inside-import": {"connection_cut": {"match": " --import ", "after_input": 2_000_000, "count": 1}},
}
"""Laptop -> the faults that cut its connection inside one command."""
INSIDE_APT = ("inside-apt", "power-lost-in-apt")
"""They lose their connection and their power as soon as dpkg configures packages there, which takes a while."""
SLOW_DPKG = ("etc/dpkg/dpkg.cfg.d/slow", "pre-invoke=sleep 4\n")

_DIFFERS = re.compile(
    # The lock of a run that was cut goes with the next run that changes something, or is ignored when its time is over.
    r"(?x) .*\.log | C/Windows/Temp/.* | C/Program\ Files/wslfleet/lock(/.*)? | distributions/\w+/upper/("
    r"var/log/.* | var/cache/.* | var/lib/apt/.* | var/lib/wslfleet/.* | var/lib/dpkg/status-old | (tmp|run)(/.*)?)"
)
"""Files that say when and how often something was done."""
BOOTS = ("boot_id", "boot_time", "reboots")
_GUID = re.compile(r"\{[0-9a-f-]{36}\}")

State = t.Dict[str, t.Any]


@dataclass
class Recorder:
    """Keeps the state of a laptop after each of its commands."""

    laptop: Laptop
    folder: Path
    commands: int = 0
    steps: int = 0
    one: threading.Lock = field(default_factory=threading.Lock)
    names: dict[str, str] = field(default_factory=dict)
    """Digest of a state -> the laptop that will come up with it."""
    windows_side: list[str] = field(default_factory=list)
    linux_side: list[str] = field(default_factory=list)
    before_packages: str = ""
    """The state before packages were installed or removed for the last time."""
    _packages: str = ""

    def after_command(self, command: Command) -> None:
        """What is under way inside a distribution goes on without a client, so its end is waited for."""
        self.commands += 1
        self._keep(f"after-{self.commands:02}", INTO_LINUX in command.line)

    def after_steps(self, ended: threading.Event) -> None:
        """Keep the state between two steps of an order, which no command ends. ENDED: no playbook runs."""
        done = 0
        while not ended.wait(0.005):
            rows = [len(_rows(path)) for path in self.laptop.directory.glob(f"distributions/*/{ORDER_STATE}")]
            if rows and rows[0] != done:
                done = rows[0]
                self.steps += 1
                with snapshot.paused(self.laptop):
                    self._keep(f"step-{self.steps:02}", linux=True, wait=False)

    def _keep(self, name: str, linux: bool, wait: bool = True) -> None:
        with self.one:
            if wait:
                snapshot.wait_for_packages(self.laptop, ORDER)
            self._keep_now(name, linux)

    def _keep_now(self, name: str, linux: bool) -> None:
        restarts = self.laptop.reboot_scheduled
        files = snapshot.files(self.laptop.directory)
        digest = hashlib.sha256(json.dumps([restarts, sorted(files.items())]).encode()).hexdigest()
        if digest in self.names:
            return
        self.names[digest] = name
        snapshot.copy(self.laptop.directory, self.folder / name)
        if restarts:
            _restart(self.folder / name)
        self._note(name, files, linux)

    def _note(self, name: str, files: dict[str, str], linux: bool) -> None:
        known = [*self.windows_side, *self.linux_side]
        packages = next((seen for path, seen in files.items() if path.endswith("upper/var/lib/dpkg/status")), "")
        if packages != self._packages:
            self._packages, self.before_packages = packages, known[-1]
        (self.linux_side if linux or self.linux_side else self.windows_side).append(name)


def _rows(path: Path) -> list[t.Any]:
    """The steps that an order whose state is in PATH has done."""
    try:
        found: list[t.Any] = json.loads(path.read_text(encoding="utf-8"))["rows"]
    except (OSError, ValueError):
        return []
    return found


def _restart(directory: Path) -> None:
    """The restart that was ordered happens, although nobody is connected any more."""
    laptop = Laptop(directory, images.default_cache())
    boot.apply_pending(laptop)
    laptop.save()


Prepare = t.Callable[[fleet.Fleet], None]


class Laptops:
    """The laptops of one state directory, in this process, and the playbooks for them."""

    def __init__(self, state: Path) -> None:
        self.lab = Lab(state)
        self.folder = state / "laptops"
        package, image = state / f"wsl.{VERSION}.x64.msi", state / "image.tar"
        package.write_bytes(lab_msi.build(VERSION))
        image.write_bytes(images.stand_in(IMAGE, size=4 << 20))
        self.ended = threading.Event()
        """No playbook runs."""
        self._variables = {
            "windows_host_wsl_msi": str(package),
            "windows_host_distribution": DISTRIBUTION,
            "windows_host_distribution_source": str(image),
            "cuda_components": ["libraries"],
            "cuda_version": "12.8",
            "cuda_host_compiler": False,
            "cuda_smoke_test": False,
            "wslfleet_reconnect_timeout": 0,
        }

    def run(self, names: t.Iterable[str], playbook: str | Path = "provision", prepare: Prepare | None = None) -> Run:
        """Start all laptops, PREPARE them, run PLAYBOOK on those called NAMES, stop all."""
        running = fleet.Fleet(self.lab.state)
        self.ended.clear()
        try:
            running.start()
            if prepare:
                prepare(running)
            return self.lab.playbook(playbook, "--forks", FORKS, "--limit", ",".join(names), variables=self._variables)
        finally:
            self.ended.set()
            running.stop()

    def state(self, name: str) -> State:
        """Everything about the laptop NAME but times, numbers of boots, and names made by chance."""
        directory = self.folder / name
        disks = [path.name for path in (directory / "distributions").iterdir()]
        assert len(disks) == 1, f"{name}: disks {disks}"
        windows = json.loads((directory / "laptop.json").read_text(encoding="utf-8"))
        registry = _GUID.sub("{}", (directory / "registry.json").read_text(encoding="utf-8").lower())
        values = {key: value for key, value in json.loads(registry).items() if not key.endswith("prefetchparameters")}
        files = {path: seen for path, seen in snapshot.files(directory).items() if not _DIFFERS.fullmatch(path)}
        for path in [path for path in files if path.endswith("ext4.vhdx")]:
            files[path] = files[path].rpartition(" ")[0]  # it holds the disk's name
        return {
            **{path.replace(disks[0], "disk"): seen for path, seen in files.items()},
            "laptop.json": {key: value for key, value in windows.items() if key not in BOOTS},
            "registry.json": values,
        }

    def reboots(self, names: t.Iterable[str]) -> list[int]:
        """How often each of NAMES was restarted."""
        states = [json.loads((self.folder / name / "laptop.json").read_text(encoding="utf-8")) for name in names]
        return [state["reboots"] for state in states]

    def check_same(self, names: t.Iterable[str], wanted: State) -> None:
        """The laptops called NAMES are in the state WANTED; nothing that was there before is lost."""
        found = {name: self.state(name) for name in names}
        different = {
            f"{name} {path}": (wanted.get(path), state.get(path))
            for name, state in found.items()
            for path in {*wanted, *state}
            if wanted.get(path) != state.get(path)
        }
        assert different == {}
        assert {name: state[THESIS] for name, state in found.items()} == dict.fromkeys(found, wanted[THESIS])


@pytest.fixture(scope="module")
def laptops(tmp_path_factory: pytest.TempPathFactory) -> Laptops:
    """A fresh laptop with somebody's work on it, and one more for every command that is cut in the middle."""
    state = tmp_path_factory.mktemp("interruptions")
    fleet.prepare(
        state, fleet.Wanted([("fresh", 1)], [], "en-US", real_compiler=False, package_archive=False), say=print
    )
    found = Laptops(state)
    (found.folder / WHOLE / THESIS).write_text("a year of work", encoding="utf-8")
    for name in INSIDE:
        snapshot.copy(found.folder / WHOLE, found.folder / name)
    return found


def _slow(laptop: Path) -> Path:
    """The file that makes dpkg slow in the only distribution of the laptop in the folder LAPTOP."""
    [disk] = (laptop / "distributions").iterdir()
    return disk / "upper" / SLOW_DPKG[0]


def _make_slow(laptop: Path) -> None:
    file = _slow(laptop)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(SLOW_DPKG[1], encoding="ascii")


def _make_quick(laptop: Path) -> None:
    """As before; nothing of it stays, not even folders."""
    file = _slow(laptop)
    file.unlink()
    for folder in list(file.parents)[:2]:
        if not any(folder.iterdir()):
            folder.rmdir()


def _when_dpkg_configures(laptops: Laptops, laptop: Laptop, strike: t.Callable[[Laptop], None]) -> None:
    def wait() -> None:
        while not laptops.ended.wait(0.1):
            if snapshot.configures_packages(laptop):
                strike(laptop)
                return

    threading.Thread(target=wait, name=f"{laptop.name}: wait for dpkg", daemon=True).start()


def test_the_next_run_ends_the_same(laptops: Laptops, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorders: list[Recorder] = []

    def record(running: fleet.Fleet) -> None:
        whole = running.laptops[WHOLE]
        recorders.append(Recorder(whole, tmp_path / "states"))
        whole.after_command.append(recorders[0].after_command)
        threading.Thread(target=recorders[0].after_steps, args=[laptops.ended], daemon=True).start()
        for name, faults in INSIDE.items():
            for fault, settings in faults.items():
                running.laptops[name].faults.switch_on(fault, **settings)

    def lose(running: fleet.Fleet, laptop: Laptop) -> None:
        """Also between two looks: a laptop that answers the next one has lost nothing."""
        laptop.faults.switch_on("connection_refused")
        running.cut(laptop)

    def strike_apt(running: fleet.Fleet) -> None:
        for name, strike in zip(INSIDE_APT, (functools.partial(lose, running), Laptop.reboot), strict=True):
            _when_dpkg_configures(laptops, running.laptops[name], strike)

    first = laptops.run([WHOLE, *INSIDE], prepare=record)
    [seen] = recorders
    lost = {name: row["unreachable"] for name, row in first.recap.items()}
    assert (lost, first.recap[WHOLE]["failed"]) == ({WHOLE: 0, **dict.fromkeys(INSIDE, 1)}, 0), first.output
    for name in INSIDE_APT:
        snapshot.copy(tmp_path / "states" / seen.before_packages, laptops.folder / name)
        _make_slow(laptops.folder / name)
    for name in [*seen.windows_side, *seen.linux_side]:
        (tmp_path / "states" / name).rename(laptops.folder / name)

    # The last state of the Windows side is that of a laptop with a new distribution: what the others have to reach.
    windows_done = laptops.state(seen.windows_side[-1])
    cut_on_windows = [*seen.windows_side[:-1], *INSIDE]
    again = laptops.run(cut_on_windows, WINDOWS_SIDE)
    assert again.code == 0, again.output
    laptops.check_same(cut_on_windows, windows_done)

    # What the last command left is the laptop that was not interrupted.
    cut_on_linux = [seen.windows_side[-1], *seen.linux_side[:-1]]
    rest = laptops.run([*cut_on_linux, *INSIDE_APT], prepare=strike_apt)
    lost = {name: row["unreachable"] for name, row in rest.recap.items()}
    connection, power = INSIDE_APT
    # A laptop that is up again when the next look comes tells what became of the step; else it is out of reach.
    assert lost == {**dict.fromkeys(cut_on_linux, 0), connection: 1, power: lost[power]}, rest.output
    failed = [name for name, row in rest.recap.items() if row["failed"]]
    assert failed == ([] if lost[power] else [power]), rest.output
    assert rest.lines("apt") and rest.lines("continues there: run again"), rest.output
    assert lost[power] or rest.lines("the distribution was stopped in the middle of step"), rest.output

    for name in INSIDE_APT:
        _make_quick(laptops.folder / name)
    (laptops.folder / connection / "faults.json").unlink()
    last = laptops.run([WHOLE, *INSIDE_APT])
    assert (last.code, last.recap[WHOLE]["changed"]) == (0, 0), last.output
    laptops.check_same([seen.linux_side[-1], *cut_on_linux, *INSIDE_APT], laptops.state(WHOLE))
    once = [WHOLE, *cut_on_windows, *cut_on_linux, "inside-apt"]
    assert (laptops.reboots(once), laptops.reboots(["power-lost-in-apt"])) == ([1] * len(once), [2])

    inside = [*INSIDE, *INSIDE_APT]
    states, count = len(seen.names), seen.commands + seen.steps + len(inside)
    with capsys.disabled():
        print(
            f"\n{count} interruptions of a fresh provisioning, {count} same final state: after each of {seen.commands}"
            f" WinRS commands and of {seen.steps} steps in Linux, which leave {states} different states;"
            f" {', '.join(inside)}"
        )
