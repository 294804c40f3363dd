# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection against a lab laptop: WinRM, cmd.exe, wsl.exe and a real distribution in between."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleAuthenticationFailure, AnsibleConnectionFailure, AnsibleError, AnsibleFileNotFound
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import Batch, cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandTimeout
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.winrs import IDLE_SECONDS
from connected_laptop import DISTRIBUTION, LAPTOP, Laptop

from lab.laptops import profiles
from lab.laptops.laptop import Laptop as LabLaptop
from lab.linux import images
from lab.machine.registry import Registry

pytestmark = pytest.mark.lab

PYTHON = "/bin/sh -c '/usr/bin/python3 && sleep 0'"
SIGNS = '% " \' ^ & | < > ( ) $ ! ` \\ \\\\ %PATH% ^& "" *?[a] ~ #'

COMMANDS = [
    pytest.param("printf %s " + "'" + SIGNS.replace("'", "'\\''") + "'", SIGNS.encode(), id="signs of cmd.exe and sh"),
    pytest.param("echo one\necho two\n\necho three", b"one\ntwo\nthree\n", id="several lines"),
    pytest.param("printf %s 'größe 汉语 😀'", "größe 汉语 😀".encode(), id="not ASCII"),
    pytest.param("printf '\\377\\000\\032\\r\\n'", b"\xff\0\x1a\r\n", id="binary output"),
    pytest.param(f"printf %s '{'x' * 200_000}'", b"x" * 200_000, id="200 kB"),
]


@pytest.mark.parametrize("command, stdout", COMMANDS)
def test_commands_arrive_as_they_are(connection: t.Any, command: str, stdout: bytes) -> None:
    assert connection.exec_command(command) == (0, stdout, b"")


@pytest.mark.parametrize("code", [0, 1, 2, 67, 87, 126, 255])
def test_exit_codes_pass(connection: t.Any, code: int) -> None:
    assert connection.exec_command(f"exit {code}")[0] == code


def test_stdin_arrives_byte_for_byte(connection: t.Any) -> None:
    payload = bytes(range(256)) * 300 + os.urandom(700_000) + b"\x1a\r\n\0"
    assert connection.exec_command("cat", in_data=payload) == (0, payload, b"")


def test_a_command_that_does_not_read_its_stdin(connection: t.Any) -> None:
    assert connection.exec_command("echo done", in_data=b"x" * 3_000_000)[:2] == (0, b"done\n")


@pytest.mark.parametrize("changed", [{"ansible_winrm_scheme": "http"}, {"ansible_winrm_transport": "basic"}])
def test_other_transports(laptop: Laptop, changed: dict[str, t.Any]) -> None:
    if changed.get("ansible_winrm_scheme") == "http":
        changed = {**changed, "ansible_port": laptop.http_port}
    connection = laptop.connect(**changed)
    assert connection.exec_command("echo yes")[1] == b"yes\n"
    connection.close()


@pytest.mark.parametrize(
    "changed, logging_on",
    [
        pytest.param({}, [""], id="NTLM over TLS"),
        pytest.param({"ansible_winrm_scheme": "http"}, ["", ""], id="sealed by NTLM"),
        pytest.param({"ansible_winrm_transport": "basic"}, [], id="Basic over TLS"),
    ],
)
def test_requests_of_two_commands(laptop: Laptop, changed: dict[str, t.Any], logging_on: list[str]) -> None:
    """NTLM begins unasked, and nothing is sent to have a finished command forgotten: closing the shell does it.

    Not counted is what receives: how often depends on how the output arrives.
    """
    if changed.get("ansible_winrm_scheme") == "http":
        changed = {**changed, "ansible_port": laptop.http_port}
    connection = laptop.connect(ansible_wsl_persist=0, **changed)
    before = len(laptop.requests())
    for _number in range(2):
        assert connection.exec_command("exit 3")[0] == 3
    connection.close()
    sent = [operation for operation in laptop.requests()[before:] if operation != "Receive"]
    assert sent == [*logging_on, "Create", "Command", "Send", "Command", "Send", "Delete"]


def test_an_answer_is_as_large_as_windows_makes_them(connection: t.Any, laptop: Laptop) -> None:
    """500 KiB with their base64, where pywinrm asks for 150."""
    before = len(laptop.requests())
    assert len(connection.exec_command("head -c 2000000 /dev/zero")[1]) == 2_000_000
    assert laptop.requests()[before:].count("Receive") <= 8


CONTENTS = [
    pytest.param(b"", id="empty"),
    pytest.param(bytes(range(256)) + b"\x1a\r\n", id="every byte"),
    pytest.param(os.urandom(9 << 20), id="9 MiB, two pieces"),
]


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("transfer", ["auto", "base64"])
def test_files_there_and_back(laptop: Laptop, tmp_path: Path, content: bytes, transfer: str) -> None:
    (tmp_path / "local").write_bytes(content)
    connection = laptop.connect(ansible_wsl_transfer=transfer)
    connection.put_file(str(tmp_path / "local"), "/tmp/it's größe $(x).bin")
    connection.fetch_file("/tmp/it's größe $(x).bin", str(tmp_path / "back"))
    connection.close()
    assert (tmp_path / "back").read_bytes() == content


@pytest.mark.parametrize("changed", [{}, {"ansible_winrm_scheme": "http"}, {"ansible_wsl_persist": 20}])
def test_large_files_go_on_after_the_connection_was_cut(
    laptop: Laptop, tmp_path: Path, changed: dict[str, t.Any]
) -> None:
    """In the middle of each way; the laptop is away for a second, and what it still ran is ended."""
    if changed.get("ansible_winrm_scheme") == "http":
        changed = {**changed, "ansible_port": laptop.http_port}
    (tmp_path / "local").write_bytes(os.urandom(24 << 20))
    connection = laptop.connect(**{"ansible_wsl_persist": 0, **changed})
    before, sent_before = laptop.requests(), laptop.bytes_in()
    connection.exec_command(PYTHON, in_data=b"print(1)")
    for setting, move in (
        ("after_input", lambda: connection.put_file(str(tmp_path / "local"), "/tmp/large")),
        ("after_bytes", lambda: connection.fetch_file("/tmp/large", str(tmp_path / "back"))),
    ):
        cut = {"match": "wsl.exe", setting: 6 << 20, "away": 1, "kill_after": None, "count": 1}
        with laptop.with_faults({"connection_cut": cut}):
            move()
    assert (tmp_path / "back").read_bytes() == (tmp_path / "local").read_bytes()
    assert (laptop.bytes_in() - sent_before) / (24 << 20) < 1.4, "in base64, and less than a quarter of it twice"
    connection.reset()
    done = laptop.requests()[len(before) :]
    assert done.count("Create") - done.count("Delete") == 0, "nothing is left of the shells that were lost"


def test_fetch_what_is_not_there(connection: t.Any, tmp_path: Path) -> None:
    with pytest.raises(AnsibleFileNotFound, match=f"distribution {DISTRIBUTION} on .*: there is no file /no/file"):
        connection.fetch_file("/no/file", str(tmp_path / "x"))


def test_put_where_it_cannot_be(connection: t.Any, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    with pytest.raises(AnsibleError, match="cannot write /no/folder/x: "):
        connection.put_file(str(tmp_path / "x"), "/no/folder/x")


UNREACHABLE = [
    pytest.param({"ansible_password": "wrong"}, {}, "Windows refused the account 'fleetadmin'", id="wrong password"),
    pytest.param(
        {"ansible_winrm_ca_trust_path": "/etc/ssl/certs/ca-certificates.crt"},
        {},
        "the certificate of the WinRM listener is not trusted",
        id="certificate",
    ),
    pytest.param({"ansible_port": 1}, {}, "nothing listens on the WinRM port", id="nothing listens"),
    pytest.param({"ansible_wsl_distribution": "Nope"}, {}, "no distribution has that name", id="missing distribution"),
    pytest.param({"ansible_wsl_user": "nobody2"}, {}, "the Linux user nobody2 does not exist", id="unknown user"),
    pytest.param(
        {"ansible_wsl_executable": "C:\\Program Files\\Other\\wsl.exe"}, {}, "WSL is not installed", id="WSL absent"
    ),
    pytest.param({}, {"virtual_machine_fails": {}}, "no hypervisor runs (HCS_E_HYPERV_NOT", id="virtual machine fails"),
    pytest.param(
        {},
        {"virtual_machine_stops": {"seconds": 0.5, "match": "wsl.exe"}},
        "it stopped before the command ended",
        id="virtual machine stops",
    ),
    pytest.param(
        {}, {"access_denied": {"match": "wsl.exe"}}, "Windows did not start C:\\Program Files\\WSL", id="blocked"
    ),
    pytest.param(
        {},
        {"connection_cut": {"seconds": 0.5, "match": "wsl.exe"}},
        "the connection was dropped while a command was running, so its outcome is unknown",
        id="dropped in the middle",
    ),
    pytest.param({}, {"connection_refused": {}}, "the connection was dropped: check that the laptop", id="away"),
]


@pytest.mark.parametrize("changed, faults, message", UNREACHABLE)
def test_unreachable_in_one_line(
    laptop: Laptop, changed: dict[str, t.Any], faults: dict[str, t.Any], message: str
) -> None:
    laptop.connect().windows_runner.run(cmd_line("C:\\Program Files\\WSL\\wsl.exe", ["--shutdown"]))
    connection = laptop.connect(**changed)
    try:
        with laptop.with_faults(faults), pytest.raises(AnsibleConnectionFailure) as caught:
            connection.exec_command("sleep 3")
    finally:
        connection.close()
    text = str(caught.value)
    assert message in text
    assert "\n" not in text
    assert f"distribution {changed.get('ansible_wsl_distribution', DISTRIBUTION)}" in text
    assert isinstance(caught.value, AnsibleAuthenticationFailure) == ("refused the account" in text)


def test_a_time_limit_ends_the_command_on_the_host(laptop: Laptop) -> None:
    connection = laptop.connect()
    connection.exec_command("true")
    before = len(laptop.lab.journal(LAPTOP))
    started = time.monotonic()
    with pytest.raises(CommandTimeout, match="not finished after 2 s and ended: "):
        connection.ways.ordinary.run("sleep 30", timeout=2)
    assert time.monotonic() - started < 10
    assert connection.exec_command("pgrep -x sleep")[0] == 1, "the Linux process is still there"
    assert [command["killed"] for command in laptop.lab.journal(LAPTOP)[before:]] == [True, False]
    connection.close()


@pytest.mark.parametrize("where", ["", ">&2"])
def test_a_command_that_never_stops_printing(connection: t.Any, laptop: Laptop, where: str) -> None:
    """Attack M4 on a whole laptop: ended there, told as the failure of this task, and the next one works."""
    before = len(laptop.lab.journal(LAPTOP))
    with pytest.raises(AnsibleError, match="printed more than 16 MiB and was ended") as caught:
        connection.exec_command(f"exec yes wslfleet {where}")
    assert not isinstance(caught.value, AnsibleConnectionFailure) and "\n" not in str(caught.value)
    assert connection.exec_command("pgrep -x yes")[0] == 1, "the Linux process is still there"
    assert [command["killed"] for command in laptop.lab.journal(LAPTOP)[before:]] == [True, False]


def test_a_registry_that_floods_what_is_read_of_it(laptop: Laptop) -> None:
    """Attack M4 by what a user writes into the registry: one line, the read is named, and the others go on."""
    machine = LabLaptop(laptop.directory, images.default_cache())
    registry = machine.registry
    key = f"HKU\\{machine.state.users[0].sid}\\Software\\Microsoft\\Windows\\CurrentVersion\\Lxss\\{{x}}"
    registry.set(key, "DistributionName", "REG_SZ", "x" * (17 << 20))
    try:
        run = laptop.lab.task(LAPTOP, "wslfleet.cuda.host_info")
        assert run.code == 2 and run.lines("reading own_lxss failed: "), run.output[:2000]
        assert "printed more than 16 MiB" in run.output and len(run.output) < 5000
    finally:
        registry.delete(key)


def test_a_silent_minute(connection: t.Any, laptop: Laptop) -> None:
    """The server has dropped the connection meanwhile; the clock is moved, not the time."""
    runner = connection.windows_runner
    assert connection.exec_command("echo one")[1] == b"one\n"
    runner._last_use -= IDLE_SECONDS + 1
    runner._connection.protocol.transport.session.close()
    for adapter in runner._connection.protocol.transport.session.adapters.values():
        adapter.close()
    assert connection.exec_command("echo two")[1] == b"two\n"


def test_batch_in_cmd_exe(laptop: Laptop) -> None:
    reg = "C:\\Windows\\System32\\reg.exe"
    lines = [
        cmd_line(reg, ["query", "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "/v", "CurrentBuild"]),
        cmd_line(reg, ["query", "HKLM\\SOFTWARE\\No such key"]),
        cmd_line("C:\\Program Files\\WSL\\wsl.exe", ["--list", "--quiet"], {"WSL_UTF8": "1"}),
        cmd_line("C:\\Windows\\System32\\missing.exe"),
    ]
    connection = laptop.connect()
    batch = Batch(lines)
    completed = connection.windows_runner.run(batch.line)
    connection.close()
    parts = batch.split(completed.stdout)
    assert [part.exit_code for part in parts] == [0, 1, 0, 1]
    assert b"REG_SZ" in parts[0].stdout
    assert parts[1].stdout == b""
    assert parts[2].stdout == f"{DISTRIBUTION}\r\n".encode()


def test_auto_run_of_cmd_exe(laptop: Laptop, tmp_path: Path) -> None:
    registry = Registry(laptop.directory / "registry.json")
    key = "HKLM\\SOFTWARE\\Microsoft\\Command Processor"
    registry.set(key, "AutoRun", "REG_SZ", "echo Welcome")
    (tmp_path / "local").write_bytes(b"\0content\r\n")
    connection = laptop.connect()
    try:
        connection.put_file(str(tmp_path / "local"), "/tmp/auto")
        connection.fetch_file("/tmp/auto", str(tmp_path / "back"))
        batch = Batch([cmd_line("echo", ["one"])])
        printed = connection.windows_runner.run(batch.line).stdout
    finally:
        registry.delete(key, "AutoRun")
        connection.close()
    assert (tmp_path / "back").read_bytes() == b"\0content\r\n"
    assert printed.startswith(b"Welcome\r\n")
    assert batch.split(printed)[0].stdout == b"one\r\n"


def test_one_command_for_a_module(laptop: Laptop) -> None:
    before = len(laptop.lab.journal(LAPTOP))
    inside = {
        "ansible_connection": "wslfleet.cuda.wsl",
        "ansible_wsl_distribution": DISTRIBUTION,
        "ansible_wsl_persist": 0,
    }
    run = laptop.lab.task(LAPTOP, "ping", variables={**inside, "ansible_python_interpreter": "/usr/bin/python3"})
    assert run.code == 0, run.output
    commands = laptop.lab.journal(LAPTOP)[before:]
    assert [command["processes"] for command in commands] == [["C:\\Program Files\\WSL\\wsl.exe"]]


def test_the_distribution_goes_on_running(laptop: Laptop) -> None:
    connection = laptop.connect()
    connection.exec_command("sleep 20 </dev/null >/dev/null 2>&1 &")
    connection.close()
    listed = laptop.connect().windows_runner.run(
        cmd_line("C:\\Program Files\\WSL\\wsl.exe", ["--list", "--verbose"], {"WSL_UTF8": "1"})
    )
    assert b"Running" in listed.stdout


@pytest.mark.parametrize("pipelining", [True, False])
def test_modules_of_ansible(laptop: Laptop, tmp_path: Path, pipelining: bool) -> None:
    playbook = Path(__file__).parent / "modules.yml"
    variables = {"ansible_pipelining": pipelining, "local_tmp": str(tmp_path), "distribution": DISTRIBUTION}
    run = laptop.lab.playbook(playbook, variables=variables)
    assert run.code == 0, run.output
    assert run.recap[LAPTOP]["failed"] == 0


@pytest.fixture(scope="module")
def other(laptop: Laptop) -> str:
    """A second distribution of the same account."""
    profiles.register(LabLaptop(laptop.directory, images.default_cache()), "Debian-other", profiles.IMAGE)
    return "Debian-other"


@pytest.mark.parametrize("pipelining", [True, False])
def test_each_item_of_a_loop_goes_where_it_belongs(laptop: Laptop, other: str, pipelining: bool) -> None:
    variables = {"ansible_pipelining": pipelining, "distribution": DISTRIBUTION, "other": other}
    run = laptop.lab.playbook(Path(__file__).parent / "loops.yml", variables=variables)
    assert run.code == 0, run.output


@pytest.mark.parametrize("pipelining", [True, False])
def test_become_with_a_password(laptop: Laptop, pipelining: bool) -> None:
    passwords = {"asker_password": "asker's $ecret", "root_password": "root: §ecret", "wrong_password": "not this"}
    variables = {"ansible_pipelining": pipelining, "distribution": DISTRIBUTION, **passwords}
    run = laptop.lab.playbook(Path(__file__).parent / "become.yml", variables=variables)
    assert run.code == 0, run.output


BINARY_MODULE = r"""
int puts(const char *);
int main(void) { puts("{\"changed\": false, \"said\": \"binary\"}"); return 0; }
"""


@pytest.mark.parametrize("pipelining", [True, False])
def test_modules_of_every_kind(laptop: Laptop, tmp_path: Path, pipelining: bool) -> None:
    here = Path(__file__).parent
    shutil.copytree(here / "library", tmp_path / "library")
    shutil.copy(here / "kinds.yml", tmp_path)
    command = ["gcc", "-static", "-x", "c", "-o", str(tmp_path / "library" / "binary_module"), "-"]
    subprocess.run(command, input=BINARY_MODULE.encode(), check=True)
    (tmp_path / "script.py").write_text("#!/usr/bin/env -S python3 -u\nimport sys\nsys.stdout.write(sys.argv[1])\n")
    variables = {"ansible_pipelining": pipelining, "distribution": DISTRIBUTION, "local_tmp": str(tmp_path)}
    run = laptop.lab.playbook(tmp_path / "kinds.yml", variables=variables)
    assert run.code == 0, run.output


LAUNCHES = {
    "copy of a changed file": ({"ansible.builtin.copy": {"content": "{{ what }}", "dest": "/tmp/copied"}}, {}, 4),
    "copy of the same file": ({"ansible.builtin.copy": {"content": "{{ what }}", "dest": "/tmp/copied"}}, {}, 4),
    "a module without pipelining": ({"ansible.builtin.ping": {}}, {"ansible_pipelining": False}, 3),
    "a script": ({"ansible.builtin.script": {"cmd": "script.sh"}}, {}, 3),
    "copy for another user": (
        {"ansible.builtin.copy": {"content": "{{ what }}", "dest": "/tmp/daemon's"}},
        {
            "ansible_become": True,
            "ansible_become_user": "daemon",
            "ansible_become_method": "su",
            "ansible_become_flags": "-s /bin/sh",
        },
        10,
    ),
}


def test_the_home_of_root_is_asked_for_once(laptop: Laptop, tmp_path: Path) -> None:
    """That of somebody else is asked for by each task."""
    user = {"ansible_wsl_user": "asks"}
    maker = laptop.connect(ansible_wsl_persist=0)
    assert maker.exec_command("useradd --create-home asks")[0] == 0
    maker.close()
    counted = []
    for count, variables in ((1, {}), (3, {}), (1, user), (3, user)):
        copy = {"ansible.builtin.copy": {"content": "{{ item }}", "dest": "/tmp/home-{{ item }}"}, "vars": variables}
        tasks = [{**copy, "vars": {**variables, "item": f"{len(counted)}-{number}"}} for number in range(count)]
        play = {"hosts": LAPTOP, "gather_facts": False, "tasks": tasks}
        (tmp_path / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
        inside = {"ansible_connection": "wslfleet.cuda.wsl", "ansible_wsl_distribution": DISTRIBUTION}
        more = {**inside, "ansible_wsl_persist": 0, "ansible_python_interpreter": "/usr/bin/python3"}
        before = len(laptop.lab.journal(LAPTOP))
        run = laptop.lab.playbook(tmp_path / "play.yml", variables=more)
        assert run.code == 0, run.output
        counted.append(len(laptop.lab.journal(LAPTOP)) - before)
    assert counted == [4, 4 + 2 * 3, 4, 3 * 4]


def test_launches_of_tasks_with_files(laptop: Laptop, tmp_path: Path) -> None:
    """Where the home of the user is; folder and stat; file, its mode and the module; the end of the folder.

    Neither a script nor a module without pipelining looks before. For another user core does more to the files.
    """
    (tmp_path / "script.sh").write_text("#!/bin/sh\necho hello\n", encoding="utf-8")
    inside = {"ansible_connection": "wslfleet.cuda.wsl", "ansible_wsl_distribution": DISTRIBUTION}
    counted = {}
    for name, (task, variables, _launches) in LAUNCHES.items():
        play = {"hosts": LAPTOP, "gather_facts": False, "tasks": [{**task, "register": "done", "vars": variables}]}
        (tmp_path / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
        before = len(laptop.lab.journal(LAPTOP))
        more = {**inside, "ansible_wsl_persist": 0, "ansible_python_interpreter": "/usr/bin/python3", "what": "x\r\nü"}
        run = laptop.lab.playbook(tmp_path / "play.yml", variables=more)
        assert run.code == 0, run.output
        counted[name] = len(laptop.lab.journal(LAPTOP)) - before
    look = laptop.connect(ansible_wsl_persist=0)
    assert look.exec_command('cat /tmp/copied; stat -c %U "/tmp/daemon\'s"; ls -A /root/.ansible/tmp /var/tmp')[1] == (
        "x\r\nüdaemon\n/root/.ansible/tmp:\n\n/var/tmp:\n".encode()
    )
    look.close()
    assert counted == {name: launches for name, (_task, _variables, launches) in LAUNCHES.items()}
