# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.byte_stream import file_stream, tar_stream
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, Stdin
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.sending import SentFile, in_units
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.telling import TellingRunner, run_told


class Slow:
    """Takes its input in pieces of SIZE bytes, one each three seconds, and prints no word meanwhile."""

    def __init__(self, size: int) -> None:
        self.size, self.now, self.taken = size, 0.0, b""
        self.shown: list[str] = []

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None, heard: t.Any = None) -> Completed:
        assert line == "tar.exe" and not isinstance(stdin, bytes)
        while piece := stdin.read(self.size):
            self.taken += piece
            self.now += 3
        self.now += 30
        heard(b"", b"")
        return Completed(0, b"", b"")

    def told(self, sent: SentFile) -> list[str]:
        run_told(TellingRunner(self, self.shown.append, lambda: self.now), "tar.exe", sent, 60, sent)
        return self.shown


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "root 50%fs.tar"
    path.write_bytes(bytes(range(250)) * 8 * 1024)
    return path


def test_a_file_is_sent_whole_and_told(file: Path) -> None:
    slow = Slow(500 * 1024)
    assert slow.told(SentFile(file, file_stream(file))) == [
        "send 50%: root 50fs.tar, 1000.0 KiB of 2.0 MiB",
        "send 75%: root 50fs.tar, 1.5 MiB of 2.0 MiB",
        "send 100%: root 50fs.tar, 2.0 MiB of 2.0 MiB",
    ]
    assert slow.taken == file.read_bytes()


def test_an_archive_is_a_little_larger_and_never_above_a_hundred(file: Path) -> None:
    assert Slow(1 << 20).told(SentFile(file, tar_stream(file, "x")))[-1] == (
        "send 100%: root 50fs.tar, 2.0 MiB of 2.0 MiB"
    )


def test_what_comes_behind_the_file_is_told_by_another_meter(file: Path) -> None:
    class Then:
        def hear(self, stdout: bytes, stderr: bytes) -> None:
            assert stdout == stderr == b""

        def text(self, seconds: float) -> str:
            return f"import, {seconds:.0f} s"

    shown = Slow(500 * 1024).told(SentFile(file, file_stream(file), Then()))
    assert [text.partition(":")[0] for text in shown] == ["send 50%", "send 75%", "import, 12 s", "import, 42 s"]


def test_a_file_that_is_gone_says_so_when_it_is_read(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(StepFailed, match="cannot read"):
        Slow(10).told(SentFile(gone, file_stream(gone)))


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (3 << 30, "3.0 GiB"), (5000 << 40, "5000.0 TiB")],
)
def test_sizes_for_people(number: int, text: str) -> None:
    assert in_units(number) == text
