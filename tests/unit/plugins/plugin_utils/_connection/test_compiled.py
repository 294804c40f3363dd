# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the process of a task loads for the connection, Python finds compiled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection import compiled

COLLECTIONS = Path(str(compiled.__file__)).parents[6]
TASK = """
import json, os, sys
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
_AnsibleCollectionFinder([{collections!r}])._install()
from ansible.plugins.loader import connection_loader
assert connection_loader.get("wslfleet.cuda.wsl", class_only=True)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux import runner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import winrs
found = dict()
for name, module in sys.modules.items():
    if "wslfleet" in name and str(getattr(module, "__file__", "")).endswith(".py"):
        kept = getattr(module, "__cached__", None) or ""
        found[name.partition(".plugins.")[2]] = os.path.isfile(kept)
print(json.dumps(found))
"""
ITSELF = "plugin_utils._connection.compiled"


def loaded(folder: Path, **environment: str) -> dict[str, bool]:
    """File that a task loads -> whether FOLDER, where Python keeps what it compiles, has it then."""
    done = subprocess.run(
        [sys.executable, "-c", TASK.format(collections=str(COLLECTIONS))],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, bool] = json.loads(done.stdout)
    assert {"connection.wsl", "plugin_utils._port.winrs", "module_utils._shared.foreign_text", ITSELF} <= set(found)
    return found


def test_python_keeps_everything_but_the_file_that_sees_to_it(tmp_path: Path) -> None:
    assert [name for name, kept in loaded(tmp_path).items() if not kept] == [ITSELF]


def test_nothing_is_kept_where_python_is_told_not_to(tmp_path: Path) -> None:
    assert not any(loaded(tmp_path, PYTHONDONTWRITEBYTECODE="1").values())
    assert list(tmp_path.iterdir()) == []


def test_only_files_of_rooms_are_found(tmp_path: Path) -> None:
    (tmp_path / "one.py").touch()
    (tmp_path / "folder").mkdir()
    base = compiled.__name__.partition(".plugin_utils.")[0]
    path = [str(tmp_path / "elsewhere"), str(tmp_path)]
    found = compiled.Finder.find_spec(f"{base}.plugin_utils._port.one", path)
    assert found is not None and found.origin == str(tmp_path / "one.py")
    for name in ("plugin_utils._port.folder", "plugin_utils._port.two", "filter.one", "modules.one"):
        assert compiled.Finder.find_spec(f"{base}.{name}", path) is None
    assert compiled.Finder.find_spec("another.plugins.plugin_utils._port.one", path) is None


def test_it_is_asked_for_once() -> None:
    compiled.keep_compiled()
    before = list(sys.meta_path)
    compiled.keep_compiled()
    assert sys.meta_path == before
