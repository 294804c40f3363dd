# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``pnputil /enum-drivers``: the driver packages of others than Microsoft. Labels are localised, values are not."""

from __future__ import annotations

from lab.machine.process import NotModelled, Process, program
from lab.windows.fresh_registry import DISPLAY_CLASS_KEY
from lab.windows.program_io import arguments_of, out

SIGNER = "Microsoft Windows Hardware Compatibility Publisher"
_LABELS = {
    "en-US": ("Published Name", "Original Name", "Provider Name", "Class Name", "Driver Version", "Signer Name"),
    "de-DE": (
        "Veröffentlichter Name", "Originalname", "Anbietername", "Klassenname", "Treiberversion", "Signaturgebername",
    ),
    "fr-FR": (
        "Nom publié", "Nom d’origine", "Nom du fournisseur", "Nom de la classe", "Version du pilote", "Signataire",
    ),
    "ja-JP": ("公開名", "元の名前", "プロバイダー名", "クラス名", "ドライバーのバージョン", "署名者名"),
}  # fmt: skip


@program("pnputil")
def main(process: Process) -> int:
    """Only the drivers of display adapters are known to the lab."""
    if [word.lower() for word in arguments_of(process)] != ["/enum-drivers"]:
        raise NotModelled(f"{process.command_line} (only /enum-drivers)")
    out(process, "Microsoft PnP Utility")
    out(process)
    registry = process.laptop.registry
    labels = _LABELS.get(process.laptop.state.language, _LABELS["en-US"])
    for name in registry.subkeys(DISPLAY_CLASS_KEY):
        values = registry.values(f"{DISPLAY_CLASS_KEY}\\{name}")
        if "InfPath" not in values:
            continue
        provider, version = str(values["ProviderName"].data), str(values["DriverVersion"].data)
        signer = str(values["LabSigner"].data) if "LabSigner" in values else SIGNER
        texts = (str(values["InfPath"].data), "nvlei.inf", provider, "Display", f"08/14/2025 {version}", signer)
        for label, text in zip(labels, texts, strict=True):
            out(process, f"{label + ':':<24}{text}")
        out(process)
    return 0
