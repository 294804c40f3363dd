# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the second judge that need no Wine: which lines it knows, what it lays out, how it compares."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from scripts.gates.second_judge import answers, explained, lines
from scripts.gates.second_judge.ground import Ground, changes
from scripts.gates.second_judge.kept import KeptAnswers
from scripts.gates.second_judge.scenes import ENTRY, FILE_CONTENT, SCENES, Scene, named

REG = "C:\\Windows\\System32\\reg.exe"
START = answers.Start(REG, f"{REG} query HKU", ("query", "HKU"), "C:\\Users\\admin", b"in", (("WSL_UTF8", "1"),))
ANSWER = answers.Answer(3010, (START,), b"out \xff\r\n", b"reg.exe warns\r\n", (("users\\x.txt", "gone"),))
ALL = SCENES[1]


def test_what_differs_from_run_to_run_is_the_same_in_the_list() -> None:
    sent = (
        'echo aB3dE6gH-begin&del "C:\\x\\1795870376_1795874276_root@vm_1_2_a6f4"&&echo aB3dE6gH-1-0||echo aB3dE6gH-1-1'
    )
    kept = 'echo MARKMARK-begin&del "C:\\x\\1_2_lock"&&echo MARKMARK-1-0||echo MARKMARK-1-1'
    assert lines.normalised(sent) == kept
    assert lines.normalised("schtasks /TN x-S-1-5-21-10-20-30-1105") == "schtasks /TN x-S-1-5-21-1-2-3-1001"
    assert lines.normalised("dir C:\\x\\1_2_root@vm_other_8127_1239739_3f1ddb10") == "dir C:\\x\\1_2_lock"


@pytest.mark.parametrize(
    ("line", "is_known"),
    [
        (f'{REG} query "HKLM\\Another Key" /v Name', True),
        (f'{REG} query "HKLM\\A Key" /v Name&echo {REG}', False),
        (f"{REG} query HKLM\\Key /v Name", False),
        (f'{REG} query "HKLM\\A Key" /s', False),
        ('C:\\Windows\\System32\\sc.exe query "HKLM\\A Key" /v Name', False),
        (f"echo {lines.MARK}-begin&dir /b C:\\b&&echo {lines.MARK}-1-0||echo {lines.MARK}-1-1", True),
        (f"echo {lines.MARK}-begin&dir /s C:\\b&&echo {lines.MARK}-1-0||echo {lines.MARK}-1-1", False),
    ],
)
def test_a_line_is_known_when_it_differs_in_plain_words_only(line: str, is_known: bool) -> None:
    parts = [
        f"{part}&&echo {lines.MARK}-{n}-0||echo {lines.MARK}-{n}-1" for n, part in enumerate(["dir /b C:\\a", "ver"])
    ]
    batch = "&".join([f"echo {lines.MARK}-begin", *parts])
    assert lines.unknown([line], [f'{REG} query "HKLM\\A Key" /v Value', batch]) == ([] if is_known else [line])


def test_a_line_break_is_kept_in_the_list(tmp_path: Path) -> None:
    sent = ["cmd.exe /C echo one\necho two", "cmd.exe /C ver", "cmd.exe /C ver"]
    assert lines.write(sent, tmp_path / "list") == 2
    assert lines.read(tmp_path / "list") == ["cmd.exe /C ver", "cmd.exe /C echo one\necho two"]


def test_names_of_a_line() -> None:
    line = 'cmd.exe /C set X=1&"C:\\A b\\wsl.exe" -d x&type "C:\\A b\\c"&dir /b C:\\d\\*.tar&rd C:\\e\\f'
    found = named(f'{line}&{REG} q>"C:\\g\\h"')
    assert found.programs == ("C:\\A b\\wsl.exe", REG)
    assert found.files == ("C:\\A b\\c", "C:\\d\\some.tar", "C:\\g\\h")
    assert found.folders == ("C:\\e\\f",)


def test_ground_is_laid_out_and_cleared(tmp_path: Path) -> None:
    (tmp_path / "windows" / "system32").mkdir(parents=True)
    (tmp_path / "windows" / "system32" / "own.dll").touch()
    ground = Ground(tmp_path, lambda path: path.write_bytes(b"MZ") and None)
    ground.lay_out(ALL, named(f"{REG} x&type C:\\Users\\a.txt&rd C:\\new"))
    before = ground.seen()
    assert (tmp_path / "windows" / "system32" / "reg.exe").read_bytes() == b"MZ"
    assert (tmp_path / "Users" / "a.txt").read_bytes() == FILE_CONTENT
    assert before["windows\\system32\\reg.exe"] == "program"
    (tmp_path / "new" / ENTRY).unlink()
    (tmp_path / "ProgramData" / "made").mkdir()
    assert changes(before, ground.seen()) == (("new\\entry.txt", "gone"), ("programdata\\made", "folder"))
    ground.lay_out(SCENES[0], named(f"{REG} x"))
    assert {"program files", "programdata", "users\\admin"} < set(ground.seen())
    assert not {"new", "programdata\\made", "windows\\system32\\reg.exe"} & set(ground.seen())
    assert (tmp_path / "windows" / "system32" / "own.dll").exists()


def test_a_scene_of_many_codes_gives_each_command_line_its_own() -> None:
    assert len({Scene("x", 1001).exit_code(["query", str(number)]) for number in range(50)}) == 4
    assert Scene("x", 1).exit_code([]) == 1


@pytest.mark.parametrize(
    ("other", "names"),
    [
        (ANSWER, []),
        (dataclasses.replace(ANSWER, exit_code=0), ["exit code"]),
        (dataclasses.replace(ANSWER, starts=()), ["programs", "command lines", "folders", "inputs", "variables"]),
        (dataclasses.replace(ANSWER, starts=(dataclasses.replace(START, words=("query",)),)), ["programs"]),
        (dataclasses.replace(ANSWER, starts=(dataclasses.replace(START, path=REG.upper()),)), []),
        (dataclasses.replace(ANSWER, stderr=b"something in German\r\nreg.exe warns\r\n"), []),
        (dataclasses.replace(ANSWER, stdout=b"", changes=()), ["branches", "files"]),
        (dataclasses.replace(ANSWER, stdout=b"out of nothing\r\n1 file copied\r\n"), ["branches", "texts"]),
    ],
)
def test_differences(other: answers.Answer, names: list[str]) -> None:
    assert [name for name, _, _ in answers.differences("echo out", ANSWER, other)] == names


def test_order_of_programs_counts_unless_they_run_at_once() -> None:
    second = dataclasses.replace(START, words=("x",), command_line="x")
    one, other = (dataclasses.replace(ANSWER, starts=starts) for starts in ((START, second), (second, START)))
    assert answers.differences("a|b", one, other) == []
    assert [name for name, _, _ in answers.differences("a||b", one, other)] == ["programs", "command lines"]


def table(tmp_path: Path, **changed: str) -> list[explained.Entry]:
    """A table with one entry."""
    texts = {
        "what": "exit code",
        "line": "reg",
        "wine": "^9009$",
        "lab": "^1$",
        "right": "lab",
        "reason": "r",
        "source": "s",
    }
    file = tmp_path / "table.yml"
    file.write_text("- " + "\n  ".join(f'{key}: "{text}"' for key, text in {**texts, **changed}.items()), "utf-8")
    return explained.read(file)


def test_a_difference_is_explained_or_fails_and_so_does_an_entry_that_explains_nothing(tmp_path: Path) -> None:
    entries = table(tmp_path)
    known = explained.Difference("reg.exe", "all", "exit code", 9009, 1)
    others = [dataclasses.replace(known, **{name: 7}) for name in ("wine", "lab")]
    others += [dataclasses.replace(known, line="sc.exe"), dataclasses.replace(known, what="stdout")]
    assert explained.unneeded(entries) == entries
    assert explained.unexplained([known, *others], entries) == others
    assert explained.unneeded(entries) == []


@pytest.mark.parametrize("changed", [{"right": "nobody"}, {"source": ""}, {"more": "x"}])
def test_an_entry_that_says_too_little_is_refused(tmp_path: Path, changed: dict[str, str]) -> None:
    with pytest.raises(explained.TableError, match="entry 1"):
        table(tmp_path, **changed)


def test_answers_are_kept_as_long_as_nothing_changes(tmp_path: Path) -> None:
    kept = KeptAnswers(tmp_path / "kept", "10", {"A": "b"})
    kept.put("line", ALL, ANSWER)
    kept.put("line of the past", ALL, ANSWER)
    kept.save(whole=False)
    again = KeptAnswers(tmp_path / "kept", "10", {"A": "b"})
    assert again.get("line", ALL) == ANSWER
    assert again.get("line", SCENES[0]) is None
    again.save(whole=True)
    assert KeptAnswers(tmp_path / "kept", "10", {"A": "b"}).get("line of the past", ALL) is None
    assert KeptAnswers(tmp_path / "kept", "11", {"A": "b"}).get("line", ALL) is None


@pytest.mark.parametrize(
    ("inside", "around"),
    [
        (
            "C:\\a.exe /x y",
            "echo ABCDEFGH&>&2 echo ABCDEFGH&({})&&>&2 echo ABCDEFGH-0||>&2 call echo ABCDEFGH-%^ERRORLEVEL%",
        ),
        ("rem more", "{}"),
    ],
)
def test_a_line_for_ssh_holds_the_kind_of_the_line_inside(inside: str, around: str) -> None:
    sent = f"cmd.exe /C >nul C:\\Windows\\System32\\chcp.com 65001&{around.format(inside)}"
    kinds = lines.kinds(lines.normalised(sent))
    assert kinds > lines.kinds(f"cmd.exe /C {inside}")
    assert len(kinds) == 2, "and one of what is around it, which is the same for every line"


def test_a_program_that_is_waited_for_over_ssh() -> None:
    line = 'start "" /wait C:\\a.exe'
    around = (
        "cmd.exe /C >nul C:\\chcp.com 65001&echo ABCDEFGH&>&2 echo ABCDEFGH&{}&>&2 call echo ABCDEFGH-%^ERRORLEVEL%"
    )
    assert lines.kinds(lines.normalised(around.format(line))) > lines.kinds(
        f"cmd.exe /C {line}&call exit %^ERRORLEVEL%"
    )
