# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Windows itself says of an error (FormatMessage): localised by Windows, with a trailing blank.

Codes that wsl.exe shows in hexadecimal up to 2.9.4 are in HEX. Languages other than English hold what is well known;
every other code of theirs is shown in English, which real Windows would not do: E_FAIL, E_UNEXPECTED, ERROR_DISK_FULL,
ERROR_SERVICE_DOES_NOT_EXIST, ERROR_SERVICE_DISABLED, ERROR_VERSION_PARSE_ERROR, HCS_E_SERVICE_NOT_AVAILABLE,
REGDB_E_CLASSNOTREG, TRUST_E_BAD_DIGEST and the WININET_E_* codes.
"""

from __future__ import annotations

_ENGLISH = {
    "ERROR_SUCCESS": "The operation completed successfully.",
    "ERROR_SUCCESS_REBOOT_REQUIRED": "The requested operation is successful. Changes will not be effective until the "
    "system is rebooted.",
    "ERROR_ACCESS_DISABLED_BY_POLICY": "This program is blocked by group policy. For more information, contact your "
    "system administrator.",
    "ERROR_ALREADY_EXISTS": "Cannot create a file when that file already exists.",
    "ERROR_BAD_PATHNAME": "The specified path is invalid.",
    "ERROR_BAD_NETPATH": "The network path was not found.",
    "ERROR_BAD_NET_NAME": "The network name cannot be found.",
    "ERROR_DISK_FULL": "There is not enough space on the disk.",
    "ERROR_ELEVATION_REQUIRED": "The requested operation requires elevation.",
    "ERROR_FILE_EXISTS": "The file exists.",
    "ERROR_FILE_NOT_FOUND": "The system cannot find the file specified.",
    "ERROR_INSTALL_FAILURE": "Fatal error during installation.",
    "ERROR_PATH_NOT_FOUND": "The system cannot find the path specified.",
    "ERROR_SERVICE_DISABLED": "The service cannot be started, either because it is disabled or because it has no "
    "enabled devices associated with it.",
    "ERROR_SERVICE_DOES_NOT_EXIST": "The specified service does not exist as an installed service.",
    "ERROR_VERSION_PARSE_ERROR": "A version number could not be parsed.",
    "E_ACCESSDENIED": "Access is denied.",
    "E_FAIL": "Unspecified error",
    "E_INVALIDARG": "The parameter is incorrect.",
    "E_NOTIMPL": "Not implemented",
    "E_UNEXPECTED": "Catastrophic failure",
    "HCS_E_SERVICE_NOT_AVAILABLE": "The operation could not be started because a required feature is not installed.",
    "HTTP_E_STATUS_FORBIDDEN": "Forbidden (403).",
    "HTTP_E_STATUS_NOT_FOUND": "Not found (404).",
    "REGDB_E_CLASSNOTREG": "Class not registered",
    "WININET_E_CANNOT_CONNECT": "A connection with the server could not be established",
    "WININET_E_NAME_NOT_RESOLVED": "The server name or address could not be resolved",
}

_GERMAN = {
    "ERROR_SUCCESS": "Der Vorgang wurde erfolgreich beendet.",
    "ERROR_SUCCESS_REBOOT_REQUIRED": "Der angeforderte Vorgang wurde erfolgreich durchgeführt. Änderungen werden erst "
    "nach einem Neustart wirksam.",
    "ERROR_ACCESS_DISABLED_BY_POLICY": "Dieses Programm wurde durch eine Gruppenrichtlinie geblockt. Weitere "
    "Informationen erhalten Sie vom Systemadministrator.",
    "ERROR_ALREADY_EXISTS": "Eine Datei kann nicht erstellt werden, wenn sie bereits vorhanden ist.",
    "ERROR_BAD_NETPATH": "Der Netzwerkpfad wurde nicht gefunden.",
    "ERROR_BAD_NET_NAME": "Der Netzwerkname wurde nicht gefunden.",
    "ERROR_DISK_FULL": "Es steht nicht genug Speicherplatz auf dem Datenträger zur Verfügung.",
    "ERROR_ELEVATION_REQUIRED": "Der angeforderte Vorgang erfordert erhöhte Rechte.",
    "ERROR_FILE_EXISTS": "Die Datei ist vorhanden.",
    "ERROR_FILE_NOT_FOUND": "Das System kann die angegebene Datei nicht finden.",
    "ERROR_PATH_NOT_FOUND": "Das System kann den angegebenen Pfad nicht finden.",
    "ERROR_SERVICE_DOES_NOT_EXIST": "Der angegebene Dienst ist kein installierter Dienst.",
    "E_ACCESSDENIED": "Zugriff verweigert",
    "E_FAIL": "Unbekannter Fehler",
    "E_INVALIDARG": "Falscher Parameter.",
    "E_NOTIMPL": "Nicht implementiert",
    "E_UNEXPECTED": "Schwerwiegender Fehler",
    "REGDB_E_CLASSNOTREG": "Klasse nicht registriert",
}

_FRENCH = {
    "ERROR_SUCCESS": "L’opération a réussi.",
    "ERROR_SUCCESS_REBOOT_REQUIRED": "L’opération demandée a réussi. Les modifications ne seront pas prises en compte "
    "avant le redémarrage du système.",
    "ERROR_ACCESS_DISABLED_BY_POLICY": "Ce programme est bloqué par une stratégie de groupe. Pour plus d’informations, "
    "contactez votre administrateur système.",
    "ERROR_ALREADY_EXISTS": "Impossible de créer un fichier déjà existant.",
    "ERROR_BAD_NETPATH": "Le chemin réseau n’a pas été trouvé.",
    "ERROR_BAD_NET_NAME": "Nom de réseau introuvable.",
    "ERROR_DISK_FULL": "Espace insuffisant sur le disque.",
    "ERROR_ELEVATION_REQUIRED": "L’opération demandée nécessite une élévation.",
    "ERROR_FILE_EXISTS": "Le fichier existe.",
    "ERROR_FILE_NOT_FOUND": "Le fichier spécifié est introuvable.",
    "ERROR_PATH_NOT_FOUND": "Le chemin d’accès spécifié est introuvable.",
    "ERROR_SERVICE_DOES_NOT_EXIST": "Le service spécifié n’existe pas en tant que service installé.",
    "E_ACCESSDENIED": "Accès refusé.",
    "E_FAIL": "Erreur non spécifiée",
    "E_INVALIDARG": "Paramètre incorrect.",
    "E_NOTIMPL": "Non implémenté",
    "E_UNEXPECTED": "Défaillance irrémédiable",
    "REGDB_E_CLASSNOTREG": "Classe non enregistrée",
}

_JAPANESE = {
    "ERROR_SUCCESS": "この操作を正しく終了しました。",
    "ERROR_SUCCESS_REBOOT_REQUIRED": "要求された操作は正常に終了しました。変更を有効にするには、"
    "システムを再起動する必要があります。",
    "ERROR_ACCESS_DISABLED_BY_POLICY": "このプログラムはグループ ポリシーによってブロックされています。"
    "詳細については、システム管理者に問い合わせてください。",
    "ERROR_ALREADY_EXISTS": "既に存在するファイルを作成することはできません。",
    "ERROR_BAD_NETPATH": "ネットワーク パスが見つかりません。",
    "ERROR_BAD_NET_NAME": "ネットワーク名が見つかりません。",
    "ERROR_DISK_FULL": "ディスクに十分な空き領域がありません。",
    "ERROR_ELEVATION_REQUIRED": "要求された操作には管理者特権が必要です。",
    "ERROR_FILE_EXISTS": "ファイルがあります。",
    "ERROR_FILE_NOT_FOUND": "指定されたファイルが見つかりません。",
    "ERROR_PATH_NOT_FOUND": "指定されたパスが見つかりません。",
    "ERROR_SERVICE_DOES_NOT_EXIST": "指定されたサービスはインストールされたサービスとして存在しません。",
    "E_ACCESSDENIED": "アクセスが拒否されました。",
    "E_FAIL": "エラーを特定できません",
    "E_INVALIDARG": "パラメーターが間違っています。",
    "E_NOTIMPL": "実装されていません",
    "E_UNEXPECTED": "エラーです。",
    "REGDB_E_CLASSNOTREG": "クラスが登録されていません",
}

LANGUAGES = {"de-DE": _GERMAN, "fr-FR": _FRENCH, "ja-JP": _JAPANESE}

_WITHOUT_BLANK = ("HTTP_E_",)
"""wsl.exe makes these texts itself."""

HEX = {
    "ERROR_DISK_FULL": "0x80070070",
    "ERROR_SERVICE_DISABLED": "0x80070422",
    "E_ILLEGAL_STATE_CHANGE": "0x8000000d",
    "HTTP_E_STATUS_FORBIDDEN": "0x80190193",
}
"""Name -> what wsl.exe up to 2.9.4 shows instead."""

LAST_WITH_HEX = (2, 9, 4)


def message(code: str, language: str) -> str:
    """What Windows says of CODE in LANGUAGE, trailing blank included. Raises KeyError for an unknown code."""
    text = LANGUAGES.get(language, {}).get(code, _ENGLISH[code])
    return text if code.startswith(_WITHOUT_BLANK) else f"{text} "


def code_name(code: str, version: tuple[int, ...]) -> str:
    """CODE as wsl.exe VERSION spells it."""
    return HEX[code] if code in HEX and version[:3] <= LAST_WITH_HEX else code
