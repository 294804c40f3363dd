# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import sys
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials, proxy
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes

from tests.unit.plugins.module_utils.scripted_run import system_at

WHO = credentials.Credentials("me", "s3cret")


@pytest.mark.parametrize(
    ("url", "username", "password", "expected"),
    [
        ("https://x/y/", "", "", ("https://x/y/", None)),
        ("https://x/y/", "me", "s3cret", ("https://x/y/", WHO)),
        ("https://me:s3cret@x:8080/y/", "", "", ("https://x:8080/y/", WHO)),
        ("https://me:s3%63ret@x/", "", "", ("https://x/", WHO)),
        ("file:/srv/a@b/", "", "", ("file:/srv/a@b/", None)),
    ],
)
def test_taken_from(url: str, username: str, password: str, expected: object) -> None:
    assert credentials.taken_from(url, username, password) == expected


@pytest.mark.parametrize(
    ("url", "username", "password", "words"),
    [
        ("https://me:s3cret@x/", "you", "", "set only one"),
        ("https://me@x/", "", "", "belong together"),
        ("https://me:s3cret/@x/", "", "", "contains a slash; write it as %2F"),
        ("https://x/", "", "s3cret", "belong together"),
        ("https://x/", "a b", "s3cret", "username contains a blank"),
        ("me:s3cret@x/y", "", "", "only an address with http:// or https://"),
        ("ftp://me:s3cret@x/y", "", "", "only an address with"),
        ("https://me:s3cret@[::1/y", "", "", "not an address; check its host name"),
        ("https://me:s3cret@x:99999/y", "", "", "not an address; check its host name, its port"),
        ("https://me:s3cret%0a@x/", "", "", "password contains a blank or a control"),
    ],
)
def test_refused_without_telling(url: str, username: str, password: str, words: str) -> None:
    with pytest.raises(credentials.CredentialsError, match=words) as caught:
        credentials.taken_from(url, username, password)
    assert "s3cret" not in str(caught.value)


def test_nothing_shows_them(tmp_path: Path) -> None:
    assert "s3cret" not in repr(WHO)
    (change,) = credentials.change(system_at(tmp_path), WHO, "https://x/")
    assert "s3cret" not in str(changes.diff([change]))


def test_a_new_password_and_a_wrong_mode_are_changes(tmp_path: Path) -> None:
    system = system_at(tmp_path)
    file = tmp_path / credentials.PATH.lstrip("/")

    def bring(who: credentials.Credentials | None) -> bool:
        found = credentials.change(system, who, "https://x/")
        changes.apply(system, found)
        return bool(found)

    assert [bring(WHO), bring(WHO)] == [True, False]
    assert bring(credentials.Credentials("me", "other"))
    file.chmod(0o644)
    assert bring(credentials.Credentials("me", "other"))
    assert file.stat().st_mode & 0o777 == 0o600
    assert [bring(None), bring(None)] == [True, False]
    file.write_text("machine https://x login somebody password else\n")
    assert not bring(None), "not ours"


def test_trial_keeps_the_entries_of_others_and_not_our_old_one(tmp_path: Path) -> None:
    parts = tmp_path / credentials.PARTS.lstrip("/")
    parts.mkdir(parents=True)
    (parts / "proxy.conf").write_text("machine http://proxy login a password b\n")
    (parts / "wslfleet-cuda.conf").write_text("machine https://x login me password old\n")
    assert credentials.for_trial(system_at(tmp_path), None, "https://x/", str(tmp_path)) == []
    (_option, setting) = credentials.for_trial(system_at(tmp_path), WHO, "https://x/", str(tmp_path / "t"))
    folder = Path(setting.split("=", 1)[1])
    assert sorted(path.name for path in folder.iterdir()) == ["00-trial.conf", "proxy.conf"]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())


@pytest.mark.parametrize(
    ("url", "shown", "words"),
    [
        ("https://me:s%40fe@mirror/x/", "https://mirror/x/", {"s%40fe", "s@fe"}),
        ("http://me@mirror/x", "http://mirror/x", set()),
        ("http://a:b:c@d@mirror/x", "http://mirror/x", {"b:c@d"}),
        ("http://proxy.example:3128", "http://proxy.example:3128", set()),
        ("http://me:s3%63ret@x:1", "http://x:1", {"s3%63ret", "s3cret"}),
        ("http://me:a@b@x:1", "http://x:1", {"a@b"}),
        ("http://me@x:1", "http://x:1", set()),
        ("me:s3cret@x", "x", {"s3cret"}),
        ("file:/srv/a@b/", "file:/srv/a@b/", set()),
        ("me@home.asc", "me@home.asc", set()),
        ("http://mirror/x@1", "http://mirror/x@1", set()),
        ("http://mirror:8080/x@1", "http://mirror:8080/x@1", set()),
        ("http://me:s/cr/et@mirror/x", "http://mirror/x", {"s/cr/et"}),
        ("/usr/share/me@home.asc", "/usr/share/me@home.asc", set()),
        (None, None, set()),
    ],
)
def test_hidden(url: str | None, shown: str | None, words: set[str]) -> None:
    module = SimpleNamespace(params={"url": url, "other": 1}, no_log_values=set())
    assert credentials.hidden(module, "url") == {"url": url, "other": 1}
    assert module.params == {"url": shown, "other": 1}
    assert module.no_log_values == words
    assert not any(word in (shown or "") for word in words)


def test_words_are_named_to_ansible_core_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """From 2.22 on the module's own list has no effect."""
    named: list[str] = []
    monkeypatch.setitem(sys.modules, "ansible.module_utils.secrets", SimpleNamespace(register_secrets=named.extend))
    module = SimpleNamespace(no_log_values=set())
    credentials._never_show(module, {"word"})
    assert (module.no_log_values, named) == ({"word"}, ["word"])


def test_a_password_in_the_address_of_a_proxy_is_named_to_ansible_core_too(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[str] = []
    monkeypatch.setitem(sys.modules, "ansible.module_utils.secrets", SimpleNamespace(register_secrets=named.extend))
    params = {"proxy": "http://me:s%40fe@proxy:3128", "no_proxy": [], "username": None, "password": None}
    module: t.Any = SimpleNamespace(params=params, no_log_values=set())
    found = proxy.resolve(credentials.hidden(module, "proxy"))
    assert found is not None and params["proxy"] == "http://proxy:3128"
    assert sorted(named) == ["s%40fe", "s@fe"]
