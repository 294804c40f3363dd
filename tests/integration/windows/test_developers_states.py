# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every state of a developer's side on one simulated laptop, one developer each, from the first run to ``changed=0``.

The pure states are in tests/unit/plugins/plugin_utils/_users/test_developer.py. Prints what was said, and what it
cost, as a table in the end.
"""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, Stdin
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import ask, hand_over

from lab.machine.state import User
from lab.windows.hives import load_hive, unload_hive
from lab.wsl.registrations import FLAGS_WSL1, FLAGS_WSL2, Distribution, Registrations, State, new_id
from tests.integration.windows.test_hand_over import FOLDER, Hosts
from tests.lab.laptop_runner import LaptopRunner

DATA = b"months of work"
NAME = "Debian"
COLUMNS, WIDTH = ["state", "runs", "changed", "images", "imports", "questions", "commands"], 62
"""Of the table that is printed in the end."""
Prepare = t.Callable[["States", User], object]


@dataclass(frozen=True)
class Case:
    """One developer."""

    name: str
    there: bool
    """Logged on."""
    prepare: Prepare
    said: tuple[str, ...]
    """What each run says: ``waiting``, ``handed over``, or a part of its failure."""
    images: int = 0
    """How many times an image was brought, in all runs."""
    imports: int = 0
    """Tasks that were to import it."""
    between: Prepare | None = None
    """What happens before the second run."""
    entra: bool = False
    args: dict[str, t.Any] = field(default_factory=dict)
    keeps: bool = False
    """What is in the developer's disk has to be there still."""
    present: bool = True
    """Has a distribution that can be used in the end."""


class States(Hosts):
    """The laptop, with a developer for each case."""

    def place(self, user: User) -> str:
        """Where an import puts the disk."""
        return f"{user.profile}\\AppData\\Local\\wsl\\{NAME}"

    def developer(self, case: Case, number: int) -> User:
        """The developer of CASE, as the first run finds them."""
        on_mains(self, user := self.laptop.state.users[3 + number])
        if case.there:
            self.laptop.tasks.log_on(user)
        case.prepare(self, user)
        return user

    def changed_registry(self, user: User, change: t.Callable[[Registrations], object]) -> None:
        """Work in the hive of USER, loaded or not."""
        loaded = user.hive_loaded
        load_hive(self.laptop, user)
        change(Registrations(self.laptop.registry, user.sid))
        if not loaded:
            unload_hive(self.laptop, user)

    def drive_file(self, path: str, content: bytes) -> None:
        """A file on the laptop."""
        file = self.laptop.drive.host_path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def registered(
    name: str = NAME, state: int = State.INSTALLED, flags: int = FLAGS_WSL2, here: bool = False, disk: bool = True
) -> Prepare:
    """A distribution of the developer's own; HERE: where a hand-over would have put it."""

    def prepare(states: States, user: User) -> None:
        guid = new_id()
        folder = states.place(user) if here else f"{user.profile}\\AppData\\Local\\wsl\\{guid}"
        if disk:
            states.drive_file(f"{folder}\\ext4.vhdx", DATA)
        item = Distribution(guid, name, folder, state=state, flags=flags)
        states.changed_registry(user, lambda all_: all_.add(item, modern=False, os_release={}))

    return prepare


def nothing(states: States, user: User) -> None:
    """A developer as on the first day."""


def begun(states: States, user: User) -> None:
    """The power went in the middle of an import of ours."""
    registered(state=State.INSTALLING, here=True)(states, user)
    states.drive_file(f"{states.place(user)}.wslfleet-import", b"begun")


def without(name: str) -> Prepare:
    """The developer's distribution without the value NAME."""

    def prepare(states: States, user: User) -> None:
        registered()(states, user)
        key = Registrations(states.laptop.registry, user.sid).key
        for guid in states.laptop.registry.subkeys(key):
            states.laptop.registry.delete(f"{key}\\{guid}", name)

    return prepare


def disk_alone(states: States, user: User) -> None:
    """A disk, and nothing is registered."""
    states.drive_file(f"{states.place(user)}\\ext4.vhdx", DATA)


def result(word: bytes, name: str = "done.txt") -> Prepare:
    """What a task of an older run has left, or the developer has written there."""

    def prepare(states: States, user: User) -> None:
        states.drive_file(f"{FOLDER}\\{user.sid}-{name}", word)

    return prepare


def gives_up(states: States, user: User) -> None:
    """``wsl.exe --unregister``"""
    line = f'set X=1&"C:\\Program Files\\WSL\\wsl.exe" --unregister {NAME}'
    assert LaptopRunner(states.laptop, user).run(line).exit_code == 0


def logs_on(states: States, user: User) -> None:
    """What waits for that starts, and ends."""
    states.laptop.tasks.log_on(user)
    for name in states.laptop.tasks.names():
        states.laptop.tasks.wait(name)


def on_battery(states: States, user: User) -> None:
    states.laptop.state.on_battery = True


def on_mains(states: States, user: User) -> None:
    states.laptop.state.on_battery = False


def disconnected(states: States, user: User) -> None:
    """The session is there, and no screen shows it."""
    states.laptop.registry.set(f"HKU\\{user.sid}\\Volatile Environment\\1", "SESSIONNAME", "REG_SZ", "")


def another_image(states: States, user: User) -> None:
    states.image.write_bytes(states.image.read_bytes() + b"\0" * 10240)


DONE, LOGON = "handed over", "awaiting logon of"
CASES = [
    Case("there, nothing", True, nothing, (DONE, DONE), 1, 1),
    Case("there in a session without a screen", True, disconnected, (DONE, DONE), 1, 1),
    Case("away, nothing", False, nothing, (DONE, DONE), 1, 1),
    Case("there, has it", True, registered(), (DONE, DONE), keeps=True),
    Case("away, has it", False, registered(), (DONE, DONE, DONE), keeps=True),
    Case("away, has it in another case", False, registered("DEBIAN"), (DONE, DONE), keeps=True),
    Case("there, has it in another case", True, registered("debian"), (DONE, DONE), keeps=True),
    Case("there, WSL 1", True, registered(flags=FLAGS_WSL1), ("wsl_1", "wsl_1"), keeps=True, present=False),
    Case("away, WSL 1", False, registered(flags=FLAGS_WSL1), ("wsl_1", "wsl_1"), keeps=True, present=False),
    Case("there, installs it now", True, registered(state=State.INSTALLING), ("unfinished",) * 2, keeps=True,
         present=False),
    Case("there, installs it in our place", True, registered(state=State.INSTALLING, here=True), ("unfinished",) * 2,
         keeps=True, present=False),
    Case("away, half installed, not ours", False, registered(state=State.INSTALLING), ("unfinished",) * 2, keeps=True,
         present=False),
    Case("there, half installed by us", True, begun, (DONE, DONE), 1, 1),
    Case("away, half installed by us", False, begun, (DONE, DONE), 1, 1),
    Case("there, half deleted", True, registered(state=State.UNINSTALLING), ("unfinished",) * 2, keeps=True,
         present=False),
    Case("there, no folder in the registry", True, without("BasePath"), ("damaged",) * 2, keeps=True,
         present=False),
    Case("there, no name in the registry", True, without("DistributionName"), ("damaged",) * 2, keeps=True,
         present=False),
    Case("there, the disk is gone", True, registered(here=True, disk=False), ("disk_missing",) * 2, present=False),
    Case("there, a disk alone", True, disk_alone, ("disk_left",) * 2, keeps=True, present=False),
    Case("away, answers with a disk in our place", False, registered(here=True), (DONE, DONE), keeps=True),
    Case("Entra, away, nothing", False, nothing, (LOGON, LOGON), 1, 0, entra=True, present=False),
    Case("Entra, away, logs on then", False, nothing, (LOGON, DONE, DONE), 1, 1, logs_on, entra=True),
    Case("Entra, away, has it", False, registered(), ("not_known", "not_known"), entra=True, keeps=True, present=False),
    Case("Entra, away, has it, logs on", False, registered(), ("not_known", DONE, DONE), 0, 0, logs_on, entra=True,
         keeps=True),
    Case("Entra, away, another image meanwhile", False, nothing, (LOGON, LOGON, LOGON), 2, 0, another_image,
         entra=True, present=False),
    Case("on battery", True, on_battery, ("on_battery", DONE, DONE), 1, 1, on_mains, args={"on_battery": False}),
    Case("away, on battery", False, on_battery, ("on_battery", "on_battery"), args={"on_battery": False},
         present=False),
    Case("gives it up", True, nothing, (DONE, DONE, DONE), 2, 2, gives_up),
    Case("an older task did it", True, lambda s, u: (registered()(s, u), result(b"ok\r\n")(s, u)), (DONE, DONE),
         keeps=True),
    Case("an older task failed", True, result(b"failed\r\n"), ("importing Debian failed", DONE, DONE), 1, 1),
    Case("an older task, half a result", True, result(b"o"), (DONE, DONE), 1, 1),
    Case("an older task, a damaged result", True, result(b"\xff\x00 ok"), (DONE, DONE), 1, 1),
    Case("claims to have it", True, result(b"ok\r\n"), (DONE, DONE), 1, 1),
]  # fmt: skip


DOZEN = 12
MOST = len(CASES) + 4 + DOZEN


def sid_of(number: int) -> str:
    """Of an Entra account where the case is about one."""
    entra = number < len(CASES) and CASES[number].entra
    return f"{'S-1-12-1-1-2-3' if entra else 'S-1-5-21-1004336348-1177238915-682003330'}-{2000 + number}"


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[States]:
    others = [User(f"dev{number}", sid_of(number), "x", admin=False, hive_loaded=False) for number in range(MOST)]
    made = States(tmp_path_factory.mktemp("states"), others=others)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hand_over, "POLL_SECONDS", 0.05)
        patch.setattr(ask, "WAITS", (0.03,) * 200)
        yield made
    made.laptop.shut_down()


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_state(states: States, rows: list[dict[str, t.Any]], number: int) -> None:
    case = CASES[number]
    user = states.developer(case, number)
    before = {run["time"] for run in states.journal("")}
    said, images, changed, commands = [], 0, [], []
    for turn in range(len(case.said)):
        if turn == 1 and case.between:
            case.between(states, user)
        outcome = states.task(windows_user=[user.sid], **case.args)
        found = outcome["hand_over"][0] if "hand_over" in outcome else {}
        said.append(outcome.get("msg") or (found["waiting"] if found["waiting"] in _OWN else outcome["status"]))
        images += sum(step.startswith("copy ") for step in outcome.get("steps", []))
        changed.append(bool(outcome["changed"]))
        commands.append(str(len(states.runner.lines)))
    runs = [run for run in states.journal("") if run["time"] not in before]
    imports = sum("--import" in run["line"] for run in runs)
    rows.append(
        {
            "state": case.name,
            "runs": " | ".join(text[:24] for text in said),
            "changed": " ".join("yes" if one else "no" for one in changed),
            "images": str(images),
            "imports": str(imports),
            "questions": str(len(runs) - imports),
            "commands": " ".join(commands),
        }
    )
    assert all(wanted in text for wanted, text in zip(case.said, said)), said
    assert (images, imports, changed[-1]) == (case.images, case.imports, False)
    disks = [path.read_bytes() for path in states.laptop.drive.host_path(user.profile).rglob("ext4.vhdx")]
    assert (DATA in disks) is case.keeps
    load_hive(states.laptop, user)
    item = Registrations(states.laptop.registry, user.sid).find(NAME)
    usable = item is not None and item.state == State.INSTALLED and item.version == 2 and item.vhd is not None
    assert (usable and states.laptop.drive.exists(str(item and item.vhd))) is (
        case.present or (case.entra and case.keeps)
    )
    if LOGON not in said[-1]:
        assert states.left() == []
    for name in states.laptop.tasks.names():
        states.laptop.tasks.delete(name)


_OWN = ("wsl_1", "unfinished", "damaged", "disk_missing", "disk_left", "not_known", "on_battery")


def test_a_dozen_developers_in_different_states_at_once(states: States) -> None:
    """More than one command line can name; nobody's state keeps the others from theirs."""
    extra = states.laptop.state.users[3 + len(CASES) + 4 :]
    assert len(extra) == DOZEN
    registered()(states, extra[0])
    registered(flags=FLAGS_WSL1)(states, extra[1])
    disk_alone(states, extra[2])
    for user in extra[5:]:
        registered(here=True)(states, user)
    for user in extra[2:4]:
        states.laptop.tasks.log_on(user)
    # What nobody but that developer can have written, and no more than an answer of 16 MiB is taken from any host.
    result(b"ok\r\n" * (5 << 20))(states, extra[4])
    for changed, spoiled in ((True, {extra[4].name: "spoiled"}), (True, {}), (False, {})):
        outcome = states.task(windows_user=[user.sid for user in extra])
        assert (outcome.get("msg"), outcome["changed"]) == (None, changed)
        waits = {row["user"]: row["waiting"] for row in outcome["hand_over"] if row["waiting"]}
        assert waits == {extra[1].name: "wsl_1", extra[2].name: "disk_left", **spoiled}
    assert states.left() == []


def test_who_never_logged_on_keeps_nobody_from_theirs(states: States) -> None:
    user = states.developer(Case("with another one", True, nothing, ()), len(CASES))
    for changed in (True, False):
        outcome = states.task(windows_user=[user.sid, "carl"])
        assert (outcome.get("msg"), outcome["changed"], outcome["present"]) == (None, changed, False)
        assert [(row["user"], row["waiting"]) for row in outcome["hand_over"]] == [
            (user.name, ""),
            ("carl", "no_profile"),
        ]
        assert outcome["status"] == "awaiting logon of carl"
    alone = states.task(windows_user=["carl"])
    assert (alone["changed"], alone["image_needed"]) == (False, False)


class Writing(LaptopRunner):
    """The developer puts something into the folder for the answer just before COMMAND looks at it.

    Their task has ended by then: otherwise it could still write its own answer over that.
    """

    def __init__(self, states: States, write: t.Callable[[Path], object], command: str) -> None:
        super().__init__(states.laptop)
        self._folder, self._write = states.laptop.drive.host_path(ask.Place(NAME).folder), write
        self._command = command

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        """See ``LaptopRunner.run``."""
        if f"{self._command} " in line and "ask-" in line:
            for log in self._folder.glob("*-log.txt"):
                done, end = log.with_name(log.name.replace("log", "done")), time.monotonic() + 60
                while not done.stat().st_size:
                    assert time.monotonic() < end, "the task did not end"
                    time.sleep(0.02)
                self._write(log)
        return super().run(line, stdin, timeout)


@pytest.mark.parametrize(("number", "what"), [(0, "a link"), (1, "a giant"), (2, "another word")])
def test_an_answer_that_is_not_one(states: States, number: int, what: str) -> None:
    """Nothing is read, nothing is built for a developer who has a disk, and the run goes on."""
    writes: dict[str, t.Callable[[Path], object]] = {
        "a link": lambda log: log.is_symlink() or (log.unlink(), log.symlink_to("/etc/hostname")),
        "a giant": lambda log: log.write_bytes(b"x" * (ask.MOST_BYTES + 1)),
        "another word": lambda log: log.with_name(log.name.replace("log", "done")).write_bytes(b"\x1b]52;c;x\x07 ok"),
    }
    user = states.developer(Case(what, False, registered(), ()), len(CASES) + 1 + number)
    # A word is written over that of the task, which has ended when it is read.
    command = "type" if what == "another word" else "dir /-c"
    outcome = states.task(Writing(states, writes[what], command), windows_user=[user.sid])
    assert (outcome.get("msg"), outcome["changed"]) == (None, False)
    assert outcome["hand_over"][0]["waiting"] == "not_known"
    assert states.left() == []
