# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import byte_stream as b
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed


def drained(stream: b.ByteStream, size: int) -> list[bytes]:
    return list(iter(lambda: stream.read(size), b""))


@pytest.mark.parametrize("parts", [[], [b""], [b"abc"], [b"", b"ab", b"", b"cdefg", b"h"]])
@pytest.mark.parametrize("size", [1, 3, 8, 100])
def test_parts_of_the_wanted_size(parts: list[bytes], size: int) -> None:
    got = drained(b.ByteStream(parts), size)
    assert b"".join(got) == b"".join(parts)
    assert all(len(part) == size for part in got[:-1])


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 70_000])
def test_tar(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    source = tmp_path / "wsl.msi"
    source.write_bytes(content)
    name = "wslfleet/" + "x" * 120 + "/wsl.msi"
    data = b"".join(drained(b.tar_stream(source, name), 1000))
    assert len(data) % tarfile.BLOCKSIZE == 0
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        (member,) = archive.getmembers()
        stored = archive.extractfile(member)
        assert stored is not None and stored.read() == content
    assert member.name == name


def test_files_are_not_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(b, "PART_BYTES", 10)
    source = tmp_path / "image.tar"
    source.write_bytes(b"x" * 1000)
    stream = b.file_stream(source)
    assert stream.read(15) == b"x" * 15
    assert len(stream._rest) < 10


def test_unreadable(tmp_path: Path) -> None:
    for stream in (b.file_stream(tmp_path / "gone"), b.tar_stream(tmp_path / "gone", "x"), b.file_stream(tmp_path)):
        with pytest.raises(StepFailed, match="on the controller: "):
            stream.read(1)


def test_a_file_that_shrinks(tmp_path: Path) -> None:
    source = tmp_path / "wsl.msi"
    source.write_bytes(b"x" * 5000)
    stream = b.tar_stream(source, "wsl.msi")
    stream.read(100)
    source.write_bytes(b"x" * 4999)
    with pytest.raises(StepFailed, match="changed while it was read"):
        drained(stream, 1000)
