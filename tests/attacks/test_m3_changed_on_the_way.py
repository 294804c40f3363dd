# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""M3: who sits on the way leads https to http, and delivers what he likes where nothing vouches for it."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import threading
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import source as containers_source
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import goal as repository_goal
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import goal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._driver import plan as driver_plan
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import files
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.goal import WslGoal

HTTP = "http://user:s3cret@mirror.example/"
DIGEST = "0" * 64


def distribution(**more: t.Any) -> None:
    goal.check(goal.DistributionGoal("Debian", **more))


REFUSED: dict[str, t.Callable[[], None]] = {
    "msi": lambda: WslGoal(msi=f"{HTTP}wsl.2.6.3.0.x64.msi").check(),
    "source": lambda: distribution(source=f"{HTTP}image.tar"),
    "manifest": lambda: distribution(manifest=f"{HTTP}list.json"),
    "manifest with a password": lambda: distribution(manifest="https://user:s3cret@mirror.example/list.json"),
    "manifest with a token": lambda: distribution(manifest="https://mirror.example/list.json?sig=s3cret"),
    "installer": lambda: driver_plan.check_goal(driver_plan.DriverGoal("580.88", f"{HTTP}driver.exe")),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_nothing_vouches_for_is_refused_before_anything_is_asked(what: str) -> None:
    with pytest.raises(StepFailed) as told:
        REFUSED[what]()
    assert "\n" not in str(told.value) and "s3cret" not in str(told.value)


def test_with_a_digest_http_may_be() -> None:
    WslGoal(msi=f"{HTTP}wsl.2.6.3.0.x64.msi", msi_sha256=DIGEST).check()
    distribution(source=f"{HTTP}image.tar", sha256=DIGEST)
    distribution(manifest="https://mirror.example/list.json")
    driver_plan.check_goal(driver_plan.DriverGoal("580.88", f"{HTTP}driver.exe", DIGEST))


def test_a_local_installer_needs_its_digest_wherever_it_comes_from() -> None:
    place = f"{HTTP}cuda-repo-wsl-ubuntu-12-8-local_12.8.1-1_amd64.deb"
    with pytest.raises(Failure, match="needs installer_sha256") as told:
        repository_goal.resolve("local_installer", {"installer": place}, "")
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    "options",
    [
        {"source": "mirror", "url": "http://m.example/", "key": "http://m.example/key.asc"},
        {"source": "mirror", "url": "http://m.example/"},
    ],
)
def test_a_key_needs_its_fingerprint(options: dict[str, str]) -> None:
    with pytest.raises(Failure, match="needs key_fingerprint"):
        repository_goal.resolve(options["source"], options, "")


def test_no_source_is_without_a_fingerprint() -> None:
    for source in ("network", "ubuntu"):
        assert (
            len(
                repository_goal.resolve(source, {"url": "http://m.example/"}, "ID=ubuntu\nVERSION_ID=24.04").fingerprint
            )
            == 40
        )
    wanted = containers_source.resolve({"url": "http://m.example/", "key": "http://m.example/key"})
    assert wanted.fingerprint == containers_source.FINGERPRINT


class Redirecting(http.server.BaseHTTPRequestHandler):
    """Leads every request elsewhere; what is behind /file is the attacker's."""

    target = ""
    asked: t.ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/file":
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"evil")
            return
        self.send_response(302)
        self.send_header("Location", self.target)
        self.end_headers()

    def log_message(self, *_arguments: t.Any) -> None:
        pass


@pytest.fixture
def server() -> t.Iterator[str]:
    Redirecting.asked.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Redirecting) as listening:
        threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True).start()
        yield f"127.0.0.1:{listening.server_port}"
        listening.shutdown()


def curl(config: bytes) -> int:
    # Known to curl.exe of Windows alone, whose TLS is Schannel.
    lines = [line for line in config.splitlines() if line != b"ssl-revoke-best-effort" and b"retry" not in line]
    done = subprocess.run(["curl", "--config", "-"], input=b"\n".join(lines), capture_output=True, timeout=30)
    return done.returncode


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_real_curl_follows_https_to_nothing_else(server: str, tmp_path: Path) -> None:
    """The rule for what begins with https, tried on an address that the same rules let curl ask."""
    Redirecting.target = f"http://{server}/file"
    config = files.curl_config("https://mirror.example/x", f"{tmp_path}/x")
    begin = config.replace(b'proto = "=https"', b'proto = "=http,https"', 1)
    assert begin != config, "https is the only scheme"
    assert curl(begin.replace(b"https://mirror.example/x", f"http://{server}/x".encode())) != 0
    assert Redirecting.asked == ["/x"] and not (tmp_path / "x").exists()


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1:1/x", "gopher://127.0.0.1:1/x"])
def test_http_leads_to_no_other_kind(target: str, server: str, tmp_path: Path) -> None:
    Redirecting.target = target
    assert curl(files.curl_config(f"http://{server}/x", f"{tmp_path}/x")) != 0
    assert not (tmp_path / "x").exists()


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_http_with_a_digest_goes_on_as_ever(server: str, tmp_path: Path) -> None:
    Redirecting.target = f"http://{server}/file"
    assert curl(files.curl_config(f"http://{server}/x", f"{tmp_path}/x")) == 0
    assert (tmp_path / "x").read_bytes() == b"evil"
