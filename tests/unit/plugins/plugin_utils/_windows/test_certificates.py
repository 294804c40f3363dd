# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import ssl
import struct

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import certificates as store
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import registry_query

from tests.unit.host_answers import BATCH, HostAnswers, reg
from tests.unit.plugins.module_utils.certificate_data import AUTHORITY, OLD_AUTHORITY
from tests.unit.scripted_runner import ScriptedRunner

DER = ssl.PEM_cert_to_DER_cert(AUTHORITY)
OLD = ssl.PEM_cert_to_DER_cert(OLD_AUTHORITY)
ONE, TWO = (hashlib.sha1(der).hexdigest().upper() for der in (DER, OLD))


def blob(der: bytes) -> bytes:
    """As Windows writes it: a friendly name before the certificate."""
    name = "TLS\0".encode("utf-16-le")
    return struct.pack("<III", 11, 1, len(name)) + name + struct.pack("<III", 32, 1, len(der)) + der


def printed(place: str, der: bytes, name: str = "", data: bytes | None = None) -> bytes:
    """What reg.exe prints for one certificate at PLACE."""
    key = place.replace("HKLM\\", "HKEY_LOCAL_MACHINE\\")
    thumbprint = name or hashlib.sha1(der).hexdigest().upper()
    return reg(f"{key}\\{thumbprint}", ("Blob", "REG_BINARY", (blob(der) if data is None else data).hex().upper()))


def answer(wanted: list[str], **lines: bytes) -> list[bytes]:
    """The certificates of a host that answers LINES (place -> output) to whatever is asked there."""
    with ScriptedRunner([(BATCH, HostAnswers(lines))]) as runner:
        return store.read_certificates(runner, wanted)


def test_all_is_what_the_company_put_there() -> None:
    lines = {
        registry_query(store.POLICY, recursive=True): printed(store.POLICY, DER) + printed(store.POLICY, OLD),
        registry_query(store.ENTERPRISE, recursive=True): printed(store.ENTERPRISE, DER),
    }
    assert answer(["all"], **lines) == [der for _name, der in sorted([(ONE, DER), (TWO, OLD)])]
    distrusted = store.DISTRUSTED[0].replace("HKLM\\", "HKEY_LOCAL_MACHINE\\")
    lines[registry_query(store.DISTRUSTED[0])] = f"\r\n{distrusted}\\{TWO}\r\n".encode()
    assert answer(["all"], **lines) == [DER]
    assert answer(["all"]) == []


def test_a_thumbprint_may_stand_anywhere_in_the_computers_store() -> None:
    for place in (store.POLICY, store.ENTERPRISE, store.LOCAL):
        assert answer([ONE], **{registry_query(f"{place}\\{ONE}"): printed(place, DER)}) == [DER]


def test_many_thumbprints_are_one_command_too() -> None:
    names = [f"{number:040X}" for number in range(40)]
    whole = {registry_query(store.LOCAL, recursive=True): printed(store.LOCAL, DER)}
    assert answer([ONE], **{registry_query(f"{store.LOCAL}\\{ONE}"): printed(store.LOCAL, DER)}) == [DER]
    with pytest.raises(StepFailed, match=r"no certificate 0{40} in the Root store"):
        answer([ONE, *names], **whole)


def test_what_cannot_be_taken() -> None:
    key = f"{store.LOCAL}\\{ONE}"
    with pytest.raises(StepFailed, match=rf"no certificate {ONE} in the Root store.*nothing was changed"):
        answer([ONE])
    distrusted = store.DISTRUSTED[2].replace("HKLM\\", "HKEY_LOCAL_MACHINE\\")
    lines = {
        registry_query(key): printed(store.LOCAL, DER),
        registry_query(store.DISTRUSTED[2]): f"\r\n{distrusted}\\{ONE}\r\n".encode(),
    }
    with pytest.raises(StepFailed, match=f"Windows distrusts certificate {ONE}"):
        answer([ONE], **lines)
    for damaged in (blob(DER)[:-1], blob(OLD), b"", struct.pack("<III", 3, 1, 2) + b"ab"):
        with pytest.raises(StepFailed, match="contains no certificate with that thumbprint"):
            answer([ONE], **{registry_query(key): printed(store.LOCAL, DER, data=damaged)})


def test_nothing_wanted_is_nothing_asked() -> None:
    with ScriptedRunner([]) as runner:
        assert store.read_certificates(runner, []) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([], []),
        (["ALL"], ["all"]),
        ([ONE.lower(), ONE], [ONE]),
        ([":".join(ONE[at : at + 2] for at in range(0, 40, 2))], [ONE]),
        (["\u200e" + " ".join(ONE[at : at + 2] for at in range(0, 40, 2))], [ONE]),
    ],
)
def test_thumbprints(wanted: list[str], expected: list[str]) -> None:
    assert store.thumbprints(wanted) == expected


@pytest.mark.parametrize("wanted", [["all", ONE], ["Corp CA"], [ONE[:-1]], [""]])
def test_no_thumbprints(wanted: list[str]) -> None:
    with pytest.raises(StepFailed, match=r"is no thumbprint.*nothing was changed"):
        store.thumbprints(wanted)
