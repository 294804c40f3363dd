# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only an authenticated proxy that looks into TLS leads out: it is used and left again; every trouble has a name."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import cause as network_cause

from lab.internet import authority
from lab.internet.proxy import ProxyServer
from tests.integration.linux.linux_distribution import Distribution, Web

pytestmark = pytest.mark.lab

HOST = "packages.corp.invalid"
ACCOUNT = ("svc-cuda", "p@ss:w#rd%20x")
SECRETS = (ACCOUNT[1], "p%40ss", "c3ZjLWN1ZGE6")
"""The password, as it stands in an address, and the start of what goes over the wire."""
OWN_ENVIRONMENT = 'PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\nEDITOR=vi\n'
AUTH = "/etc/apt/auth.conf.d/wslfleet-proxy.conf"
FOLDER = "/usr/local/share/ca-certificates/wslfleet"


@pytest.fixture
def proxy(web: Web) -> t.Iterator[ProxyServer]:
    """The only server that knows HOST."""
    with ProxyServer({HOST: web.url}, account=ACCOUNT, authority=authority.make()) as server:
        yield server


def fetch(box: Distribution, web: Web, scheme: str = "https") -> str:
    """What apt says when it fetches an index from HOST without a second try."""
    url = web.repository().replace(web.url, f"{scheme}://{HOST}")
    return box.run(
        f"/usr/lib/apt/apt-helper -q -o Acquire::Retries=0 download-file {url}InRelease /tmp/index 2>&1; "
        f"echo 'deb {url} /' >/run/try.list; mkdir -p /run/lists/partial; apt-get -q update -o Acquire::Retries=0 "
        "-o Dir::Etc::SourceList=/run/try.list -o Dir::Etc::SourceParts=- -o Dir::State::Lists=/run/lists "
        "-o APT::Update::Error-Mode=any 2>&1",
        check=False,
    )


def test_proxy_and_authorities_come_and_go(debian13: Distribution, web: Web, proxy: ProxyServer) -> None:
    box = debian13
    box.write("/etc/environment", OWN_ENVIRONMENT)
    assert proxy.authority is not None
    wanted: dict[str, t.Any] = {
        "proxy": proxy.url.replace("//", "//svc-cuda:p%40ss:w%23rd%2520x@"),
        "no_proxy": ["mirror.corp.invalid", ".corp.example"],
        "certificates": ["some text around\n" + proxy.authority.pem],
    }
    would = box.module("distribution_network", check_mode=True, **wanted)
    assert would["changed"] and "update-ca-certificates" in would["steps"], would
    assert box.run(f"ls {FOLDER} 2>&1; true").startswith("ls: cannot access")
    done = box.module("distribution_network", **wanted)
    assert done["certificates"][0]["thumbprint"] == proxy.authority.thumbprint, done
    assert "Fetched" in fetch(box, web)
    assert f"CONNECT {HOST}:443 200" in proxy.requests and proxy.problems == []
    again = box.module("distribution_network", **wanted)
    assert not again["changed"] and again["steps"] == [], again
    # Nobody but root can read the password, and nothing that ran has told it.
    assert box.run(f"stat -c '%a %U' {AUTH}") == "600 root\n"
    assert not any(secret in str([would, done, again]) for secret in SECRETS)
    searched = "grep -rlF -e '{}' /etc /usr/local /var/lib/wslfleet /var/log /root /tmp 2>/dev/null; true"
    assert [box.run(searched.format(secret)) for secret in SECRETS] == [f"{AUTH}\n", "", ""]
    environment = box.run("cat /etc/environment")
    assert environment.startswith(OWN_ENVIRONMENT) and f'\nhttps_proxy="{proxy.url}"\n' in environment
    # All of it is taken away again, and only that.
    gone = box.module("distribution_network", proxy="", windows_certificates=[])
    assert gone["changed"] and not gone["failed"], gone
    assert box.run("cat /etc/environment") == OWN_ENVIRONMENT
    assert "Corp-TLS" not in box.run("ls /etc/ssl/certs") and "wslfleet" not in box.run("ls /etc/apt/apt.conf.d")
    assert box.run("ls /etc/apt/auth.conf.d") == ""
    assert "Corp-TLS" in box.run(f"ls /var/lib/wslfleet/backup/*{FOLDER}")


def test_every_trouble_has_a_name(distribution: Distribution, web: Web, proxy: ProxyServer) -> None:
    box, cause = distribution, network_cause

    def lead_through(address: str) -> None:
        lines = [f'Acquire::{scheme}::Proxy "{address}";' for scheme in ("http", "https")]
        box.write("/etc/apt/apt.conf.d/95test", "\n".join(lines))

    assert cause.kind(fetch(box, web)) == cause.UNKNOWN_NAME
    box.run("cp /etc/resolv.conf /run/resolv.conf; echo nameserver 127.0.0.1 >/etc/resolv.conf")
    assert cause.kind(fetch(box, web)) == cause.NO_DNS
    box.run("cp /run/resolv.conf /etc/resolv.conf")
    lead_through("http://127.0.0.1:9")
    assert cause.kind(fetch(box, web)) in (cause.REFUSED, cause.SILENT)
    lead_through(proxy.url)
    assert {cause.kind(fetch(box, web, scheme)) for scheme in ("http", "https")} == {cause.PROXY_LOGIN}
    proxy.account = None
    assert cause.kind(fetch(box, web)) == cause.TLS_ISSUER
    proxy.mode = "captive"
    assert cause.kind(fetch(box, web, "http")) == cause.LOGIN_PAGE
    proxy.mode = "refuse"
    assert cause.kind(fetch(box, web, "http")) == cause.FORBIDDEN
    assert cause.kind(fetch(box, web)) == cause.PROXY_REFUSES
    proxy.mode, proxy.hosts = "", {}
    assert cause.kind(fetch(box, web)) == cause.GATEWAY
    # What a person reads, with the name of the authority.
    proxy.hosts = {HOST: web.url}
    url = web.repository().replace(web.url, f"https://{HOST}")
    told = box.module("cuda_repository", state="verified", url=url, key_fingerprint=web.fingerprint)
    assert told["failed"] and "signed by 'Corp TLS Inspection CA'" in told["msg"] and "\n" not in told["msg"], told
