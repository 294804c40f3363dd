# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import cause, issuer
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import proxy as network_proxy
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

URL = "https://packages.example.com/cuda/"
PROXY = "http://proxy.example.com:8080"
FAILED = f"E: Failed to fetch {URL}InRelease  "

# As apt 2.6 (GnuTLS) and apt 3.0 (OpenSSL) say it.
SAID = [
    (cause.UNKNOWN_NAME, "Could not resolve 'packages.example.com'", "DNS does not find packages.example.com; check"),
    (
        cause.NO_DNS,
        "Temporary failure resolving 'packages.example.com'",
        "no DNS inside the distribution: packages.example.com could not be asked for "
        "(DNS servers of /etc/resolv.conf: 10.255.255.254)",
    ),
    (cause.NO_DNS, "Something wicked happened resolving 'x:https' (-9 - y)", "no DNS inside the distribution: x could"),
    (
        cause.REFUSED,
        "Could not connect to packages.example.com:443 (192.0.2.1). - connect (111: Connection refused)",
        "packages.example.com refuses the connection; connect the VPN",
    ),
    (
        cause.NO_ROUTE,
        "Cannot initiate the connection to packages.example.com:443 (2001:db8::1). - connect (101: Network is "
        "unreachable)",
        "no route leads to packages.example.com; connect the VPN",
    ),
    (cause.SILENT, "Could not connect to x:443 (192.0.2.1), connection timed out", "does not answer; connect the VPN"),
    (cause.SILENT, "Unable to connect to packages.example.com:443:", "does not answer; connect the VPN"),
    (
        cause.TLS_ISSUER,
        "Certificate verification failed: The certificate is NOT trusted. The certificate issuer is unknown.  Could "
        "not handshake: Error in the certificate verification. [IP: 127.0.0.1 35383]",
        "signed by 'Corp CA', which this distribution does not trust",
    ),
    (
        cause.TLS_ISSUER,
        "SSL connection failed: error:0A000086:SSL routines::certificate verify failed / Success [IP: 127.0.0.1 1]",
        "(cuda_windows_certificates)",
    ),
    (
        cause.TLS_DATE,
        "Certificate verification failed: The certificate is NOT trusted. The certificate chain uses expired "
        "certificate.  Could not handshake",
        "expired or not yet valid; check the clock",
    ),
    (
        cause.NO_AUTHORITIES,
        "No system certificates available. Try installing ca-certificates.",
        "no trusted authority",
    ),
    (cause.FORBIDDEN, "403  Forbidden [IP: 127.0.0.1 39401]", "HTTP 403: packages.example.com or a filter on the way"),
    (
        cause.LOGIN_PAGE,
        "Signed file isn't valid, got 'NODATA' (does the network require authentication?)",
        "answers for packages.example.com with its own page",
    ),
    (cause.GATEWAY, "502  Bad Gateway [IP: 127.0.0.1 39401]", "cannot reach packages.example.com (HTTP 50x)"),
]
THROUGH_PROXY = [
    (
        cause.PROXY_LOGIN,
        "Invalid response from proxy: HTTP/1.1 407 Proxy Authentication Required  Server: x     [IP: 127.0.0.1 35383]",
        f"the proxy {PROXY} wants a user name and a password (HTTP 407)",
    ),
    (cause.PROXY_LOGIN, "407  Proxy Authentication Required [IP: 127.0.0.1 1]", "check cuda_proxy_username"),
    (
        cause.PROXY_REFUSES,
        "Invalid response from proxy: HTTP/1.1 403 Forbidden  Server: x",
        f"the proxy {PROXY} refuses to let packages.example.com through",
    ),
    (cause.FORBIDDEN, "403  Forbidden [IP: 127.0.0.1 39401]", f"packages.example.com or the proxy {PROXY} refuses"),
    (
        cause.GATEWAY,
        "Invalid response from proxy: HTTP/1.1 502 Bad Gateway",
        f"{PROXY} answers that it cannot",
    ),
    (
        cause.REFUSED,
        "connect (111: Connection refused)",
        f"{PROXY} refuses the connection; check the",
    ),
    (
        cause.UNKNOWN_NAME,
        "Could not resolve 'proxy.example.com'",
        "DNS does not find the proxy proxy.example.com;",
    ),
]


@pytest.mark.parametrize(("kind", "said", "words"), SAID)
def test_causes_without_a_proxy(kind: str, said: str, words: str) -> None:
    assert cause.kind(FAILED + said) == kind
    told = cause.explain(FAILED + said, URL, cause.State(resolvers=("10.255.255.254",), issuer="Corp CA"))
    assert words in told and "\n" not in told, told


@pytest.mark.parametrize(("kind", "said", "words"), THROUGH_PROXY)
def test_causes_through_a_proxy(kind: str, said: str, words: str) -> None:
    assert cause.kind(FAILED + said) == kind
    told = cause.explain(FAILED + said, URL, cause.State(PROXY))
    assert words in told and "\n" not in told, told


def test_every_cause_has_a_sentence_and_a_test() -> None:
    kinds = {kind for kind, _sign in cause._SIGNS}
    assert kinds == set(cause._SENTENCES) == {row[0] for row in SAID + THROUGH_PROXY}


@pytest.mark.parametrize(
    "said",
    [
        "404  Not Found [IP: 127.0.0.1 39401]",
        "401  Unauthorized",
        "The following signatures couldn't be verified because the public key is not available: NO_PUBKEY BA6806C0",
        "",
    ],
)
def test_what_is_not_the_network(said: str) -> None:
    assert cause.explain(FAILED + said, URL, cause.State()) == ""
    assert cause.named(system_at(run=ScriptedRun()), URL, FAILED + said) == ""


def test_a_wrong_password_and_a_machine_without_servers() -> None:
    wrong = cause.explain("407  Proxy", URL, cause.State(PROXY, password=True))
    assert f"the proxy {PROXY} refuses the user name or the password" in wrong
    assert "/etc/resolv.conf names no DNS server" in cause.explain(
        "Temporary failure resolving 'x'", URL, cause.State()
    )
    assert "signed by somebody" in cause.explain("certificate verify failed", URL, cause.State())


def test_another_source_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cause, "observe", lambda system, url, look_at_certificate: cause.State(issuer=url))
    told = cause.named(
        system_at(run=ScriptedRun()),
        URL,
        "E: Failed to fetch http://deb.example.org/debian/InRelease  certificate verify failed",
    )
    assert told.startswith("TLS to deb.example.org") and "http://deb.example.org/debian/InRelease" in told
    assert cause.failed_address("E: Failed to fetch file:/x  y", URL) == URL


DUMP = """\
Acquire::http::Proxy "http://me:s3cret@proxy.example.com:8080/";
Acquire::http::Proxy::deb.example.org "DIRECT";
Acquire::HTTPS::Proxy "http://secure.example.com:1";
"""


@pytest.mark.parametrize(
    ("dump", "url", "expected"),
    [
        ("", URL, ""),
        (DUMP, URL, "http://secure.example.com:1"),
        (DUMP.replace("HTTPS", "ftp"), URL, "http://me:s3cret@proxy.example.com:8080/"),
        (DUMP, "http://deb.example.org/debian", ""),
        (DUMP, "http://x/", "http://me:s3cret@proxy.example.com:8080/"),
    ],
)
def test_proxy_of(dump: str, url: str, expected: str) -> None:
    assert cause.proxy_of(dump, url) == expected


def test_observe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "etc/apt/auth.conf.d").mkdir(parents=True)
    (tmp_path / "etc/resolv.conf").write_text("# by WSL\nnameserver 10.255.255.254\nnameserver 192.0.2.53\n")
    (tmp_path / network_proxy.AUTH_PATH.lstrip("/")).write_text(f"machine {PROXY} login me password s3cret\n")
    run = ScriptedRun(("apt-config dump", Completed(0, DUMP, "")))
    seen = cause.observe(system_at(tmp_path, run), "http://x/")
    assert seen == cause.State(PROXY, True, ("10.255.255.254", "192.0.2.53"), "")
    monkeypatch.setattr(issuer, "shown_issuer", lambda system, url, proxy: f"{url} by {proxy}")
    run = ScriptedRun(("apt-config dump", Completed(0, "", "")))
    assert cause.observe(system_at(tmp_path / "nothing", run), URL, True) == cause.State(issuer=f"{URL} by ")
    run = ScriptedRun(("apt-config dump", Completed(0, 'Acquire::http::Proxy "http://[::1/";\n', "")))
    assert cause.observe(system_at(tmp_path, run), "http://x/").proxy == ""
