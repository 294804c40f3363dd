# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipes of one process; test_interop.py has whole commands."""

from __future__ import annotations

import io
import subprocess

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import streams


def begun(script: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen(["/bin/sh", "-c", script], bufsize=0, stdin=pipe, stdout=pipe, stderr=pipe)


def test_no_pipe_waits_for_another() -> None:
    """More than any pipe holds, on all three at once."""
    content = bytes(1 << 20)
    process = begun("head -c 1048576 /dev/zero >&2; cat")
    with streams.ended(process), streams.Streams(process, io.BytesIO(content)) as pipes:
        while pipes.open:
            assert pipes.step(60)
    assert (len(pipes.stdout), len(pipes.stderr), process.returncode) == (1 << 20, 1 << 20, 0)


def test_more_than_is_taken_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "OUTPUT_BYTES", 100)
    process = begun("exec cat /dev/zero")
    with streams.ended(process), streams.Streams(process, io.BytesIO()) as pipes:
        steps = [pipes.step(60) for _turn in range(3)]
    assert steps[-1] is False
    assert process.returncode is not None


def test_a_process_does_not_outlive_its_use() -> None:
    process = begun("exec sleep 60")
    with pytest.raises(KeyError), streams.ended(process):
        raise KeyError
    assert process.returncode == -9
