# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows programs that are started inside a distribution."""

from __future__ import annotations

import json
import subprocess
import threading
import typing as t
from pathlib import Path

import pytest

from lab.interop import translate
from lab.laptops.laptop import Laptop
from lab.linux import disks
from tests.lab.linux_support import SMALL, make_laptop, seconds, wait_until

SYSTEM32 = "C:\\Windows\\System32"
CMD = "/mnt/c/Windows/System32/cmd.exe"

# -- what crosses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["cmd.exe", "/c", "%LINE%&x|y^z"], "cmd.exe /c %LINE%&x|y^z"),
        (["a", ""], 'a ""'),
        (["a", "b c"], 'a "b c"'),
        (["a", 'say "no"'], 'a "say \\"no\\""'),
        (["a", "b c\\"], 'a "b c\\\\"'),
        (["a", 'x\\"'], 'a "x\\\\\\""'),
        (["a", "C:\\x\\"], "a C:\\x\\"),
    ],
)
def test_arguments_become_a_command_line_by_the_rules_of_c(arguments: list[str], line: str) -> None:
    assert translate.command_line(arguments) == line


def test_paths_are_those_of_the_drive_or_of_the_share() -> None:
    assert translate.windows_path("/mnt/c/Users/x", "Debian", "/mnt/") == "C:\\Users\\x"
    assert translate.windows_path("/mnt/c", "Debian", "/mnt/") == "C:\\"
    assert translate.windows_path("/mnt/c/x", "Debian", "/win/") == "\\\\wsl.localhost\\Debian\\mnt\\c\\x"


def test_only_what_wslenv_names_crosses() -> None:
    linux = {"A": "1", "B": "2", "P": "/mnt/c/x", "L": "/mnt/c/x:/home", "WSLENV": "A/w:B/u:P/p:L/l:E:F/x"}
    assert translate.shared(linux, "Debian", "/mnt/") == {
        "WSLENV": "A/w:B/u:P/p:L/l:E:F/x",
        "A": "1",
        "P": "C:\\x",
        "L": "C:\\x;\\\\wsl.localhost\\Debian\\home",
        "E": "",
    }


# -- programs --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Laptop]:
    """A laptop with the programs that these tests start."""
    made = make_laptop(tmp_path_factory.mktemp("laptop") / "l1", language="de-DE", instance_idle_seconds=0.5)
    for name in ("cmd", "reg", "chcp", "find", "hostname"):
        made.drive.add_program(f"{SYSTEM32}\\{name}.{'com' if name == 'chcp' else 'exe'}", name)
    yield made
    made.shut_down()


@pytest.fixture(scope="module")
def disk(laptop: Laptop) -> str:
    return disks.create_disk(laptop, SMALL)


def sh(laptop: Laptop, disk: str, script: str, **settings: t.Any) -> subprocess.CompletedProcess[bytes]:
    """Run a shell script in the distribution."""
    return laptop.instances.capture(disk, ["/bin/sh", "-c", script], name="Debian", **settings)


def journal(laptop: Laptop) -> list[dict[str, t.Any]]:
    """What was started inside a distribution so far."""
    lines = (laptop.directory / "interop.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def configure(laptop: Laptop, disk: str, text: str) -> None:
    """Write wsl.conf of a disk that does not run."""
    file = disks.disk(laptop, disk).upper / "etc" / "wsl.conf"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")


def in_windows(laptop: Laptop, disk: str, script: str, **settings: t.Any) -> subprocess.CompletedProcess[bytes]:
    """The same in a folder of drive C."""
    return sh(laptop, disk, f"cd /mnt/c/Windows;{script}", **settings)


@pytest.mark.lab
def test_a_windows_program_gets_the_streams(laptop: Laptop, disk: str) -> None:
    script = f"export LINE='find \"two\"&echo no 1>&2' WSLENV=LINE/w;{CMD} /d /c %LINE%"
    done = in_windows(laptop, disk, script, stdin=b"one\r\ntwo\r\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"two\r\n", b"no \r\n")


@pytest.mark.lab
def test_the_line_of_a_variable_arrives_as_it_is(laptop: Laptop, disk: str) -> None:
    """What is in it is read by cmd.exe, quotes and operators, and no variable in it once more."""
    line = 'set "X=a&b"&(echo "%X%"&set X)&find /v "" 1>&2'
    script = f"export LINE='{line}' WSLENV=LINE/w;{CMD} /d /c %LINE%"
    done = in_windows(laptop, disk, script, stdin=b"\x00\xff\r\n")
    assert (done.returncode, done.stdout) == (0, b'"%X%"\r\nX=a&b\r\n')


@pytest.mark.lab
@pytest.mark.parametrize(("code", "seen"), [(0, 0), (3010, 3010 % 256), (-1, 255), (256, 0)])
def test_linux_keeps_eight_bits_of_an_exit_code(laptop: Laptop, disk: str, code: int, seen: int) -> None:
    assert in_windows(laptop, disk, f"{CMD} /c exit {code}").returncode == seen


@pytest.mark.lab
def test_a_folder_of_linux_is_none_for_cmd(laptop: Laptop, disk: str) -> None:
    done = sh(laptop, disk, f"cd /etc;{CMD} /d /c cd")
    assert done.stdout == b"C:\\Windows\r\n"
    assert done.stderr.decode("cp850").startswith("'\\\\wsl.localhost\\Debian\\etc'\r\nCMD.EXE wurde")
    assert in_windows(laptop, disk, f"{CMD} /d /c cd").stdout == b"C:\\Windows\r\n"


@pytest.mark.lab
def test_the_console_has_the_code_page_of_the_country(laptop: Laptop, disk: str) -> None:
    assert in_windows(laptop, disk, f"{CMD} /d /c echo ä").stdout == "ä\r\n".encode("cp850")
    changed = in_windows(laptop, disk, f"{CMD} /d /c chcp 65001'>nul&'echo ä")
    assert changed.stdout.decode() == "ä\r\n"


@pytest.mark.lab
def test_the_token_is_not_elevated_unless_wsl_was_started_so(laptop: Laptop, disk: str) -> None:
    ask = f"{CMD} /d /c reg query HKU\\\\S-1-5-19"
    laptop.registry.create("HKU\\S-1-5-19")
    assert in_windows(laptop, disk, ask).returncode == 1
    laptop.state.elevated = True
    try:
        assert in_windows(laptop, disk, ask).returncode == 0
    finally:
        laptop.state.elevated = False


@pytest.mark.lab
def test_windows_in_path_is_a_setting(laptop: Laptop, disk: str) -> None:
    own = disks.create_disk(laptop, SMALL)
    configure(laptop, own, "[interop]\nappendWindowsPath=false\n")
    assert sh(laptop, own, "cmd.exe /c exit 0").returncode == 127
    assert in_windows(laptop, own, f"{CMD} /c exit 7").returncode == 7


@pytest.mark.lab
def test_interop_that_is_switched_off_ends_with_one_and_says_nothing(laptop: Laptop, disk: str) -> None:
    own = disks.create_disk(laptop, SMALL)
    configure(laptop, own, "[interop]\nenabled=false\n")
    done = in_windows(laptop, own, f"{CMD} /c exit 0;echo $? $WSL_INTEROP")
    assert (done.stdout, done.stderr) == (b"1\n", b"")


@pytest.mark.lab
def test_without_an_entry_for_it_linux_cannot_start_a_windows_program(laptop: Laptop, disk: str) -> None:
    own = disks.create_disk(laptop, SMALL)
    done = in_windows(laptop, own, f"umount /init;exec bash -c '{CMD} /c exit 0'")
    assert done.returncode == 126 and b"Exec format error" in done.stderr


@pytest.mark.lab
def test_another_root_of_drives(laptop: Laptop, disk: str) -> None:
    own = disks.create_disk(laptop, SMALL)
    configure(laptop, own, "[automount]\nroot=/win/\n")
    assert sh(laptop, own, "cd /win/c/Windows;/win/c/Windows/System32/cmd.exe /c cd").stdout == b"C:\\Windows\r\n"


@pytest.mark.lab
def test_a_program_ends_with_what_started_it(laptop: Laptop, disk: str) -> None:
    start = f"mkfifo /tmp/f /tmp/go;sleep {seconds(60)} >/tmp/f& s=$!;{CMD} /d /c %LINE% </tmp/f& c=$!"
    script = f"export LINE='find \"x\"' WSLENV=LINE/w;{start};cat /tmp/go;kill $c;wait $c;kill $s"
    running = threading.Thread(target=in_windows, args=(laptop, disk, script))
    running.start()
    wait_until(lambda: bool(laptop.interop.running))
    sh(laptop, disk, "echo >/tmp/go")
    running.join()
    wait_until(lambda: not laptop.interop.running)
    assert journal(laptop)[-1]["killed"]


@pytest.mark.lab
def test_each_program_is_in_a_journal(laptop: Laptop, disk: str) -> None:
    in_windows(laptop, disk, f"export LINE=hostname WSLENV=LINE/w;{CMD} /d /c %LINE%")
    last = journal(laptop)[-1]
    assert last["line"] == "cmd.exe /d /c %LINE%" and last["shared"]["LINE"] == "hostname"
    assert last["processes"] == [f"{SYSTEM32}\\cmd.exe", f"{SYSTEM32}\\hostname.exe"]


@pytest.mark.lab
def test_folders_of_the_lab_are_shown_read_only(laptop: Laptop, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text", encoding="utf-8")
    own = disks.create_disk(laptop, SMALL)
    laptop.instances.shown["/run/shown"] = str(tmp_path)
    try:
        assert sh(laptop, own, "cat /run/shown/file;touch /run/shown/x || echo no").stdout == b"textno\n"
    finally:
        laptop.instances.shown.clear()
