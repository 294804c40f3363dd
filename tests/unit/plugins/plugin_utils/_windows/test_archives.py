# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import archives

from tests.unit.scripted_runner import ScriptedRunner

OK = Completed(0, b"", b"")


def test_a_controller_file_goes_below_any_folder(tmp_path: Path) -> None:
    source = tmp_path / "x"
    source.write_bytes(b"content")
    with ScriptedRunner([('C:\\Windows\\System32\\tar.exe -xf - -C "C:\\Program Files"', OK)]) as runner:
        archives.upload(runner, source, "C:\\Program Files\\wslfleet\\1\\x", 60)
    assert runner.calls[0][1].startswith(b"wslfleet/1/x\0")
