# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsl.exe's own texts in German (de-DE); see texts_en.py. Quotes, blanks and slips are Microsoft's."""

from __future__ import annotations

TEXTS = {
    "AlreadyRequestedVersion": "Die Distribution ist bereits die angeforderte Version.",
    "ArgumentNotValidWithout": "Das Argument {} erfordert das {}-Argument.",
    "ArgumentsNotValidTogether": "Die Argumente {} und {} können nicht gleichzeitig angegeben werden.",
    "CheckingForUpdates": "Es wird nach Updates gesucht.",
    "ConversionStart": "Konvertierung wird ausgeführt. Dieser Vorgang kann einige Minuten dauern.",
    "CouldFetchDistributionList": "Fehler beim Abrufen der Liste der Distributionen von „{}“. {}",
    "DiskCorrupted": "Die Distribution konnte nicht gestartet werden, da der virtuelle Datenträger beschädigt ist.",
    "DistributionInstalled": 'Die Distribution wurde erfolgreich installiert. Sie kann über "wsl.exe -d {}" gestartet '
    "werden.",
    "DistributionListOnline": "Im Folgenden finden Sie eine Liste gültiger Distributionen, die installiert werden "
    'können.\nMit "wsl.exe {} <Distro>" installieren.\n',
    "DistributionNameNeeded": "Diese Distribution enthält keinen Standardnamen. Verwenden Sie --name , um den "
    "Distributionsnamen zu wählen.",
    "DistroAlreadySet": "Der Distributionsname wurde bereits festgelegt.",
    "DistroInstallPathAlreadyExists": "Der angegebene Installationsspeicherort wird bereits verwendet.",
    "DistroNameAlreadyExists": "Eine Distribution mit dem angegebenen Namen ist bereits vorhanden. Verwenden Sie "
    "--name , um einen anderen Namen zu wählen.",
    "DistroNotFound": "Es ist keine Distribution mit dem angegebenen Namen vorhanden.",
    "Downloading": "Herunterladen: {}",
    "EnableVirtualization": "WSL2 wird von Ihrer aktuellen Computerkonfiguration nicht unterstützt.\n"
    'Aktivieren Sie die optionale Komponente "Plattform für virtuelle Computer", und stellen Sie sicher, dass die '
    "Virtualisierung im BIOS aktiviert ist.\n"
    'Aktivieren Sie "Plattform für virtuelle Computer", indem Sie ": wsl.exe --install --no-distribution\n'
    '" ausführen. Weitere Informationen finden Sie unter https://aka.ms/enablevirtualization',
    "ErrorCode": "{}\nFehlercode: {}",
    "FailedToAttachDisk": 'Fehler beim Anfügen des Datenträgers "{}" an WSL2: {}',
    "FailedToResizeDisk": "Fehler beim Ändern der Größe des Datenträgers.",
    "FailedToTranslate": "Fehler beim Übersetzen von „{}“",
    "HashMismatch": "Der Distributionshash stimmt nicht überein. Erwartet: {}, tatsächlicher Hash: {}",
    "ImportFailed": "Fehler beim Importieren der Distribution.",
    "InstallProcessFailed": "Fehler beim Installationsprozess für die Distribution „{}“. Exitcode: {}.",
    "Installing": "Wird installiert: {}",
    "InstallingWindowsComponent": "Optionale Windows-Komponente wird installiert: {}",
    "InvalidBoolean": "{} ist kein gültiger boolescher Wert, <true|false>",
    "InvalidCommandLine": "Ungültiges Befehlszeilenargument: {}\n"
    'Verwenden Sie "wsl.exe" --help\', um eine Liste der unterstützten Argumente abzurufen.',
    "InvalidDistributionName": "Ungültiger Distributionsname: '{}'.\n"
    "Um eine Liste gültiger Distributionen abzurufen, verwenden Sie \"wsl.exe --list --online'.",
    "InvalidDistributionTar": "Die importierte Datei ist keine gültige Linux-Distribution.",
    "InvalidInstallDistributionName": "Ungültiger Distributionsname: „{}“.",
    "InvalidJson": "Ungültiges JSON-Dokument. Fehler beim Analysieren der Befehlszeile: {}",
    "InvalidSize": "Ungültige Größe: {}",
    "InvalidState": "Für diese Distribution wird ein Installations-, Deinstallations- oder Konvertierungsvorgang "
    "ausgeführt.\n",
    "LaunchingDistro": "{} wird gestartet...",
    "LegacyDistributionVersionArgNotSupported": "Ältere Distributionsregistrierungen unterstützen das Argument "
    "--version nicht.",
    "LocalSystemNotSupported": "Das Ausführen von WSL als lokales System wird nicht unterstützt.",
    "MissingArgument": "Für das Befehlszeilenargument „{}“ ist ein Wert erforderlich.\n"
    "Bitte verwenden Sie 'wsl.exe --help', um eine Liste der unterstützten Argumente abzurufen.",
    "NoDefaultDistro": "Windows-Subsystem für Linux verfügt über keine installierten Distributionen.\n"
    "Sie können dies beheben, indem Sie eine Distribution mit den folgenden Anweisungen installieren:\n\n"
    "\"wsl.exe --list --online' zum Auflisten verfügbarer Distributionen verwenden\n"
    'und "wsl.exe --install <Distro>".',
    "NoInstallDefault": "Es wurde keine Standarddistribution konfiguriert. Geben Sie eine Zu installierende "
    "Distribution an.",
    "NoRunningDistro": "Es werden keine Distributionen ausgeführt.",
    "NotSupportedOnLegacyDistros": "„{}“ wird bei der Installation von Legacy-Distributionen nicht unterstützt.",
    "OptionalComponentInstallFailed": 'Fehler beim Aktivieren der Windows-Komponente "{}" (Exitcode {}).',
    "PackageVersions": "WSL-Version: {}\nKernelversion: {}\nWSLg-Version: {}\nMSRDC-Version: {}\n"
    "Direct3D-Version: {}\nDXCore-Version: {}\nWindows-Version: {}",
    "PassVhdFlag": "Dies sieht wie eine VHD-Datei aus. Verwenden Sie „--vhd “, um eine VHD anstelle eines „tar“ zu "
    "importieren.",
    "PrintDistroDefault": "{} (Standard)",
    "RegisteredDistrosHeader": "Windows Subsystem für Linux-Distributionen:",
    "RequiredParameterMissing": "Im Argument {} fehlt ein erforderlicher Parameter.",
    "RequiresFileExtension": "Die angegebene Datei muss die Dateierweiterung {} aufweisen.",
    "RequiresFileExtensions": "Die angegebene Datei muss die Dateierweiterung {} oder {} besitzen.",
    "SeeLogFile": "Protokolldatei: {}",
    "SparseVhdDisabled": "Die Unterstützung von Sparse VHD ist derzeit wegen möglicher Datenbeschädigung deaktiviert.\n"
    "Um eine Distribution zu zwingen, eine spärliche VHD zu verwenden, führen Sie bitte Folgendes aus:\n"
    "wsl.exe --manage <DistributionName> --set-sparse true --allow-unsafe",
    "SparseVhdWsl2Only": "VHD mit geringer Dichte wird nur unter WSL2 unterstützt.",
    "StatusDefaultDistro": "Standarddistribution: {}",
    "StatusDefaultVersion": "Standardversion: {}",
    "UpdateFailed": "Fehler beim Aktualisieren (Exitcode: {}).",
    "UpdateNotNeeded": "Die neueste Version von Windows-Subsystem für Linux ist bereits installiert.",
    "UpdatingToVersion": "Windows-Subsystem für Linux wird auf Version {} aktualisiert.",
    "UserNotFound": "Benutzer nicht gefunden.",
    "UsingLegacyDistribution": "Es wird die Legacy-Verteilungsregistrierung verwendet. Erwägen Sie, stattdessen eine "
    "TAR-basierte Distribution zu verwenden.",
    "VhdInUse": "Der Vorgang konnte nicht abgeschlossen werden, da die VHD zurzeit verwendet wird. So erzwingen Sie, "
    "dass WSL die Verwendung beendet: wsl.exe --shutdown",
    "VmModeConversionInfo": "Informationen zu den wichtigsten Unterschieden zu WSL 2 finden Sie unter "
    "https://aka.ms/wsl2\n",
    "WSL1Disabled": "WSL1 ist durch die Computerrichtlinie deaktiviert.",
    "Wsl1NotSupported": "WSL1 wird mit Ihrer aktuellen Computer-Konfiguration nicht unterstützt.\n"
    "Aktivieren Sie bitte die optionale Komponente „Windows Subsystem für Linux“, um WSL1 zu verwenden.",
    "Wsl2Needed": "Dieser Vorgang wird nur von WSL2 unterstützt.",
}
