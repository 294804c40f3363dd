# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry, and reg.exe on top of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.machine.process import NOT_MODELLED_EXIT_CODE
from lab.machine.registry import Registry, Value
from lab.windows.hives import load_hive, unload_hive
from tests.lab.windows_laptop import ADMIN_SID, OTHER_SID, make_laptop, run

REG = "C:\\Windows\\System32\\reg.exe"
KEY = "HKLM\\SOFTWARE\\Lab"
LONG = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Lab"


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    made = make_laptop(tmp_path)
    fill(made.registry)
    return made


def fill(registry: Registry) -> None:
    registry.set(KEY, "Text", "REG_SZ", "a  b")
    registry.set(KEY, "Number", "REG_DWORD", 3476)
    registry.set(KEY, "List", "REG_MULTI_SZ", ["x", "y"])
    registry.set(KEY, "", "REG_SZ", "default")
    registry.set(f"{KEY}\\Empty\\Below", "Ünïcode", "REG_EXPAND_SZ", "%PATH%")


# -- the class ---------------------------------------------------------------------------------------------------


def test_registry_ignores_case_and_keeps_spelling(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "registry.json")
    fill(registry)
    assert registry.get("hklm\\software\\LAB", "NUMBER") == Value("REG_DWORD", 3476)
    registry.set("hklm\\software\\lab", "number", "REG_DWORD", 1)
    assert list(registry.values(KEY)) == ["Text", "Number", "List", ""]
    assert registry.subkeys("HKLM\\Software\\lab") == ["Empty"]
    assert registry.exists(f"{KEY}\\empty")
    assert registry.get(f"{KEY}\\None", "x") is None


def test_registry_is_saved_at_each_change_and_sees_changes_from_outside(tmp_path: Path) -> None:
    file = tmp_path / "registry.json"
    first, second = Registry(file), Registry(file)
    first.set(KEY, "A", "REG_SZ", "1")
    assert second.get(KEY, "A") == Value("REG_SZ", "1")
    second.delete(KEY, "A")
    assert first.get(KEY, "A") is None
    assert first.exists(KEY)
    second.delete("HKLM\\SOFTWARE")
    assert not first.exists(KEY)
    assert json.loads(file.read_text(encoding="utf-8")) == {"HKLM": {}}


def test_registry_batch_writes_once(tmp_path: Path) -> None:
    file = tmp_path / "registry.json"
    registry = Registry(file)
    with registry.batch():
        registry.set(KEY, "A", "REG_SZ", "1")
        assert not file.exists()
    assert file.exists()


# -- reg query ---------------------------------------------------------------------------------------------------


def test_query_prints_values_then_subkeys(laptop: Laptop) -> None:
    result = run(laptop, f"{REG} query {KEY} /reg:64")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        f"\r\n{LONG}\r\n"
        "    Text    REG_SZ    a  b\r\n"
        "    Number    REG_DWORD    0xd94\r\n"
        "    List    REG_MULTI_SZ    x\\0y\r\n"
        "    (Default)    REG_SZ    default\r\n"
        f"\r\n{LONG}\\Empty\r\n"
    )


def test_query_with_s_goes_down(laptop: Laptop) -> None:
    result = run(laptop, f"{REG} query {KEY}\\Empty /s")
    assert result.out == (f"\r\n{LONG}\\Empty\\Below\r\n    Ünïcode    REG_EXPAND_SZ    %PATH%\r\n\r\n")


def test_query_of_one_value(laptop: Laptop) -> None:
    result = run(laptop, f"{REG} query {KEY} /v number")
    assert result.out == f"\r\n{LONG}\r\n    Number    REG_DWORD    0xd94\r\n\r\n"


def test_search_shows_only_matching_rows(laptop: Laptop) -> None:
    result = run(laptop, f"{REG} query {KEY} /s /f %PATH")
    assert result.code == 0
    assert result.out == (
        f"\r\n{LONG}\\Empty\\Below\r\n    Ünïcode    REG_EXPAND_SZ    %PATH%\r\n\r\n"
        "End of search: 1 match(es) found.\r\n"
    )
    assert run(laptop, f"{REG} query {KEY} /s /f nothing").code == 1


def test_value_queries_below_a_key(laptop: Laptop) -> None:
    laptop.registry.set(f"{KEY}\\Empty", "Number", "REG_DWORD", 1)
    result = run(laptop, f"{REG} query {KEY} /s /v Number")
    assert result.out.count("    Number    REG_DWORD") == 2
    assert result.out.endswith("End of search: 2 match(es) found.\r\n")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("query HKLM\\SOFTWARE\\None", "ERROR: The system was unable to find the specified registry key or value."),
        (f"query {KEY} /v None", "ERROR: The system was unable to find the specified registry key or value."),
        ("query HKXX\\x", 'ERROR: Invalid key name.\r\nType "REG QUERY /?" for usage.'),
        (f"query {KEY} word", 'ERROR: Invalid syntax.\r\nType "REG QUERY /?" for usage.'),
        (f"delete {KEY} /v None /f", "ERROR: The system was unable to find the specified registry key or value."),
    ],
)
def test_errors_go_to_stderr_with_exit_code_1(laptop: Laptop, line: str, error: str) -> None:
    result = run(laptop, f"{REG} {line}")
    assert (result.code, result.err) == (1, f"{error}\r\n")


@pytest.mark.parametrize(
    ("language", "default", "error"),
    [
        ("de-DE", "(Standard)", "FEHLER: Der angegebene Registrierungsschlüssel bzw. Wert wurde nicht gefunden."),
        ("fr-FR", "(par défaut)", "ERREUR : le système n’a pas trouvé la clé ou la valeur de Registre spécifiée."),
        ("ja-JP", "(既定)", "エラー: 指定されたレジストリ キーまたは値が見つかりませんでした。"),
    ],
)
def test_default_name_and_errors_are_localised(tmp_path: Path, language: str, default: str, error: str) -> None:
    laptop = make_laptop(tmp_path, language=language)
    fill(laptop.registry)
    assert f"    {default}    REG_SZ    default\r\n" in run(laptop, f"{REG} query {KEY} /ve").out
    assert run(laptop, f"{REG} query HKLM\\None").err == f"{error}\r\n"


@pytest.mark.parametrize(
    "line",
    ["load HKLM\\x C:\\x", "export HKLM\\SOFTWARE C:\\x", f"query {KEY} /z", f"query {KEY} /reg:32", f"delete {KEY}"],
)
def test_other_verbs_and_options_are_not_modelled(laptop: Laptop, line: str) -> None:
    result = run(laptop, f"{REG} {line}")
    assert result.code == NOT_MODELLED_EXIT_CODE
    assert "lab: not modelled" in result.err


# -- users -------------------------------------------------------------------------------------------------------


def test_hkcu_is_the_hive_of_the_caller(laptop: Laptop) -> None:
    assert run(laptop, f"{REG} add HKCU\\Software\\Lab /v X /d mine /f").code == 0
    assert laptop.registry.get(f"HKU\\{ADMIN_SID}\\Software\\Lab", "X") == Value("REG_SZ", "mine")
    assert (
        "HKEY_CURRENT_USER\\Software\\Lab\r\n    X    REG_SZ    mine"
        in run(laptop, f"{REG} query HKCU\\Software\\Lab").out
    )


def test_hku_lists_loaded_hives_only(laptop: Laptop) -> None:
    dev = laptop.user("dev")
    assert dev is not None
    assert OTHER_SID not in run(laptop, f"{REG} query HKU").out
    assert run(laptop, f"{REG} query HKU\\{OTHER_SID}\\Environment").code == 1
    load_hive(laptop, dev)
    assert f"HKEY_USERS\\{OTHER_SID}\r\n" in run(laptop, f"{REG} query HKU").out
    assert run(laptop, f"{REG} query HKU\\{OTHER_SID}\\Environment").code == 0
    unload_hive(laptop, dev)
    assert run(laptop, f"{REG} query HKU\\{OTHER_SID}\\Environment").code == 1


def test_a_command_loads_the_hive_of_its_user(laptop: Laptop) -> None:
    assert run(laptop, f"{REG} query HKCU\\Environment", user="dev").code == 0
    assert OTHER_SID in run(laptop, f"{REG} query HKU").out


def test_only_elevated_callers_read_service_hives(laptop: Laptop) -> None:
    assert run(laptop, f"{REG} query HKU\\S-1-5-19").code == 0
    result = run(laptop, f"{REG} query HKU\\S-1-5-19", user="dev")
    assert (result.code, result.err) == (1, "ERROR: Access is denied.\r\n")


def test_only_administrators_write_to_the_machine(laptop: Laptop) -> None:
    add = f"{REG} add {KEY} /v New /t REG_DWORD /d 0x10 /f"
    assert run(laptop, add, user="dev").err == "ERROR: Access is denied.\r\n"
    assert run(laptop, add).out == "The operation completed successfully.\r\n"
    assert laptop.registry.get(KEY, "New") == Value("REG_DWORD", 16)
    assert run(laptop, f"{REG} delete {KEY} /v New /f").code == 0
    assert laptop.registry.get(KEY, "New") is None
    assert run(laptop, f"{REG} delete {KEY} /f").code == 0
    assert not laptop.registry.exists(KEY)
