# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe import errors as e
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import decode_text, error_code
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import wsl_failure
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.errors import canonical, explain, known_error

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


def test_entries() -> None:
    for entry in e.CATALOGUE:
        for text in (entry.meaning, entry.remedy):
            assert text and "\n" not in text and not text.endswith("."), entry
        for spelling in (entry.code, *entry.aliases):
            assert known_error(spelling, entry.program) is entry
            assert known_error(spelling.upper().replace("0X", "0x"), entry.program) is entry
        if entry.program == e.WSL:
            assert len(entry.aliases) == 1 and known_error(f"Wsl/Service/{entry.aliases[0]}") is entry


def test_no_spelling_twice() -> None:
    spellings = [(entry.program, text.lower()) for entry in e.CATALOGUE for text in (entry.code, *entry.aliases)]
    assert len(spellings) == len(set(spellings))
    assert {entry.program for entry in e.CATALOGUE} == {
        e.WSL,
        e.WSL_PLACE,
        e.WSL_NUMBER,
        e.WSL_EXIT,
    }


def test_both_spellings_explain_the_same() -> None:
    assert explain("Wsl/Service/0x80070070") == explain("Wsl/ERROR_DISK_FULL")


@pytest.mark.parametrize(
    "code, text, exit_code, meaning",
    [
        (None, "The file cannot be\r\naccessed. \r\n", 1, "wsl.exe said: The file cannot be accessed"),
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


CONTRACT = """
    0x8000000d 0x80070070 0x8007023f 0x80070422 0x80070569 0x80072f7d 0x80240066 0x80370102
    ERROR_ACCESS_DISABLED_BY_POLICY ERROR_ALREADY_EXISTS ERROR_DISK_FULL ERROR_FILE_EXISTS ERROR_FILE_NOT_FOUND
    ERROR_PATH_NOT_FOUND ERROR_SERVICE_DOES_NOT_EXIST ERROR_SHARING_VIOLATION E_ACCESSDENIED E_FAIL
    E_ILLEGAL_STATE_CHANGE E_INVALIDARG E_UNEXPECTED HCS_E_CONNECTION_TIMEOUT HCS_E_HYPERV_NOT_INSTALLED
    HCS_E_SERVICE_NOT_AVAILABLE HTTP_E_STATUS_NOT_FOUND REGDB_E_CLASSNOTREG TRUST_E_BAD_DIGEST
    WININET_E_CANNOT_CONNECT WININET_E_NAME_NOT_RESOLVED WSL_E_CONSOLE WSL_E_CUSTOM_KERNEL_NOT_FOUND
    WSL_E_CUSTOM_SYSTEM_DISTRO_ERROR WSL_E_DEFAULT_DISTRO_NOT_FOUND WSL_E_DISK_ALREADY_ATTACHED
    WSL_E_DISK_ALREADY_MOUNTED WSL_E_DISK_CORRUPTED WSL_E_DISK_MOUNT_DISABLED WSL_E_DISK_MOUNT_FAILED
    WSL_E_DISK_UNMOUNT_FAILED WSL_E_DISTRIBUTION_NAME_NEEDED WSL_E_DISTRO_NOT_FOUND WSL_E_DISTRO_NOT_STOPPED
    WSL_E_DISTRO_ONLY_AVAILABLE_FROM_STORE WSL_E_ELEVATION_NEEDED_TO_MOUNT_DISK WSL_E_EXPORT_FAILED
    WSL_E_FS_UPGRADE_NEEDED WSL_E_GUI_APPLICATIONS_DISABLED WSL_E_HIGHER_INTEGRITY WSL_E_IMPORT_FAILED
    WSL_E_INSTALL_COMPONENT_FAILED WSL_E_INSTALL_PROCESS_FAILED WSL_E_INVALID_JSON WSL_E_INVALID_USAGE
    WSL_E_LOCAL_SYSTEM_NOT_SUPPORTED WSL_E_LOWER_INTEGRITY WSL_E_NOT_A_LINUX_DISTRO WSL_E_OS_NOT_SUPPORTED
    WSL_E_PLUGIN_REQUIRES_UPDATE WSL_E_TOO_MANY_DISKS_ATTACHED WSL_E_TTY_LIMIT WSL_E_USER_NOT_FOUND
    WSL_E_USER_VHD_ALREADY_ATTACHED WSL_E_VIRTUAL_MACHINE_PLATFORM_REQUIRED WSL_E_VMSWITCH_NOT_FOUND
    WSL_E_VMSWITCH_NOT_SET WSL_E_VM_CRASHED WSL_E_VM_MODE_INVALID_MOUNT_NAME WSL_E_VM_MODE_INVALID_STATE
    WSL_E_VM_MODE_MOUNT_NAME_ALREADY_EXISTS WSL_E_VM_MODE_NOT_SUPPORTED WSL_E_WSL1_DISABLED WSL_E_WSL1_NOT_SUPPORTED
    WSL_E_WSL2_NEEDED WSL_E_WSL_MOUNT_NOT_SUPPORTED WSL_E_WSL_OPTIONAL_COMPONENT_REQUIRED
    WU_E_INSTALL_USERCONTEXT_ACCESSDENIED
"""
"""Every code that the source of WSL and reports of users name for a situation that a run can meet."""


def test_every_known_situation_has_an_entry() -> None:
    known = {code: e.known_error(f"Wsl/Service/{code}") for code in CONTRACT.split()}
    assert [code for code, entry in known.items() if entry is None or not (entry.meaning and entry.remedy)] == []


def test_exit_codes() -> None:
    codes = "50 -444 4294966852 1260 4551 3221225506 0xc0000022"
    assert [code for code in codes.split() if e.known_error(code, e.WSL_EXIT) is None] == []
    assert known_error("50") is None, "an exit code is no code of Windows"


START = "Wsl/Service/CreateInstance/E_FAIL"
FAILED = "The distribution failed to start. Error code: {}, failure step: {}\r\nError code: " + START
# Only numbers and the path count: these are no sentences of WSL.
OTHER_WORDS = (
    "Xxx xxx xx. Xxx-Xx: {}, Xxx: {}\r\nXx: " + START,
    "\u3042\u3042\u3042 {} \u3042\u3042 {} \u3042\r\n" + START,
)


@pytest.mark.parametrize("text", [FAILED, *OTHER_WORDS], ids=["English", "other words", "no blanks between words"])
@pytest.mark.parametrize(
    ("number", "words"),
    [(117, "file system"), (74, "file system"), (30, "read-only"), (5, "cannot be read"), (28, "disk is full")],
    ids=["WSL#13598", "WSL#13616", "read-only", "WSL#11474", "full"],
)
def test_the_number_in_the_text_tells_what_is_wrong_with_the_disk(text: str, number: int, words: str) -> None:
    found = explain(START, text.format(number, 2) + "\r\n", 0xFFFFFFFF)
    assert words in found.meaning and found.code == f"E_FAIL {number}"
    assert "e2fsck" in found.remedy or number == 28


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("Wsl/Service/ReadDistroConfig/E_UNEXPECTED", "a key below Lxss"),
        ("Wsl/Service/CreateInstance/ReadDistroConfig/0x8000ffff", "a key below Lxss"),
        ("Wsl/Service/CreateInstance/CreateVm/ERROR_PATH_NOT_FOUND", "files of WSL are missing"),
        ("Wsl/Service/CreateInstance/CreateVm/HCS/ERROR_PATH_NOT_FOUND", "files of WSL are missing"),
        ("Wsl/Service/CreateInstance/MountDisk/HCS/ERROR_FILE_NOT_FOUND", "the virtual disk is missing"),
        ("Wsl/Service/CreateInstance/E_UNEXPECTED", "the virtual machine or the WSL service went away"),
    ],
    ids=["WSL#12822", "WSL#12822 by number", "WSL#40938", "WSL#40938 of the host compute service", "disk", "no place"],
)
def test_the_step_that_failed_tells_more_than_the_code(code: str, words: str) -> None:
    said = f"Katastrophaler Fehler \x1b[2J\r\nFehlercode: {code}\r\n"
    meaning = explain(code, said).meaning
    assert meaning.startswith(words)
    assert meaning.endswith("(wsl.exe said: Katastrophaler Fehler \\x1b[2J)")


def test_numbers_that_are_no_error_of_linux_are_said() -> None:
    assert "The answer: 42 of 7" in explain(START, f"The answer: 42 of 7\r\nError code: {START}\r\n").meaning
    assert explain("Wsl/ERROR_DISK_FULL", "No 5 on 2\r\nError code: Wsl/ERROR_DISK_FULL").code == "ERROR_DISK_FULL"
