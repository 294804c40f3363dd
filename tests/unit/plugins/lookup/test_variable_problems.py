# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

from ansible.errors import AnsibleError
from ansible_collections.wslfleet.cuda.plugins.lookup.variable_problems import LookupModule
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles import problems

(BANANA,) = problems.toolkit_problems("banana", ["toolkit"])


class Templar:
    """Knows no variable but CUDA_VERSION, of which the filter says what it says."""

    def __init__(self, variables: dict[str, t.Any]) -> None:
        self.available_variables = variables

    def template(self, value: t.Any) -> t.Any:
        if "minimum_windows_driver" in str(value):
            raise AnsibleError(f"The filter plugin failed: {BANANA}")
        if "{{" in str(value):
            raise AnsibleError("'nobody' is undefined")
        return value


def told_of(**variables: t.Any) -> list[str]:
    lookup = LookupModule()
    lookup._templar = Templar(variables)
    return lookup.run([], variables)


def test_a_wrong_variable_is_told_once_and_not_again_by_a_default_that_is_made_of_it() -> None:
    default = "{{ cuda_version | wslfleet.cuda.minimum_windows_driver }}"
    (told,) = told_of(cuda_version="banana", windows_host_minimum_driver=default)
    assert told == BANANA


def test_what_cannot_be_worked_out_for_another_reason_is_told() -> None:
    (told,) = told_of(cuda_version="{{ nobody }}")
    assert told == "cuda_version cannot be worked out: 'nobody' is undefined"
