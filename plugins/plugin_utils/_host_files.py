# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Bring a file to a Windows host without PowerShell, check it there, take it away again.

curl.exe gets its options on stdin: no address, header or character that cmd.exe would touch stands in the command line.
tar.exe unpacks what arrives on stdin and makes the folders on the way.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._byte_stream import file_parts, tar_stream
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import CommandRunner, Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reads import SYSTEM32

FOLDER = "C:\\ProgramData\\wslfleet"
"""Everything that the collection puts on a host lies below it."""
_SHA256 = re.compile(r"^[0-9a-f]{64}$", re.IGNORECASE | re.MULTILINE)


def is_url(source: str) -> bool:
    """Whether SOURCE is an address to be fetched by the host; anything else is a path on the controller."""
    return source.lower().startswith(("https://", "http://"))


def curl_config(url: str, path: str) -> bytes:
    """What curl.exe reads from stdin to fetch URL to PATH.

    Revocation is checked as far as the network lets it: proxies that inspect TLS often hide the lists.
    """
    options = [
        f"url = {_quoted(url)}",
        f"output = {_quoted(path)}",
        "create-dirs",
        "fail",
        "location",
        'proto = "=https,http"',
        "retry = 5",
        "silent",
        "show-error",
        "ssl-revoke-best-effort",
    ]
    return ("\n".join(options) + "\n").encode()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def download(runner: CommandRunner, url: str, path: str, timeout: float) -> None:
    """Let the host fetch URL to PATH (folders are made); raises StepFailed."""
    completed = runner.run(cmd_line(f"{SYSTEM32}\\curl.exe", ["--config", "-"]), curl_config(url, path), timeout)
    if completed.exit_code != 0:
        raise StepFailed(
            f"the host could not fetch {url}: curl.exe ended with {completed.exit_code}, {_last_line(completed)};"
            " give an address that the host can reach, or a file on the controller"
        )


def upload(runner: CommandRunner, source: Path, path: str, timeout: float) -> None:
    """Send the controller's file SOURCE to PATH below FOLDER; raises StepFailed."""
    inside = path[len("C:\\ProgramData\\") :].replace("\\", "/")
    line = cmd_line(f"{SYSTEM32}\\tar.exe", ["-xf", "-", "-C", "C:\\ProgramData"])
    completed = runner.run(line, tar_stream(source, inside), timeout)
    if completed.exit_code != 0:
        raise StepFailed(
            f"the host could not unpack {source} to {path}: tar.exe ended with {completed.exit_code},"
            f" {_last_line(completed)}; look for free space on C:"
        )


def sha256_here(source: Path) -> str:
    """SHA-256 of the controller's file SOURCE, lower case; raises StepFailed when it cannot be read."""
    digest = hashlib.sha256()
    for part in file_parts(source):
        digest.update(part)
    return digest.hexdigest()


def check_sha256(runner: CommandRunner, path: str, wanted: str, keep: bool = False) -> None:
    """Compare the digest of PATH on the host with WANTED; raises StepFailed where they differ.

    Such a file is deleted unless KEEP, which is for files that the collection did not bring.
    """
    line = cmd_line(f"{SYSTEM32}\\certutil.exe", ["-hashfile", path, "SHA256"])
    completed = runner.run(line, timeout=300)
    found = _SHA256.search(completed.stdout.decode("utf-8", "replace").replace("\r", ""))
    if completed.exit_code != 0 or not found:
        raise StepFailed(f"the digest of {path} could not be read: certutil.exe said {_last_line(completed)}")
    if found.group(0).lower() != wanted.lower():
        if not keep:
            remove(runner, path)
        raise StepFailed(
            f"{path} has SHA-256 {found.group(0).lower()}, expected was {wanted.lower()};"
            f" {'it was left alone' if keep else 'it was deleted'}: check the source and the digest"
        )


def check_exists(runner: CommandRunner, path: str) -> None:
    """Raise StepFailed unless the host can see the file PATH; a share's usual cause is named."""
    completed = runner.run(cmd_line("dir", ["/b", "/a-d", path]), timeout=120)
    if completed.exit_code == 0:
        return
    if path.startswith("\\\\"):
        raise StepFailed(
            f"the host cannot read {path} ({_last_line(completed)}): a WinRM logon carries no credentials to another"
            " computer; use Kerberos delegation or CredSSP, or name an address or a file on the controller"
        )
    raise StepFailed(f"there is no file {path} on the host ({_last_line(completed)}); check the path")


def remove(runner: CommandRunner, path: str) -> None:
    """Delete the file PATH; nothing happens when it is not there."""
    runner.run(cmd_line("del", ["/f", "/q", path]), timeout=60)


def _last_line(completed: Completed) -> str:
    said = (completed.stderr or completed.stdout).decode("utf-8", "replace").strip().splitlines()
    return said[-1] if said else "no message"
