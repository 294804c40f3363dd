# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page about the rows of the audit: titles and sections from the collection, levels from its code, words from here.

A check or a level that is in the code and not on this page, or the other way round, keeps the page from being made.
"""

from __future__ import annotations

import textwrap
import typing as t
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import guide

from scripts.docs import verdicts
from scripts.docs.errors import cell, section

PATH = Path("docs/docsite/rst/audit_rows.rst")

_HEAD = """..
  Copyright (c) 2026 The wslfleet contributors
  GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

..
  Made by `python -m scripts.docs` from the code of the checks and the words in scripts/docs; changes here are lost.

.. _ansible_collections.wslfleet.cuda.docsite.audit_rows:

The audit, row by row
=====================

NVIDIA's "CUDA on WSL User Guide" asks for some things and explains others. Each of them is a row here, G1 to G24.
The audit shows every row for every laptop: what was checked, what was found, and what to do.
:ansplugin:`wslfleet.cuda.host_info#module` checks Windows, :ansplugin:`wslfleet.cuda.cuda_audit_info#module` checks a
distribution.

.. code-block:: console

   $ ansible-playbook -i inventory.yml wslfleet.cuda.audit

The table at the end shows ``warn`` and ``stop``. The fact ``wslfleet_findings`` of each laptop contains every row.
The variable ``wslfleet_levels`` selects the levels to show, see
:ref:`ansible_collections.wslfleet.cuda.docsite.day_two`. The exact texts of the messages are on the page
:ref:`ansible_collections.wslfleet.cuda.docsite.troubleshooting`.

.. list-table::
   :header-rows: 1
   :widths: 14 86

   * - level
     - what it means
   * - ``ok``
     - as the guide requires
   * - ``info``
     - information: it does not apply here, is not known, or cannot be changed on this laptop
   * - ``warn``
     - CUDA works, but somebody should fix this
   * - ``stop``
     - CUDA does not work in WSL, or the laptop must not be changed before this is done

Section numbers are those of older editions of the guide (12.5, for example). Editions 12.9 and later begin with an
overview, so each chapter number is one higher there.

.. contents::
   :local:
   :depth: 1
"""

_DRIVER = "update the NVIDIA driver on Windows, never inside WSL"
_INSTALL_DRIVER = "install the NVIDIA driver for Windows if there is a GPU"
_REPAIR = "run ``wslfleet.cuda.repair``"
_PROVISION = "run ``wslfleet.cuda.provision``"
_CONTAINERS = "run ``wslfleet.cuda.containers``"
_GUARD = "run :ansplugin:`wslfleet.cuda.cuda_guard#module`"
_NOTHING = "nothing"
_READ = {guide.WINDOWS: "on Windows", guide.LINUX: "inside each distribution"}

Words = t.Mapping[str, t.Tuple[str, str]]
"""Level -> (when, what to do)."""

ABOUT = {
    "G1": "The driver on Windows is the only driver. It contains ``libcuda.so`` for WSL.",
    "G2": "Handles of GPU memory that one process opens and another uses (``cudaIpcGetMemHandle``).",
    "G3": "CUDA in WSL needs Pascal or later (compute capability 6.0); toolkit 13 needs Turing (7.5).",
    "G4": "WSL can use only GPUs in WDDM mode. TCC mode, and Tesla cards that have no other mode, do not work.",
    "G5": "Windows 11, or Windows 10 21H2 (build 19044, or 19043 with revision 1263) and later.",
    "G6": "WSL needs virtualization, a feature of Windows, a package, and must not be forbidden by a policy.",
    "G7": "The guide requires kernel 4.19.121 and recommends 5.10.16, which ``wsl.exe --update`` installs.",
    "G8": "Which distributions are registered, for whom, and whether they are WSL 2.",
    "G9": "A Linux driver hides the driver that WSL provides. Several checks look for it, and for the guard.",
    "G10": "NVIDIA's key ``7fa2af80`` was replaced in April 2022, and must be removed.",
    "G11": "Which toolkits are installed, which is the default one, and what driver they need.",
    "G12": "NVIDIA's repositories for ordinary Ubuntu and Debian contain drivers in addition to the toolkit.",
    "G13": "``cuda`` and similar packages install a driver from every repository except the one for WSL.",
    "G14": "Which parts of a toolkit are installed, named as in the variable ``cuda_components``.",
    "G15": "Existing programs need only ``libcuda``; new ones need nvcc, a g++ that nvcc supports, and a C library.",
    "G16": "The minimum version of the guide does not work well: 1.19.1 is recommended. Only ``--gpus all`` works.",
    "G17": "Each tool needs a generation of GPUs, a driver and, in one case, a build of Windows.",
    "G18": "NCCL from 2.12, RAPIDS from 22.04, UCX from 1.10 (experimental, one GPU). Only packages are checked.",
    "G19": "WSL adds its folder to the PATH of programs that it starts; root, sudo and cron do not have it.",
    "G20": (
        "Pinned memory is limited, and managed memory uses the memory of WSL. The virtual machine has the memory that"
        " ``.wslconfig`` and the laptop allow, so each distribution shows it. The guide gives no number."
    ),
    "G21": "Limits of CUDA in WSL on every laptop. They are listed so that they are not mistaken for a fault.",
    "G22": "The guide's error when a container starts: an old specification of the GPU, or an engine without runtime.",
    "G23": "Without a kernel, or with an old one, ``wsl.exe`` warns and waits for a key, which blocks remote sessions.",
    "G24": "The step after the installation: every shell finds the commands of the default toolkit, every program its"
    " libraries, and several toolkits stay side by side.",
    "": "The guide does not mention these, but they can block a remote administrator. In the table they have no row.",
}
"""Row -> what it means. The last one is that of the checks that belong to no row."""


def _tool(needs: str) -> Words:
    return {
        "ok": (f"GPU, driver and Windows are new enough ({needs})", _NOTHING),
        "info": ("the GPU is older or not known; or the driver or Windows is so old that a row stops", "see that row"),
        "warn": ("the GPU is new enough, the driver or Windows is too old", f"{_DRIVER}; update Windows"),
    }


def _library(name: str, remedy: str) -> Words:
    return {
        "ok": (f"the package of {name} is new enough", _NOTHING),
        "info": ("it is not installed as a package", f"if it is wanted, {remedy}"),
        "warn": ("the package is older than what works in WSL", remedy),
    }


def _limit(limit: str, instead: str) -> Words:
    return {"info": (limit, instead)}


CHECKS: dict[str, Words] = {
    "architecture": {
        "ok": ("a 64-bit processor of Intel or AMD", _NOTHING),
        "stop": ("another processor: there is no CUDA for WSL on it", "take another laptop"),
    },
    "nvidia_driver": {
        "ok": ("at least 495, and what the chosen toolkit needs (12: 527.41, 13: 580)", _NOTHING),
        "warn": ("no NVIDIA driver on Windows", _INSTALL_DRIVER),
        "stop": ("older", _DRIVER),
    },
    "wsl_libcuda": {
        "ok": ("the driver has put ``libcuda.so`` where WSL takes it from, or there is no GPU", _NOTHING),
        "warn": ("it is not there", "reinstall the driver on Windows"),
    },
    "legacy_ipc": {
        "ok": ("driver 510 or later", _NOTHING),
        "info": ("no NVIDIA driver on Windows, or ``nvidia_driver`` stops", "see that row"),
        "warn": ("driver below 510", _DRIVER),
    },
    "nvidia_gpu": {
        "ok": ("an NVIDIA GPU with a driver", _NOTHING),
        "warn": ("none, or one without a driver: programs compile and do not run", _INSTALL_DRIVER),
    },
    "compute_capability": {
        "ok": ("the toolkit builds for this GPU, or there is none", _NOTHING),
        "info": ("not known", "allow the use of ``nvidia-smi.exe``"),
        "warn": ("newer than the toolkit's machine code, or too old by its PCI id alone", "choose another toolkit"),
        "stop": ("too old for the toolkit or for WSL", "choose a 12.x toolkit, or take another laptop"),
    },
    "driver_model": {
        "ok": ("WDDM, or no GPU", _NOTHING),
        "warn": ("one of several GPUs is in TCC mode, or the registry says so", "``nvidia-smi -dm 0``, then restart"),
        "stop": ("every GPU is in TCC mode", "``nvidia-smi -dm 0``, then restart"),
    },
    "drives": {
        "ok": ("no variable names a path on the host, or each drive is there", _NOTHING),
        "info": ("the drives could not be read; or one is missing that this laptop no longer needs", "check the paths"),
        "stop": ("one is missing, and the account has no distribution yet", "name a path on a drive of this laptop"),
    },
    "windows_build": {
        "ok": ("new enough", _NOTHING),
        "stop": ("older", "update Windows"),
    },
    "wsl_policy": {
        "ok": ("no policy forbids WSL", _NOTHING),
        "stop": ("the policy ``AllowWSL`` forbids it", "have the policy changed"),
    },
    "wsl_kind": {
        "ok": ("the MSI package, or no WSL yet", _NOTHING),
        "info": ("no WSL, and this Windows cannot fetch it itself", "name the package, or update Windows first"),
        "warn": ("only the Store's WSL or that of Windows", _PROVISION),
    },
    "features": {
        "ok": ("``VirtualMachinePlatform`` is in effect", _NOTHING),
        "info": ("it is off, or chosen and not in effect", _PROVISION + "; restart"),
    },
    "virtualization": {
        "ok": ("the hypervisor did not fail in this boot", _NOTHING),
        "info": ("nothing has tried to start it yet", "wait for the first start of WSL"),
        "stop": ("it failed", "turn virtualization on in the firmware; the message names the menu"),
    },
    "wsl_files": {
        "ok": ("no file of WSL waits for a restart", _NOTHING),
        "warn": ("the next restart would delete or replace files of WSL", "repair WSL before the restart"),
    },
    "kernel": {
        "ok": ("the running kernel is 5.10.16 or later", _NOTHING),
        "warn": ("older, from 4.19.121 on, or it could not be read", "``wsl.exe --update``"),
        "stop": ("below 4.19.121", "``wsl.exe --update``"),
    },
    "wsl_registrations": {
        "ok": ("every registered distribution has a name and a folder", _NOTHING),
        "warn": ("one has not, and WSL fails while it is there", "save its disk, delete its key"),
    },
    "distributions": {
        "ok": ("those of every user whose profile is loaded, with owner, WSL 1 or 2, default", _NOTHING),
        "info": ("none", _PROVISION),
        "warn": ("one of them is WSL 1, which has no GPU", "``wsl.exe --set-version NAME 2`` by its owner"),
    },
    "driver_packages": {
        "ok": ("no package of a Linux driver, and no remains of one", _NOTHING),
        "stop": ("their names and states", _REPAIR),
    },
    "dpkg_states": {
        "ok": ("every package is configured", _NOTHING),
        "stop": ("packages are half installed, or dpkg was interrupted", _REPAIR),
    },
    "run_file": {
        "ok": ("no driver from NVIDIA's ``.run`` file", _NOTHING),
        "stop": ("one was installed", _REPAIR),
    },
    "stray_files": {
        "ok": ("no driver file outside WSL's folder", _NOTHING),
        "warn": ("copies of WSL's files, stale after the next driver", "put links in their place"),
        "stop": ("files of a driver that no package owns", _REPAIR),
    },
    "loader": {
        "ok": ("programs get WSL's ``libcuda.so.1``", _NOTHING),
        "info": ("WSL hands none in", "see the rows about the driver on Windows"),
        "warn": ("a copy of WSL's file", "put a link in its place"),
        "stop": ("another file, or none", _REPAIR),
    },
    "ld_wsl_conf": {
        "ok": ("the loader's configuration contains WSL's folder", _NOTHING),
        "warn": ("it is not, or ``/etc/wsl.conf`` forbids it", _REPAIR + "; or allow it"),
    },
    "library_path": {
        "ok": ("no LD_LIBRARY_PATH and no PATH hides WSL's folder", _NOTHING),
        "warn": ("file and line that do", "remove it, or put WSL's folder before it"),
    },
    "dkms": {
        "ok": ("no kernel module of NVIDIA", _NOTHING),
        "warn": ("modules or their sources", _REPAIR),
    },
    "guard": {
        "ok": ("the files of the guard are in place", _NOTHING),
        "warn": ("some are missing", _GUARD),
    },
    "pin_effect": {
        "ok": ("apt would install no driver package", _NOTHING),
        "warn": ("it would, and the guard is not complete", _GUARD),
        "stop": ("it would despite the guard, or this cannot be determined", "the message says which file to check"),
    },
    "old_keys": {
        "ok": ("the key is nowhere", _NOTHING),
        "warn": ("a file that cannot be read and may contain it", "check it by hand"),
        "stop": ("the files that contain it", "run :ansplugin:`wslfleet.cuda.cuda_legacy#module`"),
    },
    "stale_sources": {
        "ok": ("none", _NOTHING),
        "warn": (
            "sources that are retired, broken or there twice",
            "run :ansplugin:`wslfleet.cuda.cuda_legacy#module`",
        ),
    },
    "toolkit": {
        "ok": ("versions, the default one, the driver that they need", _NOTHING),
        "info": ("none is installed", _PROVISION),
    },
    "toolkit_source": {
        "ok": ("the repository for WSL, a mirror, a local installer; or another one with the guard", _NOTHING),
        "info": ("no repository with a toolkit is set up", "set one up if updates are wanted"),
        "warn": ("a repository that also contains drivers, and no guard", _GUARD),
    },
    "metapackages": {
        "ok": ("none of ``cuda``, ``cuda-X-Y``, ``cuda-runtime-X-Y``", _NOTHING),
        "warn": ("their names", "mark the toolkit as manually installed, then purge them"),
    },
    "components": {
        "ok": ("for each version the whole toolkit, or its parts", _NOTHING),
        "info": ("none is installed", "name them in ``cuda_components``"),
    },
    "compile": {
        "ok": ("nvcc and g++ have compiled a program, and it ran on the GPU", _NOTHING),
        "info": (
            "no nvcc; or nothing was tried with this compiler and driver; or no GPU was there",
            "run the smoke test",
        ),
        "warn": (
            "no g++, one that nvcc refuses, a C library that is too new, or the program failed",
            "see the message",
        ),
    },
    "containers": {
        "ok": ("1.19.1 or later; or Docker Desktop, which provides the GPU itself", _NOTHING),
        "info": ("it is not installed", _CONTAINERS + " if containers are wanted"),
        "warn": ("older than 1.19.1", _CONTAINERS),
    },
    "compute_sanitizer": _tool("Pascal or later"),
    "nsight_systems": _tool("Volta or later; this includes traces by CUPTI"),
    "debuggers": _tool("Pascal or later, driver 535"),
    "profilers": _tool("Volta or later; driver 525 on Windows 11, 545 and build 19044 on Windows 10"),
    "nccl": _library("NCCL", "set ``cuda_extra_libraries``"),
    "ucx": _library("UCX", "install it with conda or pip"),
    "rapids": {"info": ("always: it is in no package, and environments are not checked", "``pip list``")},
    "nvidia_smi": {
        "ok": ("WSL's program is the first one, and root finds it", _NOTHING),
        "info": ("WSL hands none in", "see the rows about the driver on Windows"),
        "warn": ("another one comes first, or root finds none", f"{_REPAIR}, or {_PROVISION}"),
    },
    "memory": {"info": ("always: memory and swap of WSL", "``windows_host_wsl_config`` (``memory``, ``swap``)")},
    "managed_memory": _limit("always: managed memory works in part, and slowly", "allocate and copy"),
    "concurrent_access": _limit("always: no access by processor and GPU at once", "query the attribute, synchronise"),
    "nvml": _limit("always: NVML shows and sets less", "use it on Windows"),
    "opengl_interop": _limit("always: no buffers shared with OpenGL", "copy"),
    "container_start": {
        "ok": ("the specification of the GPU is for the current driver, every engine has the runtime", _NOTHING),
        "info": ("the container toolkit is not installed", "see ``containers``"),
        "warn": ("an old specification, or an engine without the runtime", _CONTAINERS),
    },
    "wsl_kernel": {
        "ok": ("the package of WSL contains 4.19.121 or later", _NOTHING),
        "info": ("no WSL, or its kernel is not known", _PROVISION),
        "warn": ("an older one", "``wsl.exe --update``"),
    },
    "nvcc": {
        "ok": ("every shell of every user finds the nvcc of the default toolkit", _NOTHING),
        "info": ("the default toolkit has none", _PROVISION),
        "warn": ("whose shell finds another one, or none", "remove it from that PATH, or move it to the end"),
    },
    "toolkit_path": {
        "ok": ("profile, commands and the loader lead to the default toolkit", _NOTHING),
        "info": ("there is no default toolkit with a compiler", _PROVISION),
        "warn": ("which of these files is missing or was changed", _PROVISION),
    },
    "account": {
        "ok": ("the logon is a user's account", _NOTHING),
        "stop": ("it is LocalSystem, which WSL refuses", "connect as an administrator's account"),
    },
    "elevation": {
        "ok": ("the logon has administrator rights", _NOTHING),
        "info": (
            "from inside: WSL was started without",
            "run the commands that a run shows, or start WSL as administrator",
        ),
        "stop": ("it has none", "use a domain account, or set ``LocalAccountTokenFilterPolicy``"),
    },
    "administrator_protection": {
        "ok": ("off", _NOTHING),
        "stop": ("on: distributions would belong to a hidden account", "turn it off, or hand over"),
    },
    "app_control": {
        "ok": ("``wsl.exe`` starts, or nothing has blocked one", _NOTHING),
        "warn": ("one was blocked, or ``wsl.exe`` did not answer", "allow it; restart or repair WSL"),
        "stop": ("``wsl.exe`` does not start", "allow it; repair WSL"),
    },
    "autorun": {
        "ok": ("no AutoRun command of ``cmd.exe`` prints anything", _NOTHING),
        "warn": ("one does", "delete it, or let it print nothing"),
    },
    "battery": {
        "ok": ("on mains", _NOTHING),
        "info": ("not asked", "``gather_subset: [battery]``"),
        "warn": ("on battery", "plug it in"),
    },
    "bitlocker_pin": {
        "ok": ("no policy asks for a PIN", _NOTHING),
        "info": ("a policy allows one", "restart while its user is there"),
        "warn": (
            "a policy requires one: the laptop waits for it after a restart",
            "restart while its user is there",
        ),
    },
    "certificates": {
        "ok": ("the organisation distributes no root certificate", _NOTHING),
        "info": ("it does", "add them to distributions if the proxy inspects TLS"),
    },
    "free_space": {
        "ok": ("enough on C:", _NOTHING),
        "info": ("it could not be read", "check it"),
        "warn": ("little, and everything is installed", "free some"),
        "stop": ("too little for a first installation", "free some"),
    },
    "pending_reboot": {
        "ok": ("no restart is pending", _NOTHING),
        "warn": ("what waits for one", "restart, or set ``windows_host_reboot``"),
    },
    "proxy": {
        "ok": ("none", _NOTHING),
        "info": ("its address", "set it in the variables if necessary"),
        "warn": ("a script sets it, which programs do not evaluate", "set it in the variables"),
    },
    "sleep": {
        "ok": ("the laptop stays awake for half an hour", _NOTHING),
        "info": ("earlier on battery, which it is not known to run on; or not known", "keep it awake"),
        "warn": ("it falls asleep earlier on what it runs on", "keep it awake; an interrupted run is resumed"),
    },
    "wireless": {
        "ok": ("a wired adapter has an address", _NOTHING),
        "info": ("not known", "after a restart Wi-Fi may need a logon"),
        "warn": ("only Wi-Fi does", "after a restart it may need a logon"),
    },
}
"""Check -> what each of its levels says."""

_UNTOLD = [
    ("``distribution`` (warn)", "none is registered for the account, or its user is away", _PROVISION),
    ("``distribution`` (stop)", "the audit of a user's distribution failed", "see the message"),
    ("``not_looked_at`` (info)", "the row was not checked, and why", "as the row says"),
]


def page() -> str:
    """The whole page. Raises ValueError where it and the code tell different things."""
    told = verdicts.told()
    if problems := disagreements(told):
        raise ValueError(f"{PATH}: {'; '.join(problems)}: change CHECKS and ABOUT in {__name__}")
    rows = [_row(row, told) for row in guide.ROWS]
    untold = section(
        "Rows that could not be checked",
        "Without a distribution, or without its user, the rows of the Linux side are shown as well.",
        "26 44 30",
        [("Check", "When", "What to do"), *_UNTOLD],
    )
    others = section("Checks beside the guide", ABOUT[""], "26 44 30", _table("", told))
    return "\n".join([_HEAD, *rows, untold, others])


def disagreements(told: t.Mapping[str, verdicts.Told]) -> list[str]:
    """Where TOLD, which is what the code says, is not what the words say; one text each."""
    found = [f"{name} has no words" for name in sorted(set(told) - set(CHECKS))]
    found += [f"no code tells {name}" for name in sorted(set(CHECKS) - set(told))]
    for name in sorted(set(told) & set(CHECKS)):
        if wrong := sorted(told[name].levels ^ set(CHECKS[name])):
            found.append(f"{name} differs in {', '.join(wrong)}")
    rows = {entry.row for entry in told.values()}
    return found + [f"row {row or 'without a name'} differs" for row in sorted(rows ^ set(ABOUT))]


def _row(row: guide.Row, told: t.Mapping[str, verdicts.Told]) -> str:
    where = f"Section {row.section} of the guide; read {' and '.join(_READ[side] for side in row.sides)}."
    text = textwrap.fill(f"{ABOUT[row.id]} {where}", 118, break_long_words=False, break_on_hyphens=False)
    return section(f"{row.id} {row.title}", text, "26 44 30", _table(row.id, told))


def _table(row: str, told: t.Mapping[str, verdicts.Told]) -> list[tuple[str, str, str]]:
    return [
        ("Check", "When", "What to do"),
        *(
            (f"``{name}`` ({level})", cell(words[level][0]), words[level][1])
            for name, words in CHECKS.items()
            if told[name].row == row
            for level in verdicts.LEVELS
            if level in words
        ),
    ]
