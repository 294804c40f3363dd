# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import daemon_json
from hypothesis import given, settings
from hypothesis import strategies as st

PRETTY = '{\n  "log-driver": "local",\n  "dns": ["1.1.1.1"]\n}\n'
ENTRY = '{"args": [], "path": "nvidia-container-runtime"}'
WITH = {
    None: """{
    "runtimes": {
        "nvidia": {
            "args": [],
            "path": "nvidia-container-runtime"
        }
    }
}
""",
    "{}": f'{{"runtimes": {{"nvidia": {ENTRY}}}}}',
    PRETTY: """{
  "log-driver": "local",
  "dns": ["1.1.1.1"],
  "runtimes": {
    "nvidia": {
      "args": [],
      "path": "nvidia-container-runtime"
    }
  }
}
""",
    '{"a":1 , "b":  2 }': f'{{"a":1 , "b":  2, "runtimes": {{"nvidia": {ENTRY}}} }}',
    '{\n\t"runtimes": {\n\t\t"x": {}\n\t}\n}': """{
\t"runtimes": {
\t\t"x": {},
\t\t"nvidia": {
\t\t\t"args": [],
\t\t\t"path": "nvidia-container-runtime"
\t\t}
\t}
}""",
    # Of two settings of one name dockerd takes the last.
    '{"runtimes": {"x": {}}, "runtimes": {}}': f'{{"runtimes": {{"x": {{}}}}, "runtimes": {{"nvidia": {ENTRY}}}}}',
}


@pytest.mark.parametrize(("before", "after"), list(WITH.items()))
def test_only_the_entry_is_added(before: str | None, after: str) -> None:
    assert daemon_json.with_runtime(before) == after
    assert daemon_json.knows(after) and not daemon_json.knows(before)
    assert daemon_json.with_runtime(after) == after
    assert json.loads(after)["runtimes"]["nvidia"] == daemon_json.ENTRY


def test_windows_line_ends_stay() -> None:
    after = daemon_json.with_runtime('{\r\n  "a": 1\r\n}\r\n')
    assert after.count("\n") == after.count("\r\n") == 9 and json.loads(after)["a"] == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, False),
        (" \n", False),
        ('{"runtimes": {"other": {"path": "x"}}}', False),
        ('{"runtimes": {"nvidia": {"path": "/usr/bin/nvidia-container-runtime"}}}', True),
    ],
)
def test_knows(text: str | None, expected: bool) -> None:
    assert daemon_json.knows(text) is expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "no JSON"),
        ('{"a": 1,}', "no JSON"),
        ("[]", "no object of settings"),
        ('{"runtimes": []}', "runtimes is no object"),
        ('{"runtimes": {"nvidia": "x"}}', 'runtime nvidia is "x"'),
        ('{"runtimes": {"nvidia": {"path": "/opt/wrapper"}}}', 'runtime nvidia is "/opt/wrapper"'),
        ('{"runtimes": {"nvidia": {"runtimeType": "x"}}}', 'runtime nvidia is ""'),
    ],
)
def test_what_cannot_be_used(text: str, words: str) -> None:
    for function in (daemon_json.knows, daemon_json.with_runtime):
        with pytest.raises(daemon_json.DaemonJsonError, match=words) as caught:
            function(text)
        assert "\n" not in str(caught.value)


def test_only_the_entry_is_taken_out() -> None:
    # Somebody has added settings behind ours, and another runtime.
    text = '{"a": 1, "runtimes": {"nvidia": {"path": "nvidia-container-runtime"}, "x": {"path": "y"}}, "b": 2}'
    assert daemon_json.without_runtime(text, False) == '{"a": 1, "runtimes": {"x": {"path": "y"}}, "b": 2}'
    text = '{"a": 1, "runtimes": {"nvidia": {"path": "nvidia-container-runtime"}}, "b": 2}'
    assert daemon_json.without_runtime(text, True) == '{"a": 1, "runtimes": {}, "b": 2}'
    assert daemon_json.without_runtime(text, False) == '{"a": 1, "b": 2}'
    assert daemon_json.without_runtime("{}", False) == "{}"


def test_settings() -> None:
    assert daemon_json.is_default('{"default-runtime": "nvidia"}') and not daemon_json.is_default("{}")
    assert daemon_json.has_runtimes('{"runtimes": {}}') and not daemon_json.has_runtimes(None)
    assert daemon_json.is_empty(" ") and daemon_json.is_empty("{ }") and not daemon_json.is_empty(PRETTY)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
RUNTIMES = st.dictionaries(st.text().filter(lambda name: name != "nvidia"), VALUES, max_size=2)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.text().filter(lambda name: name != "runtimes"), VALUES, max_size=3),
    st.none() | RUNTIMES,
    st.sampled_from([None, 2, "\t", 0]),
    st.booleans(),
    st.sampled_from(["", "\n", " \r\n"]),
)
def test_in_and_out_again_leaves_every_byte(
    config: dict[str, t.Any], runtimes: dict[str, t.Any] | None, indent: t.Any, ascii_only: bool, around: str
) -> None:
    config = config if runtimes is None else {**config, "runtimes": runtimes}
    before = around + json.dumps(config, indent=indent, ensure_ascii=ascii_only) + around
    after = daemon_json.with_runtime(before)
    assert json.loads(after) == {**config, "runtimes": {**(runtimes or {}), "nvidia": dict(daemon_json.ENTRY)}}
    assert daemon_json.without_runtime(after, keep_empty=runtimes is not None) == before
