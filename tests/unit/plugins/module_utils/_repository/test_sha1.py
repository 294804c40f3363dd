# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import armour, openpgp, sha1
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes

from tests.unit.plugins.module_utils.index_data import DATA
from tests.unit.plugins.module_utils.scripted_run import system_at

DEFAULT = """\
# Default APT Sequoia configuration.
[asymmetric_algorithms]
rsa2048  = 2030-02-01

[hash_algorithms]
sha1.second_preimage_resistance = 2026-02-01    # Extend the expiry for legacy repositories
sha224 = 2026-02-01

[packets]
signature.v3 = 2026-02-01   # Extend the expiry
"""
ACCEPTED = 'sha1.second_preimage_resistance = "always"'


def key(*hashes: int, kind: int = 0x13) -> bytes:
    """A key with a user id and one binding signature for each of HASHES (RFC 4880: 2 is SHA-1, 8 SHA-256)."""
    packets = [(6, b"\x04" + b"k" * 20), (13, b"x <x@y>")]
    packets += [(2, bytes([4, kind, 1, digest]) + b"s" * 10) for digest in hashes]
    return b"".join(bytes([0x80 | tag << 2, len(body)]) + body for tag, body in packets)


@pytest.mark.parametrize(
    ("data", "bound"),
    [
        (key(2), True),
        (key(2, 2), True),
        (key(2, 8), False),
        (key(8), False),
        (key(), False),
        (key(2, kind=0x18), False),
        (armour.dearmor((DATA / "7fa2af80.pub").read_bytes()), False),
    ],
)
def test_which_keys_are_bound_by_sha1(data: bytes, bound: bool) -> None:
    assert openpgp.bound_by_sha1(data) is bound


def with_apt3(root: Path) -> str:
    for path, text in ((sha1.DEFAULT_POLICY, DEFAULT), ("/usr/bin/sqv", "")):
        file = root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return str(root)


def test_apt_2_has_nothing_to_except(tmp_path: Path) -> None:
    assert not sha1.concerns(system_at(tmp_path), key(2))


@pytest.mark.parametrize(
    ("keyring", "concerned"), [(key(2), True), (key(8), False), (key(2) + key(8), False), (b"", False)]
)
def test_apt_3_refuses_keys_bound_by_sha1(tmp_path: Path, keyring: bytes, concerned: bool) -> None:
    assert sha1.concerns(system_at(with_apt3(tmp_path)), keyring) is concerned


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (DEFAULT, DEFAULT.replace("sha1.second_preimage_resistance = 2026-02-01    ", ACCEPTED)),
        ("[hash_algorithms]\nsha224 = 1\n", f"[hash_algorithms]\n{ACCEPTED}\nsha224 = 1\n"),
        ('[hash_algorithms]\nsha1 = "never"\n', f"[hash_algorithms]\n{ACCEPTED}\n"),
        ("[packets]\nx = 1\n", f"[packets]\nx = 1\n\n[hash_algorithms]\n{ACCEPTED}\n"),
        ("", f"[hash_algorithms]\n{ACCEPTED}\n"),
    ],
)
def test_one_line_of_the_policy_changes(policy: str, expected: str) -> None:
    assert sha1.weakened(policy) == expected
    assert sha1.weakened(expected) == expected


def test_a_run_gets_a_policy_of_its_own(tmp_path: Path) -> None:
    root = with_apt3(tmp_path)
    words = sha1.excepted(system_at(root), ["apt-get", "update"], root)
    assert words == ["env", f"APT_SEQUOIA_CRYPTO_POLICY={root}/sha1-accepted.config", "apt-get", "update"]
    assert ACCEPTED in (tmp_path / "sha1-accepted.config").read_text()
    assert not (tmp_path / sha1.SITE_POLICY.lstrip("/")).exists()


def test_site_policy_comes_and_goes(tmp_path: Path) -> None:
    root = with_apt3(tmp_path)
    assert sha1.site_change(system_at(root), False) == []
    changes.apply(system_at(root), sha1.site_change(system_at(root), True))
    text = (tmp_path / sha1.SITE_POLICY.lstrip("/")).read_text()
    assert text.startswith(sha1.SITE_MARK) and "rsa2048" in text and ACCEPTED in text
    assert sha1.site_change(system_at(root), True) == []
    assert [gone.after for gone in sha1.site_change(system_at(root), False)] == [None]


def test_policy_of_the_administrator_is_changed_in_one_line_and_kept(tmp_path: Path) -> None:
    root = with_apt3(tmp_path)
    site = tmp_path / sha1.SITE_POLICY.lstrip("/")
    site.parent.mkdir(parents=True)
    site.write_text('# ours\n[hash_algorithms]\nsha1 = "never"\nmd5 = 1\n')
    (change,) = sha1.site_change(system_at(root), True)
    assert change.backup.startswith(sha1.SITE_POLICY)
    changes.apply(system_at(root), [change])
    assert site.read_text() == f"# ours\n[hash_algorithms]\n{ACCEPTED}\nmd5 = 1\n"
    assert sha1.site_change(system_at(root), True) == []
    assert sha1.site_change(system_at(root), False) == [], "it is the administrator's"
