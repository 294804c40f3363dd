# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import proxy as network_proxy
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes

from tests.unit.plugins.module_utils.scripted_run import system_at

URL = "http://proxy.example.com:8080"
WHO = credentials.Credentials("me", "s3cret")


def system(root: Path, **files: str) -> str:
    """ROOT with FILES (name -> text, below /etc)."""
    for name, text in {"environment": "EDITOR=vi\n", **files}.items():
        path = root / "etc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(root)


def bring(root: str, proxy: network_proxy.Proxy | None) -> list[str]:
    """Carry the plan out; the files that changed. A second plan is empty."""
    changes = network_proxy.plan(system_at(root), proxy, "now")
    assert "s3cret" not in str(system_changes.diff(changes))
    system_changes.apply(system_at(root), changes)
    assert network_proxy.plan(system_at(root), proxy, "later") == []
    return [change.path for change in changes]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"proxy": ""}, None),
        ({"proxy": URL + "/"}, network_proxy.Proxy(URL)),
        ({"proxy": "https://[2001:db8::1]:3128"}, network_proxy.Proxy("https://[2001:db8::1]:3128")),
        ({"proxy": URL, "proxy_username": "me", "proxy_password": "s3cret"}, network_proxy.Proxy(URL, WHO)),
        ({"proxy": URL.replace("//", "//me:s3%63ret@")}, network_proxy.Proxy(URL, WHO)),
        (
            {"proxy": URL, "no_proxy": ["mirror", ".corp", "10.0.0.0/8"], "environment": False},
            network_proxy.Proxy(URL, None, ("mirror", ".corp", "10.0.0.0/8"), False),
        ),
    ],
)
def test_resolve(options: dict[str, t.Any], expected: object) -> None:
    assert network_proxy.resolve(options) == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"proxy": "proxy:8080"}, "must read http://host:port"),
        ({"proxy": "http://proxy"}, "must read"),
        ({"proxy": "http://proxy:port"}, "proxy: url is not an address; check its host name, its port"),
        ({"proxy": "http://proxy:80/x"}, "must read"),
        ({"proxy": 'http://proxy":80'}, "must read"),
        ({"proxy": "socks5h://proxy:80"}, "must read"),
        ({"proxy": "http://wpad.example.com/wpad.dat"}, "PAC script"),
        ({"proxy": "http://me:s3cret@proxy:80", "proxy_username": "me"}, "set only one"),
        ({"proxy": URL, "proxy_username": "me"}, "belong together"),
        ({"proxy": URL, "proxy_username": "me", "proxy_password": "s3cret x"}, "password contains a blank"),
        ({"proxy_username": "me", "proxy_password": "s3cret"}, "need proxy"),
        ({"proxy": URL, "no_proxy": ['a"; evil']}, "neither a host"),
    ],
)
def test_refused_without_telling(options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(Failure, match=words) as caught:
        network_proxy.resolve(options)
    assert "s3cret" not in str(caught.value)


def test_everything_is_written_and_taken_back(tmp_path: Path) -> None:
    root = system(tmp_path)
    full = network_proxy.Proxy(URL, WHO, ("mirror.corp", ".corp", "2001:db8::/32", "fd00::1"))
    assert bring(root, full) == [network_proxy.AUTH_PATH, network_proxy.APT_PATH, network_proxy.ENVIRONMENT_PATH]
    apt = (tmp_path / "etc/apt/apt.conf.d/95wslfleet-proxy").read_text()
    assert f'Acquire::https::Proxy "{URL}";' in apt and 'Acquire::http::Proxy::mirror.corp "DIRECT";' in apt
    assert "2001" not in apt and "fd00" not in apt and '.corp "DIRECT"' in apt and "Proxy::.corp" not in apt
    environment = (tmp_path / "etc/environment").read_text()
    assert environment.startswith(f'EDITOR=vi\n{network_proxy.BEGIN}\nhttp_proxy="{URL}"\nHTTP_PROXY="{URL}"\n')
    assert 'NO_PROXY="localhost,127.0.0.1,::1,mirror.corp,.corp,2001:db8::/32,fd00::1"\n' in environment
    auth = tmp_path / "etc/apt/auth.conf.d/wslfleet-proxy.conf"
    assert auth.stat().st_mode & 0o777 == 0o600 and f"machine {URL} login me password s3cret\n" in auth.read_text()
    assert "s3cret" not in apt + environment
    assert (
        network_proxy.password_of(system_at(root), URL) == WHO
        and network_proxy.password_of(system_at(root), "http://other:1") is None
    )
    # Without a password, and without the environment, then nothing.
    assert bring(root, network_proxy.Proxy(URL, environment=False)) == [
        network_proxy.AUTH_PATH,
        network_proxy.APT_PATH,
        network_proxy.ENVIRONMENT_PATH,
    ]
    assert (tmp_path / "etc/environment").read_text() == "EDITOR=vi\n"
    assert bring(root, None) == [network_proxy.APT_PATH]
    assert not auth.exists()
    backup = tmp_path / f"{backups.BACKUP_ROOT}/now/etc/environment".lstrip("/")
    assert backup.read_text() == "EDITOR=vi\n"


def test_a_system_without_environment_and_apt(tmp_path: Path) -> None:
    assert network_proxy.plan(system_at(tmp_path), None, "now") == []
    bring(str(tmp_path), network_proxy.Proxy(URL))
    assert (tmp_path / "etc/environment").read_text().startswith(network_proxy.BEGIN)


@pytest.mark.parametrize("before", ["", "A=1", "A=1\n", "A=1\n\n# end", "A=1\r\nB=2\r\n"])
def test_the_environment_of_others_stays(before: str) -> None:
    once = network_proxy.environment_text(before, network_proxy.Proxy(URL))
    assert once.startswith(before)
    assert network_proxy.environment_text(once, network_proxy.Proxy(URL)) == once
    assert network_proxy.environment_text(once, None).rstrip("\n") == before.rstrip("\n")
    assert network_proxy.environment_text(once + "LAST=1\n", None).endswith("LAST=1\n")


def test_overruling(tmp_path: Path) -> None:
    line = 'Acquire::http::Proxy "http://other:1";\n'
    root = system(tmp_path, **{"apt/apt.conf.d/10mine": line, "apt/apt.conf.d/99theirs~": line, "apt/apt.conf": ""})
    assert network_proxy.overruling(system_at(root)) == []
    system(tmp_path, **{"apt/apt.conf.d/99auto": 'Acquire::http::Proxy-Auto-Detect "/bin/x";\n', "apt/apt.conf": line})
    assert network_proxy.overruling(system_at(root)) == ["/etc/apt/apt.conf.d/99auto", "/etc/apt/apt.conf"]
    assert network_proxy.overruling(system_at(tmp_path / "nothing")) == []
