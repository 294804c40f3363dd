# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of Ansible's errors an error of the port becomes."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleAuthenticationFailure, AnsibleConnectionFailure, AnsibleError, AnsibleFileNotFound
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.failures import file_not_found, told
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    AuthenticationFailed,
    HostUnreachable,
    OutputTooLong,
)


def test_what_comes_back_is_passed_on() -> None:
    assert told(lambda: 7, "Debian-12") == 7


@pytest.mark.parametrize(
    "error, kind",
    [
        (AuthenticationFailed("pc: refused"), AnsibleAuthenticationFailure),
        (HostUnreachable("pc: refused"), AnsibleConnectionFailure),
        (StepFailed("pc: refused"), AnsibleError),
        (OutputTooLong("pc: refused"), AnsibleError),
    ],
)
def test_errors_name_the_distribution(error: Exception, kind: type[Exception]) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(AnsibleError) as caught:
        told(fail, "Debian-12")
    assert type(caught.value) is kind
    assert str(caught.value).endswith("pc: refused (distribution Debian-12)")
    assert caught.value.__suppress_context__


def test_a_distribution_is_named_once() -> None:
    def fail() -> None:
        raise HostUnreachable("distribution Debian-12 on pc: gone")

    with pytest.raises(AnsibleConnectionFailure, match=r"^distribution Debian-12 on pc: gone$"):
        told(fail, "Debian-12")


def test_a_file_that_is_missing() -> None:
    assert isinstance(file_not_found("there is no file x"), AnsibleFileNotFound)
