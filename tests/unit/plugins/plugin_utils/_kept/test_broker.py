# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A broker in a process of its own, as a task starts it, with a session that only pretends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time
import typing as t
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept import broker
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.client import Kept, KeptFailed, NotKept
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.session import NotBegun
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.before import Before
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable, OutputTooLong

SECONDS = 30.0


class FakeSession:
    """Does what a command says. Runs in the broker; tells the test by files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0

    def start(self) -> None:
        with (self._folder / "started").open("a") as log:
            log.write(f"{os.getpid()}\n")
        if (self._folder / "refuse").exists():
            raise NotBegun("no python")
        if (self._folder / "surprise").exists():
            raise KeyError("surprise")
        if (self._folder / "shared").exists():
            memory = SharedMemory(create=True, size=16)
            memory.close()
            memory.unlink()
        if (self._folder / "away").exists():
            raise HostUnreachable("pc: it is off")

    def run(
        self, command: str, payload: bytes, given_up: t.Callable[[], bool], before: tuple[str, bytes] | None = None
    ) -> Completed:
        self._number += 1
        if before:
            return Completed(self._number, repr([before, command, payload]).encode(), b"")
        word, _, rest = command.partition(" ")
        if word == "wait":
            (self._folder / "waiting").touch()
            deadline = time.monotonic() + 60
            while not given_up() and not (self._folder / "go").exists() and time.monotonic() < deadline:
                time.sleep(0.01)
            if given_up():
                (self._folder / "given up").touch()
                raise HostUnreachable("nobody waits")
        if word == "lost":
            raise HostUnreachable("pc: lost, so the outcome is unknown")
        if word == "long":
            raise OutputTooLong("pc: too much")
        if word == "dead":
            raise NotBegun("the session has ended")
        if word == "bug":
            raise KeyError("bug")
        if word == "open":
            rest = json.dumps(
                sorted(os.readlink(file) for file in Path("/proc/self/fd").iterdir() if file.is_symlink())
            )
        return Completed(self._number, payload + rest.encode(), b"err")

    def end(self) -> None:
        (self._folder / "ended").touch()


class Place:
    """A place to keep a session of."""

    def __init__(self, folder: Path, seconds: float = SECONDS) -> None:
        self.folder = folder
        self.kept = Kept(folder, ["pc", "anna"], ["secret"])
        self.seconds = seconds

    def start(self, listener: socket.socket) -> None:
        broker.start(listener, self.kept, lambda: FakeSession(self.folder), self.seconds)

    def run(self, command: str, payload: bytes = b"") -> tuple[int, bytes, bytes]:
        return self.kept.run(command, payload, self.start)

    @property
    def brokers(self) -> list[int]:
        file = self.folder / "started"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def gone(self, pid: int, seconds: float = 30) -> bool:
        return until(lambda: _state(pid) in ("", "Z"), seconds)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return ""


def until(condition: t.Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Place]:
    """Below /tmp, which every user can reach, as the path of pytest's folder for a test need not be."""
    monkeypatch.setattr(broker, "_LOOK_SECONDS", 0.05)
    with tempfile.TemporaryDirectory(dir="/tmp") as top:
        folder = Path(top, "p")
        folder.mkdir(mode=0o700)
        made = Place(folder)
        yield made
        made.kept.end()
        assert all(made.gone(pid) for pid in set(made.brokers))


def test_one_broker_for_all_tasks(place: Place) -> None:
    assert place.run("do x", b"\0\xff") == (1, b"\0\xffx", b"err")
    assert place.run("do y") == (2, b"y", b"err")
    assert len(place.brokers) == 1
    assert stat.S_ISSOCK(place.kept.path.stat().st_mode)


def test_steps_before_a_command(place: Place) -> None:
    steps = Before("script\n", b"\0stdin", "token")
    code, out, _err = place.kept.run("do", b"payload", place.start, steps)
    assert (code, out) == (1, repr([("script\n", b"\0stdin"), "do", b"payload"]).encode())


def test_it_holds_nothing_of_the_task(place: Place) -> None:
    read, write = os.pipe()
    os.set_inheritable(write, True)
    opened = json.loads(place.run("open")[1])
    os.close(write)
    assert os.read(read, 1) == b"", "the broker holds the other end"
    os.close(read)
    assert {name for name in opened if not name.startswith("socket:")} <= {"/dev/null"}
    (pid,) = place.brokers
    assert os.getsid(pid) != os.getsid(0)
    assert os.readlink(f"/proc/{pid}/cwd") == str(Path.cwd()), "where relative paths of variables begin"


def _children() -> set[str]:
    """The processes of this one, ended ones too: other tests may have left some."""
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False
    )
    return set(found.stdout.split())


def test_its_child_is_not_left_to_the_task(place: Place) -> None:
    before = _children()
    place.run("do")
    assert len(_children() - before) == 1, "only ps itself"


def test_the_end_is_waited_for(place: Place) -> None:
    place.run("do")
    place.kept.end()
    assert (place.folder / "ended").exists()
    assert not place.kept.path.exists()
    place.kept.end()


def test_after_the_end_another_one_starts(place: Place) -> None:
    place.run("do")
    place.kept.end()
    assert place.run("do")[0] == 1
    assert len(set(place.brokers)) == 2


def test_a_task_that_starts_nothing(place: Place) -> None:
    with pytest.raises(NotKept, match="there is no session"):
        place.kept.run("do", b"", None)


@pytest.mark.parametrize("other", [Kept(Path("/x"), ["pc", "anna"], ["other"]).identity, "", None])
def test_other_credentials(place: Place, other: str | None) -> None:
    place.run("do")
    stranger = Kept(place.folder, ["pc", "anna"], ["secret"])
    stranger.identity = other
    with pytest.raises(NotKept, match="the session belongs to other credentials"):
        stranger.run("do", b"", place.start)
    assert place.run("do")[0] == 2


def test_the_name_tells_nothing_of_the_password() -> None:
    assert Kept(Path("/x"), ["pc"], ["one"]).path == Kept(Path("/x"), ["pc"], ["two"]).path
    assert Kept(Path("/x"), ["pc"], ["one"]).path != Kept(Path("/x"), ["pc2"], ["one"]).path


def test_another_place_has_another_session(place: Place) -> None:
    place.run("do")
    with pytest.raises(NotKept, match="there is no session"):
        Kept(place.folder, ["pc", "ben"], ["secret"]).run("do", b"", None)


def test_a_second_task_meanwhile_goes_the_ordinary_way(place: Place) -> None:
    results: list[tuple[int, bytes, bytes]] = []
    first = threading.Thread(target=lambda: results.append(place.run("wait")))
    first.start()
    assert until((place.folder / "waiting").exists)
    with pytest.raises(NotKept, match="the session is busy with another task"):
        place.run("do")
    (place.folder / "go").touch()
    first.join()
    assert results == [(1, b"", b"err")]
    assert place.run("do")[0] == 2


@pytest.mark.parametrize(
    "command, kind", [("lost", "HostUnreachable"), ("long", "OutputTooLong"), ("bug", "HostUnreachable")]
)
def test_what_may_have_begun_is_told_so(place: Place, command: str, kind: str) -> None:
    with pytest.raises(KeptFailed) as error:
        place.run(command)
    assert error.value.kind == kind
    if command == "bug":
        assert place.gone(place.brokers[0])
    assert place.run("do")[1] == b""


def test_a_dead_session_is_replaced_at_the_next_task(place: Place) -> None:
    place.run("do")
    with pytest.raises(NotKept, match="the session has ended"):
        place.run("dead")
    assert place.run("do")[0] == 1, "a new session counts anew"
    assert len(set(place.brokers)) == 1


def test_what_cannot_be_had_is_not_tried_again(place: Place) -> None:
    (place.folder / "refuse").touch()
    for _task in range(3):
        with pytest.raises(NotKept, match="no python"):
            place.run("do")
    assert len(place.brokers) == 1


def test_a_surprise_while_it_is_started_leaves_the_task_to_the_ordinary_way(place: Place) -> None:
    (place.folder / "surprise").touch()
    for _turn in range(2):
        with pytest.raises(NotKept, match="KeyError"):
            place.run("do x")
    assert len(place.brokers) == 1


def test_it_has_shared_memory_of_its_own(place: Place) -> None:
    """Core hands ssh the password through it; the task may have used it before."""
    memory = SharedMemory(create=True, size=16)
    (place.folder / "shared").touch()
    assert place.run("do x") == (1, b"x", b"err")
    memory.close()
    memory.unlink()


def test_a_laptop_that_is_away_ends_it(place: Place) -> None:
    (place.folder / "away").touch()
    with pytest.raises(NotKept, match="it is off"):
        place.run("do")
    assert place.gone(place.brokers[0])
    (place.folder / "away").unlink()
    assert place.run("do")[0] == 1


def test_silence_ends_it(place: Place) -> None:
    place.seconds = 0.3
    place.run("do")
    assert place.gone(place.brokers[0])
    assert (place.folder / "ended").exists() and not place.kept.path.exists()


def test_without_its_socket_it_ends(place: Place) -> None:
    place.run("do")
    place.kept.path.unlink()
    assert place.gone(place.brokers[0])
    assert (place.folder / "ended").exists()


def test_it_leaves_the_socket_of_another_one(place: Place) -> None:
    place.run("do")
    first = place.brokers[0]
    place.kept.path.unlink()
    assert place.run("do")[0] == 1
    assert place.gone(first)
    assert place.run("do")[0] == 2


def test_a_task_that_goes_away_ends_its_job(place: Place) -> None:
    child = os.fork()
    if child == 0:
        try:
            place.run("wait")
        finally:
            os._exit(0)
    assert until((place.folder / "waiting").exists)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert until((place.folder / "given up").exists)
    assert place.gone(place.brokers[0])


def test_it_ends_with_the_playbook(place: Place) -> None:
    """The playbook is the parent of the task."""
    playbook = os.fork()
    if playbook == 0:
        task = os.fork()
        if task == 0:
            place.run("do")
            os._exit(0)
        os.waitpid(task, 0)
        os._exit(0)
    os.waitpid(playbook, 0)
    assert place.gone(place.brokers[0])


@pytest.mark.parametrize("look_seconds", [0.05, 0.0], ids=["asleep", "awake"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_killed_in_the_middle_of_a_job(
    place: Place, monkeypatch: pytest.MonkeyPatch, number: int, look_seconds: float
) -> None:
    """Whatever it does at that moment. Awake: Python 3.13 lost the signal, since a thread forks the broker here."""
    monkeypatch.setattr(broker, "_LOOK_SECONDS", look_seconds)
    failures: list[str] = []

    def task() -> None:
        try:
            place.run("wait")
        except KeptFailed as error:
            failures.append(str(error))

    first = threading.Thread(target=task)
    first.start()
    assert until((place.folder / "waiting").exists)
    os.kill(place.brokers[0], number)
    first.join(30)
    assert len(failures) == 1
    assert "outcome is unknown" in failures[0] or "nobody waits" in failures[0]
    assert place.gone(place.brokers[0])
    (place.folder / "go").touch()
    assert place.run("do")[0] == 1, "the socket of one that was killed is replaced"


def test_a_folder_that_others_may_enter(place: Place) -> None:
    place.folder.chmod(0o755)
    with pytest.raises(NotKept, match="is not the user's alone"):
        place.run("do")


def test_a_path_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(NotKept, match="too long for the name of a socket"):
        Kept(tmp_path / ("x" * 100), [], []).run("do", b"", None)


def test_another_user_is_not_served(place: Place) -> None:
    place.run("do")
    for folder in (place.folder, place.folder.parent):
        folder.chmod(0o711)
    place.kept.path.chmod(0o777)
    program = (
        "import socket, sys; s = socket.socket(socket.AF_UNIX); s.settimeout(30); s.connect(sys.argv[1]);"
        " print(s.recv(10))"
    )
    done = subprocess.run(
        ["/usr/bin/python3", "-c", program, str(place.kept.path)], user=65534, capture_output=True, text=True, cwd="/"
    )
    assert done.stdout == "b''\n" or "ConnectionReset" in done.stderr, done.stderr


def test_nonsense_is_not_answered(place: Place) -> None:
    place.run("do")
    for nonsense in (b"", b"x" * 20, b"\xff" * 8, b"\0\0\0\2\0\0\0\0[]"):
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(str(place.kept.path))
            stranger.sendall(nonsense)
            stranger.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                assert stranger.recv(10) == b""
    assert place.run("do")[0] == 2
