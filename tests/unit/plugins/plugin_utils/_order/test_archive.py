# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What travels runs for real here: the shell's line, the loader, the archive, a module in it, its result."""

from __future__ import annotations

import fcntl
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
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import answers, expand
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import archive as a
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import LINUX_SHELL_SCRIPT

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
@pytest.mark.skipif(not os.access(a.INTERPRETER, os.X_OK), reason="the payload runs with the system's Python")
def test_modules_run_and_their_results_come_back(tmp_path: Path) -> None:
    done = run(a.stream(packed(STEPS, folder=tmp_path)))
    rows = answers.answer_of_task("x", done.stdout, done.stderr, "Debian").rows
    first, second = (row["result"] for row in rows)
    assert (first["changed"], first["words"], second["words"], first["stdin"]) == (True, "ä%", "ä%", "")
    assert first["diff"] == {"before": "", "after": "x"}
    assert first["warnings"] == ["look"]
    assert b"correct horse" not in done.stdout + done.stderr
    assert first["root"].startswith("/var/")
    assert done.returncode == 10

    done = run(
        a.stream(packed([*STEPS, {"module": "tiny", "arguments": {"dies": True}}], check_mode=True, folder=tmp_path))
    )
    rows = answers.answer_of_task("x", done.stdout, done.stderr, "Debian").rows
    assert rows[0]["result"]["changed"] is False
    assert "KeyError: 'gone'" in rows[2]["result"]["msg"]


@pytest.mark.usefixtures("plugins")
@pytest.mark.skipif(not os.access(a.INTERPRETER, os.X_OK), reason="the payload runs with the system's Python")
def test_the_guard_writes_its_own_code_from_an_archive_too(tmp_path: Path) -> None:
    steps = [{"module": "tiny", "arguments": {"text": "guard"}, "register": "one"}]
    done = run(a.stream(packed(steps, folder=tmp_path)))
    (row,) = answers.answer_of_task("x", done.stdout, done.stderr, "Debian").rows
    assert row["result"]["script"] == guard.pre_install_script("x")


@pytest.mark.usefixtures("plugins")
@pytest.mark.skipif(not os.access(a.INTERPRETER, os.X_OK), reason="the payload runs with the system's Python")
def test_what_arrives_damaged_is_not_begun() -> None:
    payload = a.stream(packed(STEPS))
    assert run(payload[:-1]).returncode == a.DAMAGED


def test_no_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(a, "INTERPRETER", "/nonexistent/python3")
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


@pytest.mark.parametrize(
    ("state", "works", "told", "code", "kept"),
    [
        (None, False, {"ended": False, "alive": False}, 10, False),
        ({"id": "1", "ended": False, "rows": [1]}, True, {"ended": False, "alive": True, "rows": [1]}, 10, True),
        ({"id": "1", "ended": False, "rows": [1]}, False, {"ended": False, "alive": False, "rows": [1]}, 10, False),
        ({"id": "1", "ended": True, "stop": True}, False, {"ended": True, "alive": False, "stop": True}, 0, False),
        ({"id": "1", "ended": True, "stop": False}, False, {"ended": True, "alive": False, "stop": False}, 10, False),
        ({"id": "2", "ended": True, "stop": True}, False, {"id": "2", "ended": True}, 10, True),
    ],
)
@pytest.mark.skipif(not os.access(a.INTERPRETER, os.X_OK), reason="the look runs with the system's Python")
def test_a_look_tells_what_an_order_has_come_to(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    state: dict[str, t.Any] | None,
    works: bool,
    told: dict[str, t.Any],
    code: int,
    kept: bool,
) -> None:
    folder = tmp_path / "order"
    monkeypatch.setattr(a, "FOLDER", str(folder))
    if state is not None:
        folder.mkdir()
        (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
        (folder / "lock").touch()
    held = os.open(folder / "lock", os.O_RDWR) if works else -1
    if works:
        fcntl.flock(held, fcntl.LOCK_EX)
    done = subprocess.run(["/bin/sh", "-c", a.look("1", "Debian")], capture_output=True, check=False)
    found = json.loads(done.stdout)
    assert found["bundle"] == "Debian"
    assert {key: found[key] for key in told} == told
    assert (done.returncode, (folder / "state.json").exists()) == (code, kept)
    if works:
        os.close(held)


@pytest.mark.parametrize(
    ("installed", "code", "words"),
    [(True, 0, b"python runs"), (False, a.NOT_INSTALLED, b"E: no network\n")],
)
def test_python_is_installed_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, installed: bool, code: int, words: bytes
) -> None:
    """With programs of this test in the place of apt and dpkg."""
    python, programs = tmp_path / "python3", tmp_path / "bin"
    programs.mkdir()
    make = f"printf '#!/bin/sh\\necho python runs $WSLFLEET_PYTHON $http_proxy' >{python}; chmod 755 {python}"
    scripts = {
        "dpkg": "exit 0",
        "apt-get": f'case "$*" in *install*) {make if installed else "echo E: no network; exit 100"};; esac',
    }
    for name, text in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    monkeypatch.setattr(a, "INTERPRETER", str(python))
    monkeypatch.setattr(a, "PYTHON_FOLDER", str(tmp_path / "work"))
    line = a.command(b"PK", True, 5, "http://proxy:3128")
    path = f"{programs}:{os.environ['PATH']}"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=False, env={"PATH": path})
    assert (done.returncode, words in done.stdout + done.stderr) == (code, True), done
    assert (b" 1" in done.stdout) is installed
    assert not (tmp_path / "work").exists()


def test_whoever_waits_for_python_goes_away_when_it_takes_longer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, text in {"dpkg": "exit 0", "apt-get": "sleep 1"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(a, "INTERPRETER", str(tmp_path / "python3"))
    monkeypatch.setattr(a, "PYTHON_FOLDER", str(tmp_path / "work"))
    line = ["/bin/sh", "-c", a.command(b"PK", True, 0.4)]
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    assert subprocess.run(line, check=False, env=environment).returncode == a.INSTALLING
    again = ["/bin/sh", "-c", a.command(b"PK", True, 20)]
    assert subprocess.run(again, check=False, env=environment).returncode == a.NOT_INSTALLED


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
