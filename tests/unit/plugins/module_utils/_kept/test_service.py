# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python of a kept session, run here as the distribution runs it, beside a Python of its own for each program."""

from __future__ import annotations

import base64
import io
import os
import re
import signal
import subprocess
import sys
import time
import typing as t
import zipfile
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._kept import base, service

from tests.unit.plugins.module_utils.kept_python import KeptPython, environment

LIMIT = 100_000


class Kept(KeptPython):
    """Without a base."""

    def __init__(self, folder: Path, silence: float = 60) -> None:
        super().__init__(folder, environment(), LIMIT, silence=silence)

    def run(self, program: str, **more: t.Any) -> tuple[int, bytes, bytes]:
        data = program.encode()
        self.ask([(("text", len(data), ""), data)], **more)
        return self.result()


@pytest.fixture(scope="module", autouse=True)
def hang_up() -> t.Iterator[None]:
    """Under nohup a hang-up would be ignored, by the children too; a distribution starts programs without that."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Kept]:
    started = Kept(tmp_path_factory.mktemp("kept"))
    yield started
    started.end()


def ordinary(program: str, folder: str) -> tuple[int, bytes, bytes]:
    """As wsl.exe runs a pipelined module, but for the terminal."""
    command = ["/bin/sh", "-c", f"/bin/sh -c '{sys.executable} && sleep 0'; exit $?"]
    done = subprocess.run(command, input=program.encode(), capture_output=True, cwd=folder, env=environment())
    return done.returncode, done.stdout, done.stderr


SAME = {
    "environment": "import os; print(sorted(os.environ.items()))",
    "umask and folder": "import os; print(os.umask(0), os.getcwd())",
    "arguments": "import sys; print(sys.argv, sys.orig_argv if hasattr(sys, 'orig_argv') else '', sys.flags)",
    "path": "import sys; print(sys.path, sys.executable, sys.prefix)",
    "command line": "print(open('/proc/self/cmdline').read())",
    "descriptors": "import os; print(len(os.listdir('/proc/self/fd')), [os.isatty(n) for n in range(3)])",
    "kinds of streams": "import os, stat; print([stat.S_ISFIFO(os.fstat(n).st_mode) for n in range(3)])",
    "stdin is at its end": "import sys; print(repr(sys.stdin.read()), repr(sys.stdin.buffer.read()))",
    "encodings": "import sys; print([(s.encoding, s.errors, s.line_buffering) for s in (sys.stdin, sys.stdout)])",
    "name and globals": "print(__name__, __spec__, '__file__' in globals(), __builtins__, __annotations__)",
    "main module": "import __main__; x = 1; print(__main__.x, __main__.__dict__ is globals())",
    "signals": "import signal; print([str(signal.getsignal(n)) for n in sorted(signal.valid_signals())])",
    "blocked signals": "import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, []))",
    "limits": "import resource; print([resource.getrlimit(n) for n in range(15)])",
    "may lead a session": "import os; os.setsid(); print('yes')",
    "user": "import os; print(os.getresuid(), os.getresgid(), os.getgroups(), os.nice(0))",
    "exit code": "import sys; sys.exit(7)",
    "exit text": "import sys; sys.exit('a reason')",
    "exit without cleaning": "import os; print('lost'); os._exit(9)",
    "killed": "import os; os.kill(os.getpid(), 15)",
    "traceback": "def f():\n    raise ValueError('ü')\nf()",
    "syntax": "print('a')\nx = = 1\n",
    "a program with a coding": "# -*- coding: utf-8 -*-\nprint('ü'.encode())",
    "at exit": "import atexit; atexit.register(print, 'bye'); print('hello')",
    "forks": "import os\nif os.fork() == 0:\n    os._exit(3)\nprint(os.WEXITSTATUS(os.wait()[1]))",
    "closes descriptors": "import os; os.write(1, b'x'); os.closerange(0, 100)",
    "starts a program": "import subprocess; print(subprocess.run(['/bin/sh', '-c', 'echo $0; exit 4']).returncode)",
    "threads": "import threading; t = threading.Thread(target=print, args=(1,)); t.start(); t.join()",
    "a lot of output": "print('x' * 90000)",
    "every byte": "import sys; sys.stdout.buffer.write(bytes(range(256)))",
}


CHILD = "import os, sys\nif os.fork():\n    print(os.wait()[1], open('left').read())\n    sys.exit()\n"
LEFT = "import os\nclass Left:\n    def __del__(self):\n        print('gone', os.sep, self.name)\n"
ENDS = {
    **{f"exit code {code}": f"import sys; sys.exit({code})" for code in (0, 300, -1, None, True)},
    "a file that nobody closes": f"{CHILD}file = open('left', 'w')\nfile.write('text')",
    "a file in a module of Python": f"{CHILD}sys.held = [open('left', 'w')]\nsys.held[0].write('text')",
    "bytes that nobody flushes": f"{CHILD}os.held = open('left', 'wb')\nos.held.write(b'bytes')",
    "what is left": f"{LEFT}a = Left()\na.name = 'a'",
    "what is left in a circle": f"{LEFT}a = Left()\na.name, a.itself = 'a', a\ndel a",
    "a local of what ends": f"{LEFT}def f():\n    a = Left()\n    a.name = 'a'\n    raise SystemExit(4)\nf()",
    "a local of what fails": f"{LEFT}def f():\n    a = Left()\n    a.name = 'a'\n    raise ValueError\nf()",
    "in the other order": "import atexit\natexit.register(print, 1)\natexit.register(print, 2)\nprint(0)",
    "an error at exit": "import atexit\natexit.register(int, 'x')\natexit.register(print, 2)",
    "a function that fails at exit": "import atexit\natexit.register(lambda: 1 / 0)",
    "what is left fails": "class Left:\n    def __del__(self):\n        1 / 0\na = Left()",
    "an exit at exit": "import atexit, sys\natexit.register(sys.exit, 3)",
    "a thread that goes on": "import threading, time\n"
    "threading.Thread(target=lambda: (time.sleep(0.1), print('last'))).start()\nprint('first')",
    "a thread that may be ended": "import threading, time\n"
    "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\nprint(1)",
    "another stdout": f"{CHILD}sys.stdout = open('left', 'w')\nprint('text')",
    "no stdout": "import sys\nprint(1)\nsys.stdout = None",
    "a stdout that is closed": "import os\nprint(1)\nos.close(1)",
    "output of a library in C": "import ctypes\nctypes.CDLL(None).printf(b'from C')",
    "no modules": "import sys\nprint(1)\nsys.modules.clear()",
    "a log": f"{CHILD}import logging\nlogging.basicConfig(filename='left', filemode='w')\nlogging.warning('text')",
    "a temporary file": f"{CHILD}import tempfile\nfile = tempfile.NamedTemporaryFile('w')\n"
    "open('left', 'w').write(str(os.path.exists(file.name)))",
}


@pytest.mark.parametrize("program", {**SAME, **ENDS}.values(), ids={**SAME, **ENDS}.keys())
def test_a_program_sees_what_it_sees_in_a_python_of_its_own(kept: Kept, program: str) -> None:
    folder = os.readlink(f"/proc/{kept.process.pid}/cwd")
    wanted, found = ordinary(program, folder), kept.run(program)
    told = [re.sub(rb"Terminated\n| at 0x\w+", b"", text) for text in (wanted[2], found[2])]
    assert (found[0], found[1], told[1]) == (wanted[0], wanted[1], told[0])


def test_there_is_a_terminal_of_its_own_as_in_wsl(kept: Kept) -> None:
    code, out, _err = kept.run("import os; t = open('/dev/tty'); print(os.get_terminal_size(t.fileno()), os.getsid(0))")
    size, session = out.decode().rsplit(" ", 1)
    assert (code, size) == (0, "os.terminal_size(columns=80, lines=24)")
    assert int(session) != os.getsid(kept.process.pid)


def test_what_a_program_changes_is_gone(kept: Kept) -> None:
    change = "import sys, os, json, builtins; sys.modules['json'] = None; builtins.print = None; sys.path[:] = []"
    assert kept.run(f"{change}; os.chdir('/'); os.umask(0o777); os.environ.clear(); sys.modules.clear()")[0] == 0
    look = "import json, os, sys; print(json.dumps(1), os.getcwd() != '/', os.umask(0) != 0o777, bool(os.environ))"
    assert kept.run(look)[:2] == (0, b"1 True True True\n")


def test_random_numbers_differ(kept: Kept) -> None:
    program = (
        "import random, uuid, tempfile; print(random.random(), uuid.uuid4(), next(tempfile._get_candidate_names()))"
    )
    assert kept.run(program)[1] != kept.run(program)[1]


def test_variables_of_a_task(kept: Kept) -> None:
    assert kept.run("import os; print(os.environ['A'])", environment={"A": "b c"})[1] == b"b c\n"
    assert kept.run("import os; print('A' in os.environ)")[1] == b"False\n"


def test_a_job_confirms_that_it_begins(kept: Kept) -> None:
    kept.ask([(("text", 8, ""), b"print(1)")], confirm=True)
    assert kept.answer() == {"job": kept.count, "begun": True}
    assert kept.result() == (0, b"1\n", b"")


def test_a_shell(kept: Kept) -> None:
    data = base64.b64encode(bytes(range(256)))
    kept.ask([(("base64", len(data), ""), data)], shell="cat; echo no >&2; kill -9 $$")
    assert kept.result() == (137, bytes(range(256)), b"no\n")


def test_a_shell_that_reads_nothing(kept: Kept) -> None:
    kept.ask([(("text", 300_000, ""), b"x" * 300_000)], shell="exit 3")
    assert kept.result()[0] == 3


def test_a_child_that_stays_holds_nobody_up(kept: Kept) -> None:
    started = time.monotonic()
    assert kept.run("import subprocess; print(subprocess.Popen(['setsid', 'sleep', '5']).pid)")[0] == 0
    assert time.monotonic() - started < 4


def test_what_stays_in_the_session_is_hung_up(kept: Kept) -> None:
    pid = int(kept.run("import subprocess; print(subprocess.Popen(['sleep', '30']).pid)")[1])
    assert _ends(pid)


def test_too_much_output_ends_the_program(kept: Kept) -> None:
    program = b"import os\nprint(os.getpid(), flush=True)\nwhile True: os.write(1, b'x' * 10000)"
    kept.ask([(("text", len(program), ""), program)])
    answer = kept.answer()
    assert answer["long"] is True
    assert kept.stream(answer["out"]) == kept.stream(answer["err"]) == b""
    assert kept.run("print(1)") == (0, b"1\n", b"")


def test_a_program_that_kills_its_parent(kept: Kept) -> None:
    assert kept.run("import os, time; os.kill(os.getppid(), 9); time.sleep(30)")[0] == 137


ARCHIVED = "VALUE = len(__name__)\ndef where():\n    raise RuntimeError(__file__)\n"


def _with_archive(source: str) -> str:
    """A program that imports from a zip in its own text, as AnsiballZ does."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("archived.py", source)
        archive.writestr("padding", os.urandom(4000))
    text = base64.b64encode(packed.getvalue()).decode()
    return (
        f"import base64, sys, tempfile\ndata = '{text}'\nfile = tempfile.NamedTemporaryFile(suffix='.zip')\n"
        "file.write(base64.b64decode(data))\nfile.flush()\nsys.path.insert(0, file.name)\nimport archived\n"
        "print(archived.VALUE, archived.__file__ == file.name + '/archived.py',"
        " archived.where.__code__.co_filename == archived.__file__)\n"
    )


def test_archives_are_compiled_once_and_executed_anew(kept: Kept) -> None:
    for value in ("len(__name__)", "40 + 2"):
        program = _with_archive(ARCHIVED.replace("len(__name__)", value)).encode()
        start, long, end = program.splitlines(True)[:1], program.splitlines(True)[1], program.splitlines(True)[2:]
        digest = f"{value}"
        first, last = b"".join(start), b"".join(end)
        parts = [
            (("text", len(first), ""), first),
            (("text", len(long), digest), long),
            (("text", len(last), ""), last),
        ]
        wanted = f"{eval(value, {'__name__': 'archived'})} True True\n".encode()
        kept.ask(parts)
        assert kept.result() == (0, wanted, b"")
        kept.ask([parts[0], (("known", 0, digest), b""), parts[2]])
        assert kept.result() == (0, wanted, b"")


def test_memory_does_not_grow(kept: Kept) -> None:
    def size() -> int:
        return int(Path(f"/proc/{kept.process.pid}/statm").read_text().split()[1])

    for _number in range(20):
        kept.run("x = 1")
    before = size()
    for _number in range(100):
        kept.run("x = list(range(10000))")
    assert size() - before < 64, "pages of 4 KiB"
    assert len(list(Path(f"/proc/{kept.process.pid}/fd").iterdir())) < 8


def test_compiled_sources_are_bounded_and_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many modules in a row: what is compiled is given up as a whole, and compiled again for whoever comes again."""
    monkeypatch.setattr(service, "CODE_BYTES", 3 * len(ARCHIVED))
    one: t.Any = object.__new__(service.Service)
    one.codes, one._learnt, one._entries, one._base = {}, set(), {}, base
    one._parts = {str(n): _with_archive(f"# {n}\n{ARCHIVED}").encode() for n in range(20)}
    sizes = []
    for number in [*range(20), 0]:
        one._learn([str(number)])
        assert any(source.startswith(b"# %d\n" % number) for source in one.codes)
        sizes.append(len(one.codes))
    assert max(sizes) <= 4 and sizes.count(1) >= 5


@pytest.mark.parametrize("how", ["its end", "a lost client", "it is killed"])
def test_the_end_ends_the_program_too(tmp_path: Path, how: str) -> None:
    kept = Kept(tmp_path)
    file = tmp_path / "pid"
    program = f"import os, time; open({str(file)!r}, 'w').write(str(os.getpid())); time.sleep(60)".encode()
    kept.ask([(("text", len(program), ""), program)])
    deadline = time.monotonic() + 30
    while not (file.exists() and file.read_text()) and time.monotonic() < deadline:
        time.sleep(0.01)
    if how == "its end":
        t.cast(t.IO[bytes], kept.process.stdin).close()
    else:
        kept.process.send_signal(signal.SIGHUP if how == "a lost client" else signal.SIGKILL)
    kept.process.wait(30)
    assert _ends(int(file.read_text()))


def test_silence_is_the_end(tmp_path: Path) -> None:
    kept = Kept(tmp_path, silence=0.2)
    assert kept.process.wait(30) == 0


def _ends(pid: int) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    "data",
    [b"", b"text\n\ttab", bytes(range(256)), b"x" * 5000, os.urandom(5000), "ü".encode()],
    ids=["nothing", "text", "every byte", "long text", "long and random", "umlaut"],
)
def test_bytes_travel_as_letters(data: bytes) -> None:
    how, packed = service.pack(data)
    assert all(32 <= byte < 127 or byte in b"\t\n" for byte in packed)
    assert service.unpack(how, packed, 5000) == data


@pytest.mark.parametrize(
    "how, data",
    [("base64", b"?"), ("zlib", b"eHh4"), ("other", b""), ("text", b"x" * 11)],
    ids=["no base64", "no zlib", "unknown", "too long"],
)
def test_what_cannot_be_unpacked(how: str, data: bytes) -> None:
    with pytest.raises(ValueError):
        service.unpack(how, data, 10)


def test_a_bomb_is_not_unpacked() -> None:
    how, packed = service.pack(b"x" * 10_000_000)
    assert how == "zlib" and len(packed) < 100_000
    with pytest.raises(ValueError, match="too long"):
        service.unpack(how, packed, 1_000_000)


def before(script: str, data: bytes) -> dict[str, t.Any]:
    return {"shell": script, "part": ["text", len(data), ""]}


def test_a_script_before_a_program(kept: Kept, tmp_path: Path) -> None:
    """Its own stdin, its output is nothing to anybody, and the program comes after it."""
    program = f"print(open('{tmp_path}/x').read())".encode()
    parts = [(("text", len(program), ""), program)]
    kept.count += 1
    header = {"job": kept.count, "parts": [parts[0][0]], "before": before(f"cat >{tmp_path}/x; echo noise", b"file")}
    kept.say(header, b"file" + program)
    assert kept.result() == (0, b"file\n", b"")


def test_a_script_that_fails_is_the_answer(kept: Kept, tmp_path: Path) -> None:
    program = f"open('{tmp_path}/begun', 'w')".encode()
    kept.count += 1
    header = {"job": kept.count, "parts": [["text", len(program), ""]], "before": before("echo why >&2; exit 4", b"x")}
    kept.say(header, b"x" + program)
    assert kept.result() == (4, b"", b"why\n")
    assert not (tmp_path / "begun").exists()
    assert kept.run("print(1)") == (0, b"1\n", b"")
