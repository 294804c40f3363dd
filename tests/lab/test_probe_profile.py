# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The circle: probe a laptop, replay the file as a laptop, probe that one: the same answers."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import read, result
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe import ask as probe_ask
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.questions import questions

from lab.laptops import probe_profile, profiles
from lab.laptops.laptop import Laptop
from lab.machine.process import DEFECT_EXIT_CODE, NOT_MODELLED_EXIT_CODE
from lab.machine.state import Gpu, User
from lab.windows import fresh
from lab.wsl.registrations import Distribution, Registrations, new_id
from tests.lab.laptop_runner import LaptopRunner

ADMIN = "S-1-5-21-1004336348-1177238915-682003330-1104"
ENTRA = "S-1-12-1-1111111111-2222222222-3333333333-4444444444"


def make(directory: Path, language: str) -> Laptop:
    """Two users, an old driver, WSL with a distribution, AutoRun, policies: everything that a fresh laptop is not."""
    state = profiles.windows_state("PC-DÜSSELDORF", language)
    state.users = [
        User("jörg", ADMIN, profiles.PASSWORD),
        User("ada", ENTRA, profiles.PASSWORD, admin=False),
        User("grace", ADMIN.replace("1104", "1105"), profiles.PASSWORD, hive_loaded=False),
    ]
    state.gpus = [Gpu("NVIDIA T1200 Laptop GPU", "531.41", "WDDM", "7.5", 4096)]
    state.boot_id = 77
    state.free_bytes = 31 * 1024**3
    fresh.make_windows(directory, state)
    laptop = Laptop(directory, directory / "cache")
    profiles.install_wsl(laptop)
    guid = new_id()
    Registrations(laptop.registry, ADMIN).add(
        Distribution(guid, "Debian-12", f"C:\\Users\\jörg\\AppData\\Local\\wsl\\{guid}"),
        modern=True,
        os_release={"ID": "debian", "VERSION_ID": "12"},
    )
    laptop.registry.set("HKLM\\SOFTWARE\\Microsoft\\Command Processor", "AutoRun", "REG_SZ", "echo hello")
    laptop.registry.set("HKLM\\SOFTWARE\\Policies\\WSL", "AllowDebugShell", "REG_DWORD", 0)
    return laptop


def ask(laptop: Laptop) -> list[probe_ask.Row]:
    return probe_ask.probe(LaptopRunner(laptop), questions(idle=0))


def answers(rows: list[probe_ask.Row]) -> dict[str, tuple[str, str]]:
    return {row["id"]: (row["verdict"], row["answer"]) for row in rows}


def host_result(laptop: Laptop) -> dict[str, t.Any]:
    return result.as_result(read.read_host(LaptopRunner(laptop), ["nvidia_smi"]))


@pytest.mark.parametrize("language", ["en-US", "de-DE", "fr-FR", "ja-JP"])
def test_a_replayed_probe_gives_the_same_answers(tmp_path: Path, language: str) -> None:
    original = make(tmp_path / "original", language)
    rows = ask(original)
    file = tmp_path / "probe.json"
    file.write_text(json.dumps(probe_ask.document("laptop", "winrm", rows)), encoding="utf-8")
    replayed = probe_profile.make_laptop(tmp_path / "replayed", probe_profile.read(file), tmp_path / "cache")
    assert answers(ask(replayed)) == answers(rows)
    assert host_result(replayed) == host_result(original)


def test_the_answers_are_about_that_laptop(tmp_path: Path) -> None:
    found = answers(ask(make(tmp_path / "original", "de-DE")))
    assert found["silence"] == ("differs", "exit 0: hello")
    assert found["nvidia_smi"][1] == "NVIDIA T1200 Laptop GPU, 531.41, WDDM, 4096"
    assert found["wsl_utf8"] == ("holds", "2.6.3.0 in utf-8")
    assert found["wsl_utf16"] == ("holds", "2.6.3.0 in utf-16")
    assert found["wsl_list"] == ("noted", "Debian-12 (WSL 2)")
    assert found["free_space"] == ("noted", "31 GiB")
    assert found["boot_id"] == ("noted", "BootId=78")


def test_every_question_is_answered_by_the_lab(tmp_path: Path) -> None:
    runner = LaptopRunner(make(tmp_path / "original", "en-US"))
    rows = probe_ask.probe(runner, questions(idle=0))
    print(f"{len(rows)} rows, {len(runner.lines)} commands")
    assert len(runner.lines) <= 45 < 100 < len(rows)
    unanswered = (None, NOT_MODELLED_EXIT_CODE, DEFECT_EXIT_CODE)
    assert [row["id"] for row in rows if row["exit_code"] in unanswered] == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "is not the file of a probe"),
        ('{"format": 2, "rows": []}', "has format 2"),
        ('{"format": 1, "rows": [{"id": "x"}]}', "is not the file of a probe"),
        ("nonsense", "is not the file of a probe"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "probe.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(probe_profile.ProbeError, match=message):
        probe_profile.read(file)


def test_a_probe_that_does_not_tell_the_account_is_refused(tmp_path: Path) -> None:
    with pytest.raises(probe_profile.ProbeError, match="which account"):
        probe_profile.make_laptop(tmp_path / "x", {}, tmp_path)
