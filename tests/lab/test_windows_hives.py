# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of users' hives: copied by robocopy.exe, mounted and taken away again by reg.exe."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.machine.permissions import Entry
from lab.machine.process import NOT_MODELLED_EXIT_CODE
from lab.windows.hives import load_hive
from tests.lab.windows_laptop import OTHER_SID, make_laptop, run

REG = "C:\\Windows\\System32\\reg.exe"
COPY = "C:\\Windows\\System32\\robocopy.exe C:\\Users\\dev C:\\copies NTUSER.DAT NTUSER.DAT.LOG1 /B /R:0 /W:0 /NP"
LXSS = "Software\\Microsoft\\Windows\\CurrentVersion\\Lxss"


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    made = make_laptop(tmp_path)
    made.registry.set(f"HKU\\{OTHER_SID}\\{LXSS}", "DefaultVersion", "REG_DWORD", 2)
    return made


def test_a_copy_is_mounted_read_and_taken_away(laptop: Laptop) -> None:
    assert run(laptop, COPY).code == 1
    assert run(laptop, "dir /b C:\\copies").code == 1, "the file is hidden"
    assert run(laptop, "dir /b /a C:\\copies").out == "NTUSER.DAT\r\nNTUSER.DAT.LOG1\r\n"
    assert run(laptop, "copy /y C:\\copies\\NTUSER.DAT C:\\x").code == 1
    assert run(laptop, f"{REG} load HKU\\lab C:\\copies\\NTUSER.DAT").code == 0
    assert "DefaultVersion    REG_DWORD    0x2" in run(laptop, f"{REG} query HKU\\lab\\{LXSS} /s").out
    assert run(laptop, f"{REG} query HKU\\{OTHER_SID}").code == 1, "the owner's is still not loaded"
    assert run(laptop, f"{REG} load HKU\\lab C:\\copies\\NTUSER.DAT").code == 1
    assert run(laptop, "rmdir /s /q C:\\copies").code == 32
    assert run(laptop, f"{REG} unload HKU\\lab").code == 0
    assert run(laptop, f"{REG} unload HKU\\lab").code == 1
    assert run(laptop, f"{REG} query HKU\\lab").code == 1
    assert run(laptop, "rmdir /s /q C:\\copies").code == 0


def test_what_is_loaded_is_not_copied_and_what_is_missing_is_made_by_load(laptop: Laptop) -> None:
    dev = laptop.user("dev")
    assert dev is not None
    load_hive(laptop, dev)
    result = run(laptop, COPY)
    assert (result.code, "ERROR 32" in result.out) == (8, True)
    assert run(laptop, f"{REG} load HKU\\lab C:\\copies\\NTUSER.DAT").code == 0
    assert run(laptop, f"{REG} query HKU\\lab\\Environment").code == 1, "an empty hive"


def test_who_is_refused(laptop: Laptop) -> None:
    assert run(laptop, COPY, user="dev").code == 16
    assert run(laptop, COPY.replace("dev", "nobody")).code == 16
    assert run(laptop, f"{REG} load HKU\\lab C:\\x.dat", user="dev").code == 1
    assert run(laptop, f"{REG} load HKU\\lab C:\\none\\x.dat").code == 1
    laptop.drive.host_path("C:\\broken.dat").write_bytes(b"nothing")
    assert run(laptop, f"{REG} load HKU\\lab C:\\broken.dat").code == 1
    in_place = run(laptop, f"{REG} load HKU\\lab C:\\Users\\dev\\NTUSER.DAT")
    assert (in_place.code, "not modelled" in in_place.err) == (NOT_MODELLED_EXIT_CODE, True)
    assert run(laptop, COPY.replace(" /R:0", "")).code == NOT_MODELLED_EXIT_CODE, "it would try a million times"


def test_a_boot_forgets_what_was_mounted_and_keeps_the_files(laptop: Laptop) -> None:
    run(laptop, f"{COPY}&{REG} load HKU\\lab C:\\copies\\NTUSER.DAT")
    laptop.faults.switch_on("hive_held", count=1)
    assert run(laptop, f"{REG} unload HKU\\lab").code == 1
    laptop.reboot()
    assert run(laptop, f"{REG} query HKU\\lab").code == 1
    assert laptop.drive.is_file("C:\\copies\\NTUSER.DAT")


def test_an_administrator_is_denied_where_only_others_were_granted_anything(laptop: Laptop) -> None:
    run(laptop, "mkdir C:\\private&echo x>C:\\private\\disk.vhdx")
    listing = "dir /-c /a-d C:\\private\\*.vhdx"
    assert run(laptop, listing).code == 0
    laptop.permissions.set("C:\\private", Entry(inherit=False, grants={OTHER_SID: "F"}, below=[OTHER_SID]))
    assert run(laptop, listing).code == 1
