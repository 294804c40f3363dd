# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""--list, --status, --version, --help, parse errors; encodings and languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lab.machine.process import NotModelled
from lab.wsl import texts_de, texts_en, texts_fr, texts_ja
from lab.wsl.system_messages import LANGUAGES
from lab.wsl.windows_state import MACHINE_LXSS, SERVICES
from tests.lab.wsl_bench import Bench

MINUS_1 = 0xFFFFFFFF
USAGE = "Copyright (c) Microsoft Corporation. All rights reserved.\r\n"
TONGUES = ["en-US", "de-DE", "fr-FR", "ja-JP"]
OK = "The operation completed successfully. \r\n"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.add()
    made.add("Debian")
    return made


def test_b2_the_table(bench: Bench) -> None:
    bench.start("Debian")
    assert bench.wsl("-l -v").stdout == (
        "  NAME           STATE           VERSION\r\n"
        "* test_distro    Stopped         2\r\n"
        "  Debian         Running         2\r\n"
    )
    assert bench.wsl("--list --verbose --running").stdout == bench.wsl("-l -v").stdout


def test_the_table_shows_every_state(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    for name, state, flags in [("a", 3, 15), ("b", 4, 15), ("c", 5, 7), ("d", 6, 15), ("e", 1, 7)]:
        bench.add(name, state=state, flags=flags)
    rows = [line.split() for line in bench.wsl("-l -v").stdout.splitlines()[1:]]
    words = {row[-3]: row[-2:] for row in rows}
    assert words == {
        "a": ["Installing", "2"],
        "b": ["Uninstalling", "2"],
        "c": ["Converting", "1"],
        "d": ["Exporting", "2"],
        "e": ["Stopped", "1"],
    }
    assert bench.wsl("-l -q").stdout == "e\r\n"
    assert sorted(bench.wsl("-l --all -q").stdout.split()) == ["a", "b", "c", "d", "e"]


def test_b3_names(bench: Bench) -> None:
    assert bench.wsl("-l -q").stdout == "test_distro\r\nDebian\r\n"
    assert bench.wsl("-l").stdout == "Windows Subsystem for Linux Distributions:\r\ntest_distro (Default)\r\nDebian\r\n"
    bench.start("Debian")
    assert bench.wsl("-l --running -q").stdout == "Debian\r\n"


@pytest.mark.parametrize("arguments", ["-l", "-l -v", "--list --all"])
def test_b5_no_distribution(tmp_path: Path, arguments: str) -> None:
    result = Bench(tmp_path).wsl(arguments)
    assert result.exit_code == MINUS_1
    assert result.stdout == texts_en.TEXTS["NoDefaultDistro"].replace("\n", "\r\n") + "\r\n"


def test_quiet_lists_of_nothing_are_empty_and_fine(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    for arguments in ("-l -q", "-l --running -q"):
        result = bench.wsl(arguments)
        assert (result.exit_code, result.stdout) == (0, "")


def test_b6_none_running(bench: Bench) -> None:
    result = bench.wsl("--list --running")
    assert (result.exit_code, result.stdout) == (MINUS_1, "There are no running distributions.\r\n")


@pytest.mark.parametrize(
    "arguments",
    ["-l -q -v", "-l -qv", "-l --all --running", "-l -v -o", "-l --all --online", "--help", "--manage test_distro"],
)
def test_b7_b10_usage(bench: Bench, arguments: str) -> None:
    result = bench.wsl(arguments)
    assert result.exit_code == MINUS_1
    assert result.stdout.startswith(USAGE) and "    --set-default-version <Version>\r\n" in result.stdout
    assert "Error code" not in result.stdout


MANIFEST = {
    "Default": "debian",
    "ModernDistributions": {
        "debian": [
            {"Name": f"debian-{number}", "FriendlyName": f"Debian {number}", "Amd64Url": {"Url": "file:///C:/d.tar"}}
            for number in range(1, 7)
        ]
    },
    "Distributions": [
        {"Name": "debian-1", "FriendlyName": "shown already"},
        {"Name": "legacy", "FriendlyName": "Legacy"},
    ],
}


def test_b8_online(bench: Bench) -> None:
    bench.laptop.drive.host_path("C:\\m.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    bench.registry.set(MACHINE_LXSS, "DistributionListUrl", "REG_SZ", "file:///C:/m.json")
    lines = bench.wsl("-l -o").stdout.split("\r\n")
    assert lines[2] == "" and lines[3].split() == ["NAME", "FRIENDLY", "NAME"]
    assert [line.split()[0] for line in lines[4:-1]] == ["debian-1", "debian-2", "debian-3", "debian-4", "legacy"]
    assert lines[4] == "debian-1    Debian 1"


def test_online_without_a_network(bench: Bench) -> None:
    bench.laptop.state.online = False
    result = bench.wsl("-l -o")
    assert result.exit_code == MINUS_1
    assert result.stdout.startswith("Failed to fetch the distribution list from 'https://raw.githubusercontent.com/")
    assert result.stdout.endswith("Error code: Wsl/WININET_E_NAME_NOT_RESOLVED\r\n")


HINT = "Please use 'wsl.exe --help' to get a list of supported arguments.\r\n"
PARSE_ERRORS = [
    ("-x", f"Invalid command line argument: -x\r\n{HINT}"),
    ("--list --frob", f"Invalid command line argument: --frob\r\n{HINT}Error code: Wsl/E_INVALIDARG\r\n"),
    ("--install --inbox", f"Invalid command line argument: --inbox\r\n{HINT}Error code: Wsl/E_INVALIDARG\r\n"),
    ("--install --name", f"Command line argument --name requires a value.\r\n{HINT}Error code: Wsl/E_INVALIDARG\r\n"),
    ("-d", "Argument --distribution is missing a required parameter.\r\n"),
    ("--terminate", "Argument --terminate is missing a required parameter.\r\n"),
    ("-d test_distro -d Debian true", "The distribution name has already been set.\r\n"),
    ("--exec", "The parameter is incorrect. \r\nError code: Wsl/E_INVALIDARG\r\n"),
]


@pytest.mark.parametrize(("arguments", "stdout"), PARSE_ERRORS, ids=[case[0] for case in PARSE_ERRORS])
def test_b14_parse_errors(bench: Bench, arguments: str, stdout: str) -> None:
    result = bench.wsl(arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (MINUS_1, stdout, "")


def test_b18_b19_default_version(bench: Bench) -> None:
    assert bench.wsl("--set-default-version 3").stdout.endswith("Error code: Wsl/ERROR_VERSION_PARSE_ERROR\r\n")
    result = bench.wsl("--set-default-version 2")
    assert result.stdout == f"For information on key differences with WSL 2 please visit https://aka.ms/wsl2\r\n{OK}"
    assert bench.wsl("--set-default-version 1").stdout.endswith("Error code: Wsl/WSL_E_WSL1_NOT_SUPPORTED\r\n")
    assert bench.registrations.default_version() == 2
    bench.registry.create(f"{SERVICES}\\LxssManager")
    assert bench.wsl("--set-default-version 1").stdout == OK
    assert bench.registrations.default_version() == 1


def test_status(bench: Bench) -> None:
    wsl1 = texts_en.TEXTS["Wsl1NotSupported"].replace("\n", "\r\n") + "\r\n"
    assert bench.wsl("--status").stdout == f"Default Distribution: test_distro\r\nDefault Version: 2\r\n{wsl1}"
    bench.registry.create(f"{SERVICES}\\LxssManager")
    bench.registry.delete(f"{SERVICES}\\vmcompute")
    status = bench.wsl("--status").stdout
    assert "WSL1" not in status and "virtualization is not enabled" in status


def test_version(bench: Bench) -> None:
    lines = bench.wsl("--version").stdout.split("\r\n")
    assert (
        len(lines) == 8 and lines[0] == "WSL version: 2.9.5.0" and lines[6].startswith("Windows version: 10.0.26100.")
    )
    assert bench.wsl("-v").stdout == bench.wsl("--version").stdout


@pytest.mark.parametrize("arguments", ["--mount x", "--unmount", "--debug-shell", "--system", "-d Debian --system id"])
def test_what_is_not_modelled_is_loud(bench: Bench, arguments: str) -> None:
    with pytest.raises(NotModelled):
        bench.wsl(arguments)


# -- encodings and languages -------------------------------------------------------------------------------------------

COMMANDS = [
    "-l",
    "-l -v",
    "-l -q",
    "--status",
    "--version",
    "-d Nope true",
    "-x",
    "--help",
    "--terminate Debian",
    "-u x id",
]


@pytest.mark.parametrize("language", TONGUES)
@pytest.mark.parametrize("arguments", COMMANDS)
def test_utf_16_and_utf_8_say_the_same(tmp_path: Path, language: str, arguments: str) -> None:
    bench = Bench(tmp_path, language=language)
    bench.add()
    bench.add("Debian")
    wide, narrow = bench.wsl(arguments, utf8=False), bench.wsl(arguments)
    assert wide.exit_code == narrow.exit_code
    assert wide.raw_stdout.decode("utf-16-le") == narrow.stdout
    assert not wide.raw_stdout.startswith(b"\xff\xfe") and not narrow.raw_stdout.startswith(b"\xef\xbb\xbf")
    assert "\n" not in narrow.stdout.replace("\r\n", "")


def test_only_the_exact_value_1_means_utf_8(bench: Bench) -> None:
    for value in ("0", "true", "01", ""):
        assert bench.wsl("-l -q", utf8=False, env={"WSL_UTF8": value}).raw_stdout == "test_distro\r\nDebian\r\n".encode(
            "utf-16-le"
        )


def test_linux_bytes_and_own_text_in_one_stream(bench: Bench) -> None:
    result = bench.wsl("echo é; exit 67", utf8=False)
    assert result.raw_stdout == "é\n".encode() + "User not found.\r\nError code: Wsl/WSL_E_USER_NOT_FOUND\r\n".encode(
        "utf-16-le"
    )


PATHS = [
    ("-d Nope true", "Wsl/Service/WSL_E_DISTRO_NOT_FOUND"),
    ("--distribution-id x", "Wsl/E_INVALIDARG"),
    ('--exec sh -c "exit 67"', "Wsl/WSL_E_USER_NOT_FOUND"),
    ("--manage test_distro --resize foo", "Wsl/E_INVALIDARG"),
    ("--manage test_distro --set-sparse true", "Wsl/Service/E_INVALIDARG"),
    ("--set-version test_distro 2", "Wsl/Service/WSL_E_VM_MODE_INVALID_STATE"),
    ("--import test_distro C:\\x NUL", "Wsl/Service/RegisterDistro/ERROR_ALREADY_EXISTS"),
    ("--import new C:\\x C:\\nope.tar", "Wsl/ERROR_FILE_NOT_FOUND"),
    ("--import a_b! C:\\x NUL", "Wsl/Service/RegisterDistro/E_INVALIDARG"),
    ("--install --no-distribution --distribution x", "Wsl/E_INVALIDARG"),
]


@pytest.mark.parametrize("language", TONGUES)
@pytest.mark.parametrize(("arguments", "path"), PATHS)
def test_the_code_path_is_the_same_in_every_language(tmp_path: Path, language: str, arguments: str, path: str) -> None:
    bench = Bench(tmp_path, language=language)
    bench.add()
    label = {
        "en-US": "Error code: ",
        "de-DE": "Fehlercode: ",
        "fr-FR": "Code d'erreur\u00a0: ",
        "ja-JP": "エラー コード: ",
    }
    result = bench.wsl(arguments)
    assert result.exit_code == MINUS_1
    assert result.stdout.endswith(f"\r\n{label[language]}{path}\r\n")
    message = result.stdout.rsplit(label[language], 1)[0]
    english = Bench(_fresh(tmp_path))
    english.add()
    same = message == english.wsl(arguments).stdout.rsplit("Error code: ", 1)[0]
    assert same is (language == "en-US")


def _fresh(directory: Path) -> Path:
    other = directory / "english"
    other.mkdir()
    return other


def test_e9_german(tmp_path: Path) -> None:
    assert Bench(tmp_path, language="de-DE").wsl("-d Nope true").stdout == (
        "Es ist keine Distribution mit dem angegebenen Namen vorhanden.\r\n"
        "Fehlercode: Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n"
    )


def test_e10_french(tmp_path: Path) -> None:
    lines = Bench(tmp_path, language="fr-FR").wsl("--version").stdout.split("\r\n")
    assert lines[0] == "Version WSL : 2.9.5.0" and lines[1].startswith("Version du noyau : ")


def test_e11_japanese(tmp_path: Path, bench: Bench) -> None:
    other = Bench(_fresh(tmp_path), language="ja-JP")
    other.add()
    other.add("Debian")
    assert other.wsl("-l -v").stdout == bench.wsl("-l -v").stdout
    assert other.wsl("-l").stdout != bench.wsl("-l").stdout


def test_another_language_falls_back_to_english(tmp_path: Path) -> None:
    assert Bench(tmp_path, language="nl-BE").wsl("-l --running").stdout == "There are no running distributions.\r\n"


@pytest.mark.parametrize("catalogue", [texts_de.TEXTS, texts_fr.TEXTS, texts_ja.TEXTS])
def test_translations_take_the_same_arguments(catalogue: dict[str, str]) -> None:
    assert set(catalogue) <= set(texts_en.TEXTS)
    for name, text in catalogue.items():
        assert len(re.findall(r"\{\}", text)) == len(re.findall(r"\{\}", texts_en.TEXTS[name])), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_success_is_said_in_every_language(tmp_path: Path, language: str) -> None:
    bench = Bench(tmp_path, language=language)
    bench.add()
    said = bench.wsl("--terminate test_distro").stdout
    assert said.endswith(" \r\n") and said != OK
