# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the process of one task finds loaded already, forked from a main process that does what that of core does."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import preload

PLUGINS = Path(str(preload.__file__)).parents[2]
COLLECTIONS = PLUGINS.parents[3]
"""Where this process found the collection: ansible-test has another place than a checkout."""

MAIN = """
import sys
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
_AnsibleCollectionFinder([{collections!r}])._install()
from ansible.plugins.loader import action_loader, connection_loader, filter_loader, lookup_loader, test_loader
import yaml

{main}

before = set(sys.modules)
def read_again(*arguments, **options):
    raise AssertionError("a documentation is read in the process of a task")
yaml.load = yaml.safe_load = read_again

for name in ("ansible.builtin.bool", "ansible.builtin.ternary", {filters}):
    assert filter_loader.get(name), name
assert test_loader.get("ansible.builtin.match")
assert lookup_loader.get("wslfleet.cuda.variable_problems")
assert connection_loader.get("ansible.builtin.winrm", class_only=True)
print(*sorted(set(sys.modules) - before))
{task}
print(*sorted(set(sys.modules) - before))
"""
FILTERS = sorted(f"wslfleet.cuda.{path.stem}" for path in (PLUGINS / "filter").glob("*.py"))
ORDER = """
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import result_shape, spec
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import archive
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles import variables
from ansible_collections.wslfleet.cuda.plugins.modules import cuda_bundle
for module in archive.linux_modules(archive.PLUGINS):
    result_shape.documented(module)
spec.argument_spec(cuda_bundle.DOCUMENTATION)
variables.all_variables()
kept = archive.fixed.cache_info().misses
archive.archive({"steps": []})
assert archive.fixed.cache_info().misses == kept, "an order is packed anew in the process of a task"
"""


def loaded(main: str, task: str) -> list[str]:
    """What a task still loads after MAIN: the modules of the filters and those of TASK."""
    program = MAIN.format(
        collections=str(COLLECTIONS),
        main=textwrap.dedent(main),
        filters=", ".join(map(repr, FILTERS)),
        task=textwrap.dedent(task),
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [name for name in done.stdout.split() if "wslfleet" in name or "ansible.plugins" in name]


def test_a_task_finds_everything_loaded_once_its_action_plugin_is() -> None:
    assert loaded("action_loader.get('wslfleet.cuda.cuda_bundle', class_only=True)", ORDER) == []


def test_so_do_the_tasks_of_a_playbook_that_come_before_an_action_plugin_of_ours() -> None:
    hosts = "lookup_loader.get('wslfleet.cuda.laptops').run([], {'groups': {'all': ['laptop-1']}})"
    assert loaded(hosts, "") == []


FILES = sorted(
    path
    for path in [*(PLUGINS / "action").glob("*.py"), *(PLUGINS / "plugin_utils").rglob("*.py")]
    # These are for the connection plugin wsl, which is loaded in the process of a task anyway, and for choosing a port.
    if path.parent.name not in ("_connection", "_kept", "_linux") and path.name != "roads.py"
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PLUGINS)))
def test_nothing_of_the_collection_is_imported_inside_a_function(path: Path) -> None:
    functions = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]
    late = [node for one in functions for node in ast.walk(one) if isinstance(node, ast.ImportFrom)]
    assert [node.module for node in late if str(node.module).startswith("ansible_collections")] == []
