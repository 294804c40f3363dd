# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import deb822 as d
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.index_data import BOOKWORM, TRIXIE, UBUNTU2404, index_path, stanzas


@pytest.mark.parametrize("index", [BOOKWORM, TRIXIE, UBUNTU2404])
def test_real_index(index: str) -> None:
    found = d.parse_stanzas(index_path(index).read_text())
    assert len(found) == len(stanzas(index))
    for mine, expected in zip(found, stanzas(index)):
        assert {name: mine[name].split("\n")[0] for name in expected} == expected


TEXTS = [
    pytest.param("", [], id="empty"),
    pytest.param("\n\n\n", [], id="empty lines"),
    pytest.param("A: 1\nB: 2\n\nA: 3\n", [{"A": "1", "B": "2"}, {"A": "3"}], id="two"),
    pytest.param("A: 1\n\n\n \t\nA: 3", [{"A": "1"}, {"A": "3"}], id="several separators"),
    pytest.param("\n\nA: 1\n", [{"A": "1"}], id="empty lines in front"),
    pytest.param("D: short\n long one\n .\n\tmore\nA: 1", [{"D": "short\nlong one\n.\nmore", "A": "1"}], id="folded"),
    pytest.param("C:\n /etc/a 123\n", [{"C": "\n/etc/a 123"}], id="value on the next line"),
    pytest.param("A: http://x:80/\n", [{"A": "http://x:80/"}], id="colons in the value"),
    pytest.param(" lost\nA: 1\nnonsense\n", [{"A": "1"}], id="broken lines"),
]


@pytest.mark.parametrize("text, expected", TEXTS)
def test_stanzas(text: str, expected: list[dict[str, str]]) -> None:
    assert d.parse_stanzas(text) == expected


@given(st.text(alphabet="aB:\n \t#.", max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    assert all(d.parse_stanzas(text))


NAME = st.text(alphabet="ABCxyz-", min_size=1, max_size=8)
VALUE = st.text(alphabet="ab1 .:()=,|-", max_size=20).map(lambda text: f"v{text}v")


@given(st.lists(st.dictionaries(NAME, VALUE, min_size=1, max_size=4), max_size=4))
def test_stanzas_round_trip(items: list[dict[str, str]]) -> None:
    text = "\n".join("".join(f"{name}: {value}\n" for name, value in item.items()) for item in items)
    assert d.parse_stanzas(text) == items
