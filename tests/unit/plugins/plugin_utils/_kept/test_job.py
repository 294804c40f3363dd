# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as they are written; answers, from whoever is root in the distribution, as they are read."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._kept.service import LONG_LINE
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept import job
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.job import AnswerReader, BrokenAnswer, JobWriter

PYTHON = "/bin/sh -c '/usr/bin/python3 && sleep 0'"
MARK = "ab" * 16
LIMIT = 1000


def header_of(written: bytes) -> dict[str, t.Any]:
    header: dict[str, t.Any] = json.loads(written.partition(b"\n")[0])
    return header


def test_a_long_line_travels_once() -> None:
    writer = JobWriter("/usr/bin/python3")
    payload = b"first\n" + b"z" * LONG_LINE + b"\nlast\n"
    first, second = writer.write(PYTHON, payload), writer.write(PYTHON, payload)
    assert len(second) < 400 and b"first\n" in second and b"zz" not in second
    (_, _, digest) = header_of(first)["parts"][1]
    assert header_of(second)["parts"][1] == ["known", 0, digest]
    assert [header_of(text)["job"] for text in (first, second)] == [1, 2]


def test_what_a_shell_gets_is_not_remembered() -> None:
    writer = JobWriter("/usr/bin/python3")
    payload = b"z" * LONG_LINE + b"\n"
    assert writer.write("cat", payload) == writer.write("cat", payload).replace(b'"job": 2', b'"job": 1')
    assert header_of(writer.write("cat", b""))["shell"] == "cat"


def test_a_script_before_a_command() -> None:
    written = JobWriter("/usr/bin/python3").write(PYTHON, b"program", before=("mkdir x\n", b"file"))
    header = header_of(written)
    assert header["before"] == {"shell": "mkdir x\n", "part": ["text", 4, ""]}
    assert written.partition(b"\n")[2] == b"fileprogram"


def test_another_python_is_started_by_a_shell() -> None:
    assert header_of(JobWriter("/usr/bin/python3.12").write(PYTHON, b"x"))["shell"] == PYTHON


def test_too_much_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "KNOWN_BYTES", 3 * LONG_LINE)
    writer = JobWriter("/usr/bin/python3")
    headers = [header_of(writer.write(PYTHON, bytes([number]) * LONG_LINE + b"\n")) for number in b"abcdab"]
    assert [header.get("forget", False) for header in headers] == [False, False, False, True, False, False]
    assert "known" not in [header["parts"][1][0] for header in headers]


def answer(**changed: t.Any) -> bytes:
    described = {"job": 1, "code": 0, "out": ["text", 2], "err": ["base64", 4], **changed}
    return MARK.encode() + json.dumps(described).encode() + b"\nokZXJy"


def test_an_answer_in_any_pieces_behind_some_noise() -> None:
    reader = AnswerReader(MARK, LIMIT)
    whole = b"Welcome\r\n" + answer(code=3)
    for number in range(len(whole) - 1):
        reader.add(whole[number : number + 1])
        assert reader.answer(1) is None
    reader.add(whole[-1:])
    assert reader.answer(1) == job.Answer(3, b"ok", b"err")


def test_a_job_that_begins() -> None:
    reader = AnswerReader(MARK, LIMIT)
    begun = MARK.encode() + b'{"job": 1, "begun": true}\n'
    reader.add(begun)
    assert (reader.answer(1), reader.begun) == (None, 1)
    reader.add(answer())
    assert reader.answer(1) == job.Answer(0, b"ok", b"err")
    reader.add(begun * 2)
    with pytest.raises(BrokenAnswer):
        reader.answer(1)
    assert header_of(JobWriter("/usr/bin/python3").write("true", b"", confirm=True))["confirm"] is True


def test_ready() -> None:
    reader = AnswerReader(MARK, LIMIT)
    assert not reader.ready()
    reader.add(MARK.encode() + b'{"ready": "3.11.2"}\n')
    assert reader.ready()


@pytest.mark.parametrize(
    "text",
    [
        answer(job=2),
        answer(code=-1),
        answer(code=256),
        answer(code="0"),
        answer(code=None),
        answer(out=["text", -1]),
        answer(out=["text", 10**9]),
        answer(out=["text", 2, 3]),
        answer(out="text"),
        answer(out=[2, "text"]),
        answer(err=["base64", 3]),
        answer(err=["other", 4]),
        answer(err=["zlib", 4]),
        MARK.encode() + b"[1]\n",
        MARK.encode() + b"{\n",
        MARK.encode() + b"[" * 3000 + b"\n",
        MARK.encode() + b"x" * 5000,
        b"x" * 70_000,
        MARK.encode() + b'{"ready": "3.8"}\n',
    ],
)
def test_no_answer(text: bytes) -> None:
    reader = AnswerReader(MARK, LIMIT)
    with pytest.raises(BrokenAnswer):
        reader.add(text)
        reader.answer(1)


def test_an_answer_to_something_else_is_not_ready() -> None:
    reader = AnswerReader(MARK, LIMIT)
    reader.add(answer())
    with pytest.raises(BrokenAnswer):
        reader.ready()


def test_endless_output_is_not_collected() -> None:
    reader = AnswerReader(MARK, LIMIT)
    with pytest.raises(BrokenAnswer):
        for _number in range(1000):
            reader.add(b"x" * 1000)
            reader.answer(1)
