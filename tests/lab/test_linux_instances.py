# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running distributions: bytes, exit codes, signals, what survives and what does not."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.linux import disks, dress, driver, enter
from lab.linux.instances import InstanceError, UnknownUser
from lab.machine.process import NotModelled
from tests.lab.linux_support import (
    SMALL,
    host_mounts_below,
    host_processes_with,
    make_laptop,
    make_process,
    seconds,
    wait_until,
    written,
)

pytestmark = pytest.mark.lab

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Laptop]:
    """A laptop with an NVIDIA driver."""
    made = make_laptop(tmp_path_factory.mktemp("laptop") / "l1")
    from lab.machine.state import Gpu

    driver.write_driver_files(made.directory / "C" / "Windows" / "System32" / "lxss" / "lib", [Gpu()])
    yield made
    made.shut_down()
    assert host_mounts_below(made.directory) == []


@pytest.fixture(scope="module")
def disk(laptop: Laptop) -> str:
    """A disk that the tests of this file share."""
    return disks.create_disk(laptop, SMALL)


def sh(laptop: Laptop, disk: str, script: str, **settings: t.Any) -> subprocess.CompletedProcess[bytes]:
    """Run a shell script in the distribution."""
    return laptop.instances.capture(disk, ["/bin/sh", "-c", script], name="Debian", **settings)


# -- bytes and exit codes --------------------------------------------------------------------------------------------


def test_binary_stdin_comes_back_byte_for_byte(laptop: Laptop, disk: str) -> None:
    content = random.Random(1).randbytes(300_000)
    process = make_process(laptop, stdin=content)
    assert laptop.instances.run(disk, ["cat"], "root", "/", {}, process) == 0
    assert written(process.stdout) == content
    assert written(process.stderr) == b""


def test_standard_streams_are_pipes_and_stay_apart(laptop: Laptop, disk: str) -> None:
    done = sh(
        laptop, disk, "for n in 0 1 2; do test -t $n || test -p /dev/fd/$n || echo bad; done; echo out; echo err >&2"
    )
    assert (done.stdout, done.stderr) == (b"out\n", b"err\n")


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("exit 0", 0),
        ("exit 42", 42),
        ("exit 255", 255),
        ("kill -KILL $$", 9),
        ("kill -TERM $$", 15),
        ("sh -c 'kill -KILL $$'; exit $?", 137),
        ("no-such-command", 127),
    ],
)
def test_exit_status(laptop: Laptop, disk: str, script: str, status: int) -> None:
    assert sh(laptop, disk, script).returncode == status


def test_a_missing_program_is_one_line_of_init(laptop: Laptop, disk: str) -> None:
    done = laptop.instances.capture(disk, ["no-such-program", "x"])
    assert done.returncode == 1
    assert done.stderr.startswith(b"<3>WSL (")
    assert done.stderr.endswith(b"execvpe(no-such-program) failed: No such file or directory\n")


def test_a_missing_folder_is_reported_and_not_fatal(laptop: Laptop, disk: str) -> None:
    done = laptop.instances.capture(disk, ["pwd"], cwd="/no/such")
    assert (done.returncode, done.stdout) == (0, b"/\n")
    assert done.stderr.endswith(b"chdir(/no/such) failed 2\n")


def test_an_unknown_user_is_its_own_error(laptop: Laptop, disk: str) -> None:
    with pytest.raises(UnknownUser, match="nobody-here"):
        laptop.instances.capture(disk, ["true"], user="nobody-here")


def test_another_user_has_its_groups_home_and_directory(laptop: Laptop, disk: str) -> None:
    sh(laptop, disk, "useradd -m -G disk,audio dev")
    done = sh(laptop, disk, "id; echo $HOME $USER $LOGNAME $SHELL; pwd; touch f", user="dev")
    assert done.stderr == b""
    text = done.stdout.decode()
    assert "uid=1000(dev)" in text
    assert "disk" in text
    assert "audio" in text
    assert text.splitlines()[1:] == ["/home/dev dev dev /bin/sh", "/home/dev"]


def test_arguments_arrive_unchanged(laptop: Laptop, disk: str) -> None:
    odd = ["", " ", "%PATH%", "$HOME", "a\nb", "é\u20ac", "'\"\\", "x" * 100_000]
    done = laptop.instances.capture(disk, ["printf", "%s\\0", *odd])
    assert done.stdout == "\0".join([*odd, ""]).encode()


def test_argv0_and_a_script_without_interpreter_line(laptop: Laptop, disk: str) -> None:
    process = make_process(laptop)
    laptop.instances.run(disk, ["/bin/sh", "-c", "tr '\\0' ' ' </proc/self/cmdline; echo $0"], "root", "/", {}, process)
    process = make_process(laptop)
    laptop.instances.run(disk, ["/bin/sh", "-c", "cat /proc/$$/cmdline"], "root", "/", {}, process, arg0="-sh")
    assert written(process.stdout).startswith(b"-sh\0-c\0")
    sh(laptop, disk, "printf 'echo it runs' >/usr/local/bin/plain; chmod +x /usr/local/bin/plain")
    assert laptop.instances.capture(disk, ["plain"]).stdout == b"it runs\n"


def test_no_signal_is_ignored(laptop: Laptop, disk: str) -> None:
    ignored = int(sh(laptop, disk, "grep SigIgn /proc/self/status").stdout.split()[1], 16)
    # Signals 32 and 33 belong to the C library: a program can neither see nor reset them when its parent ignored one.
    assert ignored & ~(1 << 31 | 1 << 32) == 0


# -- terminal, background processes, hang up -------------------------------------------------------------------------


def test_the_program_leads_a_session_with_a_terminal_of_80x24(laptop: Laptop, disk: str) -> None:
    done = sh(laptop, disk, "stty size </dev/tty; seq 100000 >/dev/tty; cut -d' ' -f1,6 /proc/$$/stat; echo $$")
    size, ids, own = done.stdout.decode().splitlines()
    assert size == "24 80"
    assert ids == f"{own} {own}"


def test_run_returns_while_a_grandchild_holds_the_pipes(laptop: Laptop, disk: str) -> None:
    started = time.monotonic()
    done = sh(laptop, disk, f"setsid sleep {seconds(61)} & sleep 0.2; echo started")
    assert time.monotonic() - started < 5
    assert done.stdout == b"started\n"
    assert len(host_processes_with(f"sleep\0{seconds(61)}")) == 1
    sh(laptop, disk, "kill $(grep -lz '^61' /proc/[0-9]*/cmdline | cut -d/ -f3)")


def test_a_killed_client_hangs_up_its_program_but_not_a_daemon(laptop: Laptop, disk: str) -> None:
    process = make_process(laptop)
    # The shell would report its killed sleep on stderr, which is closed by then.
    trap = "exec 2>/dev/null; trap 'echo hup >/root/hung-up; exit 0' HUP"
    argv = [
        "/bin/sh",
        "-c",
        f"setsid sleep {seconds(62)} & sleep 0.2; {trap}; echo ready; while :; do sleep 0.05; done",
    ]
    runner = ThreadPoolExecutor().submit(laptop.instances.run, disk, argv, "root", "/", {}, process)
    assert t.cast(t.Any, process.stdout).read() == b"ready\n"
    process.killed.set()
    for hook in list(process.on_kill):
        hook()
    assert runner.result(5) == 1
    wait_until(lambda: disks.read_file(laptop, disk, "/root/hung-up") == b"hup\n")
    assert process.on_kill == []
    assert len(host_processes_with(f"sleep\0{seconds(62)}")) == 1


def test_a_reader_that_goes_away_ends_the_program(laptop: Laptop, disk: str) -> None:
    process = make_process(laptop)
    runner = ThreadPoolExecutor().submit(laptop.instances.run, disk, ["yes", seconds(63)], "root", "/", {}, process)
    t.cast(t.Any, process.stdout).read()
    t.cast(t.Any, process.stdout).abandon()
    assert runner.result(5) in (1, 13)
    wait_until(lambda: host_processes_with(f"yes\0{seconds(63)}") == [])


def test_no_descriptor_or_thread_is_left_behind(laptop: Laptop, disk: str) -> None:
    sh(laptop, disk, "true")
    before = len(list(Path("/proc/self/fd").iterdir())), threading.active_count()
    for _ in range(5):
        sh(laptop, disk, "true")
        laptop.instances.capture(disk, ["nothing"])
    assert (len(list(Path("/proc/self/fd").iterdir())), threading.active_count()) == before


# -- looks like WSL --------------------------------------------------------------------------------------------------


def test_variables_of_wsl(laptop: Laptop, disk: str) -> None:
    laptop.instances.terminate(disk)
    process = make_process(laptop)
    laptop.instances.run(disk, ["env"], "root", "~", {"EXTRA": "1"}, process, name="Debian-1")
    variables = dict(line.split("=", 1) for line in written(process.stdout).decode().splitlines())
    assert variables["WSL_DISTRO_NAME"] == "Debian-1"
    assert variables["NAME"] == "LAPTOP-1"
    assert variables["EXTRA"] == "1"
    assert variables["PATH"].endswith(":/usr/lib/wsl/lib:/mnt/c/Windows/System32:/mnt/c/Windows")


def test_kernel_host_name_and_version(laptop: Laptop, disk: str) -> None:
    done = sh(
        laptop, disk, "cat /proc/version /proc/sys/kernel/osrelease; hostname; wslinfo --version; test -c /dev/dxg"
    )
    assert done.returncode == 0
    assert done.stdout.decode() == f"{dress.PROC_VERSION}{dress.KERNEL_RELEASE}\nLAPTOP-1\n2.6.3.0\n"


def test_the_loader_finds_the_driver_of_windows_first(laptop: Laptop, disk: str) -> None:
    done = sh(laptop, disk, "ldconfig -p | grep libcuda; touch /usr/lib/wsl/lib/x || echo read-only")
    assert done.stdout.split(b"\n")[0].endswith(b"=> /usr/lib/wsl/lib/libcuda.so.1")
    assert b"read-only" in done.stdout
    warning = sh(laptop, disk, "ldconfig").stderr
    assert b"/usr/lib/wsl/lib/libcuda.so.1 is not a symbolic link" in warning
    assert b"Driver Version: 572.61" in sh(laptop, disk, "nvidia-smi").stdout


def test_the_c_drive_is_there_and_the_hosts_kernel_is_safe(laptop: Laptop, disk: str) -> None:
    (laptop.directory / "C" / "note.txt").write_text("hello")
    done = sh(laptop, disk, "cat /mnt/c/note.txt; echo 1 >/proc/sys/kernel/panic || echo refused; ls /proc/1/root/work")
    assert done.stdout.startswith(b"hellorefused")


def test_wsl_conf_is_honoured(laptop: Laptop) -> None:
    disk = disks.create_disk(laptop, SMALL)
    conf = "[automount]\\nldconfig = false\\n[network]\\nhostname = other\\ngenerateHosts=false\\n"
    sh(laptop, disk, f"printf '{conf}[interop]\\nappendWindowsPath=false\\n' >/etc/wsl.conf")
    sh(laptop, disk, "rm -f /etc/ld.so.conf.d/ld.wsl.conf; echo mine >/etc/hosts")
    laptop.instances.terminate(disk)
    done = sh(laptop, disk, "hostname; cat /etc/hosts; ls /etc/ld.so.conf.d/ld.wsl.conf; echo $PATH")
    assert done.stdout.decode().splitlines()[:2] == ["other", "mine"]
    assert b"/mnt/c" not in done.stdout
    assert b"No such file" in done.stderr
    laptop.instances.terminate(disk)
    (disks.disk(laptop, disk).upper / "etc" / "wsl.conf").write_text("[boot]\nsystemd=true\n")
    with pytest.raises(NotModelled, match="systemd"):
        laptop.instances.start(disk)


def test_loopback_of_the_host_can_be_reached(laptop: Laptop, disk: str) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answer = ThreadPoolExecutor().submit(lambda: server.accept()[0].sendall(b"hello\n"))
        done = laptop.instances.capture(disk, ["bash", "-c", f"head -n1 </dev/tcp/127.0.0.1/{port}"])
        answer.result(5)
    assert done.stdout == b"hello\n"


# -- life and death --------------------------------------------------------------------------------------------------


def test_terminate_ends_everything(laptop: Laptop, disk: str) -> None:
    sh(laptop, disk, f"setsid sleep {seconds(64)} & setsid nohup sleep {seconds(64)} >/dev/null 2>&1 & sleep 0.2")
    process = make_process(laptop)
    runner = ThreadPoolExecutor().submit(laptop.instances.run, disk, ["sleep", seconds(64)], "root", "/", {}, process)
    wait_until(lambda: len(host_processes_with(f"sleep\0{seconds(64)}")) == 3)
    laptop.instances.terminate(disk)
    assert runner.result(5) == 1
    assert host_processes_with(f"sleep\0{seconds(64)}") == []
    assert not laptop.instances.is_running(disk)
    assert enter.first_process(disks.disk(laptop, disk).directory) is None


def test_start_is_idempotent_and_thread_safe(laptop: Laptop, disk: str) -> None:
    laptop.instances.terminate(disk)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: laptop.instances.start(disk, "Debian"), range(8)))
    assert laptop.instances.running() == [disk]
    assert len(host_processes_with("lab.linux.holder")) >= 1
    assert len({sh(laptop, disk, "readlink /proc/self/ns/pid").stdout for _ in range(3)}) == 1


def test_files_stay_and_tmpfs_is_lost(laptop: Laptop, disk: str) -> None:
    sh(laptop, disk, "echo kept >/root/kept; echo lost >/run/lost; rm /etc/issue")
    laptop.instances.terminate(disk)
    assert sh(laptop, disk, "cat /root/kept; ls /run/lost /etc/issue").stdout == b"kept\n"


def test_idle_stop_waits_for_the_last_process(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path / "l2", instance_idle_seconds=0.5)
    disk = disks.create_disk(laptop, SMALL)
    try:
        sh(laptop, disk, "setsid sleep 1.5 >/dev/null 2>&1 & sleep 0.2")
        time.sleep(1)
        assert laptop.instances.is_running(disk)
        wait_until(lambda: not laptop.instances.is_running(disk))
        assert sh(laptop, disk, "echo again").stdout == b"again\n"
    finally:
        laptop.shut_down()


def test_the_virtual_machine_stops_under_a_program(laptop: Laptop, disk: str) -> None:
    laptop.faults.switch_on("virtual_machine_stops", count=1, seconds=0.2, match="special")
    process = make_process(laptop, command_line="wsl.exe special")
    assert laptop.instances.run(disk, ["sleep", "65"], "root", "/", {}, process) == 1
    assert laptop.instances.running() == []


def test_twenty_instances(laptop: Laptop) -> None:
    many = [disks.create_disk(laptop, SMALL) for _ in range(20)]
    for one in many:
        laptop.instances.start(one, "Debian")
    assert set(many) <= set(laptop.instances.running())
    assert sh(laptop, many[-1], "hostname").stdout == b"LAPTOP-1\n"
    laptop.instances.terminate_all()
    assert laptop.instances.running() == []


def test_a_disk_runs_only_once(laptop: Laptop, disk: str) -> None:
    laptop.instances.start(disk)
    other = Laptop(laptop.directory, laptop.instances.image_cache)
    with pytest.raises(InstanceError, match="another process runs this disk"):
        other.instances.start(disk)


_SERVER = """
import sys, time
from pathlib import Path
sys.path[:0] = [{project!r}, {tests!r}]
from tests.lab.linux_support import SMALL, make_laptop
from lab.linux import disks
laptop = make_laptop(Path(sys.argv[1]))
disk = disks.create_disk(laptop, SMALL)
laptop.instances.capture(disk, ["sh", "-c", "setsid sleep {seconds} >/dev/null 2>&1 & sleep 0.2"])
print("ready", flush=True)
laptop.instances.capture(disk, ["sleep", "{seconds}"])
"""


def test_nothing_is_left_when_the_server_is_killed(tmp_path: Path) -> None:
    script = _SERVER.format(project=str(PROJECT), tests=str(Path(__file__).parent), seconds=seconds(66))
    directory = tmp_path / "l3"
    with subprocess.Popen([sys.executable, "-c", script, str(directory)], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        wait_until(lambda: len(host_processes_with(f"sleep\0{seconds(66)}")) == 2)
        record = next(directory.glob("distributions/*/instance.json"))
        first = enter.first_process(record.parent)
        assert first is not None
        server.kill()
    wait_until(lambda: host_processes_with(f"sleep\0{seconds(66)}") == [] and not Path(f"/proc/{first}").exists())
    assert enter.first_process(record.parent) is None
    assert host_mounts_below(directory) == []


def test_another_process_finds_the_instance(laptop: Laptop, disk: str) -> None:
    laptop.instances.start(disk, "Debian")
    folder = disks.disk(laptop, disk).directory
    assert enter.first_process(folder) is not None
    code = f"import sys, pathlib; from lab.linux import enter; sys.exit(enter.shell(pathlib.Path({str(folder)!r})))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, input=b"hostname; pwd; exit 7\n", capture_output=True
    )
    assert (done.returncode, done.stdout) == (7, b"LAPTOP-1\n/root\n")
