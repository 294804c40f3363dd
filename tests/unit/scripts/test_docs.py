# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated pages are what their sources say, and the generators say it well."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import smoke_test
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import winrs_errors

from scripts.docs import __main__ as program
from scripts.docs import errors, roles, verdicts
from scripts.docs.blank import blank
from scripts.docs.markup import markdown

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_no_generated_page_is_stale(capsys: pytest.CaptureFixture[str]) -> None:
    code = program.main(["--check"])
    assert (code, capsys.readouterr().err) == (0, "")


def test_a_stale_page_is_named_and_not_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(program, "ROOT", tmp_path)
    (tmp_path / "page").write_text("old", encoding="utf-8")
    monkeypatch.setattr("scripts.docs.generated.pages", lambda: {Path("page"): "new"})
    assert program.main(["--check"]) == 1
    assert "page is stale: run python -m scripts.docs" in capsys.readouterr().err
    assert (tmp_path / "page").read_text(encoding="utf-8") == "old"
    assert program.main([]) == 0
    assert (tmp_path / "page").read_text(encoding="utf-8") == "new"
    assert program.main(["--check"]) == 0


def test_every_known_error_is_on_the_page() -> None:
    page = " ".join(errors.page().split())
    for entry in errors.CATALOGUE:
        assert f"``{entry.code}``" in page
        assert errors.cell(entry.remedy) in page
    for _sign, cause, remedy in winrs_errors._NETWORK_SIGNS:
        assert cause in page
        assert remedy in page
    assert all(remedy in page for remedy in smoke_test.REMEDIES.values())


def test_every_row_that_warns_or_stops_is_on_the_page() -> None:
    page = " ".join(errors.page().split())
    told = [f"``{name}`` ({level})" for name, row in verdicts.told().items() for level in row.levels & {"warn", "stop"}]
    assert [row for row in sorted(told) if row not in page] == []


def test_every_row_of_the_page_has_a_remedy() -> None:
    rows = [*errors._connection_rows(), *errors._preflight_rows(), *errors._audit_rows()]
    assert len(rows) > 30
    assert all(text and cause and remedy for text, cause, remedy in rows)


def test_cells_are_safe_in_rst() -> None:
    assert errors.cell("run `wsl.exe --shutdown`, see C:\\Windows") == "run ``wsl.exe --shutdown``, see C:\\\\Windows"
    assert errors.cell("*Log on*") == "\\*Log on\\*"
    assert errors.cell("``E_FAIL``") == "``E_FAIL``"


@dataclasses.dataclass
class Inner:
    numbers: t.Sequence[int]
    names: t.Mapping[str, str]
    maybe: str | None


@dataclasses.dataclass
class Outer:
    inner: Inner
    text: str
    items: tuple[str, ...]


def test_blank_data_is_empty_but_for_what_is_given() -> None:
    assert blank(Outer, text="x") == Outer(Inner((), {}, None), "x", ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        ("O(name) and O(name=value)", "`name` and `name=value`"),
        ("RV(clean=true), V(x), C(y), E(Z)", "`clean=true`, `x`, `y`, `Z`"),
        ("M(wslfleet.cuda.wsl) P(wslfleet.cuda.wsl#connection)", "`wslfleet.cuda.wsl` `wslfleet.cuda.wsl`"),
        ("B(b) I(i) L(text,https://example.com)", "**b** *i* [text](https://example.com)"),
        ("V(a (b\\))", "`a (b)`"),
    ],
)
def test_markup_becomes_markdown(text: str, expected: str) -> None:
    assert markdown(text) == expected


@pytest.mark.parametrize("role", sorted(path for path in (ROOT / "roles").iterdir() if path.is_dir()))
def test_a_readme_has_every_variable(role: Path) -> None:
    specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    page = roles.page(role)
    for name in specs["main"]["options"]:
        assert f"| `{name}` |" in page
    assert "- In check mode it " in page and "\n- For " in page


def test_types_and_defaults_read_well() -> None:
    options = {
        "a": {"type": "int", "description": "Wait, in seconds."},
        "b": {"type": "list", "elements": "str", "required": True, "description": ["One.", "Two | three."]},
        "c": {"type": "bool", "default": False, "description": "Whether."},
        "d": {"description": "From a template."},
        "e": {
            "type": "list",
            "elements": "dict",
            "description": "Parts.",
            "options": {"name": {"type": "str", "choices": ["x", "y"], "description": "Name."}},
        },
    }
    table = roles._variables(options, {"a": 3, "d": "{{ a }}"}).splitlines()[2:]
    assert table == [
        "| `a` | int | `3` | Wait, in seconds. |",
        "| `b` | list of str | **required** | One. Two \\| three. |",
        "| `c` | bool | `false` | Whether. |",
        "| `d` | str | see description | From a template. |",
        "| `e` | list of dict | unset | Parts. |",
        "| `e[].name` | str | unset | Name.<br>One of `x`, `y`. |",
    ]
