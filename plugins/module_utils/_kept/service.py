# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The Python of a kept session: runs in the distribution, reads jobs, and forks for each of them.

It is the program of ``python3`` without arguments, as every pipelined module is, so that a module finds the same
``sys.argv``, ``sys.path`` and command line. Jobs come in on descriptor 3, answers go out where stdout was:

    job      a line of JSON {"job", "shell" or nothing, "environment", "confirm", "forget", "before", "parts"}, then new
             parts, that of a script that has to succeed before first
    begun    the mark, a line of JSON {"job", "begun"}, where the job wants that to be confirmed
    answer   the mark, a line of JSON {"job", "code", "out", "err"}, then so many bytes of stdout and of stderr

A job runs like a command of WSL: in its own session on a terminal that nobody reads, with pipes as its streams, below a
process that waits for it. When this process ends, the terminal hangs up, which ends the job.

It is fast because Python and its library are loaded, the sources in a module's archive are compiled once, and those
that every module of Ansible imports are executed once, before the module is known (``base.py``, which is sent with the
greeting). Each module executes everything else in its own process, and leaves nothing for the next one.
"""

from __future__ import annotations

import atexit
import base64
import binascii
import contextlib
import errno
import fcntl
import gc
import io
import json
import os
import re
import select
import shlex
import signal
import struct
import sys
import termios
import threading
import types
import typing as t
import zipfile
import zipimport
import zlib

LOADED = """
argparse ast atexit bz2 calendar collections.abc copy ctypes dataclasses datetime decimal difflib email.utils
encodings.idna enum fnmatch functools getpass gettext glob grp hmac inspect itertools locale logging lzma
numbers operator pathlib pickle pkgutil platform pprint pwd queue random runpy selectors shutil socket stat
string subprocess syslog tempfile textwrap threading traceback unicodedata urllib.parse urllib.request uuid
weakref
"""
"""What nearly every module imports. Executed once, in the process that forks; missing libraries are left out."""

_GIVEN = {name: value for name, value in globals().items() if name in ("__builtins__", "__cached__", "__file__")}
_GIVEN.update(__annotations__={}, __loader__=globals()["__loader__"])
"""What Python gives to a program that it reads from stdin."""

_BEFORE: set[str] = set()
"""Names of modules that were loaded before any job."""

LONG_LINE = 4096
"""Bytes from which on a line is a separate part, which is kept: the archive of a module is one line."""
CODE_BYTES = 4 << 20
"""Bytes of sources that are kept compiled. Their code needs about thirteen times as much."""
_PART_BYTES = 64 << 20
_COMPILE: t.Any = getattr(zipimport, "_compile_source", None)
_FIX: t.Any = getattr(__import__("_imp"), "_fix_co_filename", None)
"""How zipimport compiles, and how compiled code gets the name of another file."""
_ANSIBALLZ = b"_ANSIBALLZ_WRAPPER = True"
"""A text in every module of Ansible that has an archive."""
_ARCHIVE = re.compile(rb"[A-Za-z0-9+/]{2000,}={0,2}")


# -- how bytes travel: text unchanged, everything else as letters, because a WinRS pipe may change bytes ---------------


def pack(data: bytes) -> tuple[str, bytes]:
    """How DATA travels, and what travels."""
    if len(data) > 2048:
        small = base64.b64encode(zlib.compress(data, 1))
        if len(small) < 0.7 * len(data):
            return "zlib", small
    if _is_text(data):
        return "text", data
    return "base64", base64.b64encode(data)


def _is_text(data: bytes) -> bool:
    return not data.translate(None, b"\t\n" + bytes(range(32, 127)))


def unpack(how: str, data: bytes, limit: int) -> bytes:
    """What ``pack`` was given; raises ValueError for anything else, and for more than LIMIT bytes."""
    if how == "zlib":
        reader = zlib.decompressobj()
        try:
            unpacked = reader.decompress(base64.b64decode(data, validate=True), limit + 1)
        except zlib.error as error:
            raise ValueError(str(error)) from None
    elif how == "base64":
        unpacked = base64.b64decode(data, validate=True)
    elif how == "text":
        unpacked = data
    else:
        raise ValueError("unknown packing")
    if len(unpacked) > limit:
        raise ValueError("too long")
    return unpacked


# -- the process that forks ------------------------------------------------------------------------------------------


class Job(t.NamedTuple):
    """What is to be run: PROGRAM is the text of a Python program, SHELL a command for /bin/sh, INPUT its stdin."""

    number: int
    program: bytes | None
    shell: str | None
    environment: dict[str, str]
    input: bytes
    before: Job | None = None
    """Another Job: this one does not begin where it fails."""
    archive: str = ""
    """The digest of the part with the archive, where PROGRAM is a module of Ansible with one."""
    based: bool = False
    """Runs on what is imported already."""


class Ended(Exception):
    """There are no more jobs."""


class Service:
    """Reads jobs and answers them, one at a time."""

    def __init__(self, jobs: int, answers: int) -> None:
        self._jobs = jobs
        self._answers = answers
        self._buffer = bytearray()
        self._parts: dict[str, bytes] = {}
        self.codes: dict[bytes, types.CodeType] = {}
        self._learnt: set[str] = set()
        self._entries: dict[str, t.Any] = {}
        """Digest of a part -> the files of its archive."""
        self.base: t.Any = None
        self._asked_for_base = False
        hello = json.loads(self._line(None))
        self._mark: bytes = hello["mark"].encode()
        self._silence: float = hello["silence"]
        self._limit: int = hello["limit"]
        self._base: t.Any = types.ModuleType("base")
        exec(compile(hello.get("base", ""), "base", "exec", dont_inherit=True), self._base.__dict__)
        self._say({"ready": sys.version.split()[0], "pid": os.getpid()})

    def serve(self) -> Job | None:
        """Answer jobs until there are no more. Returns a Job in the process that is to be that job, else None."""
        while True:
            try:
                job = self._placed(self._next())
            except Ended:
                return None
            running = Running(job.before or job)
            if running.inside:
                return job.before or job
            within = running.follow(self._jobs, self._buffer, self._limit)
            if job.before and within and running.code == 0:
                running = Running(job)
                if running.inside:
                    return job
                within = running.follow(self._jobs, self._buffer, self._limit)
            self._answer(job, running, within)
            if job.archive and not self._asked_for_base:
                self._load_base(job.archive)

    # -- jobs in -------------------------------------------------------------------------------------------------

    def _next(self) -> Job:
        header = json.loads(self._line(self._silence))
        if header.get("forget"):
            self._parts.clear()
        before = header.get("before")
        if before:
            before = Job(header["job"], None, before["shell"], {}, self._part(*before["part"]))
        parts = header["parts"]
        whole = b"".join([self._part(*part) for part in parts])
        shell = header.get("shell")
        if shell is None:
            self._learn([digest for _how, _size, digest in parts if digest])
        if header.get("confirm"):
            self._say({"job": header["job"], "begun": True})
        kept = [digest for _how, _size, digest in parts if digest]
        return Job(
            header["job"],
            whole if shell is None else None,
            shell,
            header.get("environment", {}),
            whole if shell else b"",
            before,
            kept[0] if len(kept) == 1 and shell is None and _ANSIBALLZ in whole else "",
        )

    def _placed(self, job: Job) -> Job:
        """JOB: on the base if it would import the same, in another Python if it is not a module of Ansible.

        The base has changed this Python, but no more than a module of Ansible does that executes its own.
        """
        if job.program is None or not self._asked_for_base:
            return job
        if not job.archive:
            return job._replace(program=None, shell=f"exec {shlex.quote(sys.executable)}", input=job.program)
        found = self._entries.get(job.archive, {})
        return job._replace(based=self.base is not None and self.base.fits(found, job.environment))

    def _load_base(self, digest: str) -> None:
        """Import the base of the archive in the part DIGEST."""
        archive, files = next(_archives(self._parts.get(digest, b"")), (b"", None))
        if files is None or not hasattr(self._base, "load"):
            return
        self._asked_for_base = True
        self.base = self._base.load(archive, files, lambda path, source: _compiled(self.codes, path, source))
        gc.collect()
        gc.freeze()
        _BEFORE.update(sys.modules)

    def _part(self, how: str, size: int, digest: str) -> bytes:
        """A part of a job: new, new and to be kept (DIGEST), or known (no SIZE)."""
        if how == "known":
            return self._parts[digest]
        data = unpack(how, self._bytes(size), _PART_BYTES)
        if digest:
            self._parts[digest] = data
        return data

    def _line(self, silence: float | None) -> bytes:
        while b"\n" not in self._buffer:
            self._read(silence)
        end = self._buffer.index(b"\n")
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _bytes(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._read(self._silence)
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def _read(self, silence: float | None) -> None:
        """Raises Ended at the end and after SILENCE seconds."""
        if not select.select([self._jobs], [], [], silence)[0]:
            raise Ended
        data = os.read(self._jobs, 65536)
        if not data:
            raise Ended
        self._buffer += data

    def _learn(self, digests: list[str]) -> None:
        """Compile the sources of archives that are new among the parts DIGESTS."""
        new = [digest for digest in digests if digest not in self._learnt]
        if _COMPILE is None or not new:
            return
        if sum(map(len, self.codes)) > CODE_BYTES:
            self.codes.clear()
            self._learnt.clear()
            self._entries.clear()
        self._learnt.update(new)
        for digest in new:
            for _archive, files in _archives(self._parts[digest]):
                if hasattr(self._base, "entries"):
                    self._entries[digest] = self._base.entries(files)
                for source in _sources(files):
                    if source not in self.codes:
                        # If it fails, the source is mostly for another Python. The module that imports it gets the
                        # error.
                        with contextlib.suppress(SyntaxError, ValueError):
                            self.codes[source] = _COMPILE("archive", source)

    # -- answers out ---------------------------------------------------------------------------------------------

    def _answer(self, job: Job, running: Running, within: bool) -> None:
        answer: dict[str, t.Any] = {"job": job.number}
        if not within:
            answer["long"] = True
        (how_out, out), (how_err, err) = pack(bytes(running.out)), pack(bytes(running.err))
        answer.update(code=running.code, out=[how_out, len(out)], err=[how_err, len(err)])
        self._say(answer, out + err)

    def _say(self, answer: dict[str, t.Any], data: bytes = b"") -> None:
        rest = memoryview(self._mark + json.dumps(answer).encode() + b"\n" + data)
        while rest:
            rest = rest[os.write(self._answers, rest) :]


def _archives(part: bytes) -> t.Iterator[tuple[bytes, zipfile.ZipFile]]:
    """The archives in PART, in which they are base64: the bytes, and opened."""
    for match in _ARCHIVE.finditer(part):
        with contextlib.suppress(binascii.Error, zipfile.BadZipFile):
            archive = base64.b64decode(match.group(0))
            files = zipfile.ZipFile(io.BytesIO(archive))
            yield archive, files


def _sources(files: zipfile.ZipFile) -> t.Iterator[bytes]:
    """The Python sources in FILES of an archive."""
    for name in files.namelist():
        if name.endswith(".py"):
            with contextlib.suppress(zipfile.BadZipFile):
                yield files.read(name)


class Running:
    """A job that runs. ``inside`` is true in the process that is to be the job."""

    def __init__(self, job: Job) -> None:
        self.inside = False
        self.out, self.err = bytearray(), bytearray()
        self.code = 0
        input_read, input_write = os.pipe()
        out_read, out_write = os.pipe()
        err_read, err_write = os.pipe()
        status_read, status_write = os.pipe()
        self._terminal, terminal = os.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._leader = os.fork()
        if self._leader == 0:
            self.inside = _lead(job, (input_read, out_write, err_write), terminal, status_write)
            return
        for descriptor in (input_read, out_write, err_write, status_write, terminal):
            os.close(descriptor)
        self._input, self._status = input_write, status_read
        self._rest = memoryview(job.input)
        self._streams = {out_read: self.out, err_read: self.err}
        for descriptor in (input_write, out_read, err_read, status_read, self._terminal):
            os.set_blocking(descriptor, False)
        if not self._rest:
            self._close_input()

    def follow(self, jobs: int, buffer: bytearray, limit: int) -> bool:
        """Until the job has ended; False if it printed more than LIMIT bytes and was ended. Raises Ended."""
        within = True
        status = b""
        while True:
            reading = [self._status, self._terminal, jobs, *self._streams]
            if self._terminal < 0:
                reading.remove(self._terminal)
            writing = [self._input] if self._input >= 0 else []
            readable, writable, _broken = select.select(reading, writing, [])
            if writable:
                self._feed()
            for stream in [stream for stream in self._streams if stream in readable]:
                self._take(stream)
            if self._terminal in readable:
                self._drop_terminal()
            if jobs in readable:
                self._look_for_the_end(jobs, buffer)
            if within and len(self.out) + len(self.err) > limit:
                within = False
                self._hang_up()
            if self._status in readable:
                status = os.read(self._status, 16)
                break
        if within:
            for stream in list(self._streams):
                self._take(stream)
        else:
            self.out.clear()
            self.err.clear()
        self._close(status)
        return within

    def _feed(self) -> None:
        try:
            self._rest = self._rest[os.write(self._input, self._rest[:65536]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._rest = self._rest[:0]
        if not self._rest:
            self._close_input()

    def _close_input(self) -> None:
        os.close(self._input)
        self._input = -1

    def _take(self, stream: int) -> None:
        """All that is there."""
        while True:
            try:
                data = os.read(stream, 65536)
            except BlockingIOError:
                return
            if not data:
                os.close(stream)
                del self._streams[stream]
                return
            self._streams[stream] += data

    def _drop_terminal(self) -> None:
        try:
            os.read(self._terminal, 65536)
        except BlockingIOError:
            pass
        except OSError as error:
            if error.errno != errno.EIO:  # nobody has it open
                raise
            self._hang_up()

    def _look_for_the_end(self, jobs: int, buffer: bytearray) -> None:
        """While a job runs, only the end can arrive. Then the job ends too, as when a client of WSL is lost."""
        data = os.read(jobs, 65536)
        if not data:
            raise Ended
        buffer += data

    def _hang_up(self) -> None:
        """Close the terminal, which ends all processes on it."""
        if self._terminal >= 0:
            os.close(self._terminal)
            self._terminal = -1

    def _close(self, status: bytes) -> None:
        _pid, ended = os.waitpid(self._leader, 0)
        self.code = int(status) if status else 128 + (ended & 0x7F)
        for descriptor in (self._status, self._input, *self._streams):
            if descriptor >= 0:
                os.close(descriptor)
        self._hang_up()


def _lead(job: Job, streams: t.Sequence[int], terminal: int, status: int) -> bool:
    """The process above the job: waits, and reports its exit code. Returns True in the job, and never returns
    otherwise."""
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
    _close_all_but({0, 1, 2, terminal, status})
    pid = os.fork()
    if pid == 0:
        _close_all_but({0, 1, 2})
        os.environ.update(job.environment)
        return True
    _close_all_but({terminal, status})
    _pid, ended = os.waitpid(pid, 0)
    code = 128 + (ended & 0x7F) if ended & 0x7F else ended >> 8
    os.write(status, b"%d" % code)
    os._exit(0)


def _close_all_but(kept: set[int]) -> None:
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in kept:
            with contextlib.suppress(OSError):  # the one that listed them
                os.close(int(name))


# -- the process that is the job -------------------------------------------------------------------------------------


def become(job: Job, codes: dict[bytes, types.CodeType], base: t.Any) -> None:
    """Become JOB: its shell, or its program as if Python had read it from stdin."""
    if job.shell is not None:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.execv("/bin/sh", ["/bin/sh", "-c", job.shell])
    main = base.main if job.based else types.ModuleType("__main__")
    main.__dict__.update(_GIVEN)
    sys.modules["__main__"] = main
    _use(codes)
    if job.based:
        base.use()
    code: t.Any = None
    try:
        exec(compile(job.program or b"", "<stdin>", "exec", dont_inherit=True), main.__dict__)
    except SystemExit as ended:
        code = ended.code
    except BaseException as error:  # noqa: BLE001 - printed as Python prints it
        trace = error.__traceback__
        error.__traceback__ = trace.tb_next if trace else None
        sys.excepthook(type(error), error, error.__traceback__)
        code = 1
        del trace
    del main
    if code is None or isinstance(code, int):
        # If something fails, Python does it again, and reports it.
        with contextlib.suppress(BaseException):
            _end(int(code or 0), base.main if job.based else None)
    raise SystemExit(code)


def _end(code: int, main: types.ModuleType | None) -> None:
    """End like Python, but let the kernel free what was loaded before the job, which takes most of the time.

    What the job has created is finalised, and no file loses what was written to it. MAIN: the main module, if it was
    loaded before. Returns if Python has to end the process.
    """
    leave = getattr(sys.modules.get("ctypes"), "PyDLL", None)
    if leave is None or sys.version_info < (3, 10) or not -(2**31) <= code < 2**31:
        return
    leave = leave(None).exit
    vars(threading)["_shutdown"]()
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _untraced
    vars(atexit)["_run_exitfuncs"]()
    if sys.unraisablehook is _untraced:
        sys.unraisablehook = sys.__unraisablehook__
    for name in ["__main__", *(name for name in sys.modules if name not in _BEFORE)]:
        sys.modules.pop(name, None)
    if main is not None:
        vars(main).clear()
    gc.collect()
    for file in gc.get_objects():
        if isinstance(file, (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)) and not file.closed:
            file.flush()
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.flush()
    leave(code)


def _untraced(error: t.Any) -> None:
    """Report an ERROR at the end like Python, without ``_end`` in its trace."""
    kind, value, trace, message, thing = error
    if trace is not None and trace.tb_frame.f_code is _end.__code__:
        trace = trace.tb_next
    sys.__unraisablehook__(type(error)((kind, value, trace, message, thing)))


def _use(codes: dict[bytes, types.CodeType]) -> None:
    """Make imports from archives use what is compiled already, with the file names of the archive."""
    if _COMPILE is not None and _FIX is not None:
        vars(zipimport)["_compile_source"] = lambda path, source: _compiled(codes, path, source)


def _compiled(codes: dict[bytes, types.CodeType], path: str, source: bytes) -> types.CodeType:
    """The code of SOURCE, as that of PATH."""
    code = codes.get(source)
    if code is None:
        return t.cast(types.CodeType, _COMPILE(path, source))
    _FIX(code, path)
    return code


def load() -> None:
    """Import what modules import."""
    for name in LOADED.split():
        with contextlib.suppress(ImportError):
            __import__(name)
    # What is loaded now is not examined at the end of every job.
    gc.freeze()
    _BEFORE.update(sys.modules)


if __name__ == "__main__":
    _service = Service(3, os.dup(1))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    load()
    _job = _service.serve()
    if _job is not None:
        become(_job, _service.codes, _service.base)
