# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._driver_install import MICROSOFT, install, package_signer
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._driver_plan import InstallDriver
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import Completed

from tests.unit.scripted_runner import ScriptedRunner

DIGEST = "0f" * 32
FOLDER = "C:\\Program Files\\wslfleet\\nvidia-0f0f"
SHARE = "\\\\server\\share\\driver.exe"
STEP = InstallDriver(SHARE, DIGEST, f"{FOLDER}\\setup.exe")
OK = Completed(0, b"", b"")
HASH = Completed(0, f"SHA256-Hash von x:\r\n{DIGEST}\r\nCertUtil\r\n".encode(), b"")
DIR, MKDIR, COPY = f"dir /b {SHARE}", f'mkdir "{FOLDER}"', f'copy /y {SHARE} "{STEP.path}"'
SETUP = f'start "" /wait "{STEP.path}" /s /noreboot'
CERTUTIL = f'C:\\Windows\\System32\\certutil.exe -hashfile "{STEP.path}" SHA256'
DELETE = f'del /f /q "{STEP.path}"'

GERMAN = (
    "Microsoft PnP-Hilfsprogramm\r\n\r\n"
    "Veröffentlichter Name:  oem11.inf\r\nAnbietername:           Intel\r\n"
    "Signaturgebername:      Somebody Else\r\n\r\n"
    "Veröffentlichter Name:  oem12.inf\r\nAnbietername:           NVIDIA\r\n"
    f"Signaturgebername:      {MICROSOFT}\r\n\r\n"
).encode()


@pytest.mark.parametrize(
    ("inf", "signer"), [("oem12.inf", MICROSOFT), ("OEM11.INF", "Somebody Else"), ("oem1.inf", None), ("", None)]
)
def test_signer_in_any_language(inf: str, signer: str | None) -> None:
    assert package_signer(GERMAN, inf) == signer


@pytest.mark.parametrize(("code", "restart"), [(0, False), (1, True)])
def test_from_a_share(code: int, restart: bool) -> None:
    setup = Completed(code, b"", b"")
    script = [(DIR, OK), (MKDIR, OK), (COPY, OK), (CERTUTIL, HASH), (SETUP, setup), (DELETE, OK)]
    with ScriptedRunner(script) as runner:
        assert install(runner, STEP, 60) is restart


def test_a_share_that_the_logon_cannot_reach() -> None:
    script = [(DIR, Completed(1, b"", b"")), (DELETE, OK)]
    with ScriptedRunner(script) as runner, pytest.raises(StepFailed, match="delegation or CredSSP"):
        install(runner, STEP, 60)


def test_a_copy_that_fails() -> None:
    failed = Completed(1, b"", b"")
    script = [(DIR, OK), (MKDIR, OK), (COPY, failed), (DELETE, OK)]
    with ScriptedRunner(script) as runner, pytest.raises(StepFailed, match="free space"):
        install(runner, STEP, 60)


def test_the_installer_goes_even_when_it_fails() -> None:
    setup = Completed(0xE0000001, b"", b"")
    script = [(DIR, OK), (MKDIR, OK), (COPY, OK), (CERTUTIL, HASH), (SETUP, setup), (DELETE, OK)]
    with ScriptedRunner(script) as runner, pytest.raises(StepFailed, match="0xe0000001"):
        install(runner, STEP, 60)
