# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes in and out of a process; a shell of this machine stands in for ssh."""

from __future__ import annotations

import subprocess
import time
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import exchange as exchanges
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.byte_stream import ByteStream
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.exchange import Exchange
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandTimeout, OutputTooLong, Stdin

ABOUT = ("pc", "ver")


def carried(script: str, exchange: Exchange) -> subprocess.Popen[bytes]:
    """As core does it: pipes, of which those of the output do not block."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(["/bin/sh", "-c", script], stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        exchange.carry(process.stdin, exchange, process)
    finally:
        for stream in (process.stdin, process.stdout, process.stderr):
            t.cast("t.IO[bytes]", stream).close()
    return process


@pytest.mark.parametrize(
    ("stdin", "expected"),
    [
        (b"", b""),
        (bytes(range(256)), bytes(range(256))),
        (b"x" * 3_000_000, b"x" * 3_000_000),
        (ByteStream([b"a" * 100_000, b"b" * 100_000]), b"a" * 100_000 + b"b" * 100_000),
    ],
    ids=["nothing", "bytes", "more than pipes hold", "a stream"],
)
def test_what_is_sent_comes_back(stdin: Stdin, expected: bytes) -> None:
    """Both directions at once: neither side waits for the other."""
    exchange = Exchange(ABOUT, stdin, None)
    assert carried("echo err >&2; cat; exit 3", exchange).returncode == 3
    assert bytes(exchange.stdout) == expected and bytes(exchange.stderr) == b"err\n"


def test_a_process_that_does_not_read() -> None:
    exchange = Exchange(ABOUT, b"x" * 3_000_000, None)
    assert carried("exec <&-; echo out", exchange).returncode == 0
    assert bytes(exchange.stdout) == b"out\n"


def test_whoever_keeps_stderr_open_is_not_waited_for() -> None:
    """As a ControlPersist of older versions of ssh does."""
    before = time.monotonic()
    exchange = Exchange(ABOUT, b"", None)
    carried("echo out; echo err >&2; sleep 3 >/dev/null & exit 0", exchange)
    assert time.monotonic() - before < 2
    assert (bytes(exchange.stdout), bytes(exchange.stderr)) == (b"out\n", b"err\n")


def test_somebody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanges, "SILENT_SECONDS", 0.2)
    heard: list[tuple[bytes, bytes]] = []
    exchange = Exchange(ABOUT, b"", 30, heard=lambda stdout, stderr: heard.append((stdout, stderr)))
    carried("echo out; sleep 0.1; echo 50% >&2; sleep 0.6; echo 60% >&2; exit 3", exchange)
    assert [each for each in heard if each != (b"", b"")] == [(b"out\n", b""), (b"", b"50%\n"), (b"", b"60%\n")]
    assert (b"", b"") in heard[heard.index((b"", b"50%\n")) : heard.index((b"", b"60%\n"))]
    assert (bytes(exchange.stdout), bytes(exchange.stderr)) == (b"out\n", b"50%\n60%\n")


def test_a_time_limit() -> None:
    exchange = Exchange(ABOUT, b"", 0.3)
    with pytest.raises(CommandTimeout, match=r"pc: not finished after 0\.3 s and ended: ver"):
        carried("echo out; exec sleep 60", exchange)
    assert bytes(exchange.stdout) == b"out\n"


def test_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanges, "OUTPUT_BYTES", 1000)
    exchange = Exchange(ABOUT, b"", None)
    with pytest.raises(OutputTooLong, match="pc: printed more than 0 MiB and was ended: ver; look on"):
        carried("exec cat /dev/zero", exchange)
    assert len(exchange.stdout) <= 1000


def test_a_stream_that_breaks_ends_the_process() -> None:
    def broken() -> t.Iterator[bytes]:
        yield b"a" * 200_000
        raise StepFailed("cannot read")

    with pytest.raises(StepFailed, match="cannot read"):
        carried("exec cat", Exchange(ABOUT, ByteStream(broken()), None))


class Asked:
    """Answers a question, then lets the input follow."""

    opening = b"command\n"

    def __init__(self, seconds: float = 20.0) -> None:
        self.seconds = seconds
        self.answered = False

    def reply(self, stdout: bytes, _stderr: bytes) -> bytes | None:
        if stdout.endswith(b"in\n"):
            return None
        if stdout.endswith(b"password: ") and not self.answered:
            self.answered = True
            return b"secret\n"
        return b""

    def late(self) -> Exception:
        return StepFailed("too late")


def test_a_dialogue_goes_before_stdin() -> None:
    exchange = Exchange(ABOUT, b"payload", None, Asked())
    carried("read c; printf 'password: '; read p; echo in; echo $c-$p-$(cat)", exchange)
    assert bytes(exchange.stdout) == b"password: in\ncommand-secret-payload\n"


def test_a_dialogue_has_a_time_limit() -> None:
    with pytest.raises(StepFailed, match="too late"):
        carried("read c; exec sleep 60", Exchange(ABOUT, b"payload", None, Asked(0.3)))


def test_a_dialogue_sees_what_it_is_shown() -> None:
    exchange = Exchange(ABOUT, b"", None, Asked(), lambda stdout, stderr: (stdout.replace(b"begin\n", b"in\n"), stderr))
    carried("read c; echo begin; cat", exchange)
    assert bytes(exchange.stdout) == b"begin\n"
