# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""README.md of each role, made from its ``meta/argument_specs.yml`` and ``defaults/main.yml``."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import yaml

from scripts.docs.markup import markdown

ROLES = Path("roles")
Spec = t.Mapping[str, t.Any]

_HEAD = """<!--
Copyright (c) 2026 The wslfleet contributors
SPDX-License-Identifier: GPL-3.0-or-later
Made by `python -m scripts.docs` from meta/argument_specs.yml; changes here are lost.
-->
"""


def pages() -> dict[Path, str]:
    """Path -> text, for every role."""
    return {role / "README.md": page(role) for role in sorted(ROLES.iterdir()) if role.is_dir()}


def page(role: Path) -> str:
    """The README of the role in folder ROLE."""
    specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    defaults = yaml.safe_load((role / "defaults" / "main.yml").read_text(encoding="utf-8")) or {}
    main = specs["main"]
    name = f"wslfleet.cuda.{role.name}"
    parts = [
        _HEAD,
        f"# Role {name}\n",
        f"{markdown(main['short_description'])}.\n",
        _bullets(main["description"]),
        "## Variables\n",
        _variables(main["options"], defaults),
        *_others({entry: spec for entry, spec in specs.items() if entry != "main"}, main["options"], defaults),
        "## Example\n",
        f"```yaml\n{main['examples'].strip()}\n```",
    ]
    return "\n".join(parts) + "\n"


def _bullets(items: t.Sequence[str]) -> str:
    return "".join(f"- {markdown(item)}\n" for item in items)


def _variables(options: t.Mapping[str, Spec], defaults: Spec, prefix: str = "") -> str:
    return _table(("variable", "type", "default", "description"), list(_rows(options, defaults, prefix)))


def _rows(options: t.Mapping[str, Spec], defaults: Spec, prefix: str) -> t.Iterator[tuple[str, ...]]:
    for name, option in options.items():
        yield f"`{prefix}{name}`", _type(option), _default(name, option, defaults), _description(option)
        if "options" in option:
            step = "[]." if option.get("elements") == "dict" else "."
            yield from _rows(option["options"], {}, f"{prefix}{name}{step}")


def _type(option: Spec) -> str:
    kind = option.get("type", "str")
    return f"list of {option['elements']}" if kind == "list" else str(kind)


def _default(name: str, option: Spec, defaults: Spec) -> str:
    """What holds without the variable: the role's default where there is one, else that of the specification."""
    if option.get("required"):
        return "**required**"
    value = defaults.get(name, option.get("default"))
    if value is None:
        return "unset"
    if isinstance(value, str) and "{{" in value:
        return "see description"
    return f"`{value}`" if isinstance(value, str) else f"`{json.dumps(value)}`"


def _description(option: Spec) -> str:
    text = _paragraphs(option["description"])
    choices = option.get("choices")
    if isinstance(choices, dict):
        return "<br>".join([text, *(f"`{value}`: {_paragraphs(what)}" for value, what in choices.items())])
    return text + (f"<br>One of {', '.join(f'`{value}`' for value in choices)}." if choices else "")


def _paragraphs(text: str | t.Sequence[str]) -> str:
    return " ".join(markdown(item) for item in ([text] if isinstance(text, str) else text))


def _table(head: t.Sequence[str], rows: t.Sequence[t.Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _others(entries: t.Mapping[str, Spec], variables: Spec, defaults: Spec) -> t.Iterator[str]:
    """The entry points besides ``main``, for ``tasks_from``."""
    if not entries:
        return
    yield "## Other entry points\n"
    for entry, spec in entries.items():
        yield f"### `tasks_from: {entry}`\n"
        yield f"{markdown(spec['short_description'])}.\n"
        yield _bullets(spec["description"])
        if spec["options"] == variables:
            yield "The variables are the same.\n"
        elif spec["options"]:
            yield _variables(spec["options"], defaults)
        if "examples" in spec:
            yield f"```yaml\n{spec['examples'].strip()}\n```\n"
