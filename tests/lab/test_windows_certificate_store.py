# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of the computer as programs see them: by reg.exe, in any language."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.internet import authority
from lab.laptops import profiles
from lab.windows import certificate_store
from tests.lab.windows_laptop import make_laptop, run

POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\Root\\Certificates"


@pytest.mark.parametrize("language", ["en-US", "de-DE", "ja-JP"])
def test_reg_shows_a_certificate(tmp_path: Path, language: str) -> None:
    laptop = make_laptop(tmp_path, language=language)
    company = authority.make()
    name = certificate_store.add(laptop.registry, company.der, "policy", friendly_name="TLS inspection")
    assert name == company.thumbprint
    shown = run(laptop, f"reg query {POLICY}\\{name}").out
    value = shown.split("REG_BINARY")[1].split()[0]
    assert value == certificate_store.blob(company.der, "TLS inspection").hex().upper()
    assert value.endswith(company.der.hex().upper())
    certificate_store.remove(laptop.registry, name, "policy")
    assert run(laptop, f"reg query {POLICY}\\{name}").code == 1


def test_a_laptop_behind_a_proxy_trusts_the_company(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path)
    company = authority.kept(tmp_path)
    profiles.trust(laptop.directory, tmp_path / "cache", company)
    assert run(laptop, f"reg query {POLICY}").out.strip().endswith(company.thumbprint)
    local = POLICY.replace("Policies\\", "")
    assert company.thumbprint not in run(laptop, f"reg query {local}").out
