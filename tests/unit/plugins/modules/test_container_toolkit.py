# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module tells the controller, and that bad options end before anything is looked at."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import removal, steps
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import report as containers_report
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes, entry
from ansible_collections.wslfleet.cuda.plugins.modules import container_toolkit


class EndedError(Exception):
    """The module has ended; holds its result."""


def run(monkeypatch: pytest.MonkeyPatch, report: t.Any = None, **options: t.Any) -> dict[str, t.Any]:
    """The result of the module with OPTIONS; REPORT is what the use case says."""
    params = dict.fromkeys(
        ("engines", "version", "url", "username", "password", "key", "key_fingerprint", "transaction")
    )
    params = {
        **params,
        "state": "present",
        "minimum_version": "1.19.1",
        "sha1": "refuse",
        "rootless_users": [],
        "wait": 1,
        **options,
    }

    def end(**result: t.Any) -> None:
        raise EndedError(result)

    module = SimpleNamespace(params=params, check_mode=False, exit_json=end, fail_json=end, run_command=None)
    module.no_log_values, module.warn = set(), lambda text: None
    monkeypatch.setattr(entry, "AnsibleModule", lambda **spec: module)
    if report is not None:
        used = removal if options.get("state") == "absent" else steps
        monkeypatch.setattr(used, "look", lambda system, request: report)
    with pytest.raises(EndedError) as ended:
        container_toolkit.main()
    result: dict[str, t.Any] = ended.value.args[0]
    return result


def test_result(monkeypatch: pytest.MonkeyPatch) -> None:
    report = containers_report.Report(engines=("podman",), version="1.19.1", gpu=True, notes=["a note"])
    report.add([changes.FileChange("/etc/x", None, b"new\n")])
    report.packages = ("", "podman 4.3.1\n")
    result = run(monkeypatch, report)
    assert result["changed"] and result["engines"] == ["podman"] and result["notes"] == ["a note"]
    assert [item["after"] for item in result["diff"]] == ["new\n", "podman 4.3.1\n"]
    assert "transaction" not in result


def test_absent_is_another_work(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, containers_report.Report(changed=True), state="absent")["changed"] is True


def test_a_transaction_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: t.Any) -> None:
    report = containers_report.Report(transaction=transaction.Transaction(str(tmp_path / "t1")))
    shown = run(monkeypatch, report)["transaction"]
    assert shown["id"] == "t1" and shown["running"] is False and shown["log"] == f"{tmp_path}/t1/log"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "http://mirror/x/"}, "a mirror needs key"),
        ({"key_fingerprint": "12"}, "key_fingerprint"),
        ({"minimum_version": "1.2.0"}, "no CDI for WSL before 1.13.0"),
    ],
)
def test_bad_options_are_one_line(monkeypatch: pytest.MonkeyPatch, options: dict[str, str], words: str) -> None:
    message = run(monkeypatch, **options)["msg"]
    assert words in message and "\n" not in message
