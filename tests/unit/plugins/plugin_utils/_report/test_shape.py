# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our validator says the same as jsonschema, of documents that are right and of ones that are not."""

from __future__ import annotations

import copy
import typing as t

import jsonschema
import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import shape

from tests.unit import a_fleet

RIGHT = a_fleet.documents(1)[0]


def changed(*path: t.Any, to: t.Any) -> dict[str, t.Any]:
    one = copy.deepcopy(RIGHT)
    place: t.Any = one
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return one


WRONG = {
    "schema is not 1": changed("schema", to=2),
    "laptop has the wrong type": changed("laptop", to=7),
    "run.check has the wrong type": changed("run", "check", to=1),
    "state is none of": changed("state", to="fine"),
    "rows.G9 is none of": changed("rows", "G9", to="ok"),
    "findings[0].level is none of": changed("findings", 0, "level", to=""),
    "time is no time in UTC": changed("time", to="yesterday"),
    "run.started is no time in UTC": changed("run", "started", to="2026-13-28T14:00:00Z"),
    "reason is too long": changed("reason", to="x" * 5000),
    "the document has more than the schema knows": changed("password", to="x"),
    "run has more than": changed("run", "user", to="x"),
    "gpus[0].memory_mib has the wrong type": changed("gpus", 0, "memory_mib", to=True),
    "groups has too many items": changed("groups", to=["x"] * 5000),
    "state is missing": {name: part for name, part in RIGHT.items() if name != "state"},
    "run: id is missing": changed("run", to={name: part for name, part in RIGHT["run"].items() if name != "id"}),
}


@pytest.mark.parametrize("expected", WRONG)
def test_what_is_wrong_is_said(expected: str) -> None:
    assert shape.problem(WRONG[expected], shape.schema()).startswith(expected)
    validator = jsonschema.Draft202012Validator(shape.schema())
    assert "no time" in expected or not validator.is_valid(WRONG[expected])


def test_what_is_right_passes_both() -> None:
    for one in a_fleet.documents(12):
        assert shape.problem(one, shape.schema()) == ""
        jsonschema.validate(one, shape.schema())


def test_the_schema_uses_no_word_that_is_not_checked() -> None:
    known = {
        "$schema",
        "$id",
        "$comment",
        "$defs",
        "$ref",
        "title",
        "description",
        "type",
        "const",
        "enum",
        "maxLength",
    }
    known |= {"format", "properties", "required", "additionalProperties", "items", "maxItems"}

    def walk(schema: dict[str, t.Any]) -> None:
        assert set(schema) <= known
        parts = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
        for part in [*parts, *([schema["items"]] if "items" in schema else [])]:
            walk(part)

    walk(shape.schema())
