# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._driver.apply import MICROSOFT, install, package_signer
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._driver.plan import InstallDriver
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed

from tests.unit.scripted_runner import ScriptedRunner

DIGEST = "0f" * 32
FOLDER = "C:\\Program Files\\wslfleet\\nvidia-0f0f"
URL = "https://packages.example.com/driver.exe"
STEP = InstallDriver(URL, DIGEST, f"{FOLDER}\\setup.exe")
OK = Completed(0, b"", b"")
HASH = Completed(0, f"SHA256-Hash von x:\r\n{DIGEST}\r\nCertUtil\r\n".encode(), b"")
SETUP = f'start "" /wait "{STEP.path}" /s /noreboot&call exit %^ERRORLEVEL%'
PART = f"{STEP.path}.{DIGEST[:12]}.part"
CURL = "C:\\Windows\\System32\\curl.exe --config -"
MOVE = f'move /y "{PART}" "{STEP.path}"'
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


def brought(setup: Completed) -> list[tuple[str, Completed]]:
    """The installer comes whole under its own name, runs, and goes."""
    missing = Completed(0x80070002, b"", b"")
    part = CERTUTIL.replace(STEP.path, PART)
    return [(CERTUTIL, missing), (CURL, OK), (part, HASH), (MOVE, OK), (SETUP, setup), (DELETE, OK)]


@pytest.mark.parametrize(("code", "restart"), [(0, False), (1, True)])
def test_install(code: int, restart: bool) -> None:
    with ScriptedRunner(brought(Completed(code, b"", b""))) as runner:
        assert install(runner, STEP, 60) is restart


def test_the_installer_goes_even_when_it_fails() -> None:
    script = brought(Completed(0xE0000001, b"", b""))
    with ScriptedRunner(script) as runner, pytest.raises(StepFailed, match="0xe0000001"):
        install(runner, STEP, 60)
