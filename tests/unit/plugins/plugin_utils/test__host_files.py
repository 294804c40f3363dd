# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_files as f
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import Completed

from tests.unit.scripted_runner import ScriptedRunner

PATH = "C:\\ProgramData\\wslfleet\\x.tar"
HASH = f"C:\\Windows\\System32\\certutil.exe -hashfile {PATH} SHA256"


@pytest.mark.parametrize(
    ("source", "expected"),
    [("https://x/y", True), ("HTTP://x", True), ("/srv/x", False), ("file:///x", False), ("images/https.tar", False)],
)
def test_is_url(source: str, expected: bool) -> None:
    assert f.is_url(source) is expected


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
