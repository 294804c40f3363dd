# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.meter import WslMeter

STEP = "install distribution Debian (wsl.exe --install)"


@pytest.mark.parametrize(
    ("printed", "seconds", "text"),
    [
        (b"", 5.0, STEP),
        (b"", 61.0, f"{STEP}, for 1 min so far"),
        ("Downloading: Debian GNU/Linux\r\n".encode("utf-16-le"), 125.0, f"{STEP}, for 2 min so far"),
        ("ダウンロード中: Debian\r\n[=====   12.5%      ]".encode("utf-16-le"), 5.0, f"12%: {STEP}"),
        ("Téléchargement 7 %\rTéléchargement 63,2 %\r".encode(), 5.0, f"63%: {STEP}"),
        ("[====100,0%====]".encode("utf-16-le"), 500.0, f"100%: {STEP}"),
        ("٩٩%".encode(), 5.0, STEP),
        (b"101% 1000% -1.5.5% \x1b[2J", 5.0, STEP),
        (b"50" + b"9" * 1_000_000, 5.0, STEP),
    ],
)
def test_only_a_percentage_is_read(printed: bytes, seconds: float, text: str) -> None:
    meter = WslMeter(STEP)
    for at in range(0, len(printed), 333):
        meter.hear(b"", printed[at : at + 333])
    assert meter.text(seconds) == text
    assert len(meter._kept) <= 512
