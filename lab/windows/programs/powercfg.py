# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``powercfg /q SCHEME_CURRENT SUB_SLEEP STANDBYIDLE``: when the laptop goes to sleep, on AC and on battery.

Labels are localised; the order of the lines, the GUIDs and the hexadecimal seconds are not.
"""

from __future__ import annotations

from lab.process import NotModelled, Process, program
from lab.windows.program_io import arguments_of, out

SUB_SLEEP = "238c9fa8-0aad-41ed-83f4-97be242c8f20"
STANDBY_IDLE = "29f6c1db-86da-48c5-9fdb-f2b67b1f44da"
BALANCED = "381b4222-f694-41f0-9685-ff5bb260df2e"
AC_SECONDS = 30 * 60
DC_SECONDS = 15 * 60

_LABELS = {
    "en-US": (
        "Power Scheme GUID: ", "GUID Alias: ", "Subgroup GUID: ", "Power Setting GUID: ",
        "Minimum Possible Setting: ", "Maximum Possible Setting: ", "Possible Settings increment: ",
        "Possible Settings units: Seconds", "Current AC Power Setting Index: ", "Current DC Power Setting Index: ",
    ),
    "de-DE": (
        "GUID des Energieschemas: ", "GUID-Alias: ", "GUID der Untergruppe: ", "GUID der Energieeinstellung: ",
        "Minimal mögliche Einstellung: ", "Maximal mögliche Einstellung: ", "Inkrement möglicher Einstellungen: ",
        "Einheiten möglicher Einstellungen: Sekunden", "Index der aktuellen Wechselstromeinstellung: ",
        "Index der aktuellen Gleichstromeinstellung: ",
    ),
    "fr-FR": (
        "GUID du mode de gestion de l’alimentation : ", "Alias GUID : ", "GUID du sous-groupe : ",
        "GUID du paramètre d’alimentation : ", "Paramètre minimal possible : ", "Paramètre maximal possible : ",
        "Incrément des paramètres possibles : ", "Unités des paramètres possibles : Secondes",
        "Index actuel du paramètre de courant alternatif : ", "Index actuel du paramètre de courant continu : ",
    ),
    "ja-JP": (
        "電源設定の GUID: ", "GUID エイリアス: ", "サブグループの GUID: ", "電源設定の GUID: ",
        "利用可能な設定の最小値: ", "利用可能な設定の最大値: ", "利用可能な設定の増分: ",
        "利用可能な設定の単位: 秒", "現在の AC 電源設定のインデックス: ", "現在の DC 電源設定のインデックス: ",
    ),
}  # fmt: skip


@program("powercfg")
def main(process: Process) -> int:
    """Show the sleep time-out; nothing else, and no change, is modelled."""
    words = [word.lower() for word in arguments_of(process)]
    scheme = words[1:2] in (["scheme_current"], [BALANCED])
    group = words[2:3] in (["sub_sleep"], [SUB_SLEEP])
    setting = words[3:] in (["standbyidle"], [STANDBY_IDLE])
    if words[:1] not in (["/q"], ["/query"]) or not (scheme and group and setting):
        raise NotModelled(f"{process.command_line} (only /q SCHEME_CURRENT SUB_SLEEP STANDBYIDLE)")
    labels = _LABELS.get(process.laptop.state.language, _LABELS["en-US"])
    for line in _lines(*labels):
        out(process, line)
    return 0


def _lines(
    scheme: str, alias: str, group: str, setting: str, least: str, most: str, step: str, unit: str, ac: str, dc: str
) -> list[str]:
    return [
        f"{scheme}{BALANCED}",
        f"  {alias}SCHEME_BALANCED",
        f"  {group}{SUB_SLEEP}",
        f"    {alias}SUB_SLEEP",
        f"    {setting}{STANDBY_IDLE}",
        f"      {alias}STANDBYIDLE",
        f"      {least}0x00000000",
        f"      {most}0xffffffff",
        f"      {step}0x00000001",
        f"      {unit}",
        f"    {ac}0x{AC_SECONDS:08x}",
        f"    {dc}0x{DC_SECONDS:08x}",
        "",
    ]
