# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of Windows programs that depend on the display language, for the four languages of the lab.

A line of the table holds the text in the order of ``LANGUAGES``. ``{x}`` is filled in by ``text``. Lines end as the
program ends them, so most have no line end here. Other languages speak English.
"""

from __future__ import annotations

LANGUAGES = ("en-US", "de-DE", "fr-FR", "ja-JP")

_TEXTS: dict[str, tuple[str, str, str, str]] = {
    "not_recognized": (
        "'{x}' is not recognized as an internal or external command,\r\noperable program or batch file.",
        'Der Befehl "{x}" ist entweder falsch geschrieben oder\r\nkonnte nicht gefunden werden.',
        "'{x}' n’est pas reconnu en tant que commande interne\r\n"
        "ou externe, un programme exécutable ou un fichier de commandes.",
        "'{x}' は、内部コマンドまたは外部コマンド、\r\n"
        "操作可能なプログラムまたはバッチ ファイルとして認識されていません。",
    ),
    "unc_folder": (
        "'{x}'\r\nCMD.EXE was started with the above path as the current directory.\r\n"
        "UNC paths are not supported.  Defaulting to Windows directory.",
        "'{x}'\r\nCMD.EXE wurde mit dem oben angegebenen Pfad als aktuellem Verzeichnis gestartet.\r\n"
        "UNC-Pfade werden nicht unterstützt.\r\nStattdessen wird das Windows-Verzeichnis als aktuelles Verzeichnis"
        " gesetzt.",
        "'{x}'\r\nCMD.EXE a été démarré avec le chemin d’accès comme répertoire en cours.\r\n"
        "Les chemins d’accès UNC ne sont pas pris en charge. Utilisation du répertoire Windows par défaut.",
        "'{x}'\r\n上記の現在のディレクトリで CMD.EXE を開始しました。\r\n"
        "UNC パスはサポートされません。Windows ディレクトリを既定で使用します。",
    ),
    "path_not_found": (
        "The system cannot find the path specified.",
        "Das System kann den angegebenen Pfad nicht finden.",
        "Le chemin d’accès spécifié est introuvable.",
        "指定されたパスが見つかりません。",
    ),
    "network_path_not_found": (
        "The network path was not found.",
        "Der Netzwerkpfad wurde nicht gefunden.",
        "Le chemin réseau n’a pas été trouvé.",
        "ネットワーク パスが見つかりません。",
    ),
    "network_name_not_found": (
        "The network name cannot be found.",
        "Der Netzwerkname wurde nicht gefunden.",
        "Nom de réseau introuvable.",
        "ネットワーク名が見つかりません。",
    ),
    "file_not_found": (
        "The system cannot find the file specified.",
        "Das System kann die angegebene Datei nicht finden.",
        "Le fichier spécifié est introuvable.",
        "指定されたファイルが見つかりません。",
    ),
    "drive_not_found": (
        "The system cannot find the drive specified.",
        "Das System kann das angegebene Laufwerk nicht finden.",
        "Le système ne trouve pas le lecteur spécifié.",
        "指定されたドライブが見つかりません。",
    ),
    "access_denied": ("Access is denied.", "Zugriff verweigert", "Accès refusé.", "アクセスが拒否されました。"),
    "line_too_long": (
        "The input line is too long.",
        "Die eingegebene Zeile ist zu lang.",
        "La ligne entrée est trop longue.",
        "入力行が長すぎます。",
    ),
    "syntax": (
        "The syntax of the command is incorrect.",
        "Syntaxfehler.",
        "La syntaxe de la commande n’est pas correcte.",
        "コマンドの構文が誤っています。",
    ),
    "unexpected": (
        "{x} was unexpected at this time.",
        '"{x}" kann syntaktisch an dieser Stelle nicht verarbeitet werden.',
        "{x} était inattendu.",
        "{x} の使い方が誤っています。",
    ),
    "variable_not_defined": (
        "Environment variable {x} not defined",
        'Die Umgebungsvariable "{x}" ist nicht definiert.',
        "La variable d’environnement {x} n’est pas définie.",
        "環境変数 {x} が定義されていません",
    ),
    "echo_is_on": ("ECHO is on.", "ECHO ist eingeschaltet (ON).", "Commande ECHO activée.", "ECHO は <ON> です。"),
    "task_created": (
        'SUCCESS: The scheduled task "{x}" has successfully been created.',
        'ERFOLGREICH: Der geplante Task "{x}" wurde erfolgreich erstellt.',
        "Opération réussie\u00a0: la tâche planifiée «\u00a0{x}\u00a0» a été créée.",
        '成功: スケジュール タスク "{x}" は正しく作成されました。',
    ),
    "task_run": (
        'SUCCESS: Attempted to run the scheduled task "{x}".',
        'ERFOLGREICH: Es wurde versucht, den geplanten Task "{x}" auszuführen.',
        "Opération réussie\u00a0: tentative d’exécution de la tâche planifiée «\u00a0{x}\u00a0».",
        '成功: スケジュール タスク "{x}" の実行が試行されました。',
    ),
    "task_deleted": (
        'SUCCESS: The scheduled task "{x}" was successfully deleted.',
        'ERFOLGREICH: Der geplante Task "{x}" wurde erfolgreich gelöscht.',
        "Opération réussie\u00a0: la tâche planifiée «\u00a0{x}\u00a0» a été supprimée.",
        '成功: スケジュール タスク "{x}" は正しく削除されました。',
    ),
    "duplicate_name": (
        "A duplicate file name exists, or the file\r\ncannot be found.",
        "Eine Datei mit diesem Namen ist bereits vorhanden, oder die Datei\r\nwurde nicht gefunden.",
        "Ce nom de fichier existe déjà ou le fichier\r\nest introuvable.",
        "同じファイル名が存在するか、またはファイルが\r\n見つかりません。",
    ),
    "bad_name": (
        "The filename, directory name, or volume label syntax is incorrect.",
        "Die Syntax für den Dateinamen, Verzeichnisnamen oder die Datenträgerbezeichnung ist falsch.",
        "La syntaxe du nom de fichier, de répertoire ou de volume est incorrecte.",
        "ファイル名、ディレクトリ名、またはボリューム ラベルの構文が間違っています。",
    ),
    "no_directory": (
        "The directory name is invalid.",
        "Der Verzeichnisname ist ungültig.",
        "Nom de répertoire non valide.",
        "ディレクトリ名が無効です。",
    ),
    "onto_itself": (
        "The file cannot be copied onto itself.",
        "Die Datei kann nicht auf sich selbst kopiert werden.",
        "Impossible de copier le fichier sur lui-même.",
        "ファイルをそれ自身にコピーすることはできません。",
    ),
    "no_file": ("File Not Found", "Datei nicht gefunden", "Fichier introuvable", "ファイルが見つかりません"),
    "could_not_find": (
        "Could Not Find {x}",
        "{x} konnte nicht gefunden werden",
        "Impossible de trouver {x}",
        "{x} が見つかりませんでした。",
    ),
    "files_copied": (
        "        {x} file(s) copied.",
        "        {x} Datei(en) kopiert.",
        "        {x} fichier(s) copié(s).",
        "        {x} 個のファイルをコピーしました。",
    ),
    "files_moved": (
        "        {x} file(s) moved.",
        "        {x} Datei(en) verschoben.",
        "        {x} fichier(s) déplacé(s).",
        "        {x} 個のファイルを移動しました。",
    ),
    "already_exists": (
        "A subdirectory or file {x} already exists.",
        'Ein Unterverzeichnis oder eine Datei mit dem Namen "{x}" existiert bereits.',
        "Un sous-répertoire ou un fichier {x} existe déjà.",
        "サブディレクトリまたはファイル {x} は既に存在します。",
    ),
    "directory_not_empty": (
        "The directory is not empty.",
        "Das Verzeichnis ist nicht leer.",
        "Le répertoire n’est pas vide.",
        "ディレクトリが空ではありません。",
    ),
    "disk_full": (
        "There is not enough space on the disk.",
        "Es steht nicht genug Speicherplatz auf dem Datenträger zur Verfügung.",
        "Espace insuffisant sur le disque.",
        "ディスクに十分な空き領域がありません。",
    ),
    "version": (
        "Microsoft Windows [Version {x}]",
        "Microsoft Windows [Version {x}]",
        "Microsoft Windows [version {x}]",
        "Microsoft Windows [Version {x}]",
    ),
    "success": (
        "The operation completed successfully.",
        "Der Vorgang wurde erfolgreich beendet.",
        "L’opération a réussi.",
        "この操作を正しく終了しました。",
    ),
    "code_page": (
        "Active code page: {x}",
        "Aktive Codepage: {x}.",
        "Page de codes active : {x}",
        "現在のコード ページ: {x}",
    ),
    # reg.exe: programs must not look for these words.
    "reg_default": ("(Default)", "(Standard)", "(par défaut)", "(既定)"),
    "reg_not_set": ("(value not set)", "(Wert nicht gesetzt)", "(valeur non définie)", "(値の設定なし)"),
    "reg_missing": (
        "ERROR: The system was unable to find the specified registry key or value.",
        "FEHLER: Der angegebene Registrierungsschlüssel bzw. Wert wurde nicht gefunden.",
        "ERREUR : le système n’a pas trouvé la clé ou la valeur de Registre spécifiée.",
        "エラー: 指定されたレジストリ キーまたは値が見つかりませんでした。",
    ),
    "reg_denied": (
        "ERROR: Access is denied.",
        "FEHLER: Zugriff verweigert",
        "ERREUR : Accès refusé.",
        "エラー: アクセスが拒否されました。",
    ),
    "reg_in_use": (
        "ERROR: The process cannot access the file because it is being used by another process.",
        "FEHLER: Der Prozess kann nicht auf die Datei zugreifen, da sie von einem anderen Prozess verwendet wird.",
        "ERREUR : Le processus ne peut pas accéder au fichier car ce fichier est utilisé par un autre processus.",
        "エラー: プロセスはファイルにアクセスできません。別のプロセスが使用中です。",
    ),
    "reg_damaged": (
        "ERROR: The configuration registry database is corrupt.",
        "FEHLER: Die Konfigurationsregistrierungsdatenbank ist beschädigt.",
        "ERREUR : La base de données de configuration du Registre est endommagée.",
        "エラー: 構成レジストリ データベースは壊れています。",
    ),
    "reg_privilege": (
        "ERROR: A required privilege is not held by the client.",
        "FEHLER: Dem Client fehlt ein erforderliches Recht.",
        "ERREUR : Le client ne dispose pas d'un privilège nécessaire.",
        "エラー: クライアントは要求された特権を保有していません。",
    ),
    "reg_parameter": (
        "ERROR: The parameter is incorrect.",
        "FEHLER: Falscher Parameter.",
        "ERREUR : Paramètre incorrect.",
        "エラー: パラメーターが間違っています。",
    ),
    "reg_bad_key": (
        'ERROR: Invalid key name.\r\nType "REG {x} /?" for usage.',
        'FEHLER: Ungültiger Schlüsselname.\r\nGeben Sie "REG {x} /?" ein, um die Syntax anzuzeigen.',
        "ERREUR : nom de clé non valide.\r\nEntrez « REG {x} /? » pour afficher la syntaxe.",
        'エラー: 無効なキー名です。\r\n使用法を表示するには "REG {x} /?" と入力してください。',
    ),
    "reg_bad_syntax": (
        'ERROR: Invalid syntax.\r\nType "REG {x} /?" for usage.',
        'FEHLER: Ungültige Syntax.\r\nGeben Sie "REG {x} /?" ein, um die Syntax anzuzeigen.',
        "ERREUR : syntaxe non valide.\r\nEntrez « REG {x} /? » pour afficher la syntaxe.",
        'エラー: 無効な構文です。\r\n使用法を表示するには "REG {x} /?" と入力してください。',
    ),
    "reg_end_of_search": (
        "End of search: {x} match(es) found.",
        "Suchende: {x} Übereinstimmung(en) gefunden.",
        "Fin de la recherche : {x} correspondance(s) trouvée(s).",
        "検索の完了: {x} 件一致しました。",
    ),
    # shutdown.exe
    "shutdown_scheduled": (
        "A system shutdown has already been scheduled.(1190)",
        "Das Herunterfahren des Systems wurde bereits geplant.(1190)",
        "Un arrêt système a déjà été planifié.(1190)",
        "システムのシャットダウンは既にスケジュールされています。(1190)",
    ),
    "shutdown_nothing": (
        "Unable to abort the system shutdown because no shutdown was in progress.(1116)",
        "Das Herunterfahren des Systems kann nicht abgebrochen werden, "
        "da das System nicht heruntergefahren wird.(1116)",
        "Impossible d’interrompre l’arrêt du système, car aucun arrêt n’était en cours.(1116)",
        "システムのシャットダウンを中止できません。シャットダウンは実行されていません。(1116)",
    ),
    # dism.exe without /English
    "dism_title": (
        "Deployment Image Servicing and Management tool",
        "Tool zur Imageverwaltung für die Bereitstellung",
        "Outil Gestion et maintenance des images de déploiement",
        "展開イメージのサービスと管理ツール",
    ),
    "dism_version": ("Version: {x}", "Version: {x}", "Version : {x}", "バージョン: {x}"),
    "dism_image": ("Image Version: {x}", "Abbildversion: {x}", "Version de l’image : {x}", "イメージのバージョン: {x}"),
    "dism_enabling": (
        "Enabling feature(s)",
        "Features werden aktiviert",
        "Activation de la ou des fonctionnalités",
        "機能を有効にしています",
    ),
    "dism_error": ("Error: {x}", "Fehler: {x}", "Erreur : {x}", "エラー: {x}"),
    "dism_unknown_feature": (
        "Feature name {x} is unknown.\r\nA Windows feature name was not recognized.",
        "Der Featurename {x} ist unbekannt.\r\nEin Windows-Featurename wurde nicht erkannt.",
        "Le nom de fonctionnalité {x} est inconnu.\r\nUn nom de fonctionnalité Windows n’a pas été reconnu.",
        "機能名 {x} は不明です。\r\nWindows の機能名が認識されませんでした。",
    ),
    "dism_elevation": (
        "Elevated permissions are required to run DISM. \r\nUse an elevated command prompt to complete these tasks.",
        "Erhöhte Rechte sind erforderlich, um DISM auszuführen. \r\n"
        "Verwenden Sie eine Eingabeaufforderung mit erhöhten Rechten, um diese Aufgaben auszuführen.",
        "Des autorisations élevées sont nécessaires pour exécuter DISM. \r\n"
        "Utilisez une invite de commandes avec élévation de privilèges pour exécuter ces tâches.",
        "DISM を実行するには、管理者特権のアクセス許可が必要です。\r\n"
        "これらのタスクを完了するには、管理者特権のコマンド プロンプトを使用してください。",
    ),
    # certutil.exe
    "certutil_hash": ("{x} hash of {y}:", "{x}-Hash von {y}:", "Hachage {x} de {y} :", "{x} ハッシュ (対象 {y}):"),
    "certutil_done": (
        "CertUtil: -hashfile command completed successfully.",
        "CertUtil: -hashfile-Befehl wurde erfolgreich ausgeführt.",
        "CertUtil: -hashfile La commande s’est terminée correctement.",
        "CertUtil: -hashfile コマンドは正常に完了しました。",
    ),
    "certutil_failed": (
        "CertUtil: -hashfile command FAILED: {x}",
        "CertUtil: -hashfile-Befehl ist fehlgeschlagen: {x}",
        "CertUtil: -hashfile ÉCHEC de la commande : {x}",
        "CertUtil: -hashfile コマンド エラーです: {x}",
    ),
    # dir in its long form
    "dir_volume": (
        " Volume in drive C is Windows\r\n Volume Serial Number is 5A3C-19F0",
        " Volume in Laufwerk C: ist Windows\r\n Volumeseriennummer: 5A3C-19F0",
        " Le volume dans le lecteur C s’appelle Windows\r\n Le numéro de série du volume est 5A3C-19F0",
        " ドライブ C のボリューム ラベルは Windows です\r\n ボリューム シリアル番号は 5A3C-19F0 です",
    ),
    "dir_folder": (" Directory of {x}", " Verzeichnis von {x}", " Répertoire de {x}", " {x} のディレクトリ"),
    "dir_total": (
        "{x} File(s) {y} bytes",
        "{x} Datei(en), {y} Bytes",
        "{x} fichier(s) {y} octets",
        "{x} 個のファイル {y} バイト",
    ),
    # fsutil.exe, where.exe, sc.exe
    "fsutil_drives": ("Drives: {x}", "Laufwerke: {x}", "Lecteurs : {x}", "ドライブ: {x}"),
    "fsutil_free": (
        "Total free bytes                : {x}",
        "Gesamtzahl der freien Bytes     : {x}",
        "Nombre total d’octets libres    : {x}",
        "空きバイト総数                  : {x}",
    ),
    "fsutil_total": (
        "Total bytes                     : {x}",
        "Gesamtzahl der Bytes            : {x}",
        "Nombre total d’octets           : {x}",
        "バイト総数                      : {x}",
    ),
    "fsutil_quota": (
        "Total quota free bytes          : {x}",
        "Gesamtzahl der freien Kontingentbytes : {x}",
        "Nombre total d’octets libres de quota : {x}",
        "クォータの空きバイト総数        : {x}",
    ),
    "where_nothing": (
        "INFO: Could not find files for the given pattern(s).",
        "INFORMATION: Es konnten keine Dateien mit dem angegebenen Muster gefunden werden.",
        "INFORMATION : impossible de trouver des fichiers pour le ou les modèles spécifiés.",
        "情報: 与えられたパターンのファイルが見つかりませんでした。",
    ),
    "service_missing": (
        "The specified service does not exist as an installed service.",
        "Der angegebene Dienst ist kein installierter Dienst.",
        "Le service spécifié n’existe pas en tant que service installé.",
        "指定されたサービスはインストールされたサービスとして存在しません。",
    ),
}

DIGIT_GROUP = {"en-US": ",", "de-DE": ".", "fr-FR": "\u202f", "ja-JP": ","}
"""What stands between groups of three digits."""

LANGUAGE_ID = {"en-US": "0409", "de-DE": "0407", "fr-FR": "040c", "ja-JP": "0411"}
"""Windows' numbers of the languages, as under Nls\\Language."""

CURRENCY = {"en-US": "$", "de-DE": "€", "fr-FR": "€", "ja-JP": "¥"}

OEM_CODE_PAGE = {"en-US": "437", "de-DE": "850", "fr-FR": "850", "ja-JP": "932"}


def text(language: str, key: str, x: object = "", y: object = "") -> str:
    """The text KEY in LANGUAGE (a tag as ``de-DE``), English for a language that the lab does not know."""
    position = LANGUAGES.index(language) if language in LANGUAGES else 0
    return _TEXTS[key][position].replace("{x}", str(x)).replace("{y}", str(y))


def grouped(language: str, number: int) -> str:
    """NUMBER with the language's digit grouping, as Windows prints sizes."""
    return f"{number:,}".replace(",", DIGIT_GROUP.get(language, ","))
