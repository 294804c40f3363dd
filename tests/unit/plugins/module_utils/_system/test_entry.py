# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import entry, files

MODULES = Path(__file__).resolve().parents[5] / "plugins" / "modules"
RUN_HERE = sorted(path.name for path in MODULES.glob("*.py") if "def main(" in path.read_text(encoding="utf-8"))


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "wsl\x1b.conf"
    os.mkfifo(pipe)
    with pytest.raises(SystemExit) as ended:
        entry.run(lambda: print(files.read_bytes(str(pipe))))
    told = json.loads(capsys.readouterr().out)
    assert (ended.value.code, told["failed"], told["changed"]) == (1, True, False)
    assert told["msg"] == f"{tmp_path}/wsl\\x1b.conf is a pipe, not a file: look at it by hand"


def test_the_rest_is_left_alone() -> None:
    with pytest.raises(ZeroDivisionError):
        entry.run(lambda: print(1 // 0))


@pytest.mark.parametrize("name", RUN_HERE)
def test_every_module_is_run_so(name: str) -> None:
    text = (MODULES / name).read_text(encoding="utf-8")
    assert text.endswith('if __name__ == "__main__":\n    entry.run(main)\n')
