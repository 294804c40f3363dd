# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import shutil
import typing as t

import pytest

if t.TYPE_CHECKING:
    from tests.unit.plugins.module_utils.gpg_keys import Keys


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    # Imported late: pytest loads this file before tests/conftest.py has set the path.
    from tests.unit.plugins.module_utils.gpg_keys import keys_of_gpg

    if shutil.which("gpg") is None:
        pytest.skip("needs gpg")
    return keys_of_gpg(tmp_path_factory.mktemp("gnupg"))
