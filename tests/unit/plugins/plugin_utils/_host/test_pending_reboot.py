# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.pending_reboot import pending_reboot
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import read

from tests.unit.host_answers import BATCH, computer_names, fresh, reg
from tests.unit.scripted_runner import ScriptedRunner

CONTROL = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control"
RENAMES = q.pending_reboot()["file_renames"]


def renames(paths: str) -> bytes:
    return reg(f"{CONTROL}\\Session Manager", ("PendingFileRenameOperations", "REG_MULTI_SZ", paths))


CASES: list[tuple[str, dict[str, bytes], list[str]]] = [
    ("nothing", {}, []),
    ("features", {q.pending_reboot()["servicing"]: b""}, ["Component Based Servicing"]),
    ("updates", {q.pending_reboot()["windows_update"]: b""}, ["Windows Update"]),
    (
        "new name",
        {q.windows()["computer_names"]: computer_names("LAPTOP-8", "LAPTOP-7")},
        ["renamed from LAPTOP-7 to LAPTOP-8"],
    ),
    ("a browser", {RENAMES: renames("\\??\\C:\\Program Files\\Browser\\old.exe\\0\\0")}, []),
    ("WSL", {RENAMES: renames("\\??\\C:\\Program Files\\WSL\\system.vhd\\0")}, ["C:\\Program Files\\WSL\\system.vhd"]),
    (
        "WSL, replaced",
        {RENAMES: renames("\\??\\C:\\a\\0!\\??\\C:\\Program Files\\WSL\\x.vhd")},
        ["C:\\Program Files\\WSL\\x.vhd"],
    ),
]


@pytest.mark.parametrize(("changes", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_reasons(changes: dict[str, bytes], words: list[str]) -> None:
    host = fresh()
    host.update(changes)
    with ScriptedRunner([(BATCH, host)]) as runner:
        pending = pending_reboot(read(runner, {**q.windows(), **q.pending_reboot()}))
    assert pending.boot_id == 41
    assert len(pending.reasons) == len(words)
    for reason, word in zip(pending.reasons, words):
        assert word in reason
