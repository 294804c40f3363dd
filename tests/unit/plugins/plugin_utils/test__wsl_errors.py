# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _wsl_errors
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_errors import canonical, explain, known_error

SPELLINGS = [
    ("0x80370102", "HCS_E_HYPERV_NOT_INSTALLED"),
    ("HCS_E_HYPERV_NOT_INSTALLED", "HCS_E_HYPERV_NOT_INSTALLED"),
    ("Wsl/Service/CreateInstance/CreateVm/HCS/0x80370102", "HCS_E_HYPERV_NOT_INSTALLED"),
    ("0x80040302", "WSL_E_DISTRO_NOT_FOUND"),
    ("0x80040308", "WSL_E_USER_NOT_FOUND"),
    ("0x80040332", "WSL_E_VM_CRASHED"),
    ("0x80070070", "ERROR_DISK_FULL"),
    ("0x80070569", "ERROR_LOGON_TYPE_NOT_GRANTED"),
    ("0X8000000D", "E_ILLEGAL_STATE_CHANGE"),
    ("0xDEADBEEF", "0xdeadbeef"),
    ("SOMETHING_NEW", "SOMETHING_NEW"),
]


@pytest.mark.parametrize("code, name", SPELLINGS)
def test_canonical(code: str, name: str) -> None:
    assert canonical(code) == name


@pytest.mark.parametrize("name", sorted(_wsl_errors._CATALOGUE))
def test_entries_are_parts_of_one_line(name: str) -> None:
    entry = known_error(name)
    assert entry is not None
    for text in (entry.meaning, entry.remedy):
        assert text and "\n" not in text and not text.endswith(".")


@pytest.mark.parametrize("name", sorted(_wsl_errors._CATALOGUE))
def test_every_entry_has_a_number(name: str) -> None:
    assert name in _wsl_errors.NAMES.values()


def test_both_spellings_explain_the_same() -> None:
    assert explain("Wsl/Service/0x80070070") == explain("Wsl/ERROR_DISK_FULL")


@pytest.mark.parametrize(
    "code, text, meaning",
    [
        (None, "The file cannot be\r\naccessed. \r\n", "wsl.exe said: The file cannot be accessed."),
        ("Wsl/0xdeadbeef", "Oops\r\nError code: x", "wsl.exe said: Oops Error code: x"),
        (None, "", "wsl.exe said: it printed nothing"),
    ],
)
def test_unknown_errors_keep_their_text(code: str | None, text: str, meaning: str) -> None:
    assert explain(code, text).meaning == meaning
