# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import query
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import uninstallable as u
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

# In the shape of apt-cache of apt 2.6 and 3.0.
OUTPUT = """\
cuda-toolkit-12-4
  Depends: cuda-tools-12-4
  PreDepends: dpkg
cuda-tools-12-4
  Depends: nsight-systems-2023.4.4
 |Depends: <gone>
  Depends: java-runtime
 |Depends: <gone-a>
  Depends: <gone-b>
nsight-systems-2023.4.4
  Depends: <libtinfo5>
  Depends: <virtual>
    provider
  Depends: libc6:any
<libtinfo5>
<virtual>
"""


def test_what_no_source_holds() -> None:
    run = ScriptedRun(("^apt-cache depends --recurse .* cuda-toolkit-12-4$", Completed(0, OUTPUT, "")))
    found = u.missing(system_at(run=run), ["cuda-toolkit-12-4"])
    assert found == {
        "gone-a": "cuda-tools-12-4",
        "gone-b": "cuda-tools-12-4",
        "libtinfo5": "nsight-systems-2023.4.4",
    }
    text = u.explain(found)
    assert text.startswith("nsight-systems-2023.4.4 needs libtinfo5: this release has no libtinfo5")
    assert "cuda_version 12.5 or newer" in text and "gone-a, which is in no source" in text and "\n" not in text


def test_nothing_is_missing() -> None:
    with pytest.raises(query.AptError, match="apt cannot answer: no"):
        u.missing(system_at(run=ScriptedRun(("apt-cache", Completed(100, "", "E: no")))), ["x"])
    assert u.explain({}) == ""
