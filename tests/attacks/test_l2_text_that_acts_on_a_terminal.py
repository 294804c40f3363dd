# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""L2: what a developer wrote reached the administrator's terminal as it was: colours, the clipboard, forged lines."""

from __future__ import annotations

import json
import typing as t
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible_collections.wslfleet.cuda.plugins.action import cuda_audit_info, cuda_toolkit
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import base
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.failures import told
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.files import RemoteFileMissing, TransferError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.runner import DistributionUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import port
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed

EVIL = "\x1b[2J\x1b]52;c;Y3VybA==\x07\u202eok\u2066\x9b31m"
FORGED = f"x{EVIL}\r\nok: [laptop2]\nchanged"
ACTING = set("\x1b\x07\r\x9b\u202e\u2066")


def harmless(text: str) -> bool:
    return not ACTING & set(text)


def texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from (name, *texts(part))
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from texts(part)
    elif isinstance(value, str):
        yield value


class Evil(base.WindowsAction):
    """An action on a laptop whose every text is evil."""

    WSLFLEET_DOCUMENTATION = "options: {}"
    failure: Exception | None = None

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        result.update(changed=False, warnings=[FORGED], rows=[{FORGED: (FORGED, 5, None)}])
        result["diff"] = {"before": "one\ntwo\n", "after": f"one\n\ttwo {EVIL}\n"}
        if self.failure:
            raise self.failure


def run(failure: Exception | None = None) -> dict[str, t.Any]:
    task = MagicMock(args={}, check_mode=False, diff=True, async_val=0, environment=[])
    made = Evil(task, MagicMock(), MagicMock(), MagicMock(), MagicMock(), MagicMock())
    made.failure = failure
    result: dict[str, t.Any] = made.run(task_vars={})
    return result


def test_results_of_windows_are_cleaned() -> None:
    result = run()
    assert all(map(harmless, texts(result)))
    assert "\n" not in result["warnings"][0]
    assert result["diff"]["before"] == "one\ntwo\n"
    assert result["diff"]["after"].startswith("one\n\ttwo \\x1b[2J")
    assert result["diff"]["after"].count("\n") == 2


@pytest.mark.parametrize(
    ("failure", "key"),
    [
        (StepFailed(FORGED), "failed"),
        (port.CommandTimeout(FORGED), "failed"),
        (port.OutputTooLong(FORGED), "failed"),
        (port.HostUnreachable(FORGED), "unreachable"),
        (DistributionUnreachable(FORGED, "stopped"), "unreachable"),
    ],
)
def test_errors_are_one_harmless_line(failure: Exception, key: str) -> None:
    assert harmless(str(failure))
    result = run(failure)
    assert result[key] is True
    assert harmless(result["msg"])
    assert "\n" not in result["msg"]


@pytest.mark.parametrize("error", [TransferError(FORGED), RemoteFileMissing(FORGED)])
def test_errors_of_files_are_one_harmless_line(error: Exception) -> None:
    assert harmless(str(error))
    assert "\n" not in str(error)


def test_errors_of_the_connection_are_one_harmless_line() -> None:
    def lost() -> None:
        raise DistributionUnreachable(FORGED, "stopped")

    with pytest.raises(AnsibleConnectionFailure) as caught:
        told(lost, "Debian-12")
    assert harmless(str(caught.value.message))
    assert "\n" not in str(caught.value.message)


def inside(monkeypatch: pytest.MonkeyPatch, module: t.Any, answer: dict[str, t.Any], name: str) -> dict[str, t.Any]:
    """What the action MODULE makes of ANSWER, which a distribution prints."""
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp, task_vars: {})
    monkeypatch.setattr(ActionBase, "_execute_module", lambda self, **_given: json.loads(json.dumps(answer)))
    made = module.ActionModule.__new__(module.ActionModule)
    made._task = SimpleNamespace(args={}, action=f"wslfleet.cuda.{name}", async_val=0)
    made._connection = SimpleNamespace(has_native_async=False)
    result: dict[str, t.Any] = made.run(None, {"inventory_hostname": "laptop1"})
    return result


NOTHING: dict[str, t.Any] = {key: [] for key in ("driver_packages", "toolkits", "failures", "rows")}
AUDIT: dict[str, t.Any] = {"changed": False, "clean": True, "default_nvcc": "", **NOTHING}


def test_results_of_a_distribution_are_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {
        **AUDIT,
        "failures": [FORGED],
        "msg": FORGED,
        "diff": [{"before": "a\nb\n"}],
        "ansible_facts": {"ansible_user": "x"},
    }
    result = inside(monkeypatch, cuda_audit_info, answer, "cuda_audit_info")
    assert all(map(harmless, texts(result)))
    assert "\n" not in result["msg"]
    assert result["diff"] == [{"before": "a\nb\n"}]
    assert "ansible_facts" not in result


@pytest.mark.parametrize(
    ("change", "message"),
    [({"driver_packages": 5}, "driver_packages is int, not list"), ({"rows": [{EVIL: 1}]}, "id is missing")],
)
def test_a_damaged_result_of_a_distribution_is_told(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, t.Any], message: str
) -> None:
    """M5 for the connection: the summary of a fleet failed for one such result."""
    result = inside(monkeypatch, cuda_audit_info, {**AUDIT, **change}, "cuda_audit_info")
    assert result["failed"] is True
    assert result["msg"].startswith("damaged result of cuda_audit_info: ")
    assert message in result["msg"]
    assert set(result) == {"changed", "failed", "msg"}


def test_progress_is_shown_harmlessly(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(base.display, "display", lambda text, color: shown.append(text))
    moving = {"id": "t", "running": True, "progress": 12.0, "text": FORGED}
    answers = [{"changed": True, "transaction": moving}, {"changed": True, "transaction": {**moving, "running": False}}]
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp, task_vars: {})
    monkeypatch.setattr(ActionBase, "_execute_module", lambda self, **_given: answers.pop(0))
    made = cuda_toolkit.ActionModule.__new__(cuda_toolkit.ActionModule)
    made._task = SimpleNamespace(args={}, action="wslfleet.cuda.cuda_toolkit", async_val=0)
    made._connection = SimpleNamespace()
    made.run(None, {"inventory_hostname": "laptop1"})
    assert len(shown) == 1
    assert harmless(shown[0])
    assert "\n" not in shown[0]


def test_progress_that_is_no_number_is_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"changed": True, "transaction": {"id": "t", "running": True, "progress": "x"}}
    result = inside(monkeypatch, cuda_toolkit, answer, "cuda_toolkit")
    assert "transaction.progress is str, not float" in result["msg"]
