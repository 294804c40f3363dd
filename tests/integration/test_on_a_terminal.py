# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback plugin for the terminal: on a terminal, as a person sees it, and in a pipe."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from lab.internet.web import WebServer
from lab.windows.programs import nvidia_setup
from tests.integration import preloaded
from tests.integration.laboratory import COLLECTIONS, PLAYBOOKS, Lab, StartLab
from tests.on_a_terminal import Terminal

pytestmark = pytest.mark.lab

HERE = Path(__file__).parent / "terminal"
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
NOBODY = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
ENVIRONMENT = {"ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS), "LC_ALL": "C.UTF-8", "CI": ""}
FLEET = {**ENVIRONMENT, "ANSIBLE_STDOUT_CALLBACK": "wslfleet.cuda.fleet"}
PLAIN = {**FLEET, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0"}


class Plays:
    """Plays without laptops, on hosts of a name."""

    def __init__(self, folder: Path, hosts: dict[str, dict[str, t.Any]]) -> None:
        self.go = folder / "go"
        self.inventory = folder / "inventory.yml"
        self.inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")

    def words(self, play: str, **variables: t.Any) -> list[str]:
        extra = json.dumps({"go": str(self.go), **variables})
        return ["-i", str(self.inventory), str(HERE / f"{play}.yml"), "-e", extra]

    def terminal(self, words: list[str], columns: int = 90, lines: int = 24, **environment: str) -> Terminal:
        program = str(Path(sys.executable).parent / "ansible-playbook")
        return Terminal([program, *words], {**FLEET, **environment}, columns, lines)


@pytest.fixture
def plays(tmp_path: Path) -> Plays:
    return Plays(tmp_path, {"one": LOCAL, "two": LOCAL, "three": LOCAL, "four": NOBODY})


@pytest.mark.parametrize("strategy", ("linear", "free", "host_pinned"))
def test_lines_move_and_what_is_wrong_stays(plays: Plays, strategy: str) -> None:
    terminal = plays.terminal(plays.words("plays", how=strategy))

    def bars() -> list[str]:
        return [line for line in terminal.screen if re.match(r"  (one  |two  ) ▸ █+░+ apt 50%: Unpacking", line)]

    terminal.until(lambda: len(bars()) == 2)
    terminal.resize(60, 24)
    terminal.until(lambda: bars() != [] and all(len(line) < 60 for line in bars()))
    plays.go.touch()
    assert terminal.wait() == 4
    whole = "\n".join(terminal.whole)
    for once in (
        r"two: Break: failed: no space left\x1b[2J: free 10 GiB",
        "three: Break here: failed: for the rescue",
        "three: Ignored: failed, ignored: never mind",
        "one: Change (first): changed",
        "one: Change (second): changed",
        "four: Out of reach: out of reach: ",
        "[WARNING]: look at one",
    ):
        assert whole.count(once) == 1, whole
    assert "apt 50%" not in whole.partition("\nfailed: 1\n")[2]
    assert "[ERROR]" not in whole and "fatal" not in whole
    assert "  only these: --limit two,four" in whole or "  only these: --limit four,two" in whole, whole
    assert terminal.cursor_is_shown and b"\x1b[?" not in terminal.sent


def test_ctrl_c_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    plays = Plays(tmp_path, {f"l{number:02}": LOCAL for number in range(30)} | {"one": LOCAL, "two": LOCAL})
    terminal = plays.terminal([*plays.words("plays"), "--limit", "one,two"], lines=8, NO_COLOR="1")
    terminal.until(lambda: "2 at work" in "".join(terminal.screen))
    terminal.type("\x03")
    assert terminal.wait() == 99
    assert "User interrupted execution" in "\n".join(terminal.whole)
    assert terminal.cursor_is_shown and b"\x1b[?" not in terminal.sent
    assert not re.search(rb"\x1b\[[0-9;]*m", terminal.sent)  # NO_COLOR


def test_a_prompt_is_not_drawn_over(plays: Plays) -> None:
    terminal = plays.terminal(plays.words("asks"))
    terminal.until(lambda: terminal.screen[-1:] == ["What now:"])
    terminal.type("nothing\n")
    terminal.until(lambda: "Press Enter" in "\n".join(terminal.screen))
    assert "Asks" not in terminal.screen[-1]
    terminal.type("\n")
    assert terminal.wait() == 0
    assert "the answer is nothing" in "\n".join(terminal.whole)


@pytest.mark.parametrize("callback", ("default", "wslfleet.cuda.fleet"))
def test_progress_is_told_once_in_a_pipe(plays: Plays, callback: str) -> None:
    plays.go.touch()
    done = preloaded.run("ansible-playbook", plays.words("plays"), {**PLAIN, "ANSIBLE_STDOUT_CALLBACK": callback})
    assert done.code == 4, done.output
    assert [done.output.count(f"[{name}] apt 50%: Unpacking\n") for name in ("one", "two")] == [1, 1]
    assert ("\x1b" not in done.output) is (callback != "default"), done.output
    if callback != "default":
        assert "Plays of somebody: 4 laptops\n" in done.output
        assert done.output.count("no space left") == 2  # The error, and the table at the end.


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    """A laptop with a distribution, a fresh one, and one that is off."""
    lab = start_lab("--profile", "ready", "--profile", "fresh", "--without-compiler", "--without-archive", "--ssh")
    path = lab.state / "inventory.yml"
    inventory = yaml.safe_load(path.read_text(encoding="utf-8"))
    hosts = inventory["all"]["children"]["laptops"]["hosts"]
    hosts["off-1"] = {**hosts["fresh-1"], "ansible_host": "127.0.0.1", "ansible_port": 1}
    path.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    return lab


def test_an_audit_on_a_terminal_and_in_a_pipe(lab: Lab) -> None:
    words = ["-i", str(lab.state / "inventory.yml"), str(PLAYBOOKS / "audit.yml")]
    terminal = Terminal([str(Path(sys.executable).parent / "ansible-playbook"), *words], FLEET, 110, 30)
    terminal.until(lambda: any(re.match("  ready-1 ▸ Audit", line) for line in terminal.screen))
    assert any(re.match("  off-1   ✗ out of reach: Read the host", line) for line in terminal.screen)
    assert terminal.wait() == 4
    on_screen = "\n".join(terminal.whole)
    done = preloaded.run("ansible-playbook", words, PLAIN)
    assert done.code == 4 and "\x1b" not in done.output, done.output
    for output in (on_screen, done.output):
        assert output.count("off-1: Read the host: out of reach: 127.0.0.1: nothing listens on the WinRM port") == 1
        outcomes = re.findall(r"(?m)^(\S[a-z ]+\S) +\d+  \S", output.partition("\noutcome ")[2])
        assert outcomes == ["not in order", "out of reach"], output
        assert re.search(r"only these: --limit \S*off-1", output) and re.search(r"3 laptops in 0:\d\d", output)
        assert len(re.findall("(?m)^level +laptops", output)) == 1


class Download:
    """A playbook that lets the laptop ``ready-1`` fetch a driver, slowly, from the address of somebody's server."""

    name = "580.88.exe"
    pattern = re.compile(r"\[ready-1\] download (\d+)%: 580\.88\.exe, (\d+) KiB of 976 KiB")

    def __init__(self, lab: Lab, folder: Path, version: str) -> None:
        content = nvidia_setup.installer(version, None).ljust(1_000_000, b"\n")
        (folder / self.name).write_bytes(content)
        words = ("ready-1", "download_is_slow", f"match={self.name}", "seconds=6")
        assert lab.command("fault", *words).returncode == 0
        self.web = WebServer(folder)
        arguments = {"minimum": version, "sha256": hashlib.sha256(content).hexdigest()}
        self._task = {"name": "Install the driver", "wslfleet.cuda.nvidia_driver": arguments}
        self._playbook, self._arguments = folder / "play.yml", arguments

    def words(self, lab: Lab) -> list[str]:
        self._arguments["installer"] = f"{self.web.url}/{self.name}"
        play = {"name": "Driver", "hosts": "ready-1", "gather_facts": False, "tasks": [self._task]}
        self._playbook.write_text(yaml.safe_dump([play]), encoding="utf-8")
        return ["-i", str(lab.state / lab.inventory), str(self._playbook)]


@pytest.mark.parametrize("road", ("winrm", "ssh"))
def test_a_download_on_windows_is_told_in_a_pipe(lab: Lab, tmp_path: Path, road: str) -> None:
    download = Download(lab, tmp_path, {"winrm": "580.88", "ssh": "580.89"}[road])
    way = lab.over_ssh if road == "ssh" else lab
    with download.web:
        done = preloaded.run("ansible-playbook", download.words(way), {**PLAIN, "ANSIBLE_STDOUT_CALLBACK": "default"})
    assert done.code == 0, done.output
    told = [(int(percent), int(size)) for percent, size in download.pattern.findall(done.output)]
    assert told == sorted(set(told)) and len([each for each in told if 0 < each[0] < 100]) >= 2, done.output
    assert told[-1] == (100, 976) and len(told) <= 6
    # A second run fetches nothing, and is as quiet as ever.
    before = len(lab.journal("ready-1"))
    with download.web:
        again = preloaded.run("ansible-playbook", download.words(way), PLAIN)
    assert again.code == 0 and "download" not in again.output, again.output
    assert len(lab.journal("ready-1")) - before <= 2


def test_a_download_on_windows_has_a_bar(lab: Lab, tmp_path: Path) -> None:
    download = Download(lab, tmp_path, "580.90")
    bars: dict[int, int] = {}

    def seen() -> bool:
        for line in terminal.screen:
            found = re.match(r"  ready-1 ▸ (█*)(░*) download (\d+)%: 580\.88\.exe, \d+ KiB of 976 KiB +\d:\d\d", line)
            if found:
                assert len(found[1]) + len(found[2]) == 22
                bars[int(found[3])] = len(found[1])
        return len([percent for percent in bars if 0 < percent < 100]) >= 2

    with download.web:
        program = str(Path(sys.executable).parent / "ansible-playbook")
        terminal = Terminal([program, *download.words(lab)], FLEET, 110, 30)
        terminal.until(seen)
        assert terminal.wait() == 0
    assert all(full == 22 * percent // 100 for percent, full in bars.items()), bars
    assert "download" not in "\n".join(terminal.whole)
