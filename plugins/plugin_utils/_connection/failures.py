# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Turn the port's errors into Ansible's two kinds: unreachable, or failed."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleAuthenticationFailure, AnsibleConnectionFailure, AnsibleError, AnsibleFileNotFound
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import AuthenticationFailed, HostUnreachable

Result = t.TypeVar("Result")


def told(function: t.Callable[[], Result], distribution: str | None) -> Result:
    """Call FUNCTION; its errors name DISTRIBUTION.

    ``from None``: ansible-core 2.19 and later would add the text of every cause to the one line.
    """
    try:
        return function()
    except AuthenticationFailed as error:
        raise AnsibleAuthenticationFailure(_with_distribution(str(error), distribution)) from None
    except HostUnreachable as error:
        raise AnsibleConnectionFailure(_with_distribution(str(error), distribution)) from None
    except StepFailed as error:
        raise AnsibleError(_with_distribution(str(error), distribution)) from None


def _with_distribution(message: str, distribution: str | None) -> str:
    """MESSAGE, with the distribution if it names only the host."""
    return message if f"distribution {distribution} " in message else f"{message} (distribution {distribution})"


def file_not_found(message: str) -> Exception:
    """The error for a missing file."""
    untyped: t.Any = AnsibleFileNotFound
    return t.cast(Exception, untyped(message))
