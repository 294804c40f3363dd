# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data of a host on which nothing is as it should be: every field empty, false or zero."""

from __future__ import annotations

import dataclasses
import inspect
import typing as t

Data = t.TypeVar("Data")


def blank(cls: type[Data], **changes: t.Any) -> Data:
    """A data class with nothing in it but CHANGES; data classes inside it are blank too."""
    hints = t.get_type_hints(cls)
    fields = dataclasses.fields(t.cast(t.Any, cls))
    return cls(**{field.name: changes.get(field.name, _empty(hints[field.name])) for field in fields})


def _empty(hint: t.Any) -> t.Any:
    if dataclasses.is_dataclass(hint):
        return blank(t.cast(t.Any, hint))
    # Mapping, Sequence and their like have no constructor.
    origin = t.get_origin(hint) or hint
    if inspect.isabstract(origin):
        return {} if issubclass(origin, t.Mapping) else ()
    return None if origin in (t.Union, type(str | None)) else origin()
