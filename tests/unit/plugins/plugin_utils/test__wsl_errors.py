# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _wsl_errors as e
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_command import wsl_failure
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_errors import canonical, explain, known_error
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe import decode_text, error_code

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
    ("0x8000000d", "E_ILLEGAL_STATE_CHANGE"),
    ("0xDEADBEEF", "0xdeadbeef"),
    ("SOMETHING_NEW", "SOMETHING_NEW"),
]


@pytest.mark.parametrize("code, name", SPELLINGS)
def test_canonical(code: str, name: str) -> None:
    assert canonical(code) == name


@pytest.mark.parametrize("entry", e.CATALOGUE, ids=lambda entry: f"{entry.program} {entry.code}")
def test_entries(entry: e.KnownError) -> None:
    for text in (entry.meaning, entry.remedy):
        assert text and "\n" not in text and not text.endswith(".")
    for spelling in (entry.code, *entry.aliases):
        assert known_error(spelling, entry.program) is entry
        assert known_error(spelling.upper().replace("0X", "0x"), entry.program) is entry
    if entry.program == e.WSL:
        assert len(entry.aliases) == 1 and known_error(f"Wsl/Service/{entry.aliases[0]}") is entry


def test_no_spelling_twice() -> None:
    spellings = [(entry.program, text.lower()) for entry in e.CATALOGUE for text in (entry.code, *entry.aliases)]
    assert len(spellings) == len(set(spellings))
    assert {entry.program for entry in e.CATALOGUE} == {e.WSL, e.WSL_EXIT, e.DISM, e.MSIEXEC, e.CURL}


def test_the_same_number_of_another_program() -> None:
    wsl, dism = known_error("50", e.WSL_EXIT), known_error("50", e.DISM)
    assert wsl and dism and wsl.meaning != dism.meaning
    assert known_error("50") is None


def test_both_spellings_explain_the_same() -> None:
    assert explain("Wsl/Service/0x80070070") == explain("Wsl/ERROR_DISK_FULL")


@pytest.mark.parametrize(
    "code, text, exit_code, meaning",
    [
        (None, "The file cannot be\r\naccessed. \r\n", 1, "wsl.exe said: The file cannot be accessed."),
        ("Wsl/0xdeadbeef", "Oops\r\nError code: x", 50, "wsl.exe said: Oops Error code: x"),
        (None, "", None, "wsl.exe said: it printed nothing"),
        (None, "Error: 0x80240066 \r\n", 1, "the Store refuses a remote session"),
        (None, "WSL ist nicht installiert.\r\n", 50, "WSL is not installed on this host"),
        (None, "The WSL 2 kernel file is not found.\r\n", 0xFFFFFE44, "the WSL of Windows itself has no kernel yet"),
        (None, "a number 0x1234 that is no error", 1, "wsl.exe said: a number 0x1234 that is no error"),
    ],
)
def test_without_a_path(code: str | None, text: str, exit_code: int | None, meaning: str) -> None:
    assert explain(code, text, exit_code).meaning == meaning


# Recorded: the label before the path is translated since 2.5.8, was English before, and zh-TW has a full-width colon.
RECORDED = {
    "en": "There is no distribution with the supplied name.\r\nError code: Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n",
    "de": "Es ist keine Distribution mit dem angegebenen Namen vorhanden.\r\n"
    "Fehlercode: Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n",
    "fr": "Il n’existe aucune distribution avec le nom fourni.\r\n"
    "Code d'erreur\xa0: Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n",
    "ja": "指定された名前のディストリビューションはありません。\r\n"
    "エラー コード: Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n",
    "zh, label in English": "没有具有所提供名称的分发。\r\nError code: Wsl/Service/0x80040302\r\n",
    "inbox line ends": "There is no distribution with the supplied name.\r\r\n"
    "Error code: Wsl/Service/WSL_E_DISTRO_NOT_FOUND \r\r\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("language", RECORDED)
def test_every_language_and_encoding_leads_to_the_same_entry(language: str, encoding: str) -> None:
    printed = RECORDED[language].encode(encoding)
    assert canonical(error_code(decode_text(printed)) or "") == "WSL_E_DISTRO_NOT_FOUND"
    failure = str(wsl_failure("starting X", Completed(0xFFFFFFFF, printed, b"")))
    assert "no distribution has that name for this account" in failure
    assert "\n" not in failure and "\r" not in failure


def test_linux_before_and_wsl_after_in_one_stream() -> None:
    printed = "größe\n".encode() + RECORDED["de"].encode("utf-16-le")
    assert canonical(error_code(decode_text(printed)) or "") == "WSL_E_DISTRO_NOT_FOUND"


def test_a_failure_without_a_path() -> None:
    printed = "Fehler: 0x80240066 \r\n".encode("utf-16-le")
    failure = str(wsl_failure("installing WSL online", Completed(1, printed, b"")))
    assert failure == (
        "installing WSL online failed [exit code 1]: the Store refuses a remote session;"
        " use method web_download, or the MSI"
    )
