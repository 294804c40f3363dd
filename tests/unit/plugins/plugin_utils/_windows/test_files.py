# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandTimeout, Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import files as f

from tests.unit.scripted_runner import Answer, Expected, ScriptedRunner

Script = t.List[t.Tuple[Expected, Answer]]

PATH = "C:\\Files\\wslfleet\\x.tar"
HASH = f"C:\\Windows\\System32\\certutil.exe -hashfile {PATH} SHA256"


def test_nothing_in_an_address_can_become_an_option() -> None:
    config = f.curl_config('https://x/a"b\\c', PATH).decode()
    assert config.splitlines()[0] == 'url = "https://x/a\\"b\\\\c"'
    assert "insecure" not in config
    assert "ssl-no-revoke" not in config


def test_a_failed_download_says_why() -> None:
    answer = Completed(22, b"", b"curl: (22) The requested URL returned error: 404\r\n")
    with ScriptedRunner([("C:\\Windows\\System32\\curl.exe --config -", answer)]) as runner, pytest.raises(
        StepFailed, match=r"could not fetch https://x: curl.exe ended with 22.*404"
    ):
        f.download(runner, "https://x", PATH, 60)


@pytest.mark.parametrize("text", ["", "CertUtil: -hashfile command FAILED: 0x80070002\r\n", "12ab\r\n"])
def test_a_digest_that_cannot_be_read_is_no_success(text: str) -> None:
    with ScriptedRunner([(HASH, Completed(0, text.encode(), b""))]) as runner, pytest.raises(
        StepFailed, match="could not be read"
    ):
        f.check_sha256(runner, PATH, "ab" * 32)


def test_the_right_digest_in_any_case() -> None:
    answer = Completed(0, f"SHA256 hash of {PATH}:\r\n{'AB' * 32}\r\nCertUtil: done\r\n".encode(), b"")
    with ScriptedRunner([(HASH, answer)]) as runner:
        f.check_sha256(runner, PATH, "ab" * 32)


# -- fetch -------------------------------------------------------------------------------------------------------------

OK = Completed(0, b"", b"")
DIGEST = "ab" * 32
CURL = "C:\\Windows\\System32\\curl.exe --config -"
PART = f"{PATH}.{DIGEST[:12]}.part"
SHARE = "\\\\files\\wsl\\new\\wsl.2.6.3.0.x64.msi"
LOOK, LIST = f"dir /b /a-d {SHARE}", "dir /b \\\\files\\wsl"


def hash_of(path: str, digest: str) -> tuple[str, Completed]:
    line = f"C:\\Windows\\System32\\certutil.exe -hashfile {path} SHA256"
    return line, Completed(0, f"x\r\n{digest}\r\n".encode(), b"")


def test_without_a_digest_a_download_begins_anew() -> None:
    script: Script = [(CURL, OK), (f"move /y {PATH}.part {PATH}", OK)]
    with ScriptedRunner(script) as runner:
        f.fetch(runner, f.Source("https://x/y"), PATH, 60)
    assert b"continue-at" not in runner.calls[0][1]


def test_a_server_that_cannot_go_on_is_asked_for_the_whole() -> None:
    cannot = Completed(33, b"", b"curl: (33) HTTP server doesn't seem to support byte ranges.\r\n")
    script: Script = [hash_of(PATH, "none"), (CURL, cannot), (f"del /f /q {PART}", OK), (CURL, OK)]
    script += [hash_of(PART, DIGEST), (f"move /y {PART} {PATH}", OK)]
    with ScriptedRunner(script) as runner:
        f.fetch(runner, f.Source("https://x/y", DIGEST), PATH, 60)
    assert [b"continue-at" in stdin for line, stdin in runner.calls if line == CURL] == [True, False]


def test_a_file_in_use_cannot_be_replaced() -> None:
    script: Script = [(CURL, OK), (f"move /y {PATH}.part {PATH}", Completed(1, b"", b"Zugriff verweigert\r\n"))]
    with ScriptedRunner(script) as runner, pytest.raises(StepFailed, match=r"could not be renamed.*Zugriff"):
        f.fetch(runner, f.Source("https://x/y"), PATH, 60)


def test_from_a_share() -> None:
    script: Script = [
        hash_of(PATH, "none"),
        ("md C:\\Files\\wslfleet", Completed(1, b"", b"")),
        (LOOK, OK),
        (f"copy /y /b {SHARE} {PART}", OK),
        hash_of(PART, DIGEST),
        (f"move /y {PART} {PATH}", OK),
    ]
    with ScriptedRunner(script) as runner:
        f.fetch(runner, f.Source(SHARE, DIGEST), PATH, 60)


FAILED = Completed(1, b"", b"Nicht genug Speicher\r\n")
CERTUTIL = f"C:\\Windows\\System32\\certutil.exe -hashfile {SHARE} SHA256"


def failed(number: int) -> Completed:
    return Completed(0x80070000 + number, b"", b"")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ([(LOOK, FAILED), (CERTUTIL, failed(53)), (LIST, FAILED)], "the host finds no computer files: .*VPN"),
        ([(LOOK, FAILED), (CERTUTIL, failed(5)), (LIST, FAILED)], r"\\\\files\\wsl refuses this logon \(error 5\)"),
        ([(LOOK, FAILED), (CERTUTIL, failed(2)), (LIST, OK)], r"\\\\files\\wsl can be read, but .* does not exist"),
        ([(LOOK, FAILED), (CERTUTIL, OK)], "sees no file"),
        (
            [(LOOK, OK), (re.compile("^copy "), FAILED), (CERTUTIL, failed(5)), (LIST, OK)],
            "this account has no permission",
        ),
        ([(LOOK, OK), (re.compile("^copy "), FAILED), (CERTUTIL, OK)], "could not copy.*Nicht genug Speicher"),
        ([(LOOK, OK), (re.compile("^copy "), FAILED), (CERTUTIL, CommandTimeout("slow"))], "could not copy.*Speicher"),
    ],
)
def test_a_share_that_cannot_be_used_says_why(script: Script, message: str) -> None:
    whole: Script = [("md C:\\Files\\wslfleet", OK), *script]
    with ScriptedRunner(whole) as runner, pytest.raises(StepFailed, match=message) as failure:
        f.fetch(runner, f.Source(SHARE), PATH, 60)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(("code", "message"), [(failed(5), "no permission for"), (OK, "could not be read")])
def test_a_digest_on_a_share_that_cannot_be_read(code: Completed, message: str) -> None:
    script: Script = [(CERTUTIL, code), (CERTUTIL, code), *([(LIST, OK)] if code is not OK else [])]
    with ScriptedRunner(script) as runner, pytest.raises(StepFailed, match=message):
        f.check_sha256(runner, SHARE, DIGEST)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("https://me:secret@x.example:8443/wsl.msi?a=b", "https://x.example:8443/wsl.msi?***"),
        ("/srv/a@b", "/srv/a@b"),
        (SHARE, SHARE),
    ],
)
def test_no_password_is_shown(where: str, text: str) -> None:
    assert str(f.Source(where)) == text


def test_a_failed_download_names_no_password() -> None:
    answer = Completed(6, b"", b"curl: (6) Could not resolve host: x\r\n")
    with ScriptedRunner([(CURL, answer)]) as runner, pytest.raises(StepFailed, match="give an address") as failure:
        f.download(runner, "https://me:secret@x/y", PATH, 60, proxy="http://me:secret@p")
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize(
    ("path", "listed", "folder"),
    [
        ("C:\\images\\x.tar", "x.tar\r\n", False),
        ("C:\\images\\X.TAR", "x.tar\r\n", False),
        ("C:\\IMAGES~1\\X~1.TAR", "x long.tar\r\n", False),
        ("C:\\images\\größe.tar", "größe.tar\r\n", False),
        ("C:\\images", "x.tar\r\n", True),
        ("C:\\images", "images\r\ny.tar\r\n", True),
    ],
)
def test_a_folder_in_the_place_of_a_file(path: str, listed: str, folder: bool) -> None:
    runner = ScriptedRunner([(re.compile(r"dir /b /a-d "), Completed(0, listed.encode(), b""))])
    if folder:
        with pytest.raises(StepFailed, match="images on the host is a folder: name a file"):
            f.check_exists(runner, path)
    else:
        f.check_exists(runner, path)
