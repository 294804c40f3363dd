# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses as a
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:s3cret@host/x", "https://host/x"),
        ("https://user:s3cret@host:8443/x@y", "https://host:8443/x@y"),
        ("https://token@host", "https://host"),
        ("https://user:s3/cret@host/x", "https://host/x"),
        ("https://user:s3@cret@host/x", "https://host/x"),
        ("HTTPS://user:s3cret@host/x", "HTTPS://host/x"),
        ("https://host/x.msi?sig=s3cret&se=2026", "https://host/x.msi?***"),
        (
            "E: Failed to fetch http://u:s3cret@h/x  404, http://h2/y@z",
            "E: Failed to fetch http://h/x  404, http://h2/y@z",
        ),
        ('Acquire::http::Proxy "http://u:s3cret@proxy:3128";', 'Acquire::http::Proxy "http://proxy:3128";'),
        (
            "deb [signed-by=/k] https://u:s3cret@h/ /\n# me@example.com",
            "deb [signed-by=/k] https://h/ /\n# me@example.com",
        ),
        # What holds nothing stays as it is.
        ("https://host:8443/a@b", "https://host:8443/a@b"),
        ("https://host/a:b@c", "https://host/a:b@c"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("file:///srv/x?y", "file:///srv/x?y"),
        ("\\\\server\\share\\a@b", "\\\\server\\share\\a@b"),
        ("me@example.com", "me@example.com"),
        ("", ""),
    ],
)
def test_masked(text: str, shown: str) -> None:
    assert a.masked(text) == shown
    assert a.masked(shown) == shown
    assert a.holds_credentials(text) is (text != shown)


@given(st.text(st.characters(exclude_categories=["Cs", "Z", "C"], exclude_characters="\"'<>?#/@:"), min_size=1))
def test_no_password_survives(word: str) -> None:
    assert a.masked(f"see https://user:{word}@host/x, please") == "see https://host/x, please"


def test_a_result() -> None:
    address = "https://u:p@h/x"
    assert a.masked_result({"a": [address, {"b": (address, 1, None)}], "c": True}) == {
        "a": ["https://h/x", {"b": ["https://h/x", 1, None]}],
        "c": True,
    }


@pytest.mark.parametrize("address", [None, "https://h/x", "file:///x", "\\\\h\\x", "/srv/x", "C:\\x"])
def test_nothing_to_refuse(address: str | None) -> None:
    assert a.exposed("msi", address, None) == ""


def test_http_needs_a_digest() -> None:
    assert a.exposed("msi", "HTTP://u:p@h/x", None).startswith("msi HTTP://h/x is an http address")
    assert a.exposed("msi", "http://h/x", "0" * 64) == ""


@pytest.mark.parametrize(
    ("address", "parts"), [("https://me@Host:8/x", ("host", "/x")), ("http://[::1/x", (None, "http://[::1/x"))]
)
def test_split(address: str, parts: tuple[str | None, str]) -> None:
    found = a.split(address)
    assert (found.hostname, found.path) == parts
