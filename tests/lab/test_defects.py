# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fault of the lab itself is loud for the client and for whoever runs the lab."""

from __future__ import annotations

import random
import threading
import typing as t
from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.machine import defects
from lab.machine.process import DEFECT_EXIT_CODE, NOT_MODELLED_EXIT_CODE, PROGRAMS, Process, program
from lab.server import service
from lab.server.fleet import LabError
from lab.windows.tasks import NAMESPACE
from tests.lab.odd_lines import odd_line
from tests.lab.windows_laptop import ADMIN_SID, make_laptop, run


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Laptop]:
    """A laptop with a program that dies of an exception."""

    @program("test-dies")
    def dies(process: Process) -> int:
        raise ZeroDivisionError("half way")

    made = make_laptop(tmp_path_factory.mktemp("defects"))
    made.drive.add_program("C:\\tools\\dies.exe", "test-dies")
    yield made
    del PROGRAMS["test-dies"]


@pytest.mark.parametrize(
    "line",
    [
        "C:\\tools\\dies.exe",
        "C:\\tools\\dies.exe||echo hidden",
        "(C:\\tools\\dies.exe&echo hidden)",
        "C:\\tools\\dies.exe|find /v \"\"",
        "echo a|C:\\tools\\dies.exe",
        "start \"\" /wait C:\\tools\\dies.exe&echo hidden",
        "for /f \"delims=\" %n in ('C:\\tools\\dies.exe') do @echo %n",
        "call C:\\tools\\dies.exe",
        "conhost --headless C:\\tools\\dies.exe",
    ],
)  # fmt: skip
def test_the_line_ends_by_a_code_of_its_own(laptop: Laptop, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(laptop, line)
    assert (result.code, result.out) == (DEFECT_EXIT_CODE, "")
    assert result.err.startswith("lab: defect: ZeroDivisionError: half way (test_defects.py:")
    assert "Traceback" in capsys.readouterr().err
    assert len(defects.take()) == 1


def test_a_cmd_of_its_own_passes_the_code_on(laptop: Laptop) -> None:
    result = run(laptop, "cmd /c C:\\tools\\dies.exe")
    assert (result.code, result.err[:12]) == (DEFECT_EXIT_CODE, "lab: defect:")
    defects.take()


def test_a_task_that_dies_ends(laptop: Laptop) -> None:
    xml = (
        f'<Task xmlns="{NAMESPACE}"><Principals><Principal><UserId>{ADMIN_SID}</UserId><LogonType>S4U</LogonType>'
        "</Principal></Principals><Actions><Exec><Command>C:\\tools\\dies.exe</Command></Exec></Actions></Task>"
    )
    laptop.drive.host_path("C:\\tools\\x.xml").write_text(xml, encoding="ascii")
    assert run(laptop, "schtasks /Create /TN x /XML C:\\tools\\x.xml /F").code == 0
    assert run(laptop, "schtasks /Run /TN x").code == 0
    laptop.tasks.wait("x")
    assert laptop.tasks.last_result("x") == DEFECT_EXIT_CODE
    defects.take()


def test_the_lab_does_not_go_down_in_silence(laptop: Laptop, tmp_path: Path) -> None:
    """What a command met, and what ended a thread."""
    state = tmp_path / "state"
    (state / "laptops" / "pc").mkdir(parents=True)
    defects.record(state / "laptops" / "pc", "reg query", ValueError("odd"))
    hook = threading.excepthook
    defects.watch_threads(state)
    try:
        thread = threading.Thread(target=lambda: [][1], name="a watch")
        thread.start()
        thread.join()
    finally:
        threading.excepthook = hook
    (state / "web.port").touch()
    with pytest.raises(LabError, match=r"2 faults of the lab itself: IndexError: .* in: a watch; ValueError: odd"):
        service.stop(state, purge=True)
    assert not state.exists()
    service.stop(state)
    defects.take()


def test_a_half_character_in_a_line_does_not_keep_it_from_ending(laptop: Laptop) -> None:
    assert run(laptop, "echo \ud83d").out == "\ud83d\r\n"


@pytest.mark.parametrize("seed", range(4))
def test_no_line_however_odd_meets_a_fault_of_the_lab(tmp_path: Path, seed: int) -> None:
    """Every line ends, and says that it is not modelled or does what Windows would; the fixture sees the rest."""
    laptop = make_laptop(tmp_path)
    folder = laptop.drive.host_path("C:\\w\\full")
    folder.mkdir(parents=True)
    (folder / "x").write_bytes(b"")
    (folder.parent / "f").write_bytes(b"one\r\n")
    (folder.parent / "bad").write_bytes(bytes(range(256)))
    chance = random.Random(seed)
    for _line in range(250):
        line = odd_line(chance)
        result = run(laptop, line, cwd="C:\\w")
        assert result.code not in (None, DEFECT_EXIT_CODE), line
        assert (result.code == NOT_MODELLED_EXIT_CODE) == ("lab: not modelled" in result.err), line
