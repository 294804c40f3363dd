# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Test an apt source in a separate folder: fetch its key, let apt verify its index; later fetch the index for good.

Nothing in /etc is changed here. apt itself downloads and verifies, so what works here works afterwards.
"""

from __future__ import annotations

import os
import re
import typing as t
from dataclasses import replace

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command as apt_command
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import plan as apt_plan
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import query
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import cause as network_cause
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials as network_credentials
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import fetch, local_installer, sha1
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository.goal import Goal
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries, faults
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import files as sources_files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes, files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed, System


def try_index(system: System, wanted: Goal, keyring: bytes, folder: str) -> str:
    """Let apt fetch and verify the index in FOLDER; the text of the Packages files. Raises Failure."""
    key_file = f"{folder}/keyring.gpg"
    files.write_file(key_file, keyring)
    files.write_file(f"{folder}/try.sources", entries.render(wanted.url, key_file))
    for name in ("lists/partial", "cache", "none"):
        os.makedirs(f"{folder}/{name}", exist_ok=True)
    # The sandbox user _apt must reach the files.
    os.chmod(folder, 0o755)
    credentials = network_credentials.for_trial(system, wanted.credentials, wanted.url, folder, wanted.credentials_path)
    command = apt_command.update(*_only(f"{folder}/try.sources", folder), *credentials)
    done = system.run(command)
    if done.code != 0 and wanted.sha1 != "refuse" and sha1.is_refusal(done.output):
        done = system.run(sha1.excepted(system, command, folder))
    names = [name for name in os.listdir(f"{folder}/lists") if "Packages" in name]
    if done.code != 0 or not names:
        cause = network_cause.named(system, wanted.url, done.output) or explain(done.output, wanted)
        raise Failure(f"{wanted.url}: {cause}")
    show = ["/usr/lib/apt/apt-helper", "cat-file"]
    return "".join(system.run([*show, f"{folder}/lists/{name}"]).stdout for name in names)


def fetched(system: System, wanted: Goal) -> t.Tuple[bytes, str]:
    """The keyring of WANTED, and the text of the index that apt has verified with it. Leaves no files.

    Raises Failure.
    """
    with files.scratch() as folder:
        if wanted.installer:
            keyring = local_installer.keyring(system, wanted.installer, wanted.fingerprint)
        else:
            keyring = fetch.fetch_keyring(system, wanted, folder)
        return keyring, try_index(system, wanted, keyring, folder)


def check_sources(system: System, planned: t.Sequence[changes.FileChange]) -> None:
    """Raise Failure if apt could not read its sources after PLANNED changes: it would refuse to work at all.

    apt itself is asked, with copies, before anything is changed. The fault may be in any file.
    """
    texts = sources_files.read(system)
    for change in planned:
        if change.path == sources_files.MAIN or os.path.dirname(change.path) == sources_files.FOLDER:
            texts[change.path] = changes.text_of(change.after) or ""
    with files.scratch() as folder:
        os.makedirs(folder + sources_files.FOLDER, exist_ok=True)
        for path, text in texts.items():
            files.write_file(folder + path, text)
        places = {
            "Dir::Etc::SourceList": folder + sources_files.MAIN,
            "Dir::Etc::SourceParts": folder + sources_files.FOLDER,
        }
        done = system.run(apt_command.targets(apt_command.settings(places)))
        words = "; ".join(apt_plan.errors(done.stderr)).replace(folder, "").rstrip(".")
    if done.code != 0:
        advice = faults.advice(words, texts)
        raise Failure(f"apt cannot read its sources, nothing was changed: {words}{f'; {advice}' if advice else ''}")


def _only(source: str, folder: str) -> t.List[str]:
    """Options with which apt only reads SOURCE and keeps its state in FOLDER."""
    settings = {
        "Dir::Etc::SourceList": source,
        "Dir::Etc::SourceParts": f"{folder}/none",
        "Dir::State::Lists": f"{folder}/lists",
        "Dir::Cache": f"{folder}/cache",
    }
    return apt_command.settings(settings)


def explain(output: str, wanted: Goal) -> str:
    """Why apt refused the source WANTED, in one line with the solution."""
    fingerprint = wanted.fingerprint
    if sha1.is_refusal(output):
        return (
            f"apt refuses key {fingerprint}: bound by SHA-1, which apt 3 regards as insecure; use "
            f"{wanted.better_signed}a mirror with its own key, or allow it with sha1: this_source"
        )
    if re.search(
        r"NO_PUBKEY|Missing key|BADSIG|not signed|invalid signature|Sub-process \S*sqv|couldn't be verified", output
    ):
        signer = re.search(r"(?:NO_PUBKEY|Missing key) ([0-9A-F]+)", output)
        named = f" but by {signer.group(1)}" if signer else ""
        return f"the index is not signed by {fingerprint}{named}; check url and key_fingerprint"
    if re.search(r"\b401\b", output):
        return "HTTP 401: the server wants a user name and password, or others; check username and password"
    if "404" in output:
        return "HTTP 404: no apt repository there; check url"
    found = re.findall(r"(?m)^(?:E|W|Err|Error|Warning):[0-9 ]*(.*)$", output)
    reason = re.sub(r"\s+", " ", found[0]).strip() if found else "apt found no package index there"
    return f"{reason}; check url, proxy and network from inside the distribution"


def missing(packages_text: str, names: t.Sequence[str]) -> t.List[str]:
    """Those of NAMES that the index does not contain."""
    held = set(re.findall(r"(?m)^Package: (\S+)$", packages_text))
    return [name for name in names if name not in held]


def only_options(path: str) -> t.List[str]:
    """apt options with which an update only reads the source file PATH, and keeps the other indexes."""
    return ["-o", f"Dir::Etc::SourceList={path}", "-o", "Dir::Etc::SourceParts=-", "-o", "APT::Get::List-Cleanup=0"]


def refresh(system: System, wanted: Goal) -> None:
    """Fetch the index of the source, and those of the others if there are none yet. Raises Failure."""
    ours = query.list_prefix(wanted.url)
    others = any("Packages" in name and not name.startswith(ours) for name in system.names(query.LISTS))
    # A local installer is for laptops without a network: nothing else can be fetched there.
    only = only_options(wanted.path) if others or wanted.installer else []
    done = query.update(system, only)
    if done.code != 0 and wanted.sha1 != "refuse" and sha1.is_refusal(done.output):
        done = refresh_excepted(system, wanted.path)
    if done.code != 0 or not query.has_index(system, wanted.url):
        cause = network_cause.named(system, wanted.url, done.output) or explain(done.output, wanted)
        raise Failure(f"apt-get update: {cause}")


def refresh_excepted(system: System, path: str) -> Completed:
    """Fetch only the index of the source file PATH, with SHA-1 accepted for this run."""
    with files.scratch() as folder:
        os.chmod(folder, 0o755)  # apt's sandbox user reads the policy
        accepting = replace(system, run=lambda command: system.run(sha1.excepted(system, command, folder)))
        return query.update(accepting, only_options(path))
