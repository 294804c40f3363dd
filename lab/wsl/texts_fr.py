# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsl.exe's own texts in French (fr-FR); see texts_en.py.

``~`` stands for the no-break space (U+00A0) that French puts before a colon and inside quotes; --version has plain
blanks there. Quotes and slips are Microsoft's.
"""

from __future__ import annotations

_TEXTS = {
    "AlreadyRequestedVersion": "La distribution présente déjà la version demandée.",
    "ArgumentNotValidWithout": "L’argument {} nécessite l’argument {}.",
    "ArgumentsNotValidTogether": "Les arguments de {} et {} ne peuvent pas être spécifiés en même temps.",
    "CheckingForUpdates": "Recherche des mises à jour.",
    "ConversionStart": "Conversion en cours. Cette opération peut prendre quelques minutes.",
    "CouldFetchDistributionList": "La récupération de la distribution de liste à partir de «~{}~» a échoué. {}",
    "DiskCorrupted": "Échec du démarrage de la distribution, car son disque virtuel est endommagé.",
    "DistributionInstalled": "La distribution a été installée. Il peut être lancé via 'wsl.exe -d {}'",
    "DistributionListOnline": "Voici la liste des distributions valides qui peuvent être installées.\n"
    "Installez à l’aide de 'wsl.exe {} <Distro>'.\n",
    "DistributionNameNeeded": "Cette distribution ne contient pas de nom par défaut. Utilisez --name pour choisir le "
    "nom de distribution.",
    "DistroAlreadySet": "Le nom de distribution a déjà été défini.",
    "DistroInstallPathAlreadyExists": "L’emplacement d’installation fourni est déjà utilisé.",
    "DistroNameAlreadyExists": "Une distribution portant le nom fourni existe déjà. Utilisez --name pour choisir un "
    "autre nom.",
    "DistroNotFound": "Il n’existe aucune distribution avec le nom fourni.",
    "Downloading": "Téléchargement~: {}",
    "EnableVirtualization": "WSL2 ne peut pas démarrer, car la virtualisation n’est pas activée sur cet ordinateur.\n"
    "Vérifiez que le composant facultatif «~Plateforme d’ordinateur virtuel~» est activé et que la virtualisation est "
    "activée dans les paramètres du microprogramme de votre ordinateur.\n\n"
    "Activer «~Plateforme d’ordinateur virtuel~» en exécutant~: wsl.exe --install --no-distribution\n\n"
    "Pour plus d’informations, visitez https://aka.ms/enablevirtualization",
    "ErrorCode": "{}\nCode d'erreur~: {}",
    "FailedToAttachDisk": "Échec de l’attachement du disque «~{}~» à WSL2~: {}",
    "FailedToResizeDisk": "Échec de redimensionnement de disque.",
    "FailedToTranslate": "Échec de la traduction de «~{}~»",
    "HashMismatch": "Le code de hachage de la distribution ne correspond pas. {}, code de hachage réel~: {}",
    "ImportFailed": "Échec de l’importation de la distribution.",
    "InstallProcessFailed": "Le processus d’installation de la distribution «~{}~» a échoué avec le code de "
    "sortie~: {}.",
    "Installing": "Installation~: {}",
    "InstallingWindowsComponent": "Installation du composant facultatif Windows~: {}",
    "InvalidBoolean": "{} n’est pas un booléen valide, <true|false>",
    "InvalidCommandLine": "Argument de ligne de commande non valide~: {}\n"
    "Utilisez «~wsl.exe --help' pour obtenir la liste des arguments pris en charge.",
    "InvalidDistributionName": "Nom de distribution non valide~: «~{}~».\n"
    "Pour obtenir la liste des distributions valides, utilisez ' wsl.exe --list --online'.",
    "InvalidDistributionTar": "Le fichier importé n’est pas une distribution Linux valide.",
    "InvalidInstallDistributionName": "Nom de distribution non valide~: «~{}~».",
    "InvalidJson": "Document JSON invalide. Erreur d’analyse~: {}",
    "InvalidSize": "Taille non valide~: {}",
    "InvalidState": "Une installation, une désinstallation ou une conversion est en cours pour cette distribution.\n",
    "LaunchingDistro": "Lancement~: {}...",
    "LegacyDistributionVersionArgNotSupported": "Les inscriptions de distribution héritées ne prennent pas en charge "
    "l’argument --version .",
    "LocalSystemNotSupported": "L’exécution de WSL en tant que système local n’est pas prise en charge.",
    "MissingArgument": "L’argument de ligne de commande {} requiert une valeur.\n"
    "Utilisez «~wsl.exe --help' pour obtenir la liste des arguments pris en charge.",
    "NoDefaultDistro": "Sous-système Windows pour Linux n’a aucune distribution installée.\n"
    "Vous pouvez résoudre ce problème en installant une distribution avec les instructions ci-dessous~:\n\n"
    "Utiliser wsl.exe --list --online' pour répertorier les distributions disponibles\n"
    "et 'wsl.exe --install <Distro>' à installer.",
    "NoInstallDefault": "Aucune distribution par défaut n’a été configurée. Fournissez une distribution à installer.",
    "NoRunningDistro": "Aucune distribution en cours d'exécution.",
    "NotSupportedOnLegacyDistros": "«~{}~» n’est pas pris en charge lors de l’installation des distributions héritées.",
    "PackageVersions": "Version WSL : {}\nVersion du noyau : {}\nVersion WSLg : {}\nVersion MSRDC : {}\n"
    "Version direct3D : {}\nVersion DXCore : {}\nVersion Windows : {}",
    "PassVhdFlag": "Cela ressemble à un fichier VHD. Utilisez --vhd pour importer un VHD au lieu d’un tar.",
    "PrintDistroDefault": "{} (par défaut)",
    "RegisteredDistrosHeader": "Distributions du Sous-système Windows pour Linux~:",
    "RequiredParameterMissing": "Un paramètre obligatoire est manquant dans l’argument {}.",
    "RequiresFileExtension": "Le fichier spécifié doit avoir l’extension de fichier {}.",
    "RequiresFileExtensions": "Le fichier spécifié doit avoir l’extension de fichier {} ou {}.",
    "SeeLogFile": "Fichier journal~:{}",
    "SparseVhdDisabled": "La prise en charge des VHD espacés est actuellement désactivée en raison d’un risque "
    "potentiel de corruption des données.\n"
    "Pour forcer une distribution à utiliser un VHD espacé, veuillez exécuter~: \n"
    "wsl.exe --manage <DistributionName> --set-sparse true --allow-unsafe",
    "SparseVhdWsl2Only": "Le VHD partiellement alloué est pris en charge uniquement sur WSL2.",
    "StatusDefaultDistro": "Distribution par défaut~: {}",
    "StatusDefaultVersion": "Version par défaut~: {}",
    "UpdateFailed": "Échec de la mise à jour (code de sortie~: {}).",
    "UpdateNotNeeded": "La version la plus récente de Sous-système Windows pour Linux est déjà installée.",
    "UpdatingToVersion": "Mise à jour de Sous-système Windows pour Linux vers la version~: {}.",
    "UserNotFound": "Utilisateur introuvable.",
    "UsingLegacyDistribution": "Utilisation de l’inscription de distribution héritée. Envisagez d’utiliser une "
    "distribution basée sur le tar à la place.",
    "VhdInUse": "Impossible d’effectuer l’opération, car le disque dur virtuel est en cours d’utilisation. Pour forcer "
    "WSL à arrêter l’utilisation~: wsl.exe --shutdown",
    "VmModeConversionInfo": "Pour plus d'informations concernant les différences principales avec WSL 2, consultez "
    "https://aka.ms/wsl2\n",
    "WSL1Disabled": "La stratégie de l’ordinateur a désactivé WSL1.",
    "Wsl1NotSupported": "WSL1 n’est pas pris en charge avec votre configuration d’ordinateur actuelle.\n"
    "Veuillez activer le composant facultatif «~Windows Subsystem for Linux~» pour utiliser WSL1.\n",
    "Wsl2Needed": "Cette opération est uniquement prise en charge par WSL2.",
}

TEXTS = {name: text.replace("~", "\u00a0") for name, text in _TEXTS.items()}
