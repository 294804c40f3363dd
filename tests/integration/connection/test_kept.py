# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kept session against a lab laptop: what a module sees, what it costs, and what is left when a part of it dies."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import typing as t
from pathlib import Path

import pytest
from ansible import constants
from ansible.errors import AnsibleAuthenticationFailure, AnsibleConnectionFailure
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept import broker, session
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from connected_laptop import DISTRIBUTION, LAPTOP, Laptop

pytestmark = pytest.mark.lab

PYTHON = "/bin/sh -c '/usr/bin/python3 && sleep 0'"
WSL = "C:\\Program Files\\WSL\\wsl.exe"
LOOK = """
import json, os, resource, signal, stat, sys
tty = os.open('/dev/tty', os.O_RDWR)
print(json.dumps({
    'environment': dict(os.environ), 'umask': os.umask(0), 'folder': os.getcwd(), 'argv': sys.argv, 'path': sys.path,
    'flags': str(sys.flags), 'command line': open('/proc/self/cmdline').read(), 'name': __name__,
    'users': [os.getresuid(), os.getresgid(), os.getgroups()], 'nice': os.nice(0),
    'streams': [(stat.S_ISFIFO(os.fstat(n).st_mode), os.isatty(n)) for n in range(3)],
    'descriptors': len(os.listdir('/proc/self/fd')), 'stdin': sys.stdin.read(),
    'signals': [str(signal.getsignal(n)) for n in sorted(signal.valid_signals())],
    'blocked': [int(n) for n in signal.pthread_sigmask(signal.SIG_BLOCK, [])],
    'limits': [resource.getrlimit(n) for n in range(15)], 'terminal': list(os.get_terminal_size(tty)),
    'leads': os.getsid(0) == os.getpid(), 'foreground': os.tcgetpgrp(tty) == os.getpgrp(),
    'encodings': [(s.encoding, s.errors) for s in (sys.stdin, sys.stdout, sys.stderr)],
    'name spaces': sorted(os.readlink('/proc/self/ns/' + n) for n in ('mnt', 'pid', 'uts', 'ipc', 'net', 'user')),
}))
"""


def python(connection: t.Any, program: str) -> tuple[int, bytes, bytes]:
    code, out, err = connection.exec_command(PYTHON, in_data=program.encode())
    return code, out, err


@pytest.fixture
def kept(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[t.Any]:
    """A connection whose session runs."""
    monkeypatch.setattr(broker, "_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(session, "_LONGER_SECONDS", 0.5)
    monkeypatch.setattr(session, "_PAUSE_SECONDS", 1.0)
    opened = laptop.connect(ansible_wsl_persist=20)
    assert python(opened, "print(1)") == (0, b"1\n", b"")
    yield opened
    opened.reset()
    assert not sockets()


def sockets() -> list[Path]:
    """Of the sessions that are kept."""
    untyped: t.Any = constants
    return list(Path(untyped.DEFAULT_LOCAL_TMP).glob("wsl-*"))


def broker_pid() -> int:
    """The process that listens on the only socket; 00010000 marks one that does."""
    (path,) = sockets()
    lines = [line.split() for line in Path("/proc/net/unix").read_text().splitlines() if line.endswith(f" {path}")]
    (number,) = (line[6] for line in lines if line[3] == "00010000")
    wanted = f"socket:[{number}]"
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(file) == wanted for file in (process / "fd").iterdir()):
                return int(process.name)
        except OSError:
            continue
    raise AssertionError("nobody listens")


def ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def until(condition: t.Callable[[], bool], seconds: float = 40) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def assert_sees_the_same(laptop: Laptop, **variables: t.Any) -> None:
    """A module with a kept session and one without, by a connection with VARIABLES."""
    seen = {}
    for seconds in (0, 20):
        connection = laptop.connect(ansible_wsl_persist=seconds, **variables)
        code, out, err = python(connection, LOOK)
        assert (code, err) == (0, b"")
        seen[seconds] = json.loads(out)
        assert bool(sockets()) == bool(seconds)
        connection.reset()
    assert seen[20] == seen[0]


@pytest.mark.parametrize("user", ["root", "daemon"])
def test_a_module_sees_the_same(laptop: Laptop, user: str) -> None:
    assert_sees_the_same(laptop, ansible_wsl_user=user)


def test_two_requests_for_a_command(kept: t.Any, laptop: Laptop) -> None:
    python(kept, "print(1)")
    before = len(laptop.requests())
    python(kept, "print(2)")
    assert kept.exec_command("cat; exit 7", in_data=b"\0x\r\n\xff") == (7, b"\0x\r\n\xff", b"")
    assert laptop.requests()[before:] == ["Send", "Receive"] * 2


def test_files_go_through_it(kept: t.Any, laptop: Laptop, tmp_path: Path) -> None:
    content = os.urandom(300_000)
    (tmp_path / "local").write_bytes(content)
    before = len(laptop.requests())
    kept.put_file(str(tmp_path / "local"), "/tmp/kept file")
    kept.fetch_file("/tmp/kept file", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == content
    assert set(laptop.requests()[before:]) == {"Send", "Receive"}


def test_the_password_is_nowhere(kept: t.Any, laptop: Laptop) -> None:
    secret = laptop.variables["ansible_password"].encode()
    pid = broker_pid()
    for file in ("cmdline", "environ"):
        assert secret not in Path(f"/proc/{pid}/{file}").read_bytes()
    (path,) = sockets()
    assert path.parent.stat().st_mode & 0o77 == 0
    opened = [os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir()]
    assert {name.partition(":")[0] for name in opened} <= {"/dev/null", "socket"}


def test_a_wrong_password_is_refused_beside_it(kept: t.Any, laptop: Laptop) -> None:
    other = laptop.connect(ansible_wsl_persist=20, ansible_password="wrong")
    with pytest.raises(AnsibleAuthenticationFailure, match="Windows refused the account"):
        python(other, "print(1)")
    assert python(kept, "print(2)")[1] == b"2\n"


def terminate(laptop: Laptop) -> None:
    other = laptop.connect()
    other.windows_runner.run(cmd_line(WSL, ["--terminate", DISTRIBUTION]))
    other.close()


def restart(laptop: Laptop) -> None:
    """Connections, shells and distributions end; the laptop is back at once."""
    terminate(laptop)
    laptop.connect().windows_runner.run(cmd_line(WSL, ["--shutdown"]))


@pytest.mark.parametrize("loss", [terminate, restart])
def test_lost_between_two_tasks(kept: t.Any, laptop: Laptop, loss: t.Callable[[Laptop], None]) -> None:
    """Nothing had begun: the task goes the ordinary way, the next one has a new session."""
    time.sleep(1)  # longer than a pause
    loss(laptop)
    assert python(kept, "print(2)") == (0, b"2\n", b"")
    before = len(laptop.requests())
    assert python(kept, "print(3)") == (0, b"3\n", b"")
    assert "Create" in laptop.requests()[before:]
    before = len(laptop.requests())
    assert python(kept, "print(4)") == (0, b"4\n", b"")
    assert set(laptop.requests()[before:]) == {"Send", "Receive"}


class Middle:
    """A module that runs for long, on a thread."""

    def __init__(self, connection: t.Any) -> None:
        self.failure: Exception | None = None
        self._connection = connection
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        program = "import os, time; open('/tmp/middle', 'w').write(str(os.getpid())); time.sleep(61)"
        try:
            python(self._connection, program)
        except AnsibleConnectionFailure as error:
            self.failure = error

    def failed(self, seconds: float) -> str:
        self._thread.join(seconds)
        assert not self._thread.is_alive()
        text = str(self.failure)
        assert "\n" not in text
        return text


def in_the_middle(connection: t.Any, laptop: Laptop) -> Middle:
    look = laptop.connect(ansible_wsl_persist=0)
    look.exec_command("rm -f /tmp/middle")
    started = Middle(connection)
    assert until(lambda: look.exec_command("test -s /tmp/middle")[0] == 0)
    look.close()
    return started


@pytest.fixture
def middle(kept: t.Any, laptop: Laptop) -> Middle:
    return in_the_middle(kept, laptop)


def sleeps(laptop: Laptop) -> bool:
    """Whether a Python is left in the distribution."""
    look = laptop.connect(ansible_wsl_persist=0)
    try:
        return bool(look.exec_command("pgrep -x python3")[0] == 0)
    finally:
        look.close()


def test_the_python_is_killed_in_the_middle(middle: Middle, kept: t.Any, laptop: Laptop) -> None:
    laptop.connect(ansible_wsl_persist=0).exec_command("kill -9 $(pgrep -o -x python3)")
    assert "the kept Python ended (exit code 137) before the command did, so the outcome is unknown" in middle.failed(
        15
    )
    assert until(lambda: not sleeps(laptop))
    assert python(kept, "print(2)")[1] == b"2\n"


def test_the_broker_is_killed_in_the_middle(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The module comes to its end, as in the ordinary way; then the Python in the distribution misses its broker."""
    monkeypatch.setattr(session, "_LONGER_SECONDS", 0.5)
    connection = laptop.connect(ansible_wsl_persist=2)
    middle = in_the_middle(connection, laptop)
    os.kill(broker_pid(), signal.SIGKILL)
    assert "the process that keeps the session was ended, so the outcome is unknown" in middle.failed(40)
    laptop.connect(ansible_wsl_persist=0).exec_command("kill $(cat /tmp/middle)")
    assert until(lambda: not sleeps(laptop))
    assert python(connection, "print(2)")[1] == b"2\n"
    connection.reset()


def test_the_distribution_is_terminated_in_the_middle(middle: Middle, kept: t.Any, laptop: Laptop) -> None:
    terminate(laptop)
    assert "it stopped before the command ended" in middle.failed(40)
    assert python(kept, "print(2)")[1] == b"2\n"


def test_the_connection_is_cut_in_the_middle(middle: Middle, kept: t.Any, laptop: Laptop) -> None:
    cut = {"connection_cut": {"match": "wsl.exe", "count": 1}}
    with laptop.with_faults(cut), pytest.raises(AnsibleConnectionFailure):
        laptop.connect(ansible_wsl_persist=0).exec_command("sleep 3")
    assert "the connection was dropped while a command was running, so its outcome is unknown" in middle.failed(40)
    assert until(lambda: not sleeps(laptop))
    assert python(kept, "print(2)")[1] == b"2\n"


def test_reset_ends_it(laptop: Laptop) -> None:
    connection = laptop.connect(ansible_wsl_persist=20)
    python(connection, "print(1)")
    pid = broker_pid()
    connection.reset()
    assert until(lambda: ended(pid), 5)
    assert not sleeps(laptop)


def test_silence_ends_it(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "_LOOK_SECONDS", 0.1)
    connection = laptop.connect(ansible_wsl_persist=1)
    python(connection, "print(1)")
    pid = broker_pid()
    assert until(lambda: ended(pid), 8)
    assert not sockets() and not sleeps(laptop)


def test_reset_connection_in_a_loop_and_the_end_of_a_playbook(laptop: Laptop, tmp_path: Path) -> None:
    inside = {"ansible_connection": "wslfleet.cuda.wsl", "ansible_wsl_distribution": DISTRIBUTION}
    variables = {**inside, "ansible_python_interpreter": "/usr/bin/python3", "ansible_shell_type": "sh"}
    tasks = [{"ansible.builtin.ping": {}}, {"ansible.builtin.meta": "reset_connection"}, {"ansible.builtin.ping": {}}]
    (tmp_path / "tasks.yml").write_text(json.dumps(tasks), encoding="utf-8")
    looped = {"ansible.builtin.include_tasks": "tasks.yml", "loop": ["root", "daemon"]}
    looped["vars"] = {"ansible_wsl_user": "{{ item }}"}
    play = {"hosts": LAPTOP, "gather_facts": False, "tasks": [looped]}
    (tmp_path / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    before = len(laptop.requests())
    run = laptop.lab.playbook(tmp_path / "play.yml", "-vv", variables=variables)
    assert run.code == 0, run.output
    assert "not through the kept session" not in run.output
    assert until(lambda: laptop.requests()[before:].count("Delete") == laptop.requests()[before:].count("Create"))
    assert laptop.requests()[before:].count("Create") == 4, "one before, one after each reset"


def test_modules_behave_alike(laptop: Laptop, tmp_path: Path) -> None:
    """One by one, as Ansible runs them: in the background, with variables, by another Python, as another user."""
    seen = {}
    for seconds in (0, 60):
        written = tmp_path / str(seconds)
        variables = {"distribution": DISTRIBUTION, "ansible_wsl_persist": seconds, "written": str(written)}
        run = laptop.lab.playbook(Path(__file__).with_name("behaviours.yml"), "-vv", variables=variables)
        assert run.code == 0, run.output
        assert "not through the kept session" not in run.output
        seen[seconds] = without_times(json.loads(written.read_text(encoding="utf-8")))
    # A word of the shell between wsl.exe and Python, which is not there in a session.
    assert seen[0][0][6].pop("module_stderr") == "Killed\n" and seen[60][0][6].pop("module_stderr") == ""
    assert seen[60] == seen[0]
    written = tmp_path / "ssh"
    variables = {"distribution": DISTRIBUTION, "ansible_wsl_transport": "ssh", "written": str(written)}
    run = laptop.lab.over_ssh.playbook(Path(__file__).with_name("behaviours.yml"), "-vv", variables=variables)
    assert run.code == 0, run.output
    assert "not through the kept session" not in run.output
    over_ssh = without_times(json.loads(written.read_text(encoding="utf-8")))
    assert over_ssh[0][6].pop("module_stderr") == ""
    assert over_ssh == seen[0]
    looped, with_variables, in_the_background, another_python, another_user = seen[0]
    assert [result["failed"] for result in looped] == [False] * 6 + [True, False]
    assert (
        looped[0]["seen"]
        == looped[2]["seen"]
        == looped[7]["seen"]
        == another_python["seen"] | {"executable": "/usr/bin/python3"}
    )
    assert with_variables["seen"]["environment"]["WSLFLEET_GIVEN"] == "it's größe"
    assert in_the_background["finished"] and another_user["seen"]["user"][0] == [1, 1, 1]


def without_times(value: t.Any) -> t.Any:
    """VALUE without what no two runs have in common."""
    if isinstance(value, dict):
        unlike = ("ansible_job_id", "results_file", "start", "end", "delta", "pid")
        return {name: without_times(entry) for name, entry in value.items() if name not in unlike}
    return [without_times(entry) for entry in value] if isinstance(value, list) else value
