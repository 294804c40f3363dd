# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The company's certificate authorities in the distribution's store: only those that were asked for.

They are in our own folder below /usr/local/share/ca-certificates, which update-ca-certificates(8) adds to the bundle
that apt, curl, Python and others read. Everything in that folder is ours.
"""

from __future__ import annotations

import os
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction as apt_transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import certificate as network_certificate
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

FOLDER = "/usr/local/share/ca-certificates/wslfleet"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
PROGRAM = "/usr/sbin/update-ca-certificates"
PACKAGE = "ca-certificates"
INSTALL_SECONDS = 600.0
"""How long the module waits for the package (400 kB)."""


@dataclass(frozen=True)
class Plan:
    """What has to happen."""

    changes: t.Tuple[system_changes.FileChange, ...] = ()
    rebuild: bool = False
    """Whether the bundle must be rebuilt."""
    install: bool = False
    """Whether the package that makes the bundle is missing."""

    @property
    def steps(self) -> t.List[str]:
        """In words."""
        said = [f"install {PACKAGE}"] if self.install else []
        for change in self.changes:
            said.append(f"{'distrust' if change.after is None else 'trust'} {os.path.basename(change.path)[:-4]}")
        return said + (["update-ca-certificates"] if self.rebuild else [])


def read(texts: t.Iterable[str]) -> t.List[network_certificate.Certificate]:
    """The certificates in TEXTS (PEM), each once, sorted by name. Raises Failure for one that is not an authority."""
    found: t.Dict[str, network_certificate.Certificate] = {}
    for text in texts:
        try:
            certificates = network_certificate.from_pem(text)
        except network_certificate.CertificateError as error:
            raise Failure(f"certificates: {error}; nothing was changed") from error
        for certificate in certificates:
            if not certificate.is_authority:
                raise Failure(
                    f"certificates: {certificate.subject or certificate.thumbprint} is not a certificate authority; "
                    "name the one that signed it; nothing was changed"
                )
            found[certificate.thumbprint] = certificate
    return sorted(found.values(), key=file_name)


def file_name(certificate: network_certificate.Certificate) -> str:
    """The name of its file: readable, and the same in every run."""
    bare = re.sub(r"[^A-Za-z0-9]+", "-", certificate.subject).strip("-")[:60] or "authority"
    return f"{bare}-{certificate.thumbprint[:8].lower()}.crt"


def plan(system: System, wanted: t.Sequence[network_certificate.Certificate], when: str) -> Plan:
    """The plan after which our authorities are WANTED, and no others. WHEN names the backup of the removed ones."""
    files = {f"{FOLDER}/{file_name(item)}": item.pem for item in wanted}
    changes = [item for path, text in sorted(files.items()) for item in system_changes.change_to(system, path, text)]
    for name in system.names(FOLDER):
        path = f"{FOLDER}/{name}"
        if path not in files and name.endswith(".crt"):
            before = system.read_bytes(path)
            changes.append(system_changes.FileChange(path, before, None, backup=f"{backups.BACKUP_ROOT}/{when}{path}"))
    # If a run was interrupted between the files and the bundle, the next one rebuilds the bundle.
    rebuild = bool(changes) or any(not is_trusted(system, item) for item in wanted)
    return Plan(tuple(changes), rebuild, rebuild and not system.exists(PROGRAM))


def is_trusted(system: System, certificate: network_certificate.Certificate) -> bool:
    """Whether the bundle that programs read contains CERTIFICATE."""
    return "".join(certificate.pem.split()) in "".join((system.read_text(BUNDLE) or "").split())


def apply(system: System, wanted: t.Sequence[network_certificate.Certificate], planned: Plan) -> None:
    """Carry out the plan, then check the bundle. Raises Failure."""
    system_changes.apply(system, planned.changes)
    if planned.install:
        _install(system)
    if planned.rebuild:
        gone = any(change.after is None for change in planned.changes)
        # Without --fresh the links of removed certificates would stay.
        done = system.run([PROGRAM, *(["--fresh"] if gone else [])])
        if done.code != 0:
            said = f"update-ca-certificates ended with {done.code}: {done.last_line}"
            raise Failure(f"{said}; run it inside the distribution")
    missing = [item.subject or item.thumbprint for item in wanted if not is_trusted(system, item)]
    if missing:
        raise Failure(f"{BUNDLE} does not contain {', '.join(missing)} after update-ca-certificates; check {FOLDER}")


def _install(system: System) -> None:
    """Install the package, by a transaction that does not depend on the connection. Raises Failure."""
    commands = [command.update(), command.install(PACKAGE)]
    transaction = apt_transaction.start(system, "certificates", commands, stop_on_failure=False)
    apt_transaction.finish(transaction, INSTALL_SECONDS)
    if not system.exists(PROGRAM):
        raise Failure(
            f"package {PACKAGE} could not be installed; put it into the image, or give apt a source without TLS; "
            f"log: {transaction.log}"
        )
