# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings import ini as i
from hypothesis import given
from hypothesis import strategies as st

TEXT = (
    "# mine\r\n"
    "[WSL2]\r\n"
    "Memory = 8GB   # enough\r\n"
    "kernelCommandLine=a \\\r\n"
    "b\r\n"
    "secret=1\r\n"
    "garbage\r\n"
    "\r\n"
    "[experimental]\r\n"
    "sparseVhd=false\r\n"
)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("k=v", "v"),
        ("k = v # c", "v"),
        ("  k\t=\tv w ", "v w"),
        ('k=" v # w "', " v # w "),
        ("k=C:\\\\a\\\\b", "C:\\a\\b"),
        ("k=a\\tb", "a\tb"),
        ('k=\\"a', '"a'),
        ("k = a # no \\\nk=2", "a"),
        ("k=a\rk=b", "a"),
        ('k="a b"c', "a bc"),
        ("k=", ""),
        ("k=a\\\nb", "ab"),
        ("k=a\\\\\n", "a\\"),
        ('k="a" # c', "a"),
    ],
)
def test_values_as_wsl_reads_them(line: str, value: str) -> None:
    assert i.value_of(f"[s]\n{line}\n", "S", "K") == value


def test_the_first_of_two_counts() -> None:
    assert i.value_of("[s]\nk=1\nK=2\n[S]\nk=3\n", "s", "k") == "1"
    assert i.value_of("[s]\n#k=1\n[t]\nk=2", "s", "k") is None


@pytest.mark.parametrize(
    "value", ["a", "a b", "C:\\x y\\z", "x # y", " lead", "trail ", 'q"q', "", "a\tb", '# "\\', "\\\\server\\share"]
)
def test_what_is_written_is_read_again(value: str) -> None:
    text = i.changed("", "s", "k", value)
    assert i.value_of(text, "s", "k") == value
    assert i.changed(text, "s", "k", value) == text


def test_a_value_is_replaced_and_the_rest_stays() -> None:
    text = i.changed(TEXT, "wsl2", "memory", "16GB")
    assert text == TEXT.replace("Memory = 8GB   # enough", "Memory = 16GB # enough")
    text = i.changed(TEXT, "wsl2", "kernelcommandline", "c")
    assert text == TEXT.replace("kernelCommandLine=a \\\r\nb\r\n", "kernelCommandLine=c\r\n")


def test_a_new_key_stands_behind_the_last_of_its_section() -> None:
    assert i.changed(TEXT, "wsl2", "swap", "0") == TEXT.replace("secret=1\r\n", "secret=1\r\nswap=0\r\n")
    assert i.changed("[s]\n[t]\n", "s", "k", "1") == "[s]\nk=1\n[t]\n"


@pytest.mark.parametrize(
    ("before", "end", "after"),
    [
        ("", "\r\n", "[s]\r\nk=1\r\n"),
        ("# only", "\n", "# only\n\n[s]\nk=1\n"),
        ("[t]\na=1\n\n", "\r\n", "[t]\na=1\n\n[s]\nk=1\n"),
        ("[t]\r\na=1", "\n", "[t]\r\na=1\r\n\r\n[s]\r\nk=1\r\n"),
    ],
)
def test_a_new_section_stands_at_the_end(before: str, end: str, after: str) -> None:
    assert i.changed(before, "s", "k", "1", end) == after


def test_a_key_is_removed_wherever_it_stands() -> None:
    assert i.changed("[s]\nk=1\nm=2\n[S]\nK=3\n", "s", "k", None) == "[s]\nm=2\n[S]\n"
    assert i.changed(TEXT, "wsl2", "nothing", None) == TEXT


INVALID = [
    pytest.param("k=a\\mb", id="escape"),
    pytest.param('k="a', id="quote"),
    pytest.param("k_1=a", id="key"),
    pytest.param("k", id="no value"),
    pytest.param("[ t ]", id="blank in the brackets"),
    pytest.param("[t", id="bracket"),
    pytest.param("[t] x", id="behind the bracket"),
    pytest.param("; note", id="another comment"),
    pytest.param("\ufeffk=a", id="byte order mark"),
]


@pytest.mark.parametrize("line", INVALID)
def test_an_invalid_line_is_nothing_and_ends_wsl_conf(line: str) -> None:
    text = f"[s]\na=1\n{line}\n[s]\nm=2\n"
    assert i.parse(text).invalid[0] == 2
    assert i.value_of(text, "s", "k") is None
    assert i.value_of(text, "s", "m") == "2"
    assert i.value_of(text, "s", "m", strict=True) is None
    changed = i.changed(text, "s", "m", "3", strict=True)
    assert changed == f"[s]\na=1\nm=3\n{line}\n[s]\nm=2\n"
    assert i.value_of(changed, "s", "m", strict=True) == "3"
    assert i.changed(text, "t", "m", "3", strict=True).startswith("[s]\na=1\n\n[t]\nm=3\n")


def test_a_line_is_continued_before_crlf_on_windows_only() -> None:
    text = "[s]\r\nk=a\\\r\nb\r\n"
    assert i.value_of(text, "s", "k") == "ab"
    assert i.value_of(text, "s", "k", strict=True) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("[automount]\nldconfig=false", False),
        ("[automount]\nldconfig=false\nldconfig=true\n", False),
        ("[automount]\nldconfig=maybe\nldconfig=false\n", True),
        ('[automount]\nldconfig = "false" # no\n', False),
        ("[automount]\r\nLDConfig=0\r\n", False),
        ("[ automount ]\nldconfig=false\n", True),
        ("nonsense\n[automount]\nldconfig=false\n", True),
    ],
)
def test_booleans(text: str, expected: bool) -> None:
    assert i.boolean(text, "automount", "ldconfig", True) is expected


@given(st.text(st.sampled_from('[]ks=#"\\ \n\r1é'), max_size=40), st.booleans())
def test_whatever_stands_there_is_read_and_changed(text: str, strict: bool) -> None:
    parsed = i.parse(text, strict)
    lines = i.split(text)
    assert all(0 <= entry.start < entry.end <= len(lines) for entry in parsed.entries)
    changed = i.changed(text, "s", "k", "v", strict=strict)
    assert i.value_of(changed, "s", "k", strict=strict) == "v"
    assert i.value_of(i.changed(text, "s", "k", None), "s", "k") is None
