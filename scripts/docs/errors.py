# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page Troubleshooting, made from the tables and functions that the collection itself uses for its messages."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import replace
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import (
    containers,
    observe,
    report,
    toolkit_state,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import packages
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import installer_log
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import repair as driver_repair
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import legacy_keys, openpgp
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import STOP, WARN, Verdict
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import search_path, smoke_test
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import Distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.network import Network
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.nvidia import Gpu
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.pending_reboot import PendingReboot
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.power import Power
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.security import Security
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.state import HostState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.windows import Windows
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.wsl import Wsl
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import winrs_errors
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.known_error import KnownError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight import rows as preflight_rows
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight.needs import Needs
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import program_errors
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe import errors
from winrm.exceptions import AuthenticationError, WSManFaultError

from scripts.docs.blank import blank
from scripts.docs.markup import table_row

CATALOGUE = (*errors.CATALOGUE, *program_errors.CATALOGUE)
PATH = Path("docs/docsite/rst/troubleshooting.rst")

_NVIDIA = "https://developer.download.nvidia.com/compute"
_HOST, _USER = "laptop-17.example.com", "fleet-admin@CORP.EXAMPLE.COM"
Row = tuple[str, str, str]
"""Error text or code, cause, remedy."""

_HEAD = """..
  Copyright (c) 2026 The wslfleet contributors
  GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

..
  Made by `python -m scripts.docs` from the tables that the collection uses; changes here are lost.

.. _ansible_collections.wslfleet.cuda.docsite.troubleshooting:

Troubleshooting
===============

Every failure is one line: what failed, where, and what to do. This page lists the same texts, so that you can
search for them. Windows prints errors in the language of the laptop; search for the code, which is the same in every
language.

.. contents::
   :local:
   :depth: 1
"""

_ANSIBLE_ROWS: list[Row] = [
    (
        "``the playbook: wslfleet.cuda.provision could not be found``",
        "this Ansible does not find the collection",
        "``ansible-galaxy collection install wslfleet.cuda``; ``ansible-galaxy collection list`` shows the search path",
    ),
    (
        "``couldn't resolve module/action 'wslfleet.cuda.…'``",
        "the same, in your own playbook",
        "the same; a ``requirements.yml`` keeps it with your playbooks",
    ),
    (
        "``Could not match supplied host pattern, ignoring: laptops`` and ``skipping: no hosts matched``",
        "the inventory has no such group, or ``-i`` names another file. Nothing was done",
        "name the group ``laptops``, or set ``wslfleet_hosts``",
    ),
    (
        "``Decryption failed`` or ``Attempting to decrypt but no vault secrets found``",
        "the password of the vault is missing or wrong",
        "``--ask-vault-pass``, or a vault password file",
    ),
    (
        "``Permission denied`` with ``DEFAULT_LOCAL_TMP``",
        "another user, usually root, created ``~/.ansible``",
        "make yourself the owner again: ``sudo chown -R $USER ~/.ansible``",
    ),
]


def page() -> str:
    """The whole page."""
    sections = [
        _section(
            "Ansible stops before it asks a laptop",
            "These texts are Ansible's own.",
            ("Error text", "Cause", "Remedy"),
            _ANSIBLE_ROWS,
        ),
        _section(
            "The laptop is unreachable",
            "The text after the name of the host, and the error of the network or of Windows.",
            ("Error text", "Cause", "Remedy"),
            _connection_rows(),
        ),
        _section(
            "The preflight stops or warns",
            ":ansplugin:`wslfleet.cuda.host_info#module` and the role :ansplugin:`wslfleet.cuda.windows_host#role`\n"
            "examine the host before anything is changed. *stop* ends the run on this host, *warn* does not.\n"
            "The second column is an example.",
            ("Check", "What is seen", "Remedy"),
            _preflight_rows(),
        ),
        *(
            _section(
                f"Exit codes of {program.split()[0]}" if program == errors.WSL_EXIT else f"Codes of {program}",
                "The code as it is in the message, or as the program prints it.",
                ("Code", "Cause", "Remedy"),
                [(_code(entry), entry.meaning, entry.remedy) for entry in entries],
            )
            for program, entries in itertools.groupby(
                (*errors.CATALOGUE, *program_errors.CATALOGUE), lambda entry: entry.program
            )
        ),
        _section(
            "The audit of the distribution finds something",
            ":ansplugin:`wslfleet.cuda.cuda_audit_info#module` says what it checked, what it found and what to do.\n"
            "The second column is an example.",
            ("Check", "What is seen", "Remedy"),
            _audit_rows(),
        ),
        _section(
            "The CUDA program does not run",
            "The verdicts of :ansplugin:`wslfleet.cuda.cuda_smoke_test#module`.",
            ("Verdict", "Remedy"),
            [(f"``{verdict}``", remedy) for verdict, remedy in smoke_test.REMEDIES.items() if remedy],
        ),
    ]
    return "\n".join([_HEAD, *sections])


def _code(entry: KnownError) -> str:
    return ", ".join(f"``{spelling}``" for spelling in (entry.code, *entry.aliases))


def _connection_rows() -> list[Row]:
    """Every sentence of _winrs_errors, by letting it describe each kind of failure."""
    failures: list[Exception] = [
        AuthenticationError("the credentials were rejected"),
        WSManFaultError(500, "", "", "", wsman_fault_code=5),
        *(Exception(sign) for sign, _what, _remedy in winrs_errors._NETWORK_SIGNS),
        Exception("CERTIFICATE_VERIFY_FAILED: certificate verify failed: Hostname mismatch"),
        Exception("CERTIFICATE_VERIFY_FAILED: certificate verify failed: self-signed certificate"),
    ]
    rows = []
    for failure in failures:
        told = str(winrs_errors.describe_failure(failure, _HOST, _USER, "")).removeprefix(f"{_HOST}: ")
        cause, _colon, remedy = told.partition(": ")
        rows.append((cause, f"``{_sign(failure)}``", remedy))
    return rows


def _sign(failure: Exception) -> str:
    return "Access is denied (fault 0x5)" if isinstance(failure, WSManFaultError) else str(failure)


def _preflight_rows() -> list[Row]:
    old = blank(Windows, product="Windows 10 Pro", build=18363, ubr=1556)
    bare = blank(HostState, drives=frozenset("C"), free_bytes=5 * 1024**3, windows=old)
    bare.wsl.policies["AllowWSL"] = 0
    gpu = blank(Gpu, name="NVIDIA GeForce RTX 4070 Laptop GPU", driver_version="472.12")
    older = replace(gpu, compute_capability="8.9")
    pending = blank(PendingReboot, reasons=["Windows Update waits for a restart"], wsl_files=["wsl.exe"])
    key = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Lxss\\{8d0f…} without BasePath"
    damaged = blank(HostState, gpus=[older], pending=pending, damaged_registrations=[key])
    states = [bare, damaged, *_troubled_states(gpu)]
    needs = Needs(toolkit="12.6", paths={"windows_host_distribution_location": "E:\\wsl"})
    lenient = replace(needs, minimum_driver="450")
    found = [verdict for state in states for verdict in preflight_rows.preflight(state, needs)]
    return _rows([*found, *preflight_rows.preflight(damaged, lenient)])


def _out_of_date(wsl: tuple[str, ...]) -> observe.State:
    """A distribution in which things were right once."""
    copy, nvcc = "/usr/lib/x86_64-linux-gnu/libcuda.so.1", "/usr/local/cuda-12.8/bin/nvcc"
    gone = {"/etc/cdi/nvidia.yaml": ("/usr/lib/wsl/drivers/nvlti.inf_amd64_1/libcuda.so.1.1",)}
    nobody = search_path.FirstNvcc("sh, sudo and what wsl.exe starts", "", "")
    old = {"libnccl2": "2.11.4-1+cuda11.5", "libucx0": "1.8.1-2"}
    libraries = tuple(blank(dpkg.Package, name=name, version=version, code="ii") for name, version in old.items())
    return blank(
        observe.State,
        repair=blank(driver_repair.State, copies=(copy,), database=dpkg.Database(libraries, False)),
        wsl_files=wsl,
        picks={"libcuda.so.1": copy},
        toolkit=blank(toolkit_state.State, nvcc=nvcc, first_nvccs=(nobody,), libraries="/usr/local/cuda-12.8/lib64"),
        containers=blank(containers.State, version=packages.RECOMMENDED, gone=gone),
    )


def _rows(verdicts: t.Iterable[Verdict]) -> list[Row]:
    """Those of VERDICTS that warn or stop, each level and remedy of a row once."""
    found: dict[tuple[str, str, str], Row] = {}
    for verdict in verdicts:
        if verdict.level in (WARN, STOP):
            row = (f"``{verdict.id}`` ({verdict.level})", verdict.seen, verdict.remedy)
            found.setdefault((verdict.id, verdict.level, verdict.remedy), row)
    return [row for _key, row in sorted(found.items())]


def _troubled_states(gpu: Gpu) -> list[HostState]:
    """Laptops with everything that a verdict warns of, one way and the other."""
    package = Wsl("2.6.3.0", None, {}, {}, starts=False)
    blocked = ("\\Device\\HarddiskVolume3\\Program Files\\WSL\\wsl.exe at 2026-11-22T20:15:00Z",)
    admin = User("S-1-5-21-1-2-3-1001", "fleet-admin", "C:\\Users\\fleet-admin", True, True)
    ubuntu = blank(Distribution, name="Ubuntu-24.04", state="installed")
    turing = replace(gpu, compute_capability="7.0", driver_model="TCC", driver_version="580.88")
    return [
        blank(
            HostState,
            wsl=package,
            gpus=[turing, replace(turing, driver_model="WDDM")],
            users=[admin],
            distributions={admin.sid: [replace(ubuntu, version=1)]},
            hypervisor=False,
            manufacturer="LENOVO",
            free_bytes=5 * 1024**3,
            power=Power(True, True, 20, 600, 600),
            network=Network(automatic="http://wpad.corp.example/proxy.pac", wireless_only=True),
            security=Security(True, True, blocked, 1, 2, ("HKLM: echo hello",), True),
        ),
        blank(
            HostState,
            wsl=Wsl(None, None, {}, {}, store=True, features={"VirtualMachinePlatform": True}),
            gpus=[replace(turing, compute_capability="5.2"), replace(turing, compute_capability="5.2")],
            nvidia_hardware=True,
            network=Network(proxy="proxy.corp.example:8080"),
            security=Security(bitlocker_pin=2, blocked_wsl=blocked),
            power=Power(True),
        ),
        blank(HostState, wsl=replace(package, starts=None, kernel="4.19.84"), gpus=[turing], drives=frozenset("C")),
        blank(HostState, wsl=replace(package, starts=None), nvidia_hardware=True, gpus=[]),
        blank(HostState, gpus=[replace(turing, compute_capability="12.0", driver_model="WDDM")]),
    ]


def _audit_rows() -> list[Row]:
    """What the judges of the audit say about distributions in which everything is wrong."""
    driver = blank(dpkg.Package, name="nvidia-driver-570", version="570.86.10-0ubuntu1", code="iU")
    metapackage = blank(dpkg.Package, name="cuda-12-8", version="12.8.0-1", code="ii")
    repair = blank(
        driver_repair.State,
        database=dpkg.Database((driver, metapackage), True),
        drivers=(driver,),
        strays=("/usr/lib/x86_64-linux-gnu/libcuda.so.1",),
        shadowed={"libcuda.so.1": "/usr/lib/x86_64-linux-gnu/libcuda.so.1"},
        installed=blank(installer_log.Installed, version="570.86.10"),
    )
    key = "/etc/apt/trusted.gpg"
    line = f"deb {_NVIDIA}/machine-learning/repos/ubuntu1804/x86_64 /"
    legacy = blank(
        legacy_keys.State,
        keyrings={key: b""},
        removals={key: blank(openpgp.Removal)},
        sources={"/etc/apt/sources.list.d/nvidia-ml.list": line},
    )
    candidates = {"nvidia-driver-570": "570.86.10-0ubuntu1"}
    wsl = ("libcuda.so.1", "nvidia-smi")
    older = "/usr/local/cuda-12.4/bin/nvcc"
    worst = blank(
        observe.State,
        repair=repair,
        legacy=legacy,
        kernel="Linux version 4.4.0-19041-Microsoft",
        wsl_files=wsl,
        dkms=("/var/lib/dkms/nvidia",),
        library_path=("/etc/environment",),
        guard_missing=("/etc/apt/preferences.d/00-wslfleet-guard.pref",),
        open_candidates=candidates,
        nvidia_smi="/usr/bin/nvidia-smi",
        toolkit=blank(
            toolkit_state.State,
            nvcc="/usr/local/cuda-12.8/bin/nvcc",
            first_nvccs=(search_path.FirstNvcc("anna's login shell (/home/anna/.profile)", older, older),),
            sources={"/etc/apt/sources.list.d/cuda.list": f"deb {_NVIDIA}/cuda/repos/ubuntu2404/x86_64/ /"},
            commands_missing=("/usr/local/bin/nvcc",),
        ),
        containers=blank(containers.State, version="1.18.0-1"),
    )
    unread = blank(legacy_keys.State, unread={key: "not a keyring"})
    others = [
        blank(observe.State, kernel="Linux version 5.4.72-microsoft-standard-WSL2", legacy=unread, wsl_files=wsl),
        blank(observe.State, open_candidates=candidates),
        _out_of_date(wsl),
    ]
    return _rows(row for seen in [worst, *others] for row in report.rows(seen))


def _section(title: str, text: str, head: t.Sequence[str], rows: t.Sequence[t.Sequence[str]]) -> str:
    widths = {2: "32 68", 3: "32 30 38"}[len(head)]
    return section(title, text, widths, [head, *([cell(part) for part in row] for row in rows)])


def section(title: str, text: str, widths: str, rows: t.Sequence[t.Sequence[str]]) -> str:
    """A section with a table: ROWS of RST, the first one its head; WIDTHS of the columns in per cent."""
    lines = [
        title,
        "-" * len(title),
        "",
        text,
        "",
        ".. list-table::",
        "   :header-rows: 1",
        f"   :widths: {widths}",
        "",
    ]
    for row in rows:
        lines += table_row(row)
    return "\n".join([*lines, ""])


def cell(text: str) -> str:
    """TEXT of a message as RST: code between single backticks becomes literal, a lone backslash stays one."""
    if "``" in text:
        return text
    parts = text.split("`")
    return "".join(
        part.replace("\\", "\\\\").replace("*", "\\*").replace("@", "\\@") if index % 2 == 0 else f"``{part}``"
        for index, part in enumerate(parts)
    )
