# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import step as distribution_step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed

from tests.unit.a_step import refused, run
from tests.unit.host_answers import BATCH, GUID, HostAnswers, fresh, with_distribution, with_features, with_wsl
from tests.unit.scripted_runner import Answer, Expected

WSL = "C:\\Program Files\\WSL\\wsl.exe"
START = 'set WSL_UTF8=1&"C:\\Program Files\\WSL\\wsl.exe" '
OK = Completed(0, b"", b"")
FAILED = Completed(1, b"", b"nein\r\n")
READY = with_wsl(with_features(fresh()))
ROOT = f"{START}-d Debian -u root --cd / --exec "


def test_manifest() -> None:
    line = (
        "C:\\Windows\\System32\\reg.exe add HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Lxss"
        " /v DistributionListUrl /t REG_SZ /d https://x.example/list.json /f"
    )
    run(distribution_step.SetManifest("https://x.example/list.json"), [(line, OK)])
    refused(distribution_step.SetManifest("https://x.example/list.json"), [(line, FAILED)], "could not be set: nein")


EXPORTS = [
    ("tar", "C:\\i\\x.tar", "x.unfinished.tar", ""),
    ("tar.gz", "C:\\i\\x.tar.gz", "x.tar.unfinished.gz", " --format tar.gz"),
    ("vhdx", "C:\\i\\x.vhdx", "x.unfinished.vhdx", " --vhd"),
    ("tar", "C:\\i\\x", "x.unfinished.tar", ""),
]


@pytest.mark.parametrize(("kind", "path", "unfinished", "options"), EXPORTS)
def test_export_is_renamed_when_it_is_whole(kind: str, path: str, unfinished: str, options: str) -> None:
    script: list[tuple[Expected, Answer]] = [
        ("md C:\\i", FAILED),
        (f"del /f /q C:\\i\\{unfinished}", OK),
        (f"{START}--export Debian C:\\i\\{unfinished}{options}", OK),
        (f"ren C:\\i\\{unfinished} {path.rpartition(chr(92))[2]}", OK),
    ]
    step = distribution_step.Export("Debian", path, kind)
    run(step, script)
    refused(step, [*script[:3], (script[3][0], FAILED)], "appeared while")


def test_a_running_import_is_not_disturbed() -> None:
    step = distribution_step.RemoveUnfinished("Debian")
    line = "C:\\Windows\\System32\\tasklist.exe /fo csv /nh"
    busy, idle = HostAnswers({line: b'"wsl.exe","12"\r\n'}), HostAnswers({line: b'"System","4"\r\n'})
    refused(step, [(BATCH, busy)], "being imported")
    run(step, [(BATCH, idle), (f"{START}--unregister Debian", OK)])


KEY = f"HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Lxss\\{GUID}"
ADD = f"C:\\Windows\\System32\\reg.exe add {KEY} /v "
AFTER: list[tuple[Expected, Answer]] = [
    (BATCH, with_distribution(READY)),
    (f"{ADD}DefaultUid /t REG_DWORD /d 1000 /f", OK),
    (f"{ADD}RunOOBE /t REG_DWORD /d 0 /f", OK),
    (f"{START}--terminate Debian", OK),
]
UID = Completed(0, b"1000\n", b"")
NAME: tuple[Expected, Answer] = (f"{START}-d Debian --cd / --exec /usr/bin/id -un", Completed(0, b"dev\n", b""))


def test_default_user_that_exists() -> None:
    run(
        distribution_step.SetDefaultUser("Debian", "dev", stop=False),
        [(f"{ROOT}/usr/bin/id -u dev", UID), *AFTER, NAME],
    )


def test_default_user_is_made_without_a_prompt() -> None:
    script: list[tuple[Expected, Answer]] = [
        (f"{ROOT}/usr/bin/id -u dev", FAILED),
        (f"{ROOT}/usr/sbin/useradd --create-home --shell /bin/bash dev", OK),
        (f"{ROOT}/usr/sbin/usermod --append --groups sudo dev", Completed(6, b"", b"no group")),
        (f"{ROOT}/usr/bin/id -u dev", UID),
        *AFTER,
        NAME,
        (f"{START}--terminate Debian", OK),
    ]
    run(distribution_step.SetDefaultUser("Debian", "dev", stop=True), script)


def test_default_user_that_cannot_be_made() -> None:
    step = distribution_step.SetDefaultUser("Debian", "dev", stop=True)
    gone = Completed(0xFFFFFFFF, b"Fehlercode: Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n", b"")
    asked: tuple[Expected, Answer] = (f"{ROOT}/usr/bin/id -u dev", FAILED)
    refused(step, [(f"{ROOT}/usr/bin/id -u dev", gone)], "WSL_E_DISTRO_NOT_FOUND")
    refused(step, [asked, (re.compile("useradd"), FAILED)], "useradd ended with 1, nein")
    refused(step, [(f"{ROOT}/usr/bin/id -u dev", UID), (BATCH, READY)], "not registered")
    conf = (NAME[0], Completed(0, b"root\n", b""))
    refused(step, [(f"{ROOT}/usr/bin/id -u dev", UID), *AFTER, conf], "wsl.conf")
    refused(step, [(f"{ROOT}/usr/bin/id -u dev", UID), *AFTER, (NAME[0], gone)], "WSL_E_DISTRO_NOT_FOUND")
