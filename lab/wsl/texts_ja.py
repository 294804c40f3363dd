# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsl.exe's own texts in Japanese (ja-JP); see texts_en.py. Blanks and slips are Microsoft's."""

from __future__ import annotations

_HELP_HINT = "サポートされている引数の一覧を取得するには、'wsl.exe --help' を使用してください。"

TEXTS = {
    "AlreadyRequestedVersion": "ディストリビューションは既に、要求されているバージョンです。",
    "ArgumentNotValidWithout": "引数 {} には {} 引数が必要です。",
    "ArgumentsNotValidTogether": "引数 {} と {} を同時に指定することはできません。",
    "CheckingForUpdates": "更新プログラムを確認しています。",
    "ConversionStart": "変換中です。これには数分かかる場合があります。",
    "CouldFetchDistributionList": "'{}' からリスト ディストリビューションをフェッチできませんでした。{}",
    "DiskCorrupted": "仮想ディスクが壊れているため、ディストリビューションを開始できませんでした。",
    "DistributionInstalled": "ディストリビューションが正常にインストールされました。"
    "'wsl.exe -d {}' を使用して起動できます",
    "DistributionListOnline": "インストールできる有効なディストリビューションの一覧を次に示します。\n"
    "'wsl.exe {} <Distro>' を使用してインストールします。\n",
    "DistributionNameNeeded": "このディストリビューションには既定の名前が含まれていません。"
    "--name を使用して、ディストリビューション名を選択します。",
    "DistroAlreadySet": "ディストリビューション名は既に設定されています。",
    "DistroInstallPathAlreadyExists": "指定されたインストール場所は既に使用されています。",
    "DistroNameAlreadyExists": "指定された名前のディストリビューションは既に存在します。"
    "--name を使用して別の名前を選択してください。",
    "DistroNotFound": "指定された名前のディストリビューションはありません。",
    "Downloading": "ダウンロードしています: {}",
    "EnableVirtualization": "このコンピューターで仮想化が有効になっていないため、WSL2 を開始できません。\n"
    "[仮想マシン プラットフォーム] オプション　コンポーネントが有効になっており、"
    "コンピューターのファームウェア設定で仮想化がオンになっていることを確認してください。\n\n"
    "次のコマンドを実行して [仮想マシン プラットフォーム] を有効にします: wsl.exe --install --no-distribution\n\n"
    "詳細については、https://aka.ms/enablevirtualization をご覧ください",
    "ErrorCode": "{}\nエラー コード: {}",
    "FailedToAttachDisk": "ディスク '{}' を WSL2 にアタッチできませんでした: {}",
    "FailedToResizeDisk": "ディスクのサイズを変更できませんでした。",
    "FailedToTranslate": "翻訳に失敗しました '{}'",
    "HashMismatch": "ディストリビューション ハッシュが一致しません。予期された値は {}、実際の値は {} です",
    "ImportFailed": "ディストリビューションのインポートに失敗しました。",
    "InstallProcessFailed": "ディストリビューション '{}' のインストール プロセスが次の終了コードで失敗しました: {}。",
    "Installing": "インストールしています: {}",
    "InstallingWindowsComponent": "Windows オプション コンポーネントをインストールしています: {}",
    "InvalidBoolean": "{} は有効なブール値 <true|false> ではありません",
    "InvalidCommandLine": "無効なコマンド ライン引数: {}\n" + _HELP_HINT,
    "InvalidDistributionName": "ディストリビューション名 '{}' が無効です。\n"
    "有効なディストリビューションの一覧を取得するには、'wsl.exe --list --online' を使用します。",
    "InvalidDistributionTar": "インポートされたファイルは有効な Linux ディストリビューションではありません。",
    "InvalidInstallDistributionName": '無効なディストリビューション名: "{}"',
    "InvalidJson": "無効な JSON ドキュメント。解析エラー: {}",
    "InvalidSize": "無効なサイズ: {}",
    "InvalidState": "このディストリビューションのインストール、アンインストール、または変換が進行中です。\n",
    "LaunchingDistro": "{} を起動しています...",
    "LegacyDistributionVersionArgNotSupported": "レガシディストリビューションの登録では、"
    "--version 引数はサポートされていません。",
    "LocalSystemNotSupported": "ローカル システムとして WSL を実行することはサポートされていません。",
    "MissingArgument": "コマンド ライン引数 {} には値が必要です。\n" + _HELP_HINT,
    "NoDefaultDistro": "Linux 用 Windows サブシステムにインストールされているディストリビューションはありません。\n"
    "この問題を解決するには、以下の手順に従ってディストリビューションをインストールしてください:\n\n"
    "'wsl.exe --list --online' を使用して利用可能な配布を一覧表示する\n"
    "および 'wsl.exe --install <Distro>' を使用してインストールしてください。",
    "NoInstallDefault": "既定のディストリビューションが構成されていません。"
    "インストールするディストリビューションを指定してください。",
    "NoRunningDistro": "実行中のディストリビューションはありません。",
    "NotSupportedOnLegacyDistros": "レガシ ディストリビューションをインストールする場合、'{}' はサポートされません。",
    "PackageVersions": "WSL バージョン: {}\nカーネル バージョン: {}\nWSLg バージョン: {}\nMSRDC バージョン: {}\n"
    "Direct3D バージョン: {}\nDXCore バージョン: {}\nWindows バージョン: {}",
    "PassVhdFlag": "これは VHD ファイルのようです。--vhd を使用して、tar ではなく VHD をインポートします。",
    "PrintDistroDefault": "{} (既定値)",
    "RegisteredDistrosHeader": "Linux 用 Windows サブシステム ディストリビューション:",
    "RequiredParameterMissing": "引数 {} に必須パラメーターがありません。",
    "RequiresFileExtension": "指定されたファイルには {} ファイル拡張子が必要です。",
    "RequiresFileExtensions": "指定されたファイルには、{} または {} のファイル拡張子が必要です。",
    "SeeLogFile": "ログ ファイル: {}",
    "SparseVhdDisabled": "スパース VHD のサポートは、データの破損の可能性があるため、現在無効になっています。\n"
    "ディストリビューションでスパース VHD を強制的に使用するには、次を実行してください。\n"
    "wsl.exe --manage <DistributionName> --set-sparse true --allow-unsafe",
    "SparseVhdWsl2Only": "スパース VHD は WSL2 のみでサポートされています。",
    "StatusDefaultDistro": "既定のディストリビューション: {}",
    "StatusDefaultVersion": "既定のバージョン: {}",
    "UpdateFailed": "更新に失敗しました (終了コード: {})。",
    "UpdateNotNeeded": "Linux 用 Windows サブシステムの最新バージョンは既にインストールされています。",
    "UpdatingToVersion": "Linux 用 Windows サブシステムをバージョン {} に更新しています。",
    "UserNotFound": "ユーザーが見つかりません。",
    "UsingLegacyDistribution": "レガシの配布登録を使用しています。"
    "代わりに tar ベースの配布を使用することを検討してください。",
    "VhdInUse": "VHD が現在使用中のため、操作を完了できませんでした。"
    "WSL の使用を強制的に停止するには: wsl.exe --shutdown",
    "VmModeConversionInfo": "WSL 2 との主な違いについては、https://aka.ms/wsl2\n を参照してください",
    "WSL1Disabled": "WSL1 はコンピューター ポリシーによって無効にされています。",
    "Wsl1NotSupported": "WSL1 は、現在のマシン構成ではサポートされていません。\n"
    'WSL1 を使用するには、"Linux 用 Windows サブシステム" オプション コンポーネントを有効にしてください。',
    "Wsl2Needed": "この操作は WSL2 でのみサポートされています。",
}
