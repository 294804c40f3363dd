# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``powercfg /q SCHEME_CURRENT SUB_SLEEP STANDBYIDLE``: when the laptop goes to sleep, on AC and on battery;
``powercfg /batteryreport /xml /output FILE [/duration DAYS]``: its last usage entry is the moment of the report.

Labels are localised; the order of the lines, the GUIDs and the hexadecimal seconds are not, nor is the report.
"""

from __future__ import annotations

from lab.machine.process import NotModelled, Process, program
from lab.machine.state import WindowsState
from lab.windows.program_io import arguments_of, err, localised, out, output_file

SUB_SLEEP = "238c9fa8-0aad-41ed-83f4-97be242c8f20"
STANDBY_IDLE = "29f6c1db-86da-48c5-9fdb-f2b67b1f44da"
BALANCED = "381b4222-f694-41f0-9685-ff5bb260df2e"

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
    """Show the sleep time-out, or write the battery report; nothing else, and no change, is modelled."""
    words = [word.lower() for word in arguments_of(process)]
    if words[:1] == ["/batteryreport"]:
        return _battery_report(process, arguments_of(process)[1:])
    scheme = words[1:2] in (["scheme_current"], [BALANCED])
    group = words[2:3] in (["sub_sleep"], [SUB_SLEEP])
    setting = words[3:] in (["standbyidle"], [STANDBY_IDLE])
    if words[:1] not in (["/q"], ["/query"]) or not (scheme and group and setting):
        raise NotModelled(f"{process.command_line} (only /q SCHEME_CURRENT SUB_SLEEP STANDBYIDLE)")
    labels = _LABELS.get(process.laptop.state.language, _LABELS["en-US"])
    for line in _lines(process.laptop.state, *labels):
        out(process, line)
    return 0


def _battery_report(process: Process, words: list[str]) -> int:
    options = {word.lower() for word in words if word.lower() == "/xml"}
    named = dict(zip((word.lower() for word in words), words[1:]))
    target = named.get("/output", "")
    if not options or not target or set(named) - {"/xml", "/output", "/duration", target.lower()} - {"1"}:
        raise NotModelled(f"{process.command_line} (only /xml /output FILE [/duration 1])")
    file = output_file(process, target)
    if file is None:
        err(process, localised(process, "access_denied"))
        return 1
    file.write_text(_report(process.laptop.state), encoding="utf-8")
    return 0


def _report(state: WindowsState) -> str:
    """A laptop without a battery has a report without batteries and without usage."""
    entries = ""
    if state.battery:
        for kind, on_battery in (("Active", not state.on_battery), ("ReportGenerated", state.on_battery)):
            entries += (
                f'<UsageEntry Timestamp="2026-11-22T20:00:00Z" Duration="600000000" Ac="{0 if on_battery else 1}"'
                f' EntryType="{kind}" ChargeCapacity="{state.battery_percent * 570}" Discharge="0"'
                ' FullChargeCapacity="57000"/>'
            )
    battery = "<Battery><Id>5B10W51867</Id><FullChargeCapacity>57000</FullChargeCapacity></Battery>"
    return (
        '<?xml version="1.0" encoding="utf-8"?>\r\n'
        '<BatteryReport xmlns="http://schemas.microsoft.com/battery/2012"><ReportInformation/>'
        f"<Batteries>{battery if state.battery else ''}</Batteries>"
        f"<RecentUsage>{entries}</RecentUsage></BatteryReport>\r\n"
    )


def _lines(
    state: WindowsState,
    scheme: str,
    alias: str,
    group: str,
    setting: str,
    least: str,
    most: str,
    step: str,
    unit: str,
    ac: str,
    dc: str,
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
        f"    {ac}0x{state.sleep_ac_seconds:08x}",
        f"    {dc}0x{state.sleep_dc_seconds:08x}",
        "",
    ]
