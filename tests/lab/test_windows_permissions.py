# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""icacls.exe, and what a user who is no administrator can do then; links and ren of cmd.exe."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.machine.process import NOT_MODELLED_EXIT_CODE
from tests.lab.windows_laptop import OTHER_SID, make_laptop, run

ICACLS = "C:\\Windows\\System32\\icacls.exe"
FOLDER = "C:\\ProgramData\\box"
ADMINS_ONLY = "/inheritance:r /grant:r *S-1-5-18:(OI)(CI)F /grant:r *S-1-5-32-544:(OI)(CI)F"


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    laptop = make_laptop(tmp_path)
    folder = laptop.drive.host_path(FOLDER)
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "file").write_bytes(b"x")
    return laptop


def allowed(laptop: Laptop, line: str) -> bool:
    """May the developer do LINE?"""
    return run(laptop, line, user="dev").code == 0


def test_defaults(laptop: Laptop) -> None:
    assert allowed(laptop, f"type {FOLDER}\\sub\\file")
    assert allowed(laptop, f"echo y>{FOLDER}\\sub\\new")


@pytest.mark.parametrize(
    ("grant", "may_read", "may_write"),
    [
        ("", False, False),
        (f"/grant:r *{OTHER_SID}:(OI)(CI)RX", True, False),
        ("/grant:r *S-1-5-32-545:(OI)(CI)(RX)", True, False),
        (f"/grant:r *{OTHER_SID}:(OI)(CI)M", True, True),
        (f"/grant:r *{OTHER_SID}:M", False, False),
    ],
)
def test_a_grant_holds_below_where_it_says_so(laptop: Laptop, grant: str, may_read: bool, may_write: bool) -> None:
    assert run(laptop, f"{ICACLS} {FOLDER} {ADMINS_ONLY} {grant} /q").code == 0
    assert allowed(laptop, f"type {FOLDER}\\sub\\file") is may_read
    assert allowed(laptop, f'C:\\Windows\\System32\\find.exe "x"<{FOLDER}\\sub\\file') is may_read
    assert allowed(laptop, f"echo y>{FOLDER}\\sub\\new") is may_write
    assert allowed(laptop, f"ren {FOLDER}\\sub\\file other") is may_write
    assert allowed(laptop, f"rd /s /q {FOLDER}\\sub") is may_write
    assert run(laptop, f"echo y>{FOLDER}\\admin").code == 0


def test_a_folder_that_was_deleted_leaves_no_permissions(laptop: Laptop) -> None:
    run(laptop, f"{ICACLS} {FOLDER} {ADMINS_ONLY} /q")
    assert run(laptop, f"rd /s /q {FOLDER}&md {FOLDER}").code == 0
    assert allowed(laptop, f"echo y>{FOLDER}\\new")


def test_reset_and_owner(laptop: Laptop) -> None:
    assert run(laptop, f"{ICACLS} {FOLDER} {ADMINS_ONLY} /q").code == 0
    assert run(laptop, f"{ICACLS} {FOLDER} /reset", user="dev").code == 5
    assert run(laptop, f"{ICACLS} {FOLDER} /setowner *{OTHER_SID} /q").code == 0
    assert run(laptop, f"{ICACLS} {FOLDER} /reset /q", user="dev").code == 0
    assert allowed(laptop, f"echo y>{FOLDER}\\new")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("C:\\no /reset", 2),
        (FOLDER, NOT_MODELLED_EXIT_CODE),
        ("", NOT_MODELLED_EXIT_CODE),
        (f"{FOLDER} /deny *S-1-5-32-545:W", NOT_MODELLED_EXIT_CODE),
        (f"{FOLDER} /grant Users:W", NOT_MODELLED_EXIT_CODE),
        (f"{FOLDER} /grant *S-1-5-32-545:(OI)(IO)W", NOT_MODELLED_EXIT_CODE),
    ],
)
def test_what_is_missing_or_not_modelled(laptop: Laptop, line: str, code: int) -> None:
    assert run(laptop, f"{ICACLS} {line}").code == code


def test_links_are_listed_and_removed_without_what_they_lead_to(laptop: Laptop) -> None:
    assert run(laptop, f"dir /b /al {FOLDER}*").code == 1
    (laptop.drive.host_path("C:\\ProgramData") / "box2").symlink_to(laptop.drive.host_path(FOLDER))
    assert run(laptop, f"dir /b /al {FOLDER}*").out == "box2\r\n"
    assert run(laptop, "rd /s /q C:\\ProgramData\\box2").code == 0
    assert laptop.drive.is_file(f"{FOLDER}\\sub\\file")


def test_rename_refuses_a_name_that_exists(laptop: Laptop) -> None:
    laptop.drive.host_path(f"{FOLDER}\\sub\\there").write_bytes(b"kept")
    assert run(laptop, f"ren {FOLDER}\\sub\\file there").code == 1
    assert run(laptop, f"ren {FOLDER}\\sub\\file new").code == 0
    assert run(laptop, f"ren {FOLDER}\\sub\\file newer").code == 1
    assert laptop.drive.host_path(f"{FOLDER}\\sub\\there").read_bytes() == b"kept"
    assert laptop.drive.is_file(f"{FOLDER}\\sub\\new")


def test_rights_to_single_files_and_what_a_link_leads_to(laptop: Laptop) -> None:
    """A user may write to a file and not put another one in its place; a pattern stands for what it matches."""
    assert run(laptop, f"{ICACLS} {FOLDER} {ADMINS_ONLY} /q").code == 0
    assert run(laptop, f"{ICACLS} {FOLDER}\\sub\\f* {ADMINS_ONLY} /grant:r *{OTHER_SID}:(R,W) /q").code == 0
    assert run(laptop, f"{ICACLS} {FOLDER}\\sub\\x* /reset /q").code == 2
    assert allowed(laptop, f"echo y>{FOLDER}\\sub\\file")
    assert allowed(laptop, f"type {FOLDER}\\sub\\file")
    for line in ("del {0}\\file", "ren {0}\\file x", "move /y {0}\\file {0}\\y", "echo y>{0}\\new", "rd /s /q {0}"):
        assert not allowed(laptop, line.format(f"{FOLDER}\\sub")), line
    assert run(laptop, f"{ICACLS} {FOLDER}\\sub\\file /grant:r *{OTHER_SID}:(R,D) /q").code == 0
    assert not allowed(laptop, f"echo y>{FOLDER}\\sub\\file")
    (laptop.drive.host_path("C:\\ProgramData") / "link").symlink_to(laptop.drive.host_path(f"{FOLDER}\\sub"))
    assert not allowed(laptop, "echo y>C:\\ProgramData\\link\\new")
    assert allowed(laptop, f"del {FOLDER}\\sub\\file")


def test_a_hidden_file_is_deleted_only_with_a(laptop: Laptop) -> None:
    hidden = laptop.drive.host_path(f"{FOLDER}\\sub\\NTUSER.DAT")
    hidden.write_bytes(b"regf")
    run(laptop, f"del /f /q {FOLDER}\\sub\\NTUSER.DAT*")
    assert hidden.exists()
    run(laptop, f"del /f /q /a {FOLDER}\\sub\\NTUSER.DAT*")
    assert not hidden.exists()
