# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What travels runs for real here: the shell's line, the loader, the archive, a module in it, its result."""

from __future__ import annotations

import io
import json
import os
import subprocess
import typing as t
import zipfile
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._bundle import STEPS_FILE
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import bundle_archive as a
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import bundle_plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import LINUX_SHELL_SCRIPT

MODULE = """\
import os
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files
def main():
    module = AnsibleModule(
        argument_spec={"text": {"type": "str"}, "password": {"type": "str", "no_log": True}, "dies": {"type": "bool"}},
        supports_check_mode=True,
    )
    if module.params["dies"]:
        raise KeyError("gone")
    if module.params["text"] == "guard":
        module.exit_json(script=guard.pre_install_script("x"))
    module.warn("look")
    diff = {"before": "", "after": "x"} if module._diff else None
    stdin = os.read(0, 10).decode()
    words = module.params["text"]
    module.exit_json(changed=not module.check_mode, diff=diff, words=words, stdin=stdin, root=files.BACKUP_ROOT)
if __name__ == "__main__":
    main()
"""
STEPS: list[dict[str, t.Any]] = [
    {"module": "tiny", "arguments": {"text": "ä%", "password": "correct horse"}, "register": "one"},
    {"module": "tiny", "from_results": {"text": "one.words"}, "register": "two"},
]


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A collection with one more module, and the module_utils of this one."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "tiny.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "module_utils").symlink_to(a.PLUGINS / "module_utils")
    monkeypatch.setattr(a, "PLUGINS", tmp_path)


def packed(steps: list[dict[str, t.Any]], check_mode: bool = False) -> bytes:
    settings = plans.settings(check_mode, True, "2.19")
    document = {"name": "Debian", "steps": plans.expand(steps), "settings": settings, "stop_if": ""}
    return a.archive(document, ["tiny"])


def run(payload: bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """PAYLOAD as the stdin of the shell that wsl.exe would start."""
    return subprocess.run(
        ["/bin/sh", "-c", LINUX_SHELL_SCRIPT],
        input=payload,
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "WSLFLEET_SESSION": "1", **environment},
    )


@pytest.mark.usefixtures("plugins")
@pytest.mark.skipif(not os.access(a.PYTHON, os.X_OK), reason="the payload runs with the system's Python")
def test_modules_run_and_their_results_come_back() -> None:
    done = run(a.stream(packed(STEPS)))
    rows = plans.rows_of("x", done.stdout, done.stderr, "Debian")
    first, second = (row["result"] for row in rows)
    assert (first["changed"], first["words"], second["words"], first["stdin"]) == (True, "ä%", "ä%", "")
    assert first["diff"] == {"before": "", "after": "x"}
    assert first["warnings"] == ["look"]
    assert b"correct horse" not in done.stdout + done.stderr
    assert first["root"].startswith("/var/")
    assert done.returncode == 10

    done = run(a.stream(packed([*STEPS, {"module": "tiny", "arguments": {"dies": True}}], check_mode=True)))
    rows = plans.rows_of("x", done.stdout, done.stderr, "Debian")
    assert rows[0]["result"]["changed"] is False
    assert "KeyError: 'gone'" in rows[2]["result"]["msg"]


@pytest.mark.usefixtures("plugins")
@pytest.mark.skipif(not os.access(a.PYTHON, os.X_OK), reason="the payload runs with the system's Python")
def test_the_guard_writes_its_own_code_from_an_archive_too() -> None:
    done = run(a.stream(packed([{"module": "tiny", "arguments": {"text": "guard"}, "register": "one"}])))
    (row,) = plans.rows_of("x", done.stdout, done.stderr, "Debian")
    assert row["result"]["script"] == guard.pre_install_script("x")


@pytest.mark.usefixtures("plugins")
@pytest.mark.skipif(not os.access(a.PYTHON, os.X_OK), reason="the payload runs with the system's Python")
def test_what_arrives_damaged_is_not_begun() -> None:
    payload = a.stream(packed(STEPS))
    assert run(payload[:-1]).returncode == a.DAMAGED


def test_no_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(a, "PYTHON", "/nonexistent/python3")
    assert run(a.stream(b"")).returncode == a.NO_PYTHON


@pytest.mark.usefixtures("plugins")
def test_the_same_steps_make_the_same_bytes() -> None:
    assert packed(STEPS) == packed(STEPS)
    assert packed(STEPS) != packed(STEPS, check_mode=True)
    with zipfile.ZipFile(io.BytesIO(packed(STEPS))) as content:
        names = content.namelist()
        assert json.loads(content.read(STEPS_FILE))["steps"][0]["arguments"]["text"] == "ä%"
    assert "ansible/module_utils/basic.py" in names
    assert not [name for name in names if name.startswith("ansible/module_utils/facts/")]
