# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The glue: variables to options, the port's errors to Ansible's, relative paths, the life of the shell."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
from ansible.errors import (
    AnsibleAuthenticationFailure,
    AnsibleConnectionFailure,
    AnsibleError,
    AnsibleFileNotFound,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    AuthenticationFailed,
    Completed,
    HostUnreachable,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.roads import runner_for
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import linux_stdin

from tests.unit.plugin_loading import wsl_connection
from tests.unit.scripted_runner import Answer, ScriptedRunner

VARIABLES = {
    "inventory_hostname": "laptop1",
    "ansible_user": "fleetadmin",
    "ansible_password": "secret",
    "ansible_wsl_distribution": "Debian",
}
DONE = Completed(0, b"out", b"wslfleet-exit-0\n")


class ClosableRunner(ScriptedRunner):
    closed = False

    def close(self) -> None:
        self.closed = True


def scripted(*answers: Answer) -> tuple[t.Any, ClosableRunner]:
    """A connection whose host gives ANSWERS to the constant line."""
    connection = wsl_connection(VARIABLES)
    line = (
        'set WSL_UTF8=1&"C:\\Program Files\\WSL\\wsl.exe" -d Debian -u root --cd / --exec /bin/sh -c'
        ' "IFS=;set -f;read -r c;eval $c"'
    )
    runner = ClosableRunner([(line, answer) for answer in answers])
    connection.ways.use(runner)
    return connection, runner


OPTIONS = [
    pytest.param({}, {}, "remote_addr", "laptop1", id="host from the inventory"),
    pytest.param({"ansible_host": "10.0.0.1"}, {}, "remote_addr", "10.0.0.1", id="ansible_host"),
    pytest.param({}, {}, "port", None, id="port is a matter of the transport"),
    pytest.param({"ansible_winrm_port": "5985"}, {}, "port", 5985, id="ansible_winrm_port"),
    pytest.param({}, {}, "remote_user", "root", id="Linux user is never ansible_user"),
    pytest.param({}, {"remote_user": "other"}, "remote_user", "root", id="nor the keyword remote_user"),
    pytest.param({"ansible_wsl_user": "dev"}, {}, "remote_user", "dev", id="ansible_wsl_user"),
    pytest.param({}, {}, "windows_user", "fleetadmin", id="ansible_user is the Windows account"),
    pytest.param({"ansible_winrm_user": "w"}, {}, "windows_user", "w", id="ansible_winrm_user"),
    pytest.param(
        {"ansible_winrm_user": "w", "ansible_wsl_windows_user": "x"}, {}, "windows_user", "x", id="own variable wins"
    ),
    pytest.param({"ansible_winrm_password": "p"}, {}, "windows_password", "p", id="ansible_winrm_password"),
    pytest.param(
        {"ansible_winrm_password": "p", "ansible_wsl_windows_password": "q"},
        {},
        "windows_password",
        "q",
        id="own password variable wins",
    ),
    pytest.param({}, {}, "pipelining", True, id="pipelining is on"),
    pytest.param({"ansible_pipelining": False}, {}, "pipelining", False, id="pipelining can be switched off"),
    pytest.param({}, {}, "executable", "C:\\Program Files\\WSL\\wsl.exe", id="executable"),
]


@pytest.mark.parametrize("variables, keys, option, value", OPTIONS)
def test_options(variables: dict[str, t.Any], keys: dict[str, t.Any], option: str, value: object) -> None:
    assert wsl_connection({**VARIABLES, **variables}, keys).get_option(option) == value


def test_keyword_remote_user_is_the_windows_account() -> None:
    variables = {name: value for name, value in VARIABLES.items() if name != "ansible_user"}
    assert wsl_connection(variables, {"remote_user": "clerk"}).get_option("windows_user") == "clerk"


def test_password_of_the_command_line() -> None:
    variables = {name: value for name, value in VARIABLES.items() if name != "ansible_password"}
    assert wsl_connection(variables, {"password": "asked"}).get_option("windows_password") == "asked"


def test_winrm_variables_reach_core() -> None:
    variables = {**VARIABLES, "ansible_winrm_transport": ["ntlm"], "ansible_winrm_server_cert_validation": "ignore"}
    inner = wsl_connection(variables).windows_runner._connection
    assert inner.get_option("transport") == ["ntlm"]
    assert inner.get_option("_extras") == {"ansible_winrm_server_cert_validation": "ignore"}
    assert inner.get_option("remote_user") == "fleetadmin"


def test_ssh_variables_reach_core() -> None:
    """Those of a task; what is in the configuration of Ansible, core finds by itself."""
    variables = {
        **VARIABLES,
        "ansible_wsl_transport": "ssh",
        "ansible_ssh_private_key_file": "/key",
        "ansible_ssh_common_args": "-J jump",
        "ansible_wsl_windows_shell": "powershell",
    }
    runner: t.Any = wsl_connection(variables).windows_runner
    names = ("host", "port", "remote_user", "password", "private_key_file", "ssh_common_args", "reconnection_retries")
    assert [runner._connection.get_option(name) for name in names] == [
        "laptop1", None, "fleetadmin", VARIABLES["ansible_password"], "/key", "-J jump", 0
    ]  # fmt: skip
    assert "ControlPersist" in runner._connection.get_option("ssh_args")
    assert runner._shell == "powershell"


def test_exec_command() -> None:
    connection, runner = scripted(Completed(3, b"out", b"err\nwslfleet-exit-3\n"))
    assert connection.exec_command("echo 'x'", in_data=b"payload") == (3, b"out", b"err\n")
    assert runner.calls[0][1] == linux_stdin("echo 'x'") + b"payload"


def test_warnings_of_wsl_do_not_fail_a_command() -> None:
    connection, _runner = scripted(Completed(0, b"", b"wsl: proxy\r\nwslfleet-exit-0\n"))
    assert connection.exec_command("true") == (0, b"", b"wsl: proxy\r\n")


ERRORS = [
    pytest.param(AuthenticationFailed("laptop1: refused"), AnsibleAuthenticationFailure, id="password"),
    pytest.param(HostUnreachable("laptop1: lost"), AnsibleConnectionFailure, id="host"),
    pytest.param(
        Completed(0xFFFFFFFF, b"x\r\nError code: Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n", b""),
        AnsibleConnectionFailure,
        id="distribution",
    ),
]


@pytest.mark.parametrize("answer, kind", ERRORS)
def test_unreachable(answer: Answer, kind: type[Exception]) -> None:
    connection, _runner = scripted(answer)
    with pytest.raises(kind) as caught:
        connection.exec_command("true")
    text = str(caught.value)
    assert text.count("laptop1") == 1
    assert text.count("distribution Debian") == 1
    assert "\n" not in text
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("name, message", [("", "set ansible_wsl_distribution"), ("My Linux", "'My Linux' cannot be")])
def test_bad_distribution_is_a_failure(name: str, message: str) -> None:
    connection = wsl_connection({**VARIABLES, "ansible_wsl_distribution": name})
    with pytest.raises(AnsibleError, match=message) as caught:
        connection.exec_command("true")
    assert not isinstance(caught.value, AnsibleConnectionFailure)


def test_put_a_file_that_is_not_there(tmp_path: Path) -> None:
    connection, _runner = scripted()
    with pytest.raises(AnsibleFileNotFound, match="does not exist on the controller"):
        connection.put_file(str(tmp_path / "none"), "/tmp/x")


def test_fetch_a_file_that_is_not_there(tmp_path: Path) -> None:
    connection, _runner = scripted(Completed(44, b"", b"wslfleet-exit-44\n"))
    with pytest.raises(AnsibleFileNotFound, match="distribution Debian on laptop1: there is no file /etc/none"):
        connection.fetch_file("/etc/none", str(tmp_path / "x"))


def test_relative_paths_are_below_the_root(tmp_path: Path) -> None:
    connection, runner = scripted(Completed(1, b"", b"wslfleet-exit-1\n"))
    (tmp_path / "x").write_bytes(b"")
    with pytest.raises(AnsibleError, match="cannot write /some/where"):
        connection.put_file(str(tmp_path / "x"), "some/where")
    assert runner.calls[0][1].startswith(linux_stdin("cat>/some/where&&sha256sum</some/where"))


HOME = Completed(0, b"/root\n", b"wslfleet-exit-0\n")
QUESTION = "/bin/sh -c 'echo ~root && sleep 0'"


@pytest.fixture
def playbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A playbook of its own has a temporary folder of its own."""
    monkeypatch.setattr("ansible.constants.DEFAULT_LOCAL_TMP", str(tmp_path))
    tmp_path.chmod(0o700)


@pytest.mark.usefixtures("playbook")
def test_the_home_of_root_is_asked_for_by_the_first_task_only() -> None:
    first, runner = scripted(HOME)
    assert first.exec_command(QUESTION) == (0, b"/root\n", b"")
    runner.assert_finished()
    later, untouched = scripted()
    assert later.exec_command("/bin/sh -c 'echo ~root'") == (0, b"/root\n", b"")
    assert untouched.calls == []


@pytest.mark.usefixtures("playbook")
def test_it_is_asked_for_again_after_a_reset() -> None:
    connection, runner = scripted(HOME, HOME)
    connection.exec_command(QUESTION)
    connection.reset()
    connection.ways.use(runner)
    connection.exec_command(QUESTION)
    runner.assert_finished()


@pytest.mark.usefixtures("playbook")
@pytest.mark.parametrize("changed", [{"ansible_wsl_distribution": "Other"}, {"ansible_wsl_user": "dev"}])
def test_it_is_that_of_one_distribution_and_only_root_is_told(changed: dict[str, t.Any]) -> None:
    connection, runner = scripted(HOME)
    connection.exec_command(QUESTION)
    options_of_the_next_item(connection, **changed)
    runner._script += [(re.compile("-d (Other -u root|Debian -u dev) "), HOME)] * 2
    connection.exec_command(QUESTION)
    options_of_the_next_item(connection, **changed, ansible_wsl_executable="C:\\other.exe")
    connection.exec_command(QUESTION)
    runner.assert_finished()


def test_close_leaves_the_distribution_alone() -> None:
    connection, runner = scripted(DONE)
    connection.exec_command("true")
    connection.close()
    assert runner.closed
    assert not connection.connected
    assert len(runner.calls) == 1


def test_windows_modules_share_the_runner() -> None:
    connection, runner = scripted()
    assert runner_for(connection) is runner


def options_of_the_next_item(connection: t.Any, **changed: t.Any) -> None:
    """What Ansible does for the next item of a loop: the connection stays, its options are set anew."""
    connection.set_options(var_options={**VARIABLES, "_extras": {}, **changed})


def test_each_item_of_a_loop_goes_where_it_belongs() -> None:
    connection, runner = scripted(DONE)
    connection.exec_command("true")
    runner._script += [(re.compile("-d Debian -u dev "), DONE), (re.compile("-d Other -u root "), DONE)]
    options_of_the_next_item(connection, ansible_wsl_user="dev")
    connection.exec_command("true")
    options_of_the_next_item(connection, ansible_wsl_distribution="Other")
    connection.exec_command("true")
    runner.assert_finished()
    assert not runner.closed, "users and distributions of one account share the shell"


@pytest.mark.parametrize(
    "changed",
    [
        {"ansible_host": "laptop2"},
        {"ansible_port": 5985},
        {"ansible_user": "other"},
        {"ansible_password": "other"},
        {"_extras": {"ansible_winrm_transport": ["basic"]}},
    ],
)
def test_another_account_is_another_connection(changed: dict[str, t.Any]) -> None:
    connection, runner = scripted(DONE)
    connection.exec_command("true")
    options_of_the_next_item(connection, **changed)
    assert connection.windows_runner is not runner
    assert runner.closed


def test_connect_timeout() -> None:
    assert wsl_connection(VARIABLES).windows_runner._connect_timeout == 10
    assert wsl_connection({**VARIABLES, "wslfleet_connect_timeout": "3"}).windows_runner._connect_timeout == 3
