# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Bring a file to a Windows host without PowerShell, check it there, take it away again.

curl.exe gets its options on stdin: no address, proxy, password or character that cmd.exe would touch stands in the
command line. tar.exe unpacks what arrives on stdin and makes the folders on the way. A share is read only where the
logon reaches it: a network logon cannot pass its credentials on to another server.

A file arrives under another name and gets its own when it is whole and its digest is right, so that one that is cut
short is never taken for the real one; a download with a digest goes on where it stopped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import port
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.telling import run_told
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import archives, digests, shares, sources
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.curl_meter import CurlMeter
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.program_errors import CURL, known_error
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import SYSTEM32

FOLDER = "C:\\Program Files\\wslfleet"
"""Everything that the collection puts on a host lies below it: only administrators can make anything there."""
_SHA256 = re.compile(r"^[0-9a-f]{64}$", re.IGNORECASE | re.MULTILINE)


CANNOT_RESUME = 33
"""curl.exe: the server knows no ranges, or the file there is another one now."""


@dataclass(frozen=True)
class Source:
    """Where a file comes from."""

    where: str
    """An address that the host fetches, a file on a share that it reads, or a path on the controller."""
    sha256: str | None = None
    proxy: str | None = None
    """The proxy for an address, as curl.exe takes it; it knows nothing of the proxy settings of Windows."""

    def __str__(self) -> str:
        return addresses.masked(self.where)


def curl_config(url: str, path: str, proxy: str | None = None, resume: bool = False) -> bytes:
    """What curl.exe reads from stdin to fetch URL to PATH.

    Revocation is checked as far as the network lets it: proxies that inspect TLS often hide the lists. What begins with
    https is led nowhere else; http is for files whose digest is known.

    :arg resume: go on behind what PATH holds already.
    """
    schemes = "https" if url.lower().startswith("https://") else "https,http"
    options = [
        f"url = {_quoted(url)}",
        f"output = {_quoted(path)}",
        "create-dirs",
        "fail",
        "location",
        *(f'{name} = "={schemes}"' for name in ("proto", "proto-redir")),
        "retry = 5",
        "ssl-revoke-best-effort",
        *([f"proxy = {_quoted(proxy)}"] if proxy else []),
        *(['continue-at = "-"'] if resume else []),
    ]
    return ("\n".join(options) + "\n").encode()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def download(
    runner: port.CommandRunner, url: str, path: str, timeout: float, proxy: str | None = None, resume: bool = False
) -> None:
    """Let the host fetch URL to PATH (folders are made); raises StepFailed.

    :arg resume: go on behind what PATH holds already; only where the digest is checked afterwards.
    """
    completed = _curl(runner, url, curl_config(url, path, proxy, resume), timeout)
    if resume and completed.exit_code == CANNOT_RESUME:
        remove(runner, path)
        completed = _curl(runner, url, curl_config(url, path, proxy), timeout)
    if completed.exit_code != 0:
        known = known_error(str(completed.exit_code), CURL)
        remedy = known.remedy if known else "give an address that the host can reach, or a file on the controller"
        raise StepFailed(
            f"the host could not fetch {addresses.masked(url)}: curl.exe ended with {completed.exit_code},"
            f" {addresses.masked(completed.last_line)}; {remedy}"
        )


def _curl(runner: port.CommandRunner, url: str, config: bytes, timeout: float) -> port.Completed:
    return run_told(runner, cmd_line(f"{SYSTEM32}\\curl.exe", ["--config", "-"]), config, timeout, CurlMeter(url))


def copy_there(runner: port.CommandRunner, source: str, path: str, timeout: float) -> None:
    """Let the host copy the file SOURCE to PATH; raises StepFailed, which names why it cannot."""
    completed = runner.run(cmd_line("copy", ["/y", "/b", source, path]), timeout=timeout)
    if completed.exit_code != 0:
        why = why_unreadable(runner, source) if shares.is_share(source) else None
        why = why or f"{completed.last_line}; check the free space on C:"
        raise StepFailed(f"the host could not copy {source} to {path}: {why}")


def why_unreadable(runner: port.CommandRunner, path: str) -> str | None:
    """Why the host cannot read the file PATH of a share, as half a sentence; None if it can. Two WinRS commands.

    The exit code of ``dir`` says nothing and its text is translated; that of certutil.exe is Windows' own number.
    """
    try:
        code = _certutil(runner, path).exit_code
    except port.CommandTimeout:
        return None  # it is being read
    if code == 0:
        return None
    listed = runner.run(cmd_line("dir", ["/b", shares.share_of(path)]), timeout=120)
    return shares.cause(path, code, listed.exit_code == 0)


def make_folder(runner: port.CommandRunner, folder: str) -> None:
    """Make FOLDER and those above it; that it exists already, or is a drive, is no error."""
    if len(folder) > len("C:\\"):
        runner.run(cmd_line("md", [folder]), timeout=60)


def fetch(runner: port.CommandRunner, source: Source, path: str, timeout: float) -> None:
    """Bring SOURCE to PATH on the host, whole and with the right digest; nothing travels when it is there already.

    :arg path: below C:, its folders are made.
    :raises StepFailed: it could not be brought, or has another digest. PATH is as it was before then.
    """
    digest = source.sha256.lower() if source.sha256 else None
    if not sources.is_url(source.where) and not shares.is_share(source.where):
        digest = digests.checked_digest_here(Path(source.where), digest)
    if digest and sha256_there(runner, path) == digest:
        return
    part = f"{path}.{digest[:12]}.part" if digest else f"{path}.part"
    if sources.is_url(source.where):
        download(runner, source.where, part, timeout, source.proxy, resume=digest is not None)
    elif shares.is_share(source.where):
        make_folder(runner, part.rpartition("\\")[0])
        check_exists(runner, source.where)
        copy_there(runner, source.where, part, timeout)
    else:
        archives.upload(runner, Path(source.where), part, timeout)
    if digest:
        check_sha256(runner, part, digest)
    completed = runner.run(cmd_line("move", ["/y", part, path]), timeout=60)
    if completed.exit_code != 0:
        raise StepFailed(f"{part} could not be renamed to {path}: {completed.last_line}; is the file in use?")


def sha256_there(runner: port.CommandRunner, path: str) -> str | None:
    """SHA-256 of PATH on the host, lower case; None if there is no such file."""
    found = _SHA256.search(_certutil(runner, path).stdout.decode("utf-8", "replace").replace("\r", ""))
    return found.group(0).lower() if found else None


def _certutil(runner: port.CommandRunner, path: str) -> port.Completed:
    return runner.run(cmd_line(f"{SYSTEM32}\\certutil.exe", ["-hashfile", path, "SHA256"]), timeout=300)


def check_sha256(runner: port.CommandRunner, path: str, wanted: str, origin: str | None = None) -> None:
    """Compare the digest of PATH on the host with WANTED; raises StepFailed and deletes it where they differ.

    :arg origin: the file of which PATH is a copy, and which is left alone.
    """
    completed = _certutil(runner, path)
    found = _SHA256.search(completed.stdout.decode("utf-8", "replace").replace("\r", ""))
    if completed.exit_code != 0 or not found:
        why = why_unreadable(runner, path) if shares.is_share(path) else None
        raise StepFailed(why or f"the digest of {path} could not be read: certutil.exe said {completed.last_line}")
    if found.group(0).lower() != wanted.lower():
        remove(runner, path)
        raise StepFailed(
            f"{origin or path} has SHA-256 {found.group(0).lower()}, expected was {wanted.lower()};"
            f" {'it was left alone' if origin else 'it was deleted'}: check the source and the digest"
        )


def check_exists(runner: port.CommandRunner, path: str) -> None:
    """Raise StepFailed unless the host can see the file PATH; a share's usual cause is named."""
    completed = runner.run(cmd_line("dir", ["/b", "/a-d", path]), timeout=120)
    if completed.exit_code == 0:
        if _lists_a_folder(completed, path):
            raise StepFailed(f"{path} on the host is a folder: name a file")
        return
    if shares.is_share(path):
        raise StepFailed(why_unreadable(runner, path) or f"the host sees no file {path}: check the path")
    raise StepFailed(f"there is no file {path} on the host ({completed.last_line}); check the path")


def _lists_a_folder(completed: port.Completed, path: str) -> bool:
    """Whether ``dir /b`` of PATH printed other names than the file's own. A short name (``IMAGES~1``) tells nothing."""
    name, listed = path.rpartition("\\")[2], completed.stdout.decode("utf-8", "replace").split("\r\n")[:-1]
    return (
        "~" not in name
        and "\ufffd" not in "".join(listed)
        and listed not in ([], [name])
        and (len(listed) > 1 or listed[0].casefold() != name.casefold())
    )


def links_line(path: str) -> str:
    """The line that succeeds where PATH is a link or a junction, or something whose name begins like it is one.

    The name is looked for in the folder that it lies in: ``dir`` of a junction itself lists what is in it.
    """
    return cmd_line("dir", ["/b", "/al", f"{path}*"])


def remove(runner: port.CommandRunner, path: str) -> None:
    """Delete the file PATH; nothing happens when it is not there."""
    runner.run(cmd_line("del", ["/f", "/q", path]), timeout=60)
