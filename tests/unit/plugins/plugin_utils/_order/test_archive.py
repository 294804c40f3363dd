# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What travels runs for real here: the shell's line, the loader, the archive, a module in it, its result."""

from __future__ import annotations

import io
import json
import os
import typing as t
import zipfile
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._bundle import STEPS_FILE
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import answers, expand, launch
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import archive as a
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as plans

from tests.unit.an_order import run_order

MODULE = """\
import os
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups
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
    module.exit_json(changed=not module.check_mode, diff=diff, words=words, stdin=stdin, root=backups.BACKUP_ROOT)
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


def packed(steps: list[dict[str, t.Any]], check_mode: bool = False, folder: Path = Path("/nonexistent")) -> bytes:
    settings = plans.settings(check_mode, True, "2.19")
    document = {"name": "Debian", "steps": expand.expand(steps), "settings": settings, "stop_if": ""}
    document |= {
        "id": "1",
        "environment": {},
        "folder": str(folder / "wslfleet" / "order"),
        "hold": None,
        "started": None,
    }
    return a.archive(document)


@pytest.mark.usefixtures("plugins")
@pytest.mark.skipif(not os.access(launch.INTERPRETER, os.X_OK), reason="the payload runs with the system's Python")
def test_modules_run_and_their_results_come_back(tmp_path: Path) -> None:
    done = run_order(launch.stream(packed(STEPS, folder=tmp_path)))
    rows = answers.answer_of_task("x", done.stdout, done.stderr, "Debian").rows
    first, second = (row["result"] for row in rows)
    assert (first["changed"], first["words"], second["words"], first["stdin"]) == (True, "ä%", "ä%", "")
    assert first["diff"] == {"before": "", "after": "x"}
    assert first["warnings"] == ["look"]
    assert b"correct horse" not in done.stdout + done.stderr
    assert first["root"].startswith("/var/")
    assert done.returncode == 10

    dying = {"module": "tiny", "arguments": {"dies": True}}
    done = run_order(launch.stream(packed([*STEPS, dying], check_mode=True, folder=tmp_path)))
    rows = answers.answer_of_task("x", done.stdout, done.stderr, "Debian").rows
    assert rows[0]["result"]["changed"] is False
    assert "KeyError: 'gone'" in rows[2]["result"]["msg"]


@pytest.mark.usefixtures("plugins")
@pytest.mark.skipif(not os.access(launch.INTERPRETER, os.X_OK), reason="the payload runs with the system's Python")
def test_the_guard_writes_its_own_code_from_an_archive_too(tmp_path: Path) -> None:
    steps = [{"module": "tiny", "arguments": {"text": "guard"}, "register": "one"}]
    done = run_order(launch.stream(packed(steps, folder=tmp_path)))
    (row,) = answers.answer_of_task("x", done.stdout, done.stderr, "Debian").rows
    assert row["result"]["script"] == guard.pre_install_script("x")


@pytest.mark.usefixtures("plugins")
@pytest.mark.skipif(not os.access(launch.INTERPRETER, os.X_OK), reason="the payload runs with the system's Python")
def test_what_arrives_damaged_is_not_begun() -> None:
    payload = launch.stream(packed(STEPS))
    assert run_order(payload[:-1]).returncode == launch.DAMAGED


@pytest.mark.usefixtures("plugins")
def test_the_same_steps_make_the_same_bytes() -> None:
    assert packed(STEPS) == packed(STEPS)
    assert packed(STEPS) != packed(STEPS, check_mode=True)
    with zipfile.ZipFile(io.BytesIO(packed(STEPS))) as content:
        names = content.namelist()
        assert json.loads(content.read(STEPS_FILE))["steps"][0]["arguments"]["text"] == "ä%"
    assert "ansible/module_utils/basic.py" in names
    assert not [name for name in names if name.startswith("ansible/module_utils/facts/")]


def test_a_module_travels_without_its_documentation_and_every_line_keeps_its_number() -> None:
    for name, text in a.linux_modules(a.PLUGINS).items():
        short = a.without_documentation(text)
        assert len(short) < 0.9 * len(text), name
        assert "short_description" not in short and "description:" not in short
        code, lines = text.splitlines(), short.splitlines()
        assert len(code) == len(lines)
        assert code[code.index("import typing as t") :] == lines[code.index("import typing as t") :]
        compile(short, name, "exec")


def test_modules_of_windows_do_not_travel() -> None:
    assert {"cuda_toolkit", "cuda_audit_info"} <= set(a.linux_modules(a.PLUGINS))
    assert not {"wsl", "host_info", "cuda_bundle"} & set(a.linux_modules(a.PLUGINS))
