# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example can be pasted: it parses, names modules in full, and gives them arguments that they take."""

from __future__ import annotations

import re
import textwrap
import typing as t

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.playbook.play import Play
from ansible.playbook.task import Task
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.spec import argument_spec

from tests.unit.documentation.documents import ROOT, Block, documents

PREFIX = "wslfleet.cuda."
SPECS = {
    document.name: argument_spec(yaml.safe_dump(dict(document.documentation)))
    for document in documents()
    if document.kind == "modules"
}
_FENCE = re.compile(r"^(?P<indent> *)```ya?ml\n(?P<text>.*?)^ *```", re.MULTILINE | re.DOTALL)
_DIRECTIVE = re.compile(
    r"^(?P<indent> *)\.\. code-block:: ya?ml\S*\n(?: +:[^\n]*\n)*\n(?P<text>(?:(?P=indent) +[^\n]*\n|[ ]*\n)+)",
    re.MULTILINE | re.IGNORECASE,
)


def snippets(text: str, rst: bool) -> list[str]:
    """The YAML code blocks of a Markdown or RST text, without their indentation."""
    found = (_DIRECTIVE if rst else _FENCE).finditer(text)
    return [textwrap.dedent(match["text"]).strip() + "\n" for match in found]


def pages() -> t.Iterator[tuple[str, Block | list[t.Any]]]:
    """Every snippet of README and guides with its place, parsed."""
    files = [ROOT / "README.md", *sorted(ROOT.glob("roles/*/README.md")), *sorted(ROOT.glob("*.md"))]
    files += [*sorted(ROOT.glob("docs/**/*.md")), *sorted(ROOT.glob("docs/**/*.rst"))]
    for file in dict.fromkeys(files):
        for number, text in enumerate(snippets(file.read_text(encoding="utf-8"), file.suffix == ".rst"), 1):
            yield f"{file.relative_to(ROOT)}#{number}", yaml.safe_load(text)


def examples() -> t.Iterator[tuple[str, list[Block]]]:
    """The examples of every plugin, by path."""
    return ((document.path, document.examples) for document in documents())


def plays(items: t.Any) -> list[Block]:
    """The plays in ITEMS; tasks become a play of their own. An inventory or a file of variables holds none."""
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return []
    if any("hosts" in item for item in items):
        return [item for item in items if "hosts" in item]
    imports = ("import_playbook", "ansible.builtin.import_playbook")
    if any(key in item for item in items for key in imports):
        return []
    return [{"name": "Tasks", "hosts": "all", "gather_facts": False, "tasks": items}]


def tasks_of(items: t.Iterable[Block]) -> t.Iterator[Block]:
    """Every task below, in any depth of blocks."""
    for item in items:
        if "block" in item:
            for part in ("block", "rescue", "always"):
                yield from tasks_of(item.get(part, []))
        else:
            yield item


def play_faults(play: Block) -> list[str]:
    """What is wrong with one play and its tasks."""
    faults = [f"{key}: no keyword of a play" for key in play if key not in Play.fattributes]
    for role in play.get("roles", []):
        name = str(role.get("role", role.get("name")) if isinstance(role, dict) else role)
        if not name.startswith(PREFIX) or not (ROOT / "roles" / name.removeprefix(PREFIX)).is_dir():
            faults.append(f"{name}: there is no such role")
    for section in ("pre_tasks", "tasks", "post_tasks", "handlers"):
        faults += [fault for task in tasks_of(play.get(section, [])) for fault in task_faults(task)]
    return faults


def task_faults(task: Block) -> list[str]:
    """What is wrong with one task."""
    actions = [key for key in task if key not in Task.fattributes and not key.startswith("with_")]
    if len(actions) != 1:
        return [f"{task.get('name')}: one module expected, not {actions}"]
    name = actions[0]
    faults = [] if task.get("name") else [f"{name}: has no name"]
    if "." not in name:
        faults.append(f"{name}: not a full name")
    if name.startswith(PREFIX):
        faults += argument_faults(name.removeprefix(PREFIX), task[name] or {})
    return faults


def argument_faults(module: str, args: t.Mapping[str, t.Any]) -> list[str]:
    """What the module says about ARGS. Templates are left out: only a run knows their values."""
    if module not in SPECS:
        return [f"{module}: there is no such module"]
    literal = {name: value for name, value in args.items() if "{{" not in str(value)}
    spec = {
        name: {**option, "required": option.get("required", False) and name not in args.keys() - literal.keys()}
        for name, option in SPECS[module].items()
    }
    unknown = [f"{module}: has no option {name}" for name in args if name not in spec]
    validator: t.Any = ArgumentSpecValidator(spec)
    return unknown + [f"{module}: {message}" for message in validator.validate(literal).error_messages]


@pytest.mark.parametrize(
    ("place", "items"), [*examples(), *pages()], ids=lambda value: value if isinstance(value, str) else ""
)
def test_an_example_can_be_pasted(place: str, items: t.Any) -> None:
    assert items, f"{place}: empty"
    assert [fault for play in plays(items) for fault in play_faults(play)] == []


@pytest.mark.parametrize("document", documents(), ids=lambda document: document.path)
def test_the_examples_use_what_they_show(document: t.Any) -> None:
    text = str(document.examples)
    assert f"{PREFIX}{document.name}" in text


def test_snippets_are_found() -> None:
    markdown = "Text\n```yaml\n- a: 1\n```\n1. item\n   ```yml\n   b: 2\n   ```\n```sh\nls\n```\n"
    assert snippets(markdown, rst=False) == ["- a: 1\n", "b: 2\n"]
    rst = "Text\n\n.. code-block:: yaml\n\n    - a: 1\n\n      b: 2\n\nMore\n\n"
    rst += "  .. code-block:: yaml+jinja\n     :caption: x\n\n     c: 3\n"
    assert snippets(rst, rst=True) == ["- a: 1\n\n  b: 2\n", "c: 3\n"]
    assert len([*pages()]) >= 5


@pytest.mark.parametrize(
    ("task", "fault"),
    [
        ({"name": "No such option", "wslfleet.cuda.wsl": {"stat": "present"}}, "wsl: has no option stat"),
        ({"name": "No such choice", "wslfleet.cuda.wsl": {"state": "removed"}}, "value of state must be one of"),
        ({"name": "Required", "wslfleet.cuda.wsl_distribution": {}}, "missing required arguments: name"),
        ({"name": "No such module", "wslfleet.cuda.wls": {}}, "wls: there is no such module"),
        ({"name": "Two", "wslfleet.cuda.wsl": {}, "wehn": "true"}, "one module expected"),
        ({"name": "Short", "command": "id"}, "command: not a full name"),
        ({"wslfleet.cuda.wsl": {}}, "wslfleet.cuda.wsl: has no name"),
        ({"name": "Template", "wslfleet.cuda.wsl_distribution": {"name": "{{ name }}"}}, ""),
    ],
)
def test_faults_are_found(task: Block, fault: str) -> None:
    said = "; ".join(play_faults(plays([task])[0]))
    assert fault in said if fault else said == ""


def test_faults_of_plays_are_found() -> None:
    block = {"block": [{"wslfleet.cuda.wsl": {}}], "rescue": [{"name": "Short", "command": "id"}]}
    play = {"hosts": "all", "host": "x", "roles": ["other", {"role": "wslfleet.cuda.windows_host"}], "tasks": [block]}
    assert play_faults(play) == [
        "host: no keyword of a play",
        "other: there is no such role",
        "wslfleet.cuda.wsl: has no name",
        "command: not a full name",
    ]
